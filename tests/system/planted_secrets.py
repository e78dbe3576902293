"""A secret in every place an operator or a client can put one, and an upstream that says each of them back."""

from __future__ import annotations

import base64
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from pydantic import SecretStr

from cryptodesk.catalog.models import load_models
from cryptodesk.documents.intake import SOURCES
from cryptodesk.market.market import load_sources
from cryptodesk.settings import Settings

__all__ = [
    "ECHOES",
    "Echo",
    "canary",
    "files_of",
    "found_in",
    "key_variables",
    "parrot",
    "planted",
    "secret_settings",
    "written",
]

# How the parrot answers; each of them repeats the request, its headers and its address.
ECHOES = ("401", "400", "404", "429", "500", "html", "json error", "stream error", "late error", "not http")


def canary(place: str) -> str:
    return f"canary{''.join(mark for mark in place.lower() if mark.isalnum())}0123456789abcdef"


def secret_settings() -> tuple[str, ...]:
    """The settings that are secrets by their type."""
    return tuple(name for name, field in Settings.model_fields.items() if SecretStr in _kinds(field.annotation))


def _kinds(annotation: object) -> tuple[object, ...]:
    return (annotation, *getattr(annotation, "__args__", ()))


def key_variables() -> tuple[str, ...]:
    """The variables that hold the key of a provider, a market source or a source of documents."""
    names = {entry.api_key_env for entry in load_models().providers.values()} - {""}
    for source in (*load_sources().values(), *SOURCES.values()):
        names |= set(source.credentials)
    return tuple(sorted(names))


def planted(address: str) -> dict[str, str]:
    """Every variable with a secret in it. `address` is the parrot's, host and port."""
    variables = {name: canary(name) for name in key_variables()}
    providers = load_models().providers.values()
    variables |= {entry.base_url_env: f"http://{address}/v1" for entry in providers if entry.base_url_env}
    # A server that wants a user and a password instead of a key.
    del variables["CRYPTODESK_LOCAL_API_KEY"]
    local = canary("local password")
    variables["CRYPTODESK_LOCAL_BASE_URL"] = f"http://user:{local}@{address}/v1"
    # As of node operators who put a key into the path; a user in such an address is refused.
    sources = {name: f"http://{address}/{canary('path')}" for name in load_sources()}
    return variables | {
        "CRYPTODESK_BOOTSTRAP_KEY": canary("bootstrap"),
        "CRYPTODESK_KEY": canary("key to ask with"),
        "CRYPTODESK_METRICS_KEY": canary("metrics"),
        "CRYPTODESK_PROXY": f"http://user:{canary('proxy')}@{address}",
        "CRYPTODESK_SOURCE_ADDRESSES": json.dumps(sources),
    }


def written(secret: str) -> tuple[bytes, ...]:
    """The ways a secret may be written down: as it is, and inside Basic credentials."""
    basic = [base64.b64encode(f"{user}:{secret}".encode()).rstrip(b"=")[:-2] for user in ("user", "")]
    return (secret.encode(), *basic)


def found_in(data: bytes, secrets: Mapping[str, str]) -> list[str]:
    """The places whose secret stands in `data`, in small letters or capitals."""
    small = data.lower()
    return [place for place, secret in secrets.items() if any(each.lower() in small for each in written(secret))]


def files_of(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            yield str(path.relative_to(folder)), path.read_bytes()


class Echo(BaseHTTPRequestHandler):
    """Says back whatever it hears, as the server's `echo` has it."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        self._say_back(b"")

    def do_POST(self) -> None:
        self._say_back(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    do_CONNECT = do_GET

    def _say_back(self, body: bytes) -> None:
        decoded = [self._plain(value) for value in self.headers.values()]
        heard = f"{self.requestline} {dict(self.headers)} {decoded} {body.decode(errors='replace')[:2000]}"
        self.server.heard.append(heard)  # type: ignore[attr-defined]
        error = {"error": {"message": heard, "type": heard, "code": heard, "param": heard}, "message": heard}
        text = json.dumps(error).encode()
        event = b'data: {"type": "error", ' + text[1:] + b"\n\n"
        match self.server.echo:  # type: ignore[attr-defined]
            case "html":
                self._send(200, "text/html", f"<html>{heard}</html>".encode())
            case "json error":
                self._send(200, "application/json", text)
            case "stream error":
                self._send(200, "text/event-stream", event)
            case "late error":
                self._send(200, "text/event-stream", _BEGINNINGS + event)
            case "not http":
                self.wfile.write(heard.encode() + b"\r\n\r\n")
                self.close_connection = True
            case status:
                self._send(int(status), "application/json", text)

    @staticmethod
    def _plain(value: str) -> str:
        kind, _, rest = value.partition(" ")
        return base64.b64decode(rest).decode() if kind == "Basic" else value

    def _send(self, status: int, kind: str, body: bytes) -> None:
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("X-Echo", str(dict(self.headers)).replace("\r", "").replace("\n", ""))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *arguments: object) -> None:
        pass


# The beginning of an answer, in the format of each vendor; the others pass it over.
_BEGINNINGS = b"".join(
    b"data: " + json.dumps(said).encode() + b"\n\n"
    for said in (
        {
            "choices": [{"index": 0, "delta": {"content": "Bit"}}],
            "candidates": [{"content": {"parts": [{"text": "Bit"}], "role": "model"}}],
            "type": "content_block_delta",
            "index": 0,
            "delta": {"type": "text_delta", "text": "Bit"},
        },
    )
)


@contextmanager
def parrot() -> Iterator[ThreadingHTTPServer]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.echo, server.heard = "500", []  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)

"""The desk as the conformance suite asks for it.

The suite calls tools, prompts and resources by names of its own server, `test_simple_text` and the like. Requests for
those that the desk has a counterpart of are renamed here on their way in; every answer is the desk's own, untouched."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import uvicorn

from cryptodesk.app.server import create_app
from cryptodesk.dialects._ports import ASGIApp, Message, Receive, Scope, Send
from cryptodesk.settings import Settings

__all__ = ["translated"]

_QUESTION = "How did Bitcoin do in August 2026?"
_CALLS: dict[str, tuple[str, dict[str, Any]]] = {
    "test_simple_text": ("cmc_math_eval", {"expression": "1 + 2"}),
    "test_error_handling": ("cmc_math_eval", {"expression": "1 +"}),
    "test_tool_with_progress": ("ask", {"question": _QUESTION}),
    "test_tool_with_logging": ("ask", {"question": _QUESTION}),
}
_PROMPTS = {"test_simple_prompt": "morning_briefing", "test_prompt_with_arguments": "compare_assets"}
_ARGUMENTS = {"arg1": "assets", "arg2": "period"}
_RESOURCES = {
    "test://static-text": "cryptodesk://handbook/assets/bitcoin",
}


def translated(app: ASGIApp) -> ASGIApp:
    async def asked(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or scope["method"] != "POST":
            await app(scope, receive, send)
            return
        body = _translate(await _read(receive))
        kept = [(name, value) for name, value in scope["headers"] if name != b"content-length"]
        scope["headers"] = [*kept, (b"content-length", b"%d" % len(body))]
        await app(scope, _replay(body, receive), send)

    return asked


async def _read(receive: Receive) -> bytes:
    pieces = []
    while True:
        message = await receive()
        pieces.append(message.get("body", b""))
        if not message.get("more_body", False):
            return b"".join(pieces)


def _replay(body: bytes, receive: Receive) -> Receive:
    left = [body]

    async def replay() -> Message:
        return {"type": "http.request", "body": left.pop()} if left else await receive()

    return replay


def _translate(body: bytes) -> bytes:
    message = json.loads(body)
    params = message.get("params") or {}
    match message.get("method"):
        case "tools/call" if params["name"] in _CALLS:
            params["name"], params["arguments"] = _CALLS[params["name"]]
        case "prompts/get" if params["name"] in _PROMPTS:
            params["name"] = _PROMPTS[params["name"]]
            params["arguments"] = {_ARGUMENTS[name]: text for name, text in params.get("arguments", {}).items()}
        case "resources/read":
            params["uri"] = _RESOURCES.get(params["uri"], params["uri"])
        case "completion/complete" if params["ref"].get("name") in _PROMPTS:
            params["ref"]["name"] = _PROMPTS[params["ref"]["name"]]
            params["argument"]["name"] = _ARGUMENTS[params["argument"]["name"]]
    return json.dumps(message).encode()


class _Server(uvicorn.Server):
    """Says where it listens: the port is the system's choice."""

    async def startup(self, sockets: Any = None) -> None:
        await super().startup(sockets)
        print("listening on", self.servers[0].sockets[0].getsockname()[1], flush=True)


def main(home: Path) -> None:
    settings = Settings.model_validate({"home": home, "data": "snapshot", "insecure_no_auth": True})
    _Server(uvicorn.Config(translated(create_app(settings)), port=0, log_level="error")).run()


if __name__ == "__main__":
    main(Path(sys.argv[1]))

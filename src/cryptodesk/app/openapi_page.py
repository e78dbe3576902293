"""The reference of the HTTP interface as a page: every route, its shapes, and a form that sends a request."""

from __future__ import annotations

import gzip
import hashlib
from collections.abc import Sequence
from importlib.resources import files
from typing import Final

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

from cryptodesk.web.pages import SECURITY_HEADERS

__all__ = ["PAGE_PATH", "build_routes"]

PAGE_PATH: Final = "/try"

_MEDIA_TYPES: Final = {
    "css": "text/css; charset=utf-8",
    "html": "text/html; charset=utf-8",
    "js": "text/javascript; charset=utf-8",
}


def build_routes() -> Sequence[BaseRoute]:
    """The page and its files, which are few and small: each is read once, when it is first asked for."""
    folder = files("cryptodesk.app").joinpath("reference")
    names = sorted(entry.name for entry in folder.iterdir() if entry.name.rpartition(".")[2] in _MEDIA_TYPES)
    kept: dict[str, tuple[bytes, str]] = {}

    async def show(request: Request) -> Response:
        name = request.url.path.removeprefix(PAGE_PATH).removeprefix("/") or "index.html"
        if name not in kept:
            content = folder.joinpath(name).read_bytes()
            kept[name] = gzip.compress(content, 9, mtime=0), f'"{hashlib.sha256(content).hexdigest()[:32]}"'
        return _answer(request, name, *kept[name])

    paths = [PAGE_PATH, *(f"{PAGE_PATH}/{name}" for name in names if name != "index.html")]
    return [Route(path, show, methods=["GET"]) for path in paths]


def _answer(request: Request, name: str, packed: bytes, etag: str) -> Response:
    headers = {**SECURITY_HEADERS, "cache-control": "no-cache", "etag": etag, "vary": "accept-encoding"}
    if request.headers.get("if-none-match") == etag:
        return Response(status_code=304, headers=headers)
    media_type = _MEDIA_TYPES[name.rpartition(".")[2]]
    if "gzip" in request.headers.get("accept-encoding", ""):
        return Response(packed, headers={**headers, "content-encoding": "gzip"}, media_type=media_type)
    return Response(gzip.decompress(packed), headers=headers, media_type=media_type)

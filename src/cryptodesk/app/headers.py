"""What every answer tells a browser, whoever wrote it: the pages say more of their own, and theirs stands."""

from __future__ import annotations

from collections.abc import Awaitable, Sequence
from typing import Final

from cryptodesk.dialects._ports import ASGIApp, Message, Receive, Scope, Send

__all__ = ["HSTS", "STANDARD_HEADERS", "secure_headers"]

HSTS: Final = (b"strict-transport-security", b"max-age=31536000")

# Nothing in an answer of the interface is ever a page: not shown in a frame, not run, not embedded by another site.
STANDARD_HEADERS: Final = (
    (b"content-security-policy", b"default-src 'none'; frame-ancestors 'none'"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"no-referrer"),
    (b"x-content-type-options", b"nosniff"),
    (b"x-frame-options", b"DENY"),
)
_CACHE_CONTROL: Final = b"cache-control"
_MOST_KNOWN: Final = 1_000

Header = tuple[bytes, bytes]


def secure_headers(app: ASGIApp, *, behind_tls: bool = False) -> ASGIApp:
    """Adds what an answer does not say itself. Answers that are no pages are not kept by anybody on their way."""
    completed = _Completion((HSTS,) if behind_tls else ())

    # The outermost: servers tell by its being a coroutine which interface an application has.
    async def secured(scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await app(scope, receive, send)
            return

        def send_secured(message: Message) -> Awaitable[None]:
            if message["type"] == "http.response.start":
                # Not in place: whoever sent it may keep it, as a recording does.
                message = {**message, "headers": completed(message.get("headers", ()))}
            return send(message)

        await app(scope, receive, send_secured)

    return secured


class _Completion:
    """Answers have few sets of header names among them, so what each set lacks is looked up once."""

    def __init__(self, always: Sequence[Header]) -> None:
        self._always = always
        self._known: dict[tuple[bytes, ...], tuple[int, list[Header]]] = {}

    def __call__(self, headers: Sequence[Header]) -> list[Header]:
        names = tuple([name for name, _ in headers])
        found = self._known.get(names)
        place, missing = self._look_up(names) if found is None else found
        completed = [*headers, *missing]
        if place >= 0:
            name, value = completed[place]
            if b"no-store" not in value:
                completed[place] = (name, value + b", no-store")
        return completed

    def _look_up(self, names: tuple[bytes, ...]) -> tuple[int, list[Header]]:
        """Where the header is that says how long an answer is kept, below 0 if that stands; and what is missing."""
        missing = [header for header in (*STANDARD_HEADERS, *self._always) if header[0] not in names]
        is_page = b"content-security-policy" in names
        place = -1 if is_page or _CACHE_CONTROL not in names else names.index(_CACHE_CONTROL)
        if not is_page and place < 0:
            missing.append((_CACHE_CONTROL, b"no-store"))
        if len(self._known) >= _MOST_KNOWN:
            self._known.clear()
        self._known[names] = place, missing
        return place, missing

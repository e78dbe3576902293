"""Two answers side by side: the same bytes, or the first difference in words."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.app.recording.edge import is_filler
from cryptodesk.app.recording.format import Given

__all__ = ["first_difference", "whole_body"]

_SHOWN = 60
# Told anew with every answer, from what else the caller does; or of the body, which is compared itself.
_PASSING_HEADERS = (b"x-ratelimit-", b"retry-after", b"content-length")


def first_difference(then: Given, now: Given) -> str:
    """Empty where there is none. Of an answer that was cut off, what had been sent by then must be the beginning."""
    if then.status != now.status:
        return f"status: {then.status} was recorded, {now.status} replayed"
    header = _differing_header(then, now)
    if header:
        return header
    recorded, replayed = whole_body(then.pieces), whole_body(now.pieces)
    if then.is_whole and recorded == replayed:
        return "" if now.is_whole else "end: the recorded answer was whole, the replayed one is not"
    if not then.is_whole and replayed.startswith(recorded):
        return ""
    return _differing_byte(recorded, replayed)


def whole_body(pieces: Sequence[bytes]) -> bytes:
    return b"".join(pieces) if len(pieces) < 2 else b"".join(piece for piece in pieces if not is_filler(piece))


def _differing_header(then: Given, now: Given) -> str:
    recorded, replayed = _lasting(then), _lasting(now)
    for name in dict.fromkeys((*recorded, *replayed)):
        if recorded.get(name) != replayed.get(name):
            shown = [str(found.get(name, b"none"), "latin-1") for found in (recorded, replayed)]
            return f"header {str(name, 'latin-1')}: {shown[0]!r} was recorded, {shown[1]!r} replayed"
    return ""


def _lasting(given: Given) -> dict[bytes, bytes]:
    return {name: value for name, value in given.headers if not name.startswith(_PASSING_HEADERS)}


def _differing_byte(recorded: bytes, replayed: bytes) -> str:
    pairs = zip(recorded, replayed, strict=False)
    at = next((place for place, (one, other) in enumerate(pairs) if one != other), min(len(recorded), len(replayed)))
    frame = recorded[:at].count(b"\n\n") + 1
    shown = [_around(body, at) for body in (recorded, replayed)]
    return f"body, byte {at} (frame {frame}): {shown[0]} was recorded, {shown[1]} replayed"


def _around(body: bytes, at: int) -> str:
    part = body[max(0, at - 10) : at + _SHOWN]
    return repr(part)[1:] if part and at < len(body) else "the end"

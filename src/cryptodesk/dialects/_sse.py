"""Server-sent events as bytes. The only place that writes `data:`."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["SPACED", "TIGHT", "FrameHalves", "SseFormat"]

_END = b"\n\n"


class FrameHalves(Struct, frozen=True):
    """A frame whose payload is the same but for its middle: `head` + middle + `tail`."""

    head: bytes
    tail: bytes


class SseFormat(Struct, frozen=True):
    """Payloads must be single-line: compact JSON never holds a raw line break."""

    prefix: bytes

    def frame(self, payload: bytes) -> bytes:
        return self.prefix + payload + _END

    def halves(self, payload_head: bytes, payload_tail: bytes) -> FrameHalves:
        return FrameHalves(self.prefix + payload_head, payload_tail + _END)

    @property
    def done(self) -> bytes:
        return self.frame(b"[DONE]")


TIGHT = SseFormat(b"data:")
SPACED = SseFormat(b"data: ")

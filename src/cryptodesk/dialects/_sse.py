"""Server-sent events as bytes. The only place that writes `data:`."""

from __future__ import annotations

from msgspec import Struct

__all__ = ["SPACED", "TIGHT", "FrameHalves", "SseFormat", "as_lines", "named_frame"]

_END = b"\n\n"

# Characters that JSON leaves as they are and that line readers in several languages take for the end of a line.
_LINE_ENDS = tuple((end.encode(), f"\\u{ord(end):04x}".encode()) for end in ("\u2028", "\u2029", "\u0085"))


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


def as_lines(frames: bytes) -> bytes:
    """The same JSON without any other line end than those between frames."""
    if frames.isascii():
        return frames
    for raw, escaped in _LINE_ENDS:
        if raw in frames:
            frames = frames.replace(raw, escaped)
    return frames


def named_frame(event: bytes, payload: bytes) -> bytes:
    """A frame that says its event's name beside the payload."""
    return b"event: %b\ndata: %b\n\n" % (event, payload)

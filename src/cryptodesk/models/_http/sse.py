"""Server-sent events cut into payloads, whatever way the network cut them."""

from __future__ import annotations

__all__ = ["MAX_FRAME_BYTES", "FrameTooLong", "SseReader"]

MAX_FRAME_BYTES = 1_000_000

_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_NEXT_EVENT = b"\n\ndata:"
_FIELDS = (b":", b"event", b"id", b"retry")
_TOO_LONG = f"an event of the stream is longer than {MAX_FRAME_BYTES} bytes"


class FrameTooLong(ValueError):
    """A single event is longer than `MAX_FRAME_BYTES`."""


class SseReader:
    """Feed bytes as they come; get the `data` payloads completed so far. Fields other than `data` say nothing here.

    With `keeps_bare_lines`, lines that are no field are put together and, if they look like JSON, come as the last
    payload: there are servers that write an error which befalls them in mid-stream as bare JSON over several lines.
    Works on bytes: a character cut in two by the network is whole again before anything decodes it.
    Source: HTML Living Standard, section 9.2.6, parsing an event stream."""

    __slots__ = ("_bare", "_bare_size", "_data", "_is_first_line", "_rest", "_size")

    def __init__(self, *, keeps_bare_lines: bool = False) -> None:
        self._rest: list[bytes] = []  # of an unfinished line; joined once, so that tiny reads stay cheap
        self._size = 0
        self._data: list[bytes] = []
        self._bare: list[bytes] | None = [] if keeps_bare_lines else None
        self._bare_size = 0
        self._is_first_line = True

    def feed(self, received: bytes) -> list[bytes]:
        """Payloads in order; empty when no event was completed. Raises: FrameTooLong."""
        rest = self._rest
        if not (rest or self._data) and (payloads := _whole_events(received)) is not None:
            self._size, self._is_first_line = 0, False
            return payloads
        if b"\n" not in received and b"\r" not in received and (not rest or rest[-1] != b"\r"):
            rest.append(received)
            self._grow(len(received))
            return []
        if rest:
            rest.append(received)
            received = b"".join(rest)
            rest.clear()
        self._size = sum(map(len, self._data)) if self._data else 0
        lines = self._lines(received) if b"\r" in received else received.split(b"\n")
        last = lines.pop()
        payloads = self._events(lines)  # first: what they complete does not count towards what begins now
        if last:
            rest.insert(0, last)
            self._grow(len(last))
        return payloads

    def finish(self) -> list[bytes]:
        """What a stream that ended without its last blank line still held, and an error that was no event."""
        last = b"".join(self._rest).rstrip(b"\r")
        self._rest.clear()
        payloads = self._events([last, b""])
        if self._bare:
            bare = b"\n".join(self._bare).strip()
            self._bare.clear()
            if bare.startswith((b"{", b"[")):
                payloads.append(bare)
        return payloads

    def _lines(self, received: bytes) -> list[bytes]:
        # A carriage return at the very end may be half of a pair: it waits for what follows.
        if received.endswith(b"\r"):
            received = received[:-1]
            self._rest.append(b"\r")
        return received.replace(b"\r\n", b"\n").replace(b"\r", b"\n").split(b"\n")

    def _events(self, lines: list[bytes]) -> list[bytes]:
        if self._is_first_line and lines:
            self._is_first_line = False
            lines[0] = lines[0].removeprefix(_BYTE_ORDER_MARK)
        payloads: list[bytes] = []
        data, bare, size = self._data, self._bare, self._size
        for line in lines:
            if not line:
                if data:
                    payloads.append(data[0] if len(data) == 1 else b"\n".join(data))
                    data.clear()
                    size = 0
            elif line.startswith(b"data:"):
                data.append(line[5:])
                size += len(line)
                if size > MAX_FRAME_BYTES:
                    raise FrameTooLong(_TOO_LONG)
            elif bare is not None and not line.startswith(_FIELDS):
                self._keep_bare(line)
        self._size = size
        return payloads

    def _keep_bare(self, line: bytes) -> None:
        if self._bare is not None:
            self._bare.append(line)
            self._bare_size += len(line)
            if self._bare_size > MAX_FRAME_BYTES:
                raise FrameTooLong(_TOO_LONG)

    def _grow(self, size: int) -> None:
        self._size += size
        if self._size > MAX_FRAME_BYTES:
            raise FrameTooLong(_TOO_LONG)


def _whole_events(received: bytes) -> list[bytes] | None:
    """The payloads of bytes that are nothing but whole events of one `data` line each, as nearly all are; None of any
    others. They are told by their line ends alone, all of which stand in pairs before the next such event or at the
    end, so that no line has to be looked at."""
    if not (received.startswith(b"data:") and received.endswith(b"\n\n")) or len(received) > MAX_FRAME_BYTES:
        return None
    payloads = received[5:-2].split(_NEXT_EVENT)
    return payloads if received.count(b"\n") == 2 * len(payloads) and b"\r" not in received else None

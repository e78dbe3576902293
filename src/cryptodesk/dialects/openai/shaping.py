"""What OpenAI's clients may ask of an answer that no provider here is asked for: stop sequences, one call at a time."""

from __future__ import annotations

from msgspec import Struct, structs

from cryptodesk.core.events import RunEvent, RunFinished, TextDelta, ToolCallDelta
from cryptodesk.core.verification import Verification

__all__ = ["Shape", "Shaper"]


class Shape(Struct, frozen=True):
    """`stops` end the text, and are not part of it. `is_single` allows one call of the caller's tools in a turn."""

    stops: tuple[str, ...] = ()
    is_single: bool = False


class Shaper:
    """Changes one run's events on their way out. The run itself goes on to its end, and is charged for all of it."""

    __slots__ = ("_call", "_has_stopped", "_held", "_longest", "_sent", "_shape")

    def __init__(self, shape: Shape) -> None:
        self._shape = shape
        self._longest = max(map(len, shape.stops), default=0)
        self._held = ""
        self._sent = 0
        self._has_stopped = False
        self._call: int | None = None

    def shape(self, batch: list[RunEvent]) -> list[RunEvent]:
        out: list[RunEvent] = []
        for event in batch:
            if type(event) is TextDelta:
                self._add_text(event.text, out)
            elif type(event) is ToolCallDelta:
                self._add_call(event, out)
            elif isinstance(event, RunFinished):
                self._finish(event, out)
            else:
                out.append(event)
        return out

    def _add_text(self, text: str, out: list[RunEvent]) -> None:
        if self._has_stopped:
            return
        self._held += text
        found = [at for at in map(self._held.find, self._shape.stops) if at >= 0]
        if found:
            self._has_stopped = True
            self._send(min(found), out)
        else:
            # What may be the beginning of a stop sequence waits for more.
            self._send(len(self._held) - self._pending(), out)

    def _pending(self) -> int:
        """Length of the longest end of the held text that begins a stop sequence."""
        for length in range(min(self._longest - 1, len(self._held)), 0, -1):
            end = self._held[-length:]
            if any(stop.startswith(end) for stop in self._shape.stops):
                return length
        return 0

    def _send(self, length: int, out: list[RunEvent]) -> None:
        if length > 0:
            out.append(TextDelta(self._held[:length]))
            self._sent += length
        self._held = self._held[max(length, 0) :]

    def _add_call(self, event: ToolCallDelta, out: list[RunEvent]) -> None:
        if self._call is None:
            self._call = event.index
        if not self._has_stopped and (not self._shape.is_single or event.index == self._call):
            out.append(event)

    def _finish(self, finished: RunFinished, out: list[RunEvent]) -> None:
        if not self._has_stopped:
            self._send(len(self._held), out)
            out.append(finished)
            return
        verification = finished.verification
        if verification is not None:
            verification = _within(verification, self._sent)
        out.append(structs.replace(finished, finish_reason="stop", verification=verification))


def _within(verification: Verification, length: int) -> Verification:
    """Without figures that were not sent."""
    kept = tuple(figure for figure in verification.figures if figure.end <= length)
    return structs.replace(verification, figures=kept)

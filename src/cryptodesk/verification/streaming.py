"""The gate between a model's text and the caller: it passes text on, or holds each sentence until it is checked."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec

from cryptodesk.core.events import ComputedFigure
from cryptodesk.verification.checking import Checker, Checking
from cryptodesk.verification.facts import ToolResult
from cryptodesk.verification.layout import Splitter, Unit
from cryptodesk.verification.policy import Policy, note_on, treat
from cryptodesk.verification.verdicts import CheckedFigure, Verification, summed

__all__ = ["Gate"]


class Gate:
    """One run's answer. What `feed` and `finish` return, joined, is what the caller may see.

    Under `mark` and `off` that is the text as it is, at once. Under `repair` and `cut` it comes sentence by sentence;
    nothing is held longer than a sentence or, where that is long, some 400 characters. The text that results does not
    depend on how the deltas were cut.
    """

    __slots__ = (
        "_checker", "_checking", "_computed", "_figures", "_gap", "_left_out",
        "_now", "_pieces", "_policy", "_repaired", "_results", "_sent", "_splitter", "_user_texts",
    )  # fmt: skip

    def __init__(self, policy: Policy, user_texts: Sequence[str], now: datetime) -> None:
        self._policy = policy
        self._user_texts = user_texts
        self._now = now
        self._results: list[ToolResult] = []
        self._computed: tuple[ComputedFigure, ...] = ()
        self._pieces: list[str] = []
        self._splitter = Splitter()
        self._checker: Checker | None = None
        self._checking: Checking | None = None
        self._figures: list[CheckedFigure] = []
        self._gap = ""
        self._sent = 0
        self._repaired = self._left_out = 0

    def add_result(self, tool: str, arguments: str, output: str, call_id: str) -> None:
        """A finished call, before the text that is written from it. Both `arguments` and `output` are JSON text."""
        if self._policy != "off":
            self._results.append(ToolResult(tool, arguments, output, call_id))
            self._checker = self._checking = None

    def add_computed(self, figures: Sequence[ComputedFigure]) -> None:
        """Figures that the code which wrote the text worked out from the results; before the text that has them."""
        self._computed = (*self._computed, *figures)
        self._checker = self._checking = None

    def feed(self, delta: str) -> str:
        if self._policy == "off":
            return delta
        if self._policy == "mark":
            self._pieces.append(delta)
            return delta
        self._splitter.push(delta)
        text = self._released(is_final=False)
        self._sent += len(text)
        return text

    def finish(self) -> tuple[str, Verification]:
        """The rest of the text, and the verdict on all of it."""
        if self._policy == "off":
            return "", summed((), "off")
        if self._policy == "mark":
            return "", msgspec.structs.replace(self.checker.check("".join(self._pieces)), policy="mark")
        rest = self._released(is_final=True)
        note = note_on(self._repaired, self._left_out)
        if note:
            rest += note if not self._sent + len(rest) else f"\n\n{note}"
        else:
            rest += self._gap + self._splitter.rest()
        return rest, summed(tuple(self._figures), self._policy, self._repaired, self._left_out)

    @property
    def checker(self) -> Checker:
        if self._checker is None:
            self._checker = Checker(self._results, self._user_texts, self._now, self._computed)
        return self._checker

    def _released(self, *, is_final: bool) -> str:
        text = ""
        while (unit := self._splitter.take(is_final=is_final)) is not None:
            text += self._treated(unit, self._sent + len(text))
        return text

    def _treated(self, unit: Unit, place: int) -> str:
        """The unit as it is sent, with the white space before it; of spaces around what is left out the wider stays."""
        if self._checking is None:
            self._checking = Checking(self.checker)
        treated = treat(self._checking.unit(unit), self._policy)
        self._repaired += treated.repaired
        self._left_out += treated.left_out
        gap = max(self._gap, unit.gap, key=lambda space: (space.count("\n"), len(space)))
        if treated.text is None:
            self._gap = gap
            self._figures += [_moved(one, place) for one in treated.figures]
            return ""
        self._gap = ""
        gap = gap if place or not self._left_out else ""
        self._figures += [_moved(one, place + len(gap)) for one in treated.figures]
        return gap + treated.text


def _moved(figure: CheckedFigure, place: int) -> CheckedFigure:
    return msgspec.structs.replace(figure, start=figure.start + place, end=figure.end + place)

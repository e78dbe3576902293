"""Cuts an answer into units: sentences, list items, table rows, headings; the same from a stream as from whole text.

A cut is made only where more text could not move it, so a stream that stops anywhere and goes on gives the same units.
"""

from __future__ import annotations

import re
from typing import NamedTuple

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.vocabulary import word_set

__all__ = ["LONGEST_UNIT", "Splitter", "Unit"]

LONGEST_UNIT = 400
_LONGEST_FIGURE = 40
_UNDECIDED = -1

_STOP = Pattern(r"[.!?…]+[\"'”’)\]*_]*(?=\s)|\n")
_SPACE = Pattern(r"\s*")
_ITEM = Pattern(r"(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_LONGEST_MARKER = 6
_WORD_BEFORE = Pattern(r"([A-Za-z.]+)\.+$")
_ABBREVIATIONS = word_set(
    "e.g i.e vs approx no inc ltd corp dr mr ms mrs st u.s u.k etc fig ca cf al est jan feb mar apr jun jul aug "
    "sep sept oct nov dec"
)
# Places where a long sentence may be parted: after a comma or the like, before a joining word.
_CLAUSE = Pattern(r"[,;:—–]\s|\s(?=(?:and|but|while|whereas|with|which)\s)")
_DIGITS = Pattern(r"[\d.,]*")
_GAP = Pattern(r"(?<![\d$€£¥~±+\-−])\s(?![\d%])")


class Unit(NamedTuple):
    """`text` without the white space around it. `gap` is the white space before it. `start` counts from the answer's
    beginning. `kind`: prose, item, heading, row, code."""

    text: str
    start: int
    kind: str
    gap: str


class Splitter:
    """Takes the text in pieces and gives units as soon as each is certain."""

    __slots__ = ("_at", "_buffer", "_gap", "_in_code", "_is_line_start", "_place")

    def __init__(self) -> None:
        self._buffer = ""
        self._at = 0  # how much of the buffer has been given out
        self._place = 0  # where the buffer begins in the answer
        self._gap = ""
        self._is_line_start = True
        self._in_code = False

    def push(self, text: str) -> None:
        self._buffer = self._buffer[self._at :] + text
        self._place += self._at
        self._at = 0

    def take(self, *, is_final: bool = False) -> Unit | None:
        """The next unit; None when there is none yet."""
        self._skip_space()
        if self._at >= len(self._buffer):
            return None
        kind = self._kind(is_final)
        end = self._end(kind, is_final) if kind else None
        return None if kind is None or end is None else self._cut(kind, end)

    def rest(self) -> str:
        """The white space after the last unit; to be asked when `take` has given None at the end."""
        return self._gap

    def _skip_space(self) -> None:
        match = _SPACE.match(self._buffer, self._at)
        if match and match.end() > self._at:
            space = match.group()
            self._gap += space
            self._is_line_start = self._is_line_start or "\n" in space
            self._at = match.end()

    def _kind(self, is_final: bool) -> str | None:
        if not self._is_line_start:
            return "prose"
        rest = self._buffer[self._at : self._at + _LONGEST_MARKER]
        if len(rest) < _LONGEST_MARKER and "\n" not in rest and not is_final:
            return None
        if rest.startswith("```") or self._in_code:
            return "code"
        if rest.startswith("|"):
            return "row"
        if rest.startswith("#"):
            return "heading"
        return "item" if _ITEM.match(rest) else "prose"

    def _end(self, kind: str, is_final: bool) -> int | None:
        end = self._natural_end(kind, is_final)
        if end == _UNDECIDED:
            return None
        # A row is one piece however long it is: its cells mean nothing apart.
        if kind == "row" or (end is not None and end - self._at <= LONGEST_UNIT):
            return end
        if len(self._buffer) - self._at <= LONGEST_UNIT + _LONGEST_FIGURE and not is_final:
            return None
        if is_final and len(self._buffer) - self._at <= LONGEST_UNIT:
            return end if end is not None else len(self._buffer)
        return self._parted()

    def _natural_end(self, kind: str, is_final: bool) -> int | None:
        if kind != "prose":
            line = self._buffer.find("\n", self._at)
            return line if line >= 0 else len(self._buffer) if is_final else None
        for match in _STOP.finditer(self._buffer, self._at):
            if match.group() == "\n":
                return match.start()
            ends = self._is_sentence_end(match, is_final)
            if ends is None:
                return _UNDECIDED
            if ends:
                return match.end()
        return len(self._buffer) if is_final else None

    def _is_sentence_end(self, match: re.Match[str], is_final: bool) -> bool | None:
        """None when what follows is not known yet."""
        after = _SPACE.match(self._buffer, match.end())
        following = after.end() if after else match.end()
        if following >= len(self._buffer):
            return True if is_final else None
        if "\n" in self._buffer[match.end() : following]:
            return True
        before = _WORD_BEFORE.search(self._buffer[max(self._at, match.start() - 12) : match.start() + 1])
        if before and before.group(1).lower().rstrip(".") in _ABBREVIATIONS:
            return False
        return not self._buffer[following].islower()

    def _parted(self) -> int:
        """An end inside a long unit: at the last clause that fits, else at white space outside of figures."""
        limit = self._at + LONGEST_UNIT
        for pattern in (_CLAUSE, _GAP):
            ends = [match.end() for match in pattern.finditer(self._buffer, self._at + 1, limit)]
            if ends:
                return ends[-1]
        # No figure is so long that it must be cut in two here; what is, is no figure.
        inside = _DIGITS.match(self._buffer, limit, limit + _LONGEST_FIGURE)
        return inside.end() if inside else limit

    def _cut(self, kind: str, end: int) -> Unit:
        text = self._buffer[self._at : end]
        core = text.rstrip()
        unit = Unit(core, self._place + self._at, kind, self._gap)
        self._at += len(core)
        self._gap = ""
        self._is_line_start = False
        if core.startswith("```"):
            self._in_code = not self._in_code or (kind == "code" and len(core) > 3 and core.endswith("```"))
        return unit

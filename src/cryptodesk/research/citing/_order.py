"""Marks put before the stop they follow: "It rose. [[s1]] Next" becomes "It rose [[s1]]. Next".

So a mark is a part of its sentence, wherever sentences are cut. Code is left as it is.
"""

from __future__ import annotations

from cryptodesk.core.patterns import Pattern
from cryptodesk.research.citing.marks import LONGEST_MARK, find_marks, is_partial_mark

__all__ = ["MarkOrder", "uncovered"]

# Within code these have no meaning for whoever reads on: they travel as private characters and come back at the end.
_COVERED = {ord(sign): 0xF0000 + at for at, sign in enumerate(".!?…[]【】{}|")}
_UNCOVERED = {code: sign for sign, code in _COVERED.items()}
_NOT_OURS = dict.fromkeys(_UNCOVERED)

_STOP = Pattern(r"[.!?…]+[\"'”’)*_]*")
_SPACES = Pattern(r"[ \t]*")
_TICKS = Pattern(r"`+")
_HELD = frozenset(".!?…[【 \t`\n")
_FENCE = 3
_LONGEST_CODE = 200


class MarkOrder:
    """Takes a text in pieces; gives out what later pieces cannot change, the same however it was cut."""

    __slots__ = ("_in_fence", "_is_blank", "_pending")

    def __init__(self) -> None:
        self._pending = ""
        self._in_fence = False
        self._is_blank = True  # nothing but spaces in this line so far

    def push(self, delta: str) -> str:
        self._pending += delta.translate(_NOT_OURS)
        return self._given(is_final=False)

    def rest(self) -> str:
        return self._given(is_final=True)

    def _given(self, *, is_final: bool) -> str:
        text, out, place = self._pending, [], 0
        while place < len(text):
            sign = text[place]
            if sign not in _HELD:
                out.append(sign)
                self._is_blank = False
                place += 1
                continue
            end = self._end(text, place, out, is_final=is_final)
            if end is None:
                break
            place = end
        self._pending = text[place:]
        return "".join(out)

    def _end(self, text: str, place: int, out: list[str], *, is_final: bool) -> int | None:
        """Writes what stands at the place and says where it ends; None where more text may change it."""
        sign = text[place]
        if sign == "\n":
            self._is_blank = True
        elif sign == "`":
            return self._ticks(text, place, out, is_final=is_final)
        elif not self._in_fence:
            return self._marks(text, place, out, is_final=is_final)
        elif sign not in " \t":
            self._is_blank = False
        out.append(sign)
        return place + 1

    def _ticks(self, text: str, place: int, out: list[str], *, is_final: bool) -> int | None:
        match = _TICKS.match(text, place)
        end = match.end() if match else place + 1
        if end == len(text) and not is_final:
            return None
        ticks = text[place:end]
        if self._in_fence or (len(ticks) >= _FENCE and self._is_blank):
            self._in_fence = self._in_fence != (len(ticks) >= _FENCE and self._is_blank)
            self._is_blank = False
            out.append(ticks)
            return end
        line = text[end : end + _LONGEST_CODE].partition("\n")[0]
        close = line.find(ticks)
        if close < 0 and len(line) < _LONGEST_CODE and end + len(line) == len(text) and not is_final:
            return None
        self._is_blank = False
        code = line[:close] if close >= 0 else ""
        out += [ticks, code.translate(_COVERED)]
        out += [ticks] if close >= 0 else []
        return end + len(code) + (len(ticks) if close >= 0 else 0)

    def _marks(self, text: str, place: int, out: list[str], *, is_final: bool) -> int | None:
        stop = _STOP.match(text, place)
        end = marks_end = stop.end() if stop else place
        while True:
            spaces = _SPACES.match(text, marks_end)
            begin = spaces.end() if spaces else marks_end
            length = _mark_at(text, begin, is_final=is_final)
            if length is None:
                return None
            if not length:
                break
            marks_end = begin + length
        if marks_end > end:
            out += [text[end:marks_end], text[place:end]]
        else:
            marks_end = max(end, place + 1)
            out.append(text[place:marks_end])
        self._is_blank = self._is_blank and out[-1].isspace()
        return marks_end


def _mark_at(text: str, place: int, *, is_final: bool) -> int | None:
    """How long the mark at the place is; 0 for none, None where it may yet become one."""
    if place >= len(text):
        return 0 if is_final else None
    if text[place] not in "[【":
        return 0
    line = text.find("\n", place, place + LONGEST_MARK + 2)
    piece = text[place : place + LONGEST_MARK + 2 if line < 0 else line]
    # The character behind a mark tells whether it is a link.
    is_whole = is_final or line >= 0 or len(piece) >= LONGEST_MARK
    found = find_marks(piece)
    if not is_whole and (is_partial_mark(piece) or (found and found[0].end == len(piece))):
        return None
    return found[0].end if found and found[0].start == 0 else 0


def uncovered(text: str) -> str:
    """The text with the signs of its code put back."""
    return text.translate(_UNCOVERED)

"""Text as a reader sees it: without the characters that nobody sees, and whether those may have held a message."""

from __future__ import annotations

import unicodedata

from cryptodesk.core.patterns import Pattern

__all__ = ["unify_breaks", "without_invisible"]

_BREAK_MARKS = "\r\u2028\u2029\x0b\x0c\x85"
_BREAKS = Pattern(r"\r\n?|[\u2028\u2029\x0b\x0c\x85]")
_BLANK = frozenset("\u115f\u1160\u3164\uffa0\u2800\u034f\u17b4\u17b5\u180b\u180c\u180d\u180e\u180f")
_DROPPED = frozenset({"Cf", "Cc", "Cs", "Co", "Cn"})
_SELECTORS = frozenset(map(chr, (*range(0xFE00, 0xFE10), *range(0xE0100, 0xE01F0))))
_TAGS = range(0xE0000, 0xE0080)
_DIRECTION = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
# Marks of good faith: word processors and right-to-left texts are full of them.
_SLOPPY = frozenset("\u00ad\u200e\u200f\u061c")
_MOST_MARKS_ON_A_LETTER = 3
# A handful of invisible marks is sloppy typing; more in a row, or many all over a text, can spell something out.
_INVISIBLE_RUN, _INVISIBLE_TOTAL = 4, 12
# Below that are the alphabets (Latin, Greek, Cyrillic) whose words need no joiners.
_FIRST_JOINED_LETTER = "\u0590"


def unify_breaks(text: str) -> str:
    return _BREAKS.sub("\n", text) if any(mark in text for mark in _BREAK_MARKS) else text


def without_invisible(text: str) -> tuple[str, bool]:
    """Without control, format, private and blank characters and heaps of accents; and whether what was taken out may
    say something: many in a row, tags, changes of direction, or marks that part a word to hide it from a search."""
    if text.isascii() and text.replace("\n", "").isprintable():
        return text, False
    suspects = {mark for mark in set(text) if _is_suspect(mark)}
    return (text, False) if not suspects else _Sieve(suspects).strain(text)


def _is_suspect(mark: str) -> bool:
    if mark in _BLANK or mark in _SELECTORS:
        return True
    category = unicodedata.category(mark)
    return category == "Mn" or (category in _DROPPED and not mark.isspace())


class _Sieve:
    def __init__(self, suspects: set[str]) -> None:
        self._accents = {mark for mark in suspects if mark not in _SELECTORS and unicodedata.category(mark) == "Mn"}
        self._accents -= _BLANK
        self._unseen = suspects - self._accents
        self._is_hiding = False
        self._total = 0

    def strain(self, text: str) -> tuple[str, bool]:
        kept: list[str] = []
        begin = judged = accents = 0
        for place, mark in enumerate(text):
            if mark in self._unseen:
                kept.append(text[begin:place])
                begin = place + 1
                if place >= judged:
                    judged = self._judge(text, place)
            accents = accents + 1 if mark in self._accents else 0
            if accents > _MOST_MARKS_ON_A_LETTER:
                kept.append(text[begin:place])
                begin = place + 1
        kept.append(text[begin:])
        return "".join(kept), self._is_hiding or self._total >= _INVISIBLE_TOTAL

    def _judge(self, text: str, start: int) -> int:
        """Judges the run of unseen characters that begins here; where it ends."""
        end = start
        while end < len(text) and text[end] in self._unseen:
            end += 1
        run = text[start:end]
        before, after = text[start - 1 : start], text[end : end + 1]
        needless = [mark for mark in run if mark not in _SLOPPY]
        if not needless:
            self._is_hiding = self._is_hiding or len(run) >= _INVISIBLE_RUN
            return end
        # Joiners and selectors belong to emoji and to the scripts that need them.
        is_in_use = len(run) < _INVISIBLE_RUN and before >= _FIRST_JOINED_LETTER
        self._total += 0 if is_in_use or _is_control(needless) else len(needless)
        self._is_hiding = (
            self._is_hiding
            or len(run) >= _INVISIBLE_RUN
            or any(ord(mark) in _TAGS or mark in _DIRECTION for mark in run)
            or (_is_plain_letter(before) and _is_plain_letter(after) and not _is_control(needless))
        )
        return end


def _is_control(marks: list[str]) -> bool:
    """Control characters come from broken files."""
    return all(unicodedata.category(mark) == "Cc" for mark in marks)


def _is_plain_letter(mark: str) -> bool:
    return mark.isalpha() and mark < _FIRST_JOINED_LETTER

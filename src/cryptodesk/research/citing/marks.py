"""Marks of citation in a text: the ones a model writes, however sloppily, and the `[N]` that readers get."""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

from cryptodesk.core.patterns import Pattern

__all__ = ["LONGEST_MARK", "Mark", "bare", "find_marks", "is_partial_mark", "numbers_in", "split_at_marks"]

_ONE = r"\^?[sS]?\d{1,3}"
_MANY = rf"{_ONE}(?:\s?[,;]\s?{_ONE}|\s?[-–]\s?{_ONE})*"
_MARK = Pattern(
    rf"[ \t]*(?:\[\[\s?(?P<double>{_MANY})\s?\]\]|\[(?P<single>{_MANY})\]"
    rf"|【(?P<wide>{_MANY})(?:†[^】\n]{{0,40}})?】)(?!\()"
)
_PARTIAL = Pattern(r"(?:\[{1,2}|【)[\s^sS\d,;\-–†]{0,24}\]?|\[\[[^\]\n]{0,24}\]?")
# Code and addresses, in which nothing is a mark; a link's text is the reader's.
_FENCED = Pattern(r"`[^`\n]*`|\[[^\[\]\n]{0,300}\]\([^()\s]*(?:\([^()\s]*\)[^()\s]*)*\)|https?://\S+")
_PARTS = Pattern(r"\s?[,;]\s?")
_RANGE = Pattern(r"\^?([sS]?)(\d{1,3})\s?[-–]\s?\^?[sS]?(\d{1,3})")
_LONGEST_RANGE = 6
_ROUND = str.maketrans("[]【】", "()()")
LONGEST_MARK = 64


class Mark(NamedTuple):
    """`start` to `end` is the mark with the space before it; `ids` are "s3" or "3", in order."""

    start: int
    end: int
    ids: tuple[str, ...]


def find_marks(text: str) -> list[Mark]:
    """In order; none within code, links and addresses."""
    if "[" not in text and "【" not in text:
        return []
    fenced = [match.span() for match in _FENCED.finditer(text)] if ("`" in text or "(" in text or "//" in text) else []
    found = []
    for match in _MARK.finditer(text):
        at = match.end() - 1
        if not any(start <= at < end for start, end in fenced):
            found.append(Mark(match.start(), match.end(), _ids(match[match.lastgroup or 0])))
    return found


def _ids(inner: str) -> tuple[str, ...]:
    ids: dict[str, None] = {}
    for part in _PARTS.split(inner.strip()):
        span = _RANGE.fullmatch(part.strip())
        if span is None:
            ids[part.strip().lstrip("^").lower()] = None
            continue
        first, last = int(span[2]), int(span[3])
        for number in range(first, min(last, first + _LONGEST_RANGE) + 1):
            ids[f"{span[1].lower()}{number}"] = None
    return tuple(ids)


def is_partial_mark(text: str) -> bool:
    """Whether the text may yet become a mark: "[[s1", "[3"."""
    return len(text) < LONGEST_MARK and _PARTIAL.fullmatch(text) is not None


def numbers_in(text: str) -> tuple[int, ...]:
    """The numbers of the markers in a finished text, in order."""
    return tuple(int(mark_id) for mark in find_marks(text) for mark_id in mark.ids if mark_id.isdigit())


def split_at_marks(text: str, marks: Sequence[Mark]) -> list[str]:
    """The text between the marks: one part more than marks. Where leaving a mark out would make a new one of what
    stands around it ("[[[s1]]2]"), brackets of the text become round."""
    parts, place = [], 0
    for mark in marks:
        parts.append(text[place : mark.start])
        place = mark.end
    parts.append(text[place:])
    if marks and find_marks("".join(parts)):
        parts = [part.translate(_ROUND) for part in parts]
    return parts


def bare(text: str) -> str:
    """The text without its marks."""
    return "".join(split_at_marks(text, find_marks(text)))

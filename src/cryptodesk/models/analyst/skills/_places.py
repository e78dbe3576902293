"""Which place of a ranking a question asks for: the second largest, number three, the runner-up."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from cryptodesk.core.patterns import Pattern

__all__ = ["PLACED", "find_place", "said_place"]

_WORDS = ("first", "second", "third", "fourth", "fifth", "sixth", "seventh", "eighth", "ninth", "tenth")
_NUMBERS = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")
_MOST = (
    r"(?:biggest|largest|highest|most|busiest|leading|top|best|greatest|richest|ranked|place|spot|position|in line|by)"
)
PLACED = (
    rf"(?:(?:the )?(?:{'|'.join(_WORDS)}|[1-9](?:st|nd|rd|th)|10th)[- ]{_MOST}\b|(?:number|no\.?|nr\.?|rank|place|position) ?#?(?:{'|'.join(_NUMBERS)}|10|[1-9])\b|#(?:10|[1-9])\b|runners?-?up\b"
    rf"|(?:in|comes?|came|ranks?|ranked|is|are) (?:in )?(?:the )?(?:{'|'.join(_WORDS)}|[1-9](?:st|nd|rd|th)|10th)\b(?! (?:time|week|month|quarter|half|year|day|of)))"
)
_PLACED = Pattern(rf"(?<![\w#]){PLACED}")


def find_place(lowered: str) -> int:
    """1 for the first, which is also what is asked where no place is named."""
    match = _PLACED.search(lowered)
    if match is None:
        return 1
    said = match.group()
    if said.startswith("runner"):
        return 2
    for at, names in enumerate(zip(_WORDS, _NUMBERS, strict=True), 1):
        if any(name in said.replace("-", " ").split() for name in names):
            return at
    return int("".join(filter(str.isdigit, said)) or 1)


def said_place(place: int) -> str:
    """ "second-" before "largest"; nothing for the first."""
    return f"{_WORDS[place - 1]}-" if 1 < place <= len(_WORDS) else ""

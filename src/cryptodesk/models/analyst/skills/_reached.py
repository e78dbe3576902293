"""What a price level is asked for: which level, which side of it, and whether, when or how often it was passed."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from decimal import Decimal
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading

__all__ = ["Aim", "LevelSlots", "Side", "is_worded", "read_level"]

Side = Literal["below", "above", "reached"]
Aim = Literal["whether", "first", "last", "count"]

# Most questions hold none of these, and the long patterns are left aside.
_ANY = Pattern(r"\d|hundred|thousand|million|dollar|buck|six figures|five figures|parity|grand")
_PAST = Pattern(
    r"\b(?:was|were|wasn't|has|have|had|hasn't|did|didn't|ever|never|when|since when|how (?:many|much|often|long)|(?:last|first|only|previous) (?:time|day|date|close[ds]?)|what (?:day|date|month|time|year)|which (?:day|date|month|year)|number of (?:days|times)|days (?:above|below|over|under))\b"
)
_OTHERS = Pattern(
    r"\b(?:will|would|could|can|should|shall|might|may|gonna|going to|if|next|tomorrow|alert|notify|ping|remind|let me know|forecast|predict\w*|target|likely|odds|chances?|bought|buy|picked up|am i|have i|i'?m|i made|i've|a pop|each|entry|invest\w*|sold|sell|paid|pay|my|i had|convert|how many .{1,20} for|worth of|why|because|liquidat\w+|volume|market ?cap\w*|mcap|supply|tvl|funding|open interest|rsi|dominance|holders?|average|gas|fees?|price of .{1,30} when|rank\w*)\b"
)
_BELOW = r"(?:below|under|beneath|underneath|less than|lower than|cheaper than|as low as|south of|sub|beyond|down to|(?:drop|fall|dip|sink|crash|slip|plunge|tank|dump|decline|go|went|fell|sank|slid|come|came)(?:p?ed|en|s|t|n)? (?:back )?(?:down )?to)"
_ABOVE = r"(?:above|over|more than|higher than|greater than|north of|past|in excess of|at least|upwards? of|exceed(?:s|ed|ing)?|surpass(?:es|ed)?|top(?:s|ped)?|pass(?:es|ed)?|clear(?:s|ed)?|as high as|as much as|(?:rise|rose|climb(?:ed)?|rall(?:y|ied)|jump(?:ed)?|pump(?:ed)?|go|went|get|got|come|came) (?:back )?(?:up )?to)"
_REACHED = r"(?:hit|hits|hitting|reach(?:es|ed)?|touch(?:es|ed)?|cross(?:es|ed)?|break|breaks|broke|broken|breach(?:ed)?|see|seen|saw|get to|got to|trade[ds]? (?:at|for)|trading (?:at|for)|at|cost|worth|attain(?:ed)?|tag(?:ged)?|make it to|made it to)"
_LINK = r"(?: (?:the|a|an|its|price|level|mark|of|levels|threshold|usd|us|barrier|line|around|about|exactly|whole|full))*[ $€£]*$"
_SIDES: tuple[tuple[Side, Pattern], ...] = (
    ("below", Pattern(rf"\b{_BELOW}{_LINK}")),
    ("above", Pattern(rf"\b{_ABOVE}{_LINK}")),
    ("reached", Pattern(rf"\b{_REACHED}{_LINK}")),
)
_OR_MORE = Pattern(r"\s?(?:usd|dollars?|bucks)?\s?(?:or (?:more|higher|above)|\+)")
_OR_LESS = Pattern(r"\s?(?:usd|dollars?|bucks)?\s?or (?:less|lower|below)")
_WORDED = (
    (Pattern(r"\b(?:six|6) figures?\b"), Decimal(100_000)),
    (Pattern(r"\b(?:five|5) figures?\b"), Decimal(10_000)),
    (Pattern(r"\b(?:a|one|1) (?:us )?(?:dollar|buck)\b|\bparity with the dollar\b"), Decimal(1)),
)
_LAST = Pattern(
    r"\b(?:last|latest|most recent(?:ly)?|previous) (?:time|day|date|clos\w+|\w+ (?:was|were|traded?|closed?))\b|\blast (?:trade|close|see|hit|touch|be|above|below|over|under|at)\w*\b|\bmost recently\b|\bsince when\b|\bhow long (?:ago|has it been since)\b|\bhow long .{1,30}\bbeen\b"
)
_FIRST = Pattern(
    r"\b(?:first|1st|earliest|initially)\b|\bwhen (?:did|was|had)\b|\b(?:what|which) (?:day|date|month|year)\b|\bon (?:what|which) (?:day|date)\b"
)
_COUNT = Pattern(
    r"\bhow (?:many|much) (?:of the )?(?:days?|times?|closes?|sessions?|daily|time)\b|\bhow often\b|\bnumber of (?:days|times|closes)\b|\bhow long (?:was|did|were|has|in)\b|\bcount (?:of )?(?:the )?days\b|^days (?:above|below|over|under)\b|\bshare of (?:the )?days\b|\b(?:percent|percentage|%) of (?:the )?(?:days|time)\b"
)


class LevelSlots(Struct, frozen=True):
    """`reached` is above or below, whichever the price came from."""

    level: Decimal
    side: Side
    aim: Aim = "whether"


def read_level(reading: Reading) -> LevelSlots | None:
    """None where the question is of no level that a price was or was not beyond."""
    text = reading.masked
    if not reading.says(_ANY) or not _PAST.search(text) or _OTHERS.search(text):
        return None
    for value, start, end in _levels(reading):
        side = _side(text, start, end)
        if side is not None:
            aim = _aim(text)
            return LevelSlots(value, side, "count" if aim == "whether" and _EITHER.search(text) else aim)
    return None


def is_worded(reading: Reading) -> bool:
    """A level in words that are a level's alone: "a dollar", "six figures"."""
    return any(pattern.search(reading.masked) for pattern, _ in _WORDED)


_EITHER = Pattern(
    r"\b(?:above|over|higher|more) or (?:below|under|lower|less)\b|\b(?:below|under|lower|less) or (?:above|over|higher|more)\b"
)


def _levels(reading: Reading) -> list[tuple[Decimal, int, int]]:
    for pattern, value in _WORDED:
        match = pattern.search(reading.masked)
        if match:
            return [(value, match.start(), match.end())]
    return [(one.value, one.start, one.end) for one in reading.amounts if one.unit != "%" and one.value > 0]


def _side(text: str, start: int, end: int) -> Side | None:
    if _OR_MORE.match(text, end):
        return "above"
    if _OR_LESS.match(text, end):
        return "below"
    before = text[max(0, start - 48) : start]
    return next((side for side, pattern in _SIDES if pattern.search(before)), None)


def _aim(text: str) -> Aim:
    if _COUNT.search(text):
        return "count"
    if _LAST.search(text):
        return "last"
    return "first" if _FIRST.search(text) else "whether"

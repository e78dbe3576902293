"""What a short text after a list wants of it: more rows or fewer, the other end, another order or stretch of time."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from typing import Any

from msgspec import structs

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.questions import Period, Plan
from cryptodesk.models.analyst.skills._list_bounds import digits
from cryptodesk.models.analyst.skills._lists import MOST_ROWS, spoken_window

__all__ = ["amended", "asked_count", "with_slots"]

_USUAL_COUNT, _MOST_WORDS, _FEWEST_MORE = 10, 8, 5
_LEAD = r"(?:ok(?:ay)?|and|now|but|so|then|hey|no|sorry|please|pls|can you|could you|show(?: me)?|give(?: me)?|gimme|list|just|only|make (?:it|that)|i want|let'?s see|let me see|see|get(?: me)?|what about|how about|the)"
_TAIL = r"(?:instead|please|pls|plz|thanks|thx|thank you|then|of them|of those|of these|only|rows?|results?|entries|coins?|tokens?|ones?|names?|more)"
_TOP = Pattern(rf"^(?:{_LEAD}[ ,]+)*(?:top |first |best )?(?P<count>\d{{1,3}})(?: {_TAIL})*[ ?.!]*$")
_MORE = Pattern(rf"^(?:{_LEAD}[ ,]+)*(?:(?:the )?next |another |(?P<more>))?(?P<count>\d{{1,3}})?(?: {_TAIL})*[ ?.!]*$")
_IS_MORE = Pattern(r"\b(?:more|another|next|longer|extend|expand|rest)\b")
_FEWER = Pattern(r"\b(?:fewer|less|shorter)\b")
_BARE = Pattern(
    rf"^(?:{_LEAD}[ ,]+)*(?:a )?(?:few |some |even )?(?:more|longer list|longer|the rest|rest|fewer|less|shorter|shorter list)(?: {_TAIL})*[ ?.!]*$"
)
_WINDOW = Pattern(
    rf"^(?:{_LEAD}[ ,]+)*(?:in|over|for|by|on|during|within)?(?: (?:the|a|last|past))*\s*(?P<span>hourly|hour|1 ?h|24 ?h|daily|day|week(?:ly)?|7 ?d(?:ays?)?|month(?:ly)?|30 ?d(?:ays?)?|quarter(?:ly)?|90 ?d(?:ays?)?|60 ?d(?:ays?)?)(?: (?:change|changes|window|view|list|basis|{_TAIL}))*[ ?.!]*$"
)
_PERIODS = {
    "1h": Period("hours", "the last hour", 1), "24h": Period("hours", "the last 24 hours", 24),
    "7d": Period("days", "the last 7 days", 7), "30d": Period("days", "the last 30 days", 30),
    "60d": Period("days", "the last 60 days", 60), "90d": Period("days", "the last 90 days", 90),
}  # fmt: skip


def asked_count(text: str, shown: int) -> int | None:
    """How many rows are wanted now, where `shown` were: of "5 more" these and five further ones."""
    said = digits(text.lower().strip())
    if len(said.split()) > _MOST_WORDS:
        return None
    if _BARE.match(said):
        wanted = max(1, shown // 2) if _FEWER.search(said) else shown + max(shown, _FEWEST_MORE)
        return min(wanted, MOST_ROWS)
    match = _TOP.match(said) or _MORE.match(said)
    if match is None or match["count"] is None or int(match["count"]) == 0:
        return None
    count = int(match["count"])
    return shown + count if _IS_MORE.search(said) else count


def amended(plan: Plan, text: str) -> Plan | None:
    """The plan with another count or stretch of time; its slots have a `count`."""
    count = asked_count(text, plan.slots.count or _USUAL_COUNT)
    if count is not None:
        return with_slots(plan, count=count)
    window = _WINDOW.match(text.lower().strip())
    return structs.replace(plan, period=_PERIODS[spoken_window(window["span"])]) if window else None


def with_slots(plan: Plan, **changed: Any) -> Plan:
    return structs.replace(plan, slots=structs.replace(plan.slots, **changed))

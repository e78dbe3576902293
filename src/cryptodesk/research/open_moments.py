"""Stretches of time that words leave open: ranges that end before they begin, and events that nobody dated."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.periods import find_period
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.research.planning import kind_of

__all__ = ["OpenMoment", "open_moment", "turned_range"]

# Dated falls of the whole market, newest first: what people mean by "the crash".
_CRASHES = (date(2025, 10, 10), date(2024, 8, 5), date(2022, 11, 8), date(2020, 3, 12))
_RECENT = ("over the last 7 days", "over the last 30 days", "over the last year")
_LONG = ("over the last 90 days", "over the last year", "over the last 3 years")
_MOST_CRASHES = 3
_FALLS = r"crash(?:es)?|sell-?off|meltdown|liquidation (?:cascade|event)|flash crash|collapse"
_TURNS = r"bottom|low|top|peak|high|bull (?:run|market)|bear market|crypto winter|cycle"
_NEWS = r"rally|pump|dump|dip|drop|spike|move|news|announcement|hack|exploit|listing|upgrade|update|event"
_EVENT = Pattern(
    r"\b(?:ever )?(?:since|after|before|from|until|following) (?:the|that|this|its|their|our)"
    r" (?:(?:last|latest|recent|big|great|first|second|previous|major|market|crypto|price) ){0,2}"
    rf"(?:(?P<fall>{_FALLS})|(?P<turn>{_TURNS})|(?P<news>{_NEWS}))\b"
    r"(?!\s+(?:of|in|on|from)\s+(?:\w+\s+)?(?:\d|q[1-4]\b|january|february|march|april|may|june|july|august|september|october|november|december))"
)
# Answered from a series of prices, so that another beginning gives other figures.
_OVER_TIME = frozenset(
    {"change", "history", "extremes", "comparison", "quote", "volatility", "drawdown", "correlation", "ratios", "bare"}
)  # fmt: skip


class OpenMoment(Struct, frozen=True):
    """`words` name an event without a date; `choices` are the question with a stretch of time in their place."""

    words: str
    choices: tuple[str, ...]


def open_moment(text: str, plan: Plan, today: date) -> OpenMoment | None:
    """None where a stretch of time is given besides, or none is needed."""
    if kind_of(plan) not in _OVER_TIME or (plan.period is not None and _is_said(plan, text, today)):
        return None
    found = _EVENT.search(text.lower())
    if found is None:
        return None
    stretches = _stretches("fall" if found["fall"] else "turn" if found["turn"] else "news", today)
    choices = (_replaced(text, found.start(), found.end(), stretch) for stretch in stretches)
    return OpenMoment(text[found.start() : found.end()], tuple(choices))


def _is_said(plan: Plan, text: str, today: date) -> bool:
    """Whether the stretch of time was read from the words, and is not what such questions mean without any."""
    found = find_period(text.lower(), today)
    return found is not None and not found.period.is_weak and plan.period is not None


def _stretches(kind: str, today: date) -> tuple[str, ...]:
    if kind != "fall":
        return _LONG if kind == "turn" else _RECENT
    past = [day for day in _CRASHES if day < today][:_MOST_CRASHES]
    return (*(f"since {day.day} {day:%B %Y}" for day in past), "over the last 30 days")


def turned_range(text: str, today: date) -> Iterator[str]:
    """The question with its range the right way round, and without a beginning."""
    found = find_period(text.lower(), today)
    period = found.period if found is not None else None
    if found is None or period is None or period.start is None or period.end is None or period.start <= period.end:
        return
    first, last = min(period.start, period.end), max(period.start, period.end)
    if last <= today:
        yield _replaced(text, found.start, found.stop, f"from {first.isoformat()} to {last.isoformat()}")
    yield _replaced(text, found.start, found.stop, f"since {period.start.isoformat()}")


def _replaced(text: str, start: int, stop: int, by: str) -> str:
    return " ".join(f"{text[:start].rstrip()} {by}{text[stop:]}".split())

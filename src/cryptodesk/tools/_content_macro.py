"""The macro calendar as passages: what is to come first, then what was, the latest before the older."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from cryptodesk.market.records import MacroEvent
from cryptodesk.tools._content_clean import clean_title, web_address
from cryptodesk.tools._content_passages import Candidate
from cryptodesk.tools._text import NAME_LIMIT, clean

__all__ = ["by_date", "event_candidates", "is_calendar_question"]

# Without a range the calendar is read around the moment of the question.
LOOK_BACK, LOOK_AHEAD = timedelta(days=60), timedelta(days=120)

_WORDS = re.compile(r"[a-z0-9]+")
# Asking with one of these is asking for the calendar as a whole, or for a name that it spells otherwise.
_CALENDAR_WORDS = frozenset(
    {"macro", "macroeconomic", "calendar", "events", "event", "economic", "upcoming", "schedule"}
)
_SAME = {
    "fomc": "fed fomc federal reserve interest rate rates decision",
    "cpi": "cpi inflation consumer price index",
    "pce": "pce inflation personal consumption",
    "payrolls": "payrolls nonfarm nfp jobs employment labour labor",
    "unemployment": "unemployment jobs employment labour labor jobless",
    "consumer": "cpi inflation consumer price index",
    "gross": "gdp growth gross domestic product",
    "gdp": "gdp growth gross domestic product",
    "ecb": "ecb european central bank interest rate decision",
}
_FILLERS = frozenset(
    {"the", "of", "and", "in", "on", "next", "when", "is", "what", "us", "a", "for", "to", "year", "rate"}
)


def is_calendar_question(query: str) -> bool:
    return bool(_words(query) & _CALENDAR_WORDS)


def event_candidates(events: Sequence[MacroEvent], query: str, now: datetime) -> list[Candidate]:
    """The events that the question names; where it names none but asks for the calendar, all of them."""
    asked = _words(query) - _FILLERS
    named = [event for event in events if asked & _names(event)]
    chosen = named or (list(events) if is_calendar_question(query) else [])
    return by_date([_candidate(event) for event in chosen], now)


def by_date(candidates: Iterable[Candidate], now: datetime) -> list[Candidate]:
    """Dated ones: the next first, then the latest past one; what has no date comes last."""

    def place(candidate: Candidate) -> tuple[int, float]:
        if candidate.event_at is None:
            return 2, 0.0
        distance = (candidate.event_at - now).total_seconds()
        return (0, distance) if distance >= 0 else (1, -distance)

    return sorted(candidates, key=place)


def _words(text: str) -> set[str]:
    return set(_WORDS.findall(text.lower()))


def _names(event: MacroEvent) -> set[str]:
    own = _words(event.name)
    return (own | {word for name in own for word in _SAME.get(name, "").split()}) - _FILLERS


def _candidate(event: MacroEvent) -> Candidate:
    name = clean_title(event.name)
    when = f"{event.happens_at:%d %B %Y, %H:%M} UTC".lstrip("0")
    facts = [f"{name}{f' ({clean(event.country)})' if event.country else ''}: {when}."]
    facts += [f"Importance: {clean(event.importance)}."] if event.importance else []
    for label, value in (("Actual", event.actual), ("Forecast", event.forecast), ("Previous", event.previous)):
        facts += [f"{label}: {clean(value, NAME_LIMIT)}."] if value else []
    return Candidate(
        source=clean(event.provenance.source),
        title=f"{name}, {when}",
        url=web_address(event.url),
        content_type="macro_event",
        text=" ".join(facts),
        event_at=event.happens_at,
        is_simulated=event.provenance.mode == "simulated",
    )

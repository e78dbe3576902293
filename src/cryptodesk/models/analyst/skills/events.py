"""Events: the macro calendar, with dates, what is expected and what was published."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import plural
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._passages import (
    EMPTY_REMEDY,
    Passage,
    cite,
    passage_fact,
    passages_closing,
    read_passages,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import CONTENT_SEARCH
from cryptodesk.models.analyst.writer.draft import Draft, Setting, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import moment

__all__ = ["SKILL", "EventSlots"]

_LIMIT = 12
_AHEAD_DAYS, _MOST_PAGES = 120, 2
_SHOWN = {"brief": 1, "standard": 6, "detailed": 12}
_SUBJECTS: tuple[tuple[str, str, Pattern], ...] = (
    ("FOMC", "FOMC rate decision", Pattern(r"\bfomc\b|\bfed(?:eral reserve)?(?:'s)?\b.{0,30}\b(?:meet\w*|decision|decide\w*|rates?|announce\w*|cut|hike|speech|minutes)\b|\b(?:rate|interest rate) (?:decision|cut|hike)s?\b|\bpowell\b")),
    ("CPI", "CPI inflation", Pattern(r"\bcpi\b|\binflation (?:data|report|figures?|numbers?|print|release)\b|\bconsumer price\b")),
    ("PCE", "PCE inflation", Pattern(r"\bpce\b")),
    ("PPI", "PPI producer prices", Pattern(r"\bppi\b|\bproducer price\b")),
    ("payrolls", "nonfarm payrolls jobs", Pattern(r"\bnfp\b|\b(?:non-?farm )?payrolls?\b|\bjobs? (?:report|data|numbers?)\b|\bunemployment\b|\bjobless\b")),
    ("GDP", "GDP growth", Pattern(r"\bgdp\b")),
    ("ECB", "ECB rate decision", Pattern(r"\becb\b")),
)  # fmt: skip
# How the calendar writes what a question calls by a short form.
_TOLD = {
    "FOMC": Pattern(r"fomc|federal reserve|\bfed\b"),
    "CPI": Pattern(r"\bcpi\b|consumer price"),
    "PCE": Pattern(r"\bpce\b|personal consumption"),
    "PPI": Pattern(r"\bppi\b|producer price"),
    "payrolls": Pattern(r"payroll|\bnfp\b|\bjobs\b|unemployment|jobless"),
    "GDP": Pattern(r"\bgdp\b|gross domestic"),
    "ECB": Pattern(r"\becb\b|european central"),
}
_CALENDAR = Pattern(
    r"\b(?:macro|economic|crypto)? ?calendar\b|\b(?:macro|economic|upcoming|important|key|major|scheduled)\b.{0,20}\b(?:events?|releases?|data|publications?|dates?)\b|\bevents? (?:this|next|coming|today|tomorrow|for|in|to watch)\b|\bwhat (?:events?|macro)\b|\bany (?:big |important |macro |economic )*events?\b|\bwhat(?:'s|s| is) (?:coming up|scheduled|on the (?:agenda|calendar))\b|\bmacro (?:agenda|week)\b"
)
_WHEN = Pattern(
    r"\b(?:when|next|date|upcoming|time|schedule[dr]?|what day|last|latest|previous|this|today|tomorrow|coming|result|actual|forecast|expected|calendar|report)\b"
)
_NEXT = Pattern(r"\b(?:next|upcoming|coming|tomorrow|ahead|will|scheduled)\b")
_PAST = Pattern(r"\b(?:last|latest|previous|was|were|result|actual|came (?:in|out)|recent)\b")
_WEEKS = Pattern(r"\b(?P<which>this|next|coming|current) (?P<unit>week|month)\b|\b(?P<day>today|tomorrow)\b")
_EFFECT = Pattern(
    r"\bhow (?:does|do|did|might|would|could|will)\b|\b(?:affect|impact|cause|linked|influence)\w*\b|\bwhat (?:is|are) (?:the )?(?:an? )?(?:cpi|fomc|pce|gdp|ppi|nfp|ecb)\b\W*$|\bexplain\b|\bmean(?:s|ing)?\b|\bunlocks?\b|\bhalving\b|\bnews\b|\bairdrops?\b|\blistings?\b"
)


class EventSlots(Struct, frozen=True):
    """`subject` is the publication asked for; empty for the whole calendar. `span` is a stretch that looks ahead, which
    the analyst's periods do not."""

    subject: str = ""
    words: str = "macro calendar events"
    tense: Literal["next", "last", "both"] = "both"
    span: str = ""


def _recognise(reading: Reading) -> Claim | None:
    if reading.says(_EFFECT) or (reading.has_asset and reading.measures):
        return None
    subject = next(((name, words) for name, words, asked in _SUBJECTS if asked.search(reading.lowered)), None)
    is_calendar = reading.says(_CALENDAR)
    if subject is None and not is_calendar:
        return None
    if subject is not None and not (is_calendar or reading.says(_WHEN) or reading.words <= 2):
        return None
    tense: Literal["next", "last", "both"] = (
        "next" if reading.says(_NEXT) else "last" if reading.says(_PAST) else "both"
    )
    found = _WEEKS.search(reading.lowered)
    span = found[0] if found else ""
    name, words = subject or ("", "macro calendar events")
    return Claim(0.97, EventSlots(name, words, tense, span))


def _calls(ask: Ask) -> Sequence[Call]:
    slots = ask.plan.slots if isinstance(ask.plan.slots, EventSlots) else EventSlots()
    start, end = _range(slots, ask.plan.period, ask.today)
    arguments: dict[str, Any] = {"query": slots.words, "content_types": ["macro_event"], "limit": _LIMIT}
    dates = {"published_after": start.isoformat(), "published_before": end.isoformat()}
    return (Call(CONTENT_SEARCH, {**arguments, **dates}),)


def _range(slots: EventSlots, period: Period | None, today: date) -> tuple[date, date]:
    """Both ends included. A week is the calendar's own, Monday to Sunday, for a calendar is asked."""
    stretch = _stretch(slots.span, today)
    if stretch is not None:
        return stretch
    if period is not None and not period.is_weak and period.start is not None and period.end is not None:
        return period.start, max(period.end, period.start)
    if slots.tense == "next":
        return today, today + timedelta(days=_AHEAD_DAYS)
    return today - timedelta(days=45), today + timedelta(days=0 if slots.tense == "last" else 45)


def _stretch(span: str, today: date) -> tuple[date, date] | None:
    if span in {"today", "tomorrow"}:
        day = today + timedelta(days=span == "tomorrow")
        return day, day
    is_next = span.startswith(("next", "coming"))
    if span.endswith("week"):
        monday = today - timedelta(days=today.weekday()) + timedelta(days=7 * is_next)
        return monday, monday + timedelta(days=6)
    if span.endswith("month"):
        first = (today.replace(day=1) + timedelta(days=32 * is_next)).replace(day=1)
        return first, (first + timedelta(days=32)).replace(day=1) - timedelta(days=1)
    return None


def _write(setting: Setting) -> Draft:
    slots = setting.plan.slots if isinstance(setting.plan.slots, EventSlots) else EventSlots()
    results = own_results(setting, _calls, CONTENT_SEARCH)
    events = _of_subject([p for p in read_passages(results) if p.event_at], slots)
    now = results[-1].as_of if results else setting.today.isoformat()
    ahead = sorted((e for e in events if e.event_at >= now), key=lambda each: each.event_at)
    past = sorted((e for e in events if e.event_at < now), key=lambda each: each.event_at, reverse=True)
    if not events:
        return Draft(_nothing(setting, slots))
    used = ([*past, *ahead] if slots.tense == "last" else [*ahead, *past])[: _SHOWN[setting.verbosity]]
    told = _announced(read_passages(results), used)
    lead = _lead(setting, slots, ahead, past)
    body = "" if setting.is_brief else "\n".join(_line(event, now) for event in used)
    announced = f"Announced in: {'; '.join(map(cite, told))}." if told and not setting.is_brief else ""
    text = join_paragraphs(lead, body, announced, passages_closing(setting, results, [*used, *told]))
    return Draft(text, tuple(passage_fact("event_at", event, f"{_name(event)}: {event.event_at}") for event in used))


def _of_subject(events: Sequence[Passage], slots: EventSlots) -> list[Passage]:
    """Entries of the calendar, each once; where it has none, texts that tell of an event."""
    told = _TOLD.get(slots.subject)
    named = [event for event in events if told is None or told.search(event.title.lower())]
    chosen = [event for event in named if not event.published_at] or named
    return list({(_name(event), event.event_at): event for event in reversed(chosen)}.values())


def _announced(passages: Sequence[Passage], used: Sequence[Passage]) -> list[Passage]:
    """Texts with a page of their own that tell of one of the events; entries of the calendar have none."""
    names = [(_name(event).lower(), event.event_at) for event in used if event.url is None]
    pages = [passage for passage in passages if passage.url and passage.published_at]
    return [p for p in pages if any(at == p.event_at and name in p.text.lower() for name, at in names)][:_MOST_PAGES]


def _lead(setting: Setting, slots: EventSlots, ahead: Sequence[Passage], past: Sequence[Passage]) -> str:
    what = slots.subject or "event"
    if slots.tense != "last" and ahead:
        first = ahead[0]
        return f"The next {what} on the calendar is **{_name(first)}** on {moment(first.event_at)} ({_distance(first, setting.today)})."
    if past and slots.tense != "next":
        last = past[0]
        return f"The latest {what} on the calendar was **{_name(last)}** on {moment(last.event_at)} ({_distance(last, setting.today)})."
    return (
        f"The calendar at hand shows no {what} ahead; past ones:"
        if past
        else f"The calendar shows no past {what}; ahead:"
    )


def _name(event: Passage) -> str:
    """The title without the date that the calendar writes behind it."""
    return re.sub(r", \d{1,2} [A-Z][a-z]+ \d{4}(?:, \d\d:\d\d UTC)?$", "", event.title)


def _line(event: Passage, now: str) -> str:
    figures = re.findall(r"\b(Actual|Forecast|Previous|Importance): ([^.]+(?:\.\d[^.]*)*)\.", event.text)
    said = ", ".join(f"{label.lower()} {shown(value, 40)}" for label, value in figures)
    state = "" if event.event_at >= now else ", past"
    return f"- **{moment(event.event_at)}**{state}: {_name(event)}{f' ({said})' if said else ''}{f' [{event.n}]' if event.url else ''}"


def _distance(event: Passage, today: date) -> str:
    try:
        days = (date.fromisoformat(event.event_at[:10]) - today).days
    except ValueError:
        return "undated"
    return "today" if days == 0 else f"in {plural(days, 'day')}" if days > 0 else f"{plural(-days, 'day')} ago"


def _nothing(setting: Setting, slots: EventSlots) -> str:
    start, end = _range(slots, setting.plan.period, setting.today)
    what = f"no {slots.subject} date" if slots.subject else "no event"
    return f"The calendar at hand holds {what} between {start} and {end}, so I name none. {EMPTY_REMEDY}."


SKILL = Skill(
    name="events",
    title="the macro calendar",
    examples=("when is the next FOMC meeting?", "next CPI date", "economic events this week"),
    tools=(CONTENT_SEARCH,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
)

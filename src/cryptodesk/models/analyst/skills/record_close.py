"""The highest and the lowest daily close of a period: a close is no high, which is the dearest moment of a day."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import money, percent
from cryptodesk.models.analyst.questions import Period, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._closes import (
    Closes,
    Gathered,
    Span,
    close_calls,
    figure_fact,
    gather,
    short_notes,
    span_of,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import is_about_asset, is_list, is_speculation, looks_ahead
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL", "CloseSlots"]

_DEFAULT_DAYS = 365
_NEAR = timedelta(days=2)
_ALL = Period("all", "the whole record")
_CLOSE = r"(?:(?:daily|day|candle|utc|end[- ]of[- ]day) )?(?:clos(?:e|es|ing|ings)|settlement)(?: (?:prices?|values?|levels?))?"
_HIGH = (
    r"(?:highest|best|top|biggest|strongest|record|max(?:imum)?|peak|all[- ]time[- ]high|ath|most expensive|dearest)"
)
_LOW = r"(?:lowest|worst|bottom|weakest|min(?:imum)?|all[- ]time[- ]low|atl|cheapest)"
_BETWEEN = r"(?: (?:ever|daily|weekly|price|recorded|single|of|by|the|bitcoin|_+(?:'s)?))*[ -]"


def _ends(words: str, noun: str) -> Pattern:
    return Pattern(
        rf"\b{words}{_BETWEEN}{_CLOSE}\b|\b{_CLOSE}(?: (?:was|were|at|its|the|on|is|price|ever))* {words}\b"
        rf"|\b{words}(?: [\w']+){{1,5}} (?:closed|settled)\b|\bclos(?:e|ing) {noun}s?\b"
    )


_HIGHEST, _LOWEST = _ends(_HIGH, "high"), _ends(_LOW, "low")
_BOTH = Pattern(
    rf"\b(?:{_HIGH} ?(?:and|or|/|&|to) ?(?:the )?{_LOW}|{_LOW} ?(?:and|or|/|&|to) ?(?:the )?{_HIGH}){_BETWEEN}{_CLOSE}\b"
    r"|\b(?:range of|between which) (?:the )?(?:daily )?closes\b|\bclosing (?:high|low)s? (?:and|or|/|&) (?:low|high)s?\b"
)
_EVER = Pattern(
    r"\b(?:ever|record|all[- ]time|of all time|ath|atl|in (?:its|the) (?:whole |entire )?history|on record)\b"
)
# What closes by the week or the month, or is closed in another sense.
_OTHERS = Pattern(
    r"\b(?:weekly|monthly|quarterly|yearly|annual|hourly|4h|1h) clos\w+\b|\bclos(?:e|est) (?:to|of trading)\b|\bvolume\b|\bmarket cap\b|\bclosest\b|\bin a row\b|\bhow many\b"
)


class CloseSlots(Struct, frozen=True):
    """Which end is asked for, both where neither was named alone; `ever`: of all that is on record."""

    end: Literal["high", "low", "both"] = "both"
    ever: bool = False


class _Ends(Struct, frozen=True):
    closes: Closes
    high: Decimal
    high_day: date
    low: Decimal
    low_day: date


def _recognise(reading: Reading) -> Claim | None:
    if looks_ahead(reading) or is_list(reading) or is_speculation(reading) or not is_about_asset(reading):
        return None
    high, low = _HIGHEST.search(reading.masked) is not None, _LOWEST.search(reading.masked) is not None
    if not (high or low) or _OTHERS.search(reading.masked):
        return None
    is_both = high == low or _BOTH.search(reading.masked) is not None
    slots = CloseSlots("both" if is_both else "high" if high else "low", reading.says(_EVER))
    return Claim(0.975 if reading.is_known else 0.96, slots)


def _slots(plan: Plan) -> CloseSlots:
    return plan.slots if isinstance(plan.slots, CloseSlots) else CloseSlots()


def _span(plan: Plan) -> Span:
    lacks_period = plan.period is None or plan.period.is_weak
    return span_of(_ALL if _slots(plan).ever and lacks_period else plan.period, _DEFAULT_DAYS)


def _calls(ask: Ask) -> Sequence[Call]:
    return close_calls(ask.ids, _span(ask.plan), ask.today, ask.plan.currency)


def _write(setting: Setting) -> Draft:
    assets, span = setting.resolved.assets, _span(setting.plan)
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    gathered = gather(setting, close_calls(ids, span, setting.today, setting.plan.currency), assets, span.count)
    found = [ends for one in gathered.closes if (ends := _ends_of(one, span)) is not None]
    notes = " ".join(
        ("Of daily closes at 00:00 UTC; within a day the price went further.", *short_notes(gathered, span))
    )
    end = closing(setting, gathered.results, ("history",))
    said = _said(setting, found, gathered, span)
    text = join_paragraphs(said, notes if found and not setting.is_brief else "", " ".join(gathered.absent), end)
    return Draft(text, tuple(fact for one in found for fact in _facts(one)))


def _ends_of(closes: Closes, span: Span) -> _Ends | None:
    """Of the days of the span: the close of the day before it, which came with them, is none of them."""
    days = [at for at, day in enumerate(closes.days) if _is_in(day, at, span, len(closes.days))]
    if not days:
        return None
    high, low = (pick(days, key=lambda at: closes.values[at]) for pick in (max, min))
    return _Ends(closes, closes.price(high), closes.days[high], closes.price(low), closes.days[low])


def _is_in(day: date, at: int, span: Span, count: int) -> bool:
    if span.count is not None:
        return count <= span.count or at > 0
    return (span.start is None or day >= span.start) and (span.end is None or day <= span.end)


def _said(setting: Setting, found: Sequence[_Ends], gathered: Gathered, span: Span) -> str:
    if not found:
        return "" if gathered.absent else f"There are no daily closes on record for {span.label}."
    if len(found) == 1:
        return _sentences(setting, found[0], span)
    rows = [[one.closes.label, _dated(one, "high"), _dated(one, "low")] for one in found]
    return table(["Asset", f"Highest close, {span.label}", f"Lowest close, {span.label}"], rows)


def _sentences(setting: Setting, one: _Ends, span: Span) -> str:
    end = _slots(setting.plan).end
    words = {"high": ("highest", "lowest", "low"), "low": ("lowest", "highest", "high")}.get(end)
    since = f"on record, since {one.closes.days[0].isoformat()}" if span.is_all else span.label
    opening = f"{one.closes.label}, {since}: the"
    if words is None:
        return f"{opening} highest daily close was {_bold(one, 'high')}, the lowest {_bold(one, 'low')}."
    lead = f"{opening} {words[0]} daily close was {_bold(one, end)}"
    if setting.is_brief:
        return f"{lead}."
    lead = f"{lead}, the {words[1]} {_dated(one, words[2])}."
    if one.closes.days[-1] < setting.today - _NEAR:  # of a time long past: what came after is not at hand
        return lead
    asked = one.high if end == "high" else one.low
    gap = (one.closes.last - asked) / asked * 100
    side = "above" if gap > 0 else "below"
    now = f"The last close, {money(one.closes.last, one.closes.currency)} on {one.closes.days[-1].isoformat()},"
    away = f"is {percent(abs(gap), signed=False)} {side} it (computed)" if gap else "is that very price"
    return f"{lead} {now} {away}."


def _dated(one: _Ends, end: str) -> str:
    price, day = (one.high, one.high_day) if end == "high" else (one.low, one.low_day)
    return f"{money(price, one.closes.currency)} ({day.isoformat()})"


def _bold(one: _Ends, end: str) -> str:
    price, day = (one.high, one.high_day) if end == "high" else (one.low, one.low_day)
    return f"**{money(price, one.closes.currency)}** on {day.isoformat()}"


def _facts(one: _Ends) -> tuple[Fact, ...]:
    currency = one.closes.currency
    return (
        figure_fact(one.closes, "highest_close", as_number(one.high), currency, one.high_day),
        figure_fact(one.closes, "lowest_close", as_number(one.low), currency, one.low_day),
        figure_fact(one.closes, "last_close", as_number(one.closes.last), currency),
    )


SKILL = Skill(
    name="record_close",
    title="the highest and lowest daily close of a period",
    examples=("highest close of BTC in 2025", "What was Solana's lowest daily close this year?", "record close of ETH"),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)

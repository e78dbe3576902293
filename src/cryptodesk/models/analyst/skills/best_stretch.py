"""The best and worst days, weeks, months, quarters or years of an asset, how many of them were up, and its streaks."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import money, percent, plural
from cryptodesk.models.analyst.questions import Period, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._best_asked import BestSlots, Unit, read_best
from cryptodesk.models.analyst.skills._closes import (
    Closes,
    Span,
    close_calls,
    figure_fact,
    gather,
    short_notes,
    span_of,
)
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import is_about_asset, is_list, looks_ahead
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

_ALL = Period("all", "the whole record")
_DEFAULT_DAYS = 365
_DAY = timedelta(days=1)
_OTHERS_SHOWN, _MOST_ROWS = 2, 10


class _Stretch(Struct, frozen=True):
    """One day, week, … from the close before it to its last close. `is_cut` where it is not over, or not in whole
    inside what was asked for."""

    name: str
    first: date
    last: date
    before: Decimal
    close: Decimal
    is_cut: bool = False

    @property
    def change_pct(self) -> Decimal:
        return (self.close - self.before) / self.before * 100


def _recognise(reading: Reading) -> Claim | None:
    if not is_about_asset(reading) or is_list(reading) or looks_ahead(reading):
        return None
    slots = read_best(reading)
    return None if slots is None else Claim(0.976 if reading.is_known else 0.94, slots)


def _slots(plan: Plan) -> BestSlots:
    return plan.slots if isinstance(plan.slots, BestSlots) else BestSlots("both")


def _span(plan: Plan) -> Span:
    """All that is on record where no time was said, or one that is no longer than what is looked for."""
    period = plan.period
    is_none = period is None or period.is_weak or period.kind in {"hours", "day"}
    return span_of(_ALL if is_none else period, _DEFAULT_DAYS)


def _calls(ask: Ask) -> Sequence[Call]:
    return close_calls(ask.ids, _span(ask.plan), ask.today, ask.plan.currency)


def _write(setting: Setting) -> Draft:
    assets, span, slots = setting.resolved.assets, _span(setting.plan), _slots(setting.plan)
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    gathered = gather(setting, close_calls(ids, span, setting.today, setting.plan.currency), assets, span.count)
    parts, facts = [], list[Fact]()
    for closes in gathered.closes:
        text, found = _told(setting, closes, _stretches(closes, slots.unit), span)
        parts.append(text)
        facts += found
    text = join_paragraphs(
        *parts,
        "" if setting.is_brief or not parts else " ".join((_how(slots.unit), *short_notes(gathered, span))),
        " ".join(gathered.absent),
        closing(setting, gathered.results, ("history",)),
    )
    return Draft(text, tuple(facts))


def _how(unit: Unit) -> str:
    what = {"week": " Weeks run from Monday to Sunday.", "day": ""}.get(unit, "")
    return f"Reckoned here from daily closes at 00:00 UTC, each {unit} from the last close before it.{what}"


def _stretches(closes: Closes, unit: Unit) -> list[_Stretch]:
    """Oldest first; one of which no close before it is on record is left out."""
    groups: dict[date, list[int]] = {}
    for at, day in enumerate(closes.days):
        groups.setdefault(_first_day(day, unit), []).append(at)
    found = []
    for first, places in groups.items():
        start = places[0]
        if start == 0 or closes.days[start] - closes.days[start - 1] != _DAY or closes.price(start - 1) <= 0:
            continue
        last = _next(first, unit) - _DAY
        is_cut = closes.days[start] != first or closes.days[places[-1]] != last
        before, close = closes.price(start - 1), closes.price(places[-1])
        found.append(_Stretch(_named(first, unit), closes.days[start], closes.days[places[-1]], before, close, is_cut))
    return found


def _first_day(day: date, unit: Unit) -> date:
    if unit == "week":
        return day - timedelta(days=day.weekday())
    if unit == "month":
        return day.replace(day=1)
    if unit == "quarter":
        return date(day.year, (day.month - 1) // 3 * 3 + 1, 1)
    return date(day.year, 1, 1) if unit == "year" else day


def _next(first: date, unit: Unit) -> date:
    if unit in {"day", "week"}:
        return first + timedelta(days=7 if unit == "week" else 1)
    months = {"month": 1, "quarter": 3, "year": 12}[unit]
    index = first.year * 12 + first.month - 1 + months
    return date(index // 12, index % 12 + 1, 1)


def _named(first: date, unit: Unit) -> str:
    if unit == "week":
        return f"the week of {first.isoformat()}"
    if unit == "month":
        return f"{first:%B} {first.year}"
    return (
        f"Q{(first.month + 2) // 3} {first.year}"
        if unit == "quarter"
        else str(first.year)
        if unit == "year"
        else first.isoformat()
    )


def _told(setting: Setting, closes: Closes, found: Sequence[_Stretch], span: Span) -> tuple[str, list[Fact]]:
    slots = _slots(setting.plan)
    if not found:
        return f"The closes of {closes.label} on record hold no whole {slots.unit} of {span.label}.", []
    if slots.want in {"ups", "downs"}:
        return _counted(closes, found, span, slots)
    if slots.want in {"streak_up", "streak_down"}:
        return _streak(closes, found, span, slots)
    ranked = sorted(found, key=lambda one: one.change_pct, reverse=slots.want != "worst")
    if slots.want == "both":
        best, worst = ranked[0], ranked[-1]
        text = f"{_opening(closes, span, found)} the best {slots.unit} was {_bold(best, closes)}, the worst {_bold(worst, closes)}."
        return text, [_fact(closes, best, "best"), _fact(closes, worst, "worst")]
    lead = f"{_opening(closes, span, found)} the {slots.want} {slots.unit} was {_bold(ranked[0], closes)}."
    facts = [_fact(closes, one, slots.want) for one in ranked[: 1 + _OTHERS_SHOWN]]
    if setting.is_brief or len(ranked) < 2:
        return lead, facts[:1]
    if setting.is_detailed:
        rows = [
            [one.name + _cut(one), percent(one.change_pct), money(one.close, closes.currency)]
            for one in ranked[:_MOST_ROWS]
        ]
        return join_paragraphs(lead, table([slots.unit.capitalize(), "Change", "Close"], rows)), facts
    rest = " and ".join(f"{one.name} ({percent(one.change_pct)}{_cut(one)})" for one in ranked[1 : 1 + _OTHERS_SHOWN])
    return f"{lead} Next came {rest}.", facts


def _opening(closes: Closes, span: Span, found: Sequence[_Stretch]) -> str:
    when = f"on record, since {found[0].first.isoformat()}" if span.is_all else span.label
    return f"{closes.label}, {when}:"


def _cut(one: _Stretch) -> str:
    return f", {one.first.isoformat()} to {one.last.isoformat()} only" if one.is_cut else ""


def _bold(one: _Stretch, closes: Closes) -> str:
    prices = f"from {money(one.before, closes.currency)} to {money(one.close, closes.currency)}"
    return f"**{one.name}** with **{percent(one.change_pct)}** ({prices}{_cut(one)})"


def _counted(closes: Closes, found: Sequence[_Stretch], span: Span, slots: BestSlots) -> tuple[str, list[Fact]]:
    ups, downs = (sum(sign * one.change_pct > 0 for one in found) for sign in (1, -1))
    asked, word, other, rest = (
        (ups, "higher", downs, "lower") if slots.want == "ups" else (downs, "lower", ups, "higher")
    )
    share = percent(Decimal(100 * asked) / len(found), signed=False)
    of = f"{asked:,} of {plural(len(found), slots.unit)}"
    text = (
        f"{_opening(closes, span, found)} it closed {word} on **{of}** ({share}) and {rest} on {other:,},"
        f" from {found[0].first.isoformat()} to {found[-1].last.isoformat()}."
    )
    facts = [figure_fact(closes, f"{slots.unit}s_up", ups), figure_fact(closes, f"{slots.unit}s_down", downs)]
    return text, [*facts, figure_fact(closes, f"{slots.unit}s", len(found))]


def _streak(closes: Closes, found: Sequence[_Stretch], span: Span, slots: BestSlots) -> tuple[str, list[Fact]]:
    sign, word = (1, "higher") if slots.want == "streak_up" else (-1, "lower")
    runs: list[list[_Stretch]] = [[]]
    for one in found:
        if sign * one.change_pct > 0:
            runs[-1].append(one)
        elif runs[-1]:
            runs.append([])
    longest, now = max(runs, key=len), runs[-1] if found[-1] in runs[-1] else []
    if not longest:
        return f"{_opening(closes, span, found)} no {slots.unit} closed {word}.", []
    move = percent((longest[-1].close - longest[0].before) / longest[0].before * 100)
    text = (
        f"{_opening(closes, span, found)} the longest run of {slots.unit}s that closed {word} was **{len(longest)}**,"
        f" {longest[0].first.isoformat()} to {longest[-1].last.isoformat()} ({move} in all). {_newest(now)}"
    )
    return text, [figure_fact(closes, "longest_run", len(longest)), figure_fact(closes, "current_run", len(now))]


def _newest(now: Sequence[_Stretch]) -> str:
    if not now:
        return "The newest close is not part of such a run."
    return f"The newest close is the {len(now)}. of a run that began on {now[0].first.isoformat()}."


def _fact(closes: Closes, one: _Stretch, name: str) -> Fact:
    return figure_fact(closes, f"{name}_change_pct.{one.name}", as_number(one.change_pct), "percent", one.last)


SKILL = Skill(
    name="best_stretch",
    title="the best and worst days, weeks, months and years of an asset",
    examples=(
        "what was BTC's worst day in 2025?",
        "best month for ETH in 2024",
        "how many green days did SOL have this month",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)

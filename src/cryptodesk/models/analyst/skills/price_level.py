"""Whether, when and how often the price of an asset was beyond a level: "was ETH ever under 1000 dollars"."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import money, percent, plural, to_decimal
from cryptodesk.models.analyst.history_calls import history_arguments
from cryptodesk.models.analyst.questions import Period, Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.series import read_series
from cryptodesk.models.analyst.skills._closes import (
    Closes,
    Span,
    close_calls,
    figure_fact,
    gather,
    short_notes,
    span_of,
)
from cryptodesk.models.analyst.skills._reached import LevelSlots, Side, is_worded, read_level
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import is_about_asset, is_list
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["SKILL"]

_ALL = Period("all", "the whole record")
_DEFAULT_DAYS = 365


class _End(Struct, frozen=True):
    """The highest or lowest price of the span, within a day; `when` is a day, or says in which days it was."""

    price: Decimal
    when: str


class _Found(Struct, frozen=True):
    """The closes of the span, those beyond the level, and the price that went furthest."""

    closes: Closes
    side: Side
    days: tuple[int, ...]
    beyond: tuple[int, ...]
    furthest: _End | None


def _recognise(reading: Reading) -> Claim | None:
    if not is_about_asset(reading) or is_list(reading):
        return None
    slots = read_level(reading)
    is_of_hours = reading.period is not None and reading.period.period.kind == "hours"
    if slots is None or is_of_hours or reading.ahead is not None:
        return None
    sure = 0.991 if is_worded(reading) else 0.975
    return Claim(sure if reading.is_known else 0.94, slots)


def _period(plan: Plan) -> Period:
    return _ALL if plan.period is None or plan.period.is_weak else plan.period


def _span(plan: Plan) -> Span:
    period = _period(plan)
    if period.kind == "day" and period.start is not None:
        return Span(period.label, None, period.start, period.start)
    return span_of(period, _DEFAULT_DAYS)


def _calls(ask: Ask) -> Sequence[Call]:
    ends = [_ends_call(asset_id, ask.plan, ask.today) for asset_id in ask.ids]
    return (*close_calls(ask.ids, _span(ask.plan), ask.today, ask.plan.currency), *ends)


def _ends_call(asset_id: Any, plan: Plan, today: date) -> Call:
    """Bars, however many days were joined into one, keep the highest and the lowest price of all."""
    base: dict[str, Any] = {"asset_type": "coin", "ids": [asset_id]}
    period = _period(plan)
    if period.kind == "all" or plan.currency != "USD":
        base["metrics"] = ["price_stats"]
    else:
        base |= {"metrics": ["history"], "history": history_arguments(period, today)}
    return Call(MARKET_DATA, base if plan.currency == "USD" else {**base, "convert": plan.currency})


def _write(setting: Setting) -> Draft:
    assets, span, slots = setting.resolved.assets, _span(setting.plan), setting.plan.slots
    if not isinstance(slots, LevelSlots):
        return Draft("Which price do you mean?")
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    gathered = gather(setting, close_calls(ids, span, setting.today, setting.plan.currency), assets, span.count)
    found = [one for closes in gathered.closes if (one := _found(setting, closes, span, slots)) is not None]
    said = [_said(one, span, slots) for one in found]
    nothing = "" if found or gathered.absent else f"There are no daily closes on record for {span.label}."
    rest = ("Days are counted by their close at 00:00 UTC.", *short_notes(gathered, span))
    text = join_paragraphs(
        *said,
        nothing,
        "" if setting.is_brief or not found else " ".join(rest),
        " ".join(gathered.absent),
        closing(setting, gathered.results, ("history",)),
    )
    return Draft(text, tuple(fact for one in found for fact in _facts(one, slots)))


def _found(setting: Setting, closes: Closes, span: Span, slots: LevelSlots) -> _Found | None:
    days = tuple(at for at, day in enumerate(closes.days) if _is_in(day, at, span, len(closes.days)))
    if not days:
        return None
    side = slots.side
    if side == "reached":
        side = "below" if closes.price(max(days[0] - 1, 0)) > slots.level else "above"
    beyond = tuple(at for at in days if _is_beyond(closes.price(at), side, slots))
    return _Found(closes, side, days, beyond, _furthest(setting, closes, side))


def _is_in(day: date, at: int, span: Span, count: int) -> bool:
    if span.count is not None:
        return count <= span.count or at > 0
    return (span.start is None or day >= span.start) and (span.end is None or day <= span.end)


def _is_beyond(price: Decimal, side: Side, slots: LevelSlots) -> bool:
    if slots.side == "reached" and price == slots.level:
        return True
    return price < slots.level if side == "below" else price > slots.level


def _furthest(setting: Setting, closes: Closes, side: Side) -> _End | None:
    wanted = _ends_call(closes.asset.asset_id, setting.plan, setting.today).key
    for result in setting.evidence.results_of(MARKET_DATA):
        if Call(result.tool, dict(result.arguments)).key != wanted:
            continue
        for row in result.rows("results"):
            end = _of_stats(row, side) or _of_bars(row, side)
            if str(row.get("asset_id")) == str(closes.asset.asset_id) and end is not None:
                return end
    return None


def _of_stats(row: Any, side: Side) -> _End | None:
    name = "atl" if side == "below" else "ath"
    price = to_decimal(row.get(name))
    return None if price is None else _End(price, f"on {shown(row.get(f'{name}_time'), 40)[:10]}")


def _of_bars(row: Any, side: Side) -> _End | None:
    series = read_series(row.get("history"))
    if series is None or not series.has_ohlc:
        return None
    bar = series.lowest if side == "below" else series.highest
    joined = f"in the {plural(series.days_a_bar, 'day')} from {bar.day.isoformat()}"
    when = f"on {bar.day.isoformat()}" if series.days_a_bar == 1 else joined
    return _End(bar.low if side == "below" else bar.high, when)


def _said(one: _Found, span: Span, slots: LevelSlots) -> str:
    closes = one.closes
    level, when = money(slots.level, closes.currency), _when(one, span)
    if not one.beyond:
        return _never(one, f"{one.side} {level}", when, slots)
    first, last = closes.days[one.beyond[0]], closes.days[one.beyond[-1]]
    share = percent(Decimal(100 * len(one.beyond)) / len(one.days), signed=False)
    count = f"{closes.label} closed {one.side} {level} on **{len(one.beyond):,} of {plural(len(one.days), 'day')}**"
    if slots.aim == "count":
        return f"{count} {when} ({share}), first on {first.isoformat()} and last on {last.isoformat()}.{_end(one)}"
    if slots.aim == "first":
        return (
            f"{_first(one, level, when)} It did so on {len(one.beyond):,} of {plural(len(one.days), 'day')}.{_end(one)}"
        )
    if slots.aim == "last":
        return f"{_last(one, level, when)}{_end(one)}"
    dates = (
        f"only on {first.isoformat()}" if first == last else f"first on {first.isoformat()}, last on {last.isoformat()}"
    )
    if len(one.days) == 1:
        price = money(closes.price(one.beyond[0]), closes.currency)
        return f"**Yes**: {closes.label} closed {one.side} {level} on {first.isoformat()}, at **{price}**.{_end(one)}"
    return f"**Yes**: {count} {when}, {dates}.{_end(one)}"


def _when(one: _Found, span: Span) -> str:
    if span.is_all:
        return f"(on record since {one.closes.days[one.days[0]].isoformat()})"
    if len(one.days) == 1 or span.label.startswith(("since", "from")):
        return f"on {span.label}" if len(one.days) == 1 else span.label
    is_dates = " to " in span.label and not span.label.startswith("the ")
    return f"from {span.label}" if is_dates else f"in {span.label}"


def _never(one: _Found, where: str, when: str, slots: LevelSlots) -> str:
    """Within a day the price may have gone further than at any close."""
    word, end = "lowest" if one.side == "below" else "highest", one.furthest
    closes = [one.closes.price(at) for at in one.days]
    at = min(closes) if one.side == "below" else max(closes)
    close = f"the {word} daily close was {money(at, one.closes.currency)}"
    if end is not None and _is_beyond(end.price, one.side, slots):
        price = money(end.price, one.closes.currency)
        return f"**Yes**, but only within a day: {one.closes.label} was at **{price}** {end.when}, and no day closed {where} {when}; {close}."
    furthest = f"the {word} price was **{money(end.price, one.closes.currency)}** {end.when}" if end else close
    return f"**No**: {one.closes.label} was never {where} {when}; {furthest}."


def _first(one: _Found, level: str | None, when: str) -> str:
    at = one.beyond[0]
    day, price = one.closes.days[at].isoformat(), money(one.closes.price(at), one.closes.currency)
    if at == one.days[0]:
        return (
            f"{one.closes.label} was {one.side} {level} from the first day {when}: it closed at {price} on **{day}**."
        )
    return f"{one.closes.label} first closed {one.side} {level} on **{day}**, at {price} {when}."


def _last(one: _Found, level: str | None, when: str) -> str:
    at, newest = one.beyond[-1], one.days[-1]
    day, price = one.closes.days[at], money(one.closes.price(at), one.closes.currency)
    if at == newest:
        since = next((i for i in reversed(one.days) if i not in set(one.beyond)), None)
        held = (
            f", as it has each day since {(one.closes.days[since] + timedelta(days=1)).isoformat()}"
            if since is not None
            else ""
        )
        return f"{one.closes.label} closed {one.side} {level} on the newest day {when}, **{day.isoformat()}** ({price}){held}."
    ago = (one.closes.days[newest] - day).days
    return (
        f"{one.closes.label} last closed {one.side} {level} on **{day.isoformat()}**, at {price} {when}:"
        f" {plural(ago, 'day')} before the newest close of it."
    )


def _end(one: _Found) -> str:
    if one.furthest is None:
        return ""
    word = "lowest" if one.side == "below" else "highest"
    return f" The {word} price was {money(one.furthest.price, one.closes.currency)} {one.furthest.when}."


def _facts(one: _Found, slots: LevelSlots) -> tuple[Fact, ...]:
    unit = one.closes.currency
    facts = [
        figure_fact(one.closes, "level", as_number(slots.level), unit),
        figure_fact(one.closes, f"days_{one.side}", len(one.beyond)),
        figure_fact(one.closes, "days", len(one.days)),
    ]
    for name, at in (("first", one.beyond[:1]), ("last", one.beyond[-1:])):
        field = f"{name}_close_{one.side}"
        facts += [figure_fact(one.closes, field, as_number(one.closes.price(i)), unit, one.closes.days[i]) for i in at]
    if one.furthest is not None:
        name = "lowest_price" if one.side == "below" else "highest_price"
        facts.append(figure_fact(one.closes, name, as_number(one.furthest.price), unit))
    return tuple(facts)


SKILL = Skill(
    name="price_level",
    title="whether and when a price was above or below a level",
    examples=(
        "Was ETH ever below 1000 dollars?",
        "when did BTC first close above 100k",
        "how many days was SOL over $200 in 2025",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)

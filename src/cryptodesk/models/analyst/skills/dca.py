"""The same sum put in again and again: coins, cost and value of regular purchases, from the closes of their days."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import coins, money, percent, plural
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.series import percent_between
from cryptodesk.models.analyst.skills._closes import Closes, Span, close_calls, figure_fact, gather
from cryptodesk.models.analyst.skills._rhythm import Slots, purchase_days, read_rhythm
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import asks_for_action, is_about_asset, looks_ahead
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing
from cryptodesk.models.analyst.writer.table import table

__all__ = ["SKILL"]

# Twelve years of days: the most that one question may ask for.
_MOST_CHUNKS = 12
_DEFAULT_DAYS = 365
_DAY = timedelta(days=1)


class _Bought(Struct, frozen=True):
    """Purchases on `days` at the closes of these days; `missed` days have none on record."""

    closes: Closes
    days: tuple[date, ...]
    missed: int
    spent: Decimal
    coins: Decimal
    at_once: Decimal

    @property
    def value(self) -> Decimal:
        return self.coins * self.closes.last


def _recognise(reading: Reading) -> Claim | None:
    if not is_about_asset(reading) or looks_ahead(reading) or asks_for_action(reading):
        return None
    slots = read_rhythm(reading)
    return None if slots is None else Claim(0.97, slots)


def _span(plan: Plan, today: date) -> Span:
    """From the first purchase to now: what was bought then is worth what it is worth today."""
    period = plan.period
    if period is not None and period.start is not None and not period.is_weak:
        return Span(period.label, None, period.start, today)
    days = period.count if period is not None and period.kind == "days" else _DEFAULT_DAYS
    if period is not None and period.kind == "all":
        days = _MOST_CHUNKS * _DEFAULT_DAYS - 1
    return Span(
        period.label if period is not None and period.kind != "hours" else "the last year",
        None,
        today - days * _DAY,
        today,
    )


def _last_purchase(plan: Plan, today: date) -> date:
    period = plan.period
    return min(period.end, today) if period is not None and period.end is not None else today


def _close_calls(plan: Plan, ids: Sequence[int | str], today: date) -> tuple[Call, ...]:
    slots = plan.slots
    currency = slots.currency if isinstance(slots, Slots) else "USD"
    return close_calls(ids, _span(plan, today), today, currency, _MOST_CHUNKS)


def _calls(ask: Ask) -> Sequence[Call]:
    return _close_calls(ask.plan, ask.ids, ask.today)


def _write(setting: Setting) -> Draft:
    slots, assets = setting.plan.slots, setting.resolved.assets
    if not isinstance(slots, Slots):
        return Draft("How much is put in, and how often? For example “$100 of BTC every month since January 2023”.")
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    gathered = gather(setting, _close_calls(setting.plan, ids, setting.today), assets)
    found = [bought for one in gathered.closes if (bought := _bought(setting, slots, one)) is not None]
    if not found:
        return Draft(join_paragraphs(" ".join(gathered.absent) or "No purchase falls on a day that is on record."))
    parts = [_lead(slots, found)]
    if not setting.is_brief:
        parts += [_table(found), _details(setting, slots, found)]
    text = join_paragraphs(*parts, " ".join(gathered.absent), closing(setting, gathered.results, ("history",)))
    return Draft(text, tuple(fact for one in found for fact in _facts(one)))


def _bought(setting: Setting, slots: Slots, closes: Closes) -> _Bought | None:
    place = {day: index for index, day in enumerate(closes.days)}
    span = _span(setting.plan, setting.today)
    first, last = span.start or closes.days[0], min(_last_purchase(setting.plan, setting.today), closes.days[-1])
    wanted = list(purchase_days(first, last, slots))
    at = {day: closes.price(place[day]) for day in wanted if day in place}
    if not at:
        return None
    spent = slots.amount * len(at)
    held = sum((slots.amount / price for price in at.values()), Decimal(0))
    at_once = spent / next(iter(at.values())) * closes.last
    return _Bought(closes, tuple(at), len(wanted) - len(at), spent, held, at_once)


def _lead(slots: Slots, found: Sequence[_Bought]) -> str:
    one = found[0]
    sum_ = f"{money(slots.amount, slots.currency)} {slots.rhythm}"
    days = f"from {one.days[0].isoformat()} to {one.days[-1].isoformat()}"
    if len(found) > 1:
        best = max(found, key=lambda each: each.value / each.spent)
        return f"Of {sum_} {days}, that in {best.closes.name} did best: {_say(best, best.spent)} became **{_say(best, best.value)}** ({_share(best)})."
    gain = one.value - one.spent
    word = "a gain" if gain > 0 else "a loss" if gain < 0 else "neither gain nor loss"
    return (
        f"{sum_} of {one.closes.label} {days} bought **{coins(one.coins, one.closes.symbol)}** for {_say(one, one.spent)}; at the close of"
        f" {one.closes.days[-1].isoformat()} that was worth **{_say(one, one.value)}**, {word} of {_say(one, abs(gain))} (**{_share(one)}**)."
    )


def _say(one: _Bought, value: Decimal) -> str:
    return money(value, one.closes.currency) or "n/a"


def _share(one: _Bought) -> str:
    return percent(percent_between(one.spent, one.value)) or "n/a"


def _table(found: Sequence[_Bought]) -> str:
    if len(found) < 2:
        return ""
    rows = [
        [
            one.closes.name,
            str(len(one.days)),
            coins(one.coins, one.closes.symbol),
            _say(one, one.spent),
            _say(one, one.value),
            _share(one),
            _say(one, one.spent / one.coins),
        ]
        for one in found
    ]
    return table(["Asset", "Purchases", "Coins", "Put in", "Value", "Gain or loss", "Average cost"], rows)


def _details(setting: Setting, slots: Slots, found: Sequence[_Bought]) -> str:
    one = found[0]
    parts = []
    if len(found) == 1:
        parts.append(
            f"That is {plural(len(one.days), 'purchase')} at an average cost of {_say(one, one.spent / one.coins)} per {one.closes.symbol}."
        )
        parts.append(
            f"The same {_say(one, one.spent)} put in at once on {one.days[0].isoformat()} would have been worth {_say(one, one.at_once)}."
        )
    parts += [note for each in found if (note := _short(setting, slots, each))]
    parts.append("Computed here from the daily close of each day of purchase; fees are not counted.")
    if setting.is_detailed:
        parts.append(
            "Buying the same sum each time buys more coins when they are cheap, so the average cost lies below the average price."
        )
    return " ".join(parts)


def _short(setting: Setting, slots: Slots, one: _Bought) -> str:
    """What of the plan the record does not cover."""
    last = one.closes.days[-1]
    parts = [f"{plural(one.missed, 'day')} of purchase had no close on record and are left out"] if one.missed else []
    later = [*purchase_days(one.days[-1], _last_purchase(setting.plan, setting.today), slots)][1:]
    if later and last < _last_purchase(setting.plan, setting.today) - _DAY:
        parts.append(
            f"its record ends on {last.isoformat()}, so {plural(len(later), 'purchase')} since then are not counted"
        )
    return f"Of {one.closes.name} {' and '.join(parts)}." if parts else ""


def _facts(one: _Bought) -> tuple[Fact, ...]:
    currency, share = one.closes.currency, percent_between(one.spent, one.value)
    return (
        figure_fact(one.closes, "dca_coins", as_number(one.coins), one.closes.symbol),
        figure_fact(one.closes, "dca_invested", as_number(one.spent), currency),
        figure_fact(one.closes, "dca_value", as_number(one.value), currency),
        figure_fact(one.closes, "dca_average_cost", as_number(one.spent / one.coins), currency),
        figure_fact(one.closes, "dca_purchases", len(one.days)),
        figure_fact(one.closes, "dca_gain", as_number(one.value - one.spent), currency),
        figure_fact(one.closes, "dca_value_if_bought_at_once", as_number(one.at_once), currency),
        *(() if share is None else (figure_fact(one.closes, "dca_gain_pct", as_number(share), "percent"),)),
    )


SKILL = Skill(
    name="dca",
    title="what regular purchases would have come to",
    examples=(
        "100 dollars of BTC every month since January 2023",
        "DCA $50 a week into ETH over the last 2 years",
        "if I had bought 20 EUR of SOL daily in 2024",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)

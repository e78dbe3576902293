"""One asset counted in another over time, and return set against risk: Sharpe and Sortino ratios."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import money, plural
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.series import percent_between
from cryptodesk.models.analyst.skills._closes import (
    Closes,
    Gathered,
    Span,
    close_calls,
    figure_fact,
    gather,
    over,
    short_notes,
    span_of,
)
from cryptodesk.models.analyst.skills._reward import reward_body
from cryptodesk.models.analyst.skills._skill import Ask, Claim, Skill
from cryptodesk.models.analyst.skills._wording import is_about_asset, is_concept, is_list, looks_ahead
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import moved
from cryptodesk.models.analyst.writer.sourcing import closing

__all__ = ["SKILL", "Slots"]

_RATIO_DAYS, _REWARD_DAYS = 90, 52 * 7
_REWARD = Pattern(
    r"\bsharp(?:e|es)\b(?! (?:drop|fall|rise|decline|move))|\bsortino\b|\brisk[- ]adjusted\b|\breturn (?:per|for|to) (?:unit of )?risk\b|\b(?:reward|return)[- /]to[- ](?:risk|volatility)\b|\bbetter return for the risk\b"
)
_RATIO = Pattern(
    r"\bratio\b|\bcross[- ]rate\b|\bin (?:terms of )?_+ terms\b|\bin terms of _+|\brelative (?:value|price) of _"
)
_PAIR = Pattern(r"(?<![_/\w])_+ ?/ ?_+(?![_/\w])")
_OTHER_RATIO = Pattern(
    r"\b(?:long[- /]short|put[- /]call|nvt|mvrv|p/?e|stock[- ]to[- ]flow|hash|debt|collateral\w*|loan|calmar|volume|supply|exchange whale|fee|tvl|mcap)\b"
)
_STABLE = frozenset({"USDT", "USDC", "DAI", "FDUSD", "TUSD", "USDE", "BUSD", "USDS", "PYUSD"})


class Slots(Struct, frozen=True):
    """`pair`: the first asset in the second. `reward`: return for risk."""

    kind: Literal["pair", "reward"]


class _Cross(Struct, frozen=True):
    """`values` are the first asset's closes over the second's, on the days of both."""

    first: Closes
    second: Closes
    days: tuple[date, ...]
    values: tuple[Decimal, ...]

    def say(self, at: int) -> str:
        return f"{money(self.values[at], self.second.symbol)} on {self.days[at].isoformat()}"


def _recognise(reading: Reading) -> Claim | None:
    if looks_ahead(reading) or is_concept(reading) or is_list(reading) or not is_about_asset(reading):
        return None
    if _REWARD.search(reading.masked):
        return Claim(0.98, Slots("reward"))
    assets = reading.found.assets
    if len(assets) != 2 or set(reading.measures) - {"price"} or reading.says(_OTHER_RATIO):
        return None
    if any(asset.symbol.upper() in _STABLE for asset in assets):
        return None
    if _RATIO.search(reading.masked):
        return Claim(0.97, Slots("pair"))
    return Claim(0.93, Slots("pair")) if _PAIR.search(reading.masked) else None


def _span(plan: Plan) -> Span:
    return span_of(plan.period, _RATIO_DAYS if _is_pair(plan) else _REWARD_DAYS)


def _is_pair(plan: Plan) -> bool:
    return isinstance(plan.slots, Slots) and plan.slots.kind == "pair"


def _calls(ask: Ask) -> Sequence[Call]:
    return close_calls(ask.ids, _span(ask.plan), ask.today)


def _write(setting: Setting) -> Draft:
    span, assets = _span(setting.plan), setting.resolved.assets
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    gathered = gather(setting, close_calls(ids, span, setting.today), assets, span.count)
    body = _pair_body(setting, gathered, span) if _is_pair(setting.plan) else reward_body(setting, gathered, span)
    notes = "" if setting.is_brief or not body.text else " ".join(short_notes(gathered, span))
    end = closing(setting, gathered.results, ("history",)) if body.text else ""
    return Draft(join_paragraphs(body.text, notes, " ".join(gathered.absent), end), body.facts)


def _pair_body(setting: Setting, gathered: Gathered, span: Span) -> Draft:
    if len(gathered.closes) < 2:
        needed = "A ratio takes two assets: name the one to count in." if len(setting.resolved.assets) < 2 else ""
        return Draft(needed)
    cross = _cross(*gathered.closes[:2])
    if cross is None:
        return Draft("The two records have no day in common.")
    values, last = cross.values, len(cross.values) - 1
    change = percent_between(values[0], values[last])
    name = f"{cross.first.symbol}/{cross.second.symbol}"
    lead = (
        f"The {name} ratio **{moved(change)}** {over(span, cross.first)}: from {cross.say(0)} to **{cross.say(last)}**."
        if change is not None
        else ""
    )
    parts = [lead] if setting.is_brief else [lead, _extremes(cross), _sides(setting, cross), _exactness(cross)]
    return Draft(" ".join(filter(None, parts)), _cross_facts(cross, change))


def _cross(first: Closes, second: Closes) -> _Cross | None:
    other = dict(zip(second.days, second.prices, strict=True))
    pairs = [(day, price / other[day]) for day, price in zip(first.days, first.prices, strict=True) if day in other]
    return _Cross(first, second, tuple(day for day, _ in pairs), tuple(value for _, value in pairs)) if pairs else None


def _extremes(cross: _Cross) -> str:
    at = range(len(cross.values))
    high, low = max(at, key=lambda i: cross.values[i]), min(at, key=lambda i: cross.values[i])
    return f"The highest close was {cross.say(high)}, the lowest {cross.say(low)}."


def _sides(setting: Setting, cross: _Cross) -> str:
    """What each of the two did by itself, for whoever wants to know which one moved the ratio."""
    if not setting.is_detailed:
        return ""
    said = []
    for one in (cross.first, cross.second):
        change = percent_between(one.price(0), one.last)
        said.append(f"{one.name} {moved(change)}" if change is not None else "")
    return f"In {cross.first.currency}, {join_names([*filter(None, said)])} over these days."


def _exactness(cross: _Cross) -> str:
    return f"Computed here: daily closes of {cross.first.name} over those of {cross.second.name}, {plural(len(cross.days), 'day')}."


def _cross_facts(cross: _Cross, change: Decimal | None) -> tuple[Fact, ...]:
    unit = cross.second.symbol
    named = {
        "ratio_start": cross.values[0],
        "ratio": cross.values[-1],
        "ratio_high": max(cross.values),
        "ratio_low": min(cross.values),
    }
    facts = [figure_fact(cross.first, field, as_number(value), unit) for field, value in named.items()]
    return (
        *facts,
        *(() if change is None else (figure_fact(cross.first, "ratio_change_pct", as_number(change), "percent"),)),
    )


SKILL = Skill(
    name="ratios",
    title="one asset in another over time, and return for risk",
    examples=(
        "ETH/BTC ratio over 6 months",
        "Sharpe ratio of SOL this year",
        "which had the better risk-adjusted return in 2024, BTC or ETH?",
    ),
    tools=(MARKET_DATA,),
    recognise=_recognise,
    calls=_calls,
    write=_write,
    assets="needed",
)

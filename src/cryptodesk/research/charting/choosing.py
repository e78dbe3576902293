"""Which charts an answer deserves, from what the analyst understood of the question. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from cryptodesk.models.analyst.questions import Plan
from cryptodesk.research.charting.asking import Wish, price, wish
from cryptodesk.research.charting.skills import wishes_of_skill
from cryptodesk.research.charting.specs import MOST_ENTITIES, ChartSpec
from cryptodesk.research.charting.windows import Window

__all__ = ["choose_charts"]

_MOST_CHARTS = 2
_ALL_TIME = frozenset({"ath", "atl", "percent_from_ath"})
_DOMINANCE: dict[int | str, str] = {1: "btc_dominance", 1027: "eth_dominance"}
# Of a figure that one can ask for by name: the metric that has a course, and the days shown where none are said.
_MEASURES: dict[str, tuple[str, int]] = {
    "volume_24h": ("volume", 30),
    "volume_change_24h": ("volume", 30),
    "market_cap": ("market_cap", 90),
    "fully_diluted_market_cap": ("market_cap", 90),
    "circulating_supply": ("circulating_supply", 365),
    "total_supply": ("circulating_supply", 365),
    "open_interest": ("open_interest", 90),
    "funding_rate": ("funding_rate", 90),
}
# Days shown where the question says none.
_DAYS = {"quote": 30, "bare": 30, "change": 30, "history": 365, "extremes": 365, "comparison": 90, "worth": 365}
# What is asked for the course itself is worth its candles; beside a figure a line is enough.
_OF_COURSE = frozenset({"change", "history", "extremes"})


def choose_charts(plans: Sequence[Plan], now: datetime, most: int = _MOST_CHARTS) -> tuple[ChartSpec, ...]:
    """The first `most` charts that the plans ask for, each once; none where a chart would add nothing."""
    found: dict[tuple[object, ...], ChartSpec] = {}
    for plan in plans:
        for wanted in _wishes(plan, now):
            spec = _spec(wanted, now)
            if spec is not None:
                found.setdefault((spec.metric, spec.entities, spec.start, spec.end), spec)
    return tuple(found.values())[: max(most, 0)]


def _wishes(plan: Plan, now: datetime) -> Iterable[Wish | None]:
    if plan.doubts or (plan.period is not None and plan.period.problem):
        return ()
    if plan.intent == "skill":
        return wishes_of_skill(plan, now)
    return _of_figures(plan, now) if plan.intent in _DAYS else ()


def _of_figures(plan: Plan, now: datetime) -> Iterable[Wish | None]:
    if plan.intent == "worth":
        return [_since_bought(plan, now)]
    measures = [name for name in plan.measures if name != "price"]
    wanted = [_of_measure(name, plan, now) for name in measures]
    # A figure without a course, such as a rank, asks for no price; a question for no figure at all does.
    if not measures or "price" in plan.measures:
        wanted.insert(0, _course(plan, now))
    return wanted


def _course(plan: Plan, now: datetime) -> Wish | None:
    days = _DAYS[plan.intent]
    if plan.intent == "change" and plan.period is not None and plan.period.is_weak:
        days = 7
    return price(plan, now, days, is_course=plan.intent in _OF_COURSE)


def _of_measure(name: str, plan: Plan, now: datetime) -> Wish | None:
    if name in _ALL_TIME:
        return price(plan, now, 0, window=Window(None, now), is_course=True)
    if name == "market_cap_dominance":
        metric = next((_DOMINANCE[one.asset_id] for one in plan.assets if one.asset_id in _DOMINANCE), None)
        return None if metric is None else wish(metric, plan, now, 180, is_of_market=True)
    known = _MEASURES.get(name)
    return None if known is None else wish(known[0], plan, now, known[1])


def _since_bought(plan: Plan, now: datetime) -> Wish | None:
    """From the day on which a sum was put in."""
    period = plan.period
    if period is None or period.start is None:
        return price(plan, now, _DAYS["worth"])
    first = Window(datetime(period.start.year, period.start.month, period.start.day, tzinfo=now.tzinfo), now)
    return price(plan, now, 0, window=first) if first.start is not None and first.start < now else None


def _spec(wanted: Wish | None, now: datetime) -> ChartSpec | None:
    if wanted is None or not wanted.entities or wanted.window is None:
        return None
    entities = tuple(dict.fromkeys(wanted.entities))
    shown, more = entities[:MOST_ENTITIES], len(entities) - MOST_ENTITIES + wanted.left_out
    notes = (f"{more} more of what was named is not drawn; a chart has room for {MOST_ENTITIES}.",) if more > 0 else ()
    return ChartSpec(
        metric=wanted.metric,
        entities=shown,
        asked_at=now,
        start=wanted.window.start,
        end=wanted.window.end,
        granularity=wanted.granularity,
        kind="candles" if wanted.has_candles and len(shown) == 1 else None,
        is_rolling=wanted.window.is_rolling,
        quote_currency=wanted.currency,
        notes=notes,
    )

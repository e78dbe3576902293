"""From a plan and what is known so far to the next tool calls; none when it is time to write."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from typing import Any

from msgspec import structs

from cryptodesk.models.analyst.arithmetic import needed_expression
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.history_calls import days_of, history_arguments, return_field
from cryptodesk.models.analyst.measures import MEASURES
from cryptodesk.models.analyst.offer import Offer
from cryptodesk.models.analyst.questions import MARKET_INTENTS, AssetRef, Period, Plan
from cryptodesk.models.analyst.resolve import resolve
from cryptodesk.models.analyst.skills import Ask, load_skills
from cryptodesk.models.analyst.tool_names import ID_LOOKUP, MARKET_DATA, MATH_EVAL, MAX_LOOKUP_NAMES, MAX_LOOKUP_QUERY

__all__ = ["next_calls", "own_evidence"]

_OVERVIEW = ("price", "market_cap", "volume", "returns", "supply")
# Beyond this the tool would join the bars of a shared result into long ones; alone, each asset keeps finer dates.
_MOST_ROWS = 140
# Two calls for each: of more assets the days stay those of the bars.
_MOST_WITH_DAYS = 3


def next_calls(plan: Plan, evidence: Evidence, offer: Offer, today: date) -> tuple[Call, ...]:
    """Calls that bring something new. The same call is never made twice for one question."""
    calls = [call for call in _wanted(plan, evidence, offer, today) if call.key not in evidence.asked]
    return tuple({call.key: call for call in calls}.values())


def _wanted(plan: Plan, evidence: Evidence, offer: Offer, today: date) -> Sequence[Call]:
    if plan.intent == "arithmetic":
        return _math(plan.expression, offer)
    if plan.doubts or (plan.period is not None and plan.period.problem):
        return ()
    if plan.intent == "skill":
        return _of_skill(plan, evidence, offer, today)
    if plan.intent not in MARKET_INTENTS | {"lookup", "definition"} or not plan.all_assets:
        return ()
    needs_market = plan.intent != "lookup"
    if offer.allows(ID_LOOKUP) and not evidence.has_asked(ID_LOOKUP):
        return list(_lookups(plan.all_assets))
    if not needs_market or not offer.allows(MARKET_DATA):
        return ()
    assets = resolve(plan, evidence).assets
    calls = [call for call in _market(plan, assets, today) if call.key not in evidence.asked]
    calls = calls or list(_days_of_extremes(plan, assets, own_evidence(plan, evidence, today)))
    return calls or _math(needed_expression(plan, evidence), offer)


def own_evidence(plan: Plan, evidence: Evidence, today: date) -> Evidence:
    """Without the histories that were asked for another question of the message, or for the day of an extreme."""
    if plan.intent not in MARKET_INTENTS or not plan.all_assets:
        return evidence
    wanted = {call.key for call in _market(plan, resolve(plan, evidence).assets, today)}
    if not any(block.call in wanted for block in evidence.blocks):
        return evidence
    kept = tuple(block for block in evidence.blocks if block.call in wanted or not block.has_history)
    return structs.replace(evidence, blocks=kept)


def _days_of_extremes(plan: Plan, assets: Sequence[AssetRef], evidence: Evidence) -> Iterator[Call]:
    """A long record comes in bars of several days: those that hold its ends are asked for day by day."""
    if plan.intent != "extremes" or len(assets) > _MOST_WITH_DAYS:
        return
    for asset in assets:
        holding = evidence.holding(asset)
        series = holding.series if holding else None
        if series is None or not series.has_ohlc or series.days_a_bar < 2:
            continue
        for bar in (series.highest, series.lowest):
            last = bar.day + timedelta(days=series.days_a_bar - 1)
            span = {"time_start": bar.day.isoformat(), "time_end": last.isoformat()}
            history = {"interval": "1d", "series": "ohlcv", **span}
            yield Call(
                MARKET_DATA,
                {"asset_type": "coin", "ids": [asset.asset_id], "metrics": ["history"], "history": history},
            )


def _of_skill(plan: Plan, evidence: Evidence, offer: Offer, today: date) -> Sequence[Call]:
    """Its assets are looked up first, as those of any question are."""
    skill = load_skills()[plan.skill]
    if plan.assets and offer.allows(ID_LOOKUP) and not evidence.has_asked(ID_LOOKUP):
        return list(_lookups(plan.assets))
    assets = resolve(plan, evidence).assets
    if skill.assets == "needed" and not assets:
        return ()
    return [call for call in skill.calls(Ask(plan, assets, evidence, offer, today)) if offer.allows(call.tool)]


def _math(expression: str | None, offer: Offer) -> Sequence[Call]:
    return () if expression is None or not offer.allows(MATH_EVAL) else (Call(MATH_EVAL, {"expression": expression}),)


def _lookups(assets: Sequence[AssetRef]) -> Iterator[Call]:
    names = [" ".join((asset.name or asset.text).replace(",", " ").split()) for asset in assets]
    group: list[str] = []
    for name in dict.fromkeys(name[:MAX_LOOKUP_QUERY] for name in names if name):
        if len(group) == MAX_LOOKUP_NAMES or len(", ".join([*group, name])) > MAX_LOOKUP_QUERY:
            yield Call(ID_LOOKUP, {"query": ", ".join(group)})
            group = []
        group.append(name)
    if group:
        yield Call(ID_LOOKUP, {"query": ", ".join(group)})


def _market(plan: Plan, assets: Sequence[AssetRef], today: date) -> Sequence[Call]:
    ids = [asset.asset_id for asset in assets if asset.asset_id is not None]
    if not ids:
        return ()
    metrics, history = _metrics(plan), _history(plan, today)
    base: dict[str, Any] = {"asset_type": "coin", "ids": ids, "metrics": metrics}
    if plan.currency != "USD":
        base["convert"] = plan.currency
    if history is None:
        return (Call(MARKET_DATA, base),)
    base |= {"metrics": [*metrics, "history"], "history": history}
    if len(ids) > 1 and len(ids) * days_of(history) > _MOST_ROWS:
        return tuple(Call(MARKET_DATA, {**base, "ids": [asset_id]}) for asset_id in ids)
    return (Call(MARKET_DATA, base),)


def _metrics(plan: Plan) -> list[str]:
    if plan.intent == "definition":
        return list(_OVERVIEW)
    if plan.intent in {"conversion", "worth"}:
        return ["price"]
    named = [MEASURES[name].metric for name in plan.measures]
    if "percent_from_atl" in plan.measures:  # no field holds it: it is computed from the two prices
        named.append("price")
    if plan.intent == "quote":
        metrics = [*named, *(["price", "returns"] if "price" in plan.measures else [])]
    elif plan.intent in {"history", "extremes"}:
        metrics = [*named, "price", *(["returns", "price_stats"] if _is_all(plan.period) else [])]
    else:
        metrics = ["price", "returns", *named, *(["market_cap"] if plan.intent == "comparison" else [])]
    if plan.intent == "extremes" and plan.period is not None and (plan.period.kind, plan.period.count) == ("hours", 24):
        metrics.append("price_stats")
    return list(dict.fromkeys(metrics))


def _is_all(period: Period | None) -> bool:
    return period is not None and period.kind == "all"


def _history(plan: Plan, today: date) -> dict[str, Any] | None:
    """The `history` to ask for; None where the quote alone answers."""
    if plan.intent == "worth":
        bought = _bought_on(plan.period)
        return None if bought is None else history_arguments(bought, today, series="close")
    if plan.intent not in {"change", "history", "extremes", "comparison"}:
        return None
    period = plan.period
    if period is None or period.kind == "all" or (period.kind == "hours" and period.count in {1, 24}):
        return None
    if plan.intent == "change" and return_field(period) is not None:
        return None
    # Highs and lows are known in dollars alone; in another currency the tool has closes.
    bars = "ohlcv" if plan.currency == "USD" else "close"
    return history_arguments(period, today, series="market_cap" if plan.measures == ("market_cap",) else bars)


def _bought_on(period: Period | None) -> Period | None:
    """The day a sum was put in: the first day of the period that was said."""
    if period is None or period.start is None:
        return None
    return Period("day", period.start.isoformat(), 0, period.start, period.start)

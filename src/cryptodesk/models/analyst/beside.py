"""What is offered beside a refusal: the data nearest to the question, when it names an asset."""

from __future__ import annotations

from datetime import date

import msgspec

from cryptodesk.models.analyst.questions import Intent, Period, Plan

__all__ = ["WITH_FIGURES", "beside"]

# Subjects whose nearest answer is a price: the others get none, since a figure nobody asked for is noise.
WITH_FIGURES = frozenset(
    {"causes", "correlation", "volatility", "technicals", "fear_greed", "liquidity", "liquidations"}
)


def beside(plan: Plan, today: date) -> Plan | None:
    """The plan for the figures that go with a declined question; None where there are none to give."""
    if plan.intent not in {"advice", "prediction", "declined"} or not plan.assets:
        return None
    period = None if plan.intent == "prediction" else _usable(plan.period, today)
    if period is None and set(plan.measures) - {"price"}:
        return msgspec.structs.replace(plan, intent="quote", period=None, topic=None)
    if plan.intent == "declined" and plan.topic not in WITH_FIGURES:
        return None
    intent: Intent = "comparison" if len(plan.assets) > 1 else "change"
    return msgspec.structs.replace(plan, intent=intent, period=period, measures=(), topic=None)


def _usable(period: Period | None, today: date) -> Period | None:
    if period is None or period.problem or period.kind == "day":
        return None
    return None if period.start is not None and period.start > today else period

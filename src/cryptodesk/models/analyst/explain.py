"""What the analyst would do with a question, without doing it: the plan, the calls, and the rivals of its reading."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct, structs

from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.followups import understand
from cryptodesk.models.analyst.offer import Offer, read_offer
from cryptodesk.models.analyst.planner import next_calls
from cryptodesk.models.analyst.ports import AssetId, AssetKnowledge
from cryptodesk.models.analyst.questions import AssetRef, Doubt, Plan
from cryptodesk.models.analyst.ties import NO_BREAKS, TieBreaks
from cryptodesk.models.analyst.tool_names import ID_LOOKUP

__all__ = ["ExplainedAsset", "ExplainedCall", "ExplainedPlan", "explain"]


class ExplainedAsset(Struct, frozen=True, omit_defaults=True):
    """`asset_id` is None while only a lookup can tell; `rivals` are what else the words may mean."""

    text: str
    asset_id: AssetId | None
    name: str
    symbol: str
    confidence: float
    rivals: tuple[AssetId, ...] = ()


class ExplainedCall(Struct, frozen=True):
    tool: str
    arguments: dict[str, Any]


class ExplainedPlan(Struct, frozen=True, omit_defaults=True):
    """`intent` is the analyst's own, or the name of the skill; `confidence` and those of `rivals` are 0 to 1.
    `tie_break` are readings too near each other for the rules, with their probabilities, where a vector was asked."""

    intent: str
    confidence: float
    rivals: tuple[tuple[str, float], ...]
    calls: tuple[ExplainedCall, ...]
    assets: tuple[ExplainedAsset, ...] = ()
    measures: tuple[str, ...] = ()
    period: str | None = None
    problem: str | None = None
    currency: str = "USD"
    slots: Any = None
    declines: str | None = None
    tie_break: tuple[tuple[str, float], ...] = ()


def explain(
    question: str,
    earlier: Sequence[str],
    tools: Sequence[ToolSpec],
    knowledge: AssetKnowledge,
    today: date,
    breaks: TieBreaks = NO_BREAKS,
    answers: Sequence[str] = (),
) -> tuple[ExplainedPlan, ...]:
    """One plan for each question of the text; `answers` are those to the `earlier` ones, as far as they are known. The
    calls are those of the first round after assets were looked up."""
    offer = read_offer(ModelRequest("", (), tuple(tools)))
    plans = understand(question, earlier, knowledge, today, breaks, answers)
    return tuple(_explained(plan, offer, today) for plan in plans)


def _explained(plan: Plan, offer: Offer, today: date) -> ExplainedPlan:
    period = plan.period
    return ExplainedPlan(
        intent=plan.skill or plan.intent,
        confidence=plan.confidence,
        rivals=plan.rivals,
        calls=tuple(ExplainedCall(call.tool, call.arguments) for call in _calls(plan, offer, today)),
        assets=(*map(_asset, plan.all_assets), *map(_doubt, plan.doubts)),
        measures=plan.measures,
        period=period.label if period else None,
        problem=period.problem if period else None,
        currency=plan.currency,
        slots=None if plan.slots is None else msgspec.to_builtins(plan.slots),
        declines=plan.topic,
        tie_break=plan.weighed,
    )


def _calls(plan: Plan, offer: Offer, today: date) -> list[Call]:
    """The lookup, and what follows it if every name means what it seems to."""
    nothing = Evidence()
    first = list(next_calls(plan, nothing, offer, today))
    if not first or any(call.tool != ID_LOOKUP for call in first):
        return first
    without = structs.replace(offer, names=offer.names - {ID_LOOKUP})
    return [*first, *next_calls(plan, nothing, without, today)]


def _asset(asset: AssetRef) -> ExplainedAsset:
    return ExplainedAsset(asset.text, asset.asset_id, asset.name, asset.symbol, asset.confidence)


def _doubt(doubt: Doubt) -> ExplainedAsset:
    first, *others = doubt.candidates
    rivals = tuple(each.asset_id for each in others if each.asset_id is not None)
    return ExplainedAsset(doubt.text, first.asset_id, first.name, first.symbol, first.confidence, rivals)

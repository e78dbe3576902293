"""Whether the desk can answer a question, told by planning it with the analyst and without running anything."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import date
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.analyst.assets import SURE
from cryptodesk.models.analyst.explain import ExplainedCall, ExplainedPlan, explain
from cryptodesk.models.analyst.followups import understand
from cryptodesk.models.analyst.ports import AssetId, AssetKnowledge
from cryptodesk.models.analyst.questions import AssetRef, Period, Plan
from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.models.analyst.ties import close_calls
from cryptodesk.models.analyst.tool_names import ID_LOOKUP, MATH_EVAL

__all__ = ["Missing", "PlanCheck", "Planned", "Signature", "asset_ids_of", "kind_of", "signature_of"]

# What is said without an answer to the question: refusals, small talk, and what only repeats a name.
_NO_ANSWERS = frozenset(
    {
        "arithmetic", "greeting", "thanks", "capabilities", "prediction", "advice", "declined", "bare", "unclear",
        "empty", "outlook", "out_of_field", "lookup",
    }
)  # fmt: skip
# Answered from texts and from facts that ship, without any price.
_OF_TEXTS = frozenset({"concept", "news", "halving", "events"})
_LEAST_CONFIDENCE = 0.8
_MOST_KEPT = 2048
_HISTORY = "history"
# How tools name what they lack, and the kinds of questions that need nothing else.
_FIELDS_OF = {
    "derivatives": ("derivatives", "funding_rate", "open_interest", "liquidations"),
    "unlocks": ("unlocks", "next_unlocks", "unlocks_ahead", "supply_schedule"),
    "tvl": ("tvl", "defi", "protocol_tvl"),
    "sentiment": ("sentiment", "score"),
    "supply": ("supply", "circulating_supply", "issuance"),
    "holders": ("holders",),
    "security": ("security", "security_checks"),
    "gas": ("gas", "network_fees"),
    "etf_flows": ("etf", "etfs", "funds"),
    "fear_greed": ("fear_greed", "sentiment"),
    "altcoin_season": ("altcoin_season", "altcoin_season_index"),
    "dominance": ("dominance", "market_cap_dominance"),
    "technicals": ("technical_analysis", "technical_analysis_result", "candles"),
}

Signature = tuple[Any, ...]
Read = tuple[tuple[Plan, ...], tuple[ExplainedPlan, ...]]


class Missing(Struct, frozen=True):
    """Something that a run asked for and did not get: a field, a metric, a tool, a kind of question. Without
    `asset_id` it is missing for every asset."""

    field: str
    asset_id: AssetId | None = None


class Planned(Struct, frozen=True):
    """What the analyst would do with a question. `reason` says why it cannot be answered; empty where it can."""

    plans: tuple[Plan, ...]
    calls: tuple[ExplainedCall, ...]
    reason: str

    @property
    def is_answerable(self) -> bool:
        return not self.reason


class PlanCheck:
    """Plans questions that nobody has asked yet, each text once, so it is worth keeping for the day. `specs` are the
    tools on offer. What is `unavailable` was missing a moment ago: no question that needs it is taken for answerable,
    nor one of assets without a price, where `priced` names those that have one."""

    def __init__(
        self,
        knowledge: AssetKnowledge,
        specs: Sequence[ToolSpec],
        today: date,
        unavailable: Iterable[Missing] = (),
        priced: Collection[AssetId] | None = None,
        read: dict[str, Read] | None = None,
    ) -> None:
        self.knowledge = knowledge
        self.today = today
        self._specs = tuple(specs)
        self._tools = frozenset(spec.name for spec in specs)
        self._unavailable = frozenset(unavailable)
        self._priced = priced
        self._read: dict[str, Read] = {} if read is None else read

    def within(self, missing: Iterable[Missing], priced: Collection[AssetId] | None = None) -> PlanCheck:
        """The same where more is missing, and prices are at hand of no assets but those."""
        known = self._priced if priced is None else priced
        gone = self._unavailable | frozenset(missing)
        return PlanCheck(self.knowledge, self._specs, self.today, gone, known, self._read)

    def can_answer(self, question: str) -> bool:
        return self.planned(question).is_answerable

    def planned(self, question: str) -> Planned:
        """The question by itself, as a click on it would ask it."""
        plans, explained = self._reading(question)
        calls = tuple(call for plan in explained for call in plan.calls)
        return Planned(plans, calls, self._reason(plans, explained))

    def _reading(self, question: str) -> Read:
        known = self._read.get(question)
        if known is None:
            known = self.plans(question), explain(question, (), self._specs, self.knowledge, self.today)
            if len(self._read) >= _MOST_KEPT:
                self._read.clear()
            self._read[question] = known
        return known

    def plans(self, question: str, earlier: Sequence[str] = ()) -> tuple[Plan, ...]:
        """In a conversation, where the turns before fill what the question leaves open."""
        return understand(question, earlier, self.knowledge, self.today)

    def _reason(self, plans: Sequence[Plan], explained: Sequence[ExplainedPlan]) -> str:
        if len(plans) != 1:
            return "it is more than one question"
        plan, calls = plans[0], explained[0].calls
        return (
            _unread(plan)
            or _unnamed(plan)
            or self._untooled(plan, calls)
            or self._unpriced(plan)
            or _lacking(plan, calls, self._unavailable)
        )

    def _unpriced(self, plan: Plan) -> str:
        if self._priced is None or kind_of(plan) in _OF_TEXTS:
            return ""
        bare = next((asset for asset in plan.all_assets if asset.asset_id not in self._priced), None)
        return "" if bare is None else f"no prices of {bare.name} are at hand"

    def _untooled(self, plan: Plan, calls: Sequence[ExplainedCall]) -> str:
        wanted = load_skills()[plan.skill].tools if plan.skill else ()
        lacking = sorted(set(wanted) - self._tools)
        if lacking:
            return f"it needs {lacking[0]}, which is not on offer"
        if all(call.tool in {ID_LOOKUP, MATH_EVAL} for call in calls):
            return "no tool would be asked"
        return ""


def kind_of(plan: Plan) -> str:
    """The skill that answers it, else the analyst's own intent."""
    return plan.skill or plan.intent


def asset_ids_of(plan: Plan) -> tuple[AssetId, ...]:
    return tuple(asset.asset_id for asset in plan.all_assets if asset.asset_id is not None)


def signature_of(plan: Plan) -> Signature:
    """Equal for questions that would be answered from the same data in the same way."""
    slots = None if plan.slots is None else msgspec.json.encode(plan.slots)
    target = plan.target if isinstance(plan.target, str) else None
    assets = tuple(sorted(map(str, asset_ids_of(plan))))
    return kind_of(plan), assets, plan.measures, _period_key(plan.period), plan.currency, target, slots


def _period_key(period: Period | None) -> Signature | None:
    return None if period is None or period.is_weak else (period.kind, period.count, period.start, period.end)


def _unread(plan: Plan) -> str:
    kind = kind_of(plan)
    if kind in _NO_ANSWERS:
        return f"it would be taken for {kind}"
    if plan.confidence < _LEAST_CONFIDENCE:
        return f"it is read as {kind} with confidence {plan.confidence:.2f} only"
    if plan.period is not None and plan.period.problem:
        return plan.period.problem
    if _is_torn(plan):
        return "it may as well be read in another way"
    return ""


def _is_torn(plan: Plan) -> bool:
    """Whether another skill lies so near that a vector would decide. The analyst's own intents yield to skills."""
    rivals = close_calls(plan)[1:]
    return any(name in load_skills() and confidence >= plan.confidence for name, confidence in rivals)


def _unnamed(plan: Plan) -> str:
    if plan.doubts:
        return f"{plan.doubts[0].text!r} may mean more than one asset"
    unsure = next((asset for asset in plan.all_assets if not _is_sure(asset)), None)
    return "" if unsure is None else f"no asset is known as {unsure.text!r}"


def _is_sure(asset: AssetRef) -> bool:
    return asset.asset_id is not None and asset.confidence >= SURE


def _lacking(plan: Plan, calls: Sequence[ExplainedCall], unavailable: Collection[Missing]) -> str:
    ids = {None, *asset_ids_of(plan)}
    missing = {each.field for each in unavailable if each.asset_id in ids}
    if not missing:
        return ""
    kind = kind_of(plan)
    named = {kind, *plan.measures, *_FIELDS_OF.get(kind, ()), *(call.tool for call in calls)}
    lacking = sorted(named & missing) or sorted(_unmet(calls, missing))
    return f"{lacking[0]} is missing at present" if lacking else ""


def _unmet(calls: Sequence[ExplainedCall], missing: Collection[str]) -> Iterator[str]:
    """Of a call that asks for several things the answer can do without some, but not without the series."""
    for call in calls:
        asked = call.arguments.get("metrics") or ()
        gone = [metric for metric in asked if metric in missing]
        if gone and (len(gone) == len(asked) or _HISTORY in gone):
            yield gone[0]

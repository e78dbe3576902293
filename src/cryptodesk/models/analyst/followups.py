"""Slots a question leaves open are taken from the questions before it."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import date

import msgspec

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.parser import MAX_ASSETS, find_tie, parse
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import MARKET_INTENTS, AssetRef, Intent, Period, Plan
from cryptodesk.models.analyst.several import split_questions
from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.models.analyst.ties import NO_BREAKS, Tie, TieBreaks

__all__ = ["find_ties", "understand"]

_TURNS_LOOKED_BACK = 6
_SHORT_OF_ASSETS = MARKET_INTENTS | {
    "lookup", "bare", "unclear", "definition", "declined", "skill",
}  # fmt: skip


def understand(
    question: str,
    earlier: Sequence[str],
    knowledge: AssetKnowledge,
    today: date,
    breaks: TieBreaks = NO_BREAKS,
) -> tuple[Plan, ...]:
    """The plan of each question of the message in its conversation; `earlier` holds the user's turns before it,
    oldest first."""
    before: Plan | None = None
    met: dict[str, AssetRef] = {}
    plans: list[Plan] = []
    for text in (*earlier[-_TURNS_LOOKED_BACK:], question):
        plans.clear()
        for part in split_questions(text, knowledge, today):
            plan = _among_all(_joined(before, parse(part, knowledge, today, breaks), part), met)
            plan = _leaning(plan, part, plans[-1]) if plans else plan
            if _leaves_a_trace(plan):
                before = plan
                met |= {str(asset.asset_id): asset for asset in plan.all_assets}
            plans.append(_settled(plan))
    return tuple(plans)


# What these tell of is never one asset's.
_OF_MANY = frozenset({"stablecoins", "category_compare", "out_of_field"})
_MOST_WORDS_LEANING = 3


def _leaning(plan: Plan, part: str, ahead: Plan) -> Plan:
    """ "ARB price and next unlock": in one breath the second is of the first one's asset."""
    if plan.intent != "skill" or plan.skill in _OF_MANY or load_skills()[plan.skill].assets != "optional":
        return plan
    is_alone = not plan.assets and not plan.doubts and len(part.split()) <= _MOST_WORDS_LEANING
    return msgspec.structs.replace(plan, assets=ahead.assets) if is_alone and len(ahead.assets) == 1 else plan


def _among_all(plan: Plan, met: Mapping[str, AssetRef]) -> Plan:
    """ "which one gained more?": a comparison of one asset is one of those that were asked about before it."""
    if plan.intent != "comparison" or len(plan.assets) != 1:
        return plan
    known = {asset_id: asset for asset_id, asset in met.items() if asset_id != str(plan.assets[0].asset_id)}
    assets = (*known.values(), plan.assets[0])[-MAX_ASSETS:]
    return msgspec.structs.replace(plan, intent="comparison" if len(assets) > 1 else "change", assets=assets)


def find_ties(question: str, earlier: Sequence[str], knowledge: AssetKnowledge, today: date) -> tuple[Tie, ...]:
    """The close calls of the conversation as far as it is looked at, oldest first."""
    texts = (*earlier[-_TURNS_LOOKED_BACK:], question)
    parts = (part for text in texts for part in split_questions(text, knowledge, today))
    return tuple(tie for part in parts if (tie := find_tie(part, knowledge, today)) is not None)


def _settled(plan: Plan) -> Plan:
    if plan.intent == "bare":
        return msgspec.structs.replace(plan, intent="quote", measures=("price",))
    return msgspec.structs.replace(plan, period=_DEFAULTS[plan.intent]) if _lacks_period(plan) else plan


# What a question that names no stretch of time means: an extreme is one of all that is known.
_DEFAULTS: dict[Intent, Period] = {
    "history": Period("days", "the last 30 days", 30),
    "extremes": Period("all", "the whole record"),
}


def _lacks_period(plan: Plan) -> bool:
    return plan.intent in _DEFAULTS and plan.period is None


def _leaves_a_trace(plan: Plan) -> bool:
    return plan.intent == "skill" or (bool(plan.all_assets or plan.doubts) and plan.intent not in {"unclear", "empty"})


_FAINT = 0.6
# A text that is no question by itself may change the list before it.
_AMENDS = frozenset({"unclear", "bare", "declined", "definition", "quote"})


# "In BTC?" after "convert 2 ETH to dollars" asks for the same amount in another coin.
_INTO = Pattern(r"^(?:(?:and|now|ok|or|what about|how about|how much)[ ,]+)*(?:in|to|into) ", re.IGNORECASE)


def _joined(before: Plan | None, plan: Plan, text: str) -> Plan:
    if before is not None and before.intent == "conversion" and before.assets and _INTO.match(text):
        other = plan.all_assets[:1]
        if other and plan.intent in {"bare", "conversion", "quote", "unclear"} and plan.amount is None:
            return msgspec.structs.replace(before, target=other[0], currency="USD", is_english=plan.is_english)
    return (_amended(before, plan, text) if before is not None else None) or _join(before, plan)


def _amended(before: Plan, plan: Plan, text: str) -> Plan | None:
    """ "top 20 instead": the plan before as its skill changes it by this text. Assets that the text names are those of
    the new plan, where the skill's questions are about any."""
    skill = load_skills()[before.skill] if before.intent == "skill" else None
    is_faint = plan.skill == before.skill and plan.confidence < _FAINT  # "how does it work"
    if skill is None or skill.follow is None or not (plan.intent in _AMENDS or is_faint) or plan.doubts:
        return None
    named = tuple(asset for asset in plan.assets if asset.asset_id is not None)
    changed = skill.follow(before, text) if not named or skill.assets != "none" else None
    if changed is None:
        return None
    return msgspec.structs.replace(changed, assets=named or changed.assets, is_english=plan.is_english)


def _join(before: Plan | None, plan: Plan) -> Plan:
    if before is None or plan.intent not in _SHORT_OF_ASSETS:
        return plan
    if before.intent == "skill" or plan.intent == "skill":
        return _join_skill(before, plan)
    named = bool(plan.all_assets or plan.doubts)
    if before.intent == "conversion" and plan.intent == "unclear" and not plan.period:
        return _other_amount(before, plan)
    if plan.intent == "bare" and named:
        return _same_question(before, plan)
    if plan.intent == "comparison" and plan.is_follow_up and len(plan.assets) == 1:
        return _widened(before, plan)
    if (
        not named
        and plan.intent in {"unclear", "bare", "history", "definition"}
        and plan.period is not None
        and not plan.measures
    ):
        return _other_period(before, plan)
    if not named and (plan.intent != "unclear" or plan.is_follow_up):
        return _other_figure(before, plan)
    return plan


def _join_skill(before: Plan, plan: Plan) -> Plan:
    """A skill's question about another asset or period, or another skill's about the assets of the question before."""
    takes = load_skills()[plan.skill or before.skill].assets
    named = bool(plan.all_assets or plan.doubts)
    if plan.intent == "skill":
        is_same = plan.skill == before.skill and plan.is_follow_up and takes == "optional"
        lacks = (takes in {"wanted", "needed"} or is_same) and not named
        return msgspec.structs.replace(plan, assets=before.all_assets, doubts=before.doubts) if lacks else plan
    if plan.intent == "bare" and named and takes != "none":
        period = plan.period or before.period
        return msgspec.structs.replace(
            before, assets=plan.assets, doubts=plan.doubts, period=period, is_english=plan.is_english
        )
    if not named and plan.period is not None and plan.intent in {"unclear", "bare", "history"} and not plan.measures:
        return msgspec.structs.replace(before, period=plan.period, is_english=plan.is_english)
    if not named and before.assets and plan.intent in MARKET_INTENTS:
        return msgspec.structs.replace(plan, assets=before.assets, doubts=before.doubts)
    return plan


def _same_question(before: Plan, plan: Plan) -> Plan:
    """ "and ethereum?": the earlier question about another asset."""
    if before.intent not in MARKET_INTENTS | {"lookup", "definition"}:
        return plan
    if before.intent == "comparison":
        return _widened(before, plan)
    if before.intent == "conversion":
        moved = {"target": plan.assets[0]} if not before.assets else {"assets": plan.assets[:1]}
        return msgspec.structs.replace(before, **moved, doubts=plan.doubts, amount=plan.amount or before.amount)
    return msgspec.structs.replace(
        before,
        assets=plan.assets,
        doubts=plan.doubts,
        period=plan.period or before.period,
        dropped_assets=plan.dropped_assets,
        is_english=plan.is_english,
    )


def _other_amount(before: Plan, plan: Plan) -> Plan:
    """ "and 5?", "and in euros?": the same conversion of another amount, or into another currency."""
    said, now = before.amount, plan.amount
    if now is None or said is None:
        other = plan.currency if plan.currency != "USD" and before.assets else None
        return msgspec.structs.replace(before, target=other, currency=other) if other else plan
    if now.unit and not said.unit and before.assets:  # money after coins: it goes the other way round
        target = before.assets[0]
        return msgspec.structs.replace(before, assets=(), amount=now, currency=now.unit, target=target)
    amount = msgspec.structs.replace(now, unit=now.unit or said.unit)
    return msgspec.structs.replace(before, amount=amount, currency=amount.unit or before.currency)


def _widened(before: Plan, plan: Plan) -> Plan:
    """ "compare it with ETH": the earlier assets and the new ones."""
    known = {str(asset.asset_id): asset for asset in (*before.assets, *plan.assets)}
    assets = tuple(known.values())
    return msgspec.structs.replace(
        plan, intent="comparison", assets=assets[:MAX_ASSETS], period=plan.period or before.period,
        dropped_assets=max(0, len(assets) - MAX_ASSETS),
    )  # fmt: skip


def _other_period(before: Plan, plan: Plan) -> Plan:
    """ "what about last year?": the earlier question over another stretch of time."""
    intent = before.intent if before.intent in {"change", "comparison", "extremes", "worth"} else "history"
    measures = () if before.measures == ("price",) else before.measures
    return msgspec.structs.replace(
        before, intent=intent, period=plan.period, measures=measures, is_english=plan.is_english
    )


def _other_figure(before: Plan, plan: Plan) -> Plan:
    """ "and its volume?": another question about the earlier assets."""
    if plan.intent == "unclear":
        return plan
    assets = before.all_assets if plan.intent != "conversion" else before.assets
    keeps_period = plan.intent in {"change", "history", "extremes", "comparison"} and plan.period is None
    return msgspec.structs.replace(
        plan, assets=assets, doubts=before.doubts, period=before.period if keeps_period else plan.period
    )

"""Call or write: the one decision of a turn, from the conversation, the tools offered and the tool choice."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from msgspec import Struct, structs

from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.tools import ToolSpec
from cryptodesk.models.analyst.beside import beside
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.client_tools import best_client_call, client_arguments
from cryptodesk.models.analyst.conversation import Situation, Verbosity, read_conversation
from cryptodesk.models.analyst.evidence import Evidence, read_evidence
from cryptodesk.models.analyst.followups import find_ties, understand
from cryptodesk.models.analyst.offer import Offer, read_offer
from cryptodesk.models.analyst.planner import next_calls, own_evidence
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import MARKET_INTENTS, Plan
from cryptodesk.models.analyst.reading import clean
from cryptodesk.models.analyst.resolve import resolve
from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.models.analyst.ties import NO_BREAKS, Tie, TieBreaks
from cryptodesk.models.analyst.tool_names import ID_LOOKUP, MARKET_DATA, MATH_EVAL, MAX_LOOKUP_QUERY
from cryptodesk.models.analyst.writer.draft import Setting

__all__ = ["Calls", "Turn", "decide", "plans_for", "ties_of"]

# Where a built-in tool answers, the caller's own must fit much better: its whole name and more.
_CLEAR, _MUCH_CLEARER = 3, 5
_BITCOIN_ID = 1


class Calls(Struct, frozen=True):
    """`salt` sets call ids of different turns of a conversation apart."""

    calls: tuple[Call, ...]
    salt: int


class Turn(Struct, frozen=True):
    """What is written from: one setting for each question of the message."""

    settings: tuple[Setting, ...]
    is_plain: bool = False


def ties_of(request: ModelRequest, knowledge: AssetKnowledge, today: date) -> tuple[Tie, ...]:
    """What `decide` would like to have decided before. A request for the least thought asks for nothing."""
    if request.reasoning_effort == "minimal":
        return ()
    return find_ties(*_asked(read_conversation(request.messages)), knowledge, today)


def decide(
    request: ModelRequest, knowledge: AssetKnowledge, today: date, breaks: TieBreaks = NO_BREAKS
) -> Calls | Turn:
    situation = read_conversation(request.messages)
    evidence, offer = read_evidence(situation.outcomes), read_offer(request)
    plans = plans_for(situation, knowledge, today, breaks)
    calls = tuple(
        {call.key: call for plan in plans for call in _calls(situation, plan, evidence, offer, today)}.values()
    )
    if calls:
        return Calls(calls, len(request.messages) & 0xFFFFFF)
    question, verbosity = clean(situation.question), _verbosity(request, situation)
    seen = _without_read(evidence, plans)
    return Turn(
        tuple(
            Setting(
                plan, own_evidence(plan, seen, today), resolve(plan, seen), offer, knowledge, today, question, verbosity
            )
            for plan in plans
        ),
        situation.is_plain,
    )


def _without_read(evidence: Evidence, plans: Sequence[Plan]) -> Evidence:
    """Results that a skill of the message reads are not shown as somebody's own besides."""
    read = {tool for plan in plans if plan.skill for tool in load_skills()[plan.skill].tools}
    return structs.replace(evidence, others=tuple(each for each in evidence.others if each.call.name not in read))


def _verbosity(request: ModelRequest, situation: Situation) -> Verbosity:
    """What the words ask for; else a request for much thought gets more said."""
    if situation.verbosity != "standard" or request.reasoning_effort != "high":
        return situation.verbosity
    return "detailed"


def plans_for(
    situation: Situation, knowledge: AssetKnowledge, today: date, breaks: TieBreaks = NO_BREAKS
) -> tuple[Plan, ...]:
    question, earlier = _asked(situation)
    return understand(question, earlier, knowledge, today, breaks, situation.answers[: len(earlier)])


def _asked(situation: Situation) -> tuple[str, tuple[str, ...]]:
    """The message and those before it; a resumed turn that only says "go on" keeps the message before."""
    if situation.is_resumed and situation.earlier and situation.repeats_itself:
        return situation.earlier[-1], situation.earlier[:-1]
    return situation.question, situation.earlier


def _calls(situation: Situation, plan: Plan, evidence: Evidence, offer: Offer, today: date) -> tuple[Call, ...]:
    if not offer.may_call:
        return ()
    if _is_synthesis(situation, evidence, offer):
        return ()
    client = _client_call(situation, plan, evidence, offer, today)
    if client is not None:
        return (client,)
    effective = beside(plan, today) or plan
    calls = next_calls(effective, evidence, offer, today)
    if calls or offer.choice != "required" or (situation.outcomes and not situation.is_resumed):
        return calls
    return _forced(situation, plan, offer, today)


def _is_synthesis(situation: Situation, evidence: Evidence, offer: Offer) -> bool:
    """The results of this very question are here: the answer is written from them. Ids alone are no answer where the
    market tool is offered now."""
    if not situation.is_resumed or not situation.repeats_itself or offer.choice == "required":
        return False
    has_results = bool(evidence.blocks or evidence.math or evidence.failures or evidence.others)
    return has_results or not offer.allows(MARKET_DATA)


def _client_call(situation: Situation, plan: Plan, evidence: Evidence, offer: Offer, today: date) -> Call | None:
    if not offer.others or evidence.others:
        return None
    least = _MUCH_CLEARER if _is_served(plan, offer) else _CLEAR
    clients = tuple(tool for tool in offer.others if not tool.built_in)
    found = best_client_call(situation.question, plan, clients, today, least=least)
    return None if found is None else Call(found.tool, found.arguments)


def _is_served(plan: Plan, offer: Offer) -> bool:
    """Whether the known tools on offer, or none at all, answer the plan."""
    if plan.intent in MARKET_INTENTS:
        return MARKET_DATA in offer.names and bool(plan.all_assets or plan.doubts)
    if plan.intent == "arithmetic":
        return MATH_EVAL in offer.names
    if plan.intent in {"definition", "lookup"}:
        return any(asset.asset_id is not None for asset in plan.assets) or bool(plan.doubts)
    if plan.intent == "skill":
        tools = load_skills()[plan.skill].tools
        return bool(tools) and set(tools) <= offer.names
    return plan.intent in {"greeting", "thanks", "capabilities"}


def _forced(situation: Situation, plan: Plan, offer: Offer, today: date) -> tuple[Call, ...]:
    """Some valid call, since one is required: the caller's tool that fits best, else the most harmless known one."""
    found = best_client_call(situation.question, plan, offer.others, today, least=1)
    if found is not None:
        return (Call(found.tool, found.arguments),)
    call = _harmless(situation, plan, offer) or _any_client(situation, plan, (*offer.others, *offer.built_ins), today)
    return () if call is None else (call,)


def _harmless(situation: Situation, plan: Plan, offer: Offer) -> Call | None:
    ids = [asset.asset_id for asset in plan.all_assets if asset.asset_id is not None]
    if ID_LOOKUP in offer.names:
        words = [asset.name for asset in plan.all_assets] or [
            " ".join(clean(situation.question).replace(",", " ").split())
        ]
        return Call(ID_LOOKUP, {"query": ", ".join(words[:5])[:MAX_LOOKUP_QUERY].strip(" ,") or "bitcoin"})
    if MARKET_DATA in offer.names:
        # The market's benchmark stands in where no asset is named; no answer is written from it.
        arguments: dict[str, Any] = {"asset_type": "coin", "ids": ids or [_BITCOIN_ID], "metrics": ["price"]}
        return Call(MARKET_DATA, arguments)
    return Call(MATH_EVAL, {"expression": plan.expression or "0"}) if MATH_EVAL in offer.names else None


def _any_client(situation: Situation, plan: Plan, tools: tuple[ToolSpec, ...], today: date) -> Call | None:
    for tool in tools:
        arguments = client_arguments(situation.question, plan, tool, today)
        if arguments is not None:
            return Call(tool.name, arguments)
    return None

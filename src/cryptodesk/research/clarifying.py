"""One short question back, with choices, where the words of a question leave open what is meant and the answer would
differ. Never where one reading leads, and never twice in a row."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from cryptodesk.core.messages import Message
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.ports import AssetId, AssetKnowledge
from cryptodesk.models.analyst.questions import MARKET_INTENTS, AssetRef, Plan
from cryptodesk.models.analyst.resolve import resolve
from cryptodesk.models.analyst.skills import load_skills
from cryptodesk.models.analyst.text import shown
from cryptodesk.research.open_moments import open_moment, turned_range
from cryptodesk.research.planning import kind_of

__all__ = ["Clarification", "Conversation", "as_text", "asked_back", "clarification", "conversation_of"]

_MOST_CHOICES = 4
_LONGEST_NAME, _LONGEST_WORDS = 60, 60
# What is asked for by name; of all else a name tells nothing that would change the answer.
_NEVER = frozenset({"concept", "out_of_field", "outlook", "onchain_token", "nfts", "exchanges"})
_WITH_ASSETS = MARKET_INTENTS | {"lookup", "definition", "bare"}
_ENDINGS = ("Which one do you mean?", "Which do you mean?", "Did you mean this?", "Which asset do you mean?")
_FEW_WORDS = 6
_USUAL = (AssetRef(1, "BTC", "Bitcoin", ""), AssetRef(1027, "ETH", "Ethereum", ""), AssetRef(5426, "SOL", "Solana", ""))


class Clarification(Struct, frozen=True):
    """`question` ends with a question mark; `choices` are names or whole questions that a reader can click."""

    question: str
    choices: tuple[str, ...]


class Conversation(Struct, frozen=True):
    """`question` was asked last, `earlier` are the user's turns before it, `last_answer` what was said in between."""

    question: str
    earlier: tuple[str, ...] = ()
    last_answer: str = ""


def clarification(
    plans: Sequence[Plan],
    messages: Sequence[Message],
    knowledge: AssetKnowledge,
    today: date,
    evidence: Evidence | None = None,
) -> Clarification | None:
    """None where the question can be answered as it stands, or was asked back already. With `evidence` of a lookup,
    near matches of unknown names are choices too."""
    conversation = conversation_of(messages)
    if asked_back(conversation.last_answer):
        return None
    known = evidence or Evidence()
    for plan in plans:
        found = _of_names(plan, knowledge, known) or _of_time(plan, plans, conversation, today)
        if found is not None:
            return found
    return _of_nobody(plans, conversation)


def conversation_of(messages: Sequence[Message]) -> Conversation:
    """The user's turns, and what was answered before the last of them."""
    users = [message.text for message in messages if message.role == "user"]
    last = max((at for at, message in enumerate(messages) if message.role == "user"), default=0)
    answers = [message.text for message in messages[:last] if message.role == "assistant" and message.text.strip()]
    return Conversation(users[-1] if users else "", tuple(users[:-1]), answers[-1] if answers else "")


def asked_back(answer: str) -> bool:
    """Whether an answer is one of ours that asked back; a list of choices may follow the question."""
    head = answer.strip().partition("\n")[0].strip()
    return head.endswith(_ENDINGS)


def as_text(found: Clarification) -> str:
    """As it is said where choices cannot be clicked."""
    listed = "\n".join(f"{number}. {choice}" for number, choice in enumerate(found.choices, 1))
    return f"{found.question}\n\n{listed}" if listed else found.question


def _of_names(plan: Plan, knowledge: AssetKnowledge, evidence: Evidence) -> Clarification | None:
    if not _takes_assets(plan):
        return None
    doubt = next(iter(resolve(plan, evidence).doubts), None)
    choices = _names(doubt.candidates, knowledge, evidence) if doubt is not None else ()
    if doubt is None or not choices:
        return None
    text = shown(doubt.text, _LONGEST_WORDS)
    if len(choices) == 1:
        return Clarification(f"I am not sure what “{text}” means. Did you mean this?", choices)
    return Clarification(f"“{text}” may mean more than one asset. Which one do you mean?", choices)


def _takes_assets(plan: Plan) -> bool:
    kind = kind_of(plan)
    if kind in _NEVER:
        return False
    return load_skills()[plan.skill].assets != "none" if plan.skill else kind in _WITH_ASSETS


def _names(candidates: Iterable[AssetRef], knowledge: AssetKnowledge, evidence: Evidence) -> tuple[str, ...]:
    """ "Solana (SOL), rank 6"; where no rank is known its id tells it apart."""
    named = {str(one.asset_id): _name(one, knowledge, evidence) for one in candidates if one.asset_id is not None}
    return tuple(named.values())[:_MOST_CHOICES]


def _name(asset: AssetRef, knowledge: AssetKnowledge, evidence: Evidence) -> str:
    rank = _rank(asset.asset_id, knowledge, evidence)
    told = f", rank {rank}" if rank else f", id {asset.asset_id}"
    return f"{shown(asset.label, _LONGEST_NAME)}{told}"


def _rank(asset_id: AssetId | None, knowledge: AssetKnowledge, evidence: Evidence) -> int | None:
    hits = (hit.rank for hit in evidence.hits if str(hit.asset_id) == str(asset_id) and hit.rank)
    facts = knowledge.facts(asset_id) if asset_id is not None else None
    rank = next(hits, None) or getattr(facts, "rank", None)
    return rank if isinstance(rank, int) and rank > 0 else None


def _of_time(plan: Plan, plans: Sequence[Plan], conversation: Conversation, today: date) -> Clarification | None:
    """Only where the message is this one question, so that a choice can repeat it whole."""
    if len(plans) != 1 or not _takes_assets(plan) or not plan.all_assets:
        return None
    text = " ".join(conversation.question.split())
    if plan.period is not None and plan.period.problem:
        choices = tuple(turned_range(text, today))
        said = f"{plan.period.problem[:1].upper()}{plan.period.problem[1:]}"
        return Clarification(f"{shown(said, 120)}. Which do you mean?", choices) if choices else None
    moment = open_moment(text, plan, today)
    if moment is None:
        return None
    question = f"“{shown(moment.words, _LONGEST_WORDS)}” names no date that I know. Which do you mean?"
    return Clarification(question, moment.choices[:_MOST_CHOICES])


def _of_nobody(plans: Sequence[Plan], conversation: Conversation) -> Clarification | None:
    """A short question for a figure of some asset, without any: "price?"."""
    if len(plans) != 1 or len(conversation.question.split()) > _FEW_WORDS:
        return None
    plan = plans[0]
    if plan.all_assets or plan.doubts or not _needs_asset(plan):
        return None
    return Clarification("Which asset do you mean?", tuple(asset.label for asset in _USUAL))


def _needs_asset(plan: Plan) -> bool:
    if plan.skill:
        return load_skills()[plan.skill].assets == "needed"
    return plan.intent in MARKET_INTENTS

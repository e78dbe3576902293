"""Relate: questions to go on with that the desk can itself answer."""

from __future__ import annotations

from msgspec import Struct

from cryptodesk.core.messages import text_message
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.model_calls import ModelAsk, ask_model_for
from cryptodesk.research.prompting import conversation_text, prompt
from cryptodesk.research.related import findings_of, related_questions, screen_related
from cryptodesk.research.state import ResearchState

__all__ = ["RELATE", "relate_by_model", "relate_by_rules"]


class Proposed(Struct, frozen=True):
    questions: list[str]


async def relate_by_rules(state: ResearchState) -> str:
    wanted = state.options.related_questions
    if not wanted:
        return "none asked for"
    check, data = state.services.plan_check(state.today), state.services.data
    found = findings_of([trace for _, trace in state.traces])
    state.related = related_questions(state.question, state.earlier, state.plans, wanted, check, found, data)
    return f"{len(state.related)} questions, each of which plans to an answer"


async def relate_by_model(state: ResearchState) -> str:
    """Proposed by the model, kept if they plan to an answer. Raises: what `ask_model_for` raises."""
    wanted = state.options.related_questions
    if not wanted:
        return "none asked for"
    system = prompt("relate", wanted=wanted + 2)
    messages = (system, text_message("user", conversation_text(state)))
    ask = ModelAsk(messages=messages, max_output_tokens=400, seconds=12.0)
    proposed = await ask_model_for(state, ask, Proposed, "related_questions")
    check, data = state.services.plan_check(state.today), state.services.data
    found = findings_of([trace for _, trace in state.traces])
    state.related = screen_related(
        proposed.questions, state.question, state.earlier, state.plans, wanted, check, found, data
    )
    own = sum(question in proposed.questions for question in state.related)
    return f"{len(state.related)} questions, {own} of the model's"


RELATE = Node[ResearchState](
    name="relate",
    does="proposes questions to go on with, each of which the desk can answer",
    rules=relate_by_rules,
    model=relate_by_model,
    after=("reconcile",),
    budget=NodeBudget(seconds=10.0),
)

"""Write: the answer, from what was gathered and nothing else."""

from __future__ import annotations

from cryptodesk.research.clarifying import as_text
from cryptodesk.research.composing import compose
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.model_writing import write_with_model
from cryptodesk.research.state import ResearchState

__all__ = ["WRITE", "write_by_model", "write_by_rules"]


async def write_by_rules(state: ResearchState) -> str:
    state.draft = as_text(state.clarification) if state.clarification is not None else compose(state)
    return f"{len(state.draft)} characters"


async def write_by_model(state: ResearchState) -> str:
    """Sent while it is written. Raises: what `write_with_model` raises."""
    if state.is_question_back:
        return await write_by_rules(state)
    return await write_with_model(state)


WRITE = Node[ResearchState](
    name="write",
    does="writes the answer, each statement with the key of what it rests on",
    rules=write_by_rules,
    model=write_by_model,
    after=("reconcile", "charts"),
    budget=NodeBudget(seconds=90.0, model_calls=1, tokens=60_000),
    runs_on_question_back=True,
    sends_text=True,
)

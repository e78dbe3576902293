"""Write: the answer, from what was gathered and nothing else."""

from __future__ import annotations

from cryptodesk.research.analyst_rounds import write_missing
from cryptodesk.research.citing import Numbering
from cryptodesk.research.clarifying import as_text
from cryptodesk.research.composing import compose
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.model_writing import write_with_model
from cryptodesk.research.state import ResearchState

__all__ = ["WRITE", "write_by_model", "write_by_rules"]


async def write_by_rules(state: ResearchState) -> str:
    """Raises: OutputLimitTooLow."""
    if state.clarification is not None:
        state.draft = as_text(state.clarification)
        return "a question back"
    if _found_nothing_in_time(state):
        return "nothing was found in time"
    # What a model cited before it failed was never sent.
    state.numbering = Numbering(state.book)
    await write_missing(state)
    state.draft = compose(state)
    return f"{len(state.draft)} characters"


def _found_nothing_in_time(state: ResearchState) -> bool:
    is_over = state.run.deadline.remaining(1.0) <= 0
    return is_over and not state.hits and all(trace.status != "completed" for _, trace in state.traces)


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
    budget=NodeBudget(seconds=90.0, model_calls=2, tokens=60_000, least_seconds=2.0),
    runs_on_question_back=True,
    sends_text=True,
)

"""One node run: in its model's form where there is one, else or after that in code; timed, told, bounded."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Literal

from cryptodesk.core.errors import RunError, RunTimeout, UpstreamError
from cryptodesk.core.events import Progress
from cryptodesk.core.research import ResearchStep
from cryptodesk.research.graph import Form, Node
from cryptodesk.research.purse import Purse, purse
from cryptodesk.research.state import ResearchState

__all__ = ["run_node"]

log = logging.getLogger("cryptodesk.research")


async def run_node(node: Node[ResearchState], state: ResearchState) -> None:
    """Raises: what the node's form in code raises, except a time-out: then the answer goes on with what there is."""
    if state.is_question_back and not node.runs_on_question_back:
        _tell(state, ResearchStep(node.name, "rules", "skipped", "the answer is a question back"))
        return
    why = ""
    if node.model is not None and state.has_model:
        why = await _run_form(node, node.model, "model", state)
        if not why:
            return
    failure = await _run_form(node, node.rules, "rules", state, why)
    if failure:
        log.warning("node %s of run %s gave up: %s", node.name, state.run.run_id, failure)


async def _run_form(
    node: Node[ResearchState],
    form: Form[ResearchState],
    name: Literal["model", "rules"],
    state: ResearchState,
    before: str = "",
) -> str:
    """Empty when it is done, else why it is not."""
    _tell(state, ResearchStep(node.name, name, "started"))
    # Whatever this form starts inherits the account: its agents spend from one purse.
    purse.set(Purse(node.name, node.budget))
    began = time.perf_counter()
    failure = ""
    detail = ""
    try:
        async with asyncio.timeout(state.run.deadline.remaining(node.budget.seconds)):
            detail = await form(state)
    except TimeoutError:
        if name == "model" and _is_under_way(node, state):
            raise RunTimeout("The answer was not finished in time.") from None
        failure = f"no result within {node.budget.seconds:g} seconds"
    except (UpstreamError, RunError) as error:
        if name == "rules" or _is_under_way(node, state):
            raise
        failure = error.message
    took = (time.perf_counter() - began) * 1e3
    if before and not failure:
        detail = f"{detail}; in code, because the model's form failed: {before}" if detail else before
    _tell(state, ResearchStep(node.name, name, "failed" if failure else "completed", failure or detail, round(took, 3)))
    return failure


def _is_under_way(node: Node[ResearchState], state: ResearchState) -> bool:
    """A part of the answer was sent: code cannot take over in the middle of it."""
    return node.sends_text and state.run.wrote_text


def _tell(state: ResearchState, step: ResearchStep) -> None:
    if step.status != "started":
        state.steps[f"{step.node}:{step.form}"] = step
    state.emit(Progress(step))

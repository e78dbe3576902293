"""One node run: in its model's form where there is one, else or after that in code; timed, told, bounded."""

from __future__ import annotations

import asyncio
import logging
import time
from typing import Literal

from cryptodesk.core.errors import RunError, UpstreamError
from cryptodesk.core.events import Progress
from cryptodesk.core.research import ResearchStep
from cryptodesk.engine.limits import seconds_limit
from cryptodesk.research.graph import Form, Node
from cryptodesk.research.purse import Purse, purse
from cryptodesk.research.state import ResearchState

__all__ = ["run_node"]

log = logging.getLogger("cryptodesk.research")


async def run_node(node: Node[ResearchState], state: ResearchState) -> None:
    """Raises: what the node's form in code raises, except a time-out: then the answer goes on with what there is. What
    a model's form raises once it has sent text."""
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
        async with asyncio.timeout(_seconds(node, name, state)):
            detail = await form(state)
    except TimeoutError:
        failure = _out_of_time(node, state)
        if name == "model" and _is_under_way(node, state):
            # What was sent stands; nobody else may go on with it.
            state.run.finish_reason = "length"
            state.run.limit = state.run.limit or failure
            detail, failure = f"cut short: {failure}", ""
    except (UpstreamError, RunError) as error:
        if name == "rules" or _is_under_way(node, state):
            raise
        failure = error.message
    took = (time.perf_counter() - began) * 1e3
    if before and not failure:
        detail = f"{detail}; in code, because the model's form failed: {before}" if detail else before
    _tell(state, ResearchStep(node.name, name, "failed" if failure else "completed", failure or detail, round(took, 3)))
    return failure


def _seconds(node: Node[ResearchState], name: str, state: ResearchState) -> float:
    left = state.run.deadline.remaining(node.budget.seconds)
    return max(left, node.budget.least_seconds) if name == "rules" else left


def _out_of_time(node: Node[ResearchState], state: ResearchState) -> str:
    """Why; where it is the run's time that is up, the run is told."""
    if state.run.deadline.remaining(1.0) > 0:
        return f"no result within {node.budget.seconds:g} seconds"
    state.run.limit = state.run.limit or seconds_limit(state.run.request.limits)
    return state.run.limit


def _is_under_way(node: Node[ResearchState], state: ResearchState) -> bool:
    """A part of the answer was sent: code cannot take over in the middle of it."""
    return node.sends_text and state.run.wrote_text


def _tell(state: ResearchState, step: ResearchStep) -> None:
    if step.status != "started":
        state.steps[f"{step.node}:{step.form}"] = step
    state.emit(Progress(step))

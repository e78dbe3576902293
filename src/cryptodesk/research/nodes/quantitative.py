"""Quantitative agents: one a task, side by side, each asking the tools until it has the figures."""

from __future__ import annotations

import asyncio

from cryptodesk.core.errors import RunError, UpstreamError
from cryptodesk.core.messages import Message, text_message
from cryptodesk.research.analyst_rounds import run_analyst, thread_of
from cryptodesk.research.gathering import CallDesk
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.model_calls import ModelAsk, ask_model
from cryptodesk.research.prompting import prompt
from cryptodesk.research.state import ResearchState, Thread

__all__ = ["QUANTITATIVE", "gather_by_model", "gather_by_rules", "run_thread"]

_ROUNDS = 4


async def gather_by_rules(state: ResearchState) -> str:
    async with CallDesk(state) as calls, asyncio.TaskGroup() as group:
        state.threads = [thread_of(state, task) for task in state.tasks]
        for thread in state.threads:
            group.create_task(run_analyst(state, thread, calls))
    failed = sum(trace.status == "failed" for _, trace in state.traces)
    return f"{state.run.tool_calls_run} tool calls" + (f", {failed} failed" if failed else "")


async def gather_by_model(state: ResearchState) -> str:
    """Each task by the model; by the analyst where the model fails at it, or asks for nothing."""
    async with CallDesk(state) as calls, asyncio.TaskGroup() as group:
        state.threads = [thread_of(state, task) for task in state.tasks]
        running = [group.create_task(run_thread(state, thread, calls)) for thread in state.threads]
    given_up = [reason for task in running if (reason := task.result())]
    said = f"{state.run.tool_calls_run} tool calls for {len(state.threads)} tasks"
    return f"{said}; {len(given_up)} by the analyst: {'; '.join(dict.fromkeys(given_up))}" if given_up else said


async def run_thread(state: ResearchState, thread: Thread, calls: CallDesk) -> str:
    """Empty, or why the analyst did it in the end."""
    own = thread.messages
    advice = [
        f"## {spec.name}\n{spec.advice.strip()}"
        for name in state.run.built_in_tools
        if (spec := state.services.tools.spec(name)).advice
    ]
    system = prompt("quantitative", today=state.today)
    rules = text_message("system", "\n\n".join((system.text, *advice)))
    thread.messages = [rules, text_message("user", thread.task.question)]
    reason = ""
    try:
        await _rounds(state, thread, calls)
    except (UpstreamError, RunError) as error:
        reason = error.message
    except TimeoutError:
        reason = "the model did not answer in time"
    if _has_found(state, thread):
        return ""
    thread.messages = own
    await run_analyst(state, thread, calls)
    return reason or "the model found nothing"


def _has_found(state: ResearchState, thread: Thread) -> bool:
    """Any result but ids alone."""
    spec = state.services.tools.spec
    return any(trace.status == "completed" and not spec(call.name).is_resolver for call, trace in thread.traces)


async def _rounds(state: ResearchState, thread: Thread, calls: CallDesk) -> None:
    """Raises: UpstreamError, RunError."""
    tools = tuple(state.services.tools.spec(name) for name in state.run.built_in_tools)
    for _ in range(min(_ROUNDS, state.run.request.limits.rounds)):
        messages: tuple[Message, ...] = tuple(thread.messages)
        answer = await ask_model(state, ModelAsk(messages=messages, tools=tools, seconds=30.0))
        if not answer.calls or state.run.limit is not None:
            return
        if not await calls.run(thread, answer.calls):
            # The same calls again: a model that loops has all that it will get.
            return


QUANTITATIVE = Node[ResearchState](
    name="quantitative",
    does="agents that query metrics and tools, one a task, side by side",
    rules=gather_by_rules,
    model=gather_by_model,
    after=("plan",),
    budget=NodeBudget(seconds=60.0, model_calls=40, tokens=400_000),
)

"""A thread of the research in code: the embedded analyst calls tools until it can write, and writes."""

from __future__ import annotations

import asyncio

from cryptodesk.core.events import CallPieces, ModelFinished, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest, ToolChoice
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart, text_message
from cryptodesk.core.usage import Usage
from cryptodesk.engine.state import Spending
from cryptodesk.research.gathering import CallDesk
from cryptodesk.research.state import ResearchState, Task, Thread

__all__ = ["run_analyst", "style_message", "thread_of", "write_missing"]

_LENGTHS = {"succinct": "Be brief.", "balanced": "", "verbose": "Answer in detail."}


def style_message(state: ResearchState) -> tuple[Message, ...]:
    """How long and how plain the answer is to be, in the words that the analyst reads."""
    words = [_LENGTHS[state.options.verbosity], "Use plain text only." if state.options.is_plain else ""]
    text = " ".join(word for word in words if word)
    return (text_message("system", text),) if text else ()


def thread_of(state: ResearchState, task: Task) -> Thread:
    """The whole conversation where the task is its question; a task of a report stands for itself."""
    style = style_message(state)
    if task.question == state.question:
        return Thread(task, (*style, *state.messages))
    return Thread(task, (*style, text_message("user", task.question)))


async def run_analyst(state: ResearchState, thread: Thread, calls: CallDesk) -> None:
    """Fills the thread's traces, its text and the figures of it. Raises: OutputLimitTooLow."""
    rounds = state.run.request.limits.rounds
    for number in range(rounds):
        choice: ToolChoice = "auto" if number < rounds - 1 and state.run.limit is None else "none"
        wanted = await _ask(state, thread, choice)
        if not wanted:
            return
        if not await calls.run(thread, wanted):
            await _ask(state, thread, "none")
            return


async def write_missing(state: ResearchState) -> None:
    """The text of each thread that has none: where a model gathered, or gathering was cut short.

    Raises: OutputLimitTooLow."""
    threads = [thread for thread in state.threads if not thread.text]
    async with CallDesk(state) as calls, asyncio.TaskGroup() as group:
        for thread in threads:
            thread.messages = [*thread_of(state, thread.task).messages, *_found(thread)]
            group.create_task(run_analyst(state, thread, calls))


def _found(thread: Thread) -> list[Message]:
    """What the thread's calls returned, as the turns of one who asked for all of it at once."""
    done = [(call, trace) for call, trace in thread.traces if trace.status == "completed"]
    if not done:
        return []
    asked = Message("assistant", tuple(call for call, _ in done))
    return [
        asked,
        *(Message("tool", (ToolResultPart(call.call_id, trace.model_content, call.name),)) for call, trace in done),
    ]


async def _ask(state: ResearchState, thread: Thread, choice: ToolChoice) -> tuple[ToolCallPart, ...]:
    services, request = state.services, state.run.request
    asked = ModelRequest(
        upstream_model=services.analyst_route.upstream_model,
        messages=tuple(thread.messages),
        tools=tuple(services.tools.spec(name) for name in state.run.built_in_tools),
        tool_choice=choice,
        max_output_tokens=request.max_output_tokens,
        as_of=request.as_of,
    )
    pieces, text = CallPieces(), []
    async for batch in services.analyst.stream(asked):
        for event in batch:
            if isinstance(event, TextDelta):
                text.append(event.text)
            elif isinstance(event, ToolCallDelta):
                pieces.add(event)
            elif isinstance(event, ModelFinished):
                thread.computed = event.computed
                state.run.spendings.append(Spending(services.analyst_route, event.usage or Usage(), False))
                if event.finish_reason == "length":
                    state.run.finish_reason = "length"
    thread.text = "".join(text)
    return tuple(call for _, call in pieces.calls())

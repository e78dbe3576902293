"""One round of built-in tools: which calls run, side by side, and what the model is told of each."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence

from cryptodesk.core.events import RunEvent, ToolCallFinished, ToolCallStarted
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart
from cryptodesk.core.ports import ToolRunner
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.engine.limits import tool_calls_limit
from cryptodesk.engine.state import RunState

__all__ = ["ToolCaller"]

_REPEAT_LIMIT = "the model asked the same tool the same thing again"


class ToolCaller:
    def __init__(self, tools: ToolRunner) -> None:
        self._tools = tools
        self._names = frozenset(tools.names())

    def split(self, calls: Sequence[ToolCallPart]) -> tuple[tuple[ToolCallPart, ...], tuple[ToolCallPart, ...]]:
        """Calls that run here, calls that the caller runs."""
        if not calls:
            return (), ()
        ours = self._names
        return tuple(c for c in calls if c.name in ours), tuple(c for c in calls if c.name not in ours)

    async def run(self, state: RunState, calls: Sequence[ToolCallPart]) -> AsyncIterator[list[RunEvent]]:
        """Runs the new calls of a round side by side and tells the model what each returned, in the model's order."""
        fresh, told = self._admit(state, calls)
        if fresh:
            yield [ToolCallStarted(call) for call in fresh]
        traces = await self._gather(state, fresh)
        for trace in traces:
            call = next(call for call in fresh if call.call_id == trace.call_id)
            told[call.call_id] = (trace.model_content, trace.status == "failed")
            if trace.status == "completed":
                state.repeats.remember(call, trace.model_content)
        state.traces += traces
        for call in calls:
            content, failed = told.get(call.call_id) or told[_twin(call, fresh).call_id]
            state.conversation.append(Message("tool", (ToolResultPart(call.call_id, content, call.name, failed),)))
        if traces:
            yield [ToolCallFinished(trace) for trace in traces]

    def _admit(
        self, state: RunState, calls: Sequence[ToolCallPart]
    ) -> tuple[list[ToolCallPart], dict[str, tuple[str, bool]]]:
        """The calls to run, and what is told about those that are not: repeats, and calls past the limit."""
        fresh: list[ToolCallPart] = []
        told: dict[str, tuple[str, bool]] = {}
        for call in calls:
            earlier = state.repeats.earlier(call)
            if earlier is not None:
                told[call.call_id] = (earlier, False)
            elif any(_same(call, other) for other in fresh):
                continue
            elif state.tool_calls_run >= state.request.limits.tool_calls:
                state.limit = tool_calls_limit(state.request.limits)
                told[call.call_id] = (f"not run: {state.limit}", True)
            else:
                state.tool_calls_run += 1
                fresh.append(call)
        if not fresh and state.limit is None:
            state.limit = _REPEAT_LIMIT
        return fresh, told

    async def _gather(self, state: RunState, calls: Sequence[ToolCallPart]) -> list[ToolTrace]:
        if not calls:
            return []
        request = state.request
        seconds = state.deadline.remaining(request.limits.tool_seconds)
        context = ToolRunContext(state.run_id, request.caller.key_id, request.as_of, seconds)
        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(self._run_one(state, call, context)) for call in calls]
        return [task.result() for task in tasks]

    async def _run_one(self, state: RunState, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        if call.name not in state.built_in_tools:
            message = f"{call.name!r} is not offered in this request"
            return ToolTrace(call.call_id, call.name, call.arguments, "failed", message, error_message=message)
        return await self._tools.run(call, context)

    def goes_on(self, state: RunState, built_in: Sequence[ToolCallPart], rounds_done: int) -> bool:
        """Whether another round follows one of built-in calls.

        Where traces are handed to the caller, the run goes on only while nothing but ids was looked up and another
        built-in could still use them.
        """
        request = state.request
        if request.after_tools == "answer":
            return True
        if state.limit is not None or rounds_done >= request.limits.rounds:
            return False
        only_ids = all(self._tools.spec(call.name).is_resolver for call in built_in)
        return only_ids and any(not self._tools.spec(name).is_resolver for name in state.built_in_tools)


def _same(call: ToolCallPart, other: ToolCallPart) -> bool:
    return call.name == other.name and call.arguments == other.arguments


def _twin(call: ToolCallPart, fresh: Sequence[ToolCallPart]) -> ToolCallPart:
    """The call of the same round that asked the same and was run for both."""
    return next(other for other in fresh if _same(call, other))

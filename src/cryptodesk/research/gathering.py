"""Tool calls of a run's threads: each distinct call runs once, whoever asks for it, within the run's limits."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from types import TracebackType

import msgspec

from cryptodesk.core.events import ToolCallFinished, ToolCallStarted
from cryptodesk.core.messages import Message, ToolCallPart, ToolResultPart
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.engine.limits import CallKey, call_key, tool_calls_limit
from cryptodesk.research.state import ResearchState, Thread

__all__ = ["CallDesk"]


class CallDesk:
    """One for a node. Threads that ask for the same thing at the same time wait for one call of it; what a node before
    has found is not asked for again. Leaving it ends the calls that nobody waits for any more."""

    def __init__(self, state: ResearchState) -> None:
        self._state = state
        self._done = {call_key(call): trace for call, trace in state.traces if trace.status == "completed"}
        self._running: dict[CallKey, asyncio.Task[ToolTrace]] = {}
        self._ids = {call.call_id for thread in state.threads for call, _ in thread.traces}
        self._names = frozenset(state.services.tools.names())

    async def __aenter__(self) -> CallDesk:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        running = [task for task in self._running.values() if not task.done()]
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    async def run(self, thread: Thread, calls: Sequence[ToolCallPart]) -> int:
        """Runs the calls side by side and tells the thread what each returned; how many were new to it."""
        distinct = [self._renamed(call) for call in calls]
        thread.messages.append(Message("assistant", tuple(distinct)))
        known = {call_key(call) for call, _ in thread.traces}
        traces = await asyncio.gather(*(self._one(call) for call in distinct))
        fresh = 0
        for call, trace in zip(distinct, traces, strict=True):
            failed = trace.status == "failed"
            result = ToolResultPart(call.call_id, trace.model_content, call.name, failed)
            thread.messages.append(Message("tool", (result,)))
            if call_key(call) not in known:
                known.add(call_key(call))
                fresh += 1
                thread.traces.append((call, trace))
        return fresh

    async def _one(self, call: ToolCallPart) -> ToolTrace:
        key = call_key(call)
        trace = self._done.get(key)
        if trace is None:
            task = self._running.get(key)
            if task is None:
                task = self._running[key] = asyncio.ensure_future(self._start(call))
            # Whoever goes away must not take the call from the others that wait for it.
            trace = await asyncio.shield(task)
        # A call that was made before answers under the id of whoever asks now.
        return msgspec.structs.replace(trace, call_id=call.call_id)

    async def _start(self, call: ToolCallPart) -> ToolTrace:
        state, run = self._state, self._state.run
        limits = run.request.limits
        if call.name not in self._names or call.name not in run.built_in_tools:
            return _refused(call, f"{call.name!r} is not offered in this request")
        if run.tool_calls_run >= limits.tool_calls:
            run.limit = run.limit or tool_calls_limit(limits)
            return _refused(call, f"not run: {run.limit}")
        run.tool_calls_run += 1
        state.emit(ToolCallStarted(call))
        seconds = run.deadline.remaining(limits.tool_seconds)
        context = ToolRunContext(run.run_id, run.request.caller.key_id, run.request.as_of, seconds)
        trace = await state.services.tools.run(call, context)
        state.emit(ToolCallFinished(trace))
        return trace

    def _renamed(self, call: ToolCallPart) -> ToolCallPart:
        """Ids are distinct in a run: models number the calls of each conversation from one."""
        name = call.call_id
        number = 2
        while name in self._ids:
            name = f"{call.call_id}-{number}"
            number += 1
        self._ids.add(name)
        return call if name == call.call_id else msgspec.structs.replace(call, call_id=name)


def _refused(call: ToolCallPart, message: str) -> ToolTrace:
    return ToolTrace(call.call_id, call.name, call.arguments, "failed", message, error_message=message)

"""Tool calls of threads: each once, within the limits, and none left behind."""

from __future__ import annotations

import asyncio

from cryptodesk.core.events import ToolCallFinished, ToolCallStarted
from cryptodesk.core.messages import ToolCallPart, ToolResultPart
from cryptodesk.core.requests import RunLimits
from cryptodesk.engine.limits import call_key
from cryptodesk.research.gathering import CallDesk
from cryptodesk.research.state import ResearchState, Thread
from tests.research.desks import Fakes, state_of, thread_with, trace


def _call(arguments: str = '{"id":1}', name: str = "market", call_id: str = "call_1") -> ToolCallPart:
    return ToolCallPart(call_id, name, arguments)


async def _until(fakes: Fakes, count: int) -> None:
    """So many calls have begun: the fake's steps are turns of the loop, not time."""
    for _ in range(20):
        await asyncio.sleep(0)
    assert len(fakes.tools.ran) == count


def _thread(state: ResearchState) -> Thread:
    thread = thread_with("What?")
    state.threads.append(thread)
    return thread


async def test_two_threads_that_ask_for_the_same_share_one_call() -> None:
    fakes = Fakes()
    state = state_of(fakes)
    first, second = _thread(state), _thread(state)
    async with CallDesk(state) as calls:
        counts = await asyncio.gather(
            calls.run(first, [_call('{"id":1,"x":2}')]), calls.run(second, [_call('{ "x": 2, "id": 1 }')])
        )
    assert counts == [1, 1]
    assert len(fakes.tools.ran) == state.run.tool_calls_run == 1
    assert [found.status for thread in (first, second) for _, found in thread.traces] == ["completed"] * 2
    assert len(state.traces) == 1


async def test_every_thread_is_told_under_the_ids_it_asked_with_and_ids_are_distinct() -> None:
    state = state_of(Fakes())
    first, second = _thread(state), _thread(state)
    async with CallDesk(state) as calls:
        await calls.run(first, [_call('{"id":1}')])
        await calls.run(second, [_call('{"id":2}')])
    asked = [call.call_id for thread in (first, second) for message in thread.messages for call in message.tool_calls]
    told = [
        part.call_id
        for thread in (first, second)
        for message in thread.messages
        for part in message.parts
        if isinstance(part, ToolResultPart)
    ]
    assert asked == told == ["call_1", "call_1-2"]


async def test_what_a_node_before_found_is_not_asked_for_again() -> None:
    fakes = Fakes()
    state = state_of(fakes)
    state.threads = [thread_with("Before?", trace("a", "market", {"x": 1}, '{"id":1}'))]
    thread = _thread(state)
    async with CallDesk(state) as calls:
        assert await calls.run(thread, [_call()]) == 1
    assert fakes.tools.ran == []
    assert thread.traces[0][1].model_content == '{"x":1}'


async def test_what_failed_before_is_tried_again() -> None:
    fakes = Fakes()
    state = state_of(fakes)
    state.threads = [thread_with("Before?", trace("a", "market", "broken", '{"id":1}', failed=True))]
    thread = _thread(state)
    async with CallDesk(state) as calls:
        await calls.run(thread, [_call()])
    assert len(fakes.tools.ran) == 1


async def test_a_repeat_within_a_thread_is_nothing_new() -> None:
    state = state_of(Fakes())
    thread = _thread(state)
    async with CallDesk(state) as calls:
        assert await calls.run(thread, [_call(), _call(call_id="call_2")]) == 1
        assert await calls.run(thread, [_call()]) == 0


async def test_a_tool_that_fails_is_told_and_the_run_goes_on() -> None:
    fakes = Fakes()
    fakes.tools.failing.add("market")
    state = state_of(fakes)
    thread = _thread(state)
    async with CallDesk(state) as calls:
        await calls.run(thread, [_call()])
    part = thread.messages[-1].parts[0]
    assert isinstance(part, ToolResultPart)
    assert part.is_error
    assert thread.traces[0][1].status == "failed"


async def test_a_tool_that_was_not_offered_is_refused() -> None:
    fakes = Fakes()
    state = state_of(fakes, built_in_tools=("lookup",))
    thread = _thread(state)
    async with CallDesk(state) as calls:
        await calls.run(thread, [_call(), _call("{}", "no_such_tool")])
    assert fakes.tools.ran == []
    assert [found.model_content for _, found in thread.traces] == [
        "'market' is not offered in this request",
        "'no_such_tool' is not offered in this request",
    ]


async def test_past_the_limit_no_call_runs_and_the_run_knows() -> None:
    fakes = Fakes()
    state = state_of(fakes, limits=RunLimits(tool_calls=2))
    thread = _thread(state)
    async with CallDesk(state) as calls:
        await calls.run(thread, [_call(f'{{"id":{number}}}') for number in range(4)])
    assert len(fakes.tools.ran) == 2
    assert state.run.limit == "the limit of 2 tool calls was reached"
    assert sum(found.status == "failed" for _, found in thread.traces) == 2


async def test_a_call_is_told_of_as_it_begins_and_ends() -> None:
    state = state_of(Fakes())
    async with CallDesk(state) as calls:
        await calls.run(_thread(state), [_call()])
    state.outbox.close()
    events = [event async for batch in state.outbox.batches() for event in batch]
    assert [type(event) for event in events] == [ToolCallStarted, ToolCallFinished]


async def test_whoever_goes_away_leaves_the_call_to_the_others() -> None:
    fakes = Fakes()
    fakes.tools.gate = asyncio.Event()
    state = state_of(fakes)
    first, second = _thread(state), _thread(state)
    async with CallDesk(state) as calls:
        gone = asyncio.create_task(calls.run(first, [_call()]))
        stays = asyncio.create_task(calls.run(second, [_call()]))
        await _until(fakes, 1)
        gone.cancel()
        await asyncio.gather(gone, return_exceptions=True)
        fakes.tools.gate.set()
        assert await stays == 1
    assert len(fakes.tools.ran) == 1


async def test_leaving_ends_every_call_that_still_runs() -> None:
    fakes = Fakes()
    fakes.tools.gate = asyncio.Event()
    state = state_of(fakes)
    before = asyncio.all_tasks()

    async def gather() -> None:
        async with CallDesk(state) as calls:
            await calls.run(_thread(state), [_call(), _call('{"id":2}')])

    running = asyncio.create_task(gather())
    await _until(fakes, 2)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert asyncio.all_tasks() == before


def test_a_call_has_one_key_however_its_arguments_are_written() -> None:
    assert call_key(_call('{"a":1,"b":[2]}')) == call_key(_call('{ "b": [2], "a": 1 }'))
    assert call_key(_call('{"a":1}')) != call_key(_call('{"a":2}'))
    assert call_key(_call('{"a":')) == call_key(_call('{"a":'))
    assert call_key(_call("{}")) != call_key(_call("{}", "lookup"))

"""Quantitative agents: a model where it finds something, the analyst where it does not."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.core.events import ModelEvent
from cryptodesk.core.generation import ModelRequest
from cryptodesk.research.nodes.quantitative import gather_by_model, gather_by_rules
from cryptodesk.research.state import ResearchState, Task
from tests.engine.fakes import Answer, calls, says
from tests.research.desks import Fakes, state_of

WROTE = says("Bitcoin rose 5%.")
MARKET = ("market", '{"id":1}')


def _state(fakes: Fakes, *tasks: str) -> ResearchState:
    state = state_of(fakes, "How did Bitcoin do?")
    state.tasks = tuple(map(Task, tasks or (state.question,)))
    return state


async def test_in_code_the_analyst_calls_until_it_can_write() -> None:
    fakes = Fakes(analyst=(calls(MARKET), WROTE))
    state = _state(fakes)
    assert await gather_by_rules(state) == "1 tool calls"
    assert state.threads[0].text == "Bitcoin rose 5%."
    assert [call.name for call, _ in state.traces] == ["market"]


async def test_a_failed_call_is_told_of() -> None:
    fakes = Fakes(analyst=(calls(MARKET), WROTE))
    fakes.tools.failing.add("market")
    assert await gather_by_rules(_state(fakes)) == "1 tool calls, 1 failed"


async def test_a_model_that_finds_something_needs_no_analyst() -> None:
    fakes = Fakes(calls(MARKET), says("done"), analyst=(WROTE,))
    state = _state(fakes)
    assert await gather_by_model(state) == "1 tool calls for 1 tasks"
    assert fakes.analyst.requests == []
    system = fakes.model.requests[0].messages[0].text
    assert "How to use market." in system


async def test_ids_alone_are_no_find() -> None:
    fakes = Fakes(calls(("lookup", "{}")), says("done"), analyst=(calls(MARKET), WROTE))
    state = _state(fakes)
    assert (await gather_by_model(state)).endswith("1 by the analyst: the model found nothing")
    assert [call.name for call, _ in state.traces] == ["lookup", "market"]
    assert state.threads[0].text == "Bitcoin rose 5%."


async def test_where_the_vendor_fails_the_analyst_does_it_and_the_reason_is_told() -> None:
    down: Answer = UpstreamUnavailable("the vendor is down", upstream="fake", upstream_status=503)
    fakes = Fakes(down, analyst=(calls(MARKET), WROTE))
    assert (await gather_by_model(_state(fakes))).endswith("1 by the analyst: the vendor is down")


async def test_one_task_that_times_out_takes_no_other_with_it() -> None:
    async def answer(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        if "slow" in request.messages[1].text:
            raise TimeoutError
        for batch in calls(MARKET) if len(request.messages) == 2 else says("done"):
            yield batch

    fakes = Fakes(answer, analyst=(says("From memory."),))
    state = _state(fakes, "slow one", "quick one")
    said = await gather_by_model(state)
    assert said.endswith("1 by the analyst: the model did not answer in time")
    assert [thread.text for thread in state.threads] == ["From memory.", ""]


async def test_a_model_that_loops_ends_when_it_brings_nothing_new() -> None:
    fakes = Fakes(calls(MARKET))
    state = _state(fakes)
    await gather_by_model(state)
    assert len(fakes.model.requests) == 2
    assert len(fakes.tools.ran) == 1


async def test_tasks_share_what_they_ask_alike() -> None:
    fakes = Fakes(analyst=(calls(MARKET), calls(MARKET), WROTE))
    state = _state(fakes, "One?", "Two?")
    await gather_by_rules(state)
    assert len(fakes.tools.ran) == 1
    assert len(state.traces) == 1


async def test_orders_inside_a_result_are_only_ever_told_as_a_result() -> None:
    fakes = Fakes(calls(MARKET), says("done"))
    state = _state(fakes)
    await gather_by_model(state)
    roles = [message.role for message in fakes.model.requests[1].messages]
    assert roles == ["system", "user", "assistant", "tool"]


async def test_a_cancelled_node_leaves_no_call_running() -> None:
    fakes = Fakes(analyst=(calls(MARKET), WROTE))
    fakes.tools.gate = asyncio.Event()
    before = asyncio.all_tasks()
    running = asyncio.create_task(gather_by_rules(_state(fakes, "One?", "Two?")))
    for _ in range(20):
        await asyncio.sleep(0)
    assert fakes.tools.ran
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)
    assert asyncio.all_tasks() == before

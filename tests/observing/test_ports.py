"""Ports that count hand on what they were given."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from typing import Any, cast

import pytest

from cryptodesk.core.errors import InternalError, UpstreamUnavailable
from cryptodesk.core.generation import ModelPrice, ModelRequest, ModelRoute
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.resilience import BreakerRule, Resilience, RetryRule
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.core.waiting import WAITING, Waiting
from cryptodesk.observing.ports import Counted
from cryptodesk.observing.tally import Tally
from cryptodesk.storage.database import Statement
from tests.observing.support import numbers

DOWN = UpstreamUnavailable("down", upstream="fake")
ASKED = cast("ModelRequest", None)


class Provider:
    name = "fake"

    def __init__(self, *steps: Any) -> None:
        self.steps = steps

    async def stream(self, request: ModelRequest) -> AsyncIterator[Any]:
        for step in self.steps:
            if isinstance(step, Exception):
                raise step
            yield step

    async def close(self) -> None: ...


class Catalog:
    def __init__(self, provider: Provider) -> None:
        self.found = provider
        self.resilience = Resilience(RetryRule(retries=1), BreakerRule())

    def resolve(self, model_id: str) -> list[Any]:
        return [model_id]

    def provider(self, name: str) -> Provider:
        return self.found


def stream_of(tally: Tally, *steps: Any) -> Any:
    catalog = Counted(tally).catalog(cast("Any", Catalog(Provider(*steps))))
    return catalog.provider("fake").stream(ASKED)


async def test_a_provider_that_answers_is_counted_once_with_the_time_to_its_first_event() -> None:
    tally = Tally()
    stream = stream_of(tally, ["a"], ["b"])
    assert [batch async for batch in stream] == [["a"], ["b"]]
    await stream.aclose()
    found = numbers(tally)
    assert found["provider_calls_total", "fake", "finished"] == [1]
    assert sum(found["provider_first_event_seconds", "fake"][:-1]) == 1
    assert len([key for key in found if key[0] == "provider_calls_total"]) == 1


@pytest.mark.parametrize(("own", "waited"), [(set(), 2), ({"fake"}, 0)])
async def test_who_wants_to_know_is_told_how_long_an_upstream_was_waited_for(own: set[str], waited: int) -> None:
    waits: list[str] = []

    class Noting(Waiting):
        def begin(self) -> None:
            waits.append("begin")

        def end(self) -> None:
            waits.append("end")

    noting = Noting()
    noting.own_providers |= own
    token = WAITING.set(noting)
    try:
        stream = stream_of(Tally(), ["a"], DOWN)
        assert await anext(stream) == ["a"]
        with pytest.raises(UpstreamUnavailable):
            await anext(stream)
        own_stream = Counted(Tally()).provider(cast("Any", Provider(["a"])), is_own=True).stream(ASKED)
        assert [batch async for batch in own_stream] == [["a"]]
    finally:
        WAITING.reset(token)
    assert waits == ["begin", "end"] * waited


def test_what_follows_rules_needs_no_upstream() -> None:
    class Routes(Catalog):
        def resolve(self, model_id: str) -> list[Any]:
            price = ModelPrice("p", Decimal(1), Decimal(1), Decimal(1))
            own = ModelRoute(model_id, "analyst", "a-1", price, is_language_model=False)
            return [ModelRoute(model_id, "acme", "m-1", price), own]

    waiting = Waiting()
    token = WAITING.set(waiting)
    try:
        Counted(Tally()).catalog(cast("Any", Routes(Provider()))).resolve("m")
    finally:
        WAITING.reset(token)
    assert waiting.own_providers == {"analyst"}


async def test_a_provider_that_fails_is_counted_by_its_errors_code() -> None:
    tally = Tally()
    stream = stream_of(tally, ["a"], DOWN)
    with pytest.raises(UpstreamUnavailable):
        [batch async for batch in stream]
    assert numbers(tally)["provider_calls_total", "fake", DOWN.code] == [1]


async def test_a_stream_that_is_closed_early_closes_the_providers() -> None:
    tally = Tally()
    stream = stream_of(tally, ["a"], ["b"])
    await anext(stream)
    await stream.aclose()
    assert numbers(tally)["provider_calls_total", "fake", "closed"] == [1]
    with pytest.raises(StopAsyncIteration):
        await anext(stream)


def test_a_retry_is_counted_when_there_is_one() -> None:
    tally = Tally()
    resilience = Counted(tally).catalog(cast("Any", Catalog(Provider()))).resilience
    assert resilience.pause_before_retry(DOWN, 0, 60.0) is not None
    assert resilience.pause_before_retry(DOWN, 1, 60.0) is None
    assert numbers(tally) == {("provider_retries_total", "fake"): [1]}


async def test_a_tools_calls_are_counted_by_how_they_ended() -> None:
    class Tools:
        def spec(self, name: str) -> Any: ...

        def names(self) -> list[str]:
            return ["t"]

        async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
            return ToolTrace(call.call_id, call.name, "{}", "failed" if call.call_id == "2" else "completed", "")

    tally = Tally()
    tools = Counted(tally).tools(cast("Any", Tools()))
    for call_id in "123":
        assert (await tools.run(ToolCallPart(call_id, "t", "{}"), cast("Any", None))).call_id == call_id
    found = numbers(tally)
    assert (found["tool_calls_total", "t", "completed"], found["tool_calls_total", "t", "failed"]) == ([2], [1])
    assert sum(found["tool_duration_seconds", "t"][:-1]) == 3


class Store:
    def __init__(self) -> None:
        self.written: list[Statement] = []
        self.is_broken = False

    async def write_statements(self, statements: Sequence[Statement]) -> None:
        if self.is_broken:
            raise InternalError("no disk")
        self.written += statements


async def test_a_commit_is_timed_once_it_is_on_disk_and_a_failing_one_counted_apart() -> None:
    tally, store = Tally(), Store()
    database = Counted(tally).database(cast("Any", store))
    batch = cast("Any", database.batch())
    batch.add("INSERT", (1,))
    await batch.commit()
    assert store.written == [("INSERT", (1,))]
    store.is_broken = True
    batch = cast("Any", database.batch())
    batch.add("INSERT", (2,))
    with pytest.raises(InternalError):
        await batch.commit()
    found = numbers(tally)
    assert (found["store_commits_total", "committed"], found["store_commits_total", "failed"]) == ([1], [1])
    assert sum(found["store_commit_seconds",][:-1]) == 1

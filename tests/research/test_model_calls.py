"""One call of a model from within a node: on a route that answers, within every budget, charged once."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any, cast

import pytest
from msgspec import Struct, structs

from cryptodesk.core.errors import BudgetSpent, UpstreamBadAnswer, UpstreamUnavailable
from cryptodesk.core.events import ModelEvent, ModelStarted, TextDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.messages import text_message
from cryptodesk.core.requests import RunLimits
from cryptodesk.core.usage import Usage
from cryptodesk.engine.cost_cap import CostCap
from cryptodesk.research.graph import NodeBudget
from cryptodesk.research.model_calls import ModelAsk, ask_model, ask_model_for
from cryptodesk.research.purse import Purse, purse
from tests.engine.fakes import USAGE, FakeCatalog, FakePricing, FakeProvider, says
from tests.research.desks import Fakes, state_of


class Wanted(Struct, frozen=True):
    names: list[str]
    count: int = 1


def _ask(**fields: Any) -> ModelAsk:
    return ModelAsk(**({"messages": (text_message("user", "How many?"),)} | fields))


async def test_the_answer_is_told_piece_by_piece_and_charged_once() -> None:
    state = state_of(Fakes(says("one ", "two")))
    heard: list[str] = []
    answer = await ask_model(state, _ask(), heard.append)
    assert heard == ["one ", "two"]
    assert "".join(answer.text) == "one two"
    assert [(one.usage, one.is_estimated) for one in state.run.spendings] == [(USAGE, False)]


async def test_the_route_after_one_that_fails_answers_and_only_it_is_charged() -> None:
    fakes = Fakes(says("x"))
    down = FakeProvider(UpstreamUnavailable("down", upstream="first", upstream_status=503))
    catalog = FakeCatalog(first=down, second=FakeProvider(says("here")))
    state = state_of(fakes)
    state.services = structs.replace(state.services, catalog=cast("Any", catalog))
    state.model_routes = tuple(catalog.resolve("model"))
    answer = await ask_model(state, _ask())
    assert "".join(answer.text) == "here"
    assert [one.route.provider for one in state.run.spendings] == ["second"]


async def test_a_model_that_cannot_be_reached_costs_nothing() -> None:
    state = state_of(Fakes(UpstreamUnavailable("down", upstream="fake", upstream_status=503)))
    with pytest.raises(UpstreamUnavailable):
        await ask_model(state, _ask())
    assert state.run.spendings == []


async def test_an_answer_that_breaks_off_is_charged_by_what_was_seen() -> None:
    async def breaks(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        yield [ModelStarted("upstream-1"), TextDelta("a" * 40)]
        raise UpstreamBadAnswer("cut", upstream="fake")

    state = state_of(Fakes(breaks))
    with pytest.raises(UpstreamBadAnswer):
        await ask_model(state, _ask())
    (spent,) = state.run.spendings
    assert spent.is_estimated
    assert spent.usage.output_tokens == 10


async def test_a_cancelled_call_is_charged_and_its_upstream_closed() -> None:
    closed = asyncio.Event()
    begun = asyncio.Event()

    async def hangs(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        try:
            yield [ModelStarted("upstream-1"), TextDelta("begun")]
            begun.set()
            await asyncio.Event().wait()
        finally:
            closed.set()

    state = state_of(Fakes(hangs))
    running = asyncio.create_task(ask_model(state, _ask()))
    await begun.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert closed.is_set()
    assert len(state.run.spendings) == 1


async def test_an_answer_that_does_not_come_in_time_is_given_up() -> None:
    async def hangs(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        await asyncio.Event().wait()
        yield []

    state = state_of(Fakes(hangs))
    with pytest.raises(TimeoutError):
        await ask_model(state, _ask(seconds=0.01))


async def test_the_tokens_of_a_run_end_the_calls_of_models() -> None:
    fakes = Fakes(says("x"))
    state = state_of(fakes, limits=RunLimits(tokens=110))
    await ask_model(state, _ask())
    with pytest.raises(BudgetSpent, match="limit of 110 tokens"):
        await ask_model(state, _ask())
    assert len(fakes.model.requests) == 1
    assert state.model_limit == "the limit of 110 tokens was reached"
    assert state.run.limit is None


async def test_no_call_begins_that_could_pass_the_cap_of_the_run() -> None:
    fakes = Fakes(says("x"))
    state = state_of(fakes)
    # One call uses 100 + 10 tokens; with a tenth for the tools that is 121 of the fake's dollars of the 1,000.
    state.run.cap = CostCap(Decimal(1_000), FakePricing(), built_in_listed=True)
    await ask_model(state, _ask())
    with pytest.raises(BudgetSpent, match="cost limit of 1000 USD"):
        await ask_model(state, _ask(messages=(text_message("user", "word " * 100),)))
    assert len(fakes.model.requests) == len(state.run.spendings) == 1
    assert state.model_limit == "the cost limit of 1000 USD was reached"


async def test_what_a_call_sets_aside_is_given_back_when_its_cost_is_known() -> None:
    state = state_of(Fakes(says("x", usage=Usage(1, 1))))
    state.run.cap = CostCap(Decimal(3_000), FakePricing(), built_in_listed=True)
    for _ in range(20):
        await ask_model(state, _ask())
    assert len(state.run.spendings) == 20


async def test_calls_side_by_side_do_not_each_take_the_last_of_the_budget() -> None:
    begun, gate = asyncio.Event(), asyncio.Event()

    async def waits(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        begun.set()
        await gate.wait()
        for batch in says("x"):
            yield batch

    fakes = Fakes(waits)
    # The question alone is three tokens.
    state = state_of(fakes, limits=RunLimits(tokens=3))
    first = asyncio.create_task(ask_model(state, _ask()))
    await begun.wait()
    with pytest.raises(BudgetSpent):
        await ask_model(state, _ask())
    gate.set()
    await first
    assert [one.usage for one in state.run.spendings] == [USAGE]


@pytest.mark.parametrize(
    ("budget", "said"),
    [(NodeBudget(model_calls=1), "1 model calls"), (NodeBudget(model_calls=9, tokens=100), "100 tokens")],
)
async def test_a_node_that_has_used_up_its_own_makes_no_more_calls(budget: NodeBudget, said: str) -> None:
    state = state_of(Fakes(says("x")))
    purse.set(Purse("plan", budget))
    await ask_model(state, _ask())
    with pytest.raises(BudgetSpent, match=said):
        await ask_model(state, _ask())
    assert state.model_limit is None
    purse.set(None)


async def test_no_answer_is_longer_than_the_route_allows() -> None:
    fakes = Fakes(says("x"))
    state = state_of(fakes)
    await ask_model(state, _ask(max_output_tokens=50))
    assert fakes.model.requests[0].max_output_tokens == 50
    assert fakes.model.requests[0].stream
    assert fakes.model.requests[0].tool_choice == "none"


@pytest.mark.parametrize("text", ['{"names":["a"]}', 'Here it is:\n```json\n{"names": ["a"], "more": 1}\n```'])
async def test_an_object_is_read_from_what_is_around_it(text: str) -> None:
    fakes = Fakes(says(text))
    state = state_of(fakes)
    assert await ask_model_for(state, _ask(), Wanted, "names") == Wanted(["a"])
    asked = fakes.model.requests[0].response_format
    assert asked is not None
    assert (asked.kind, asked.name) == ("json_schema", "names")


@pytest.mark.parametrize("text", ["", "no object", '{"names": "a"}', '{"names": ["a"', "{}", '{"names": [1]}', "}{"])
async def test_an_answer_that_is_no_such_object_is_a_bad_answer_and_charged(text: str) -> None:
    state = state_of(Fakes(says(text, usage=Usage(5, 5))))
    with pytest.raises(UpstreamBadAnswer, match="cannot be read"):
        await ask_model_for(state, _ask(), Wanted, "names")
    assert [one.usage for one in state.run.spendings] == [Usage(5, 5)]

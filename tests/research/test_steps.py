"""One node run: which form did it, why another was given up, within which bounds."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from cryptodesk.core.errors import BudgetSpent, UpstreamUnavailable
from cryptodesk.core.events import Progress, TextDelta
from cryptodesk.core.requests import RunLimits
from cryptodesk.research.clarifying import Clarification
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.purse import purse
from cryptodesk.research.state import ResearchState
from cryptodesk.research.steps import run_node
from tests.engine.fakes import says
from tests.research.desks import Fakes, state_of


def _down() -> UpstreamUnavailable:
    return UpstreamUnavailable("the vendor is down", upstream="fake", upstream_status=503)


async def _rules(state: ResearchState) -> str:
    return "counted"


async def _model(state: ResearchState) -> str:
    return "thought"


async def _broken(state: ResearchState) -> str:
    raise _down()


async def _for_ever(state: ResearchState) -> str:
    await asyncio.Event().wait()
    return "never"


def _node(**fields: Any) -> Node[ResearchState]:
    return Node[ResearchState](**({"name": "one", "does": "something", "rules": _rules} | fields))


async def _steps(state: ResearchState) -> list[tuple[str, str, str]]:
    state.outbox.close()
    events = [event async for batch in state.outbox.batches() for event in batch]
    return [(event.step.form, event.step.status, event.step.detail) for event in events if isinstance(event, Progress)]


async def test_with_a_model_its_form_does_the_work() -> None:
    state = state_of(Fakes(says("x")))
    await run_node(_node(model=_model), state)
    assert await _steps(state) == [("model", "started", ""), ("model", "completed", "thought")]


async def test_without_a_model_code_does_it() -> None:
    state = state_of(Fakes())
    await run_node(_node(model=_model), state)
    assert await _steps(state) == [("rules", "started", ""), ("rules", "completed", "counted")]


@pytest.mark.parametrize("error", [_down(), BudgetSpent("no money is left")], ids=["vendor", "budget"])
async def test_what_fails_by_a_model_is_done_in_code_and_the_reason_is_told(error: Exception) -> None:
    async def fails(state: ResearchState) -> str:
        raise error

    state = state_of(Fakes(says("x")))
    await run_node(_node(model=fails), state)
    why = str(error)
    assert await _steps(state) == [
        ("model", "started", ""),
        ("model", "failed", why),
        ("rules", "started", ""),
        ("rules", "completed", f"counted; in code, because the model's form failed: {why}"),
    ]
    assert [step.status for step in state.steps.values()] == ["failed", "completed"]


async def test_a_model_that_is_too_slow_gives_way_to_code() -> None:
    state = state_of(Fakes(says("x")))
    await run_node(_node(model=_for_ever, budget=NodeBudget(seconds=0.01)), state)
    assert state.steps["one:model"].detail == "no result within 0.01 seconds"
    assert state.steps["one:rules"].status == "completed"
    assert state.run.limit is None


async def test_code_that_is_too_slow_leaves_its_part_out() -> None:
    state = state_of(Fakes())
    await run_node(_node(rules=_for_ever, budget=NodeBudget(seconds=0.01)), state)
    assert state.steps["one:rules"].status == "failed"


async def test_an_error_of_code_is_the_runs() -> None:
    with pytest.raises(UpstreamUnavailable):
        await run_node(_node(rules=_broken), state_of(Fakes()))


async def test_a_defect_of_a_model_form_is_not_hidden() -> None:
    async def defect(state: ResearchState) -> str:
        raise KeyError("x")

    with pytest.raises(KeyError):
        await run_node(_node(model=defect), state_of(Fakes(says("x"))))


async def test_once_text_was_sent_no_code_goes_on_with_it() -> None:
    async def fails_late(state: ResearchState) -> str:
        state.run.wrote_text = True
        raise _down()

    state = state_of(Fakes(says("x")))
    with pytest.raises(UpstreamUnavailable):
        await run_node(_node(model=fails_late, sends_text=True), state)
    await run_node(_node(name="two", model=fails_late), state)
    assert state.steps["two:rules"].status == "completed"


async def test_a_text_that_time_cuts_short_stands_and_says_so() -> None:
    async def half(state: ResearchState) -> str:
        state.emit(TextDelta("Half"))
        state.run.wrote_text = True
        return await _for_ever(state)

    state = state_of(Fakes(says("x")))
    await run_node(_node(model=half, sends_text=True, budget=NodeBudget(seconds=0.01)), state)
    assert (state.run.finish_reason, state.run.limit) == ("length", "no result within 0.01 seconds")
    assert list(state.steps) == ["one:model"]


async def test_the_time_of_the_run_bounds_every_node_and_is_told() -> None:
    state = state_of(Fakes(), limits=RunLimits(seconds=0.0))
    await run_node(_node(rules=_for_ever), state)
    assert state.run.limit == "the time limit of 0 seconds was reached"


async def test_what_ends_an_answer_runs_even_when_time_is_up() -> None:
    async def waits(state: ResearchState) -> str:
        await asyncio.sleep(0)
        return "written"

    state = state_of(Fakes(), limits=RunLimits(seconds=0.0))
    await run_node(_node(rules=waits, budget=NodeBudget(least_seconds=5.0)), state)
    assert state.steps["one:rules"].detail == "written"


async def test_a_question_back_skips_what_nobody_needs() -> None:
    state = state_of(Fakes())
    state.clarification = Clarification("Which?", ())
    await run_node(_node(), state)
    await run_node(_node(name="two", runs_on_question_back=True), state)
    assert [step.status for step in state.steps.values()] == ["skipped", "completed"]


async def test_each_form_has_a_purse_of_its_own() -> None:
    held = []

    async def spends(state: ResearchState) -> str:
        held.append(purse.get())
        return ""

    state = state_of(Fakes())
    await run_node(_node(rules=spends), state)
    await run_node(_node(name="two", rules=spends), state)
    assert held[0] is not None
    assert held[0] is not held[1]


async def test_progress_tells_how_long_a_step_took_and_nothing_of_the_text() -> None:
    state = state_of(Fakes())
    await run_node(_node(), state)
    assert state.steps["one:rules"].duration_ms >= 0

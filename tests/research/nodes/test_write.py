"""Write: a question back as it stands, else the answer by a model or in code."""

from __future__ import annotations

from cryptodesk.core.requests import RunLimits
from cryptodesk.research.clarifying import Clarification
from cryptodesk.research.nodes.write import write_by_model, write_by_rules
from tests.engine.fakes import calls, says
from tests.research.desks import Fakes, hit, state_of, thread_with, trace

FOUND = trace("a", "market", {"market": 1}, '{"id":1}')


async def test_a_question_back_is_written_with_its_choices_and_no_model() -> None:
    fakes = Fakes(says("x"))
    state = state_of(fakes)
    state.clarification = Clarification("Which?", ("One", "Two"))
    await write_by_model(state)
    assert state.draft == "Which?\n\n1. One\n2. Two"
    assert fakes.model.requests == []


async def test_what_the_analyst_wrote_while_gathering_is_not_written_again() -> None:
    fakes = Fakes(analyst=(says("Again."),))
    state = state_of(fakes)
    state.threads = [thread_with("What?", FOUND, text="Bitcoin rose.")]
    assert await write_by_rules(state) == "13 characters"
    assert state.draft == "Bitcoin rose."
    assert fakes.analyst.requests == []


async def test_where_a_model_gathered_the_analyst_writes_from_what_it_found() -> None:
    fakes = Fakes(analyst=(calls(("market", '{"id":2}')), says("Bitcoin rose.")))
    state = state_of(fakes)
    state.threads = [thread_with("How did Bitcoin do?", FOUND)]
    await write_by_rules(state)
    assert state.draft == "Bitcoin rose."
    assert [part.role for part in fakes.analyst.requests[0].messages] == ["user", "assistant", "tool"]
    assert [call.arguments for call in fakes.tools.ran] == ['{"id":2}']
    assert len(state.traces) == 2


async def test_past_a_bound_the_analyst_writes_without_asking_for_more() -> None:
    fakes = Fakes(analyst=(says("What there is."),))
    state = state_of(fakes)
    state.run.limit = "the limit of 1 tool calls was reached"
    state.threads = [thread_with("How did Bitcoin do?", FOUND)]
    await write_by_rules(state)
    assert [request.tool_choice for request in fakes.analyst.requests] == ["none"]


async def test_out_of_time_with_nothing_found_nothing_is_written() -> None:
    state = state_of(Fakes(analyst=(says("x"),)), limits=RunLimits(seconds=0.0))
    state.threads = [thread_with("How did Bitcoin do?")]
    assert await write_by_rules(state) == "nothing was found in time"
    assert state.draft == ""


async def test_numbers_that_a_model_used_before_it_failed_are_free_again() -> None:
    state = state_of(Fakes(says("x")))
    state.threads = [thread_with("What?", FOUND, text="Bitcoin rose.")]
    state.book.add_passages([hit()])
    assert state.numbering.number("document:handbook/a") == 1
    await write_by_rules(state)
    assert len(state.numbering) == 0

"""A thread in code: the analyst asks, is told, and writes; within the run's bounds."""

from __future__ import annotations

import pytest

from cryptodesk.core.events import ComputedFigure, ModelFinished, ModelStarted, TextDelta
from cryptodesk.core.messages import text_message
from cryptodesk.core.requests import RunLimits
from cryptodesk.core.research import ResearchOptions
from cryptodesk.core.usage import Usage
from cryptodesk.research.analyst_rounds import run_analyst, style_message, thread_of
from cryptodesk.research.gathering import CallDesk
from cryptodesk.research.state import ResearchState, Task, Thread
from tests.engine.fakes import USAGE, calls, says
from tests.research.desks import Fakes, state_of

MARKET = calls(("market", '{"id":1}'))


async def _ran(state: ResearchState) -> Thread:
    thread = thread_of(state, Task(state.question))
    state.threads = [thread]
    async with CallDesk(state) as desk:
        await run_analyst(state, thread, desk)
    return thread


async def test_it_is_told_what_it_asked_for_and_every_round_is_counted() -> None:
    fakes = Fakes(analyst=(MARKET, says("It ", "rose.")))
    state = state_of(fakes)
    thread = await _ran(state)
    assert thread.text == "It rose."
    assert [message.role for message in fakes.analyst.requests[1].messages] == ["user", "assistant", "tool"]
    assert [spent.usage for spent in state.run.spendings] == [USAGE, USAGE]


async def test_the_figures_that_code_computed_come_with_the_text() -> None:
    figure = ComputedFigure(5.0, "change")
    batch = [ModelStarted("analyst"), TextDelta("5%"), ModelFinished("stop", Usage(1, 1), (figure,))]
    thread = await _ran(state_of(Fakes(analyst=([batch],))))
    assert thread.computed == (figure,)


async def test_in_the_last_round_it_must_write() -> None:
    fakes = Fakes(analyst=(MARKET, calls(("market", '{"id":2}')), says("So far.")))
    await _ran(state_of(fakes, limits=RunLimits(rounds=3)))
    assert [request.tool_choice for request in fakes.analyst.requests] == ["auto", "auto", "none"]


async def test_the_same_call_again_ends_the_asking() -> None:
    fakes = Fakes(analyst=(MARKET, MARKET, says("Enough.")))
    thread = await _ran(state_of(fakes))
    assert fakes.analyst.requests[-1].tool_choice == "none"
    assert thread.text == "Enough."
    assert len(fakes.tools.ran) == 1


async def test_past_a_bound_it_writes_from_what_there_is() -> None:
    fakes = Fakes(analyst=(MARKET, says("What there is.")))
    state = state_of(fakes, limits=RunLimits(tool_calls=0))
    thread = await _ran(state)
    assert fakes.analyst.requests[-1].tool_choice == "none"
    assert thread.text == "What there is."
    assert state.run.limit == "the limit of 0 tool calls was reached"


async def test_a_text_that_was_cut_says_so_in_the_end_of_the_run() -> None:
    state = state_of(Fakes(analyst=(says("It ro", reason="length"),)))
    await _ran(state)
    assert state.run.finish_reason == "length"


async def test_a_task_that_is_the_question_has_the_whole_conversation() -> None:
    state = state_of(Fakes(), "price of Bitcoin", "and Solana?")
    assert len(thread_of(state, Task("and Solana?")).messages) == 3
    assert [message.text for message in thread_of(state, Task("Something else?")).messages] == ["Something else?"]


async def test_a_question_that_was_settled_stands_in_the_place_of_the_reply() -> None:
    state = state_of(Fakes(), messages=(text_message("user", "price?"), text_message("user", "2")))
    state.question = "price of Ethereum?"
    assert [message.text for message in thread_of(state, Task(state.question)).messages] == ["price?", state.question]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (ResearchOptions(), []),
        (ResearchOptions(verbosity="succinct"), ["Be brief."]),
        (ResearchOptions(verbosity="verbose", is_plain=True), ["Answer in detail. Use plain text only."]),
    ],
)
async def test_length_and_form_are_told_in_words(options: ResearchOptions, words: list[str]) -> None:
    assert [message.text for message in style_message(state_of(Fakes(), options=options))] == words

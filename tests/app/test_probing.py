"""Tiny questions to one model, and what is said of its answers."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal

import pytest

from cryptodesk.app.probing import probe_model
from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelPrice, ModelRequest, ModelRoute
from cryptodesk.core.usage import Usage

PRICE = ModelPrice("p@2026-01-01", Decimal(1), Decimal(1), Decimal(2))
ROUTE = ModelRoute("m", "up", "m-1", PRICE)
USAGE = Usage(10, 5)
GOOD = '{"colour": "blue"}'


class Scripted:
    """Answers the three questions with what it was given; keeps what it was asked."""

    name = "up"

    def __init__(
        self,
        text: str = "ready",
        call: tuple[str, str] | None = ("name_colour", GOOD),
        json: str = GOOD,
        usage: Usage | None = USAGE,
    ) -> None:
        self.text, self.call, self.json, self.usage = text, call, json, usage
        self.asked: list[ModelRequest] = []

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        self.asked.append(request)
        yield [ModelStarted("m-1-2026")]
        if request.tools and self.call is not None:
            yield [
                ToolCallDelta(0, "c", self.call[0], self.call[1][:4]),
                ToolCallDelta(0, None, None, self.call[1][4:]),
            ]
        else:
            yield [TextDelta(self.json if request.response_format else self.text)]
        yield [ModelFinished("stop", self.usage)]

    async def close(self) -> None: ...


async def test_a_model_that_does_all_is_well_and_its_questions_cost_their_sum() -> None:
    provider = Scripted()
    report = await probe_model(ROUTE, provider)
    assert report.is_well
    assert [step.name for step in report.steps] == ["answer", "tools", "json"]
    assert all(step.answered_by == "m-1-2026" for step in report.steps)
    # three times 10 * 1 + 5 * 2 = 20 millionths
    assert report.cost_usd == Decimal("0.00006")


async def test_each_question_is_streamed_and_bounded() -> None:
    provider = Scripted()
    await probe_model(ModelRoute("m", "up", "m-1", PRICE, max_output_tokens=100), provider)
    assert [(asked.stream, asked.max_output_tokens) for asked in provider.asked] == [(True, 100)] * 3
    assert [bool(asked.tools) for asked in provider.asked] == [False, True, False]
    assert provider.asked[1].tool_choice == "required"


@pytest.mark.parametrize(
    ("provider", "step", "said"),
    [
        (Scripted(call=None), "tools", "it answered in words"),
        (Scripted(call=("rm", GOOD)), "tools", "called 'rm', which it was not offered"),
        (Scripted(call=("name_colour", '{"color": 1}')), "tools", "do not fit its schema"),
        (Scripted(call=("name_colour", "broken")), "tools", "do not fit its schema"),
        (Scripted(json="blue"), "json", "does not fit the JSON schema"),
        (Scripted(json='{"colour": "blue", "why": "sky"}'), "json", "does not fit the JSON schema"),
    ],
)
async def test_what_a_model_cannot_do_is_said_in_words(provider: Scripted, step: str, said: str) -> None:
    report = await probe_model(ROUTE, provider)
    problems = {each.name: each.problem for each in report.steps}
    assert said in (problems.pop(step) or "")
    assert set(problems.values()) == {None}
    assert not report.is_well


async def test_a_model_that_does_not_answer_is_asked_no_more() -> None:
    class Down(Scripted):
        async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
            self.asked.append(request)
            raise UpstreamUnavailable("up cannot be reached: no connection", upstream="up")
            yield []

    provider = Down()
    report = await probe_model(ROUTE, provider)
    assert [step.problem for step in report.steps] == ["up cannot be reached: no connection"]
    assert report.steps[0].first_byte_seconds is None
    assert len(provider.asked) == 1
    assert report.cost_usd is None


@pytest.mark.parametrize("provider", [Scripted(text=" ")])
async def test_an_empty_answer_is_none(provider: Scripted) -> None:
    assert (await probe_model(ROUTE, provider)).steps[0].problem == "the answer has no text"


async def test_what_nobody_counted_or_priced_has_an_unknown_cost() -> None:
    assert (await probe_model(ROUTE, Scripted(usage=None))).cost_usd is None
    unpriced = ModelRoute("m", "up", "m-1", ModelPrice.unknown("x"))
    report = await probe_model(unpriced, Scripted())
    assert report.is_well
    assert report.cost_usd is None


async def test_an_answer_that_was_cut_at_the_limit_is_not_taken_for_one() -> None:
    class Cut(Scripted):
        async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
            yield [ModelStarted("m-1"), ModelFinished("length", USAGE)]

    assert (await probe_model(ROUTE, Cut())).steps[0].problem == "no answer within 2000 tokens"

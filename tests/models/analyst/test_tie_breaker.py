"""When a vector is asked for, and what happens if it does not come."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.generation import ReasoningEffort
from cryptodesk.core.messages import text_message
from cryptodesk.models._kinds import ProviderConfig, ProviderServices
from cryptodesk.models.analyst import PROVIDER, Analyst
from cryptodesk.models.analyst.head import Head, pack_head, parse_head
from cryptodesk.models.analyst.parser import find_tie, parse
from cryptodesk.models.analyst.tie_breaker import TieBreaker
from cryptodesk.models.analyst.ties import Tie
from tests.models.analyst.desk import CLOCK, MARKET, TODAY, TOOLS, WORLD, ask, called

QUESTION = "SOL/ETH 90 day correlation"
FIRST, OTHER = "correlation", "ratios"
# Whatever is asked, the other is the likelier by e^8.
HEAD = parse_head(pack_head("encoder-1", "abc", {FIRST: (0.0, 0.0), OTHER: (8.0, 0.0)}))

Vector = tuple[str, Sequence[float]] | None


class Encoder:
    """Answers with `vector`, or waits for ever; remembers what it was asked."""

    def __init__(self, vector: Vector = ("encoder-1", (1.0,)), *, hangs: bool = False) -> None:
        self.vector = vector
        self.hangs = hangs
        self.asked: list[str] = []

    async def __call__(self, text: str) -> Vector:
        self.asked.append(text)
        if self.hangs:
            await asyncio.Event().wait()
        return self.vector


def breaker(encoder: Encoder, load: Callable[[], Head | None] = lambda: HEAD) -> TieBreaker:
    patience = 0.0 if encoder.hangs else 60.0
    return TieBreaker(encoder, load=load, patience_seconds=patience, first_patience_seconds=patience)


def the_tie() -> Tie:
    found = find_tie(QUESTION, WORLD, TODAY)
    assert found is not None
    return found


async def test_a_tie_is_broken_as_the_head_says() -> None:
    decided = await breaker(Encoder()).break_ties([the_tie()])
    assert decided[QUESTION].chosen == OTHER
    assert parse(QUESTION, WORLD, TODAY, decided).skill == OTHER


async def test_the_encoder_sees_the_question_without_names() -> None:
    encoder = Encoder()
    await breaker(encoder).break_ties([the_tie()])
    assert encoder.asked == ["coin/coin 90 day correlation"]


async def test_a_decision_is_remembered() -> None:
    encoder = Encoder()
    ours = breaker(encoder)
    first, second = await ours.break_ties([the_tie()]), await ours.break_ties([the_tie()])
    assert first == second
    assert len(encoder.asked) == 1


async def test_two_encoders_of_the_same_vectors_decide_alike() -> None:
    assert await breaker(Encoder()).break_ties([the_tie()]) == await breaker(Encoder()).break_ties([the_tie()])


@pytest.mark.parametrize(
    "encoder",
    [
        Encoder(None),
        Encoder(hangs=True),
        Encoder(("encoder-2", (1.0,))),
        Encoder(("encoder-1", (1.0, 1.0))),
        Encoder(("encoder-1", (float("nan"),))),
    ],
    ids=["no vector", "too slow", "another encoder", "another length", "no number"],
)
async def test_without_a_fit_vector_the_parser_decides_alone(encoder: Encoder) -> None:
    assert await breaker(encoder).break_ties([the_tie()]) == {}
    assert len(encoder.asked) == 1


async def test_without_a_head_no_vector_is_asked_for() -> None:
    encoder = Encoder()
    assert await breaker(encoder, lambda: None).break_ties([the_tie()]) == {}
    assert encoder.asked == []


async def test_no_vector_is_asked_for_a_tie_with_a_reading_the_head_does_not_know() -> None:
    encoder = Encoder()
    tie = Tie("a", "a", (("brand_new", 0.97), (FIRST, 0.97), (OTHER, 0.97)))
    assert await breaker(encoder).break_ties([tie]) == {}
    assert encoder.asked == []


async def test_the_newest_question_is_decided_first_when_time_runs_out() -> None:
    encoder = Encoder(hangs=True)
    older = Tie("older", "older", the_tie().candidates)
    await breaker(encoder).break_ties([older, the_tie()])
    assert encoder.asked == [the_tie().masked]


async def test_what_came_in_time_counts_when_time_runs_out_after_it() -> None:
    encoder = Encoder()
    older = Tie("older", "older", the_tie().candidates)

    async def embed(text: str) -> Vector:
        encoder.hangs = text == "older"
        return await encoder(text)

    ours = TieBreaker(embed, load=lambda: HEAD, patience_seconds=0.0, first_patience_seconds=0.0)
    assert set(await ours.break_ties([older, the_tie()])) == {QUESTION}


async def test_a_failure_is_tried_again_by_the_next_run_but_not_within_the_same_one() -> None:
    encoder = Encoder(None)
    ours = breaker(encoder)
    await ours.break_ties([the_tie()])
    encoder.vector = ("encoder-1", (1.0,))
    assert await ours.break_ties([the_tie()], is_later_round=True) == {}
    assert set(await ours.break_ties([the_tie()])) == {QUESTION}


async def test_the_first_vector_may_take_longer_because_the_encoder_is_loaded() -> None:
    encoder = Encoder(hangs=True)
    ours = TieBreaker(encoder, load=lambda: HEAD, patience_seconds=0.0, first_patience_seconds=3_600.0)
    first = asyncio.ensure_future(ours.break_ties([the_tie()]))
    await asyncio.sleep(0)
    second = await ours.break_ties([Tie("b", "b", the_tie().candidates)])
    assert (second, first.done(), encoder.asked) == ({}, False, [the_tie().masked, "b"])
    first.cancel()


def analyst(encoder: Encoder) -> Analyst:
    return Analyst("analyst", WORLD, CLOCK, breaker(encoder))


async def test_a_question_with_one_clear_reading_never_asks_for_a_vector() -> None:
    encoder = Encoder()
    for question in ("price of BTC", "hi", "", "RSI of BTC", "should I buy SOL", "compare BTC and ETH"):
        await ask(question, tools=TOOLS, analyst=analyst(encoder))
    assert encoder.asked == []


@pytest.mark.parametrize(("effort", "count"), [("minimal", 0), ("low", 1), (None, 1)])
async def test_a_request_for_the_least_thought_never_asks_for_a_vector(
    effort: ReasoningEffort | None, count: int
) -> None:
    encoder = Encoder()
    await ask(QUESTION, tools=TOOLS, analyst=analyst(encoder), reasoning_effort=effort)
    assert len(encoder.asked) == count


async def test_the_analyst_answers_the_same_with_and_without_a_broken_encoder() -> None:
    plain = await ask(QUESTION, tools=TOOLS)
    broken = await ask(QUESTION, tools=TOOLS, analyst=analyst(Encoder(None)))
    slow = await ask(QUESTION, tools=TOOLS, analyst=analyst(Encoder(hangs=True)))
    assert plain.arguments == broken.arguments == slow.arguments
    assert plain.calls


async def test_the_rounds_of_a_run_read_the_question_alike_though_the_encoder_came_late() -> None:
    encoder = Encoder(None)
    ours = analyst(encoder)
    await ask(QUESTION, tools=TOOLS, analyst=ours)
    encoder.vector = ("encoder-1", (1.0,))
    later = called(MARKET.name, {"asset_type": "coin", "ids": [5426, 1027]}, {"market_data_result": {"results": []}})
    await ask(text_message("user", QUESTION), *later, tools=TOOLS, analyst=ours)
    assert len(encoder.asked) == 1


async def test_the_provider_takes_the_encoder_that_it_is_lent() -> None:
    encoder = Encoder(("no such encoder", (1.0,)))
    services = ProviderServices(FixedClock(CLOCK.now()), WORLD, encoder)
    built = PROVIDER.build(ProviderConfig("analyst", services))
    assert isinstance(built, Analyst)
    await ask(QUESTION, tools=TOOLS, analyst=built)
    assert encoder.asked == ["coin/coin 90 day correlation"]

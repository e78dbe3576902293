"""Which route answers, what is tried before it does, and what is never tried once it has begun."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator

import pytest

from cryptodesk.core.deadline import Deadline
from cryptodesk.core.errors import (
    BudgetSpent,
    ContextTooLong,
    CryptodeskError,
    UpstreamBadAnswer,
    UpstreamRateLimited,
    UpstreamRejected,
    UpstreamTimeout,
    UpstreamUnavailable,
)
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest
from cryptodesk.core.resilience import BreakerRule, Resilience, RetryRule
from cryptodesk.core.usage import Usage
from cryptodesk.engine.call_model import ModelCall
from cryptodesk.engine.state import Round
from tests.engine.fakes import Answer, FakeCatalog, FakeProvider, Script, says
from tests.ticks import FakeTicks

DOWN = UpstreamUnavailable("down", upstream="a", upstream_status=503)
WRONG_KEY = UpstreamUnavailable("wrong key", upstream="a", upstream_status=401)
LIMITED = UpstreamRateLimited("slow down", upstream="a", upstream_status=429, retry_after_seconds=3.0)


def fails_after(*batches: list[ModelEvent], error: CryptodeskError = DOWN) -> Script:
    async def answer(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        for batch in batches:
            yield batch
        raise error

    return answer


async def hangs(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
    await asyncio.Event().wait()
    yield []


class Line:
    """A catalogue of providers whose answers are scripted, and one call after the other through it."""

    def __init__(
        self, *, retries: int = 2, retry_seconds: float = 10.0, failures: int = 0, **answers: list[Answer]
    ) -> None:
        self.ticks = FakeTicks()
        self.providers = {name: FakeProvider(*scripted) for name, scripted in answers.items()}
        self.catalog = FakeCatalog(**self.providers)
        self.catalog.resilience = Resilience(
            RetryRule(retries=retries, seconds=retry_seconds),
            BreakerRule(failures=failures, open_seconds=30.0),
            self.ticks,
        )
        self.round = Round(())

    @property
    def asked(self) -> dict[str, int]:
        return {name: len(provider.requests) for name, provider in self.providers.items()}

    def open(self, seconds: float = 60.0) -> ModelCall:
        self.round = Round(())
        routes = tuple(self.catalog.resolve("model"))
        build = lambda route: ModelRequest(route.upstream_model, ())  # noqa: E731
        return ModelCall(self.catalog, routes, self.round, build, Deadline(seconds))  # type: ignore[arg-type]

    async def batches(self, seconds: float = 60.0) -> list[list[ModelEvent]]:
        call = self.open(seconds)
        try:
            return [batch async for batch in _each(call)]
        finally:
            await call.close()
            call._deadline.close()

    async def text(self) -> str:
        return "".join(event.text for batch in await self.batches() for event in batch if type(event) is TextDelta)

    async def failure(self) -> CryptodeskError:
        with pytest.raises(CryptodeskError) as caught:
            await self.batches()
        return caught.value


async def _each(call: ModelCall) -> AsyncIterator[list[ModelEvent]]:
    while (batch := await call.next_batch()) is not None:
        yield batch


# -- before anything is said -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "announced",
    [
        [],
        [[ModelStarted("a-1")]],
        [[ModelStarted("a-1")], [TextDelta("")], [ReasoningDelta("")], []],
    ],
    ids=["nothing", "started", "started and empty"],
)
@pytest.mark.parametrize("error", [DOWN, UpstreamBadAnswer("cut", upstream="a")], ids=["down", "cut"])
async def test_a_route_that_fails_before_it_says_anything_leaves_no_trace(
    announced: list[list[ModelEvent]], error: CryptodeskError
) -> None:
    line = Line(retries=0, a=[fails_after(*announced, error=error)], b=[says("from b")])
    batches = await line.batches()
    assert batches[0] == [ModelStarted("upstream-1"), TextDelta("from b")]
    spending = line.round.spending()
    assert (line.round.route and line.round.route.provider, spending and spending.is_estimated) == ("b", False)


async def test_a_stream_that_ends_before_it_says_anything_is_tried_elsewhere() -> None:
    line = Line(a=[[[ModelStarted("a-1")]]], b=[says("from b")])
    assert await line.text() == "from b"
    assert line.asked == {"a": 1, "b": 1}


@pytest.mark.parametrize(
    "said",
    [
        TextDelta("a"),
        ReasoningDelta("hm"),
        ToolCallDelta(0, "call_1", "market", ""),
        ModelFinished("stop", Usage(1, 1)),
    ],
    ids=lambda event: type(event).__name__,
)
async def test_nothing_else_is_tried_once_something_was_said(said: ModelEvent) -> None:
    line = Line(a=[fails_after([ModelStarted("a-1")], [said])], b=[says("from b")])
    call = line.open()
    assert await call.next_batch() == [ModelStarted("a-1"), said]
    with pytest.raises(UpstreamUnavailable):
        await call.next_batch()
    await call.close()
    assert line.asked == {"a": 1, "b": 0}
    assert line.round.route is not None


async def test_what_came_while_waiting_for_the_first_word_is_one_batch_in_order() -> None:
    line = Line(a=[[[ModelStarted("a-1")], [TextDelta("")], [TextDelta("x"), TextDelta("y")], *says("z")[1:]]])
    batches = await line.batches()
    assert batches[0] == [ModelStarted("a-1"), TextDelta(""), TextDelta("x"), TextDelta("y")]


async def test_the_wait_for_the_first_word_is_bounded_by_the_deadline() -> None:
    async def announces(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        yield [ModelStarted("a-1")]
        await asyncio.Event().wait()

    line = Line(a=[announces], b=[says("from b")])
    with pytest.raises(TimeoutError):
        await line.batches(seconds=0.01)
    assert line.asked == {"a": 1, "b": 0}


# -- attempts ----------------------------------------------------------------------------------------------------------


async def test_a_route_that_recovers_is_not_left_for_the_next_one() -> None:
    line = Line(a=[DOWN, fails_after([ModelStarted("a-1")]), says("from a")], b=[says("from b")])
    assert await line.text() == "from a"
    assert line.ticks.slept == [0.25, 0.5]
    assert line.asked == {"a": 3, "b": 0}


async def test_a_route_that_stays_down_is_asked_three_times_then_the_next_one_is() -> None:
    line = Line(a=[DOWN], b=[says("from b")])
    assert await line.text() == "from b"
    assert line.asked == {"a": 3, "b": 1}


async def test_the_last_routes_last_error_is_the_calls_error_and_nothing_is_charged() -> None:
    line = Line(a=[DOWN], b=[DOWN, DOWN, LIMITED])
    assert await line.failure() is LIMITED
    assert line.asked == {"a": 3, "b": 3}
    assert line.round.spending() is None


@pytest.mark.parametrize("error", [WRONG_KEY, UpstreamTimeout("silent", upstream="a")], ids=["key", "silence"])
async def test_what_will_not_pass_is_not_asked_again(error: CryptodeskError) -> None:
    line = Line(a=[error], b=[says("from b")])
    assert await line.text() == "from b"
    assert (line.asked, line.ticks.slept) == ({"a": 1, "b": 1}, [])


@pytest.mark.parametrize("error", [UpstreamRejected("no", upstream="a"), ContextTooLong("too long")], ids=str)
async def test_a_request_that_is_wrong_is_asked_once_and_nowhere_else(error: CryptodeskError) -> None:
    line = Line(a=[error], b=[says("from b")])
    assert await line.failure() is error
    assert line.asked == {"a": 1, "b": 0}


async def test_an_upstream_that_says_when_to_come_back_is_given_that_time() -> None:
    line = Line(a=[LIMITED, says("from a")], b=[says("from b")])
    line.ticks.luck = 0.0
    assert await line.text() == "from a"
    assert line.ticks.slept == [3.0]


async def test_all_pauses_of_a_call_share_one_budget() -> None:
    line = Line(retry_seconds=5.0, a=[LIMITED], b=[LIMITED, says("from b")])
    line.ticks.luck = 0.0
    assert await line.failure() is LIMITED
    assert line.ticks.slept == [3.0], "a second pause of 3 s would make 6"
    assert line.asked == {"a": 2, "b": 1}


async def test_a_pause_that_outlasts_the_runs_time_is_not_begun() -> None:
    line = Line(a=[LIMITED], b=[says("from b")])
    batches = await line.batches(seconds=2.0)
    assert batches[0][-1] == TextDelta("from b")
    assert line.ticks.slept == []


async def test_each_attempt_is_closed_before_the_next_begins() -> None:
    open_streams: list[int] = []
    most = 0

    async def answer(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        nonlocal most
        open_streams.append(1)
        most = max(most, len(open_streams))
        try:
            yield [ModelStarted("a-1")]
            raise DOWN
        finally:
            open_streams.pop()

    line = Line(a=[answer], b=[answer])
    await line.failure()
    assert (most, open_streams) == (1, [])


async def test_closing_the_call_closes_the_upstream() -> None:
    line = Line(a=[says("a", "b", "c")])
    call = line.open()
    await call.next_batch()
    await call.close()
    assert line.providers["a"].closed_early == 1


# -- breakers ----------------------------------------------------------------------------------------------------------


async def test_a_route_that_keeps_failing_is_skipped_at_once_then_probed_and_used_again() -> None:
    line = Line(retries=0, failures=2, a=[DOWN, DOWN, DOWN, says("from a")], b=[says("from b")])
    assert [await line.text() for _ in range(5)] == ["from b"] * 5
    assert line.asked == {"a": 2, "b": 5}
    line.ticks.now += 30.0
    assert [await line.text() for _ in range(2)] == ["from b"] * 2
    assert line.asked == {"a": 3, "b": 7}, "one probe, which failed"
    line.ticks.now += 30.0
    assert [await line.text() for _ in range(2)] == ["from a"] * 2


async def test_attempts_end_when_the_breaker_opens_and_another_route_is_there() -> None:
    line = Line(retries=5, failures=2, a=[DOWN], b=[says("from b")])
    assert await line.text() == "from b"
    assert line.asked == {"a": 2, "b": 1}
    assert line.ticks.slept == [0.25], "once it is decided nothing is waited for"


async def test_a_route_that_others_found_broken_during_the_pause_is_not_asked_again() -> None:
    line = Line(retries=5, failures=2, a=[DOWN], b=[says("from b")])
    breaker = line.catalog.resilience.breaker(line.catalog.resolve("model")[0])
    assert breaker is not None
    sleep = line.ticks.sleep

    async def others_fail_meanwhile(seconds: float) -> None:
        breaker.fail(breaker.admit())
        await sleep(seconds)

    line.ticks.sleep = others_fail_meanwhile  # type: ignore[method-assign]
    assert await line.text() == "from b"
    assert line.asked == {"a": 1, "b": 1}


async def test_an_open_route_is_the_last_resort_and_its_success_closes_it() -> None:
    line = Line(retries=0, failures=1, a=[DOWN, says("from a")], b=[says("from b"), DOWN])
    assert await line.text() == "from b"
    assert await line.text() == "from a", "b failed, and a was left alone but is there"
    assert line.catalog.resilience.states() == {("a", "a-upstream"): "closed", ("b", "b-upstream"): "open"}


async def test_a_lone_route_is_asked_however_often_it_failed() -> None:
    line = Line(retries=1, failures=1, a=[DOWN, DOWN, DOWN, says("from a")])
    assert await line.failure() is DOWN
    assert await line.text() == "from a"
    assert line.asked == {"a": 4}


async def test_answers_that_break_off_count_as_failures() -> None:
    broken = fails_after([ModelStarted("a-1"), TextDelta("half an ans")], error=UpstreamBadAnswer("cut", upstream="a"))
    cut: list[list[ModelEvent]] = [[ModelStarted("a-1"), TextDelta("half")]]
    line = Line(failures=2, a=[broken, cut], b=[says("from b")])
    for _ in range(2):
        assert isinstance(await line.failure(), UpstreamBadAnswer)
    assert await line.text() == "from b"


async def test_a_success_between_failures_keeps_the_breaker_closed() -> None:
    line = Line(retries=0, failures=2, a=[DOWN, says("ok"), DOWN, says("ok"), DOWN], b=[says("from b")])
    assert [await line.text() for _ in range(5)] == ["from b", "ok", "from b", "ok", "from b"]


async def test_a_wrong_request_and_a_hang_up_say_nothing_about_the_route() -> None:
    line = Line(failures=1, a=[UpstreamRejected("no", upstream="a"), says("a", "b"), hangs, says("from a")])
    assert isinstance(await line.failure(), UpstreamRejected)
    call = line.open()
    await call.next_batch()
    await call.close()
    with pytest.raises(TimeoutError):  # nor does a caller whose own time is short
        await line.batches(seconds=0.01)
    assert line.catalog.resilience.states() == {("a", "a-upstream"): "closed"}


async def test_long_silence_until_the_deadline_counts_as_a_failure() -> None:
    line = Line(failures=1, a=[hangs])

    async def patient(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        line.ticks.now += 31.0
        await asyncio.Event().wait()
        yield []

    line.providers["a"].answers = [patient]
    with pytest.raises(TimeoutError):
        await line.batches(seconds=0.01)
    assert line.catalog.resilience.states() == {("a", "a-upstream"): "open"}


async def test_a_probe_that_is_given_up_makes_room_for_the_next() -> None:
    line = Line(retries=0, failures=1, a=[DOWN, says("a", "b"), says("from a")], b=[says("from b")])
    assert await line.text() == "from b"
    line.ticks.now += 30.0
    probe = line.open()
    await probe.next_batch()
    assert await line.text() == "from b", "one probe at a time"
    await probe.close()
    assert await line.text() == "from a"


async def test_routes_left_alone_are_logged_once_each_way(caplog: pytest.LogCaptureFixture) -> None:
    line = Line(retries=0, failures=1, a=[DOWN, says("from a")], b=[says("from b")])
    await line.text()
    await line.text()
    line.ticks.now += 30.0
    await line.text()
    told = [record.getMessage() for record in caplog.records if record.name == "cryptodesk.breaker"]
    name = "model 'a-upstream' of provider a"
    assert told == [f"{name} failed 1 times in a row: left alone for 30 s", f"{name} answers again"]


# -- what was never asked ----------------------------------------------------------------------------------------------


async def test_a_call_whose_time_was_up_before_it_was_made_is_no_spending() -> None:
    line = Line(a=[says("from a")])
    call = line.open()
    call._deadline._end()
    with pytest.raises(TimeoutError):
        await call.next_batch()
    call._deadline.close()
    assert (line.asked, line.round.spending()) == ({"a": 0}, None)


async def test_a_call_that_a_limit_forbids_is_no_spending() -> None:
    def forbid(route: object) -> ModelRequest:
        raise BudgetSpent("no more")

    line = Line(a=[says("from a")])
    call = ModelCall(line.catalog, tuple(line.catalog.resolve("model")), line.round, forbid, Deadline(60.0))  # type: ignore[arg-type]
    with pytest.raises(BudgetSpent):
        await call.next_batch()
    call._deadline.close()
    assert (line.asked, line.round.spending()) == ({"a": 0}, None)


async def test_a_refusal_is_no_spending_while_the_next_attempt_is_waited_for() -> None:
    line = Line(a=[DOWN])
    reached, never = asyncio.Event(), asyncio.Event()

    async def sleep(seconds: float) -> None:
        reached.set()
        await never.wait()

    line.ticks.sleep = sleep  # type: ignore[method-assign]
    asking = asyncio.create_task(line.batches())
    await reached.wait()
    assert (line.asked, line.round.spending()) == ({"a": 1}, None)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking

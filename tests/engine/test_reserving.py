"""What is set aside before a run, what a run may cost at most, and how both end."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from decimal import Decimal
from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import CryptodeskError, OutOfCredit, UpstreamUnavailable
from cryptodesk.core.events import ModelEvent, ModelStarted, RunFailed, RunFinished, TextDelta
from cryptodesk.core.generation import ModelPrice, ModelRequest
from cryptodesk.core.money import Hold, HoldWanted, Needs, Outcome
from cryptodesk.core.requests import RunLimits
from cryptodesk.engine import Engine, Settlement
from tests.engine import fakes
from tests.engine.fakes import NOW, FakeCatalog, FakeDatabase, FakePricing, ask, calls, says

FREE = ModelPrice("free", Decimal(0), Decimal(0), Decimal(0))


class FakeHolds:
    """Grants what is wanted, or as much as `grants`; keeps every hold with how it was given back."""

    def __init__(self, grants: str | None = None, refusal: CryptodeskError | None = None) -> None:
        self.grants = grants
        self.refusal = refusal
        self.wanted: list[HoldWanted] = []
        self.released: list[tuple[str, Outcome]] = []
        self.gate: asyncio.Event | None = None

    async def reserve(self, wanted: HoldWanted) -> Hold:
        self.wanted.append(wanted)
        if self.gate is not None:
            await self.gate.wait()
        if self.refusal is not None:
            raise self.refusal
        amount = wanted.worst_usd if self.grants is None else Decimal(self.grants)
        return Hold(wanted.run_id, amount, wanted.lapses_at, is_cap=self.grants is not None)

    def release(self, batch: Any, wanted: HoldWanted, hold: Hold, outcome: Outcome) -> None:
        write: Callable[[], None] = lambda: self.released.append((hold.run_id, outcome))  # noqa: E731
        batch.writes.append(write)


class Desk(fakes.Desk):
    def __init__(self, *answers: Any, holds: FakeHolds) -> None:
        super().__init__(*answers)
        settlement = Settlement(FakeDatabase(), self.turns, self.ledger, FakePricing(), holds)  # type: ignore[arg-type]
        self.engine = Engine(
            catalog=FakeCatalog(fake=self.provider),  # type: ignore[arg-type]
            tools=self.tools,
            turns=self.turns,  # type: ignore[arg-type]
            settlement=settlement,
            clock=FixedClock(NOW),
            new_id=lambda now: "run1",
        )


async def test_a_hold_is_there_before_the_model_is_asked_and_gone_with_the_charge() -> None:
    holds = FakeHolds()
    desk = Desk(says("hi"), holds=holds)
    holds.gate = asyncio.Event()
    running = asyncio.ensure_future(desk.result(ask()))
    await asyncio.sleep(0)
    await asyncio.sleep(0)
    assert (len(holds.wanted), desk.provider.requests) == (1, [])
    holds.gate.set()
    fold = await running
    assert fold.finished is not None
    assert holds.released == [("run1", "finished")]
    assert [entry.amount_usd for entry in desk.ledger.entries] == [Decimal(110)]


async def test_the_hold_covers_input_and_output_with_the_surcharge() -> None:
    holds = FakeHolds()
    await Desk(says("hi"), holds=holds).result(ask(max_output_tokens=50))
    (wanted,) = holds.wanted
    # 256 a request, 32 a message, 5 bytes of "hello"; 50 tokens out, or 16 at the least; 1 USD a token.
    assert (wanted.worst_usd, wanted.needs()) == (Decimal(343), Needs(Decimal(343), Decimal(309)))
    assert wanted.lapses_at == wanted.created_at + 120 + 60
    await Desk(says("hi"), holds=holds).result(ask(max_output_tokens=50, built_in_tools=("maths",)))
    tools = holds.wanted[1]
    assert tools.worst_usd > 6 * (343 + 50) * Decimal("1.1")


async def test_a_free_route_holds_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fakes, "PRICE", FREE)
    holds = FakeHolds()
    await Desk(says("hi"), holds=holds).result(ask())
    assert (holds.wanted, holds.released) == ([], [])


async def test_over_budget_no_model_is_asked() -> None:
    desk = Desk(says("hi"), holds=FakeHolds(refusal=OutOfCredit("over budget")))
    (failed,) = await desk.events(ask())
    assert isinstance(failed, RunFailed)
    assert (failed.error.code, desk.provider.requests, desk.ledger.entries) == ("out_of_credit", [], [])


async def test_a_failed_run_gives_its_hold_back_uncharged() -> None:
    holds = FakeHolds()
    desk = Desk(UpstreamUnavailable("down", upstream="x"), holds=holds)
    await desk.events(ask())
    assert (holds.released, desk.ledger.entries) == ([("run1", "failed")], [])


async def test_a_run_cancelled_while_its_hold_is_made_asks_no_model_and_charges_nothing() -> None:
    holds = FakeHolds()
    holds.gate = asyncio.Event()
    desk = Desk(says("hi"), holds=holds)
    running = asyncio.ensure_future(desk.result(ask()))
    for _ in range(3):
        await asyncio.sleep(0)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert (len(holds.wanted), desk.provider.requests, desk.ledger.entries) == (1, [], [])


async def test_a_capped_run_tells_the_model_how_much_it_may_write() -> None:
    desk = Desk(says("hi"), holds=FakeHolds(grants="400"))
    await desk.result(ask())
    (request,) = desk.provider.requests
    assert request.max_output_tokens == 400 - (256 + 32 + 5)


async def test_a_round_that_could_pass_the_cap_is_not_begun() -> None:
    desk = Desk(calls(("market", '{"n":1}')), says("never"), holds=FakeHolds(grants="1500"))
    desk.provider.answers[0] = calls(("market", '{"n":1}'), usage=fakes.Usage(1000, 50))
    fold = await desk.result(ask(built_in_tools=("market",)))
    assert len(desk.provider.requests) == 1
    assert fold.finished is not None
    assert fold.finished.limit == "the cost limit of 1500 USD was reached"
    assert fold.text == "I could not finish this answer: the cost limit of 1500 USD was reached."
    assert fold.finished.cost.total_usd == Decimal(1155)


async def test_an_own_cap_that_is_too_low_fails_before_the_first_call() -> None:
    desk = Desk(says("hi"), holds=FakeHolds(grants="10"))
    (failed,) = await desk.events(ask())
    assert isinstance(failed, RunFailed)
    assert (failed.error.code, failed.error.status) == ("budget_spent", 402)
    assert desk.provider.requests == []


async def never_reports(request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
    yield [ModelStarted("m"), TextDelta("word " * 2000)]
    await asyncio.Event().wait()


async def test_an_estimate_is_never_charged_above_the_hold() -> None:
    holds = FakeHolds(grants="400")
    desk = Desk(never_reports, holds=holds)
    stream = desk.engine.run(ask(stream=True))
    async for batch in stream:
        if isinstance(batch[-1], TextDelta):
            break
    await stream.aclose()
    (entry,) = desk.ledger.entries
    assert (entry.amount_usd, entry.usage_is_estimated, entry.outcome) == (Decimal(400), True, "cancelled")
    assert entry.usage.output_tokens == 2500
    assert holds.released == [("run1", "cancelled")]


async def test_the_receipt_of_an_answer_is_made_for_who_asks() -> None:
    desk = Desk(says("hi"), holds=FakeHolds(grants="400"))
    last = (await desk.events(ask(include=frozenset({"receipt"}))))[-1]
    assert isinstance(last, RunFinished)
    assert last.receipt is not None
    assert (last.receipt.run_id, last.receipt.total_usd, last.receipt.held_usd) == ("run1", Decimal(110), Decimal(400))
    assert (last.receipt.price_versions, last.receipt.is_estimated) == (("test@2026-01-01",), False)
    plain = (await Desk(says("hi"), holds=FakeHolds()).events(ask()))[-1]
    assert isinstance(plain, RunFinished)
    assert plain.receipt is None


async def test_limits_of_a_run_hold_without_any_store_of_holds() -> None:
    desk = fakes.Desk(says("hi"))
    (failed,) = await desk.events(ask(limits=RunLimits(cost_usd=Decimal(10))))
    assert isinstance(failed, RunFailed)
    assert failed.error.code == "budget_spent"

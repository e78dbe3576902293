"""How a run ends on disk where the disk takes nothing: the caller is told no more than that."""

from __future__ import annotations

import logging

import pytest

from cryptodesk.core.errors import InternalError, LedgerUnavailable
from cryptodesk.core.events import RunFailed, TextDelta
from cryptodesk.engine import Settlement
from tests.engine.fakes import Desk, FakeBatch, FakeDatabase, FakePricing, ask, says

PATH = "/srv/desk/cryptodesk.db"


class FullBatch(FakeBatch):
    async def commit(self) -> None:
        raise InternalError(f"the database {PATH!r} could not be written because the disk is full")


class FullDatabase(FakeDatabase):
    def batch(self) -> FakeBatch:
        return FullBatch()


def full_desk() -> Desk:
    desk = Desk(says("Hel", "lo"))
    settlement = Settlement(FullDatabase(), desk.turns, desk.ledger, FakePricing())  # type: ignore[arg-type]
    desk.engine._settlement = desk.engine._ending._settlement = settlement
    return desk


@pytest.mark.parametrize("stream", [True, False])
async def test_an_answer_that_cannot_be_recorded_fails_without_naming_a_file(
    stream: bool, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.CRITICAL + 1, "cryptodesk.engine")
    desk = full_desk()
    events = await desk.events(ask(stream=stream))
    assert [event.text for event in events if isinstance(event, TextDelta)] == ["Hel", "lo"]
    last = events[-1]
    assert isinstance(last, RunFailed)
    assert type(last.error) is LedgerUnavailable
    assert (last.error.status, PATH in last.error.message) == (503, False)
    assert desk.ledger.entries == []


async def test_the_log_says_why(caplog: pytest.LogCaptureFixture) -> None:
    await full_desk().events(ask(stream=True))
    assert any(record.exc_info and PATH in str(record.exc_info[1]) for record in caplog.records)


async def test_a_cancellation_goes_on_though_nothing_can_be_recorded(caplog: pytest.LogCaptureFixture) -> None:
    run = full_desk().engine.run(ask(stream=True))
    async for batch in run:
        if any(isinstance(event, TextDelta) for event in batch):
            break
    await run.aclose()
    assert any("could not be settled" in record.message for record in caplog.records)

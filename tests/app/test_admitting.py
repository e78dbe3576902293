"""Gate and limits put together before a desk's engines: the settings hold, and every way to a run passes them."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import pytest
from msgspec import structs

from cryptodesk.app.admitting import Admitting
from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import Overloaded, RateLimited
from cryptodesk.core.events import RunFailed
from cryptodesk.core.jobs import ResearchJob
from cryptodesk.core.ports import RunSummary
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import Usage
from cryptodesk.dialects._ports import DialectPorts
from cryptodesk.settings import SettingsError, load_settings
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.dialects.support import CALLER, NOW, PLAIN_RUN, FakeEngine, make_ports


class Log:
    def __init__(self) -> None:
        self.summaries: list[RunSummary] = []

    def ended(self, summary: RunSummary) -> None:
        self.summaries.append(summary)


class Jobs:
    async def create(self, caller: Caller, query: str, **_: Any) -> ResearchJob:
        return ResearchJob(
            job_id="j", account_id=caller.account_id, key_id=caller.key_id, query=query, model_id="m", created_at=0.0
        )


class Setting:
    """What `Admitting` takes of a desk."""

    def __init__(self, database: SqliteDatabase) -> None:
        self.database = database
        self.clock = FixedClock(NOW)


@pytest.fixture
async def database(tmp_path: Path) -> AsyncIterator[SqliteDatabase]:
    opened = SqliteDatabase(tmp_path / "desk.db")
    opened.open()
    opened.migrate(COMPONENT, MIGRATIONS)
    yield opened
    opened.close()


def admitting(database: SqliteDatabase, **settings: Any) -> tuple[Admitting, DialectPorts, Log]:
    log = Log()
    made = Admitting(load_settings(home=database.path.parent, **settings), log)
    made.watch_over(cast("Desk", Setting(database)))
    ports = structs.replace(make_ports(), research=FakeEngine(), jobs=cast("Any", Jobs()))
    return made, made.over(ports), log


def request(trace_id: str = "t") -> RunRequest:
    return RunRequest(caller=CALLER, dialect="test", trace_id=trace_id, model_id="m", messages=())


async def events(engine: Any, trace_id: str = "t") -> Sequence[Any]:
    return [batch async for batch in engine.run(request(trace_id))]


async def test_chat_research_and_jobs_share_the_limits_of_a_key(database: SqliteDatabase) -> None:
    _, ports, _ = admitting(database, key_limits={"requests_a_minute": 3})
    assert await events(ports.engine) == PLAIN_RUN
    assert await events(ports.research) == PLAIN_RUN
    assert ports.jobs is not None
    await ports.jobs.create(CALLER, "?")
    with pytest.raises(RateLimited):
        await ports.jobs.create(CALLER, "?")
    ((failed,),) = await events(ports.engine)
    assert isinstance(failed, RunFailed)
    assert isinstance(failed.error, RateLimited)
    with pytest.raises(RateLimited):
        ports.refuse_early(CALLER)
    ports.refuse_early(Caller("account-1", "key-2"))


async def test_the_settings_say_how_many_runs_there_are(database: SqliteDatabase) -> None:
    made, ports, _ = admitting(database, runs_at_once=1, runs_waiting=0, run_wait_seconds=3.5)
    assert await events(ports.engine) == PLAIN_RUN
    assert made.gate.try_enter()
    with pytest.raises(Overloaded):
        ports.refuse_early(CALLER)
    ((failed,),) = await events(ports.research)
    assert isinstance(failed.error, Overloaded)
    assert failed.error.retry_after_seconds == 4


async def test_headers_tell_what_is_left(database: SqliteDatabase) -> None:
    _, ports, _ = admitting(database, account_limits={"requests_a_day": 5})
    assert ports.limit_headers is not None
    assert ports.limit_headers(CALLER) == []
    await events(ports.engine)
    assert dict(ports.limit_headers(CALLER))[b"x-ratelimit-remaining-requests"] == b"4"
    assert ports.limit_states is not None
    (state,) = await ports.limit_states(CALLER)
    assert (state.limit.scope_id, state.used) == ("account-1", 1)


async def test_the_tokens_of_a_job_are_counted_when_it_ends(database: SqliteDatabase) -> None:
    made, _, log = admitting(database, key_limits={"tokens_a_day": 10_000})
    for dialect in ("messari_deep_research", "cmc"):
        made.uses.ended(_summary(dialect))
    await asyncio.gather(*made.limits._counting)
    assert [state.used for state in await made.limits.look(CALLER)] == [700]
    assert len(log.summaries) == 2


def _summary(dialect: str) -> RunSummary:
    return RunSummary(
        run_id="r",
        trace_id="of nobody",
        dialect=dialect,
        account_id=CALLER.account_id,
        key_id=CALLER.key_id,
        model_id="m",
        served_by=None,
        outcome="finished",
        code=None,
        finish_reason="stop",
        tool_calls=0,
        usage=Usage(500, 200),
        amount_usd=Decimal(0),
        duration_ms=1.0,
    )


def test_a_limit_of_no_known_measure_is_no_setting(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="key_limits"):
        load_settings(home=tmp_path, key_limits={"words_a_day": 1})
    with pytest.raises(SettingsError, match="account_limits"):
        load_settings(home=tmp_path, account_limits={"streams": -1})

"""Four processes on one database admit exactly the limit in every window, and what a killed one held comes free."""

from __future__ import annotations

import sys
from collections import Counter

import pytest

from cryptodesk.state.limits import LimitBook, StoredLimit
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.database import Database
from tests.contracts.databases import OtherProcess, database, postgres_server

__all__ = ["database", "postgres_server"]

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")

PROCESSES = 4
WINDOWS = 5
ASKED = 30  # by each process in each window
LIMIT = 37

OTHER = """
import asyncio, sys
from datetime import UTC, datetime, timedelta
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import RateLimited
from cryptodesk.core.limits import Ask
from cryptodesk.core.requests import Caller
from cryptodesk.state.limits_desk import LimitDesk

async def ask(desk, name, window, number, stream):
    try:
        # Keys differ from process to process: it is the account's limit that all share.
        await desk.admit(Ask(f"{name}-{window}-{number}", Caller("acme", f"key-{name}"), tokens=10, is_stream=stream))
    except RateLimited as refused:
        return refused.measure
    return "admitted"

async def main(where, name, windows, asked, stream):
    database, clock = opened(where), FixedClock(datetime(2026, 9, 24, tzinfo=UTC))
    desk = LimitDesk(database, clock)
    print("ready", flush=True)
    sys.stdin.readline()
    for window in range(windows):
        clock.moment += timedelta(minutes=1)
        answers = await asyncio.gather(*(ask(desk, name, window, number, stream) for number in range(asked)))
        print(" ".join(answers), flush=True)
    sys.stdin.readline()
    await database.aclose()

where, name, windows, asked, stream = sys.argv[1:]
asyncio.run(main(where, name, int(windows), int(asked), stream == "stream"))
"""


def race(database: Database, kind: str = "buffered", windows: int = WINDOWS) -> list[Counter[str]]:
    """What all processes together were told, window by window; all of them begin at once."""
    others = [OtherProcess(OTHER, database, f"p{number}", windows, ASKED, kind) for number in range(PROCESSES)]
    try:
        assert [other.read() for other in others] == ["ready"] * PROCESSES
        for other in others:
            other.go_on()
        told = [[other.read().split() for _ in range(windows)] for other in others]
    finally:
        for other in others:
            other.kill()
    return [Counter(answer for process in told for answer in process[window]) for window in range(windows)]


async def test_four_processes_admit_exactly_the_limit_in_every_window(database: Database) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    LimitBook(database).set(StoredLimit("account", "acme", "requests_a_minute", LIMIT), 0.0)
    told = race(database)
    assert told == [Counter(admitted=LIMIT, requests_a_minute=PROCESSES * ASKED - LIMIT)] * WINDOWS


async def test_a_days_limit_holds_over_all_of_its_minutes(database: Database) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    LimitBook(database).set(StoredLimit("account", "acme", "requests_a_day", 4 * LIMIT), 0.0)
    assert sum(window["admitted"] for window in race(database)) == 4 * LIMIT


async def test_four_processes_set_no_more_tokens_aside_than_there_are(database: Database) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    LimitBook(database).set(StoredLimit("account", "acme", "tokens_a_minute", 10 * LIMIT + 9), 0.0)
    assert [window["admitted"] for window in race(database)] == [LIMIT] * WINDOWS


async def test_four_processes_open_no_more_streams_than_there_may_be(database: Database) -> None:
    database.migrate(COMPONENT, MIGRATIONS)
    LimitBook(database).set(StoredLimit("account", "acme", "streams", LIMIT), 0.0)
    told = race(database, "stream", windows=1)
    assert told == [Counter(admitted=LIMIT, streams=PROCESSES * ASKED - LIMIT)]
    # All four were killed with their streams open; what they held has lapsed a little later.
    rows = await database.fetch("SELECT max(lapses_at) - min(lapses_at), count(*) FROM limit_streams")
    assert rows == [(0.0, LIMIT)]

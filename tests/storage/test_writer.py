"""How the event loop makes room for the writer thread, which would starve beside a loop that never rests."""

from __future__ import annotations

import asyncio
import sqlite3
import threading
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.storage.connection import connect_writer
from cryptodesk.storage.writer import GroupWriter


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "desk.db"


@pytest.fixture
def writer(path: Path) -> Iterator[GroupWriter]:
    opened = GroupWriter(connect_writer(path), path)
    yield opened
    opened.close()


class Blockade:
    """Keeps the writer from committing until it is lifted, from whichever thread."""

    def __init__(self, path: Path) -> None:
        self._connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
        self._connection.execute("BEGIN IMMEDIATE")

    def lift(self) -> None:
        self._connection.execute("ROLLBACK")
        self._connection.close()


async def hand_over() -> None:
    """Lets the loop turn until what was asked for is with the writer."""
    for _ in range(3):
        await asyncio.sleep(0)


def answer(connection: sqlite3.Connection) -> int:
    return int(connection.execute("SELECT 42").fetchone()[0])


async def test_a_busy_loop_stands_still_for_work_that_waits_too_long(
    writer: GroupWriter, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    pauses: list[float] = []
    stood_still = asyncio.Event()
    blockade = Blockade(path)

    def stand_still(seconds: float) -> None:
        pauses.append(seconds)
        if len(pauses) == 3:
            blockade.lift()
            stood_still.set()

    monkeypatch.setattr(writer, "_stand_still", stand_still)
    work = asyncio.ensure_future(writer.write(action=answer))
    await stood_still.wait()
    assert await work == 42
    # Where standing still did not help, the loop does so ever more rarely: after 2, 4 and 8 ms, for half of that.
    assert pauses[:3] == [0.001, 0.002, 0.004]


async def test_standing_still_ends_as_soon_as_a_group_is_committed(writer: GroupWriter, path: Path) -> None:
    blockade = Blockade(path)

    def lift_once_the_loop_stands() -> None:
        while not writer._loops_paused:
            pass
        blockade.lift()

    helper = threading.Thread(target=lift_once_the_loop_stands)
    work = asyncio.ensure_future(writer.write(action=answer))
    await hand_over()
    helper.start()
    writer._stand_still(3600.0)  # far beyond the time limit of a test
    helper.join()
    assert await work == 42


async def test_a_signal_left_from_an_earlier_pause_does_not_end_the_next_one(writer: GroupWriter, path: Path) -> None:
    blockade = Blockade(path)
    work = asyncio.ensure_future(writer.write(action=answer))
    await hand_over()
    for _ in range(2):
        writer._group_ended.put(None)
    writer._stand_still(0.001)
    assert writer._group_ended.empty()
    assert not work.done()
    blockade.lift()
    assert await work == 42


async def test_a_loop_whose_work_is_done_is_left_alone_until_it_has_more(
    writer: GroupWriter, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writer, "_stand_still", lambda seconds: pytest.fail("stood still for nothing"))
    for _ in range(2):
        assert await asyncio.gather(*(writer.write(action=answer) for _ in range(3))) == [42, 42, 42]
        (side,) = writer._sides.values()
        for _ in range(1000):
            if side.latest is None:
                break
            await asyncio.sleep(0.001)
        assert side.latest is None


async def test_what_two_turns_of_a_loop_bring_is_one_group(writer: GroupWriter) -> None:
    first = [writer.write(action=answer) for _ in range(3)]
    await asyncio.sleep(0)
    second = [writer.write(action=answer) for _ in range(4)]
    assert await asyncio.gather(*first, *second) == [42] * 7
    assert writer.transactions == 1


async def turns_until_handed_over(writer: GroupWriter, count: int) -> int:
    """How often the loop turns before so many pieces of work, asked for at once, are with the writer."""
    works = [writer.write(action=answer) for _ in range(count)]
    (side,) = writer._sides.values()
    turns = 0
    while side.works:
        await asyncio.sleep(0)
        turns += 1
    await asyncio.gather(*works)
    return turns


async def test_a_loop_gathers_for_the_longer_the_more_it_had_to_write(writer: GroupWriter) -> None:
    counts = (1, 1, 5, 3, 20, 1, 1)
    assert [await turns_until_handed_over(writer, count) for count in counts] == [2, 2, 2, 10, 6, 16, 2]


async def test_very_many_are_not_made_to_wait_for_more(writer: GroupWriter) -> None:
    works = [writer.write(action=answer) for _ in range(256)]
    while not writer.transactions:  # without a turn of the loop
        pass
    more = writer.write(action=answer)
    assert await asyncio.gather(*works, more) == [42] * 257
    assert writer.transactions == 2


async def test_who_goes_away_while_his_work_is_gathered_leaves_it_behind(writer: GroupWriter, path: Path) -> None:
    await writer.write(action=lambda connection: connection.execute("CREATE TABLE numbers (n INTEGER)"))

    async def insert(number: int) -> None:
        await writer.write([("INSERT INTO numbers (n) VALUES (?)", (number,))])

    gone, stays = asyncio.create_task(insert(1)), asyncio.create_task(insert(2))
    await asyncio.sleep(0)
    gone.cancel()
    await stays
    assert gone.cancelled()
    with closing(sqlite3.connect(path)) as reader:
        assert reader.execute("SELECT n FROM numbers ORDER BY n").fetchall() == [(1,), (2,)]


async def test_what_is_gathered_is_written_before_the_writer_closes(path: Path) -> None:
    writer = GroupWriter(connect_writer(path), path)
    work = writer.write(action=answer)
    writer.close()
    assert await work == 42
    with pytest.raises(InternalError, match="is closed"):
        writer.write(action=answer)


def test_loops_that_ended_are_forgotten_and_what_they_left_is_written(path: Path) -> None:
    writer = GroupWriter(connect_writer(path), path)

    async def write() -> int:
        return int(await writer.write(action=answer))

    async def leave_behind() -> None:
        writer.write([("CREATE TABLE left_behind (n INTEGER)", ())])

    assert [asyncio.run(write()) for _ in range(3)] == [42] * 3
    assert len(writer._sides) == 1
    asyncio.run(leave_behind())
    assert asyncio.run(write()) == 42
    with closing(sqlite3.connect(path)) as reader:
        assert reader.execute("SELECT count(*) FROM left_behind").fetchone() == (0,)
    writer.close()


@pytest.mark.parametrize("count", [1, 2, 3, 31, 32, 33, 95])
async def test_rows_that_are_inserted_together_keep_their_values_and_their_order(
    writer: GroupWriter, path: Path, count: int
) -> None:
    await writer.write(action=lambda connection: connection.execute("CREATE TABLE pairs (a INTEGER, b TEXT)"))
    insert = "INSERT INTO pairs (a, b) VALUES (?, ?)"
    await writer.write([(insert, (number, f"text {number}")) for number in range(count)])
    with closing(sqlite3.connect(path)) as reader:
        rows = reader.execute("SELECT a, b FROM pairs ORDER BY rowid").fetchall()
    assert rows == [(number, f"text {number}") for number in range(count)]

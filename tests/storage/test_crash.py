"""A process that writes and acknowledges is killed with SIGKILL at varied moments; nothing acknowledged may be lost."""

from __future__ import annotations

import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

WRITER = """
import asyncio, itertools, os, sys
from cryptodesk.storage.sqlite import SqliteDatabase

async def main(path, generation):
    numbers = itertools.count()
    with SqliteDatabase(path) as database:
        def create(connection):
            connection.execute("CREATE TABLE IF NOT EXISTS turns (id TEXT PRIMARY KEY, body BLOB)")
            connection.execute("CREATE TABLE IF NOT EXISTS entries (id TEXT PRIMARY KEY, usd TEXT)")
        await database.write(create)

        async def write_and_acknowledge():
            while True:
                name = f"{generation}-{next(numbers)}"
                batch = database.batch()
                batch.add("INSERT INTO turns (id, body) VALUES (?, ?)", (name, os.urandom(2000)))
                batch.add("INSERT INTO entries (id, usd) VALUES (?, ?)", (name, "0.1"))
                await batch.commit()
                os.write(1, f"{name}\\n".encode())  # at once and whole: a print could be buffered

        await asyncio.gather(*(write_and_acknowledge() for _ in range(16)))

asyncio.run(main(sys.argv[1], sys.argv[2]))
"""


def run_until_killed(path: Path, generation: int, acknowledgements: int) -> set[str]:
    """What the writer acknowledged before it died, which is at least `acknowledgements` rows."""
    command = [sys.executable, "-c", WRITER, str(path), str(generation)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        acknowledged = [process.stdout.readline() for _ in range(acknowledgements)]
        process.send_signal(signal.SIGKILL)
        acknowledged += process.stdout.readlines()
    assert process.returncode == -signal.SIGKILL
    return {line.strip() for line in acknowledged if line.endswith("\n")}


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no SIGKILL")
def test_a_killed_process_loses_nothing_it_acknowledged(tmp_path: Path) -> None:
    path = tmp_path / "desk.db"
    acknowledged: set[str] = set()
    # The same file every time, so that each start also recovers the log of the one before. The numbers fall into an
    # early commit, full groups, and both sides of the log's first checkpoint (about 300 rows).
    for generation, rows in enumerate((1, 17, 160, 293, 311, 1200)):
        acknowledged |= run_until_killed(path, generation, rows)
        with closing(sqlite3.connect(path)) as connection:
            turns = {name for (name,) in connection.execute("SELECT id FROM turns")}
            entries = {name for (name,) in connection.execute("SELECT id FROM entries")}
            assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert acknowledged - turns == set()
        assert turns == entries, "half a batch was written"
    assert len(acknowledged) >= 1 + 17 + 160 + 293 + 311 + 1200

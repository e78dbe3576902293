"""A process that is killed in the middle of a change leaves the index as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from typing import Any

import pytest

from cryptodesk.documents.query import DocumentQuery
from tests.documents.index.fixtures import CountingEncoder, document
from tests.documents.postgres.fixtures import found, open_index, table_sizes

WRITER = """
import asyncio, os, signal, sys
import asyncpg
from cryptodesk.documents.postgres import rebuilding, writer
from tests.documents.index.fixtures import document
from tests.documents.postgres.fixtures import open_index

async def die(*_given, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

def after(call):
    async def wrapped(*given, **named):
        await call(*given, **named)
        await die()
    return wrapped

async def main(dsn, point):
    documents = [document(1, "First text about staking."), document(2, "Second text about rollups.")]
    async with asyncpg.create_pool(dsn, min_size=1, max_size=2) as pool:
        async with open_index(pool, documents[:1]) as index:
            for name in ("embed_missing", "take_out", "insert_documents", "delete_passages", "save_state", "take_over"):
                if point == name:
                    setattr(writer, name, after(getattr(writer, name)))
            if point == "take_over":
                await index.rebuild()
            await index.apply(documents[1:], ["d1"])

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.mark.parametrize(
    "point", ["embed_missing", "take_out", "insert_documents", "delete_passages", "save_state", "take_over"]
)
async def test_the_index_is_whole_after_a_kill(postgres_dsn: str, postgres_pool: Any, point: str) -> None:
    async with open_index(postgres_pool, [document(1, "First text about staking.")]) as index:
        before, sizes = index.status(), await table_sizes(postgres_pool)
    died = subprocess.run([sys.executable, "-c", WRITER, postgres_dsn, point], check=False)  # noqa: ASYNC221
    assert died.returncode == -signal.SIGKILL

    def unread() -> list[object]:
        raise AssertionError("the index was rebuilt although its old state is whole")

    encoder = CountingEncoder()
    async with open_index(postgres_pool, unread, encoder=encoder) as index:  # type: ignore[arg-type]
        assert index.status() == before
        # What was embedded for nothing is kept, so that it need not be embedded again.
        assert {**await table_sizes(postgres_pool), "pending": 0} == sizes
        assert found(await index.search(DocumentQuery(text="text about staking and rollups"))) == ["d1"]
        questions = encoder.encoded
        await index.apply([document(2, "Second text about rollups.")], ["d1"])
        assert encoder.encoded == questions + (point == "take_over")
        assert found(await index.search(DocumentQuery(text="text about staking and rollups"))) == ["d2"]
    assert (await table_sizes(postgres_pool))["pending"] == 0

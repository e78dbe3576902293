"""What it costs to make an answered turn and its ledger entry durable, next to what the whole request costs."""

from __future__ import annotations

import asyncio
import resource
import tempfile
import time
from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from bench.components import Component, Figure
from cryptodesk.core.messages import text_message
from cryptodesk.core.ports import Entry, StoredTurn
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.migrations import MIGRATIONS as LEDGER_MIGRATIONS
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.state.migrations import MIGRATIONS as STATE_MIGRATIONS
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["COMPONENT", "CPU_FIGURE"]

CPU_FIGURE = "turn and ledger entry on disk: CPU"

WRITERS = 16
TURNS_PER_WRITER = 250


def measure() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-store-") as folder:
        seconds, cpu_seconds, commits = asyncio.run(_write_turns(Path(folder) / "cryptodesk.db"))
    turns = WRITERS * TURNS_PER_WRITER
    how = f"{WRITERS} writers at once, {turns / commits:.1f} turns a transaction"
    return [
        Figure(CPU_FIGURE, cpu_seconds / turns * 1e6, "us", how),
        Figure("turns and ledger entries on disk: rate", turns / seconds, "/s", how),
    ]


async def _write_turns(path: Path) -> tuple[float, float, int]:
    """Seconds, CPU seconds and transactions for all turns."""
    messages = (text_message("user", "prices " * 40), text_message("assistant", "word " * 300))

    async def write(database: SqliteDatabase, turns: DatabaseTurnStore, ledger: DatabaseLedger, writer: int) -> None:
        for number in range(TURNS_PER_WRITER):
            run_id = f"chatcmpl-{writer}-{number}"
            batch = database.batch()
            turns.save(batch, StoredTurn(run_id, "key", "built_in_open", 1.79e9, messages))
            entry = Entry(
                entry_id=f"{run_id}:charge",
                account_id="account",
                key_id="key",
                run_id=run_id,
                kind="charge",
                amount_usd=Decimal("0.00315"),
                created_at=1.79e9,
                model_id="model",
                served_by="model",
                price_version="1",
                usage=Usage(120, 300),
            )
            ledger.record(batch, [entry])
            await batch.commit()

    with SqliteDatabase(path) as database:
        apply_migrations(path, "state", STATE_MIGRATIONS)
        apply_migrations(path, "ledger", LEDGER_MIGRATIONS)
        turns, ledger = DatabaseTurnStore(database), DatabaseLedger(database)
        commits = database.transactions
        began, cpu_began = time.monotonic(), _cpu_seconds()
        await asyncio.gather(*(write(database, turns, ledger, writer) for writer in range(WRITERS)))
        return time.monotonic() - began, _cpu_seconds() - cpu_began, database.transactions - commits


def _cpu_seconds() -> float:
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


COMPONENT = Component("stored turn", measure)

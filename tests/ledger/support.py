"""What the tests of the ledger share: a file, runs that want to hold money, charges that end them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

from cryptodesk.core.money import Hold, HoldWanted, Needs
from cryptodesk.core.ports import Entry
from cryptodesk.core.requests import Caller
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.ledger.rows import INSERT_ENTRY, to_row
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.storage.database import Connection, Database, Statement
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
CALLER = Caller("acme", "key1")


class MovableClock:
    """Stands still until it is moved."""

    def __init__(self, now: datetime = NOW) -> None:
        self.moment = now

    def now(self) -> datetime:
        return self.moment

    def unix(self) -> float:
        return self.moment.timestamp()


@contextmanager
def open_ledger(folder: Path) -> Iterator[SqliteDatabase]:
    path = folder / "desk.db"
    apply_migrations(path, COMPONENT, MIGRATIONS)
    with SqliteDatabase(path) as database:
        yield database


def wants(
    run_id: str, worst_usd: str = "1", *, least_usd: str | None = None, modest_usd: str | None = None, **changes: Any
) -> HoldWanted:
    needs = Needs(Decimal(modest_usd or worst_usd), Decimal(least_usd or worst_usd))
    facts: dict[str, Any] = {
        "run_id": run_id,
        "caller": CALLER,
        "model_id": "model",
        "price_version": "v1",
        "worst_usd": Decimal(worst_usd),
        "needs": lambda: needs,
        "created_at": NOW.timestamp(),
        "lapses_at": NOW.timestamp() + 180,
    }
    return HoldWanted(**{**facts, **changes})


def a_charge(run_id: str, amount_usd: str, **changes: Any) -> Entry:
    facts: dict[str, Any] = {
        "entry_id": f"{run_id}:0:charge",
        "account_id": "acme",
        "key_id": "key1",
        "run_id": run_id,
        "kind": "charge",
        "amount_usd": Decimal(amount_usd),
        "created_at": NOW.timestamp(),
        "model_id": "model",
        "served_by": "upstream",
        "price_version": "v1",
        "usage": Usage(100, 10),
    }
    return Entry(**{**facts, **changes})


async def settle(database: Database, desk: HoldDesk, wanted: HoldWanted, hold: Hold, *entries: Entry) -> None:
    """Ends a run as the engine does: release and charges in one transaction."""
    batch = database.batch()
    desk.release(batch, wanted, hold, "finished")
    DatabaseLedger(database).record(batch, entries)
    await batch.commit()


def tamper(database: Database, book: str, *statements: str | Statement) -> None:
    """As anyone can who may write the file, or owns the tables: past their triggers."""

    def change(connection: Connection) -> None:
        for statement in (*_without_triggers(database, f"ledger_{book}"), *statements):
            sql, values = (statement, ()) if isinstance(statement, str) else statement
            assert connection.execute(sql, values).rowcount != 0, statement

    database.write_blocking(change)


def _without_triggers(database: Database, table: str) -> tuple[str, ...]:
    if isinstance(database, SqliteDatabase):
        rows = database.read("SELECT name FROM sqlite_master WHERE type = 'trigger' AND tbl_name = ?", (table,))
        return tuple(f"DROP TRIGGER {name}" for (name,) in rows)
    return (f"ALTER TABLE {table} DISABLE TRIGGER USER",)


def columns_of(database: Database, table: str) -> list[str]:
    if isinstance(database, SqliteDatabase):
        return [row[1] for row in database.read(f"PRAGMA table_info({table})")]
    asked = "SELECT attname FROM pg_attribute WHERE attrelid = CAST(? AS TEXT)::regclass AND attnum > 0 ORDER BY attnum"
    return [name for (name,) in database.read(asked, (table,))]


def most_at_once(ledger: DatabaseLedger) -> Decimal:
    """The most that was spent and held at any moment. Holds and releases stand in the order of their transactions, and
    a run is charged in the transaction that releases its hold."""
    charged = {entry.run_id: entry.amount_usd for entry in ledger.entries() if entry.kind == "charge"}
    taken = most = Decimal(0)
    for entry in ledger.holds():
        taken += entry.amount_usd
        if entry.kind == "release":
            taken += charged.get(entry.run_id, Decimal(0))
        most = max(most, taken)
    return most


async def record(database: Database, *entries: Entry) -> None:
    batch = database.batch()
    DatabaseLedger(database).record(batch, entries)
    await batch.commit()


async def record_before_notes(database: Database, *entries: Entry) -> None:
    """Puts entries into the tables of an empty database as they were before entries had notes, sealed as they were
    then. The tables of today are for the test to make."""
    database.migrate(COMPONENT, MIGRATIONS[:7])
    chain, marks = bytes(32), b""
    for position, entry in enumerate(entries, 1):
        await database.execute(INSERT_ENTRY, to_row(entry))
        chain = sha256(chain + text_before_notes(position, entry).encode()).digest()
        marks += chain[:8]
    await database.execute(
        "INSERT INTO ledger_seals VALUES ('entries', 1, ?, ?, ?, ?)", (len(entries), chain, marks, NOW.timestamp())
    )


def text_before_notes(position: int, entry: Entry) -> str:
    usage = entry.usage
    texts = (entry.entry_id, entry.account_id, entry.key_id, entry.run_id, entry.kind, str(entry.amount_usd))
    more = (entry.model_id, entry.price_version, entry.outcome, entry.served_by)
    counts = (usage.input_tokens, usage.output_tokens, usage.cache_read_tokens, usage.reasoning_tokens)
    reported = "" if usage.reported_usd is None else str(usage.reported_usd).encode().hex().upper()
    fields = (
        position,
        *(text.encode().hex().upper() for text in (*texts, *more)),
        round(entry.created_at * 1e6),
        *(*counts, usage.cache_write_tokens, usage.cache_write_1h_tokens),
        reported,
        int(entry.usage_is_estimated),
    )
    return "|".join(map(str, fields))

"""What the tests of the ledger share: a file, runs that want to hold money, charges that end them."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

from cryptodesk.core.money import Hold, HoldWanted, Needs
from cryptodesk.core.ports import Entry
from cryptodesk.core.requests import Caller
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.holds import HoldDesk
from cryptodesk.ledger.migrations import COMPONENT, MIGRATIONS
from cryptodesk.ledger.store import SqliteLedger
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


async def settle(database: SqliteDatabase, desk: HoldDesk, wanted: HoldWanted, hold: Hold, *entries: Entry) -> None:
    """Ends a run as the engine does: release and charges in one transaction."""
    batch = database.batch()
    desk.release(batch, wanted, hold, "finished")
    SqliteLedger(database).record(batch, entries)
    await batch.commit()


async def record(database: SqliteDatabase, *entries: Entry) -> None:
    batch = database.batch()
    SqliteLedger(database).record(batch, entries)
    await batch.commit()

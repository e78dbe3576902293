"""A data folder with something in every part of its database, and databases to copy it to."""

from __future__ import annotations

from contextlib import closing
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from pydantic import SecretStr

from cryptodesk.app.databases import open_database
from cryptodesk.core.messages import text_message
from cryptodesk.core.ports import StoredTurn
from cryptodesk.documents.store import DocumentStore, SubscriptionStore
from cryptodesk.ledger.prepaid import PrepaidAccounts
from cryptodesk.ledger.seals import Sealer
from cryptodesk.settings import Settings
from cryptodesk.state.keys import DatabaseKeyStore
from cryptodesk.state.turns import DatabaseTurnStore
from cryptodesk.storage.database import Database
from tests.documents.support import new

__all__ = ["NOW", "fill", "settings_of"]

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
_SECONDS = NOW.timestamp()


def settings_of(home: Path, url: str | None = None) -> Settings:
    return Settings(home=home, database_url=None if url is None else SecretStr(url), database_connect_seconds=5.0)


async def fill(home: Path) -> Settings:
    """A folder whose ledger is sealed but for its last entry, and whose numbers have gaps."""
    settings = settings_of(home)
    with closing(open_database(settings)) as database:
        await _fill_documents(database)
        _fill_ledger(database)
        await _fill_state(database)
    return settings


async def _fill_documents(database: Database) -> None:
    subscriptions, documents = SubscriptionStore(database), DocumentStore(database)
    for address in ("https://a.example/", "https://b.example/", "https://c.example/"):
        found, _ = await subscriptions.add("rss", address, title="Ä feed", interval_seconds=900, now=NOW)
    await documents.save([new("a", "a text with ünicode 🪙", asset_ids=(1, 1027)), new("b")], found.subscription_id)
    # The highest number that was ever given is gone, and must not be given again.
    await subscriptions.remove(found.subscription_id)


def _fill_ledger(database: Database) -> None:
    accounts = PrepaidAccounts(database)
    for number in range(3):
        accounts.credit("main", Decimal("0.10"), _SECONDS, note="paid", reference=f"invoice {number}")
    Sealer(database, lambda: _SECONDS).seal_blocking()
    accounts.credit("main", Decimal("12345678901234567890.000000001"), _SECONDS, note="", reference="last")


async def _fill_state(database: Database) -> None:
    DatabaseKeyStore(database).create("bot", "main", NOW)
    turns, batch = DatabaseTurnStore(database, retention_seconds=3600.0), database.batch()
    turns.save(batch, StoredTurn("t1", "key1", "built_in_open", _SECONDS + 0.1, (text_message("user", "What?"),)))
    await batch.commit()

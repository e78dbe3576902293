"""A copy has everything, in the very same values, or it is not made."""

from __future__ import annotations

import asyncio
import sqlite3
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.app.databases import COMPONENTS, open_database
from cryptodesk.app.upkeep import copy_database
from cryptodesk.app.upkeep.copying import CopyOptions
from cryptodesk.core.errors import InternalError
from cryptodesk.documents.store import DocumentStore, SubscriptionStore
from cryptodesk.ledger.prepaid import PrepaidAccounts
from cryptodesk.settings import Settings, SettingsError
from cryptodesk.storage.migrations import Migration
from tests.app.upkeep.desks import NOW, fill, settings_of
from tests.clients.postgres import postgres_dsn, postgres_server

__all__ = ["postgres_dsn", "postgres_server"]

pytest.importorskip("asyncpg")

FILLED = {"ledger_entries": 4, "ledger_seals": 1, "turns": 1, "api_keys": 1, "document_revisions": 2}


@pytest.fixture
async def source(tmp_path: Path) -> Path:
    return (await fill(tmp_path)).database_path


@pytest.fixture
def target(tmp_path: Path, postgres_dsn: str) -> Settings:
    return settings_of(tmp_path / "elsewhere", postgres_dsn)


def rows_of(settings: Settings, sql: str) -> list[Any]:
    with closing(open_database(settings, {})) as database:
        return database.read(sql)


def write(path: Path, sql: str, *values: Any) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute(sql, values)


def test_every_row_arrives_as_it_was(source: Path, target: Settings) -> None:
    steps: dict[str, tuple[int, int | None]] = {}
    done = copy_database(target, source, report=lambda step, count, total: steps.update({step: (count, total)}))
    rows = {table.table: table.rows for table in done.tables}
    assert {name: rows[name] for name in FILLED} == FILLED
    assert done.rows == sum(rows.values())
    assert {table.component for table in done.tables} == set(COMPONENTS)
    assert (done.replaced_texts, done.left_out) == (0, ())
    assert steps["copy ledger_entries"] == (4, 4)
    for sql in (
        "SELECT entry_id, amount_usd, created_at FROM ledger_entries ORDER BY position",
        "SELECT turn_id, created_at, body FROM turns",
        "SELECT document_id, known_at, body FROM document_revisions ORDER BY revision_id",
    ):
        assert rows_of(target, sql) == rows_of(settings_of(source.parent), sql)
    assert not target.home.exists()


def test_the_ledgers_seals_hold_in_the_copy(source: Path, target: Settings) -> None:
    done = copy_database(target, source)
    assert [(book.book, book.sealed, book.unsealed, book.fault) for book in done.seals] == [
        ("entries", 3, 1, None), ("holds", 0, 0, None),
    ]  # fmt: skip
    assert done.are_seals_same
    with closing(open_database(target, {})) as database:
        assert PrepaidAccounts(database).balance_usd("main") == Decimal("12345678901234567890.300000001")


def test_a_ledger_that_was_broken_before_is_copied_as_it_is(source: Path, target: Settings) -> None:
    write(source, "DROP TRIGGER ledger_entries_are_never_changed")
    write(source, "UPDATE ledger_entries SET amount_usd = '9' WHERE position = 2")
    done = copy_database(target, source)
    assert "position 2" in str(done.seals[0].fault)
    assert done.are_seals_same


async def test_numbers_go_on_behind_the_highest_that_was_ever_given(source: Path, target: Settings) -> None:
    done = await asyncio.to_thread(copy_database, target, source)
    assert done.next_numbers["document_subscriptions.subscription_id"] == 4
    with closing(open_database(target)) as database:
        subscriptions = SubscriptionStore(database)
        assert [found.subscription_id for found in subscriptions.all()] == [1, 2]
        found, _ = await subscriptions.add("rss", "https://d.example/", title="d", interval_seconds=900, now=NOW)
        assert found.subscription_id == 4
        changes = await DocumentStore(database).last_sequence()
        await DocumentStore(database).remove("a")
        assert await DocumentStore(database).last_sequence() > changes
        PrepaidAccounts(database).credit("main", Decimal(1), NOW.timestamp())
        assert database.read("SELECT max(position) FROM ledger_entries") == [(5,)]
        await database.aclose()


def test_a_target_that_has_rows_is_left_as_it_is(source: Path, target: Settings) -> None:
    copy_database(target, source)
    before = rows_of(target, "SELECT count(*) FROM ledger_entries")
    with pytest.raises(InternalError, match="is not empty: 'api_keys' has rows; name a new database"):
        copy_database(target, source)
    assert rows_of(target, "SELECT count(*) FROM ledger_entries") == before


def test_a_file_that_a_server_works_on_is_not_copied_but_to_try(source: Path, target: Settings) -> None:
    with closing(open_database(settings_of(source.parent), {})) as database, database.presence():
        with pytest.raises(InternalError, match=r"a server is at work on .*: stop it"):
            copy_database(target, source)
        assert copy_database(target, source, CopyOptions(while_served=True)).rows > 0


def test_a_target_that_a_server_works_on_is_not_filled(source: Path, target: Settings) -> None:
    served = pytest.raises(InternalError, match=r"a server is at work on .*: stop it; nothing was copied")
    with closing(open_database(target)) as database, database.presence(), served:
        copy_database(target, source)


def test_what_is_written_meanwhile_undoes_the_copy_or_is_not_part_of_it(source: Path, target: Settings) -> None:
    written: list[str] = []

    def disturb(step: str, *_: object) -> None:
        if step == "copy ledger_entries":
            write(source, "UPDATE turns SET key_id = 'another' WHERE turn_id = 't1'")
            written.append(step)

    with pytest.raises(InternalError, match="was written to while it was copied"):
        copy_database(target, source, report=disturb)
    assert written
    assert rows_of(target, "SELECT count(*) FROM ledger_entries") == [(0,)]
    write(source, "UPDATE turns SET key_id = 'key1' WHERE turn_id = 't1'")
    copy_database(target, source, CopyOptions(while_served=True), disturb)
    assert rows_of(target, "SELECT key_id FROM turns") == [("key1",)]


def test_a_row_that_changes_on_its_way_undoes_the_copy(
    source: Path, target: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    from cryptodesk.storage.postgres.loading import Loading

    add = Loading.add

    async def add_wrongly(self: Loading, table: str, columns: Any, rows: Any) -> None:
        await add(self, table, columns, rows[1:] if table == "ledger_entries" else rows)

    monkeypatch.setattr(Loading, "add", add_wrongly)
    with pytest.raises(InternalError, match="'ledger_entries' is not the same in the copy: 4 rows"):
        copy_database(target, source)
    assert rows_of(target, "SELECT count(*) FROM turns") == [(0,)]


def test_a_character_that_cannot_be_kept_stops_it_or_is_replaced_and_counted(source: Path, target: Settings) -> None:
    write(source, "UPDATE api_keys SET name = 'a' || char(0) || 'b'")
    with pytest.raises(InternalError, match=r"a text in api_keys\.name has a character .* --replace-characters"):
        copy_database(target, source)
    done = copy_database(target, source, CopyOptions(replace_characters=True))
    assert done.replaced_texts == 1
    assert rows_of(target, "SELECT name FROM api_keys") == [("a\ufffdb",)]


def test_a_value_of_another_type_is_named_and_not_shown(source: Path, target: Settings) -> None:
    write(source, "UPDATE api_keys SET key_hash = 'secret text'")
    with pytest.raises(InternalError, match=r"api_keys\.key_hash holds a value of the type str") as caught:
        copy_database(target, source)
    assert "secret" not in str(caught.value)


def test_a_damaged_file_is_not_copied(source: Path, target: Settings) -> None:
    raw = bytearray(source.read_bytes())
    raw[4096 * 3 : 4096 * 12] = b"\xa5" * (4096 * 9)
    source.write_bytes(bytes(raw))
    with pytest.raises(InternalError, match="is damaged"):
        copy_database(target, source)


def test_an_older_or_a_newer_file_is_not_copied(source: Path, target: Settings) -> None:
    newer = {**COMPONENTS, "ledger": (*COMPONENTS["ledger"], Migration(99, "later", ()))}
    newer["ledger"] = tuple(
        Migration(number, step.name, step.statements, step.postgres) for number, step in enumerate(newer["ledger"], 1)
    )
    with pytest.raises(InternalError, match=r"an older version's \(ledger\): .* `cryptodesk db migrate --file`"):
        copy_database(target, source, components=newer)
    older = {**COMPONENTS, "ledger": COMPONENTS["ledger"][:-1]}
    with pytest.raises(InternalError, match="written by a newer cryptodesk"):
        copy_database(target, source, components=older)


def test_a_table_that_is_gone_is_named(source: Path, target: Settings) -> None:
    write(source, "DROP TABLE budgets")
    with pytest.raises(InternalError, match="lacks the table 'budgets' although its schema is up to date"):
        copy_database(target, source)


def test_tables_of_others_are_left_out_and_named(source: Path, target: Settings) -> None:
    write(source, "CREATE TABLE notes (text TEXT)")
    assert copy_database(target, source).left_out == ("notes",)


def test_where_to_copy_must_be_said_and_where_from_must_be_there(
    source: Path, target: Settings, tmp_path: Path
) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL: name the PostgreSQL"):
        copy_database(settings_of(tmp_path), source)
    with pytest.raises(InternalError, match="there is no database"):
        copy_database(target, tmp_path / "none.db")
    empty = tmp_path / "empty.db"
    write(empty, "CREATE TABLE notes (text TEXT)")
    with pytest.raises(InternalError, match="has no tables of cryptodesk"):
        copy_database(target, empty)

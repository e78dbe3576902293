"""What the SQLite key store keeps to beside the contract of every key store (tests/contracts/test_key_store.py)."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError, LedgerUnavailable
from cryptodesk.core.requests import Caller
from cryptodesk.state.keys import CachedKeyStore, DatabaseKeyStore
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

NOW = datetime(2026, 9, 24, 12, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[SqliteDatabase]:
    with SqliteDatabase(tmp_path / "desk.db") as opened:
        apply_migrations(opened.path, COMPONENT, MIGRATIONS)
        yield opened


def test_a_key_is_a_prefix_and_256_random_bits_in_url_safe_letters(database: SqliteDatabase) -> None:
    texts = {DatabaseKeyStore(database).create("a", "acme", NOW)[0] for _ in range(20)}
    assert len(texts) == 20
    for text in texts:
        assert text.startswith("cd_")
        assert len(text) == 46
        assert all(letter.isascii() and (letter.isalnum() or letter in "-_") for letter in text)


def test_the_file_never_holds_the_key_itself(database: SqliteDatabase) -> None:
    text, record = DatabaseKeyStore(database).create("laptop", "acme", NOW)
    database.close()
    content = database.path.read_bytes()
    assert record.key_id.encode() in content
    assert text.encode() not in content
    assert text.removeprefix("cd_").encode() not in content


OTHER_PROCESS = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from cryptodesk.core.requests import Caller
from cryptodesk.state.keys import CachedKeyStore, DatabaseKeyStore
from cryptodesk.storage.sqlite import SqliteDatabase
with SqliteDatabase(Path(sys.argv[1])) as database:
    keys, now = DatabaseKeyStore(database), datetime(2026, 9, 24, tzinfo=UTC)
    print(keys.create("other", "acme", now)[0] if sys.argv[2] == "create" else keys.revoke(sys.argv[3], now))
"""


def other_process(database: SqliteDatabase, *arguments: str) -> str:
    command = [sys.executable, "-c", OTHER_PROCESS, str(database.path), *arguments]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.strip()


async def test_what_another_process_creates_and_revokes_holds_at_once(database: SqliteDatabase) -> None:
    keys = DatabaseKeyStore(database)
    text = other_process(database, "create")
    caller = await keys.authenticate(text, NOW)
    assert caller is not None
    assert other_process(database, "revoke", caller.key_id) == "True"
    assert await keys.authenticate(text, NOW) is None


def test_authentication_is_one_search_by_an_index(database: SqliteDatabase) -> None:
    plan = database.read(
        "EXPLAIN QUERY PLAN SELECT key_id FROM api_keys WHERE key_hash = ? AND revoked_at IS NULL", (b"",)
    )
    assert [row[3].split()[:2] for row in plan] == [["SEARCH", "api_keys"]]


class CountingKeys:
    """A key store that counts how often it is asked."""

    def __init__(self) -> None:
        self.valid = {"cd_good-key-0123456789": Caller("acme", "key1")}
        self.asked = 0

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        self.asked += 1
        return self.valid.get(presented_key)


async def test_a_valid_key_is_looked_up_once_a_second() -> None:
    store = CountingKeys()
    keys = CachedKeyStore(store, seconds=1)
    start = datetime(2026, 9, 24, tzinfo=UTC)
    for milliseconds in (0, 1, 999):
        caller = await keys.authenticate("cd_good-key-0123456789", start + timedelta(milliseconds=milliseconds))
        assert caller == Caller("acme", "key1")
    assert store.asked == 1
    await keys.authenticate("cd_good-key-0123456789", start + timedelta(seconds=1))
    assert store.asked == 2


async def test_a_remembered_key_is_refused_within_a_second_of_its_revocation() -> None:
    store = CountingKeys()
    keys = CachedKeyStore(store, seconds=1)
    start = datetime(2026, 9, 24, tzinfo=UTC)
    await keys.authenticate("cd_good-key-0123456789", start)
    store.valid.clear()
    assert await keys.authenticate("cd_good-key-0123456789", start + timedelta(seconds=1)) is None
    assert await keys.authenticate("cd_good-key-0123456789", start) is None


async def test_a_clock_that_is_put_back_keeps_no_revoked_key_alive() -> None:
    store = CountingKeys()
    keys = CachedKeyStore(store, seconds=1)
    start = datetime(2026, 9, 24, tzinfo=UTC)
    await keys.authenticate("cd_good-key-0123456789", start + timedelta(days=1))
    store.valid.clear()
    assert await keys.authenticate("cd_good-key-0123456789", start) is None


async def test_keys_that_cannot_be_looked_up_are_a_503_and_stand_in_the_log(caplog: pytest.LogCaptureFixture) -> None:
    class Gone:
        async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
            raise InternalError("the database cannot be reached")

    with pytest.raises(LedgerUnavailable, match="Keys cannot be looked up now") as found:
        await CachedKeyStore(Gone()).authenticate("cd_good-key-0123456789", NOW)
    assert found.value.status == 503
    assert "the database cannot be reached" in caplog.text


async def test_unknown_keys_are_asked_for_every_time_and_not_kept() -> None:
    store = CountingKeys()
    keys = CachedKeyStore(store)
    start = datetime(2026, 9, 24, tzinfo=UTC)
    for _ in range(3):
        assert await keys.authenticate("cd_unknown", start) is None
    assert store.asked == 3

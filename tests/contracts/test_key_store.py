"""What every `KeyStore` keeps to, whatever it is built on."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.core.ports import KeyStore
from cryptodesk.core.requests import Caller
from cryptodesk.state.keys import DatabaseKeyStore
from cryptodesk.state.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server

__all__ = ["database", "postgres_server"]

NOW = datetime(2026, 9, 24, 12, tzinfo=UTC)


@pytest.fixture
def keys(database: Database) -> DatabaseKeyStore:
    database.migrate(COMPONENT, MIGRATIONS)
    return DatabaseKeyStore(database)


async def authenticate(keys: KeyStore, presented: str, now: datetime = NOW) -> Caller | None:
    return await keys.authenticate(presented, now)


async def test_a_created_key_is_its_accounts(keys: DatabaseKeyStore) -> None:
    text, record = keys.create("laptop", "acme", NOW)
    assert await authenticate(keys, text) == Caller(account_id="acme", key_id=record.key_id)


async def test_keys_of_one_account_are_told_apart(keys: DatabaseKeyStore) -> None:
    (first_text, first), (second_text, second) = keys.create("a", "acme", NOW), keys.create("b", "acme", NOW)
    assert first_text != second_text
    assert await authenticate(keys, first_text) == Caller("acme", first.key_id)
    assert await authenticate(keys, second_text) == Caller("acme", second.key_id)
    assert first.key_id != second.key_id


@pytest.mark.parametrize("wrong", ["", "cd_", "x" * 46, "\ud800", "\x00", "ключ", "cd_" + "A" * 100_000])
async def test_an_unknown_key_is_nobodys(keys: DatabaseKeyStore, wrong: str) -> None:
    keys.create("laptop", "acme", NOW)
    assert await authenticate(keys, wrong) is None


async def test_no_part_or_variant_of_a_key_passes_for_it(keys: DatabaseKeyStore) -> None:
    text, record = keys.create("laptop", "acme", NOW)
    for variant in (text[:-1], text + "A", text[3:], text.upper(), f" {text}", record.key_id):
        assert await authenticate(keys, variant) is None


async def test_a_revoked_key_is_refused_from_then_on_and_the_others_are_not(keys: DatabaseKeyStore) -> None:
    (revoked_text, revoked), (kept_text, _) = keys.create("a", "acme", NOW), keys.create("b", "acme", NOW)
    assert keys.revoke(revoked.key_id, NOW)
    assert await authenticate(keys, revoked_text) is None
    assert await authenticate(keys, kept_text) is not None


async def test_a_key_is_valid_until_the_moment_it_expires(keys: DatabaseKeyStore) -> None:
    expires_at = NOW + timedelta(days=1)
    text, _ = keys.create("a", "acme", NOW, expires_at)
    assert await authenticate(keys, text, expires_at - timedelta(milliseconds=1)) is not None
    assert await authenticate(keys, text, expires_at) is None


async def test_revoking_tells_whether_there_was_such_a_key(keys: DatabaseKeyStore) -> None:
    _, record = keys.create("a", "acme", NOW)
    assert not keys.revoke("key_nobody", NOW)
    assert keys.revoke(record.key_id, NOW)
    assert not keys.revoke(record.key_id, NOW + timedelta(days=1))
    assert [key.revoked_at for key in keys.list()] == [NOW]


async def test_keys_are_listed_oldest_first_with_all_that_is_known_of_them(keys: DatabaseKeyStore) -> None:
    expires_at = NOW + timedelta(days=30)
    _, later = keys.create("b", "other", NOW + timedelta(seconds=1), expires_at)
    _, earlier = keys.create("a", "acme", NOW)
    assert keys.list() == (earlier, later)
    assert (earlier.name, earlier.account_id, earlier.created_at, earlier.expires_at) == ("a", "acme", NOW, None)
    assert (later.name, later.account_id, later.expires_at, later.revoked_at) == ("b", "other", expires_at, None)


async def test_a_bootstrap_key_is_added_once_however_often_the_server_starts(keys: DatabaseKeyStore) -> None:
    first = keys.add("my-own-bootstrap-key", "bootstrap", "main", NOW)
    again = keys.add("my-own-bootstrap-key", "renamed", "other", NOW + timedelta(days=1))
    assert again == first
    assert keys.list() == (first,)
    assert await authenticate(keys, "my-own-bootstrap-key") == Caller("main", first.key_id)


async def test_a_revoked_bootstrap_key_does_not_come_back(keys: DatabaseKeyStore) -> None:
    record = keys.add("my-own-bootstrap-key", "bootstrap", "main", NOW)
    keys.revoke(record.key_id, NOW)
    assert keys.add("my-own-bootstrap-key", "bootstrap", "main", NOW).revoked_at == NOW
    assert await authenticate(keys, "my-own-bootstrap-key") is None


@pytest.mark.parametrize(
    "unusable", ["", "short", "fifteen-letters", "with a space in it", "mit-ümlaut-im-wort", "x\ny" * 9]
)
def test_a_key_that_is_no_secret_or_fits_no_header_is_refused(keys: DatabaseKeyStore, unusable: str) -> None:
    with pytest.raises(ValueError, match="an API key"):
        keys.add(unusable, "bootstrap", "main", NOW)
    assert keys.list() == ()


async def test_a_key_is_for_everything_or_for_what_it_was_made_for(keys: DatabaseKeyStore) -> None:
    _, whole = keys.create("a", "acme", NOW)
    _, part = keys.create("b", "acme", NOW, scopes=("account",))
    assert (whole.scopes, part.scopes) == (("run", "account"), ("account",))
    assert [key.scopes for key in (whole, part) if key in keys.list()] == [("run", "account"), ("account",)]
    assert await keys.scopes_of(whole.key_id) == ("run", "account")
    assert await keys.scopes_of(part.key_id) == ("account",)
    assert await keys.scopes_of("key_nobody") == ()


async def test_a_key_made_before_there_were_scopes_is_for_everything_and_a_new_scope_for_nothing_known(
    keys: DatabaseKeyStore, database: Database
) -> None:
    for key_id, columns in (("old", ""), ("newer", ", scopes")):
        sql = f"INSERT INTO api_keys (key_id, key_hash, account_id, name, created_at{columns}) VALUES (?, ?, ?, ?, ?"
        values = (key_id, key_id.encode(), "acme", "a", 0.0, *(("run fly",) if columns else ()))
        await database.execute(sql + (", ?)" if columns else ")"), values)
    assert await keys.scopes_of("old") == ("run", "account")
    assert await keys.scopes_of("newer") == ("run",)

"""API keys: shown once, stored as a hash, looked up afresh for every request."""

from __future__ import annotations

import hashlib
import hmac
import logging
import secrets
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Final, Literal, get_args

from msgspec import Struct

from cryptodesk.core.errors import InternalError, LedgerUnavailable
from cryptodesk.core.ports import KeyStore
from cryptodesk.core.requests import Caller
from cryptodesk.storage.database import Connection, Database

__all__ = ["KEY_PREFIX", "KEY_SCOPES", "CachedKeyStore", "DatabaseKeyStore", "KeyRecord", "KeyScope"]

log = logging.getLogger("cryptodesk.keys")

# `run` asks and is answered; `account` reads what the account has used and what is kept of it.
KeyScope = Literal["run", "account"]
KEY_SCOPES: Final[tuple[KeyScope, ...]] = get_args(KeyScope)

KEY_PREFIX = "cd_"
_SHORTEST_KEY = 16

_COLUMNS = "key_id, account_id, name, created_at, expires_at, revoked_at, scopes"
_SELECT_VALID = (
    "SELECT key_hash, account_id, key_id, expires_at FROM api_keys WHERE key_hash = ? AND revoked_at IS NULL"
)
_INSERT = (
    "INSERT INTO api_keys (key_id, key_hash, account_id, name, created_at, expires_at, scopes) "
    "VALUES (?, ?, ?, ?, ?, ?, ?)"
)
_SELECT_SCOPES = "SELECT scopes FROM api_keys WHERE key_id = ?"
_SELECT_BY_HASH = f"SELECT {_COLUMNS} FROM api_keys WHERE key_hash = ?"  # noqa: S608 - constants
_SELECT_ALL = f"SELECT {_COLUMNS} FROM api_keys ORDER BY created_at, key_id"  # noqa: S608 - constants
_REVOKE = "UPDATE api_keys SET revoked_at = ? WHERE key_id = ? AND revoked_at IS NULL"


class KeyRecord(Struct, frozen=True):
    """What is known of a key, without the key. Times are aware, in UTC. `scopes` never change."""

    key_id: str
    account_id: str
    name: str
    created_at: datetime
    expires_at: datetime | None = None
    revoked_at: datetime | None = None
    scopes: tuple[KeyScope, ...] = KEY_SCOPES


class DatabaseKeyStore:
    """Reads the database for every request, so that what another process creates or revokes holds at once."""

    def __init__(self, database: Database) -> None:
        self._database = database

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        """Whose key this is; None if it is unknown, revoked or expired."""
        presented_hash = _hash(presented_key)
        found = await self._database.fetch(_SELECT_VALID, (presented_hash,))
        for key_hash, account_id, key_id, expires_at in found:
            is_expired = expires_at is not None and expires_at <= now.timestamp()
            if hmac.compare_digest(key_hash, presented_hash) and not is_expired:
                return Caller(account_id, key_id)
        return None

    async def scopes_of(self, key_id: str) -> tuple[KeyScope, ...]:
        """What the key is for; nothing for a key that is not here."""
        rows = await self._database.fetch(_SELECT_SCOPES, (key_id,))
        return _scopes(rows[0][0]) if rows else ()

    def create(
        self,
        name: str,
        account_id: str,
        now: datetime,
        expires_at: datetime | None = None,
        scopes: Sequence[KeyScope] = KEY_SCOPES,
    ) -> tuple[str, KeyRecord]:
        """The text of a new key, which is never shown again, and its record. Blocks until it is on disk."""
        key_text = KEY_PREFIX + secrets.token_urlsafe(32)
        return key_text, self.add(key_text, name, account_id, now, expires_at, scopes)

    def add(
        self,
        key_text: str,
        name: str,
        account_id: str,
        now: datetime,
        expires_at: datetime | None = None,
        scopes: Sequence[KeyScope] = KEY_SCOPES,
    ) -> KeyRecord:
        """The record of a key that somebody else made; if it is there already, the record it has, unchanged: a
        revoked key stays revoked. Blocks until it is on disk.

        Raises: ValueError if the text is too short to be a secret or cannot travel in a header."""
        _refuse_unusable(key_text)
        key_hash = _hash(key_text)
        new_row = (
            f"key_{secrets.token_hex(8)}",
            key_hash,
            account_id,
            name,
            now.timestamp(),
            expires_at.timestamp() if expires_at else None,
            " ".join(scopes),
        )

        def insert_once(connection: Connection) -> Any:
            if not connection.execute(_SELECT_BY_HASH, (key_hash,)).fetchall():
                connection.execute(_INSERT, new_row)
            return connection.execute(_SELECT_BY_HASH, (key_hash,)).fetchall()[0]

        return _to_record(self._database.write_blocking(insert_once))

    def revoke(self, key_id: str, now: datetime) -> bool:
        """Whether a key was revoked now; False if there is none of this id that is not revoked. Blocks until it is
        on disk; every process refuses the key from then on."""
        revoked_at = now.timestamp()
        return self._database.write_blocking(
            lambda connection: connection.execute(_REVOKE, (revoked_at, key_id)).rowcount == 1
        )

    def list(self) -> tuple[KeyRecord, ...]:
        """All keys, oldest first, revoked and expired ones too."""
        return tuple(_to_record(row) for row in self._database.read(_SELECT_ALL))


class CachedKeyStore:
    """Remembers the keys that another store found valid, for `seconds` each, so that a request costs no look-up.

    A revocation holds after that time at the latest. Unknown keys are never remembered."""

    def __init__(self, store: KeyStore, *, seconds: float = 1.0) -> None:
        self._store = store
        self._seconds = timedelta(seconds=seconds)
        self._known: dict[bytes, tuple[Caller, datetime]] = {}

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        """Whose key this is; None if it is unknown, revoked or expired. Raises: LedgerUnavailable."""
        presented_hash = _hash(presented_key)
        known = self._known.get(presented_hash)
        # A clock that was put back must not make a revoked key valid until it has caught up.
        if known is not None and known[1] - self._seconds <= now < known[1]:
            return known[0]
        try:
            caller = await self._store.authenticate(presented_key, now)
        except InternalError as error:
            log.exception("a key could not be looked up")
            raise LedgerUnavailable("Keys cannot be looked up now, so nothing was run.") from error
        if caller is None:
            self._known.pop(presented_hash, None)
        else:
            self._known[presented_hash] = (caller, now + self._seconds)
        return caller


def _hash(key_text: str) -> bytes:
    # A fast hash suffices: a key holds 256 random bits, so nobody guesses it however many guesses a second he makes.
    # Slow hashes protect what people choose; here one would only cost every request a tenth of a second.
    return hashlib.sha256(key_text.encode("utf-8", "surrogatepass")).digest()


def _refuse_unusable(key_text: str) -> None:
    if len(key_text) < _SHORTEST_KEY:
        raise ValueError(f"an API key needs at least {_SHORTEST_KEY} characters, got {len(key_text)}: use a random one")
    if not all("!" <= character <= "~" for character in key_text):
        raise ValueError("an API key may hold only visible ASCII characters without spaces")


def _to_record(row: Any) -> KeyRecord:
    key_id, account_id, name, created_at, expires_at, revoked_at, scopes = row
    times = (_moment(created_at), _optional(expires_at), _optional(revoked_at))
    return KeyRecord(key_id, account_id, name, *times, _scopes(scopes))


def _scopes(text: str) -> tuple[KeyScope, ...]:
    """Without those that only a newer program knows: they allow nothing here."""
    return tuple(scope for scope in KEY_SCOPES if scope in text.split())


def _moment(unix_seconds: float) -> datetime:
    return datetime.fromtimestamp(unix_seconds, UTC)


def _optional(unix_seconds: float | None) -> datetime | None:
    return None if unix_seconds is None else _moment(unix_seconds)

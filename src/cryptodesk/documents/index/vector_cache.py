"""Vectors by what they were computed from, so that an index built anew does not embed again."""

from __future__ import annotations

import hashlib
import sqlite3
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from cryptodesk.documents.index.container import Array

__all__ = ["VectorCache", "vector_key"]

_VARIABLES = 500
_SCHEMA = "CREATE TABLE IF NOT EXISTS vectors (hash BLOB PRIMARY KEY, vector BLOB NOT NULL) WITHOUT ROWID"


def vector_key(model_id: str, text: str) -> bytes:
    """What a vector is known by: 32 bytes of the model and the text that it was computed from."""
    return hashlib.sha256(f"{model_id}\n{text}".encode()).digest()


class VectorCache:
    """Half floats by hash, in one file. It may be lost at any time; a damaged one is begun anew. For one thread."""

    def __init__(self, path: Path) -> None:
        self._path = path
        try:
            self._connection = self._connect()
            self._connection.execute("SELECT count(*) FROM (SELECT 1 FROM vectors LIMIT 1)")
        except sqlite3.DatabaseError:
            self._begin_anew()

    def _connect(self) -> sqlite3.Connection:
        connection = sqlite3.connect(self._path, isolation_level=None)
        # A power cut may lose the last vectors, which costs computing them again.
        connection.executescript(f"PRAGMA journal_mode=WAL; PRAGMA synchronous=NORMAL; {_SCHEMA}")
        return connection

    def _begin_anew(self) -> None:
        for suffix in ("", "-wal", "-shm"):
            self._path.with_name(self._path.name + suffix).unlink(missing_ok=True)
        self._connection = self._connect()

    def find(self, hashes: Sequence[bytes]) -> dict[bytes, Array]:
        found: dict[bytes, Array] = {}
        try:
            for at in range(0, len(hashes), _VARIABLES):
                some = hashes[at : at + _VARIABLES]
                marks = ",".join("?" * len(some))
                rows = self._connection.execute(f"SELECT hash, vector FROM vectors WHERE hash IN ({marks})", some)  # noqa: S608 - question marks only
                found.update((key, np.frombuffer(vector, np.float16)) for key, vector in rows)
        except sqlite3.DatabaseError:
            self._begin_anew()
        return found

    def keep(self, vectors: Mapping[bytes, Array]) -> None:
        rows = [(key, np.asarray(vector, np.float16).tobytes()) for key, vector in vectors.items()]
        try:
            self._connection.execute("BEGIN")
            self._connection.executemany("INSERT OR REPLACE INTO vectors VALUES (?, ?)", rows)
            self._connection.execute("COMMIT")
        except sqlite3.DatabaseError:
            self._begin_anew()

    def forget(self, hashes: Sequence[bytes]) -> None:
        """Of passages that are gone."""
        try:
            self._connection.executemany("DELETE FROM vectors WHERE hash = ?", [(each,) for each in hashes])
        except sqlite3.DatabaseError:
            self._begin_anew()

    def close(self) -> None:
        self._connection.close()

"""Seals: a chain of hashes over the ledger's rows, so that what is changed behind the program's back can be found.

The hash of a row covers the row and the hash of the row before it. A seal keeps the last hash of up to some hundred
rows and a short mark of each, by which the first row that is not what was sealed is named. Rows are sealed after their
commit, by a reader: no run waits for it."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator, Sequence
from hashlib import sha256
from math import isfinite
from typing import Final, Literal

from msgspec import Struct

from cryptodesk.storage.database import Connection, Database

__all__ = ["BOOKS", "Book", "Finding", "Sealer", "as_sealed", "load_sealed_texts", "verify"]

Book = Literal["entries", "holds"]
BOOKS: Final[tuple[Book, ...]] = ("entries", "holds")

_ROWS_A_SEAL = 512
_MARK_BYTES = 8
# How the text of a row without a note ends, behind whether its usage is an estimate.
_ENDS_WITHOUT_NOTE = ("|0|", "|1|")
_BEGIN = bytes(32)

_BAR = " || '|' || "
# Each text as hexadecimal, because a text may hold anything. What stands around the moments of a row, which are written
# here, because no two databases need write a float alike.
_TEXTS = ("entry_id", "account_id", "key_id", "run_id", "kind", "amount_usd", "model_id", "price_version", "outcome")
_TOKENS = (
    "input_tokens",
    "output_tokens",
    "cache_read_tokens",
    "reasoning_tokens",
    "cache_write_tokens",
    "cache_write_1h_tokens",
)
_COLUMNS: Final[dict[Book, tuple[str, ...]]] = {
    "entries": (
        _BAR.join(f"hex({name})" for name in (*_TEXTS, "served_by")),
        "created_at",
        _BAR.join((*_TOKENS, "hex(reported_usd)", "usage_is_estimated", "hex(note)")),
    ),
    "holds": (_BAR.join(f"hex({name})" for name in _TEXTS), "created_at", "lapses_at"),
}
_ROWS: Final[dict[Book, str]] = {
    book: f"SELECT position, {', '.join(columns)} FROM ledger_{book} WHERE position > ? ORDER BY position LIMIT ?"  # noqa: S608
    for book, columns in _COLUMNS.items()
}
_WHOLE_FROM: Final = 2.0**52
_LAST = "SELECT number, last_position, digest FROM ledger_seals WHERE book = ? ORDER BY number DESC LIMIT 1"
_SEALS = "SELECT number, last_position, digest, marks FROM ledger_seals WHERE book = ? ORDER BY number"
_INSERT = "INSERT INTO ledger_seals VALUES (?, ?, ?, ?, ?, ?)"


def load_sealed_texts(database: Database, book: Book, after: int, count: int) -> list[tuple[int, str]]:
    """Positions and the texts that are hashed of so many rows after a position: the same in every database."""
    return [
        (position, f"{position}|{opening or ''}|{_moment(created_at)}|{_moment(end) if book == 'holds' else end}")
        for position, opening, created_at, end in database.read(_ROWS[book], (after, count))
    ]


def as_sealed(rows: Sequence[tuple[int, str]], digest: bytes, marks: bytes) -> Sequence[tuple[int, str]]:
    """The rows of one seal, with the texts that it was made of: before entries had notes, a text had no field for one.
    The mark of the seal's first row tells which they were; `digest` is the chain's hash before it.

    Neither form hides what the other shows: an older text ends with a field of one digit, and no newer one does, whose
    last field is a note's bytes in hexadecimal. A note that was put to a row without one is in the text either way."""
    if not rows or _mark(digest, rows[0][1]) == marks[:_MARK_BYTES]:
        return rows
    older = [(position, text[:-1] if text.endswith(_ENDS_WITHOUT_NOTE) else text) for position, text in rows]
    return older if _mark(digest, older[0][1]) == marks[:_MARK_BYTES] else rows


def _mark(digest: bytes, text: str) -> bytes:
    return next(_chain(digest, iter((text,))))[:_MARK_BYTES]


def _moment(seconds: object) -> int | str:
    """In microseconds, half of one rounded away from zero."""
    if not isinstance(seconds, float) or not isfinite(seconds):  # was put there by somebody else
        return repr(seconds)
    micros = seconds * 1_000_000
    if abs(micros) >= _WHOLE_FROM:
        return int(micros)
    return int(micros + 0.5 if micros >= 0 else micros - 0.5)


class Finding(Struct, frozen=True):
    """What a book's seals say of it. `fault` names the first entry that is not what was sealed; `head` is the last
    seal's hash, which proves the whole book to who noted it; `unsealed` entries came after it."""

    book: Book
    sealed: int
    unsealed: int
    head: str
    fault: str | None = None


class Sealer:
    def __init__(self, database: Database, now: Callable[[], float]) -> None:
        self._database = database
        self._now = now

    async def seal(self) -> int:
        """How many rows were sealed now. Hashing is done in a thread."""
        return await asyncio.to_thread(self.seal_blocking)

    def seal_blocking(self) -> int:
        """As `seal`, for a command."""
        return sum(self._seal_book(book) for book in BOOKS)

    def _seal_book(self, book: Book) -> int:
        sealed = 0
        while rows := self._seal_some(book):
            sealed += rows
        return sealed

    def _seal_some(self, book: Book) -> int:
        """0 where nothing is left, or another process sealed at the same moment."""
        last = self._database.read(_LAST, (book,))
        number, position, digest = last[0] if last else (0, 0, _BEGIN)
        rows = load_sealed_texts(self._database, book, position, _ROWS_A_SEAL)
        if not rows:
            return 0
        hashes = list(_chain(digest, (text for _, text in rows)))
        marks = b"".join(each[:_MARK_BYTES] for each in hashes)
        seal = (book, number + 1, rows[-1][0], hashes[-1], marks, self._now())

        def insert(connection: Connection) -> bool:
            latest = connection.execute(_LAST, (book,)).fetchone()
            if (latest[0] if latest else 0) != number:
                return False
            connection.execute(_INSERT, seal)
            return True

        return len(rows) if self._database.write_blocking(insert) else 0


def verify(database: Database, book: Book, noted: str = "") -> Finding:
    """Computes every seal of the book anew. `noted` is the head of an earlier time, which must still be among them."""
    seals = database.read(_SEALS, (book,))
    position, digest = 0, _BEGIN
    fault = _outside(database, book)
    heads = {seal[2].hex() for seal in seals}
    for expected, (number, last_position, sealed_digest, marks) in enumerate(seals, 1):
        if fault is not None:
            break
        if number != expected:
            fault = f"seal {expected} is gone"
            break
        count = len(marks) // _MARK_BYTES
        found = [row for row in load_sealed_texts(database, book, position, count) if row[0] <= last_position]
        rows = as_sealed(found, digest, marks)
        hashes = list(_chain(digest, (text for _, text in rows)))
        fault = _first_fault(rows, hashes, marks, position, last_position)
        if fault is None and hashes[-1] != sealed_digest:
            fault = f"seal {number} itself was changed"
        position, digest = last_position, sealed_digest
    if fault is None and noted and noted not in heads:
        fault = f"no seal has the hash {noted!r} that was noted: entries sealed by then were taken away or changed"
    ((unsealed,),) = database.read(f"SELECT count(*) FROM ledger_{book} WHERE position > ?", (position,))  # noqa: S608
    sealed = sum(len(seal[3]) // _MARK_BYTES for seal in seals)
    return Finding(book, sealed, unsealed, seals[-1][2].hex() if seals else "", fault)


def _first_fault(
    rows: Sequence[tuple[int, str]], hashes: Sequence[bytes], marks: bytes, position: int, last_position: int
) -> str | None:
    count = len(marks) // _MARK_BYTES
    if count != last_position - position:
        return f"the seal up to position {last_position} was changed"
    for index in range(count):
        expected = position + 1 + index
        if index >= len(rows) or rows[index][0] != expected:
            return f"the entry at position {expected} is gone"
        mark = marks[index * _MARK_BYTES : (index + 1) * _MARK_BYTES]
        if hashes[index][:_MARK_BYTES] != mark:
            return f"the entry at position {expected}, {_name_of(rows[index][1])!r}, is not the one that was sealed"
    return None


def _name_of(text: str) -> str:
    """The entry's id, out of the text that is hashed."""
    return bytes.fromhex(text.split("|", 2)[1]).decode(errors="replace")


def _outside(database: Database, book: Book) -> str | None:
    """Positions count from 1: a row before that was put there by somebody else."""
    rows = database.read(f"SELECT position, entry_id FROM ledger_{book} WHERE position < 1 LIMIT 1", ())  # noqa: S608
    return f"the entry at position {rows[0][0]}, {rows[0][1]!r}, was put in by somebody else" if rows else None


def _chain(digest: bytes, texts: Iterator[str]) -> Iterator[bytes]:
    for text in texts:
        digest = sha256(digest + text.encode()).digest()
        yield digest

"""A run's lines in the ledger, and where each stands in the chain of hashes that seals it."""

from __future__ import annotations

from hashlib import sha256
from typing import Any

from cryptodesk.ledger.export import load_lines
from cryptodesk.ledger.seals import as_sealed, load_sealed_texts
from cryptodesk.storage.database import Database

__all__ = ["load_sealed_lines"]

_COVERING = (
    "SELECT number, digest, marks FROM ledger_seals WHERE book = ? AND last_position >= ? ORDER BY number LIMIT 1"
)
_BEFORE = "SELECT last_position, digest FROM ledger_seals WHERE book = ? AND number = ?"
_BEGIN = (0, bytes(32))


def load_sealed_lines(database: Database, run_id: str) -> list[dict[str, Any]]:
    """Each line with its `seal`: the text that was hashed, the chain's hash before and after it, and the head of the
    seal that covers it. None for a line that is not sealed yet."""
    lines = list(load_lines(database, run_id=run_id))
    for line in lines:
        line["seal"] = _seal(database, line["book"], line["position"])
    return lines


def _seal(database: Database, book: Any, position: int) -> dict[str, Any] | None:
    covering = database.read(_COVERING, (book, position))
    if not covering:
        return None
    ((number, head, marks),) = covering
    before = database.read(_BEFORE, (book, number - 1))
    start, digest = before[0] if before else _BEGIN
    rows = as_sealed(load_sealed_texts(database, book, start, position - start), digest, marks)
    texts = [text for _, text in rows]
    if len(texts) != position - start:
        return None  # rows are gone: `ledger verify` names the first
    for text in texts[:-1]:
        digest = sha256(digest + text.encode()).digest()
    after = sha256(digest + texts[-1].encode()).hexdigest()
    return {"text": texts[-1], "before": digest.hex(), "after": after, "number": number, "head": bytes(head).hex()}

"""Names of what an answer may cite, the same wherever a step of one run meets it."""

from __future__ import annotations

__all__ = ["document_key", "series_key"]


def document_key(document_id: str) -> str:
    """ "document:handbook/defi/restaking"; whoever knows a document by its address alone gives that."""
    return f"document:{document_id}"


def series_key(source: str, entity: int | str | None = None) -> str:
    """ "series:binance_usdm:5426"; without `entity` for data of the whole market or of no one thing."""
    return f"series:{source}" if entity is None else f"series:{source}:{entity}"

"""The filters of a question as one SQL statement, walked newest first, so that it ends as soon as enough was found."""

from __future__ import annotations

from typing import Any

from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.store._moments import FAR_FUTURE, to_micros

__all__ = ["select_recent"]

_MOST = 10_000


def select_recent(query: DocumentQuery) -> tuple[str, tuple[Any, ...]]:
    """The bodies of the newest documents that pass."""
    conditions, values = _conditions(query)
    table, order = "document_revisions r", "r.sort_at DESC, r.revision_id"
    if len(query.asset_ids) == 1:
        # A join that SQLite walks in this order.
        table = "document_assets a CROSS JOIN document_revisions r"
        order = "a.sort_at DESC, a.revision_id"
        conditions[:0] = ["a.asset_id = ?", "r.revision_id = a.revision_id"]
        values.insert(0, query.asset_ids[0])
    elif query.asset_ids:
        chosen = f"SELECT revision_id FROM document_assets WHERE asset_id IN ({_marks(query.asset_ids)})"  # noqa: S608
        conditions.append(f"r.revision_id IN ({chosen})")
        values += query.asset_ids
    where = " AND ".join(conditions)
    sql = f"SELECT r.body FROM {table} WHERE {where} ORDER BY {order} DESC LIMIT ?"  # noqa: S608
    return sql, (*values, max(0, min(query.limit, _MOST)))


def _conditions(query: DocumentQuery) -> tuple[list[str], list[Any]]:
    moment = FAR_FUTURE - 1 if query.as_of is None else to_micros(query.as_of)
    conditions = ["r.known_at <= ?", "r.superseded_at > ?"]
    values: list[Any] = [moment, moment]
    for column, wanted in (("r.type", query.types), ("r.source", query.sources)):
        if wanted:
            conditions.append(f"{column} IN ({_marks(wanted)})")
            values += wanted
    if query.language is not None:
        conditions.append("r.language = ?")
        values.append(query.language)
    for bound, comparison in ((query.published_after, ">="), (query.published_before, "<")):
        if bound is not None:
            conditions += ["r.is_dated = 1", f"r.sort_at {comparison} ?"]
            values.append(to_micros(bound))
    return conditions, values


def _marks(values: tuple[Any, ...]) -> str:
    return ",".join("?" * len(values))

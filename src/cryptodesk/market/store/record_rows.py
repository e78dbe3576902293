"""Writing records: batches by kind and currency, pages of them, and the keys that lead there."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Sequence

from msgspec import Struct

from cryptodesk.market.query import Record, entity_of
from cryptodesk.market.records import (
    CategoryListing,
    ChainTvl,
    CoinListing,
    ExchangeListing,
    Mode,
    NftListing,
    ProtocolTvl,
    Stablecoin,
    TokenListing,
)
from cryptodesk.market.store.bodies import RECORDS_A_PAGE, encode_record, pack
from cryptodesk.market.store.moments import to_micros

__all__ = ["LISTS", "Prepared", "delete_source", "insert_all", "prepare"]


# Kinds of which a source has one list at a moment, so that two of its lists are never to be mixed.
LISTS = frozenset(
    kind.__name__
    for kind in (
        CategoryListing,
        ChainTvl,
        CoinListing,
        ExchangeListing,
        NftListing,
        ProtocolTvl,
        Stablecoin,
        TokenListing,
    )
)


class _Row(Struct, frozen=True):
    entity: str
    key: str
    asset_id: str | None
    as_of: int
    visible_at: int
    line: bytes


class Prepared(Struct, frozen=True):
    """Records of one kind, currency and mode, ready to be written as one batch."""

    kind: str
    quote_currency: str
    mode: Mode
    is_list: bool
    rows: tuple[_Row, ...]


def prepare(records: Iterable[Record], is_list: bool) -> list[Prepared]:
    groups: dict[tuple[str, str, Mode], list[_Row]] = defaultdict(list)
    for record in records:
        currency = str(getattr(record, "quote_currency", "")).upper()
        groups[type(record).__name__, currency, record.provenance.mode].append(_row(record))
    return [Prepared(*group, is_list and group[0] in LISTS, tuple(rows)) for group, rows in groups.items()]


def _row(record: Record) -> _Row:
    entity = str(entity_of(record))
    asset_id = getattr(record, "asset_id", None)
    origin = record.provenance
    return _Row(
        entity=entity,
        key="" if record.key == entity else record.key,
        asset_id=None if asset_id is None or str(asset_id) == entity else str(asset_id),
        as_of=to_micros(origin.as_of),
        visible_at=to_micros(origin.visible_from),
        line=encode_record(record),
    )


def insert_all(connection: sqlite3.Connection, batches: Sequence[Prepared], source: str) -> None:
    for batch in batches:
        _insert(connection, batch, source)


def _insert(connection: sqlite3.Connection, batch: Prepared, source: str) -> None:
    set_id = _set_id(connection, batch, source)
    inserted = connection.execute(
        "INSERT INTO record_batches (set_id, is_list, mode, first_as_of, last_as_of, visible_at, records)"
        " VALUES (?, ?, ?, ?, ?, ?, ?)",
        (
            set_id,
            batch.is_list,
            batch.mode,
            min(row.as_of for row in batch.rows),
            max(row.as_of for row in batch.rows),
            max(row.visible_at for row in batch.rows),
            len(batch.rows),
        ),
    )
    for begin in range(0, len(batch.rows), RECORDS_A_PAGE):
        rows = batch.rows[begin : begin + RECORDS_A_PAGE]
        page_id = connection.execute(
            "INSERT INTO record_pages (batch_id, body) VALUES (?, ?)",
            (inserted.lastrowid, pack([row.line for row in rows])),
        ).lastrowid
        connection.executemany(
            "INSERT OR REPLACE INTO record_keys VALUES (?, ?, ?, ?, ?, ?, ?)",
            (
                (set_id, row.entity, row.key, row.visible_at, page_id, position, row.asset_id)
                for position, row in enumerate(rows)
            ),
        )


def _set_id(connection: sqlite3.Connection, batch: Prepared, source: str) -> int:
    named = (batch.kind, source, batch.quote_currency)
    connection.execute(
        "INSERT INTO record_sets (kind, source, quote_currency) VALUES (?, ?, ?) ON CONFLICT DO NOTHING", named
    )
    (set_id,) = connection.execute(
        "SELECT set_id FROM record_sets WHERE kind = ? AND source = ? AND quote_currency = ?", named
    ).fetchone()
    return int(set_id)


def delete_source(connection: sqlite3.Connection, source: str) -> None:
    """Removes all records of a source, within the transaction of the caller."""
    sets = [row[0] for row in connection.execute("SELECT set_id FROM record_sets WHERE source = ?", (source,))]
    for set_id in sets:
        connection.execute("DELETE FROM record_keys WHERE set_id = ?", (set_id,))
        connection.execute("DELETE FROM record_batches WHERE set_id = ?", (set_id,))
        connection.execute("DELETE FROM record_sets WHERE set_id = ?", (set_id,))

"""Writing records: batches by kind and currency, pages of them, and the keys that lead there."""

from __future__ import annotations

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
from cryptodesk.market.store.reading import count_change, records_area
from cryptodesk.storage.database import Connection

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

_FIND_SET = "SELECT set_id FROM record_sets WHERE kind = ? AND source = ? AND quote_currency = ?"
_MAKE_SET = "INSERT INTO record_sets (kind, source, quote_currency) VALUES (?, ?, ?) RETURNING set_id"
_INSERT_BATCH = """
INSERT INTO record_batches (set_id, is_list, mode, first_as_of, last_as_of, visible_at, records)
VALUES (?, ?, ?, ?, ?, ?, ?) RETURNING batch_id
"""
# The ids of pages are made of their batch's, which is given only once: so they are known before the pages are written,
# and whoever looked one up never finds another page under it. Older pages have small ids of their own.
_PAGE_BITS = 24
_PUT_KEY = """
INSERT INTO record_keys (set_id, entity, key, visible_at, page_id, position, asset_id) VALUES (?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (set_id, entity, key, visible_at) DO UPDATE
SET page_id = excluded.page_id, position = excluded.position, asset_id = excluded.asset_id
"""


class _Row(Struct, frozen=True):
    entity: str
    key: str
    asset_id: str | None
    as_of: int
    visible_at: int
    line: bytes


class Prepared(Struct, frozen=True):
    """Records of one kind, currency and mode, ready to be written as one batch: nothing is left to compute while other
    writers wait. Page by page, `pages` are `RECORDS_A_PAGE` of the rows' lines."""

    kind: str
    quote_currency: str
    mode: Mode
    is_list: bool
    rows: tuple[_Row, ...]
    pages: tuple[bytes, ...]


def prepare(records: Iterable[Record], is_list: bool) -> list[Prepared]:
    groups: dict[tuple[str, str, Mode], list[_Row]] = defaultdict(list)
    for record in records:
        currency = str(getattr(record, "quote_currency", "")).upper()
        groups[type(record).__name__, currency, record.provenance.mode].append(_row(record))
    return [
        Prepared(*group, is_list and group[0] in LISTS, tuple(rows), _pages(rows)) for group, rows in groups.items()
    ]


def _pages(rows: Sequence[_Row]) -> tuple[bytes, ...]:
    return tuple(
        pack([row.line for row in rows[begin : begin + RECORDS_A_PAGE]])
        for begin in range(0, len(rows), RECORDS_A_PAGE)
    )


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


def insert_all(connection: Connection, batches: Sequence[Prepared], source: str) -> None:
    for batch in batches:
        _insert(connection, batch, source)


def _insert(connection: Connection, batch: Prepared, source: str) -> None:
    set_id = _set_id(connection, batch, source)
    (batch_id,) = connection.execute(
        _INSERT_BATCH,
        (
            set_id,
            batch.is_list,
            batch.mode,
            min(row.as_of for row in batch.rows),
            max(row.as_of for row in batch.rows),
            max(row.visible_at for row in batch.rows),
            len(batch.rows),
        ),
    ).fetchone()
    first = batch_id << _PAGE_BITS
    connection.executemany(
        "INSERT INTO record_pages (page_id, batch_id, body) VALUES (?, ?, ?)",
        [(first + number, batch_id, body) for number, body in enumerate(batch.pages)],
    )
    connection.executemany(
        _PUT_KEY,
        [
            (
                set_id,
                row.entity,
                row.key,
                row.visible_at,
                first + place // RECORDS_A_PAGE,
                place % RECORDS_A_PAGE,
                row.asset_id,
            )
            for place, row in enumerate(batch.rows)
        ],
    )
    count_change(connection, records_area(batch.kind))


def _set_id(connection: Connection, batch: Prepared, source: str) -> int:
    named = (batch.kind, source, batch.quote_currency)
    held = connection.execute(_FIND_SET, named).fetchone() or connection.execute(_MAKE_SET, named).fetchone()
    return int(held[0])


def delete_source(connection: Connection, source: str) -> None:
    """Removes all records of a source, within the transaction of the caller."""
    sets = connection.execute("SELECT set_id, kind FROM record_sets WHERE source = ?", (source,)).fetchall()
    for set_id, kind in sets:
        connection.execute("DELETE FROM record_keys WHERE set_id = ?", (set_id,))
        connection.execute("DELETE FROM record_batches WHERE set_id = ?", (set_id,))
        connection.execute("DELETE FROM record_sets WHERE set_id = ?", (set_id,))
        count_change(connection, records_area(kind))

"""Every kind of record at rest, each as it was known at any moment."""

from __future__ import annotations

from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from cryptodesk.market.query import AssetId, Record
from cryptodesk.market.records import TrendingAsset
from cryptodesk.market.store.bodies import Reader, unpack
from cryptodesk.market.store.holdings import Holding
from cryptodesk.market.store.moments import FAR_FUTURE, from_micros, to_micros
from cryptodesk.market.store.record_rows import delete_source, insert_all, prepare
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["RecordStore", "Stored"]

R = TypeVar("R", bound=Record)

_MOST_LISTS_CACHED = 4
_PAGES_A_READ = 200

# Places of one list belong together: a shorter list of today must not be filled up from yesterday's longer one.
_WHOLE_ENTITIES: frozenset[type[Any]] = frozenset({TrendingAsset})


# The newest visible record of each key. With `max`, SQLite takes the other columns from the same row.
_PLACES = "SELECT entity, key, max(visible_at), page_id, position FROM record_keys"
_BY_ENTITY = f"{_PLACES} WHERE set_id = ? AND entity = ? AND visible_at <= ? GROUP BY key"
# Without the hint the primary key would be walked, because it has the order of the groups.
_BY_ASSET = f"""
{_PLACES} INDEXED BY record_keys_by_asset
WHERE set_id = ? AND asset_id = ? AND asset_id IS NOT NULL AND visible_at <= ? GROUP BY entity, key
"""
_ALL = f"{_PLACES} WHERE set_id = ? AND visible_at <= ? GROUP BY entity, key"


# A first page, or the members of one chain, may be saved as a list as well: what is less than half as long as the
# longest list of the week before is not taken for the whole.
_NEWEST_LIST = """
WITH
    visible AS (
        SELECT last_as_of, batch_id, visible_at, records FROM record_batches
        WHERE set_id = ?1 AND is_list = 1 AND visible_at <= ?2
    ),
    recent AS (SELECT * FROM visible WHERE visible_at > (SELECT max(visible_at) FROM visible) - ?3)
SELECT last_as_of, batch_id FROM recent WHERE 2 * records >= (SELECT max(records) FROM recent)
ORDER BY visible_at DESC, batch_id DESC LIMIT 1
"""
_WEEK_MICROS = 7 * 86_400 * 1_000_000


class Stored(Struct, Generic[R], frozen=True):
    """Records that were found; `unreadable` counts those that were written in a form nobody knows any more."""

    records: tuple[R, ...] = ()
    unreadable: int = 0


class _Set(Struct, frozen=True):
    set_id: int
    source: str


class _Place(Struct, frozen=True):
    """Where a record is: its key, when it became visible, its page and its line there. `order` is its source's."""

    order: int
    entity: str
    key: str
    visible_at: int
    page_id: int
    position: int


class RecordStore:
    """Records of any kind in the SQLite file. Where two sources hold the same key, the newer value is given; of equally
    new ones that of the source named first in `sources`, then by the source's name."""

    def __init__(self, database: SqliteDatabase, sources: Sequence[str] = ()) -> None:
        self._database = database
        self._rank = {source: place for place, source in enumerate(sources)}
        # Batches never change, so what was read of one stays true.
        self._lists: OrderedDict[int, Stored[Any]] = OrderedDict()

    async def save(self, records: Iterable[Record], source: str, *, is_list: bool = False) -> int:
        """How many records were saved, all at once or none. Same key, source and moment: the later one counts.

        `is_list` says that these are all there are of their kind at the source (not one page, not the asked ids): a
        question about the whole list is then answered by them alone, so that it is never mixed from several moments.
        It counts for kinds that are lists by nature (see `LISTS`); events and profiles gather over time."""
        batches = prepare(records, is_list)
        if batches:
            await self._database.write(lambda connection: insert_all(connection, batches, source))
        return sum(len(batch.rows) for batch in batches)

    async def forget(self, source: str) -> None:
        """Removes all that came from a source. For data that is put in anew as a whole, within the same mode."""
        await self._database.write(lambda connection: delete_source(connection, source))

    def find(
        self, kind: type[R], ids: Iterable[AssetId], *, quote_currency: str = "USD", as_of: datetime | None = None
    ) -> Stored[R]:
        """The newest visible record of each key of the ids; in no particular order."""
        until = FAR_FUTURE if as_of is None else to_micros(as_of)
        places: list[_Place] = []
        wanted = sorted({str(asked) for asked in ids})
        for order, held in enumerate(self._sets(kind, quote_currency)):
            for entity in wanted:
                found = self._places(_BY_ENTITY, (held.set_id, entity, until), order)
                if getattr(kind, "ENTITY", "asset_id") != "asset_id":
                    found += self._places(_BY_ASSET, (held.set_id, entity, until), order)
                places += _only_whole(found) if kind in _WHOLE_ENTITIES else found
        return _newest(*self._read(kind, places))

    def find_list(self, kind: type[R], *, quote_currency: str = "USD", as_of: datetime | None = None) -> Stored[R]:
        """All there are of a kind: the newest visible list of the source that has it newest, as one consistent batch;
        where no source ever gave its whole list, the newest visible record of each key."""
        until = FAR_FUTURE if as_of is None else to_micros(as_of)
        sets = self._sets(kind, quote_currency)
        heads = [head for held in sets if (head := self._newest_list(held.set_id, until))]
        if heads:
            _, batch_id = max(heads, key=lambda head: head[0])
            return self._load_batch(kind, batch_id)
        places = [place for order, held in enumerate(sets) for place in self._places(_ALL, (held.set_id, until), order)]
        return _newest(*self._read(kind, places))

    def list_is_cached(self, kind: type[R], *, quote_currency: str = "USD", as_of: datetime | None = None) -> bool:
        """Whether `find_list` would answer from memory, in microseconds."""
        until = FAR_FUTURE if as_of is None else to_micros(as_of)
        heads = [head for held in self._sets(kind, quote_currency) if (head := self._newest_list(held.set_id, until))]
        return bool(heads) and max(heads, key=lambda head: head[0])[1] in self._lists

    def holdings(self) -> list[Holding]:
        """What there is, by kind, source and mode."""
        rows = self._database.read(
            "SELECT s.kind, s.source, b.mode, sum(b.records), min(b.first_as_of), max(b.last_as_of),"
            " (SELECT count(DISTINCT entity) FROM record_keys k WHERE k.set_id = s.set_id), s.quote_currency"
            " FROM record_batches b JOIN record_sets s USING (set_id) GROUP BY s.set_id, b.mode"
            " ORDER BY s.kind, s.source, b.mode"
        )
        return [
            Holding(kind, source, mode, count, entities, from_micros(first), from_micros(last), currency)
            for kind, source, mode, count, first, last, entities, currency in rows
        ]

    def _sets(self, kind: type[Any], quote_currency: str) -> list[_Set]:
        rows = self._database.read(
            "SELECT set_id, source FROM record_sets WHERE kind = ? AND quote_currency IN ('', ?)",
            (kind.__name__, quote_currency.upper()),
        )
        return sorted((_Set(*row) for row in rows), key=lambda held: self._order(held.source))

    def _order(self, source: str) -> tuple[int, str]:
        return self._rank.get(source, len(self._rank)), source

    def _places(self, sql: str, asked: tuple[object, ...], order: int) -> list[_Place]:
        return [_Place(order, *row) for row in self._database.read(sql, asked)]

    def _newest_list(self, set_id: int, until: int) -> tuple[int, int] | None:
        rows: list[tuple[int, int]] = self._database.read(_NEWEST_LIST, (set_id, until, _WEEK_MICROS))
        return rows[0] if rows else None

    def _load_batch(self, kind: type[R], batch_id: int) -> Stored[R]:
        held = self._lists.get(batch_id)
        if held is not None:
            self._lists.move_to_end(batch_id)
            return held
        reader = Reader(kind)
        records: list[R] = []
        last_page = -1
        # A few pages at a time, or the list would be in memory as text as well.
        while pages := self._database.read(
            "SELECT page_id, body FROM record_pages WHERE batch_id = ? AND page_id > ? ORDER BY page_id LIMIT 16",
            (batch_id, last_page),
        ):
            for page_id, body in pages:
                records += reader.read_all(unpack(body))
                last_page = page_id
        held = self._lists[batch_id] = Stored(tuple(records), reader.unreadable)
        while len(self._lists) > _MOST_LISTS_CACHED:
            self._lists.popitem(last=False)
        return held

    def _read(self, kind: type[R], places: Sequence[_Place]) -> tuple[list[tuple[_Place, R]], int]:
        by_page: dict[int, list[_Place]] = defaultdict(list)
        for place in places:
            by_page[place.page_id].append(place)
        reader = Reader(kind)
        found: list[tuple[_Place, R]] = []
        wanted = sorted(by_page)
        for begin in range(0, len(wanted), _PAGES_A_READ):
            for page_id, body in self._pages(wanted[begin : begin + _PAGES_A_READ]):
                lines = unpack(body)
                for place in by_page[page_id]:
                    record = reader.read(lines[place.position])
                    if record is not None:
                        found.append((place, record))
        return found, reader.unreadable

    def _pages(self, page_ids: Sequence[int]) -> list[tuple[int, bytes]]:
        marks = ", ".join("?" * len(page_ids))
        return self._database.read(
            f"SELECT page_id, body FROM record_pages WHERE page_id IN ({marks})",  # noqa: S608  question marks only
            page_ids,
        )


def _only_whole(places: list[_Place]) -> list[_Place]:
    """The places of each entity that became visible last, together."""
    newest: dict[str, int] = {}
    for place in places:
        newest[place.entity] = max(place.visible_at, newest.get(place.entity, place.visible_at))
    return [place for place in places if place.visible_at == newest[place.entity]]


def _newest(found: Sequence[tuple[_Place, R]], unreadable: int) -> Stored[R]:
    best: dict[str, tuple[_Place, R]] = {}
    for place, record in found:
        held = best.get(record.key)
        if held is None or _age(place, record) > _age(*held):
            best[record.key] = (place, record)
    return Stored(tuple(record for _, record in best.values()), unreadable)


def _age(place: _Place, record: Record) -> tuple[datetime, int, int]:
    return record.provenance.as_of, place.visible_at, -place.order

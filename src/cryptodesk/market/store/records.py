"""Every kind of record at rest, each as it was known at any moment."""

from __future__ import annotations

import asyncio
from collections import OrderedDict, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any, Generic, TypeVar

from msgspec import Struct

from cryptodesk.market.query import AssetId, Record
from cryptodesk.market.records import TrendingAsset
from cryptodesk.market.store.bodies import RECORDS_A_PAGE, Reader, unpack
from cryptodesk.market.store.holdings import Holding
from cryptodesk.market.store.moments import FAR_FUTURE, from_micros, to_micros
from cryptodesk.market.store.reading import Reading, Reads, records_area
from cryptodesk.market.store.record_rows import delete_source, insert_all, prepare
from cryptodesk.storage.database import Database

__all__ = ["RecordStore", "Stored"]

R = TypeVar("R", bound=Record)
T = TypeVar("T")

_MOST_LISTS_CACHED = 4
# A page is read in half a millisecond.
_FEW_PAGES = 20

# Places of one list belong together: a shorter list of today must not be filled up from yesterday's longer one.
_WHOLE_ENTITIES: frozenset[type[Any]] = frozenset({TrendingAsset})


# The newest visible record of each key: its moment first, then the row of that moment.
_PLACES = """
SELECT k.entity, k.key, k.visible_at, k.page_id, k.position
FROM ({newest}) AS newest JOIN record_keys AS k USING (set_id, entity, key, visible_at)
"""
_NEWEST = "SELECT set_id, entity, key, max(visible_at) AS visible_at FROM {where} GROUP BY set_id, entity, key"
# What narrows the moments down narrows the rows down as well, or a server may look through the whole table for them.
_BY_ENTITY = (
    _PLACES.format(
        newest=_NEWEST.format(where="record_keys WHERE set_id = ? AND entity IN ({marks}) AND visible_at <= ?")
    )
    + "WHERE k.set_id = ? AND k.entity IN ({marks})"
)
# Apart, or the primary key would be walked, because it has the order of the groups.
_MINE = """
WITH mine AS MATERIALIZED (
    SELECT set_id, entity, key, visible_at FROM record_keys
    WHERE set_id = ? AND asset_id IN ({marks}) AND visible_at <= ?
)
"""
_BY_ASSET = _MINE + _PLACES.format(newest=_NEWEST.format(where="mine"))
_ALL = _PLACES.format(newest=_NEWEST.format(where="record_keys WHERE set_id = ? AND visible_at <= ?"))
_PAGES = "SELECT page_id, body FROM record_pages WHERE page_id IN ({marks})"
# Few sizes, so that statements stay prepared.
_AT_ONCE = (200, 25, 5, 1)

# A first page, or the members of one chain, may be saved as a list as well: what is less than half as long as the
# longest list of the week before is not taken for the whole.
_NEWEST_LIST = """
WITH
    visible AS (
        SELECT last_as_of, batch_id, visible_at, records FROM record_batches
        WHERE set_id = ? AND is_list = 1 AND visible_at <= ?
    ),
    recent AS (SELECT * FROM visible WHERE visible_at > (SELECT max(visible_at) FROM visible) - ?)
SELECT last_as_of, batch_id FROM recent WHERE 2 * records >= (SELECT max(records) FROM recent)
ORDER BY visible_at DESC, batch_id DESC LIMIT 1
"""
_WEEK_MICROS = 7 * 86_400 * 1_000_000
# A batch becomes visible with the last of its records.
_LATEST = "SELECT max(visible_at) FROM record_batches WHERE set_id = ?"


class Stored(Struct, Generic[R], frozen=True):
    """Records that were found; `unreadable` counts those that were written in a form nobody knows any more."""

    records: tuple[R, ...] = ()
    unreadable: int = 0


class _Set(Struct, frozen=True):
    """What one source holds of a kind. `order` is the source's, `until` the last moment that may be seen."""

    order: int
    set_id: int
    until: int


class _Place(Struct, frozen=True):
    """Where a record is: its key, when it became visible, its page and its line there. `order` is its source's."""

    order: int
    entity: str
    key: str
    visible_at: int
    page_id: int
    position: int


class RecordStore:
    """Records of any kind in the database. Where two sources hold the same key, the newer value is given; of equally
    new ones that of the source named first in `sources`, then by the source's name."""

    def __init__(self, database: Database, sources: Sequence[str] = ()) -> None:
        self._database = database
        self._reads = Reads(database)
        self._rank = {source: place for place, source in enumerate(sources)}
        # Batches never change, so what was read of one stays true.
        self._lists: OrderedDict[int, Stored[Any]] = OrderedDict()

    async def save(self, records: Iterable[Record], source: str, *, is_list: bool = False) -> int:
        """How many records were saved, all at once or none. Same key, source and moment: the later one counts.

        `is_list` says that these are all there are of their kind at the source (not one page, not the asked ids): a
        question about the whole list is then answered by them alone, so that it is never mixed from several moments.
        It counts for kinds that are lists by nature (see `LISTS`); events and profiles gather over time."""
        given = tuple(records)
        if len(given) > RECORDS_A_PAGE:
            batches = await asyncio.to_thread(prepare, given, is_list)
        else:
            batches = prepare(given, is_list)
        if batches:
            await self._database.write(lambda connection: insert_all(connection, batches, source))
        return sum(len(batch.rows) for batch in batches)

    async def forget(self, source: str) -> None:
        """Removes all that came from a source. For data that is put in anew as a whole, within the same mode."""
        await self._database.write(lambda connection: delete_source(connection, source))

    async def find(
        self, kind: type[R], ids: Iterable[AssetId], *, quote_currency: str = "USD", as_of: datetime | None = None
    ) -> Stored[R]:
        """The newest visible record of each key of the ids; in no particular order."""
        reading = await self._begin(kind)
        wanted = sorted({str(asked) for asked in ids})
        places: list[_Place] = []
        for held in await self._sets(reading, kind, quote_currency, as_of):
            found = await _by_entity(reading, held, wanted)
            if getattr(kind, "ENTITY", "asset_id") != "asset_id":
                found += await _by_asset(reading, held, wanted)
            places += _only_whole(found) if kind in _WHOLE_ENTITIES else found
        return _newest(*await _read(reading, kind, places))

    async def find_list(
        self, kind: type[R], *, quote_currency: str = "USD", as_of: datetime | None = None
    ) -> Stored[R]:
        """All there are of a kind: the newest visible list of the source that has it newest, as one consistent batch;
        where no source ever gave its whole list, the newest visible record of each key."""
        reading = await self._begin(kind)
        sets = await self._sets(reading, kind, quote_currency, as_of)
        heads = [
            head for held in sets for head in await reading.fetch(_NEWEST_LIST, (held.set_id, held.until, _WEEK_MICROS))
        ]
        if heads:
            _, batch_id = max(heads, key=lambda head: head[0])
            return await self._load_batch(reading, kind, batch_id)
        places = [
            _Place(held.order, *row)
            for held in sets
            for row in await reading.fetch_much(_ALL, (held.set_id, held.until))
        ]
        return _newest(*await _read(reading, kind, places))

    def holdings(self) -> list[Holding]:
        """What there is, by kind, source and mode."""
        rows = self._database.read(
            "SELECT s.kind, s.source, b.mode, CAST(sum(b.records) AS INTEGER), min(b.first_as_of), max(b.last_as_of),"
            " (SELECT count(DISTINCT entity) FROM record_keys k WHERE k.set_id = s.set_id), s.quote_currency"
            " FROM record_batches b JOIN record_sets s ON s.set_id = b.set_id GROUP BY s.set_id, b.mode"
            " ORDER BY s.kind, s.source, b.mode, s.quote_currency"
        )
        return [
            Holding(kind, source, mode, count, entities, from_micros(first), from_micros(last), currency)
            for kind, source, mode, count, first, last, entities, currency in rows
        ]

    async def _begin(self, kind: type[Any]) -> Reading:
        return await self._reads.begin(records_area(kind.__name__))

    async def _sets(self, reading: Reading, kind: type[Any], quote_currency: str, as_of: datetime | None) -> list[_Set]:
        rows = await reading.fetch(
            "SELECT set_id, source FROM record_sets WHERE kind = ? AND quote_currency IN ('', ?)",
            (kind.__name__, quote_currency.upper()),
        )
        until = FAR_FUTURE if as_of is None else to_micros(as_of)
        return [
            _Set(order, set_id, await reading.bound(until, _LATEST, (set_id,)))
            for order, (set_id, _) in enumerate(sorted(rows, key=lambda row: (*self._order(row[1]), row[0])))
        ]

    def _order(self, source: str) -> tuple[int, str]:
        return self._rank.get(source, len(self._rank)), source

    async def _load_batch(self, reading: Reading, kind: type[R], batch_id: int) -> Stored[R]:
        held = self._lists.get(batch_id)
        if held is not None:
            self._lists.move_to_end(batch_id)
            return held
        reader = Reader(kind)
        records: list[R] = []
        last_page = -1
        # A few pages at a time, or the list would be in memory as text as well.
        while pages := await reading.fetch_anew(
            "SELECT page_id, body FROM record_pages WHERE batch_id = ? AND page_id > ? ORDER BY page_id LIMIT 16",
            (batch_id, last_page),
        ):
            # Unpacking many thousands takes a tenth of a second, which would hold up everybody else.
            records += await asyncio.to_thread(_read_pages, reader, [body for _, body in pages])
            last_page = pages[-1][0]
        held = self._lists[batch_id] = Stored(tuple(records), reader.unreadable)
        while len(self._lists) > _MOST_LISTS_CACHED:
            self._lists.popitem(last=False)
        return held


def _read_pages(reader: Reader[R], bodies: Iterable[bytes]) -> list[R]:
    return [record for body in bodies for record in reader.read_all(unpack(body))]


async def _by_entity(reading: Reading, held: _Set, wanted: Sequence[str]) -> list[_Place]:
    return [
        _Place(held.order, *row)
        for some in _padded(wanted)
        for row in await reading.fetch(
            _BY_ENTITY.format(marks=_marks(some)), (held.set_id, *some, held.until, held.set_id, *some)
        )
    ]


async def _by_asset(reading: Reading, held: _Set, wanted: Sequence[str]) -> list[_Place]:
    return [
        _Place(held.order, *row)
        for some in _padded(wanted)
        for row in await reading.fetch(_BY_ASSET.format(marks=_marks(some)), (held.set_id, *some, held.until))
    ]


async def _read(reading: Reading, kind: type[R], places: Sequence[_Place]) -> tuple[list[tuple[_Place, R]], int]:
    by_page: dict[int, list[_Place]] = defaultdict(list)
    for place in places:
        by_page[place.page_id].append(place)
    reader = Reader(kind)
    found: list[tuple[_Place, R]] = []
    for some in _padded(sorted(by_page)):
        pages = await reading.fetch(_PAGES.format(marks=_marks(some)), some)
        if len(pages) > _FEW_PAGES:
            found += await asyncio.to_thread(_read_places, reader, pages, by_page)
        else:
            found += _read_places(reader, pages, by_page)
    return found, reader.unreadable


def _read_places(
    reader: Reader[R], pages: Iterable[tuple[int, bytes]], by_page: Mapping[int, Sequence[_Place]]
) -> list[tuple[_Place, R]]:
    found: list[tuple[_Place, R]] = []
    for page_id, body in pages:
        lines = unpack(body)
        for place in by_page[page_id]:
            record = reader.read(lines[place.position])
            if record is not None:
                found.append((place, record))
    return found


def _padded(wanted: Sequence[T]) -> Iterator[tuple[T, ...]]:
    """All that is wanted, in groups of few sizes; the last is filled up with its own last one."""
    begin = 0
    while left := len(wanted) - begin:
        size = min((size for size in _AT_ONCE if size >= left), default=_AT_ONCE[0])
        some = tuple(wanted[begin : begin + size])
        yield some + some[-1:] * (size - len(some))
        begin += len(some)


def _marks(some: Sequence[object]) -> str:
    return ", ".join("?" * len(some))


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

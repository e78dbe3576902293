"""The long tail of assets as market records: an index of their names, and records made when one is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import date
from functools import lru_cache
from threading import Lock

from cryptodesk.catalog.tail import (
    FIRST_OWN_ID,
    TAIL_PUBLISHED_ON,
    TailColumns,
    TailRow,
    TailText,
    load_tail,
    load_tail_text,
)
from cryptodesk.market.identity.keys import KeyHit, KeyKind, KeyTable
from cryptodesk.market.identity.text import normalise
from cryptodesk.market.records.assets import Asset

__all__ = ["LongTail"]

_MOST_CACHED = 2048
# Looking through the lists so often costs about as much as making their index, which a lasting process needs once.
_MOST_LOOKS = 32


class LongTail:
    """Assets that only the old lists name, by row. The lists are read at the first question after one of them, and
    their index is made when there were many, or one after a part of a name. Safe to share between threads."""

    known_from: date = TAIL_PUBLISHED_ON

    def __init__(self, columns: TailColumns | None = None) -> None:
        self._given = columns
        self._keys: KeyTable | None = None
        self._looks = 0
        self._seen: dict[int, TailRow] = {}
        self._by_gecko: dict[str, int] | None = None
        self._lock = Lock()
        self._asset: Callable[[int], Asset] = lru_cache(maxsize=_MOST_CACHED)(self._make_asset)

    def __len__(self) -> int:
        return len(self.columns) - self.columns.first_own

    @property
    def columns(self) -> TailColumns:
        return self._given or load_tail()

    @property
    def keys(self) -> KeyTable:
        """Names, tickers and slugs; a position is a row of `columns`. Assets of the catalogue are not in it."""
        if self._keys is None:
            with self._lock:
                self._keys = self._keys or _index(self.columns)
        return self._keys

    def exact(self, key: str) -> list[KeyHit]:
        """Who bears a normalised text, as `keys.exact` has it."""
        text = self._text()
        if text is None or not key.isascii():
            return self.keys.exact(key)
        return _sorted_hits(self._bearers(text, key), key) if key else []

    def _text(self) -> TailText | None:
        """What may be looked through, None where it is the index's turn."""
        if self._given is not None or self._keys is not None or self._looks >= _MOST_LOOKS:
            return None
        self._looks += 1
        return load_tail_text()

    def _bearers(self, text: TailText, key: str) -> Iterator[tuple[KeyKind, int]]:
        for row, columns in text.holding({key, key.replace(" ", "-")}):
            kind = _kind_of(columns, key) if not columns.first_own else None
            if kind is not None:
                self._seen[row] = columns.row(0)
                yield kind, row

    def asset(self, row: int) -> Asset:
        return self._asset(row)

    def _make_asset(self, row: int) -> Asset:
        record = self._seen.get(row) or self.columns.row(row)
        return Asset(
            asset_id=record.asset_id,
            name=record.name,
            symbol=record.symbol,
            slug=record.slug,
            is_active=record.is_active,
            coingecko_id=record.coingecko_id,
            coinpaprika_id=record.coinpaprika_id,
            successor_id=record.successor_id,
            known_from=self.known_from,
            prior_rank=record.rank,
        )

    def row_of(self, asset_id: int) -> int | None:
        """The row of an id of the desk's own space."""
        text = self._text()
        if text is None:
            row = self.columns.find(asset_id)
            return row if row is not None and row >= self.columns.first_own else None
        row = text.find(asset_id) if asset_id >= FIRST_OWN_ID else None
        if row is not None:
            self._seen[row] = text.one(asset_id).row(0)
        return row

    def row_of_gecko(self, coingecko_id: str) -> int | None:
        """The row of a CoinGecko id, of assets that the catalogue does not hold."""
        if self._by_gecko is None:
            columns = self.columns
            rows = range(columns.first_own, len(columns))
            self._by_gecko = {gecko: row for row in rows if (gecko := columns.row(row).coingecko_id)}
        return self._by_gecko.get(coingecko_id)


def _kind_of(columns: TailColumns, key: str) -> KeyKind | None:
    """As what the only row bears the key."""
    if _folded(columns.symbols) == [key]:
        return "symbol"
    if _folded(columns.names) == [key]:
        return "name"
    slug = columns.slug(0)
    return "slug" if slug and key in {normalise(slug.replace("-", " ")), normalise(slug)} else None


def _sorted_hits(bearers: Iterator[tuple[KeyKind, int]], key: str) -> list[KeyHit]:
    """Tickers before names before slugs, each in the order of the rows: as the index was filled."""
    order: tuple[KeyKind, ...] = ("symbol", "name", "slug")
    found = sorted(bearers, key=lambda one: (order.index(one[0]), one[1]))
    return [KeyHit(row, kind, "exact", 1.0, key) for kind, row in found]


def _index(columns: TailColumns) -> KeyTable:
    keys = KeyTable()
    first = columns.first_own
    keys.add_column(_folded(columns.symbols[first:]), first, "symbol")
    keys.add_column(_folded(columns.names[first:]), first, "name")
    for row in range(first, len(columns)):
        if slug := columns.slug(row):
            keys.add(normalise(slug.replace("-", " ")), row, "slug")
            keys.add(normalise(slug), row, "slug")
    return keys


def _folded(texts: list[str]) -> list[str]:
    # Written single-spaced and printable: for ASCII small letters are the whole of `normalise`.
    return [text.lower() if text.isascii() else normalise(text) for text in texts]

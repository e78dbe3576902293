"""The long tail of assets as market records: an index of their names, and records made when one is asked for."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import lru_cache
from threading import Lock

from cryptodesk.catalog.tail import TAIL_PUBLISHED_ON, TailColumns, load_tail
from cryptodesk.market.identity.keys import KeyTable
from cryptodesk.market.identity.text import normalise
from cryptodesk.market.records.assets import Asset

__all__ = ["LongTail"]

_MOST_CACHED = 2048


class LongTail:
    """Assets that only the old lists name, by row. The lists and their index are read at the first question after one
    of them. Safe to share between threads."""

    known_from: date = TAIL_PUBLISHED_ON

    def __init__(self, columns: TailColumns | None = None) -> None:
        self._given = columns
        self._keys: KeyTable | None = None
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

    def asset(self, row: int) -> Asset:
        return self._asset(row)

    def _make_asset(self, row: int) -> Asset:
        record = self.columns.row(row)
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
        row = self.columns.find(asset_id)
        return row if row is not None and row >= self.columns.first_own else None

    def row_of_gecko(self, coingecko_id: str) -> int | None:
        """The row of a CoinGecko id, of assets that the catalogue does not hold."""
        if self._by_gecko is None:
            columns = self.columns
            rows = range(columns.first_own, len(columns))
            self._by_gecko = {gecko: row for row in rows if (gecko := columns.row(row).coingecko_id)}
        return self._by_gecko.get(coingecko_id)


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

"""The columns that assets are screened by, built once for each list and kept while the list is the same."""

from __future__ import annotations

import asyncio
import copy
from collections import OrderedDict
from collections.abc import Sequence
from datetime import datetime
from operator import is_
from typing import Any

from msgspec import Struct

from cryptodesk.market.records import CategoryListing, CoinListing, ExchangeListing, TokenListing
from cryptodesk.market.screening import FIELDS, AssetType, ScreenTable

__all__ = ["LISTINGS", "TableCache", "build_table", "with_ages"]

LISTINGS: dict[AssetType, type[Any]] = {
    "coin": CoinListing,
    "onchain_token": TokenListing,
    "exchange": ExchangeListing,
    "category": CategoryListing,
}

_MOST_TABLES = 3
# Building a column table of more rows than this would hold up the event loop.
_SHORT_LIST = 300

_DERIVED = frozenset({"supply_ratio", "turnover", "tvl_ratio", "age_days"})


def _top_holder_rate(token: TokenListing) -> float | None:
    return None if token.top_holders_pct is None else token.top_holders_pct / 100


def _dev_holder_rate(token: TokenListing) -> float | None:
    return None if token.developer_pct is None else token.developer_pct / 100


_ONCHAIN_COLUMNS = {"top_holder_rate": _top_holder_rate, "dev_holder_rate": _dev_holder_rate}


class _Kept(Struct):
    """Holding the records themselves keeps their identities from being used again."""

    records: Sequence[Any]
    table: ScreenTable
    aged_at: datetime | None = None
    aged: ScreenTable | None = None


class TableCache:
    """The last few tables. A list counts as the same while it holds the very same records in the same order."""

    def __init__(self, most: int = _MOST_TABLES) -> None:
        self._most = most
        self._kept: OrderedDict[int, _Kept] = OrderedDict()
        self._next = 0
        self.built = 0

    async def table(self, asset_type: AssetType, records: Sequence[Any], now: datetime) -> ScreenTable:
        """The table of the records, with ages as of the moment at which it was built: see `aged`."""
        for number, kept in self._kept.items():
            if len(kept.records) == len(records) and all(map(is_, kept.records, records)):
                self._kept.move_to_end(number)
                return kept.table
        if len(records) <= _SHORT_LIST:
            return build_table(asset_type, records, now)
        table = await asyncio.to_thread(build_table, asset_type, records, now)
        self._keep(_Kept(records, table))
        return table

    async def aged(self, table: ScreenTable, now: datetime) -> ScreenTable:
        """The table with ages as of the minute of `now`."""
        minute = now.replace(second=0, microsecond=0)
        kept = next((one for one in self._kept.values() if one.table is table), None)
        if kept is None:
            return await asyncio.to_thread(with_ages, table, minute)
        if kept.aged is None or kept.aged_at != minute:
            kept.aged, kept.aged_at = await asyncio.to_thread(with_ages, table, minute), minute
        return kept.aged

    def _keep(self, kept: _Kept) -> None:
        self.built += 1
        self._next += 1
        self._kept[self._next] = kept
        while len(self._kept) > self._most:
            self._kept.popitem(last=False)


def build_table(asset_type: AssetType, records: Sequence[Any], now: datetime) -> ScreenTable:
    """Every known field has a column; one that no record of the kind has is empty."""
    fields, kind = FIELDS[asset_type], LISTINGS[asset_type]
    numbers = {field.name: _getter(kind, field.name) for field in fields.values() if field.kind == "number"}
    dates = {field.name: field.name for field in fields.values() if field.kind == "date"}
    if asset_type == "onchain_token":
        # Ages are counted from the first price; tokens have no day on which somebody added them.
        dates = {"date_added": "first_priced_at"}
    table = ScreenTable.from_records(
        records,
        id_field="asset_id",
        numbers={name: getter for name, getter in numbers.items() if name not in _DERIVED},
        dates=dates,
        texts=[field.name for field in fields.values() if field.kind == "text"],
        tags={field.name: "tags" for field in fields.values() if field.kind == "tags"},
    )
    table.add_derived(now)
    return table


def with_ages(table: ScreenTable, now: datetime) -> ScreenTable:
    """The table with ages as of `now`; the other columns are shared."""
    if "age_days" not in table:
        return table
    fresh = copy.copy(table)
    fresh.numbers = {name: column for name, column in table.numbers.items() if name != "age_days"}
    fresh.add_derived(now)
    return fresh


def _getter(kind: type[Any], name: str) -> Any:
    if name in _ONCHAIN_COLUMNS:
        return _ONCHAIN_COLUMNS[name]
    return name if name in kind.__struct_fields__ else _nothing


def _nothing(_: Any) -> None:
    return None

"""What each model costs, by date. Old entries stay: receipts name them."""

from __future__ import annotations

from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

from msgspec import Struct

from cryptodesk.catalog._toml import CatalogError, parse_entry, read_extra, read_shipped
from cryptodesk.core.generation import ModelPrice

__all__ = ["PriceTable", "load_prices"]

_FILE = "prices.toml"
_TABLES = frozenset({"prices"})


class _PriceEntry(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    effective: date
    input_usd: str
    cache_read_usd: str
    output_usd: str
    source: str


class PriceTable:
    """Dated prices by name. An entry holds from 00:00 UTC of its date until the next one of the same name."""

    def __init__(self, dated: dict[str, dict[date, ModelPrice]]) -> None:
        self._dated = {
            name: sorted(((datetime.combine(day, time(), UTC), price) for day, price in days.items()), key=_start)
            for name, days in dated.items()
        }

    @property
    def names(self) -> tuple[str, ...]:
        return tuple(sorted(self._dated))

    def find(self, name: str, moment: datetime) -> ModelPrice | None:
        """The price in force at `moment`; None if none is known, which never means free."""
        in_force = [price for start, price in self._dated.get(name, ()) if start <= moment]
        return in_force[-1] if in_force else None

    def next_change(self, moment: datetime) -> datetime | None:
        """When the first entry after `moment` comes into force; None if there is none."""
        later = [start for dated in self._dated.values() for start, _ in dated if start > moment]
        return min(later, default=None)


def load_prices(extra: Path | None = None) -> PriceTable:
    """The shipped prices and the operator's. His entry wins over a shipped one of the same name and date.

    Raises: CatalogError naming file, entry and field."""
    dated: dict[str, dict[date, ModelPrice]] = {}
    for file, tables in ((_FILE, read_shipped(_FILE)), (str(extra), read_extra(extra, _TABLES))):
        for name, days in _parse_file(tables.get("prices", []), file).items():
            dated.setdefault(name, {}).update(days)
    return PriceTable(dated)


def _parse_file(raw_entries: Any, file: str) -> dict[str, dict[date, ModelPrice]]:
    if not isinstance(raw_entries, list):
        raise CatalogError(f"{file}: prices: expected entries under [[prices]]")
    dated: dict[str, dict[date, ModelPrice]] = {}
    for number, raw in enumerate(raw_entries, 1):
        entry = parse_entry(_PriceEntry, raw, file=file, entry=f"prices entry {number}")
        where = f"{file}: {entry.name}@{entry.effective}"
        days = dated.setdefault(entry.name, {})
        if entry.effective in days:
            raise CatalogError(f"{where}: effective: this name and date stand twice")
        days[entry.effective] = _price(entry, where)
    return dated


def _price(entry: _PriceEntry, where: str) -> ModelPrice:
    return ModelPrice(
        version=f"{entry.name}@{entry.effective.isoformat()}",
        input_usd=_usd(entry.input_usd, f"{where}: input_usd"),
        cache_read_usd=_usd(entry.cache_read_usd, f"{where}: cache_read_usd"),
        output_usd=_usd(entry.output_usd, f"{where}: output_usd"),
    )


def _usd(text: str, where: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise CatalogError(f"{where}: {text!r} is not a decimal number") from None
    if not amount.is_finite() or amount < 0:
        raise CatalogError(f"{where}: {text!r} is not an amount of money")
    return amount


def _start(dated: tuple[datetime, ModelPrice]) -> datetime:
    return dated[0]

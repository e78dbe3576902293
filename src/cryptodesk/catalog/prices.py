"""What each model costs, by date. Old entries stay: receipts name them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, time
from decimal import Decimal, InvalidOperation
from itertools import pairwise
from pathlib import Path
from typing import Any

from msgspec import Struct

from cryptodesk.catalog._hours import Hours, parse_hours
from cryptodesk.catalog._published import PublishedPrices, load_published
from cryptodesk.catalog._toml import CatalogError, parse_entry, read_extra, read_shipped
from cryptodesk.core.generation import ModelPrice, PriceTier

__all__ = ["PriceTable", "load_prices"]

_FILE = "prices.toml"
_TABLES = frozenset({"prices"})
_RATES = ("input_usd", "cache_read_usd", "output_usd", "cache_write_usd", "cache_write_1h_usd", "reasoning_usd")

# The prices of one day, those with hours of their own last. An empty tuple of hours is the whole day.
_Day = list[tuple[tuple[Hours, ...], ModelPrice]]


class _TierEntry(Struct, frozen=True, forbid_unknown_fields=True):
    above_input_tokens: int
    input_usd: str | None = None
    cache_read_usd: str | None = None
    output_usd: str | None = None
    cache_write_usd: str | None = None
    cache_write_1h_usd: str | None = None
    reasoning_usd: str | None = None


class _PriceEntry(Struct, frozen=True, forbid_unknown_fields=True):
    name: str
    effective: date
    input_usd: str
    output_usd: str
    source: str
    cache_read_usd: str | None = None
    cache_write_usd: str | None = None
    cache_write_1h_usd: str | None = None
    reasoning_usd: str | None = None
    tiers: tuple[_TierEntry, ...] = ()
    hours: tuple[str, ...] = ()


class PriceTable:
    """Dated prices by name. An entry holds from 00:00 UTC of its date until the next one of the same name.

    A name such as `vendor/model` that has no entry in force is looked up among the published prices, which
    `load_published` reads when the first such name is asked for."""

    def __init__(
        self, dated: dict[str, dict[date, _Day]], load_published: Callable[[], PublishedPrices | None] = lambda: None
    ) -> None:
        self._dated = {
            name: sorted(((datetime.combine(day, time(), UTC), listed) for day, listed in days.items()), key=_start)
            for name, days in dated.items()
        }
        self._load_published = load_published
        self._published: PublishedPrices | None = None
        self._is_loaded = False

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the entries; published prices are not listed."""
        return tuple(sorted(self._dated))

    def find(self, name: str, moment: datetime) -> ModelPrice | None:
        """The price in force at `moment`; None if none is known, which never means free."""
        for start, listed in reversed(self._dated.get(name, ())):
            if start <= moment and (price := _at(listed, moment)) is not None:
                return price
        published = self._published_prices(name)
        return None if published is None else published.find(name, moment)

    def next_change(self, name: str, moment: datetime) -> datetime | None:
        """When the price of `name` may next become another one; None if nothing is to come."""
        edges = [start for start, _ in self._dated.get(name, ()) if start > moment]
        edges += [
            hours.next_edge(moment)
            for _, listed in self._dated.get(name, ())
            for of_day, _ in listed
            for hours in of_day
        ]
        if (published := self._published_prices(name)) is not None:
            later = published.next_change(name, moment)
            edges += [] if later is None else [later]
        return min(edges, default=None)

    def _published_prices(self, name: str) -> PublishedPrices | None:
        if "/" not in name:
            return None
        if not self._is_loaded:
            self._published = self._load_published()
            self._is_loaded = True
        return self._published


def load_prices(
    extra: Path | None = None, load_published: Callable[[], PublishedPrices | None] = load_published
) -> PriceTable:
    """The shipped prices and the operator's, over the published ones. What he says of a name and date wins over what
    is shipped.

    Raises: CatalogError naming file, entry and field."""
    dated: dict[str, dict[date, _Day]] = {}
    for file, tables in ((_FILE, read_shipped(_FILE)), (str(extra), read_extra(extra, _TABLES))):
        for name, days in _parse_file(tables.get("prices", []), file).items():
            dated.setdefault(name, {}).update(days)
    return PriceTable(dated, load_published)


def _parse_file(raw_entries: Any, file: str) -> dict[str, dict[date, _Day]]:
    if not isinstance(raw_entries, list):
        raise CatalogError(f"{file}: prices: expected entries under [[prices]]")
    dated: dict[str, dict[date, _Day]] = {}
    for number, raw in enumerate(raw_entries, 1):
        entry = parse_entry(_PriceEntry, raw, file=file, entry=f"prices entry {number}")
        where = f"{file}: {entry.name}@{entry.effective}"
        listed = dated.setdefault(entry.name, {}).setdefault(entry.effective, [])
        hours = _hours(entry, where)
        if any(hours == known for known, _ in listed):
            raise CatalogError(f"{where}: effective: this name and date stand twice")
        listed.append((hours, _price(entry, where)))
        listed.sort(key=lambda each: bool(each[0]))
    return dated


def _hours(entry: _PriceEntry, where: str) -> tuple[Hours, ...]:
    try:
        return tuple(parse_hours(text) for text in entry.hours)
    except ValueError as error:
        raise CatalogError(f"{where}: hours: {error}") from None


def _price(entry: _PriceEntry, where: str) -> ModelPrice:
    hours = f" {', '.join(entry.hours)} UTC" if entry.hours else ""
    rates = _rates(entry, where)
    for lower, higher in pairwise((0, *(tier.above_input_tokens for tier in entry.tiers))):
        if higher <= lower:
            raise CatalogError(f"{where}: tiers: above_input_tokens must rise from one to the next")
    tiers = tuple(
        PriceTier(tier.above_input_tokens, **_rates(entry, where, tier, f"{where}: tiers")) for tier in entry.tiers
    )
    return ModelPrice(f"{entry.name}@{entry.effective.isoformat()}{hours}", **rates, tiers=tiers)


def _rates(entry: _PriceEntry, where: str, tier: _TierEntry | None = None, tier_where: str = "") -> dict[str, Any]:
    """The rates that are given; a tier has those of its entry that it does not change. Reading from a cache without a
    rate is reading."""
    rates = _given(entry, where) | (_given(tier, tier_where) if tier else {})
    return {"cache_read_usd": rates["input_usd"]} | rates


def _given(entry: _PriceEntry | _TierEntry, where: str) -> dict[str, Decimal]:
    texts = {rate: text for rate in _RATES if (text := getattr(entry, rate)) is not None}
    return {rate: _usd(text, f"{where}: {rate}") for rate, text in texts.items()}


def _usd(text: str, where: str) -> Decimal:
    try:
        amount = Decimal(text)
    except InvalidOperation:
        raise CatalogError(f"{where}: {text!r} is not a decimal number") from None
    if not amount.is_finite() or amount < 0:
        raise CatalogError(f"{where}: {text!r} is not an amount of money")
    return amount


def _at(listed: _Day, moment: datetime) -> ModelPrice | None:
    """Of a day's prices the one of this hour, else that of the whole day."""
    fitting = [price for hours, price in listed if not hours or any(moment in each for each in hours)]
    return fitting[-1] if fitting else None


def _start(dated: tuple[datetime, _Day]) -> datetime:
    return dated[0]

"""Which instrument of an exchange is of which asset. A ticker counts only where no other asset claims it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset
from cryptodesk.market.sources._source import Crosswalk, SourceContext

__all__ = ["Contract", "Naming", "asset_ids", "is_past", "launched_at"]

_TICKER = re.compile(r"[A-Z0-9]{1,20}")
_LONGEST_ID = 12
# Contracts on many coins at once: "1000PEPE", "1MBABYDOGE", "SHIB1000".
_MULTIPLE_BEFORE = re.compile(r"(10{3,6}|1M)([A-Z][A-Z0-9]*)")
_MULTIPLE_AFTER = re.compile(r"([A-Z][A-Z0-9]*?)(10{3,6})")


def asset_ids(query: Query[Any]) -> tuple[int, ...]:
    """The numbers among the ids asked for, each once: coins have numbers."""
    texts = (str(asked) for asked in query.ids or ())
    numbers = (int(text) for text in texts if text.isascii() and text.isdigit() and len(text) <= _LONGEST_ID)
    return tuple(dict.fromkeys(numbers))


def is_past(query: Query[Any], context: SourceContext, ttl_seconds: float) -> bool:
    """Whether the question is about a moment that the latest values no longer tell of."""
    return query.as_of is not None and query.as_of < context.now - timedelta(seconds=ttl_seconds)


def launched_at(asset: Asset) -> datetime | None:
    """The earliest moment that fits the asset's launch date; None where that is not known.

    Exchanges give a ticker away again: what traded as LUNA before May 2022 is another asset."""
    if asset.launched is None:
        return None
    year, month, day = ([int(part) for part in asset.launched.split("-")] + [1, 1])[:3]
    return datetime(year, month, day, tzinfo=UTC)


class Contract(Struct, frozen=True):
    """What one unit of an instrument is: `coins` coins of the asset."""

    asset: Asset
    coins: int = 1


class Naming(Struct, frozen=True):
    """How a market names what it trades. `market` is its key in `Asset.exchange_symbols`; `joint` and `tail` make
    "BTC-USDT-SWAP" of "BTC" and "USDT"; `renamed` has its spelling of a ticker where it is not ours.

    `named_after` is the quote currency of the instruments in `exchange_symbols`."""

    market: str
    named_after: str = ""
    joint: str = ""
    tail: str = ""
    renamed: Mapping[str, str] = {}

    def instrument(self, base: str, quote: str) -> str:
        return f"{base}{self.joint}{quote}{self.tail}"

    def base_of(self, asset: Asset, crosswalk: Crosswalk) -> str | None:
        """The market's ticker of the asset: by its recorded instrument, else its own if nobody else bears it."""
        recorded = asset.exchange_symbols.get(self.market)
        if recorded is not None:
            base = recorded.removesuffix(self.instrument("", self.named_after))
            return base if base and (base != recorded or not self.named_after) else None
        symbol = asset.symbol.upper()
        bearer = crosswalk.by_symbol(asset.symbol) if _TICKER.fullmatch(symbol) else None
        if bearer is None or bearer.asset_id != asset.asset_id:
            return None
        return self.renamed.get(symbol, symbol)

    def contract(self, base: str, crosswalk: Crosswalk) -> Contract | None:
        """The asset that the market's ticker stands for; None for a close call or nobody."""
        whole = self._bearer(base, crosswalk)
        name, coins = _without_multiple(base)
        if whole is not None:
            return Contract(whole, coins if whole.symbol.upper() == name else 1)
        part = self._bearer(name, crosswalk) if coins > 1 else None
        return None if part is None else Contract(part, coins)

    def _bearer(self, base: str, crosswalk: Crosswalk) -> Asset | None:
        recorded = crosswalk.by_instrument(self.market, self.instrument(base, self.named_after))
        if recorded is not None:
            return recorded
        ours = {theirs: symbol for symbol, theirs in self.renamed.items()}.get(base, base)
        bearer = crosswalk.by_symbol(ours) if _TICKER.fullmatch(ours) else None
        # An asset with a recorded instrument has that ticker there, and no other.
        return None if bearer is None or self.market in bearer.exchange_symbols else bearer


def _without_multiple(base: str) -> tuple[str, int]:
    if found := _MULTIPLE_BEFORE.fullmatch(base):
        return found[2], int(found[1].replace("M", "000000"))
    if found := _MULTIPLE_AFTER.fullmatch(base):
        return found[1], int(found[2])
    return base, 1

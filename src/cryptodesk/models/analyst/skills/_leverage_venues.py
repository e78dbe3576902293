"""A coin's open interest, volume and funding exchange by exchange: the table, and the sentence on the first."""

# ruff: noqa: E501 - sentences read better whole

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from cryptodesk.models.analyst.formats import big_money, percent
from cryptodesk.models.analyst.skills._leverage import CoinRow, funding_words, rate
from cryptodesk.models.analyst.skills._leverage_phrases import Focus
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.draft import join_names
from cryptodesk.models.analyst.writer.table import table

__all__ = ["COLUMNS", "coin_cells", "coin_tables", "venue_sentence"]

COLUMNS = ("open interest", "24h volume", "funding per 8h", "liquidated in 24h")
_FIELDS: dict[Focus, tuple[str, str]] = {
    "volume": ("volume_24h", "24-hour futures volume"),
    "funding": ("funding_rate_pct_8h", "funding rate"),
    "long_short": ("funding_rate_pct_8h", "funding rate"),
}


def coin_tables(coins: Sequence[CoinRow]) -> str:
    """Several coins side by side; one by exchange."""
    if len(coins) > 1:
        return table(("Coin", *COLUMNS), [[coin.label, *coin_cells(coin)] for coin in coins])
    rows = [_cells(coin, row) for coin in coins for row in coin.rows("by_exchange")]
    return table(("Exchange", *COLUMNS[:3]), rows) if rows else ""


def coin_cells(coin: CoinRow) -> list[str | None]:
    interest, volume = coin.figure("open_interest"), coin.figure("futures_volume_24h")
    funding, forced = coin.figure("funding_rate_pct_8h"), coin.figure("liquidations", "24h", "total")
    return [big_money(interest), big_money(volume), None if funding is None else rate(funding), big_money(forced)]


def _cells(coin: CoinRow, row: Mapping[str, Any]) -> list[str | None]:
    one = CoinRow(coin.result, row)
    funding = one.figure("funding_rate_pct_8h")
    name = _name(row) + (" (not counted: its source excludes it)" if row.get("is_excluded") else "")
    said = None if funding is None else rate(funding)
    return [name, big_money(one.figure("open_interest")), big_money(one.figure("volume_24h")), said]


def _name(row: Mapping[str, Any]) -> str:
    return shown(row.get("exchange"), 60) or "unnamed"


def venue_sentence(coin: CoinRow, focus: Focus, venue: str) -> str:
    """What the one exchange that is named has of the coin, else which of them has most."""
    field, words = _FIELDS.get(focus, ("open_interest", "open interest"))
    counted = [row for row in coin.rows("by_exchange") if not row.get("is_excluded")]
    known = [(value, row) for row in counted if (value := CoinRow(coin.result, row).figure(field)) is not None]
    if not known:
        return f"{coin.label}: its {words} is not known exchange by exchange: {coin.why('by_exchange')}."
    own = [pair for pair in known if venue and venue.casefold() in _name(pair[1]).casefold()]
    if venue and not own:
        return f"{shown(venue, 60).capitalize()} is not among the exchanges at hand for {coin.label}. {_most(coin, field, words, known)}"
    return _of_one(coin, field, words, *own[0]) if own else _most(coin, field, words, known)


def _of_one(coin: CoinRow, field: str, words: str, value: Decimal, row: Mapping[str, Any]) -> str:
    if field == "funding_rate_pct_8h":
        return f"{coin.label} on {_name(row)}: {funding_words(value)}."
    return f"{_name(row)} has **{big_money(value)}** of the {words} of {coin.label}{_share(coin, field, value)}."


def _most(coin: CoinRow, field: str, words: str, known: Sequence[tuple[Decimal, Mapping[str, Any]]]) -> str:
    ranked = sorted(known, key=lambda pair: -pair[0])
    value, row = ranked[0]
    if field == "funding_rate_pct_8h":
        return f"Funding of {coin.label} is highest on **{_name(row)}**: {funding_words(value)}."
    then = join_names([f"{_name(other)} ({big_money(less)})" for less, other in ranked[1:3]])
    after = f" Then {then}." if then else ""
    share = _share(coin, field, value)
    return f"Of the {len(known)} exchanges at hand **{_name(row)}** has the most {words} of {coin.label}: **{big_money(value)}**{share}.{after}"


def _share(coin: CoinRow, field: str, value: Decimal) -> str:
    whole = coin.figure("open_interest" if field == "open_interest" else "futures_volume_24h")
    return f", {percent(value / whole * 100, signed=False)} of all that is counted (computed)" if whole else ""

"""What a transaction costs, what lies in protocols, and the coins that stand for money."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cryptodesk.market.records import ChainTvl, CoinListing, GasPrice, ProtocolTvl, Stablecoin
from cryptodesk.tools._overview_market import find_metrics
from cryptodesk.tools._overview_part import Builder, Overview, Section, joined, ordered
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean

__all__ = ["defi", "gas", "stablecoins"]

_ETHER = 1027
_NETWORK = "ethereum"
# What a transfer of the network's own coin uses, by the protocol.
_TRANSFER_GAS = 21_000
_GWEI_A_COIN = 1e9
_OLDEST_PRICE = timedelta(days=2)
_MOST_ROWS = 5
_FAR_FROM_PEG_PCT = 1.0
_LEAST_WORTH_NAMING = 1e7
_NO_TVL = "no source of value locked is at hand"


async def gas(overview: Overview) -> Section:
    builder = Builder("gas")
    found, coins = await asyncio.gather(
        overview.find(GasPrice, (_NETWORK,)),
        overview.find(CoinListing, (_ETHER,), quote_currency=overview.quote_currency),
    )
    builder.failures(found)
    row = found.records[0] if found.records else None
    prices = {
        "slow": row.slow_gwei if row else None,
        "standard": row.standard_gwei if row else None,
        "fast": row.fast_gwei if row else None,
    }
    if row is None or (row.base_fee_gwei is None and not any(prices.values())):
        return builder.build("no source of gas prices is at hand")
    if not ordered(prices):
        return builder.build("the source's slow price is above its fast one")
    for name, value in (*prices.items(), ("base_fee", row.base_fee_gwei)):
        builder.put_or_miss(f"eth.{name}", value, row.provenance, "the source does not give it")
    builder.put("eth.unit", "gwei", None)
    _put_transfer(builder, row, coins.records[0] if coins.records else None, overview)
    return builder.build("no source of gas prices is at hand")


def _put_transfer(builder: Builder, row: GasPrice, ether: CoinListing | None, overview: Overview) -> None:
    if row.standard_gwei is None:
        builder.miss("eth.example_transfer", "no standard price is known")
        return
    cost = row.standard_gwei * _TRANSFER_GAS / _GWEI_A_COIN
    example: dict[str, Any] = {
        "what": "a transfer of ETH",
        "gas_units": _TRANSFER_GAS,
        "speed": "standard",
        "cost_eth": cost,
    }
    price = None
    if ether is not None and ether.price and overview.now - ether.provenance.as_of <= _OLDEST_PRICE:
        price = ether.price
    if ether is None or price is None:
        builder.put("eth.example_transfer", example, joined([row.provenance], "gas units × standard price"))
        builder.miss("eth.example_transfer.cost", "no price of ETH of these days is at hand")
        return
    currency = ether.quote_currency.lower()
    example |= {f"cost_{currency}": cost * price, f"eth_price_{currency}": price}
    origin = joined([row.provenance, ether.provenance], "gas units × standard price × price of ETH")
    builder.put("eth.example_transfer", example, origin)


async def defi(overview: Overview) -> Section:
    """Value locked in US dollars. Sums over chains; the largest chains and protocols with their share or change."""
    builder = Builder("defi")
    chains, protocols, metrics = await asyncio.gather(
        overview.find(ChainTvl), overview.find(ProtocolTvl), find_metrics(overview)
    )
    builder.failures(chains, protocols)
    locked = [(row, row.tvl_usd) for row in chains.records if row.tvl_usd is not None]
    whole = sum(value for _, value in locked)
    if locked and whole:
        origin = joined((row.provenance for row, _ in locked), f"sum over {len(locked)} chains")
        builder.put("total_tvl_usd", whole, origin)
        top = sorted(locked, key=lambda pair: -pair[1])[:_MOST_ROWS]
        builder.put("top_chains", [_chain(row, value, whole) for row, value in top], None)
    else:
        builder.miss("total_tvl_usd", _NO_TVL)
    traded = [row for row in chains.records if row.dex_volume_24h_usd is not None]
    if traded:
        origin = joined((row.provenance for row in traded), f"over 24 hours, sum over {len(traded)} chains")
        builder.put("dex_volume_24h_usd", sum(row.dex_volume_24h_usd or 0.0 for row in traded), origin)
    best = sorted((row for row in protocols.records if row.tvl_usd is not None), key=lambda row: -(row.tvl_usd or 0.0))
    if best:
        origin = joined((row.provenance for row in best[:_MOST_ROWS]), is_computed=False)
        builder.put("top_protocols", [_protocol(row) for row in best[:_MOST_ROWS]], origin)
    row = metrics.records[0] if metrics.records else None
    for field, name in (("defi_market_cap", "market_cap"), ("defi_volume_24h", "volume_24h")):
        if row is not None:
            builder.put(name, getattr(row, field), row.provenance, "coins that the source counts as DeFi")
    return builder.build(_NO_TVL)


def _chain(row: ChainTvl, value: float, whole: float) -> dict[str, Any]:
    return {"name": clean(row.name, NAME_LIMIT), "tvl_usd": value, "share_pct": value / whole * 100}


def _protocol(row: ProtocolTvl) -> dict[str, Any]:
    values = {"tvl_usd": row.tvl_usd, "change_1d_pct": row.change_1d_pct, "change_7d_pct": row.change_7d_pct}
    category = clean(row.category or "", NAME_LIMIT)
    return {
        "name": clean(row.name, NAME_LIMIT),
        **({"category": category} if category else {}),
        **{name: value for name, value in values.items() if value is not None},
    }


async def stablecoins(overview: Overview) -> Section:
    builder = Builder("stablecoins")
    found, metrics = await asyncio.gather(overview.find(Stablecoin), find_metrics(overview))
    builder.failures(found)
    row = metrics.records[0] if metrics.records else None
    for field, name in (("stablecoin_market_cap", "market_cap"), ("stablecoin_volume_24h", "volume_24h")):
        if row is not None:
            builder.put(name, getattr(row, field), row.provenance, "coins that the source counts as stablecoins")
    pegged = [one for one in found.records if one.peg_currency in ("USD", None) and one.circulating is not None]
    _put_circulating(builder, pegged)
    return builder.build("no source of stablecoins is at hand")


def _put_circulating(builder: Builder, coins: Sequence[Stablecoin]) -> None:
    """Of coins pegged to the dollar, at their peg."""
    whole = sum(one.circulating or 0.0 for one in coins)
    if not whole:
        builder.miss("circulating_usd", "no source of single stablecoins is at hand")
        return
    origin = joined((one.provenance for one in coins), f"at the peg, sum over {len(coins)} coins pegged to the dollar")
    builder.put("circulating_usd", whole, origin)
    for span, words in _SPANS.items():
        _put_change(builder, coins, span, words)
    top = sorted(coins, key=lambda one: -(one.circulating or 0.0))
    builder.put("top", [_stablecoin(one, whole) for one in top[:_MOST_ROWS]], None)
    off = [one for one in top if (one.circulating or 0.0) >= _LEAST_WORTH_NAMING and _is_off(one)]
    builder.put("off_peg", [_stablecoin(one, whole) for one in off[:_MOST_ROWS]], None)
    builder.put("off_peg_count", len(off), None)
    least = f"{_LEAST_WORTH_NAMING / 1e6:.0f} million"
    builder.note(f"off_peg: dollar coins of at least {least}, over {_FAR_FROM_PEG_PCT:g} % from 1 USD")


_SPANS = {"24h": "a day", "7d": "a week", "30d": "30 days"}


def _put_change(builder: Builder, coins: Sequence[Stablecoin], span: str, words: str) -> None:
    """Of the coins whose supply then is known; the note says where these are not all."""
    known = [(one, before) for one in coins if (before := getattr(one, f"circulating_{span}_ago"))]
    before = sum(past for _, past in known)
    if not before:
        return
    change_pct = (sum(one.circulating or 0.0 for one, _ in known) / before - 1) * 100
    note = f"of the {len(known)} coins whose supply {words} ago is known"
    is_all = len(known) == len(coins)
    origin = None if is_all else joined((one.provenance for one, _ in known), note)
    builder.put(f"circulating_change_{span}_pct", change_pct, origin)


def _is_off(coin: Stablecoin) -> bool:
    deviation = _deviation_pct(coin)
    return deviation is not None and abs(deviation) > _FAR_FROM_PEG_PCT


def _deviation_pct(coin: Stablecoin) -> float | None:
    return None if coin.price is None or coin.peg_currency != "USD" else (coin.price - 1) * 100


def _stablecoin(coin: Stablecoin, whole: float) -> dict[str, Any]:
    circulating = coin.circulating or 0.0
    fields = {
        "symbol": clean(coin.symbol, SYMBOL_LIMIT),
        "circulating_usd": circulating,
        "share_pct": circulating / whole * 100,
        "price": coin.price,
        "from_peg_pct": _deviation_pct(coin),
    }
    return {name: value for name, value in fields.items() if value is not None}

"""What the desk has data of, by where its data come from: a question beyond that is not worth proposing."""

from __future__ import annotations

from functools import cache
from typing import Literal

from msgspec import Struct

from cryptodesk.catalog.assets import load_assets
from cryptodesk.models.analyst.ports import AssetId
from cryptodesk.research.planning import Missing
from cryptodesk.research.related.findings import Findings

__all__ = ["DataMode", "Reach", "reach_of"]

DataMode = Literal["auto", "live", "snapshot", "simulated"]

# What the shipped snapshot has nothing of: it is daily candles and funding of a few perpetual futures.
_BEYOND_SNAPSHOT_NAMES = """
    altcoin_season category_compare derivatives dominance ecosystem etf_flows events exchanges fear_greed figure_ratio
    gainers_losers gas holders market_overview market_technicals metadata narratives news nfts raises ranking screener
    security sentiment stablecoins supply trending tvl unlocks why_moved market_cap circulating_supply volume_24h
"""
_BEYOND_SNAPSHOT = tuple(_BEYOND_SNAPSHOT_NAMES.split())
# The simulated world has texts of its own and no handbook: it would mix real articles with an invented market.
_BEYOND_SIMULATION = ("concept",)
_CANDLES_OF = "binance_usdm"


class Reach(Struct, frozen=True):
    """`missing` is at hand of nothing, or not of an asset; `priced` are the only assets with prices, None for any."""

    missing: tuple[Missing, ...] = ()
    priced: frozenset[AssetId] | None = None


def reach_of(mode: DataMode, findings: Findings) -> Reach:
    """In a mode that falls back from source to source the run's own figures tell where they came from."""
    modes = findings.modes - {"computed"}
    if mode == "simulated" or "simulated" in modes:
        return Reach((*findings.missing, *map(Missing, _BEYOND_SIMULATION)))
    if mode == "snapshot" or modes == {"snapshot"}:
        return Reach((*findings.missing, *map(Missing, _BEYOND_SNAPSHOT)), _shipped())
    return Reach(findings.missing)


@cache
def _shipped() -> frozenset[AssetId]:
    return frozenset(record.asset_id for record in load_assets() if _CANDLES_OF in record.exchange_symbols)

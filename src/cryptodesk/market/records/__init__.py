"""Standard market records. Observations are `float` and never travel without their `Provenance`."""

from cryptodesk.market.records.assets import (
    OWN_ID_BASE,
    SIMULATED_ID_BASE,
    Asset,
    AssetChange,
    AssetMatch,
    MatchKind,
    end_of_period,
)
from cryptodesk.market.records.candles import INTERVALS, Candle, CandleSeries, Interval
from cryptodesk.market.records.derivatives import FUNDING_REFERENCE_HOURS, DerivativesMarket, Liquidations
from cryptodesk.market.records.events import FundraisingRound, MacroEvent, Unlock, UnlockSchedule
from cryptodesk.market.records.listings import CategoryListing, CoinListing, ExchangeListing, NftListing, TokenListing
from cryptodesk.market.records.onchain import Holders, Pool, SecurityItem, TokenPools, TokenSecurity
from cryptodesk.market.records.overview import (
    AltcoinSeason,
    ChainTvl,
    EtfAssets,
    FearGreed,
    GasPrice,
    GlobalMetrics,
    IndexValue,
    ProtocolTvl,
    Stablecoin,
    TrendingAsset,
)
from cryptodesk.market.records.profiles import AssetClass, Contract, ExchangeReserves, Profile, Reserve
from cryptodesk.market.records.provenance import Figure, Missing, Mode, Provenance
from cryptodesk.market.records.quotes import Quote
from cryptodesk.market.records.series import MetricPoint, MetricSeries

__all__ = [
    "FUNDING_REFERENCE_HOURS",
    "INTERVALS",
    "OWN_ID_BASE",
    "SIMULATED_ID_BASE",
    "AltcoinSeason",
    "Asset",
    "AssetChange",
    "AssetClass",
    "AssetMatch",
    "Candle",
    "CandleSeries",
    "CategoryListing",
    "ChainTvl",
    "CoinListing",
    "Contract",
    "DerivativesMarket",
    "EtfAssets",
    "ExchangeListing",
    "ExchangeReserves",
    "FearGreed",
    "Figure",
    "FundraisingRound",
    "GasPrice",
    "GlobalMetrics",
    "Holders",
    "IndexValue",
    "Interval",
    "Liquidations",
    "MacroEvent",
    "MatchKind",
    "MetricPoint",
    "MetricSeries",
    "Missing",
    "Mode",
    "NftListing",
    "Pool",
    "Profile",
    "ProtocolTvl",
    "Provenance",
    "Quote",
    "Reserve",
    "SecurityItem",
    "Stablecoin",
    "TokenListing",
    "TokenPools",
    "TokenSecurity",
    "TrendingAsset",
    "Unlock",
    "UnlockSchedule",
    "end_of_period",
]

"""The part that is read of CoinGecko's record of a coin, in its own field names. Everything else is skipped."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

__all__ = ["CoinEntry", "Links", "Market", "MarketData", "Metadata", "Ticker"]

Amounts = dict[str, float | None]


class Market(Struct):
    """The coin's row of the market list, in US dollars; changes in percent."""

    current_price: float | None = None
    market_cap: float | None = None
    market_cap_rank: int | None = None
    fully_diluted_valuation: float | None = None
    total_volume: float | None = None
    high_24h: float | None = None
    low_24h: float | None = None
    price_change_percentage_24h: float | None = None
    circulating_supply: float | None = None
    total_supply: float | None = None
    max_supply: float | None = None
    ath: float | None = None
    ath_date: datetime | None = None
    atl: float | None = None
    atl_date: datetime | None = None
    last_updated: datetime | None = None


class MarketData(Struct):
    """The coin's own page; amounts by currency."""

    price_change_percentage_7d: float | None = None
    price_change_percentage_30d: float | None = None
    price_change_percentage_60d: float | None = None
    price_change_percentage_1y: float | None = None
    price_change_percentage_1h_in_currency: Amounts = {}
    total_value_locked: Amounts | None = None
    max_supply_infinite: bool | None = None


class Links(Struct):
    homepage: list[str] = []
    whitepaper: str | None = None
    blockchain_site: list[str] = []
    official_forum_url: list[str] = []
    chat_url: list[str] = []
    announcement_url: list[str] = []
    twitter_screen_name: str | None = None
    subreddit_url: str | None = None
    repos_url: dict[str, list[str]] = {}


class Venue(Struct):
    name: str
    identifier: str


class Ticker(Struct):
    base: str
    target: str
    market: Venue
    converted_volume: Amounts = {}
    is_anomaly: bool = False
    is_stale: bool = False


class Metadata(Struct):
    asset_platform_id: str | None = None
    platforms: dict[str, str | None] = {}
    categories: list[str | None] = []
    description: dict[str, str | None] = {}
    links: Links | None = None
    image: dict[str, str | None] = {}
    genesis_date: str | None = None
    market_data: MarketData | None = None
    tickers: list[Ticker] = []
    last_updated: datetime | None = None


class CoinName(Struct):
    id: str
    symbol: str
    name: str


class CoinEntry(Struct):
    """One element of the file."""

    id: CoinName
    market_cap: Market
    metadata: Metadata

"""Coins of CoinGecko: the list by market cap, single ones, and what is told about them.

Source: docs.coingecko.com/demo/reference/coins-markets and /coins-id. A page has at most 250 rows. Rows of coins that
the desk does not know under the vendor's name are left out: a name alone does not tell which coin is meant.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import ceil, inf
from typing import Any

from msgspec import Struct

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.fetching.client import path_of
from cryptodesk.market.query import Query
from cryptodesk.market.records import Asset, CoinListing, Contract, Profile
from cryptodesk.market.sources._aggregator import Access, Ask, Page, Rows
from cryptodesk.market.sources._coingecko_access import asked_coins, currency_of
from cryptodesk.market.sources._coinmarketcap_values import moment, prose, web_address
from cryptodesk.market.sources._figures import count, line, number, positive, unsigned
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["MOST_SINGLES", "coin_routes"]

MOST_SINGLES = 5
_PAGE = 250
_PAGES = 4
_CHANGES = ("1h", "24h", "7d", "30d", "1y")
_LITTLE = tuple(
    (name, "false")
    for name in ("localization", "tickers", "market_data", "community_data", "developer_data", "sparkline")
)
_MOST_TAGS = 40
_MOST_LINKS = 10
_LINKS = {
    "homepage": "website",
    "whitepaper": "technical_doc",
    "blockchain_site": "explorer",
    "official_forum_url": "message_board",
    "chat_url": "chat",
    "announcement_url": "announcement",
    "subreddit_url": "reddit",
}


def coin_routes(access: Access) -> tuple[Route, ...]:
    return (
        access.route(CoinListing, _ask_markets, _read_markets, ttl_seconds=60, keep_seconds=3600),
        access.route(Profile, _ask_profiles, _read_profiles, ttl_seconds=86_400, keep_seconds=86_400),
    )


class _Market(Struct, frozen=True):
    id: str
    current_price: Any = None
    market_cap: Any = None
    market_cap_rank: Any = None
    fully_diluted_valuation: Any = None
    total_volume: Any = None
    high_24h: Any = None
    low_24h: Any = None
    circulating_supply: Any = None
    total_supply: Any = None
    max_supply: Any = None
    ath: Any = None
    ath_date: Any = None
    atl: Any = None
    atl_date: Any = None
    last_updated: Any = None
    price_change_percentage_1h_in_currency: Any = None
    price_change_percentage_24h_in_currency: Any = None
    price_change_percentage_7d_in_currency: Any = None
    price_change_percentage_30d_in_currency: Any = None
    price_change_percentage_1y_in_currency: Any = None


def _ask_markets(query: Query[Any], context: SourceContext) -> list[Ask]:
    currency = currency_of(query)
    if currency is None:
        return []
    shared = (
        ("vs_currency", currency),
        ("order", "market_cap_desc"),
        ("per_page", str(_PAGE)),
        ("price_change_percentage", ",".join(_CHANGES)),
        ("precision", "full"),
    )
    if query.ids is None:
        # Rows of one chain lie all over the list, so its first ones are found in the whole.
        wanted = _PAGES if query.limit is None or query.platform else ceil(max(query.limit, 1) / _PAGE)
        return [Ask("/coins/markets", (*shared, ("page", str(at + 1)))) for at in range(min(wanted, _PAGES))]
    names = sorted({asset.coingecko_id or "" for asset in asked_coins(query, context)})
    chunks = [names[at : at + _PAGE] for at in range(0, len(names), _PAGE)][:_PAGES]
    return [Ask("/coins/markets", (*shared, ("page", "1"), ("ids", ",".join(chunk)))) for chunk in chunks]


def _read_markets(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[CoinListing]:
    asked = None if query.ids is None else {asset.coingecko_id: asset for asset in asked_coins(query, context)}
    found: dict[int, CoinListing] = {}
    for page in pages:
        for row in page.rows(page.load(Rows), _Market):
            asset = context.crosswalk.by_coingecko_id(row.id) if asked is None else asked.get(row.id)
            if asset is not None and query.platform in (None, asset.platform):
                found.setdefault(asset.asset_id, _listing(page, row, asset, query.quote_currency.upper()))
    coins = sorted(found.values(), key=lambda coin: inf if coin.rank is None else coin.rank)
    return coins[: query.limit]


def _listing(page: Page, row: _Market, asset: Asset, currency: str) -> CoinListing:
    changes = {
        f"percent_change_{span}": number(getattr(row, f"price_change_percentage_{span}_in_currency"))
        for span in _CHANGES
    }
    return CoinListing(
        asset_id=asset.asset_id,
        name=asset.name,
        symbol=asset.symbol,
        slug=asset.slug,
        provenance=page.origin(moment(row.last_updated)),
        quote_currency=currency,
        rank=count(row.market_cap_rank) or None,
        price=positive(row.current_price),
        volume_24h=unsigned(row.total_volume),
        market_cap=positive(row.market_cap),
        fully_diluted_market_cap=positive(row.fully_diluted_valuation),
        circulating_supply=positive(row.circulating_supply),
        total_supply=positive(row.total_supply),
        max_supply=positive(row.max_supply),
        ath=positive(row.ath),
        ath_time=moment(row.ath_date),
        atl=positive(row.atl),
        atl_time=moment(row.atl_date),
        high_24h=positive(row.high_24h),
        low_24h=positive(row.low_24h),
        platform=asset.platform,
        token_address=asset.token_address,
        **changes,  # type: ignore[arg-type]
    )


class _Coin(Struct, frozen=True):
    id: str
    name: str
    symbol: Any = None
    categories: Any = None
    description: Any = None
    links: Any = None
    image: Any = None
    genesis_date: Any = None
    platforms: Any = None


def _ask_profiles(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.asset_class not in (None, "coin"):
        return []
    coins = asked_coins(query, context)[:MOST_SINGLES]
    return [Ask(path_of("coins", asset.coingecko_id or ""), _LITTLE) for asset in coins]


def _read_profiles(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Profile]:
    coins = asked_coins(query, context)[:MOST_SINGLES]
    found = []
    for page, asset in zip(pages, coins, strict=True):
        row = page.load(_Coin)
        if row.id == asset.coingecko_id:
            found.append(_profile(page, row, asset))
    return found


def _profile(page: Page, row: _Coin, asset: Asset) -> Profile:
    categories = row.categories if isinstance(row.categories, list) else []
    named = (line(name, 60) for name in categories[:_MOST_TAGS])
    return Profile(
        asset_class="coin",
        asset_id=str(asset.asset_id),
        name=line(row.name, 120) or asset.name,
        provenance=page.origin(),
        symbol=asset.symbol,
        slug=asset.slug,
        description=prose(_in(row.description, "en")),
        logo=web_address(_in(row.image, "large")),
        date_launched=moment(row.genesis_date),
        tags=tuple(dict.fromkeys(name for name in named if name)),
        urls=_links(row.links),
        contracts=_contracts(row.platforms),
    )


def _in(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else None


def _links(links: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for theirs, ours in _LINKS.items():
        _add(found, ours, _in(links, theirs))
    _add(found, "source_code", _in(_in(links, "repos_url"), "github"))
    handle = line(_in(links, "twitter_screen_name"), 40)
    _add(found, "twitter", f"https://x.com/{handle}" if handle else None)
    return found


def _add(found: dict[str, tuple[str, ...]], kind: str, told: Any) -> None:
    """One address or a list of them, in which the vendor leaves empty places."""
    usable = [web_address(address) for address in (told if isinstance(told, list) else [told])]
    links = (*found.get(kind, ()), *(address for address in usable if address))
    if links:
        found[kind] = tuple(dict.fromkeys(links))[:_MOST_LINKS]


def _contracts(platforms: Any) -> tuple[Contract, ...]:
    """On the chains that the desk knows; the vendor writes an empty name for coins with a chain of their own."""
    found = []
    for name, told in platforms.items() if isinstance(platforms, dict) else ():
        platform, address = find_platform(str(name)), line(told, 120)
        if platform is not None and address and " " not in address:
            found.append(Contract(platform.slug, address))
    return tuple(dict.fromkeys(found))

"""Lists of tokens on chains: leader boards for keys, the most traded pools of large exchanges for everybody."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec

from cryptodesk.market.query import Query
from cryptodesk.market.records import TokenListing
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page, money
from cryptodesk.market.sources._coinmarketcap_tokens import read_token
from cryptodesk.market.sources._coinmarketcap_values import (
    chain_slug,
    flag,
    moment,
    number,
    positive,
    text,
    token_id,
    unsigned,
    whole,
)
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["board_routes", "pair_routes"]

_TTL_SECONDS = 60
_ROWS = 100
_BOARDS = ("/v1/dex/tokens/trending/list", "/v1/dex/gainer-loser/list", "/v1/dex/new/list")
# It answers for one exchange at a time. BNB Smart Chain is known to it by number alone.
_VENUES: dict[str, tuple[tuple[str, str], ...]] = {
    "ethereum": (("network_slug", "ethereum"), ("dex_slug", "uniswap-v3")),
    "solana": (("network_slug", "solana"), ("dex_slug", "raydium")),
    "bsc": (("network_id", "14"), ("dex_slug", "pancakeswap-v2")),
    "base": (("network_slug", "base"), ("dex_slug", "aerodrome-slipstream")),
    "arbitrum": (("network_slug", "arbitrum"), ("dex_slug", "uniswap-v3")),
}
_DEFAULT_VENUES = ("ethereum", "solana", "bsc")


def board_routes(access: Access) -> tuple[Route, ...]:
    """What trends, what moved most, what is new: one list in that order, each token once."""
    return (access.route(TokenListing, _ask_boards, _read_boards, ttl_seconds=_TTL_SECONDS, keep_seconds=3600),)


def pair_routes(access: Access) -> tuple[Route, ...]:
    return (access.route(TokenListing, _ask_pairs, _read_pairs, ttl_seconds=_TTL_SECONDS, keep_seconds=3600),)


def _ask_boards(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.ids is not None or money(query) != "USD":
        return []
    body = msgspec.json.encode({"interval": "24h", "pageSize": _ROWS})
    return [Ask(path, body=body) for path in _BOARDS]


def _read_boards(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TokenListing]:
    found: dict[str, TokenListing] = {}
    for page in pages:
        for token in page.each(page.entry().get("leaderboardList"), partial(read_token, page, None)):
            if query.platform is None or token.platform == query.platform:
                found.setdefault(token.asset_id, token)
    return list(found.values())[: query.limit]


def _ask_pairs(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.ids is not None or money(query) != "USD":
        return []
    chains = (query.platform,) if query.platform else _DEFAULT_VENUES
    return [
        Ask("/v4/dex/spot-pairs/latest", (*_VENUES[chain], ("sort", "volume_24h"), ("sort_dir", "desc")))
        for chain in chains
        if chain in _VENUES
    ]


def _read_pairs(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TokenListing]:
    """Each token by its deepest pool, the most traded first."""
    found: dict[str, TokenListing] = {}
    for page in pages:
        for token in page.each(page.data, partial(_read_pair, page)):
            held = found.get(token.asset_id)
            if held is None or (token.liquidity or 0) > (held.liquidity or 0):
                found[token.asset_id] = token
    wanted = [token for token in found.values() if query.platform is None or token.platform == query.platform]
    return sorted(wanted, key=lambda token: -(token.volume_24h or 0))[: query.limit]


def _read_pair(page: Page, row: dict[str, Any]) -> TokenListing | None:
    platform = chain_slug(row.get("network_slug"))
    # `contract_address` is that of the pool.
    asset_id = token_id(platform, row.get("base_asset_contract_address"))
    symbol = text(row.get("base_asset_symbol"), 32)
    quotes = row.get("quote")
    quote = quotes[0] if isinstance(quotes, list) and quotes and isinstance(quotes[0], dict) else None
    if asset_id is None or platform is None or symbol is None or quote is None:
        return None
    venue, pair = text(row.get("dex_slug"), 60) or "one exchange", text(row.get("name"), 60) or symbol
    return TokenListing(
        asset_id=asset_id,
        name=text(row.get("base_asset_name")) or symbol,
        symbol=symbol,
        platform=platform,
        address=asset_id.partition(":")[2],
        provenance=page.origin(
            moment(quote.get("last_updated")) or moment(row.get("last_updated")),
            f"volume and liquidity of the pool {pair} on {venue} alone",
        ),
        price=positive(quote.get("price")),
        percent_change_1h=number(quote.get("percent_change_price_1h")),
        percent_change_24h=number(quote.get("percent_change_price_24h")),
        volume_24h=unsigned(quote.get("volume_24h")),
        liquidity=unsigned(quote.get("liquidity")),
        fdv=positive(quote.get("fully_diluted_value")),
        holders=whole(row.get("holders")) or None,
        buys_24h=whole(row.get("24h_no_of_buys")),
        sells_24h=whole(row.get("24h_no_of_sells")),
        security_level="honeypot" if _is_honeypot(row.get("security_scan")) else None,
        first_priced_at=moment(row.get("pool_created")) or moment(row.get("created_at")),
        coin_asset_id=whole(row.get("base_asset_ucid")) or None,
    )


def _is_honeypot(scans: Any) -> bool:
    """The scan's two halves are objects by the document, and lists of them at times."""
    for scan in scans if isinstance(scans, list) else ():
        halves = [scan.get("aggregated"), scan.get("third_party")] if isinstance(scan, dict) else []
        for half in halves:
            parts = half if isinstance(half, list) else [half]
            if any(isinstance(part, dict) and flag(part.get("honeypot")) for part in parts):
                return True
    return False

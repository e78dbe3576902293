"""What people look for, visit and talk about on CoinMarketCap, and what moved most. For keys of a paid plan."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptodesk.market.query import Query
from cryptodesk.market.records import TrendingAsset
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page
from cryptodesk.market.sources._coinmarketcap_values import moment, text, whole
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["trend_routes"]

_ROWS = 50
_RANKED = (("start", "1"), ("limit", str(_ROWS)))
_GAINERS = "/v1/cryptocurrency/trending/gainers-losers"
_LISTS: dict[str, Ask] = {
    "trending": Ask("/v1/cryptocurrency/trending/latest", (*_RANKED, ("time_period", "24h"))),
    "most_visited": Ask("/v1/cryptocurrency/trending/most-visited", (*_RANKED, ("time_period", "24h"))),
    "community_trending": Ask("/v1/community/trending/token", (("limit", "5"),)),
    "top_gainers": Ask(_GAINERS, (*_RANKED, ("sort", "percent_change_24h"), ("sort_dir", "desc"))),
    "top_losers": Ask(_GAINERS, (*_RANKED, ("sort", "percent_change_24h"), ("sort_dir", "asc"))),
    "recently_added": Ask("/v1/cryptocurrency/listings/new", _RANKED),
}
# Asked for by name only: nobody who asks for what trends means them.
_BY_NAME = frozenset({"top_gainers", "top_losers", "recently_added"})


def trend_routes(access: Access) -> tuple[Route, ...]:
    """A route for each list: the plan may cover one and not the next."""
    return tuple(_route(access, name) for name in _LISTS)


def _route(access: Access, name: str) -> Route:
    def build(query: Query[Any], context: SourceContext) -> list[Ask]:
        is_asked = name not in _BY_NAME if query.ids is None else name in query.ids
        return [_LISTS[name]] if is_asked else []

    def read(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TrendingAsset]:
        return [row for page in pages for row in _read_list(page, name)][: query.limit]

    return access.route(TrendingAsset, build, read, ttl_seconds=600, keep_seconds=3600)


def _read_list(page: Page, name: str) -> list[TrendingAsset]:
    places = iter(range(1, _ROWS + 1))

    def read(row: dict[str, Any]) -> TrendingAsset | None:
        asset_id, symbol = whole(row.get("id")), text(row.get("symbol"), 32)
        if not asset_id or symbol is None:
            return None
        place = next(places, None)
        if place is None:
            return None
        return TrendingAsset(
            list_name=name,
            position=place,
            name=text(row.get("name")) or symbol,
            symbol=symbol,
            provenance=page.origin(),
            asset_id=asset_id,
            listed_at=moment(row.get("date_added")) if name == "recently_added" else None,
        )

    return page.each(page.data, read)

"""Tokens on chains as CoinMarketCap's DEX routes give them, by contract and by search.

Keys are short: n name, sym or s symbol, addr address, plt platform, p or pu price, liq or liqUsd liquidity,
hld holders, sts statistics by window, lmc the market cap by circulating supply. `mcap` counts the whole supply.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.market.query import Query
from cryptodesk.market.records import TokenListing
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page, money
from cryptodesk.market.sources._coinmarketcap_values import (
    chain_slug,
    moment,
    number,
    positive,
    text,
    token_id,
    unsigned,
    whole,
)
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["Token", "asked_tokens", "batch_routes", "percent", "rate_pct", "read_token", "token_routes"]

_TTL_SECONDS = 30
# One request each: no more than the keyless interface takes at once.
_MOST_TOKENS = 6
_MOST_BATCHED = 20
_MOST_SEARCHES = 3
_SEARCH_ROWS = 20
_WHOLE_SUPPLY = "market cap counts the whole supply, as no circulating supply is listed"


class Token(Struct, frozen=True):
    """A token by contract, as it was asked for."""

    asset_id: str
    platform: str
    address: str

    @property
    def params(self) -> tuple[tuple[str, str], ...]:
        return (("platform", self.platform), ("address", self.address))

    def verify(self, page: Page, named: Any) -> None:
        """Raises: UpstreamBadAnswer if an answer names another contract: parameters it does not know are ignored."""
        address = text(named)
        if address is not None and address.casefold() != self.address.casefold():
            raise page.bad("another contract than was asked for")


def asked_tokens(query: Query[Any], most: int = _MOST_TOKENS) -> tuple[Token, ...]:
    """The ids of the form `<platform>:<address>` among those asked for, the first six."""
    tokens = (_token(asked) for asked in dict.fromkeys(query.ids or ()) if isinstance(asked, str))
    return tuple(token for token in tokens if token is not None)[:most]


def token_routes(access: Access) -> tuple[Route, ...]:
    """By contract, and by search for whatever else is asked for: a bare address, a name, a ticker."""
    return (
        access.route(TokenListing, _ask_tokens, _read_tokens, ttl_seconds=_TTL_SECONDS),
        access.route(TokenListing, _ask_search, _read_search, ttl_seconds=_TTL_SECONDS),
    )


def batch_routes(access: Access) -> tuple[Route, ...]:
    """Several contracts in one question for each chain; before the route for single ones."""
    first = access.preference - 1
    return (access.route(TokenListing, _ask_batch, _read_batch, ttl_seconds=_TTL_SECONDS, preference=first),)


def _token(asked: str) -> Token | None:
    platform, colon, address = asked.partition(":")
    is_usable = bool(colon) and len(asked) <= 160 and asked.isascii() and asked.isprintable() and " " not in asked
    return Token(asked, platform, address) if is_usable and platform and address else None


def _ask_tokens(query: Query[Any], context: SourceContext) -> list[Ask]:
    if money(query) != "USD":
        return []
    return [Ask("/v1/dex/token", token.params) for token in asked_tokens(query)]


def _read_tokens(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TokenListing]:
    found = []
    for token, page in zip(asked_tokens(query), pages, strict=True):
        # A contract it does not know is an answer without content.
        if page.data:
            token.verify(page, page.entry().get("addr"))
            found += page.each([page.entry()], partial(read_token, page, token.asset_id))
    return found


def _by_platform(query: Query[Any]) -> dict[str, list[Token]]:
    groups: dict[str, list[Token]] = {}
    for token in asked_tokens(query, _MOST_BATCHED):
        groups.setdefault(token.platform, []).append(token)
    return groups


def _ask_batch(query: Query[Any], context: SourceContext) -> list[Ask]:
    if money(query) != "USD" or len(asked_tokens(query)) < 2:
        return []
    bodies = (
        msgspec.json.encode({"platform": platform, "addresses": [token.address for token in tokens]})
        for platform, tokens in _by_platform(query).items()
    )
    return [Ask("/v1/dex/tokens/batch-query", body=body) for body in bodies]


def _read_batch(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TokenListing]:
    found = []
    for tokens, page in zip(_by_platform(query).values(), pages, strict=True):
        asked = {token.address.casefold(): token.asset_id for token in tokens}
        rows = page.data if isinstance(page.data, list) else [] if page.data is None else None
        found += page.each(rows, partial(_read_asked, page, asked))
    return found


def _read_asked(page: Page, asked: dict[str, str], row: dict[str, Any]) -> TokenListing | None:
    asset_id = asked.get(str(row.get("addr")).casefold())
    return None if asset_id is None else read_token(page, asset_id, row)


def _ask_search(query: Query[Any], context: SourceContext) -> list[Ask]:
    if money(query) != "USD":
        return []
    return [
        Ask("/v1/dex/search", (("q", words), ("limit", str(_SEARCH_ROWS)), *_of_platform(query)))
        for words in _searched(query)
    ]


def _searched(query: Query[Any]) -> list[str]:
    words = (text(asked, 100) for asked in query.ids or () if isinstance(asked, str) and not asked.isdigit())
    return [found for found in words if found and _token(found) is None][:_MOST_SEARCHES]


def _of_platform(query: Query[Any]) -> tuple[tuple[str, str], ...]:
    return (("platform", query.platform),) if query.platform else ()


def _read_search(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[TokenListing]:
    """Deepest market first: the vendor's own order puts look-alikes of a name before the real one."""
    found = []
    for page in pages:
        # Nothing found is told by a missing list as well.
        tokens = page.entry().get("tks") if page.data else None
        found += page.each([] if tokens is None else tokens, partial(read_token, page, None))
    wanted = [token for token in found if query.platform is None or token.platform == query.platform]
    return sorted(wanted, key=lambda token: -(token.liquidity or 0))[: query.limit]


def read_token(page: Page, asked: str | None, row: dict[str, Any]) -> TokenListing | None:
    """A row of the token, search and leader board routes. `asked` is the id under which it was asked for."""
    platform = chain_slug(row.get("plt"), row.get("pn"), row.get("pdex"))
    asset_id = asked or token_id(platform, row.get("addr") or row.get("a"))
    symbol = text(row.get("sym") or row.get("s"), 32)
    if asset_id is None or symbol is None:
        return None
    listed_cap, whole_cap = positive(row.get("lmc")), positive(_first(row, "mcap", "mc"))
    day = _window(row, "24h")
    origin = page.origin(moment(row.get("pt")), _WHOLE_SUPPLY if listed_cap is None and whole_cap else None)
    return TokenListing(
        asset_id=asset_id,
        name=text(row.get("n")) or symbol,
        symbol=symbol,
        platform=asset_id.partition(":")[0],
        address=asset_id.partition(":")[2],
        provenance=origin,
        price=positive(_first(row, "p", "pu")),
        percent_change_1h=percent(_first(_window(row, "1h"), "pc"), row),
        percent_change_24h=percent(_either(_first(day, "pc"), _first(row, "pc24h", "ch24h")), row, is_day=True),
        percent_change_7d=percent(_first(_window(row, "7d"), "pc"), row),
        volume_24h=unsigned(_either(_first(row, "v24h"), _first(day, "vu"))),
        liquidity=unsigned(_first(row, "liqUsd", "liq")),
        market_cap=listed_cap or whole_cap,
        fdv=positive(row.get("fdv")) or whole_cap,
        # A token that trades is held by somebody: 0 is what the route says where it does not count.
        holders=whole(_first(row, "hld", "hcnt")) or None,
        buys_24h=whole(day.get("nb")),
        sells_24h=whole(day.get("ns")),
        unique_buyers_24h=whole(day.get("but")),
        unique_sellers_24h=whole(day.get("sut")),
        top_holders_pct=rate_pct(row.get("thr")),
        developer_pct=rate_pct(row.get("dhr")),
        security_level=text(row.get("rl"), 40),
        **_signal(row.get("sig")),
        first_priced_at=moment(_first(row, "fpt", "fpct", "lchAt", "pubAt")),
        coin_asset_id=whole(row.get("cid")) or None,
    )


def percent(change: Any, row: dict[str, Any], *, is_day: bool = False) -> float | None:
    """A price change in percent. The vendor's documents call these values percentages, its answers hold fractions:
    they are taken for fractions, unless the row's own high and low of the day say that only percent can be right."""
    fraction = number(change)
    if fraction is None:
        return None
    if is_day and not _is_possible(fraction, row) and _is_possible(fraction / 100, row):
        return fraction
    return fraction * 100


def rate_pct(rate: Any) -> float | None:
    """A share of the whole, in percent: a fraction up to 1, above it percent already."""
    share = unsigned(rate)
    if share is None or share > 100:
        return None
    return share * 100 if share <= 1 else share


def _is_possible(fraction: float, row: dict[str, Any]) -> bool:
    """Whether a price that changed by this lay between the day's low and high; yes where they are unknown."""
    price, low, high = (positive(row.get(name)) for name in ("p", "pl24h", "ph24h"))
    if price is None or low is None or high is None:
        return True
    return fraction > -1 and low * 0.98 <= price / (1 + fraction) <= high * 1.02


def _first(row: dict[str, Any], *keys: str) -> Any:
    """The first value that says something; a dash and an empty text say nothing."""
    return next((row[key] for key in keys if row.get(key) not in (None, "", "-")), None)


def _either(one: Any, other: Any) -> Any:
    return other if one is None else one


def _window(row: dict[str, Any], name: str) -> dict[str, Any]:
    stats = row.get("sts")
    rows = stats if isinstance(stats, list) else []
    return next((one for one in rows if isinstance(one, dict) and one.get("tp") == name), {})


def _signal(signal: Any) -> dict[str, Any]:
    if not isinstance(signal, dict):
        return {}
    return {"push_count": whole(signal.get("psc")), "max_gain_multiple": positive(signal.get("mtp"))}

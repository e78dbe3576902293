"""Descriptions, links and contracts of CoinMarketCap: coins, exchanges, categories and DEX tokens."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from typing import Any

from cryptodesk.market.query import Query
from cryptodesk.market.records import Contract, Profile
from cryptodesk.market.sources._coinmarketcap_access import Access, Ask, Page, chunked, coin_ids
from cryptodesk.market.sources._coinmarketcap_categories import ask_category
from cryptodesk.market.sources._coinmarketcap_tokens import Token, asked_tokens
from cryptodesk.market.sources._coinmarketcap_values import (
    chain_slug,
    flag,
    moment,
    number,
    positive,
    prose,
    text,
    texts,
    unsigned,
    web_address,
    whole,
)
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["exchange_profile_routes", "profile_routes"]

_DAY_SECONDS = 86_400
_MOST_LINKS = 10
# The vendor's name of a kind of link, and ours.
_LINKS = {
    "website": "website",
    "technical_doc": "technical_doc",
    "source_code": "source_code",
    "explorer": "explorer",
    "twitter": "twitter",
    "reddit": "reddit",
    "chat": "chat",
    "message_board": "message_board",
    "announcement": "announcement",
    "blog": "announcement",
}
_TOKEN_LINKS = {"web": "website", "tw": "twitter", "tg": "chat"}


def profile_routes(access: Access) -> tuple[Route, ...]:
    """Of coins, categories and DEX tokens."""
    return (
        access.route(Profile, _ask_coins, _read_coins, ttl_seconds=_DAY_SECONDS, keep_seconds=_DAY_SECONDS),
        access.route(Profile, _ask_categories, _read_categories, ttl_seconds=_DAY_SECONDS),
        access.route(Profile, _ask_tokens, _read_tokens, ttl_seconds=_DAY_SECONDS),
    )


def exchange_profile_routes(access: Access) -> tuple[Route, ...]:
    return (access.route(Profile, _ask_exchanges, _read_exchanges, ttl_seconds=3600, keep_seconds=_DAY_SECONDS),)


def _ask_coins(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.asset_class not in (None, "coin"):
        return []
    return [Ask("/v2/cryptocurrency/info", (("id", ids), ("skip_invalid", "true"))) for ids in chunked(coin_ids(query))]


def _read_coins(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Profile]:
    return [coin for page in pages for coin in page.each(page.mapped(), partial(_read_coin, page))]


def _read_coin(page: Page, row: dict[str, Any]) -> Profile | None:
    asset_id, name = whole(row.get("id")), text(row.get("name"))
    if not asset_id or name is None:
        return None
    return Profile(
        asset_class="coin",
        asset_id=str(asset_id),
        name=name,
        provenance=page.origin(),
        symbol=text(row.get("symbol"), 32),
        slug=text(row.get("slug")),
        category=text(row.get("category"), 60),
        description=prose(row.get("description")),
        logo=web_address(row.get("logo")),
        date_added=moment(row.get("date_added")),
        date_launched=moment(row.get("date_launched")),
        tags=texts(row.get("tags"), 60),
        infinite_supply=flag(row.get("infinite_supply")),
        max_supply=positive(row.get("max_supply")),
        urls=_links(row.get("urls")),
        contracts=_contracts(row),
    )


def _links(urls: Any) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for theirs, ours in _LINKS.items():
        addresses = urls.get(theirs) if isinstance(urls, dict) else None
        usable = [web_address(address) for address in addresses or ()] if isinstance(addresses, list) else []
        links = tuple(dict.fromkeys(address for address in usable if address))[:_MOST_LINKS]
        if links:
            found[ours] = (found.get(ours, ()) + links)[:_MOST_LINKS]
    return found


def _contracts(row: dict[str, Any]) -> tuple[Contract, ...]:
    """Every contract named, the platform's own first; each once."""
    named = []
    if isinstance(row.get("platform"), dict):
        named.append((row["platform"], row["platform"].get("token_address")))
    listed = row.get("contract_address")
    for entry in listed if isinstance(listed, list) else ():
        if isinstance(entry, dict) and isinstance(entry.get("platform"), dict):
            # By its own name alone: several chains share one native coin.
            named.append(({"name": entry["platform"].get("name")}, entry))
    found: dict[tuple[str, str], Contract] = {}
    for chain, holder in named:
        slug = chain_slug(chain.get("name"), chain.get("slug"))
        address = text(holder.get("contract_address") if isinstance(holder, dict) else holder)
        if slug and address:
            found.setdefault((slug, address.casefold()), Contract(slug, address))
    return tuple(found.values())


def _ask_exchanges(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.asset_class != "exchange":
        return []
    return [Ask("/v1/exchange/info", (("id", ids),)) for ids in chunked(coin_ids(query))]


def _read_exchanges(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Profile]:
    return [exchange for page in pages for exchange in page.each(page.mapped(), partial(_read_exchange, page))]


def _read_exchange(page: Page, row: dict[str, Any]) -> Profile | None:
    asset_id, name = whole(row.get("id")), text(row.get("name"))
    if not asset_id or name is None:
        return None
    return Profile(
        asset_class="exchange",
        asset_id=str(asset_id),
        name=name,
        provenance=page.origin(),
        slug=text(row.get("slug")),
        description=prose(row.get("description")),
        logo=web_address(row.get("logo")),
        date_launched=moment(row.get("date_launched")),
        urls=_links(row.get("urls")),
        countries=texts(row.get("countries")),
        fiats=texts(row.get("fiats"), 10, 200),
        # Makers may be paid for their orders.
        maker_fee_pct=number(row.get("maker_fee")),
        taker_fee_pct=number(row.get("taker_fee")),
        weekly_visits=whole(row.get("weekly_visits")),
        spot_volume_usd=unsigned(row.get("spot_volume_usd")),
    )


def _ask_categories(query: Query[Any], context: SourceContext) -> list[Ask]:
    return ask_category(query, 1) if query.asset_class == "category" else []


def _read_categories(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Profile]:
    profiles = []
    for page in pages:
        row = page.entry()
        asset_id, name = text(row.get("id"), 64), text(row.get("name"))
        if asset_id is None or name is None:
            raise page.bad("a category without id or name")
        profiles.append(
            Profile(
                asset_class="category",
                asset_id=asset_id,
                name=text(row.get("title")) or name,
                provenance=page.origin(moment(row.get("last_updated"))),
                description=prose(row.get("description")),
            )
        )
    return profiles


def _ask_tokens(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.asset_class not in (None, "onchain_token"):
        return []
    return [Ask("/v1/dex/token", token.params) for token in asked_tokens(query)]


def _read_tokens(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Profile]:
    pairs = zip(asked_tokens(query), pages, strict=True)
    return [_read_token(token, page, page.entry()) for token, page in pairs if page.data]


def _read_token(token: Token, page: Page, row: dict[str, Any]) -> Profile:
    name = text(row.get("n")) or text(row.get("sym"), 32)
    token.verify(page, row.get("addr"))
    if name is None:
        raise page.bad("a token without a name")
    links = {ours: web_address(row.get(theirs)) for theirs, ours in _TOKEN_LINKS.items()}
    return Profile(
        asset_class="onchain_token",
        asset_id=token.asset_id,
        name=name,
        provenance=page.origin(),
        symbol=text(row.get("sym"), 32),
        logo=web_address(row.get("lg")),
        date_launched=moment(row.get("lchAt")) or moment(row.get("pubAt")),
        urls={kind: (address,) for kind, address in links.items() if address},
        contracts=(Contract(token.platform, token.address),),
    )

"""NFT collections of CoinGecko: who is who, and the figures of single ones in US dollars and the chain's coin.

Source: docs.coingecko.com/demo/reference/nfts-list and /nfts-id. The list has names and addresses and no figures; the
one with figures (/nfts/markets) belongs to paid plans.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.market.fetching.client import path_of
from cryptodesk.market.query import Query
from cryptodesk.market.records import Contract, NftListing, Profile
from cryptodesk.market.sources._aggregator import Access, Ask, Page, Rows, is_slug, slugify
from cryptodesk.market.sources._coingecko_access import PREFIX, in_dollars, own_slugs
from cryptodesk.market.sources._coingecko_coins import MOST_SINGLES
from cryptodesk.market.sources._coinmarketcap_values import prose, web_address
from cryptodesk.market.sources._figures import count, line, number, positive, unsigned
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["nft_routes"]

_PAGE = 250
_PAGES = 2
_TTL_SECONDS = 600
_DAY_SECONDS = 86_400
_NAMES_ONLY = "names and addresses only; the figures are asked for by collection"
_LINKS = {"homepage": "website", "twitter": "twitter", "discord": "chat"}


def nft_routes(access: Access, preference: int) -> tuple[Route, ...]:
    return (
        access.route(
            NftListing, _ask_one, _read_one, ttl_seconds=_TTL_SECONDS, keep_seconds=3600, preference=preference
        ),
        access.route(
            NftListing,
            _ask_list,
            _read_list,
            ttl_seconds=_TTL_SECONDS,
            keep_seconds=_DAY_SECONDS,
            preference=preference,
        ),
        access.route(Profile, _ask_profiles, _read_profiles, ttl_seconds=_DAY_SECONDS, preference=preference),
    )


class _Nft(Struct, frozen=True):
    id: str
    name: str
    contract_address: Any = None
    asset_platform_id: Any = None
    image: Any = None
    description: Any = None
    native_currency_symbol: Any = None
    floor_price: Any = None
    market_cap: Any = None
    volume_24h: Any = None
    floor_price_in_usd_24h_percentage_change: Any = None
    number_of_unique_addresses: Any = None
    total_supply: Any = None
    links: Any = None


def _asked(query: Query[Any]) -> list[str]:
    return [slug for slug in own_slugs(query) if is_slug(slug)][:MOST_SINGLES]


def _ask_one(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask(path_of("nfts", slug)) for slug in _asked(query)] if in_dollars(query) else []


def _read_one(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[NftListing]:
    found = [_listing(page, page.load(_Nft), None) for page in pages]
    return _narrowed(found, query)


def _ask_list(query: Query[Any], context: SourceContext) -> list[Ask]:
    if query.ids is not None or not in_dollars(query):
        return []
    shared = (("order", "market_cap_usd_desc"), ("per_page", str(_PAGE)))
    return [Ask("/nfts/list", (*shared, ("page", str(at + 1)))) for at in range(_PAGES)]


def _read_list(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[NftListing]:
    found = [_listing(page, row, _NAMES_ONLY) for page in pages for row in page.rows(page.load(Rows), _Nft)]
    return _narrowed(found, query)


def _narrowed(found: list[NftListing | None], query: Query[Any]) -> list[NftListing]:
    held = [listing for listing in found if listing is not None and query.platform in (None, listing.platform)]
    return list({listing.asset_id: listing for listing in held}.values())[: query.limit]


def _listing(page: Page, row: _Nft, note: str | None) -> NftListing | None:
    name = line(row.name, 120)
    if name is None or not is_slug(row.id):
        return None
    return NftListing(
        asset_id=PREFIX + row.id,
        name=name,
        slug=row.id,
        provenance=page.origin(note=note),
        platform=_platform(row),
        address=_address(row),
        native_currency=_upper(line(row.native_currency_symbol, 16)),
        floor_price=positive(_in(row.floor_price, "usd")),
        floor_price_native=positive(_in(row.floor_price, "native_currency")),
        market_cap=positive(_in(row.market_cap, "usd")),
        volume_24h=unsigned(_in(row.volume_24h, "usd")),
        percent_change_24h=number(row.floor_price_in_usd_24h_percentage_change),
        owners=count(row.number_of_unique_addresses) or None,
        total_supply=count(row.total_supply) or None,
    )


def _ask_profiles(query: Query[Any], context: SourceContext) -> list[Ask]:
    return [Ask(path_of("nfts", slug)) for slug in _asked(query)] if query.asset_class == "nft" else []


def _read_profiles(pages: Sequence[Page], query: Query[Any], context: SourceContext) -> list[Profile]:
    return [_profile(page, page.load(_Nft)) for page in pages]


def _profile(page: Page, row: _Nft) -> Profile:
    platform, address = _platform(row), _address(row)
    links = {ours: web_address(_in(row.links, theirs)) for theirs, ours in _LINKS.items()}
    return Profile(
        asset_class="nft",
        asset_id=PREFIX + row.id,
        name=line(row.name, 120) or row.id,
        provenance=page.origin(),
        slug=row.id,
        description=prose(row.description),
        logo=web_address(_in(row.image, "small")),
        urls={kind: (address,) for kind, address in links.items() if address},
        contracts=(Contract(platform, address),) if platform and address else (),
    )


def _in(holder: Any, name: str) -> Any:
    return holder.get(name) if isinstance(holder, dict) else None


def _platform(row: _Nft) -> str | None:
    name = line(row.asset_platform_id, 60)
    platform = find_platform(name) if name else None
    return platform.slug if platform else slugify(name or "") or None


def _address(row: _Nft) -> str | None:
    address = line(row.contract_address, 120)
    return address if address and " " not in address else None


def _upper(text: str | None) -> str | None:
    return text and text.upper()

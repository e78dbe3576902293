"""CoinGecko's record of the largest coins as standard records: pure, from the unpacked file to rows of the store."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, datetime

import msgspec
from msgspec import Struct

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.identity.text import plain
from cryptodesk.market.intake.bundles import Bundle
from cryptodesk.market.intake.coingecko_form import CoinEntry, Links, MarketData, Metadata
from cryptodesk.market.intake.coingecko_groups import list_categories, list_venues
from cryptodesk.market.query import Record
from cryptodesk.market.records import CoinListing, Contract, Profile, Provenance

__all__ = ["BundleRecords", "ResolveCoin", "parse_bundle"]

# The desk's id of a coin by CoinGecko's id; None where there is none.
ResolveCoin = Callable[[str], int | None]

_MOST_TAGS = 40
_MOST_LINKS = 10
_LONGEST_DESCRIPTION = 4000
_LONGEST_URL = 500


class BundleRecords(Struct, frozen=True):
    """What the file gives: lists as wholes, profiles, and how many coins have no id of ours or are unreadable."""

    lists: tuple[tuple[Record, ...], ...]
    profiles: tuple[Profile, ...]
    coins: int
    skipped: int
    unreadable: int


def parse_bundle(content: bytes, bundle: Bundle, resolve: ResolveCoin) -> BundleRecords:
    """Raises: UpstreamBadAnswer if the content is not a list of coins, or hardly any of them can be read."""
    entries, unreadable = _read(content, bundle)
    known_at = max(_moments(entries), default=None)
    if known_at is None:
        raise UpstreamBadAnswer(f"{bundle.member} holds no dated coin", upstream=bundle.package)
    note = f"CoinGecko's record of {bundle.recorded_on}, from the package {bundle.package} {bundle.version}"
    origin = Provenance("coingecko", "snapshot", known_at, note, known_at)
    ids = {entry.id.id: asset_id for entry in entries if (asset_id := resolve(entry.id.id)) is not None}
    known = [(ids[entry.id.id], entry) for entry in entries if entry.id.id in ids]
    venues, venue_profiles = list_venues(entries, origin)
    coins = tuple(_listing(asset_id, entry, origin) for asset_id, entry in known)
    profiles = tuple(_profile(asset_id, entry, origin) for asset_id, entry in known)
    return BundleRecords(
        lists=(coins, list_categories(entries, ids, origin), venues),
        profiles=(*profiles, *venue_profiles),
        coins=len(coins),
        skipped=len(entries) - len(known),
        unreadable=unreadable,
    )


def _read(content: bytes, bundle: Bundle) -> tuple[list[CoinEntry], int]:
    try:
        raw = msgspec.json.decode(content, type=list[msgspec.Raw])
    except msgspec.DecodeError as error:
        raise UpstreamBadAnswer(f"{bundle.member} is not a list of coins: {error}", upstream=bundle.package) from error
    decode = msgspec.json.Decoder(CoinEntry).decode
    entries: dict[str, CoinEntry] = {}
    unreadable = 0
    for element in raw:
        try:
            entry = decode(element)
        except msgspec.DecodeError:
            unreadable += 1
        else:
            entries.setdefault(entry.id.id, entry)
    if unreadable > len(raw) / 2:
        raise UpstreamBadAnswer(f"{unreadable} of {len(raw)} coins cannot be read", upstream=bundle.package)
    return list(entries.values()), unreadable


def _moments(entries: list[CoinEntry]) -> Iterator[datetime]:
    for entry in entries:
        for moment in (entry.market_cap.last_updated, entry.metadata.last_updated):
            if moment is not None and moment.tzinfo is not None:
                yield moment


def _listing(asset_id: int, entry: CoinEntry, origin: Provenance) -> CoinListing:
    market, metadata = entry.market_cap, entry.metadata
    page = metadata.market_data or MarketData()
    home, address = _home(metadata)
    return CoinListing(
        asset_id=asset_id,
        name=plain(entry.id.name, 100),
        symbol=plain(entry.id.symbol, 40).upper(),
        slug=plain(entry.id.id, 100),
        provenance=msgspec.structs.replace(origin, as_of=market.last_updated or origin.as_of),
        rank=market.market_cap_rank,
        price=market.current_price,
        volume_24h=market.total_volume,
        market_cap=market.market_cap,
        fully_diluted_market_cap=market.fully_diluted_valuation,
        percent_change_1h=page.price_change_percentage_1h_in_currency.get("usd"),
        percent_change_24h=market.price_change_percentage_24h,
        percent_change_7d=page.price_change_percentage_7d,
        percent_change_30d=page.price_change_percentage_30d,
        percent_change_60d=page.price_change_percentage_60d,
        percent_change_1y=page.price_change_percentage_1y,
        circulating_supply=market.circulating_supply,
        total_supply=market.total_supply,
        max_supply=market.max_supply,
        infinite_supply=page.max_supply_infinite,
        tvl=(page.total_value_locked or {}).get("usd"),
        ath=market.ath,
        ath_time=market.ath_date,
        atl=market.atl,
        atl_time=market.atl_date,
        high_24h=market.high_24h,
        low_24h=market.low_24h,
        tags=_tags(metadata),
        platform=home,
        token_address=address,
    )


def _profile(asset_id: int, entry: CoinEntry, origin: Provenance) -> Profile:
    metadata = entry.metadata
    page = metadata.market_data or MarketData()
    tags = _tags(metadata)
    return Profile(
        asset_class="coin",
        asset_id=str(asset_id),
        name=plain(entry.id.name, 100),
        provenance=msgspec.structs.replace(origin, as_of=metadata.last_updated or origin.as_of),
        symbol=plain(entry.id.symbol, 40).upper(),
        slug=plain(entry.id.id, 100),
        category=tags[0] if tags else None,
        description=plain(metadata.description.get("en") or "", _LONGEST_DESCRIPTION) or None,
        logo=_url(metadata.image.get("large")),
        date_launched=_day(metadata.genesis_date),
        tags=tags,
        infinite_supply=page.max_supply_infinite,
        max_supply=entry.market_cap.max_supply,
        urls=_urls(metadata.links or Links()),
        contracts=_contracts(metadata),
    )


def _tags(metadata: Metadata) -> tuple[str, ...]:
    return tuple(plain(name, 80) for name in metadata.categories[:_MOST_TAGS] if name)


def _home(metadata: Metadata) -> tuple[str | None, str | None]:
    """The chain that a token lives on and its contract there; nothing for a coin with a chain of its own."""
    name = metadata.asset_platform_id
    address = metadata.platforms.get(name or "")
    return (_slug(name), plain(address, 128)) if name and address else (None, None)


def _contracts(metadata: Metadata) -> tuple[Contract, ...]:
    return tuple(
        Contract(_slug(name), plain(address, 128)) for name, address in metadata.platforms.items() if name and address
    )


def _slug(platform: str) -> str:
    known = find_platform(platform)
    return known.slug if known else plain(platform, 60)


def _urls(links: Links) -> dict[str, tuple[str, ...]]:
    found: Mapping[str, list[str | None]] = {
        "website": [*links.homepage],
        "technical_doc": [links.whitepaper],
        "source_code": [url for urls in links.repos_url.values() for url in urls],
        "explorer": [*links.blockchain_site],
        "twitter": [f"https://twitter.com/{links.twitter_screen_name}" if links.twitter_screen_name else None],
        "reddit": [links.subreddit_url],
        "chat": [*links.chat_url],
        "message_board": [*links.official_forum_url],
        "announcement": [*links.announcement_url],
    }
    urls = {kind: tuple(url for raw in given if (url := _url(raw)))[:_MOST_LINKS] for kind, given in found.items()}
    return {kind: kept for kind, kept in urls.items() if kept}


def _url(text: str | None) -> str | None:
    """An absolute address without blanks; anything else is no link."""
    if not text or len(text) > _LONGEST_URL or not text.startswith(("https://", "http://")):
        return None
    return text if text.isprintable() and " " not in text else None


def _day(text: str | None) -> datetime | None:
    try:
        return datetime.fromisoformat(text).replace(tzinfo=UTC) if text else None
    except ValueError:
        return None

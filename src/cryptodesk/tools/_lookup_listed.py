"""Exchanges, categories and NFT collections for `cmc_id_lookup`, by their names in the lists that the feed gives."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import UNSET

from cryptodesk.market.identity.names import NameMatch
from cryptodesk.market.records import CategoryListing, ExchangeListing, NftListing
from cryptodesk.tools._envelope import Gap, Origin, failed_sources, origin_of
from cryptodesk.tools._listed_names import LISTED_KINDS, Listed, ListedClass, search_names
from cryptodesk.tools._lookup_rows import CategoryRow, ExchangeRow, Found, LookupRow, NftRow
from cryptodesk.tools._text import NAME_LIMIT, clean
from cryptodesk.tools._token_ids import platform_slug
from cryptodesk.tools._tool import ToolContext

__all__ = ["find_listed", "match_fields", "no_source", "row_origins"]

_MOST_RIVALS = 5
_QUERY_LIMIT = 200
_WARNING_LIMIT = 240


async def find_listed(
    asset_class: ListedClass, names: Sequence[str], limit: int, platform: str | None, context: ToolContext
) -> Found:
    """Rows best first, name by name. A platform narrows NFT collections."""
    listed = await context.find(LISTED_KINDS[asset_class])
    failures = failed_sources((asset_class, listed))
    if not listed.records:
        return Found([], [], [no_source(asset_class), *failures])
    records: Sequence[Listed] = listed.records
    if platform is not None and asset_class == "nft":
        slug = platform_slug(platform)
        records = [record for record in records if platform_slug(getattr(record, "platform", None) or "") == slug]
    matches = await search_names(records, names, limit)
    pairs = [(match, name) for name, found in zip(names, matches, strict=True) for match in found]
    rows = [_row(match, name) for match, name in pairs]
    gaps = [
        Gap("query", f"no match for {clean(name)!r}") for name, found in zip(names, matches, strict=True) if not found
    ]
    if platform is not None and asset_class != "nft":
        gaps.append(Gap("platform", "only onchain tokens and NFT collections are narrowed by chain"))
    return Found(rows, row_origins([match.item for match, _ in pairs], rows), [*gaps, *failures])


def no_source(asset_class: str) -> Gap:
    what = asset_class.replace("_", " ")
    return Gap(f"{asset_class}_id_look_up_result", f"no source of {what} ids is at hand; only coins can be looked up")


def row_origins(records: Sequence[Listed], rows: Sequence[LookupRow]) -> list[tuple[int | str, Origin]]:
    """Where each row's own values are from; what the match itself says comes from us."""
    pairs: dict[int | str, Origin] = {}
    for record, row in zip(records, rows, strict=True):
        known = [field for field in _SOURCED if getattr(row, field, None) is not None]
        pairs.setdefault(record.asset_id, origin_of(known, record.provenance, record.provenance.note))
    return list(pairs.items())


_SOURCED = (
    *("name", "title", "slug", "symbol", "is_active", "rank", "num_tokens"),
    *("price", "floor_price", "market_cap", "liquidity", "coin_asset_id"),
)


def match_fields(match: NameMatch[Any], query: str, reasons: Sequence[str] | None = None) -> dict[str, Any]:
    """What a row says of the match, for every class alike."""
    told = match.reasons if reasons is None else reasons
    return {
        "match": match.match,
        "confidence": match.confidence,
        "query": clean(query, _QUERY_LIMIT),
        "rivals": [clean(one, 200) if isinstance(one, str) else one for one in match.rivals[:_MOST_RIVALS]] or UNSET,
        "reasons": list(told) or UNSET,
        "is_close_call": True if match.is_close_call else UNSET,
        "warning": clean(match.warning, _WARNING_LIMIT) if match.warning else UNSET,
    }


def _row(match: NameMatch[Listed], query: str) -> LookupRow:
    record = match.item
    name = clean(record.name, NAME_LIMIT)
    if isinstance(record, ExchangeListing):
        return ExchangeRow(
            asset_id=record.asset_id,
            name=name,
            slug=clean(record.slug, NAME_LIMIT),
            is_active=record.is_active,
            rank=record.rank,
            **match_fields(match, query),
        )
    # Categories and collections have no rank of their own: their place in the list is none.
    told = match_fields(match, query, match.reasons[:1])
    if isinstance(record, CategoryListing):
        return CategoryRow(
            asset_id=record.asset_id,
            name=name,
            title=clean(record.title, NAME_LIMIT),
            num_tokens=record.num_tokens,
            market_cap=record.market_cap,
            **told,
        )
    assert isinstance(record, NftListing)  # noqa: S101  tokens have a search of their own
    return NftRow(
        asset_id=record.asset_id,
        name=name,
        platform=record.platform,
        address=record.address,
        floor_price=record.floor_price,
        market_cap=record.market_cap,
        **told,
    )

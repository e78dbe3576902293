"""`cmc_id_lookup`: names, tickers, slugs and addresses to canonical ids."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Literal

from msgspec import UNSET, Meta, Struct, UnsetType

from cryptodesk.market.quotes import compute_quote
from cryptodesk.market.records import Asset, AssetMatch, Figure
from cryptodesk.tools._envelope import Gap, Origin, encode_time, merge_origins, origin_of, source_names
from cryptodesk.tools._tool import ToolContext, built_in_tool, invalid_arguments

__all__ = ["TOOL", "AssetType", "CoinRow", "IdLookupArguments", "IdLookupOutput", "id_lookup"]

AssetType = Literal["coin", "onchain_token", "exchange", "category", "nft"]

_MOST_NAMES = 5
_MOST_ROWS = 25

_ADVICE = """\
Call cmc_id_lookup first whenever another tool wants an asset id; never guess an id.
Put up to 5 names into one call, comma-separated. Example: {"query": "bitcoin, ETH", "asset_type": "coin"}
asset_type is one of coin, onchain_token, exchange, category, nft; leave it out for coins.
Rows are best first. Check `match` and `name`; where `rivals` lists other assets of that name, say which one you took.
An empty list means that nothing matches: say so, and never take another asset instead.\
"""


class IdLookupArguments(Struct, frozen=True, forbid_unknown_fields=True):
    query: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description=(
                "Name, ticker, slug, contract address, exchange, category or NFT collection. Comma-separate up to 5."
            ),
        ),
    ]
    asset_type: AssetType = "coin"
    platform: (
        Annotated[str, Meta(description="Chain slug to narrow onchain tokens and NFTs, e.g. ethereum, solana, bsc")]
        | UnsetType
    ) = UNSET
    limit: Annotated[int, Meta(ge=1, le=10)] = 5


class CoinRow(Struct, frozen=True):
    """One coin that `query` may mean. `rivals` are ids of coins that match in the same way; `confidence` is 0..1."""

    asset_id: int
    name: str
    symbol: str
    slug: str
    rank: int | None
    market_cap: float | None
    asset_type: Literal["coin"]
    is_active: bool
    platform: str | None
    token_address: str | None
    match: str
    confidence: float
    query: str
    rivals: list[int] | UnsetType = UNSET


class IdLookupOutput(Struct, frozen=True, kw_only=True):
    """One of the lists, by the asset type asked for; then when and from where."""

    coin_id_look_up_result: list[CoinRow] | UnsetType = UNSET
    onchain_token_id_look_up_result: list[CoinRow] | UnsetType = UNSET
    exchange_id_look_up_result: list[CoinRow] | UnsetType = UNSET
    category_id_look_up_result: list[CoinRow] | UnsetType = UNSET
    nft_id_look_up_result: list[CoinRow] | UnsetType = UNSET
    as_of: str
    source: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]


async def id_lookup(arguments: IdLookupArguments, context: ToolContext) -> IdLookupOutput:
    """Find the canonical id of a coin, onchain token, exchange, crypto category or NFT collection by its name, ticker,
    slug or contract address."""
    names = _names(arguments.query)
    if arguments.asset_type != "coin":
        return _nothing(arguments.asset_type, context)
    limit = min(arguments.limit, _MOST_ROWS // len(names))
    found = {name: context.services.assets.lookup(name, limit) for name in names}
    assets = _assets(found)
    caps = {asset.asset_id: await _market_cap(asset, context) for asset in assets}
    rows = [_row(match, name, caps) for name, matches in found.items() for match in matches]
    origins = _origins(caps)
    return IdLookupOutput(
        coin_id_look_up_result=rows,
        as_of=encode_time(_as_of(assets, context)),
        source=_sources(assets, origins),
        provenance=origins,
        unavailable=[*_unmatched(found), *_missing(rows), *_ignored(arguments, limit)],
    )


def _names(query: str) -> list[str]:
    names = list(dict.fromkeys(name for part in query.split(",") if (name := part.strip())))
    if not names:
        raise invalid_arguments("query", f"names nothing, got {query!r}")
    if len(names) > _MOST_NAMES:
        raise invalid_arguments("query", f"at most {_MOST_NAMES} comma-separated names, got {len(names)}")
    return names


def _nothing(asset_type: AssetType, context: ToolContext) -> IdLookupOutput:
    key = f"{asset_type}_id_look_up_result"
    gap = Gap(key, f"no source of {asset_type.replace('_', ' ')} ids is at hand; only coins can be looked up")
    lists: dict[str, list[CoinRow]] = {key: []}
    return IdLookupOutput(as_of=encode_time(context.now), source=[], provenance=[], unavailable=[gap], **lists)


def _assets(found: Mapping[str, Sequence[AssetMatch]]) -> list[Asset]:
    """Each matched asset once."""
    return list({match.asset.asset_id: match.asset for matches in found.values() for match in matches}.values())


async def _market_cap(asset: Asset, context: ToolContext) -> Figure | None:
    series = await context.services.candles.latest(asset.asset_id, context.now)
    return None if series is None else compute_quote(asset, series).figures.get("market_cap")


def _row(match: AssetMatch, query: str, caps: dict[int, Figure | None]) -> CoinRow:
    asset, cap = match.asset, caps[match.asset.asset_id]
    return CoinRow(
        asset_id=asset.asset_id,
        name=asset.name,
        symbol=asset.symbol,
        slug=asset.slug,
        rank=asset.rank,
        market_cap=None if cap is None else cap.value,
        asset_type="coin",
        is_active=asset.is_active,
        platform=asset.platform,
        token_address=asset.token_address,
        match=match.match,
        confidence=match.score,
        query=query,
        rivals=list(match.rivals) or UNSET,
    )


def _origins(caps: Mapping[int, Figure | None]) -> list[Origin]:
    known = [(asset_id, cap.provenance) for asset_id, cap in caps.items() if cap is not None]
    pairs = [(asset_id, origin_of(["market_cap"], origin, origin.note)) for asset_id, origin in known]
    return merge_origins(pairs, len(caps))


def _sources(assets: Sequence[Asset], origins: Sequence[Origin]) -> list[str]:
    """The records the identities were checked against, then where other values come from."""
    checked = [source for asset in assets for source in asset.sources]
    return list(dict.fromkeys([*checked, *source_names(origins)]))


def _as_of(assets: Sequence[Asset], context: ToolContext) -> datetime:
    """The latest day on which any of the identities was checked; the answer's own moment where there is none."""
    days = [asset.verified_at for asset in assets if asset.verified_at]
    return datetime.combine(max(days), time.min, UTC) if days else context.now


def _unmatched(found: Mapping[str, Sequence[AssetMatch]]) -> list[Gap]:
    return [Gap("query", f"no match for {name!r}") for name, matches in found.items() if not matches]


def _missing(rows: Sequence[CoinRow]) -> list[Gap]:
    reasons = {
        "rank": "no dated ranking holds this asset",
        "market_cap": "no price and supply of this asset are at hand",
    }
    gaps: list[Gap] = []
    for field, reason in reasons.items():
        ids = list(dict.fromkeys(row.asset_id for row in rows if getattr(row, field) is None))
        if ids and len(ids) == len({row.asset_id for row in rows}):
            gaps.append(Gap(field, reason))
        else:
            gaps.extend(Gap(field, reason, asset_id) for asset_id in ids)
    return gaps


def _ignored(arguments: IdLookupArguments, limit: int) -> list[Gap]:
    gaps: list[Gap] = []
    if arguments.platform is not UNSET:
        gaps.append(Gap("platform", "coins are not narrowed by chain"))
    if limit < arguments.limit:
        gaps.append(Gap("limit", f"{limit} rows a name, since several names were asked for"))
    return gaps


TOOL = built_in_tool(id_lookup, advice=_ADVICE, is_resolver=True)

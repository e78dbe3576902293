"""`cmc_id_lookup`: names, tickers, slugs and addresses to canonical ids."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, time
from typing import Annotated, Any, Literal

import msgspec
from msgspec import UNSET, Meta, Struct, UnsetType, structs

from cryptodesk.market.identity.directory import is_address
from cryptodesk.tools._envelope import Gap, Origin, encode_time, merge_origins, mode_notes, source_names
from cryptodesk.tools._lookup_coins import find_coins
from cryptodesk.tools._lookup_listed import find_listed
from cryptodesk.tools._lookup_rows import CategoryRow, CoinRow, ExchangeRow, Found, LookupRow, NftRow, TokenRow
from cryptodesk.tools._lookup_tokens import find_tokens
from cryptodesk.tools._output import encoded_size
from cryptodesk.tools._text import clean
from cryptodesk.tools._tool import SOFT_LIMIT, ToolContext, built_in_tool, invalid_arguments

__all__ = ["TOOL", "AssetType", "CoinRow", "IdLookupArguments", "IdLookupOutput", "id_lookup"]

AssetType = Literal["coin", "onchain_token", "exchange", "category", "nft"]

_MOST_NAMES = 5
_MOST_ROWS = 25
_ROOM_FOR_GAP = 150

_ADVICE = """\
Call cmc_id_lookup first whenever another tool wants an asset id; never guess an id.
Put up to 5 names into one call, comma-separated. Example: {"query": "bitcoin, ETH", "asset_type": "coin"}
asset_type is one of coin, onchain_token, exchange, category, nft; leave it out for coins.
Rows are best first. Check `match`, `name` and `warning`; where `is_close_call` is true or `rivals` lists others, say \
which one you took, or ask.
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


class IdLookupOutput(Struct, frozen=True, kw_only=True):
    """One of the lists, by the asset type asked for; of an address the tokens too, where no coin has it. Then when and
    from where."""

    coin_id_look_up_result: list[CoinRow] | UnsetType = UNSET
    onchain_token_id_look_up_result: list[TokenRow] | UnsetType = UNSET
    exchange_id_look_up_result: list[ExchangeRow] | UnsetType = UNSET
    category_id_look_up_result: list[CategoryRow] | UnsetType = UNSET
    nft_id_look_up_result: list[NftRow] | UnsetType = UNSET
    as_of: str
    source: list[str]
    notes: list[str] | UnsetType = UNSET
    provenance: list[Origin]
    unavailable: list[Gap]


async def id_lookup(arguments: IdLookupArguments, context: ToolContext) -> IdLookupOutput:
    """Find the canonical id of a coin, onchain token, exchange, crypto category or NFT collection by its name, ticker,
    slug or contract address."""
    names = _names(arguments.query)
    limit = min(arguments.limit, _MOST_ROWS // len(names))
    platform = None if arguments.platform is UNSET else arguments.platform
    kind = arguments.asset_type
    addresses = [name for name in names if kind != "onchain_token" and is_address(name)]
    own = await _search(
        kind, [name for name in names if kind == "coin" or name not in addresses], limit, platform, context
    )
    # An address means a token, whatever the type; a coin of the directory that has it says as much.
    open_addresses = [name for name in addresses if not any(row.query == name for row in own.rows)]
    tokens = await find_tokens(open_addresses, limit, platform, context) if open_addresses else None
    lists: dict[str, list[LookupRow]] = {f"{kind}_id_look_up_result": own.rows}
    parts = [own]
    if tokens is not None and (tokens.rows or kind != "coin"):
        lists["onchain_token_id_look_up_result"] = tokens.rows
        parts = [_without_misses(own, open_addresses), tokens]
    gaps = [*(gap for part in parts for gap in part.gaps), *_limits(arguments, limit)]
    return _fitted(_output(lists, parts, gaps, context), f"{kind}_id_look_up_result")


async def _search(
    kind: AssetType, names: Sequence[str], limit: int, platform: str | None, context: ToolContext
) -> Found:
    if not names:
        return Found([])
    if kind == "coin":
        return await find_coins(names, limit, context)
    if kind == "onchain_token":
        return await find_tokens(names, limit, platform, context)
    return await find_listed(kind, names, limit, platform, context)


def _names(query: str) -> list[str]:
    names = list(dict.fromkeys(name for part in query.split(",") if (name := part.strip())))
    if not names:
        raise invalid_arguments("query", f"names nothing, got {query!r}")
    if len(names) > _MOST_NAMES:
        raise invalid_arguments("query", f"at most {_MOST_NAMES} comma-separated names, got {len(names)}")
    return names


def _without_misses(own: Found, found_elsewhere: Sequence[str]) -> Found:
    reasons = {f"no match for {clean(name)!r}" for name in found_elsewhere}
    return structs.replace(own, gaps=[gap for gap in own.gaps if gap.reason not in reasons])


def _output(
    lists: Mapping[str, list[Any]], parts: Sequence[Found], gaps: list[Gap], context: ToolContext
) -> IdLookupOutput:
    pairs = [pair for part in parts for pair in part.origins]
    assets = len({row.asset_id for rows in lists.values() for row in rows})
    origins = merge_origins(pairs, assets)
    notes = mode_notes(origins)
    return IdLookupOutput(
        **lists,
        as_of=encode_time(_as_of(lists, context)),
        source=list(dict.fromkeys([*(name for part in parts for name in part.sources), *source_names(origins)])),
        notes=notes or UNSET,
        provenance=origins,
        unavailable=gaps,
    )


def _as_of(lists: Mapping[str, list[Any]], context: ToolContext) -> datetime:
    """The latest day on which any of the coins' identities was checked; the answer's own moment where there is none."""
    ids = [row.asset_id for row in lists.get("coin_id_look_up_result", ())]
    assets = [context.services.assets.by_id(asset_id) for asset_id in ids]
    days = [asset.verified_at for asset in assets if asset is not None and asset.verified_at]
    return min(datetime.combine(max(days), time.min, UTC), context.now) if days else context.now


def _limits(arguments: IdLookupArguments, limit: int) -> list[Gap]:
    gaps: list[Gap] = []
    if arguments.platform is not UNSET and arguments.asset_type == "coin":
        gaps.append(Gap("platform", "coins are not narrowed by chain"))
    if limit < arguments.limit:
        gaps.append(Gap("limit", f"{limit} rows a name, since several names were asked for"))
    return gaps


def _fitted(output: IdLookupOutput, key: str) -> IdLookupOutput:
    """Within the size, every name keeps its best rows: the last row of the name that has most goes first."""
    rows: list[Any] = list(getattr(output, key))
    before = len(rows)
    while len(rows) > 1 and _size(output) > SOFT_LIMIT - _ROOM_FOR_GAP:
        counts = Counter(row.query for row in rows)
        longest = max(counts.values())
        if longest == 1:
            break
        name = next(query for query in reversed(counts) if counts[query] == longest)
        last = max(place for place, row in enumerate(rows) if row.query == name)
        del rows[last]
        output = _with_rows(output, key, rows)
    if len(rows) == before:
        return output
    gap = Gap("limit", f"{before - len(rows)} rows were left out to keep the answer short: ask for fewer names")
    return structs.replace(output, unavailable=[*output.unavailable, gap])


def _with_rows(output: IdLookupOutput, key: str, rows: list[Any]) -> IdLookupOutput:
    ids = {row.asset_id for row in rows}
    gaps = [gap for gap in output.unavailable if gap.asset_id is UNSET or gap.asset_id in ids]
    return structs.replace(output, unavailable=gaps, **{key: rows[:]})


def _size(output: IdLookupOutput) -> int:
    return encoded_size(msgspec.to_builtins(output))


TOOL = built_in_tool(id_lookup, advice=_ADVICE, is_resolver=True)

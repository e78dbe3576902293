"""Onchain tokens for `cmc_id_lookup`: by contract beyond doubt, by name with a warning where a known coin has it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from msgspec import UNSET, Struct

from cryptodesk.market.identity.names import NameMatch
from cryptodesk.market.records import Asset, TokenListing
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._listed_names import search_names
from cryptodesk.tools._lookup_listed import match_fields, no_source, row_origins
from cryptodesk.tools._lookup_rows import Found, TokenRow
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._token_ids import TokenId, parse_token_id, platform_slug
from cryptodesk.tools._tool import ToolContext

__all__ = ["find_tokens"]


class _Candidate(Struct, frozen=True):
    """A token and how it was found. One that only the directory knows has no listing."""

    row: TokenRow
    listing: TokenListing | None = None


async def find_tokens(names: Sequence[str], limit: int, platform: str | None, context: ToolContext) -> Found:
    """Rows best first, name by name. A contract that only the directory knows is a row without figures."""
    chain = None if platform is None else platform_slug(platform)
    contracts = {name: parse_token_id(name, chain) for name in names}
    asked = [name if (contract := contracts[name]) is None else contract.text for name in names]
    searched = await context.find(TokenListing, asked, platform=chain)
    candidates = {name: await _candidates(name, contracts[name], searched.records, limit, context) for name in names}
    open_names = [name for name, found in candidates.items() if not found]
    gaps = failed_sources(("onchain_token", searched), ids=asked)
    is_served = bool(searched.records)
    if open_names:
        listed = await context.find(TokenListing, platform=chain)
        is_served = is_served or bool(listed.records)
        gaps += failed_sources(("onchain_token", listed))
        for name in open_names:
            found = await _candidates(name, contracts[name], listed.records, limit, context)
            candidates[name] = found or _of_directory(name, contracts[name], context)
    gaps = list(dict.fromkeys(gaps))
    rows = [candidate for found in candidates.values() for candidate in found]
    unmatched = [Gap("query", f"no match for {clean(name)!r}") for name, found in candidates.items() if not found]
    if not rows and not is_served:
        unmatched = [no_source("onchain_token")]
    listings = [(one.listing, one.row) for one in rows if one.listing is not None]
    origins = row_origins([listing for listing, _ in listings], [row for _, row in listings])
    return Found([one.row for one in rows], origins, [*unmatched, *gaps])


async def _candidates(
    name: str, contract: TokenId | None, records: Sequence[TokenListing], limit: int, context: ToolContext
) -> list[_Candidate]:
    if contract is not None:
        own = {record.asset_id: record for record in records if contract.is_of(record.platform, record.address)}
        return [_of_contract(record, name, len(own)) for record in list(own.values())[:limit]]
    if not records:
        return []
    (matches,) = await search_names(records, [name], limit)
    return [
        _Candidate(_named(match, name, context), match.item)
        for match in matches
        if isinstance(match.item, TokenListing)
    ]


def _of_contract(record: TokenListing, query: str, others: int) -> _Candidate:
    told = {
        "match": "exact_address",
        "confidence": 1.0 if others == 1 else 0.6,
        "query": clean(query, 200),
        "is_close_call": UNSET if others == 1 else True,
    }
    return _Candidate(_row(record, told), record)


def _named(match: NameMatch[Any], query: str, context: ToolContext) -> TokenRow:
    # The place in a list of tokens is no rank.
    told = match_fields(match, query, match.reasons[:1])
    warning = _other_bearer(match.item, context)
    if warning is not None:
        told["warning"] = warning if told["warning"] is UNSET else f"{told['warning']}; {warning}"
    return _row(match.item, told)


def _row(record: TokenListing, told: dict[str, Any]) -> TokenRow:
    return TokenRow(
        asset_id=record.asset_id,
        name=clean(record.name, NAME_LIMIT),
        symbol=clean(record.symbol, SYMBOL_LIMIT),
        platform=record.platform,
        address=record.address,
        price=record.price,
        market_cap=record.market_cap,
        liquidity=record.liquidity,
        coin_asset_id=record.coin_asset_id,
        **told,
    )


def _other_bearer(record: TokenListing, context: ToolContext) -> str | None:
    """The well known coin that bears the token's ticker or name and is not known to be this contract."""
    contract = TokenId(platform_slug(record.platform), record.address)
    for text, what in ((record.symbol, "ticker"), (record.name, "name")):
        for asset in _bearers(text, context):
            if asset.asset_id == record.coin_asset_id:
                return None
            own = parse_token_id(f"{asset.platform}:{asset.token_address}") if asset.token_address else None
            if own is not None and contract.is_of(own.platform, own.address):
                return None
            known = "has another contract on record" if own else "is not known under this contract"
            return (
                f"bears the {what} of {clean(asset.name)} ({clean(asset.symbol)}, id {asset.asset_id}), which {known}"
            )
    return None


def _bearers(text: str, context: ToolContext) -> Iterable[Asset]:
    matches = context.services.assets.exact(text, context.run.as_of)[:1]
    return (one.asset for one in matches if one.asset.is_active and not one.asset.is_obscure)


def _of_directory(name: str, contract: TokenId | None, context: ToolContext) -> list[_Candidate]:
    """A contract of a coin on record, of which no token listing is at hand."""
    if contract is None:
        return []
    matches = context.services.assets.exact(contract.address, context.run.as_of)
    assets = [match.asset for match in matches if match.match == "exact_address"]
    return [
        _Candidate(_bare_row(asset, name)) for asset in assets if contract.is_of(asset.platform, asset.token_address)
    ]


def _bare_row(asset: Asset, query: str) -> TokenRow:
    platform = platform_slug(asset.platform or "")
    return TokenRow(
        asset_id=f"{platform}:{asset.token_address}",
        name=clean(asset.name, NAME_LIMIT),
        symbol=clean(asset.symbol, SYMBOL_LIMIT),
        platform=platform,
        address=asset.token_address or "",
        price=None,
        market_cap=None,
        liquidity=None,
        coin_asset_id=asset.asset_id,
        match="exact_address",
        confidence=1.0,
        query=clean(query, 200),
    )

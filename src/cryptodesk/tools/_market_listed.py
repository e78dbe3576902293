"""Onchain tokens, exchanges, categories and NFT collections for `cmc_market_data`: found, and shown row by row."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct, structs

from cryptodesk.market.identity.names import NameMatch
from cryptodesk.market.query import AssetId, Found, answers
from cryptodesk.market.records import NftListing, TokenListing
from cryptodesk.tools._assets import Unresolved, numeric_id, raise_unresolved, unresolved_gaps
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._listed_names import LISTED_KINDS, Listed, ListedClass, exact_names
from cryptodesk.tools._market_companions import load_companions
from cryptodesk.tools._market_currency import is_dollar
from cryptodesk.tools._market_listed_rows import listed_row
from cryptodesk.tools._market_result import MarketDataOutput, MarketRequest, build_output, empty_output
from cryptodesk.tools._text import NAME_LIMIT, clean
from cryptodesk.tools._token_ids import contract_of, parse_token_id
from cryptodesk.tools._tool import ToolContext

__all__ = ["listed_output"]


class _Asked(Struct, frozen=True):
    """`given` as the caller wrote it, and `wanted`, the id it stands for."""

    given: AssetId
    wanted: AssetId


class _Resolved(Struct, frozen=True):
    record: Listed
    given: str | None = None


class _Search(Struct, frozen=True):
    """What was found by id, then by name; `is_served` tells whether anything of the class is known at all."""

    resolved: list[_Resolved]
    unresolved: list[Unresolved]
    found: tuple[Found[Listed], ...]
    is_served: bool
    currency: str


async def listed_output(
    asset_class: ListedClass, ids: Sequence[AssetId], request: MarketRequest, context: ToolContext
) -> MarketDataOutput:
    """Raises: ToolFailed if there is data of the class and no id is among it."""
    asked = [_Asked(given, _wanted(asset_class, given, context)) for given in dict.fromkeys(ids)]
    search = await _search(asset_class, asked, request, context)
    gaps = unresolved_gaps(search.unresolved)
    failures = failed_sources(*((asset_class, found) for found in search.found), ids=[item.wanted for item in asked])
    if not search.resolved:
        if search.is_served:
            raise_unresolved(search.unresolved)
        what = asset_class.replace("_", " ")
        return empty_output(request, [Gap(asset_class, f"no source of {what} data is at hand"), *failures])
    records = {item.record.key: item for item in search.resolved}
    companions = await load_companions(asset_class, [item.record for item in records.values()], request, context)
    rows = [listed_row(item.record, item.given, request, companions) for item in records.values()]
    shown = structs.replace(request, quote_currency=search.currency)
    gaps += [
        *_conversion_gap(asset_class, request, search),
        *failures,
        *failed_sources(*companions.found, ids=companions.ids),
    ]
    return build_output(shown, rows, gaps, _dollar_note(request, search))


def _wanted(asset_class: ListedClass, given: AssetId, context: ToolContext) -> AssetId:
    number, text = numeric_id(given), str(given).strip()
    if asset_class == "exchange":
        return text if number is None else number
    if asset_class != "onchain_token":
        return text
    contract = parse_token_id(text) if number is None else contract_of(number, context.services.assets)
    return text if contract is None else contract.text


async def _search(
    asset_class: ListedClass, asked: Sequence[_Asked], request: MarketRequest, context: ToolContext
) -> _Search:
    kind = LISTED_KINDS[asset_class]
    wanted = [item.wanted for item in asked]
    currency = "USD" if is_dollar(request.quote_currency) else request.quote_currency
    found: list[Found[Listed]] = [await context.find(kind, wanted, quote_currency=currency)]
    own = [record for record in found[0].records if record.quote_currency == currency]
    if not own and currency != "USD":
        currency = "USD"
        found.append(await context.find(kind, wanted))
        own = [record for record in found[1].records if record.quote_currency == currency]
    by_id = {item.given: record for item in asked if (record := _of_id(own, item)) is not None}
    open_items = [item for item in asked if item.given not in by_id]
    listed: Found[Listed] = await context.find(kind, quote_currency=currency) if open_items else Found()
    named = await _by_name(open_items, listed.records)
    resolved = [_outcome(item, by_id, named) for item in asked]
    return _Search(
        [item for item in resolved if isinstance(item, _Resolved)],
        [item for item in resolved if isinstance(item, Unresolved)],
        (*found, listed) if open_items else tuple(found),
        bool(own or listed.records),
        currency if is_dollar(currency) is False else _dollars(request),
    )


def _dollars(request: MarketRequest) -> str:
    """What dollar figures are said to be in: a stablecoin that counts as a dollar, where that was asked for."""
    return request.quote_currency if is_dollar(request.quote_currency) else "USD"


def _of_id(records: Sequence[Listed], item: _Asked) -> Listed | None:
    exact = next((record for record in records if answers(record, item.wanted)), None)
    contract = parse_token_id(str(item.wanted))
    if exact is not None or contract is None:
        return exact
    tokens = [
        record
        for record in records
        if isinstance(record, TokenListing) and contract.is_of(record.platform, record.address)
    ]
    # One address on several chains is several tokens.
    return tokens[0] if len({token.asset_id for token in tokens}) == 1 else None


async def _by_name(items: Sequence[_Asked], records: Sequence[Listed]) -> dict[AssetId, tuple[NameMatch[Listed], ...]]:
    names = [str(item.wanted) for item in items]
    matches = await exact_names(records, names) if records and names else [()] * len(names)
    return {item.given: _same_contract(item, found) for item, found in zip(items, matches, strict=True)}


def _same_contract(item: _Asked, matches: Sequence[NameMatch[Listed]]) -> tuple[NameMatch[Listed], ...]:
    """Names are compared without regard to case, which in an address may tell two tokens apart."""
    contract = parse_token_id(str(item.wanted))
    if contract is None:
        return tuple(matches)
    return tuple(
        match
        for match in matches
        if isinstance(match.item, TokenListing | NftListing) and contract.is_of(match.item.platform, match.item.address)
    )


def _outcome(
    item: _Asked, by_id: dict[AssetId, Listed], named: dict[AssetId, tuple[NameMatch[Listed], ...]]
) -> _Resolved | Unresolved:
    if item.given in by_id:
        is_same = str(by_id[item.given].asset_id) == str(item.given).strip()
        return _Resolved(by_id[item.given], None if is_same else str(item.given))
    matches = named.get(item.given, ())
    if not matches:
        return Unresolved(item.given, f"asset not found: {clean(str(item.given), NAME_LIMIT)}")
    best = matches[0]
    if best.is_close_call and best.rivals:
        options = ", ".join(f"{match.id} ({clean(match.item.name)})" for match in matches[:5])
        return Unresolved(item.given, f"{clean(str(item.given))!r} may mean {options}: give the id")
    return _Resolved(best.item, str(item.given))


def _conversion_gap(asset_class: ListedClass, request: MarketRequest, search: _Search) -> list[Gap]:
    if search.currency == request.quote_currency:
        return []
    what = asset_class.replace("_", " ")
    return [
        Gap("convert", f"no source gives {what} figures in {request.quote_currency}: they are in {search.currency}")
    ]


def _dollar_note(request: MarketRequest, search: _Search) -> list[str]:
    if search.currency == "USD" or not is_dollar(search.currency):
        return []
    return [f"figures are in USD; 1 USD is taken as 1 {search.currency}"]

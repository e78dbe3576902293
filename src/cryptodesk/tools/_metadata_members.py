"""Whom `cmc_asset_metadata` is asked about: members of one class by id, or by a name that means only one."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import AssetId, Found, answers
from cryptodesk.market.records import Asset, AssetClass, CoinListing, Profile, TokenListing
from cryptodesk.tools._assets import Unresolved, numeric_id, raise_unresolved, resolve_coins, unresolved_gaps
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._listed_names import LISTED_KINDS, Listed, exact_names
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._token_ids import contract_of, parse_token_id, platform_slug
from cryptodesk.tools._tool import ToolContext

__all__ = ["Member", "Members", "resolve_members"]

_ID_LENGTH = 160


class Member(Struct, frozen=True):
    """One of those asked about, with what is known of it: an identity of the directory, its row in a list, a profile.
    `given` is what the caller wrote, where that was no id."""

    asset_class: AssetClass
    asset_id: AssetId
    asset: Asset | None = None
    listing: CoinListing | Listed | None = None
    profile: Profile | None = None
    given: str | None = None

    @property
    def name(self) -> str:
        # The directory's name is checked; the others are what a source says.
        return next((clean(one.name, NAME_LIMIT) for one in (self.asset, self.profile, self.listing) if one), "")

    @property
    def symbol(self) -> str | None:
        texts = (getattr(one, "symbol", None) for one in (self.asset, self.profile, self.listing) if one)
        return next((clean(text, SYMBOL_LIMIT) for text in texts if text), None)

    @property
    def slug(self) -> str | None:
        texts = (getattr(one, "slug", None) for one in (self.asset, self.profile, self.listing) if one)
        return next((clean(text, NAME_LIMIT) for text in texts if text), None)


class Members(Struct, frozen=True):
    """`is_served` tells whether anything of the class is known at all."""

    members: tuple[Member, ...]
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()
    is_served: bool = True


async def resolve_members(asset_class: AssetClass, ids: Sequence[AssetId], context: ToolContext) -> Members:
    """In the order given, each once. Raises: ToolFailed if there is data of the class and no id is among it."""
    return await (_coins(ids, context) if asset_class == "coin" else _others(asset_class, ids, context))


async def _coins(ids: Sequence[AssetId], context: ToolContext) -> Members:
    resolved, unresolved = await resolve_coins(ids, context)
    known = [item.asset.asset_id for item in resolved]
    listed, profiles = await asyncio.gather(
        context.find(CoinListing, known), context.find(Profile, known, asset_class="coin")
    )
    members = tuple(
        Member(
            "coin",
            item.asset.asset_id,
            item.asset,
            _own(listed.records, item.asset.asset_id),
            _own(profiles.records, item.asset.asset_id),
            item.given,
        )
        for item in resolved
    )
    gaps = unresolved_gaps(unresolved)
    gaps += failed_sources(("profile", profiles), ("supply", listed))
    notes = tuple(f"{clean(item.given or '')}: {item.warning}" for item in resolved if item.warning)
    return Members(members, tuple(gaps), notes)


async def _others(asset_class: AssetClass, ids: Sequence[AssetId], context: ToolContext) -> Members:
    kind = LISTED_KINDS[asset_class]  # type: ignore[index]
    wanted = {given: _wanted(asset_class, given, context) for given in dict.fromkeys(ids)}
    asked = list(dict.fromkeys(wanted.values()))
    listed: Found[Any]
    listed, profiles = await asyncio.gather(
        context.find(kind, asked), context.find(Profile, asked, asset_class=asset_class)
    )
    members = {given: _member(asset_class, given, one, (listed, profiles), context) for given, one in wanted.items()}
    open_ids = [given for given, member in members.items() if member is None]
    everyone: Found[Any] = await context.find(kind) if open_ids else Found()
    named = await _by_name(asset_class, open_ids, everyone.records, context)
    found = [member or named.get(given) for given, member in members.items()]
    unresolved = [item for item in found if isinstance(item, Unresolved)]
    resolved = {str(item.asset_id): item for item in found if isinstance(item, Member)}
    failures = failed_sources(("profile", profiles), (asset_class, listed), (asset_class, everyone))
    is_served = bool(resolved or everyone.records)
    if not resolved and is_served:
        raise_unresolved(unresolved)
    gaps = unresolved_gaps(unresolved)
    return Members(tuple(resolved.values()), (*gaps, *failures), is_served=is_served)


def _wanted(asset_class: AssetClass, given: AssetId, context: ToolContext) -> AssetId:
    """The id that the feed knows it by: of a coin among tokens its contract."""
    number, text = numeric_id(given), str(given).strip()
    if asset_class == "exchange":
        return text if number is None else number
    if asset_class != "onchain_token":
        return text
    contract = parse_token_id(text) if number is None else contract_of(number, context.services.assets)
    return text if contract is None else contract.text


def _member(
    asset_class: AssetClass,
    given: AssetId,
    wanted: AssetId,
    found: tuple[Found[Any], Found[Profile]],
    context: ToolContext,
) -> Member | None:
    listing, profile = _one(found[0].records, wanted), _one(found[1].records, wanted)
    asset = _coin_of(wanted, context) if asset_class == "onchain_token" else None
    if listing is None and profile is None and asset is None:
        return None
    asset_id: AssetId = wanted
    if listing is not None:
        asset_id = listing.asset_id
    elif asset_class == "onchain_token" and asset is not None:
        asset_id = f"{platform_slug(asset.platform or '')}:{asset.token_address}"
    is_same = str(asset_id) == str(given).strip()
    return Member(asset_class, asset_id, asset, listing, profile, None if is_same else clean(str(given), _ID_LENGTH))


def _coin_of(wanted: AssetId, context: ToolContext) -> Asset | None:
    """The coin of the directory whose contract it is."""
    token = parse_token_id(str(wanted))
    matches = context.services.assets.exact(token.text, context.run.as_of) if token else ()
    exact = [match.asset for match in matches if match.match == "exact_address"]
    return exact[0] if len({asset.asset_id for asset in exact}) == 1 else None


def _own(records: Sequence[Any], asset_id: AssetId) -> Any | None:
    return next((record for record in records if answers(record, asset_id)), None)


def _one(records: Sequence[Any], wanted: AssetId) -> Any | None:
    """By id, or a token by its contract in another spelling. One address on several chains is several tokens."""
    exact = _own(records, wanted)
    token = parse_token_id(str(wanted))
    if exact is not None or token is None:
        return exact
    same = [
        record
        for record in records
        if isinstance(record, TokenListing) and token.is_of(record.platform, record.address)
    ]
    return same[0] if len({record.asset_id for record in same}) == 1 else None


async def _by_name(
    asset_class: AssetClass, given: Sequence[AssetId], records: Sequence[Listed], context: ToolContext
) -> dict[AssetId, Member | Unresolved]:
    matches = (
        await exact_names(records, [str(one).strip() for one in given]) if records and given else [()] * len(given)
    )
    outcomes: dict[AssetId, Member | Unresolved] = {}
    for one, found in zip(given, matches, strict=True):
        text = clean(str(one), _ID_LENGTH)
        if not found:
            outcomes[one] = Unresolved(one, f"asset not found: {text}")
        elif found[0].is_close_call and found[0].rivals:
            options = ", ".join(f"{match.id} ({clean(match.item.name)})" for match in found[:5])
            outcomes[one] = Unresolved(one, f"{text!r} may mean {options}: give the id")
        else:
            record = found[0].item
            profiles = await context.find(Profile, [record.asset_id], asset_class=asset_class)
            profile = _own(profiles.records, record.asset_id)
            outcomes[one] = Member(asset_class, record.asset_id, None, record, profile, text)
    return outcomes

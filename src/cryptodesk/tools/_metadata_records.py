"""Everything beside profiles that the fields asked for need, found together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import Any, TypeVar

from msgspec import Struct

from cryptodesk.market.identity.names import address_key
from cryptodesk.market.issuance import BITCOIN_ASSET_ID
from cryptodesk.market.query import AssetId, Found, Record, answers
from cryptodesk.market.records import CoinListing, ExchangeReserves, Holders, TokenSecurity, UnlockSchedule
from cryptodesk.tools._envelope import Gap, failed_sources
from cryptodesk.tools._metadata_members import Member
from cryptodesk.tools._token_ids import platform_slug
from cryptodesk.tools._tool import ToolContext

__all__ = ["Companions", "load_companions"]

R = TypeVar("R", bound=Record)

# A coin may live on thirty chains; each check is a request.
_MOST_CONTRACTS = 3


class Companions(Struct, frozen=True):
    """Records by the text of the member's id; `coins` is the whole list of coins."""

    unlocks: dict[str, UnlockSchedule] = {}
    reserves: dict[str, ExchangeReserves] = {}
    security: dict[str, tuple[TokenSecurity, ...]] = {}
    holders: dict[str, Holders] = {}
    coins: tuple[CoinListing, ...] = ()
    gaps: tuple[Gap, ...] = ()


async def load_companions(members: Sequence[Member], fields: Sequence[str], context: ToolContext) -> Companions:
    wanted = frozenset(fields)
    ids = [member.asset_id for member in members]
    # What a protocol's rule brings into being is never locked.
    locked = [asset_id for asset_id in ids if asset_id != BITCOIN_ASSET_ID]
    contracts = {str(member.asset_id): _contracts(member) for member in members}
    of_all = list(dict.fromkeys(one for some in contracts.values() for one in some))

    async def find(kind: type[R], asked: Sequence[AssetId] | None, *, is_wanted: bool) -> Found[R]:
        return await context.find(kind, asked) if is_wanted and asked != [] else Found()

    asset_class = members[0].asset_class if members else "coin"
    is_coin, is_token = asset_class == "coin", asset_class == "onchain_token"
    unlocks, reserves, security, holders, coins = await asyncio.gather(
        find(UnlockSchedule, locked, is_wanted=is_coin and "supply_schedule" in wanted),
        find(ExchangeReserves, ids, is_wanted=asset_class == "exchange" and "exchange_profile" in wanted),
        find(TokenSecurity, of_all, is_wanted=(is_coin or is_token) and "security" in wanted),
        find(Holders, ids, is_wanted=(is_coin or is_token) and "holders" in wanted),
        find(CoinListing, None, is_wanted=is_coin and "similar_assets" in wanted),
    )
    return Companions(
        _by_member(ids, unlocks),
        _by_member(ids, reserves),
        {asset_id: _checked(some, security) for asset_id, some in contracts.items()},
        _by_member(ids, holders),
        coins.records,
        tuple(
            failed_sources(
                ("supply_schedule", unlocks),
                ("reserves", reserves),
                ("security", security),
                ("holders", holders),
                ("similar_assets", coins),
            )
        ),
    )


def _contracts(member: Member) -> list[str]:
    """The ids of the tokens that it is, its own first."""
    if member.asset_class == "onchain_token":
        return [str(member.asset_id)]
    found: dict[tuple[str, str], str] = {}
    asset, own = member.asset, member.profile
    if asset is not None and asset.platform and asset.token_address:
        found[_key(asset.platform, asset.token_address)] = f"{platform_slug(asset.platform)}:{asset.token_address}"
    for contract in own.contracts if own is not None else ():
        text = f"{platform_slug(contract.platform)}:{contract.address}"
        found.setdefault(_key(contract.platform, contract.address), text)
    return list(found.values())[:_MOST_CONTRACTS]


def _key(platform: str, address: str) -> tuple[str, str]:
    return platform_slug(platform), address_key(address)


def _by_member(ids: Sequence[AssetId], found: Found[Any]) -> dict[str, Any]:
    pairs = ((asset_id, record) for asset_id in ids for record in found.records if answers(record, asset_id))
    by_id: dict[str, Any] = {}
    for asset_id, record in pairs:
        by_id.setdefault(str(asset_id), record)
    return by_id


def _checked(contracts: Sequence[str], found: Found[TokenSecurity]) -> tuple[TokenSecurity, ...]:
    """The reports of these contracts, whatever the spelling of their addresses."""
    keys = {_key(*text.split(":", 1)) for text in contracts if ":" in text}
    return tuple(
        record for record in found.records if ":" in record.asset_id and _key(*record.asset_id.split(":", 1)) in keys
    )

"""Puts the rows of `cmc_asset_metadata` together: the fields that a class has, in as much detail as there is room."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

from cryptodesk.market.records import AssetClass
from cryptodesk.tools._envelope import (
    Gap,
    Origin,
    encode_time,
    merge_gaps,
    merge_origins,
    mode_notes,
    source_names,
)
from cryptodesk.tools._metadata_exchange import exchange_profile
from cryptodesk.tools._metadata_members import Member, Members
from cryptodesk.tools._metadata_part import DETAILS, Detail, Part, join, known
from cryptodesk.tools._metadata_profile import contracts, description, links, profile, tags
from cryptodesk.tools._metadata_records import Companions
from cryptodesk.tools._metadata_safety import holders, security
from cryptodesk.tools._metadata_similar import similar_assets
from cryptodesk.tools._metadata_supply import supply, supply_schedule
from cryptodesk.tools._output import encoded_size, round_floats
from cryptodesk.tools._tool import HARD_LIMIT, SOFT_LIMIT

__all__ = ["APPLICABLE", "AssetMetadataOutput", "build_output", "empty_output"]

_ALWAYS = ("profile", "description", "links")
# Which fields each class has at all.
APPLICABLE: dict[AssetClass, tuple[str, ...]] = {
    "coin": (
        *_ALWAYS,
        "tags",
        "supply",
        "supply_schedule",
        "contracts",
        "similar_assets",
        "security",
        "holders",
    ),
    "onchain_token": (*_ALWAYS, "tags", "supply", "contracts", "security", "holders"),
    "exchange": (*_ALWAYS, "exchange_profile"),
    "category": ("profile", "description"),
    "nft": (*_ALWAYS, "supply", "contracts"),
}
# What is asked for where nobody chose: that a class has no such field needs no saying.
_DEFAULT_FIELDS = ("profile", "links", "tags")
_CALLED: dict[AssetClass, str] = {
    "onchain_token": "an onchain token",
    "exchange": "an exchange",
    "nft": "an NFT collection",
}


class AssetMetadataResult(Struct, frozen=True):
    results: list[dict[str, Any]]


class AssetMetadataOutput(Struct, frozen=True, kw_only=True):
    """One row an asset, in the order asked. `as_of` is the moment of the question: what each field describes stands
    under `provenance`."""

    asset_metadata_result: AssetMetadataResult
    as_of: str
    source: list[str]
    notes: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]
    truncated: bool | UnsetType = UNSET


def empty_output(gaps: Sequence[Gap], now: datetime) -> AssetMetadataOutput:
    return AssetMetadataOutput(
        asset_metadata_result=AssetMetadataResult([]),
        as_of=encode_time(now),
        source=[],
        notes=[],
        provenance=[],
        unavailable=list(gaps),
    )


def build_output(found: Members, companions: Companions, fields: Sequence[str], now: datetime) -> AssetMetadataOutput:
    """As detailed as fits into the soft limit; with the least detail whatever fits into the hard one, the last assets
    left out and named."""
    for detail in DETAILS:
        output = _output(found, companions, fields, now, detail)
        if _size(output) <= SOFT_LIMIT:
            return output if detail is DETAILS[0] else structs.replace(output, truncated=True)
    members, left_out = list(found.members), []
    while _size(output) > HARD_LIMIT and len(members) > 1:
        last = members.pop()
        left_out.append(Gap("asset_metadata", f"{last.name} did not fit in: ask for it by itself", last.asset_id))
        fewer = structs.replace(found, members=tuple(members), gaps=(*found.gaps, *left_out))
        output = _output(fewer, companions, fields, now, DETAILS[-1])
    return structs.replace(output, truncated=True)


def _size(output: AssetMetadataOutput) -> int:
    return encoded_size(round_floats(msgspec.to_builtins(output), 8))


def _output(
    found: Members, companions: Companions, fields: Sequence[str], now: datetime, detail: Detail
) -> AssetMetadataOutput:
    parts = [(member, _part(member, companions, fields, now, detail)) for member in found.members]
    origins = merge_origins([(member.asset_id, one) for member, part in parts for one in part.origins], len(parts))
    gaps = merge_gaps([gap for _, part in parts for gap in part.gaps], len(parts))
    notes = [note for _, part in parts for note in part.notes]
    return AssetMetadataOutput(
        asset_metadata_result=AssetMetadataResult([_row(member, part) for member, part in parts]),
        as_of=encode_time(now),
        source=source_names(origins),
        notes=list(dict.fromkeys([*found.notes, *notes, *mode_notes(origins)])),
        provenance=origins,
        unavailable=[*found.gaps, *companions.gaps, *_inapplicable(found.members[0].asset_class, fields), *gaps],
    )


def _row(member: Member, part: Part) -> dict[str, Any]:
    identity = known(
        id=member.asset_id, name=member.name, symbol=member.symbol, slug=member.slug, resolved_from=member.given
    )
    return {**identity, **part.fields}


def _part(member: Member, companions: Companions, fields: Sequence[str], now: datetime, detail: Detail) -> Part:
    key = str(member.asset_id)
    makers: dict[str, Callable[[], Part]] = {
        "profile": lambda: profile(member, now),
        "description": lambda: description(member, now, detail),
        "links": lambda: links(member, detail),
        "tags": lambda: tags(member, detail),
        "supply": lambda: supply(member, now),
        "supply_schedule": lambda: supply_schedule(member, companions.unlocks.get(key), now, detail),
        "contracts": lambda: contracts(member, now, detail),
        "exchange_profile": lambda: exchange_profile(member, companions.reserves.get(key), detail),
        "similar_assets": lambda: similar_assets(member, companions.coins),
        "security": lambda: security(member, companions.security.get(key, ()), detail),
        "holders": lambda: holders(member, companions.holders.get(key)),
    }
    applicable = APPLICABLE[member.asset_class]
    return join(makers[field]() for field in fields if field in applicable)


def _inapplicable(asset_class: AssetClass, fields: Sequence[str]) -> list[Gap]:
    others = [field for field in fields if field not in APPLICABLE[asset_class]]
    if not others or tuple(fields) == _DEFAULT_FIELDS:
        return []
    what = _CALLED.get(asset_class, f"a {asset_class}")
    return [Gap(", ".join(others), f"{what} has none")]

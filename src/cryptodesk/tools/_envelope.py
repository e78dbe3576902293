"""What the results of the data tools have in common: origins and gaps said, times written one way."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime

from msgspec import UNSET, Struct, UnsetType, structs

from cryptodesk.market.records import Provenance

__all__ = ["Gap", "Origin", "encode_time", "merge_gaps", "merge_origins", "origin_of", "source_names"]


class Gap(Struct, frozen=True):
    """Something asked for that is not in the result, and why. Without `asset_id` it holds for every asset asked."""

    field: str
    reason: str
    asset_id: int | str | UnsetType = UNSET


class Origin(Struct, frozen=True):
    """Where the values of `fields` come from, for `asset_ids` or else for every row. `as_of` is the moment they
    describe."""

    fields: tuple[str, ...]
    source: str
    mode: str
    as_of: str
    note: str | UnsetType = UNSET
    asset_ids: tuple[int, ...] | UnsetType = UNSET


def origin_of(fields: Iterable[str], provenance: Provenance, note: str | None = None) -> Origin:
    """The wire form of a provenance. `note` stands in for its own, which may repeat what is said elsewhere."""
    return Origin(tuple(fields), provenance.source, provenance.mode, encode_time(provenance.as_of), note or UNSET)


def merge_origins(origins: Iterable[tuple[int, Origin]], assets: int) -> list[Origin]:
    """One entry for all assets whose fields have the same origin; of one asset, fields of one origin share an entry.

    `origins` are pairs of asset id and entry; an entry that holds for all `assets` names none."""
    fields: dict[tuple[int, Origin], tuple[str, ...]] = {}
    for asset_id, origin in origins:
        key = (asset_id, structs.replace(origin, fields=()))
        fields[key] = (*fields.get(key, ()), *origin.fields)
    holders: dict[Origin, tuple[int, ...]] = {}
    for (asset_id, bare), names in fields.items():
        whole = structs.replace(bare, fields=names)
        holders[whole] = (*holders.get(whole, ()), asset_id)
    return [origin if len(ids) == assets else structs.replace(origin, asset_ids=ids) for origin, ids in holders.items()]


def merge_gaps(gaps: Iterable[Gap], assets: int) -> list[Gap]:
    """A gap that each of several assets has is said once, without an asset."""
    holders: dict[tuple[str, str], list[Gap]] = {}
    for gap in gaps:
        holders.setdefault((gap.field, gap.reason), []).append(gap)
    merged: list[Gap] = []
    for (field, reason), same in holders.items():
        merged += [Gap(field, reason)] if len(same) == assets > 1 else same
    return merged


def source_names(origins: Iterable[Origin]) -> list[str]:
    """Each source once; a computed value names what it was computed from as `a × b`."""
    return list(dict.fromkeys(name for origin in origins for name in origin.source.split(" × ")))


def encode_time(moment: datetime) -> str:
    """`2026-09-10T00:00:00Z`: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

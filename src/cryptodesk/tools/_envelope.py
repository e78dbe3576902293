"""What the results of the data tools have in common: origins and gaps said, times written one way."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType, structs

from cryptodesk.market.query import AssetId, Found
from cryptodesk.market.records import Mode, Provenance
from cryptodesk.tools._text import clean

__all__ = [
    "SIMULATED_NOTE",
    "Gap",
    "Origin",
    "computed_mode",
    "encode_time",
    "failed_sources",
    "merge_gaps",
    "merge_origins",
    "mode_notes",
    "origin_of",
    "source_names",
]

SIMULATED_NOTE = "simulated data: an invented market, nothing of it is real"

_MOST_FAILURES = 8
_REASON_LIMIT = 200
_JOINS = re.compile(r" [×+] ")


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
    asset_ids: tuple[int | str, ...] | UnsetType = UNSET


def origin_of(fields: Iterable[str], provenance: Provenance, note: str | None = None) -> Origin:
    """The wire form of a provenance. `note` stands in for its own, which may repeat what is said elsewhere."""
    return Origin(tuple(fields), provenance.source, provenance.mode, encode_time(provenance.as_of), note or UNSET)


def merge_origins(origins: Iterable[tuple[int | str, Origin]], assets: int) -> list[Origin]:
    """One entry for all assets whose fields have the same origin; of one asset, fields of one origin share an entry.

    `origins` are pairs of asset id and entry; an entry that holds for all `assets` names none."""
    fields: dict[tuple[int | str, Origin], tuple[str, ...]] = {}
    for asset_id, origin in origins:
        key = (asset_id, structs.replace(origin, fields=()))
        fields[key] = (*fields.get(key, ()), *origin.fields)
    holders: dict[Origin, tuple[int | str, ...]] = {}
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
    """Each source once; a computed value names what it was computed from as `a × b`, a sum as `a + b`."""
    return list(dict.fromkeys(name for origin in origins for name in _JOINS.split(origin.source)))


def computed_mode(modes: Iterable[Mode]) -> Mode:
    """The mode of what is computed from values of these modes: anything simulated makes the whole simulated."""
    return "simulated" if "simulated" in modes else "computed"


def mode_notes(origins: Iterable[Origin]) -> list[str]:
    """What must be said once of a whole result, whatever its fields."""
    return [SIMULATED_NOTE] if any(origin.mode == "simulated" for origin in origins) else []


def failed_sources(*asked: tuple[str, Found[Any]], ids: Iterable[AssetId] = ()) -> list[Gap]:
    """A line for each source that should have answered and did not; `asked` are pairs of what was asked and the answer.

    That nobody holds anything of one of the `ids` is no failure: the field that is missing says so itself."""
    known = set(map(str, ids))
    failures: dict[tuple[str, str], str] = {}
    for field, found in asked:
        for item in found.unavailable:
            if item.field not in known and (item.source != "store" or item.field is not None):
                failures.setdefault((item.source, item.reason), field)
    gaps = [Gap(field, clean(f"{source}: {reason}", _REASON_LIMIT)) for (source, reason), field in failures.items()]
    left_out = len(gaps) - _MOST_FAILURES
    return (
        gaps if left_out <= 0 else [*gaps[:_MOST_FAILURES], Gap("sources", f"{left_out} more sources did not answer")]
    )


def encode_time(moment: datetime) -> str:
    """`2026-09-10T00:00:00Z`: whole seconds, UTC."""
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

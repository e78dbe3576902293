"""Pieces that the rows of `cmc_asset_metadata` are put together from."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from msgspec import Struct

from cryptodesk.market.query import AssetId
from cryptodesk.market.records import Provenance
from cryptodesk.tools._envelope import Gap, Origin, origin_of

__all__ = ["DETAILS", "Detail", "Part", "join", "known", "missing", "part_of"]


class Detail(Struct, frozen=True):
    """How much is shown of what can be long: characters of a description, members of lists."""

    description: int
    tags: int
    links: int
    contracts: int
    checks: int
    wallets: int
    unlocks: int


# From everything to the least that still answers: the first that fits is taken.
DETAILS = (
    Detail(description=1_500, tags=40, links=5, contracts=30, checks=40, wallets=10, unlocks=8),
    Detail(description=700, tags=15, links=2, contracts=10, checks=12, wallets=10, unlocks=4),
    Detail(description=300, tags=8, links=1, contracts=4, checks=6, wallets=5, unlocks=2),
)


class Part(Struct, frozen=True):
    """Some fields of one row with where they come from, and what of it nobody knows."""

    fields: dict[str, Any] = {}
    origins: tuple[Origin, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


def known(**values: Any) -> dict[str, Any]:
    """The values that say something: a list without members and a text without letters do not."""
    return {name: value for name, value in values.items() if value is not None and value not in ("", [], {}, ())}


def part_of(fields: Mapping[str, Any], provenance: Provenance, note: str | None = None) -> Part:
    """All fields from one source; `note` stands before its own."""
    if not fields:
        return Part()
    text = "; ".join(filter(None, (note, provenance.note)))
    return Part(dict(fields), (origin_of(fields, provenance, text or None),))


def missing(field: str, reason: str, asset_id: AssetId) -> Part:
    return Part(gaps=(Gap(field, reason, asset_id),))


def join(parts: Iterable[Part]) -> Part:
    """One part of several; of a field that two of them have, the first one's."""
    fields: dict[str, Any] = {}
    origins: list[Origin] = []
    gaps: list[Gap] = []
    notes: dict[str, None] = {}
    for part in parts:
        new = [name for name in part.fields if name not in fields]
        fields |= {name: part.fields[name] for name in new}
        for origin in part.origins:
            own = tuple(name for name in origin.fields if name in new or name not in part.fields)
            if own:
                origins.append(Origin(own, origin.source, origin.mode, origin.as_of, origin.note))
        gaps += part.gaps
        notes |= dict.fromkeys(part.notes)
    return Part(fields, tuple(origins), tuple(gaps), tuple(notes))

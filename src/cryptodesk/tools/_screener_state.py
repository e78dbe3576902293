"""Which of the assets listed are still traded: those that are not are left out of a screen unless it asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.history import day_of
from cryptodesk.market.records import CoinListing
from cryptodesk.market.screening import AssetType, State

__all__ = ["Listed", "in_state", "plural"]

_GONE: dict[AssetType, str] = {
    "coin": "replaced by another coin",
    "exchange": "called inactive by their source",
}


class Listed(Struct, frozen=True):
    """The records to screen, the ids of those among them that are no longer traded, and what is to be said of it."""

    records: Sequence[Any]
    gone: frozenset[int] = frozenset()
    notes: tuple[str, ...] = ()


def in_state(asset_type: AssetType, records: Sequence[Any], state: State | None, directory: AssetDirectory) -> Listed:
    """Those in the state asked for, in their order; without `state` the ones still traded."""
    if asset_type not in _GONE or not records:
        return Listed(records)
    gone = _gone(asset_type, records, directory)
    notes = _notes(asset_type, state, len(gone), len(records))
    if state == "any" or (state != "inactive" and not gone):
        return Listed(records, gone, notes)
    wants_gone = state == "inactive"
    return Listed([record for record in records if (record.asset_id in gone) == wants_gone], gone, notes)


def plural(asset_type: AssetType) -> str:
    return {"category": "categories"}.get(asset_type, f"{asset_type.replace('_', ' ')}s")


def _gone(asset_type: AssetType, records: Sequence[Any], directory: AssetDirectory) -> frozenset[int]:
    if asset_type == "exchange":
        return frozenset(record.asset_id for record in records if not record.is_active)
    replaced = directory.history.replaced_ids
    candidates = [record for record in records if record.asset_id in replaced]
    return frozenset(record.asset_id for record in candidates if _was_replaced(record, directory))


def _was_replaced(coin: CoinListing, directory: AssetDirectory) -> bool:
    """By the day that the row is of: a list of an earlier day is right about it. An invented market has ends of its
    own."""
    asset = directory.by_id(coin.asset_id)
    if asset is None or coin.provenance.mode == "simulated":
        return False
    return not directory.history.seen_on(asset, day_of(coin.provenance.as_of)).is_active


def _notes(asset_type: AssetType, state: State | None, count: int, total: int) -> tuple[str, ...]:
    what, gone = plural(asset_type), _GONE[asset_type]
    if state == "inactive":
        return (f"only {what} {gone} were screened: {count} of the {total} at hand",)
    if not count:
        return ()
    said = f"{count} of the {total} {what} at hand, {gone}"
    if state == "any":
        return (f"screened too: {said}; their rows say is_active false",)
    return (f"left out: {said}; ask for inactive ones to see them",)

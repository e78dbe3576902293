"""Which of the assets listed are still traded: those that are not are left out of a screen unless it asks for them."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.market.directory import AssetDirectory
from cryptodesk.market.records import CoinListing
from cryptodesk.market.screening import AssetType, State

__all__ = ["Listed", "in_state", "plural"]

_GONE: dict[AssetType, str] = {
    "coin": "that another coin has replaced",
    "exchange": "that their source calls inactive",
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
    gone = frozenset(record.asset_id for record in records if _is_gone(record, directory))
    if state == "any" or (state != "inactive" and not gone):
        return Listed(records, gone, _note(asset_type, state, len(gone), len(records)))
    wants_gone = state == "inactive"
    kept = [record for record in records if (record.asset_id in gone) == wants_gone]
    return Listed(kept, gone, _note(asset_type, state, len(gone), len(records)))


def plural(asset_type: AssetType) -> str:
    return {"category": "categories"}.get(asset_type, f"{asset_type.replace('_', ' ')}s")


def _is_gone(record: Any, directory: AssetDirectory) -> bool:
    """Coins by what the directory knows of the day that the row is of: a list of an earlier day is right about it, and
    an invented market has ends of its own."""
    if not isinstance(record, CoinListing):
        return not record.is_active
    if record.provenance.mode == "simulated" or record.asset_id not in directory.history.replaced_ids:
        return False
    asset = directory.by_id(record.asset_id)
    return asset is not None and not directory.history.seen_on(asset, record.provenance.as_of.date()).is_active


def _note(asset_type: AssetType, state: State | None, count: int, total: int) -> tuple[str, ...]:
    what, gone = plural(asset_type), _GONE[asset_type]
    if state == "inactive":
        return (f"only {what} {gone} were screened: {count} of the {total} at hand",)
    if not count:
        return ()
    said = f"{count} of the {total} {what} at hand, {gone},"
    if state == "any":
        return (f"{said} were screened too: their rows say is_active false",)
    return (f"{said} were left out: ask for inactive ones to see them",)

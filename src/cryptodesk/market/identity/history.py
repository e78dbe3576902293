"""What an asset was called at a moment, and how a change of name is told."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, KeysView
from datetime import UTC, date, datetime

from msgspec.structs import replace

from cryptodesk.core.patterns import Pattern
from cryptodesk.market.identity.keys import KeyHit
from cryptodesk.market.identity.ranking import match_kind
from cryptodesk.market.identity.text import normalise, plain
from cryptodesk.market.records.assets import Asset, AssetChange, MatchKind, end_of_period

__all__ = ["NameHistory", "day_of", "old_names"]

_NOT_SLUG = Pattern(r"[^a-z0-9]+")


def day_of(moment: date | datetime | None) -> date | None:
    """The UTC day of a moment. Raises: ValueError for a time without a zone."""
    if not isinstance(moment, datetime):
        return moment
    if moment.tzinfo is None:
        raise ValueError(f"as_of must be aware of its time zone, got {moment!r}")
    return moment.astimezone(UTC).date()


def old_names(asset: Asset) -> Iterator[str]:
    return (change.name for change in asset.changes if change.name)


class NameHistory:
    """The changes of name among a set of assets. Immutable; safe to share between threads."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        self._successors = {
            change.asset_id: (asset, change)
            for asset in assets
            for change in asset.changes
            if change.asset_id is not None
        }

    @property
    def replaced_ids(self) -> KeysView[int]:
        """Assets that another one replaced, or will."""
        return self._successors.keys()

    def successor(self, asset: Asset) -> tuple[Asset, AssetChange] | None:
        """The asset that replaced this one, and the change; also for a change that is still to come."""
        return self._successors.get(asset.asset_id)

    def is_known(self, asset: Asset, day: date | None) -> bool:
        """Whether the asset existed on the day; one without any date is assumed to have."""
        first = asset.first_known if day is not None else None
        return first is None or day is None or first <= day

    def seen_on(self, asset: Asset, day: date | None) -> Asset:
        """The asset under the name and ticker it had on the day."""
        if day is None:
            return asset
        replaced = self._successors.get(asset.asset_id)
        if replaced and not asset.is_active and end_of_period(replaced[1].on) > day:
            asset = replace(asset, is_active=True, successor_id=None)
        for change in reversed(asset.changes):
            if change.asset_id is None and end_of_period(change.on) > day:
                asset = _before(asset, change)
        return asset

    def kind_on(self, asset: Asset, hit: KeyHit, day: date | None) -> MatchKind | None:
        """How a key of the asset matched on the day; None where the asset was not called that yet."""
        kind = match_kind(hit)
        pending = [change for change in asset.changes if day is not None and end_of_period(change.on) > day]
        if not pending:
            return kind
        own = [change for change in pending if change.asset_id is None]
        if hit.kind == "former":
            return self._former_on(hit, kind, own, len(pending) > len(own))
        if hit.key in {normalise(change.name or "") for change in own}:
            # What it was called then, whatever else it is today.
            return "exact_name" if kind == "exact_alias" else kind
        if hit.kind == "alias":
            # What a successor is also called was its predecessor's name until then.
            return kind if len(pending) == len(own) else None
        is_later = (change.symbol if hit.kind == "symbol" else change.name for change in own)
        return None if any(is_later) else kind

    @staticmethod
    def _former_on(hit: KeyHit, kind: MatchKind, own: list[AssetChange], is_successor: bool) -> MatchKind | None:
        if own and hit.key == normalise(own[0].symbol or ""):
            return "exact_symbol" if hit.how == "exact" else kind
        return None if is_successor else kind

    def tell(self, asset: Asset, key: str, day: date | None) -> str | None:
        """What a reader must know of a name that is no longer the asset's: what it became, when, at which ratio."""
        replaced = self._successors.get(asset.asset_id)
        if not (replaced or asset.changes or asset.former_symbols):
            return None  # as of most assets
        if replaced and not asset.is_active and not _is_pending(replaced[1], day):
            return _told(asset.symbol, *replaced)
        for change in asset.changes:
            if change.symbol and normalise(change.symbol) == key and not _is_pending(change, day):
                return _told(change.symbol, asset, change)
        is_its_own = any(normalise(change.symbol or "") == key for change in asset.changes)
        if not is_its_own and key in {normalise(symbol) for symbol in asset.former_symbols}:
            return (
                f"{plain(key.upper())} is a former ticker of {plain(asset.name)} ({plain(asset.symbol)});"
                " the day of the change is not on record"
            )
        return None


def _is_pending(change: AssetChange, day: date | None) -> bool:
    return day is not None and end_of_period(change.on) > day


def _before(asset: Asset, change: AssetChange) -> Asset:
    name = change.name or asset.name
    slug = _NOT_SLUG.sub("-", name.lower()).strip("-") if change.name else asset.slug
    return replace(asset, symbol=change.symbol or asset.symbol, name=name, slug=slug)


def _told(old: str, asset: Asset, change: AssetChange) -> str:
    new = f"{plain(asset.name)} ({plain(asset.symbol)}, id {asset.asset_id})"
    ratio = f", 1 {plain(old)} = {change.ratio} {plain(asset.symbol)}" if change.ratio else ""
    if change.asset_id is None:
        return f"{plain(old)} was renamed ({change.on}): it is {new} now{ratio}"
    return f"{plain(old)} (id {change.asset_id}) was replaced ({change.on}) by {new}{ratio}"

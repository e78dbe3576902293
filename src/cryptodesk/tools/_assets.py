"""From what a caller gave as an id to an asset: an id, or a name that can only mean one asset."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.errors import ToolFailed
from cryptodesk.market.directory import AssetDirectory
from cryptodesk.market.records import Asset, AssetMatch

__all__ = ["ResolvedAsset", "Unresolved", "resolve_asset", "resolve_assets"]

# A name shared with others is still taken for the asset whose rank is this many times better than the next one's.
_CLEAR_RANK_RATIO = 10


class ResolvedAsset(Struct, frozen=True):
    """`given` is what the caller wrote, where that was no id."""

    asset: Asset
    given: str | None = None


class Unresolved(Struct, frozen=True):
    given: int | str
    reason: str


def resolve_assets(ids: Sequence[int | str], directory: AssetDirectory) -> tuple[list[ResolvedAsset], list[Unresolved]]:
    """The assets in the order given, each once; and what names none, or more than one.

    Raises: ToolFailed if nothing at all was resolved."""
    found: dict[int, ResolvedAsset] = {}
    unresolved: list[Unresolved] = []
    for given in dict.fromkeys(ids):
        outcome = resolve_asset(given, directory)
        if isinstance(outcome, ResolvedAsset):
            found.setdefault(outcome.asset.asset_id, outcome)
        else:
            unresolved.append(outcome)
    if not found:
        raise ToolFailed("; ".join(item.reason for item in unresolved))
    return list(found.values()), unresolved


def resolve_asset(given: int | str, directory: AssetDirectory) -> ResolvedAsset | Unresolved:
    text = str(given).strip()
    if text.isascii() and text.isdigit():
        asset = directory.by_id(int(text)) if len(text) < 19 else None
        return ResolvedAsset(asset) if asset else _not_found(text)
    matches = directory.exact(text) if text else ()
    if not matches:
        return _not_found(text)
    best = matches[0]
    rivals = [rival for rival in map(directory.by_id, best.rivals) if rival is not None]
    if all(_is_clearly_ahead(best.asset, rival) for rival in rivals):
        return ResolvedAsset(best.asset, text)
    return Unresolved(given, _ambiguity(text, best, rivals))


def _is_clearly_ahead(asset: Asset, rival: Asset) -> bool:
    if asset.is_active and not rival.is_active:
        return True
    return asset.rank is not None and (rival.rank is None or rival.rank >= _CLEAR_RANK_RATIO * asset.rank)


def _not_found(given: str) -> Unresolved:
    return Unresolved(given, f"asset not found: {given[:80]}")


def _ambiguity(given: str, best: AssetMatch, rivals: Sequence[Asset]) -> str:
    options = ", ".join(f"{asset.asset_id} ({asset.name})" for asset in (best.asset, *rivals[:4]))
    return f"{given!r} may mean {options}: give the id"

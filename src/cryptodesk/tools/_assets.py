"""From what a caller gave as an id to an asset: an id, or a name that can only mean one asset."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

from msgspec import Struct

from cryptodesk.core.errors import ToolFailed
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.history import day_of
from cryptodesk.market.query import AssetId
from cryptodesk.market.records import Asset, AssetMatch, CoinListing
from cryptodesk.tools._envelope import Gap
from cryptodesk.tools._text import NAME_LIMIT, SYMBOL_LIMIT, clean
from cryptodesk.tools._tool import ToolContext

__all__ = [
    "ResolvedAsset",
    "Unresolved",
    "asset_of_listing",
    "numeric_id",
    "raise_unresolved",
    "resolve_asset",
    "resolve_assets",
    "resolve_coins",
    "unresolved_gaps",
]

_ID_DIGITS = 18


class ResolvedAsset(Struct, frozen=True):
    """`given` is what the caller wrote, where that was no id; `warning` what such a name may be mistaken for."""

    asset: Asset
    given: str | None = None
    warning: str | None = None


class Unresolved(Struct, frozen=True):
    given: int | str
    reason: str


def unresolved_gaps(unresolved: Iterable[Unresolved]) -> list[Gap]:
    """What was asked for and names nothing, in words fit to be shown."""
    return [
        Gap("ids", item.reason, clean(item.given) if isinstance(item.given, str) else item.given) for item in unresolved
    ]


def resolve_assets(
    ids: Sequence[int | str], directory: AssetDirectory, as_of: datetime | None = None
) -> tuple[list[ResolvedAsset], list[Unresolved]]:
    """The assets in the order given, each once; and what names none, or more than one.

    With `as_of` only what existed then. Raises: ToolFailed if nothing at all was resolved."""
    found, unresolved = _split(ids, directory, as_of)
    if not found:
        raise_unresolved(unresolved)
    return list(found.values()), unresolved


async def resolve_coins(ids: Sequence[int | str], context: ToolContext) -> tuple[list[ResolvedAsset], list[Unresolved]]:
    """As `resolve_assets` for the moment of the run; an id that only the market data knows is taken from there.

    Raises: ToolFailed if nothing at all was resolved."""
    found, unresolved = _split(ids, context.services.assets, context.run.as_of)
    strangers = [number for item in unresolved if (number := numeric_id(item.given)) is not None]
    if strangers:
        listed = await context.find(CoinListing, strangers)
        known = {listing.asset_id: ResolvedAsset(asset_of_listing(listing)) for listing in listed.records}
        unresolved = [item for item in unresolved if numeric_id(item.given) not in known]
        found |= known
    if not found:
        raise_unresolved(unresolved)
    return sorted(found.values(), key=lambda item: _place(ids, item)), unresolved


def resolve_asset(
    given: int | str, directory: AssetDirectory, as_of: datetime | None = None
) -> ResolvedAsset | Unresolved:
    text = str(given).strip()
    if text.isascii() and text.isdigit():
        asset = _by_id(numeric_id(text), directory, as_of)
        return ResolvedAsset(asset) if asset else _not_found(text)
    matches = directory.exact(text, as_of) if text else ()
    if not matches:
        return _not_found(text)
    best = matches[0]
    # An old name that nobody else bears is a close call only in that it must be told.
    if best.is_close_call and best.rivals:
        return Unresolved(given, _ambiguity(text, best, directory))
    return ResolvedAsset(best.asset, text, best.warning)


def numeric_id(given: AssetId) -> int | None:
    """The number an id is written as; None for any other text."""
    text = str(given).strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _ID_DIGITS else None


def asset_of_listing(listing: CoinListing) -> Asset:
    """What a listing alone says of an identity: nothing of it is verified."""
    return Asset(
        listing.asset_id,
        clean(listing.name, NAME_LIMIT),
        clean(listing.symbol, SYMBOL_LIMIT),
        clean(listing.slug, NAME_LIMIT),
        listing.rank,
        platform=listing.platform,
        token_address=listing.token_address,
        sources=(listing.provenance.source,),
    )


def raise_unresolved(unresolved: Sequence[Unresolved]) -> None:
    """Raises: ToolFailed with all reasons."""
    raise ToolFailed("; ".join(item.reason for item in unresolved))


def _split(
    ids: Sequence[int | str], directory: AssetDirectory, as_of: datetime | None
) -> tuple[dict[int, ResolvedAsset], list[Unresolved]]:
    found: dict[int, ResolvedAsset] = {}
    unresolved: list[Unresolved] = []
    for given in dict.fromkeys(ids):
        outcome = resolve_asset(given, directory, as_of)
        if isinstance(outcome, ResolvedAsset):
            found.setdefault(outcome.asset.asset_id, outcome)
        else:
            unresolved.append(outcome)
    return found, unresolved


def _by_id(asset_id: int | None, directory: AssetDirectory, as_of: datetime | None) -> Asset | None:
    asset = None if asset_id is None else directory.by_id(asset_id)
    day = day_of(as_of)
    if asset is None or not directory.history.is_known(asset, day):
        return None
    return directory.history.seen_on(asset, day)


def _place(ids: Sequence[int | str], item: ResolvedAsset) -> int:
    given = item.given if item.given is not None else str(item.asset.asset_id)
    return next((place for place, asked in enumerate(ids) if str(asked).strip().lstrip("0") == given.lstrip("0")), 0)


def _not_found(given: str) -> Unresolved:
    return Unresolved(given, f"asset not found: {clean(given)}")


def _ambiguity(given: str, best: AssetMatch, directory: AssetDirectory) -> str:
    rivals = [rival for rival in map(directory.by_id, best.rivals) if rival is not None]
    options = ", ".join(f"{asset.asset_id} ({clean(asset.name)})" for asset in (best.asset, *rivals[:4]))
    return f"{clean(given)!r} may mean {options}: give the id"

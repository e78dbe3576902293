"""From the assets a question names to assets with ids, by the lookup's result where there is one."""

from __future__ import annotations

from msgspec import Struct

from cryptodesk.models.analyst.evidence import Evidence, Hit
from cryptodesk.models.analyst.questions import AssetRef, Doubt, Plan
from cryptodesk.models.analyst.tool_names import ID_LOOKUP

__all__ = ["Resolved", "resolve"]


class Resolved(Struct, frozen=True):
    """`unknown` are words no asset was found for; `pending` are words that only a lookup can settle."""

    assets: tuple[AssetRef, ...]
    doubts: tuple[Doubt, ...]
    unknown: tuple[AssetRef, ...]
    pending: tuple[AssetRef, ...]


def resolve(plan: Plan, evidence: Evidence) -> Resolved:
    assets: list[AssetRef] = []
    doubts = list(plan.doubts)
    unknown: list[AssetRef] = []
    pending: list[AssetRef] = []
    for asset in plan.all_assets:
        hits = evidence.hits_for(asset)
        if asset.asset_id is not None:
            assets.append(asset)
        elif (only := _only_meaning(hits)) is not None:
            assets.append(only.reference)
        elif hits:
            doubts.append(Doubt(asset.text, tuple(hit.reference for hit in hits[:5])))
        else:
            (unknown if evidence.hits or _looked_up(evidence) else pending).append(asset)
    distinct = {str(asset.asset_id): asset for asset in assets}
    return Resolved(tuple(distinct.values()), tuple(doubts), tuple(unknown), tuple(pending))


def _only_meaning(hits: tuple[Hit, ...]) -> Hit | None:
    """The one full match; None where several match in the same way or the names are merely alike."""
    exact = [hit for hit in hits if hit.is_exact]
    if not exact or exact[0].rivals or len({hit.symbol for hit in exact}) < len(exact):
        return None
    return exact[0]


def _looked_up(evidence: Evidence) -> bool:
    return evidence.has_asked(ID_LOOKUP) and evidence.failure(ID_LOOKUP) is None

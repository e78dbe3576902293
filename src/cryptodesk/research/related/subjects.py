"""What a conversation is about: assets, sectors, the market, or how something works."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from msgspec import Struct

from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.research.planning import kind_of
from cryptodesk.research.related.findings import Findings
from cryptodesk.research.related.peers import Peer

__all__ = ["Subject", "shown_name", "subject_of"]

_OF_LISTS = frozenset({"gainers_losers", "ranking", "trending", "screener", "ecosystem"})
_OF_TEXTS = frozenset({"concept", "definition", "metadata"})
_LONGEST_NAME = 24


class Subject(Struct, frozen=True):
    """`kind` is the skill or intent of the first question; `listed` are assets that the answer ranked, best first;
    `sectors` are said as the analyst says them ("gaming")."""

    kind: str
    assets: tuple[Peer, ...] = ()
    listed: tuple[Peer, ...] = ()
    sectors: tuple[str, ...] = ()
    is_concept: bool = False


def subject_of(plans: Sequence[Plan], findings: Findings) -> Subject:
    kind = kind_of(plans[0]) if plans else "unclear"
    assets = {peer.asset_id: peer for plan in plans for peer in _named(plan.all_assets)}
    labels = tuple(dict.fromkeys(label for plan in plans for label in _labels(plan.slots)))
    is_list = any(kind_of(plan) in _OF_LISTS for plan in plans)
    return Subject(
        kind,
        tuple(assets.values()),
        findings.assets if is_list and not assets else (),
        labels,
        any(kind_of(plan) in _OF_TEXTS for plan in plans),
    )


def shown_name(peer: Peer) -> str:
    """As one would write it: no additions in brackets, the ticker where the name is long."""
    name = peer.name.partition(" (")[0].strip()
    return name if 0 < len(name) <= _LONGEST_NAME else peer.symbol


def _named(assets: Iterable[AssetRef]) -> Iterator[Peer]:
    for asset in assets:
        if isinstance(asset.asset_id, int):
            yield Peer(asset.asset_id, asset.name, asset.symbol)


def _labels(slots: object) -> Iterator[str]:
    """Of groups that a skill read, alone or as sides of a comparison; which slots have some is the skill's own."""
    groups = getattr(slots, "groups", ())
    sides = (getattr(getattr(slots, side, None), "group", None) for side in ("first", "second"))
    for group in (*(groups if isinstance(groups, tuple) else ()), *sides):
        label = getattr(group, "label", None)
        if isinstance(label, str) and label:
            yield label

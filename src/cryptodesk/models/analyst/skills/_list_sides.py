"""The two sides of a comparison of groups: named coins or a category on each."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._list_groups import Group, find_groups, group_words
from cryptodesk.models.analyst.skills._lists import is_barred, spoken_window
from cryptodesk.models.analyst.skills._skill import Claim
from cryptodesk.models.analyst.writer.draft import join_names

__all__ = ["Side", "Versus", "read_versus"]

_MOST_ASSETS = 5
_SPLIT = Pattern(
    r"\b(?:compared? (?:to|with|against)|relative to|vs\.?|versus|against|outperform(?:ed|ing|s)?|underperform(?:ed|ing|s)?|differ(?:s|ent)? from|or rather|beat(?:s|ing)?)\b|\bthan\b"
)
_COMPARES = Pattern(
    r"\b(?:compar\w+|vs\.?|versus|against|outperform\w*|underperform\w*|better|worse|relative to|side by side|stronger|weaker|beat(?:s|ing)?)\b"
)
_WITH = Pattern(r"\bcompar\w+\b.{1,80}?(?P<with>\b(?:with|to)\b)")
_AND = Pattern(r"\b(?:and|with|to|or)\b|,")
_KIND = Pattern(
    r"\b(?P<kind>(?:utility|blue[- ]?chip|old|new|large[- ]?cap|small[- ]?cap|legacy|smart[- ]contract|payment|infrastructure)[- ]?(?:driven|focused|based)? (?:coins?|tokens?|crypto\w*|projects?|assets?)|majors?|blue[- ]?chips?|alts|altcoins?)\b"
)
_BARRED = Pattern(
    r"\b(?:tvl|fees?|gas|tokenomics|developer|transactions?|security|technology|capabilit\w+|correlat\w+|volatil\w+|sharpe|use cases?|utility of|differences?|holders?|supply|staking rewards?)\b"
)


class Side(Struct, frozen=True):
    """Named assets, of which only the places among those of the question are kept, or a category."""

    label: str
    is_kind: bool = False
    places: tuple[int, ...] = ()
    group: Group | None = None


class Versus(Struct, frozen=True):
    first: Side
    second: Side
    window: str = "7d"


def read_versus(reading: Reading) -> Claim | None:
    lowered = reading.lowered
    if not _COMPARES.search(lowered) or is_barred(reading) or _BARRED.search(lowered):
        return None
    groups = tuple(group for group in find_groups(lowered) if not _is_named(group, reading))
    cut = _cut_of(lowered, groups, reading)
    if cut is None:
        return None
    sides = [_side(reading, groups, *span) for span in ((0, cut), (cut, len(lowered)))]
    first, second = sides
    if first is None or second is None or not _is_of_groups(first, second):
        return None
    return Claim(0.98, Versus(first, second, spoken_window(lowered, "7d")), reading.found.assets[:_MOST_ASSETS])


def _is_named(group: Group, reading: Reading) -> bool:
    """A word that is part of an asset's name is no category."""
    return any(asset.start <= group.start < asset.start + len(asset.text) for asset in reading.found.assets)


def _cut_of(lowered: str, groups: Sequence[Group], reading: Reading) -> int | None:
    """Where the second side begins: at a word of comparison with something on both sides of it, else between the two
    categories."""
    starts = sorted([group.start for group in groups] + [asset.start for asset in reading.found.assets])
    if len(starts) < 2:
        return None
    splits = [match.start() for match in _SPLIT.finditer(lowered)] or [
        at.start("with") for at in _WITH.finditer(lowered)
    ]
    inner = [at for at in splits if starts[0] < at < starts[-1]]
    if inner:
        return inner[0] if len(inner) == 1 or groups else None
    between = [match.start() for match in _AND.finditer(lowered, starts[0], starts[-1])]
    if len(groups) == 2:
        return next((at for at in between if groups[0].end <= at <= groups[1].start), None)
    return between[0] if len(groups) == 1 and len(reading.found.assets) == 1 and between else None


def _side(reading: Reading, groups: Sequence[Group], start: int, end: int) -> Side | None:
    group = next((one for one in groups if start <= one.start < end), None)
    places = tuple(at for at, asset in enumerate(reading.found.assets[:_MOST_ASSETS]) if start <= asset.start < end)
    kind = _KIND.search(reading.lowered, start, end)
    if places:
        names = join_names([reading.found.assets[at].symbol or reading.found.assets[at].name for at in places])
        label = f"{group.label} coins" if group else kind["kind"] if kind else ""
        return Side(f"{label} ({names})" if label else names, bool(label), places)
    return Side(group_words((group,), None), True, (), group) if group else None


def _is_of_groups(first: Side, second: Side) -> bool:
    """Coin against coin is the plain comparison's: a category or a kind of coins must stand on one side, or several
    coins on both."""
    sides = (first, second)
    return any(side.is_kind for side in sides) or all(len(side.places) > 1 for side in sides)

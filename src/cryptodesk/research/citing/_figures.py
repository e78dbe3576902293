"""Whether the figures and dates of a sentence stand in a text, said of the same thing, up or down as there."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from re import IGNORECASE

from cryptodesk.core.patterns import Pattern
from cryptodesk.research.citing._terms import COUNTS, read_terms
from cryptodesk.research.citing._texts import Place
from cryptodesk.verification.dates import DateMention
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.precision import stands_for

__all__ = ["figures_missing", "find_figure"]

_SHARES = frozenset({"percent", "points"})
_AMOUNTS = frozenset({"plain", "count"})
# Lengths of time and ranks are of nobody.
_UNOWNED = frozenset({"duration", "rank", "multiple"})
_ABOUT = Pattern(
    r"(?:\b(?:about|around|roughly|approximately|some|nearly|almost|close to|circa)\s|[~≈])[$€£]?$", IGNORECASE
)
_STOPS = Pattern(r"[;:]\s|\.\s")
_FROM_TO = Pattern(r"[\w.]*\s(?:to|into|down to|up to)\s[$€£]?$")
_ORDINALS = ("first", "second", "third", "fourth")
_NEAR = 48


def figures_missing(place: Place, near: Place, others: Sequence[Place]) -> str:
    """What figure or date none of the sentences has so; empty where all are there. `near` is looked at first."""
    for one in place.reading.figures:
        holders = [(other, found) for other in (near, *others) if (found := find_figure(one, place, other)) is not None]
        if not holders:
            return f"{one.text} is not in the source"
        if not any(_is_of_same(one, place, found, other) for other, found in holders):
            return f"{one.text} is said of something else there"
    return _counts_missing(place, others) or _dates_missing(place, others) or _is_exchanged(place, near)


def find_figure(figure: Figure, place: Place, other: Place) -> Figure | None:
    before = place.text[max(0, figure.start - 24) : figure.start]
    about = "about" if _ABOUT.search(before) else ""
    found = [one for one in other.reading.figures if _is_alike(figure, one) and stands_for(figure, one.value, about)]
    return next((one for one in found if _is_of_same(figure, place, one, other)), found[0] if found else None)


def _is_alike(figure: Figure, other: Figure) -> bool:
    """Whether they are of one kind: a number of dollars is no percentage."""
    one, two = figure.kind, other.kind
    if one == two:
        return one != "money" or figure.unit == other.unit
    return {one, two} <= _SHARES or {one, two} <= _AMOUNTS


def _is_of_same(figure: Figure, place: Place, found: Figure, other: Place) -> bool:
    if figure.kind in _UNOWNED:
        return True
    coin, coin_there = _coin(figure, place), _coin(found, other)
    if coin and coin_there:
        return coin == coin_there
    own, there = _owner(figure, place), _owner(found, other)
    if own and there and own.isdisjoint(there):
        return False
    mine, theirs = _direction(figure, place), _direction(found, other)
    return not (mine and theirs and mine != theirs) and not _is_of_other_clause(found, place, other)


def _is_of_other_clause(found: Figure, place: Place, other: Place) -> bool:
    """Whether the words of the claim stand in another clause, with a figure of its own: "a: 5%; b: 7%"."""
    if ";" not in other.text:
        return False
    stems, begin = set(place.terms.stems), 0
    shares: list[tuple[int, bool]] = []
    for clause in other.text.split(";"):
        end = begin + len(clause)
        kinds = [one for one in other.reading.figures if begin <= one.start < end and one.kind == found.kind]
        if kinds:
            shares.append((len(stems & set(read_terms(clause).stems)), any(one is found for one in kinds)))
        begin = end + 1
    own = max((share for share, is_own in shares if is_own), default=0)
    return any(share > own for share, is_own in shares if not is_own)


def _coin(figure: Figure, place: Place) -> str:
    """What is counted, where it is a coin: the ether of "41,200 ether"."""
    if figure.kind not in _AMOUNTS:
        return ""
    marks = (mark for mark in place.reading.marks if mark.kind == "asset")
    return next((mark.name for mark in marks if figure.start < mark.start <= figure.end + 2), "")


def _owner(figure: Figure, place: Place) -> frozenset[str]:
    """The asset named last before the figure, else the next behind it, else those the sentence inherits."""
    ends = {one.end for one in place.reading.figures}
    # The ether of "41,200 ether" is a unit.
    assets = [
        mark
        for mark in place.reading.marks
        if mark.kind == "asset" and not ends & set(range(mark.start - 2, mark.end + 1))
    ]
    before = [mark for mark in assets if mark.start < figure.start]
    if before:
        return frozenset({before[-1].name})
    behind = [mark for mark in assets if mark.start >= figure.start]
    if behind:
        return frozenset({behind[0].name})
    return frozenset() if any(mark.kind == "asset" for mark in place.reading.marks) else frozenset(place.owners)


def _direction(figure: Figure, place: Place) -> str:
    """The word of direction nearest to the figure, with no other figure and no stop between; a sign says it too."""
    if figure.sign:
        return "down" if figure.sign < 0 else "up"
    others = [one for one in place.reading.figures if one is not figure]

    def is_near(start: int, end: int) -> bool:
        low, high = min(end, figure.end), max(start, figure.start)
        is_free = not any(low <= one.start < high for one in others) and not _STOPS.search(place.text[low:high])
        return high - low < _NEAR and is_free

    near = [
        mark
        for mark in place.reading.marks
        if mark.kind == "direction" and mark.name in {"up", "down"} and is_near(mark.start, mark.end)
    ]
    return min(near, key=lambda mark: abs(mark.start - figure.start)).name if near else ""


def _counts_missing(place: Place, others: Sequence[Place]) -> str:
    """Small numbers in words: "seven days" is 7 days, and not five."""
    values = {one.value for other in others for one in other.reading.figures}
    for word in place.terms.words & COUNTS.keys():
        if COUNTS[word] not in values and not any(word in other.terms.words for other in others):
            return f"{word} is not in the source"
    return ""


def _dates_missing(place: Place, others: Sequence[Place]) -> str:
    held = [one for other in others for one in other.reading.dates if one.first is not None and one.last is not None]
    for one in place.reading.dates:
        if one.first is None or one.last is None:
            continue
        # A month is said where one of its days is.
        is_within = any(one.first <= two.first and two.last <= one.last for two in held if two.first and two.last)
        if not is_within and not (one.grain == "quarter" and _has_quarter(one, others)):
            return f"{place.text[one.start : one.end]} is not in the source"
    return ""


def _has_quarter(mention: DateMention, others: Sequence[Place]) -> bool:
    """ "the second quarter of 2025" for Q2 2025."""
    if mention.first is None:
        return False
    words = f"{_ORDINALS[mention.first.month // 3]} quarter of {mention.first.year}"
    return any(words in other.text.lower() for other in others)


def _is_exchanged(place: Place, near: Place) -> str:
    """Whether two figures have changed places: "from 3 to 6" for "from 6 to 3", or under each other's names."""
    pairs = [(one, found) for one in place.reading.figures if (found := find_figure(one, place, near)) is not None]
    mine = {_label(one, place): one for one, _ in pairs}
    theirs = {_label(found, near): one for one, found in pairs}
    for label, one in mine.items():
        other = theirs.get(label)
        if label and other is not None and other is not one and _label(other, place) in theirs:
            return f"{one.text} is said of something else there"
    for (one, found), (other, last) in pairwise(pairs):
        if last.end > found.start:
            continue
        is_range = _FROM_TO.fullmatch(place.text[one.end : other.start]) is not None
        if is_range and _FROM_TO.fullmatch(near.text[last.end : found.start]):
            return f"{one.text} and {other.text} stand the other way round in the source"
        if any(third.start > found.start and third.kind == last.kind for third in near.reading.figures):
            return f"{other.text} goes with another figure there"
    return ""


def _label(figure: Figure, place: Place) -> str:
    """The content word that stands last before the figure and behind the figure before it."""
    start = max((one.end for one in place.reading.figures if one.end <= figure.start), default=0)
    stems = read_terms(place.text[start : figure.start]).stems
    return stems[-1] if stems else ""

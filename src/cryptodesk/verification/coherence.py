"""What two figures of a sentence say of each other: a part is less than its whole, and what rose from one value to
another rose to the larger."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.claims import Claim

__all__ = ["incoherent"]

_SIGNS = {"up": 1, "down": -1}
_FROM = Pattern(r"\bfrom\s(?:about\s|around\s|roughly\s|some\s)?[*_~≈$€£]*$", re.IGNORECASE)
_TO = Pattern(r"[\s*_]*to\s(?:(?:more|less)\sthan\s|about\s|around\s|roughly\s|some\s)?[*_~≈$€£]*", re.IGNORECASE)
_OF_ALL = Pattern(r"[\s*_]*(?:out\s)?of\s(?:the\s|all\s|a\stotal\s(?:of\s)?)?[*_]*", re.IGNORECASE)
_NEAR = 24
# "5 of 5 rose" is said, "21,000,000 of the 21,000,000" is not.
_LARGE = 1_000
_COUNTED = frozenset({"plain", "count"})


def incoherent(claims: Sequence[Claim]) -> list[tuple[int, str]]:
    """Positions of claims of which one gives the other the lie, with the reason."""
    found = []
    for at, (one, other) in enumerate(pairwise(claims), 1):
        between = one.text[one.figure.end : other.figure.start]
        first, second = abs(one.figure.value), abs(other.figure.value)
        if _is_whole(one, other, between) and (first > second or first == second >= _LARGE):
            reason = f"{one.figure.text} is no part of {other.figure.text}"
            found += [(at - 1, reason), (at, reason)]
        elif _TO.fullmatch(between) and _is_against_direction(one, other, first, second):
            reason = f"{one.figure.text} to {other.figure.text} is the opposite direction"
            found += [(at - 1, reason), (at, reason)]
    return found


def _is_whole(one: Claim, other: Claim, between: str) -> bool:
    kinds = {one.figure.kind, other.figure.kind}
    return kinds <= _COUNTED and bool(_OF_ALL.fullmatch(between))


def _is_against_direction(one: Claim, other: Claim, first: float, second: float) -> bool:
    """Whether the direction of "rose from A to B" is not that of the two."""
    sign = _SIGNS.get(one.direction.name, 0) if one.direction is not None else 0
    if one.direction is None or not sign or one.figure.kind != other.figure.kind:
        return False
    if not _FROM.search(one.text[: one.figure.start]) or one.direction.end > one.figure.start:
        return False
    if one.figure.sign or other.figure.sign:
        return False
    is_near = one.figure.start - one.direction.end <= _NEAR
    return is_near and first != second and (second - first) * sign < 0

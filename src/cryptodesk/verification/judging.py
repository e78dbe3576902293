"""What the words of a claim allow: its sign, its unit, how many digits tell, and whether it claims anything at all."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.arithmetic import GAP_WORDS
from cryptodesk.verification.claims import Claim
from cryptodesk.verification.facts import Cell
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.histories import Computed
from cryptodesk.verification.precision import stands_for
from cryptodesk.verification.vocabulary import load_vocabulary

__all__ = [
    "claims_nothing",
    "compares",
    "digits",
    "fixed",
    "has_way",
    "is_gap",
    "is_inverse",
    "is_share_told",
    "kind",
    "same_unit",
    "says_whose",
    "settled_value",
    "sign_fits",
]

_SMALL_COUNT = 12
_SHARE_TOLD = Pattern(r"(\d[\d,]*)\s(?:out\s)?of\s(?:the\s|all\s)?(\d[\d,]*)\b[^.;:%]{0,40}\([*_]*$")
# What no figure that code copies may lack, wherever its cell stands.
_FIXED = frozenset({"asset", "period", "sign"})
_FIXED_OF_MARKET = frozenset({"period", "sign"})


def settled_value(claim: Claim, cells: Sequence[Cell]) -> float:
    """The exact value behind a settled figure; else the figure's own with the sign that the words give it."""
    value = claim.figure.value
    if len(cells) == 1 and stands_for(claim.figure, cells[0].value):
        return cells[0].value
    return -abs(value) if claim.sign < 0 and claim.aspect == "change" and not claim.figure.sign else value


def kind(figure: Figure) -> str:
    return "percent" if figure.kind == "points" else figure.kind


def is_inverse(claim: Claim, cells: Sequence[Cell]) -> bool:
    """Whether the ratio is that of the other to the asset which is said to be so many times as large."""
    owners = [cell.entity.key for cell in cells if cell.entity is not None]
    if claim.figure.kind != "multiple" or claim.figure.is_word or len(owners) != 2 or owners[0] == owners[1]:
        return False
    return (
        claim.is_own_asset
        and owners[1] in claim.assets
        and owners[0] not in claim.assets
        and "than" not in claim.behind
    )


def is_gap(claim: Claim) -> bool:
    """Whether points may be the distance of two figures: the words compare, or what moved is a share itself."""
    units = load_vocabulary().units
    moved = {units.get(measure) for measure in (*claim.measures, *claim.unit_measures)}
    return not GAP_WORDS.isdisjoint(claim.words) or not moved.isdisjoint({"percent", "index", "ratio"})


def has_way(claim: Claim, computed: Computed) -> bool:
    """Whether the direction of a computed change is the one said."""
    if claim.figure.kind not in {"percent", "points"} or claim.figure.value == 0:
        return True
    return sign_fits(claim, computed.value)


def sign_fits(claim: Claim, value: float, *, is_free: bool = False) -> bool:
    said = claim.figure.sign or claim.sign
    if claim.figure.kind not in {"percent", "points"} or value == 0 or claim.figure.value == 0:
        return not claim.figure.sign or claim.figure.sign * value >= 0
    if said == 0:
        return value > 0 or claim.is_unsigned or is_free
    return said * value > 0


def says_whose(claim: Claim, cell: Cell) -> bool:
    """Whether the claim's asset is certain enough to hold the cell against it."""
    return cell.entity is None or cell.entity.key in claim.assets


def digits(figure: Figure) -> int:
    """Significant digits; zeros at the end of a whole number do not count."""
    number = figure.number.replace(",", "").lower().split("e")[0]
    if "." in number:
        return len(number.replace(".", "").lstrip("0"))
    return len(number.strip("0"))


def is_share_told(claim: Claim) -> bool:
    """The 57% of "on 208 of 365 days (57%)"."""
    match = _SHARE_TOLD.search(claim.front) if claim.figure.kind == "percent" else None
    if match is None:
        return False
    part, whole = (float(one.replace(",", "")) for one in match.groups())
    return whole > 0 and stands_for(claim.figure, part / whole * 100, claim.approximation)


def compares(claim: Claim) -> bool:
    """Whether the figure is said to be more or less than something rather than to be it."""
    return claim.approximation in {"above", "below"} or claim.figure.kind in {"multiple", "points"}


def fixed(claim: Claim, cell: Cell) -> frozenset[str]:
    """What a copied cell may not lack; the coin that an amount is told in is no owner."""
    is_owned = cell.entity is not None and claim.figure.kind != "count"
    return _FIXED if is_owned else _FIXED_OF_MARKET | ({"unit"} if claim.figure.kind == "count" else set())


def claims_nothing(claim: Claim) -> bool:
    """Small bare numbers without a measure: "top 3", "one of 5 ways"."""
    figure = claim.figure
    if figure.kind == "rank" and not claim.measures:
        return figure.is_word is False and not figure.text.startswith("#")
    if figure.is_word and figure.kind == "count" and figure.value <= _SMALL_COUNT:
        return True  # "half a bitcoin"
    is_bare = figure.kind == "plain" and not figure.unit and not figure.magnitude and "." not in figure.number
    return is_bare and not claim.is_own_measure and abs(figure.value) <= _SMALL_COUNT


def same_unit(figure: Figure, text: str, start: int, end: int) -> bool:
    if figure.is_word and not figure.number:
        return True  # its words name the unit
    after = text[end : end + 5].strip().lower()
    if figure.kind in {"percent", "points"}:
        return after.startswith(("%", "per"))
    if figure.kind == "money" and not figure.magnitude:
        return text[max(0, start - 1) : start] in {"$", "€", "£", "¥"} or bool(
            re.match(r"\s?(?:USD|dollars|EUR)", text[end : end + 9])
        )
    return not after.startswith("%")

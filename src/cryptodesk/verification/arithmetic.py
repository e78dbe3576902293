"""Figures that follow from others: difference, sum, ratio, percent change, share, product with the user's amount."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import permutations
from typing import NamedTuple

from cryptodesk.verification.claims import Claim
from cryptodesk.verification.facts import Cell, FactTable
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.periods import same_length
from cryptodesk.verification.vocabulary import word_set

__all__ = ["GAP_WORDS", "Known", "Result", "from_cells", "from_figures"]

_MOST_OPERANDS = 14
_COMPARING = word_set(
    "more less higher lower larger smaller bigger than difference gap spread apart above below lead ahead behind off "
    "between times ratio combined together sum both average mean share equals equal worth gained lost added shed up "
    "down rose fell outperformed underperformed buys buy gets get converts convert costs against"
)


class Known(NamedTuple):
    """A figure of the text whose value is settled, and the cell it came from."""

    value: float
    kind: str
    cells: tuple[Cell, ...] = ()
    text: str = ""
    unit: str = ""


class Result(NamedTuple):
    """`is_signed`: the value's sign is certain, so the words must agree with it."""

    value: float
    how: str
    cells: tuple[Cell, ...] = ()
    is_signed: bool = False


_SUM_WORDS = frozenset({"combined", "together", "total", "sum", "both", "altogether", "collectively", "plus", "and"})
_LEFT = frozenset({"left", "rest", "remaining", "remain", "remains", "yet"})
GAP_WORDS = word_set(
    "than gap difference spread apart lead ahead behind margin outperformed underperformed outpaced beat beats "
    "separate separates between advantage distance wider narrower more less against versus vs compared below above"
)
_TOGETHER = frozenset({"combined", "together", "sum", "altogether", "collectively", "both"})
_BACK_WORDS = frozenset({"again", "recover", "regain", "back", "reclaim", "return"})
_MEAN_WORDS = frozenset({"average", "mean", "averaged", "averaging"})


def from_figures(
    figure: Figure, known: Sequence[Known], words: frozenset[str], *, is_rest: bool = False
) -> Iterator[Result]:
    """What two settled figures of the same passage give. `is_rest`: the figure is said of what is left of the whole."""
    if figure.kind == "money":
        known = [one for one in known if one.kind != "money" or one.unit == figure.unit]
    if figure.kind == "percent" and (is_rest or words & _LEFT):
        yield from (Result(100 - one.value, f"100 % - {one.text}", one.cells) for one in known if one.kind == "percent")
    if figure.kind == "percent" and words & _BACK_WORDS:
        for one in known:
            if one.kind == "percent" and abs(one.value) < 100:
                back = (1 / (1 - abs(one.value) / 100) - 1) * 100
                yield Result(back, f"the way back from {one.text}", one.cells)
    if figure.kind == "multiple":
        for one in known:
            if one.kind == "percent":
                yield Result(one.value / 100, one.text, one.cells)
                yield Result(1 + one.value / 100, f"1 + {one.text}", one.cells)
    for one, other in permutations(known[:_MOST_OPERANDS], 2):
        if one.cells and one.cells == other.cells:
            continue
        cells = (*one.cells, *other.cells)
        is_dated = len(cells) == 2 and cells[0].day is not None and cells[1].day is not None
        if is_dated and cells[0].day < cells[1].day and figure.kind in {"percent", "points"}:  # type: ignore[operator]
            continue  # a change is counted from the earlier day to the later
        for value, how in _pair(figure.kind, one, other, words):
            yield Result(value, how, cells, is_dated)


def _is_alike(one: Known, other: Known) -> bool:
    """Whether a sum or a difference of the two means anything."""
    if one.kind != other.kind:
        return False
    if len(one.cells) != 1 or len(other.cells) != 1:
        return True
    first, second = one.cells[0], other.cells[0]
    if first.meaning.measure != second.meaning.measure:
        return False
    is_same_owner = first.entity is second.entity
    return is_same_owner or (first.meaning.aspect, first.meaning.hours) == (second.meaning.aspect, second.meaning.hours)


def _pair(kind: str, one: Known, other: Known, words: frozenset[str]) -> Iterator[tuple[float, str]]:
    if kind == "points":
        if _is_alike(one, other) and one.kind in {"percent", "points"}:
            yield one.value - other.value, f"{one.text} - {other.text}"
    elif kind == "percent":
        yield from _shares(one, other, words)
    elif kind == "multiple":
        if one.kind == other.kind and other.value:
            yield one.value / other.value, f"{one.text} / {other.text}"
    else:
        if _is_alike(one, other) and one.kind == kind:
            yield from _totals(one, other, words)
        yield from _mixed(kind, one, other)


def _shares(one: Known, other: Known, words: frozenset[str]) -> Iterator[tuple[float, str]]:
    a, b = one.value, other.value
    if one.kind == other.kind and one.kind in {"money", "plain", "count"} and b:
        if _is_alike(one, other):
            yield (a - b) / abs(b) * 100, f"({one.text} - {other.text}) / {other.text}"
        yield a / b * 100, f"{one.text} / {other.text}"
    if _is_alike(one, other) and one.kind in {"percent", "points"}:
        if words & GAP_WORDS and not (_is_level(one) and _is_level(other)):
            yield a - b, f"{one.text} - {other.text}"
        if words & _TOGETHER:
            yield a + b, f"{one.text} + {other.text}"


def _is_level(one: Known) -> bool:
    """Whether it is a share at a moment: the difference of two is told in points."""
    return len(one.cells) == 1 and one.cells[0].meaning.aspect == "level"


def _totals(one: Known, other: Known, words: frozenset[str]) -> Iterator[tuple[float, str]]:
    yield one.value - other.value, f"{one.text} - {other.text}"
    if words & _SUM_WORDS:
        yield one.value + other.value, f"{one.text} + {other.text}"
    if words & _MEAN_WORDS:
        yield (one.value + other.value) / 2, f"mean of {one.text} and {other.text}"


def _are_of_two(one: Known, other: Known) -> bool:
    """Whether they are of different assets: nobody takes a percentage of one of the price of another."""
    owners = {cell.entity.key for known in (one, other) for cell in known.cells if cell.entity is not None}
    return len(owners) > 1


def _mixed(kind: str, one: Known, other: Known) -> Iterator[tuple[float, str]]:
    a, b = one.value, other.value
    if kind == "money" and {one.kind, other.kind} in ({"money", "count"}, {"money", "plain"}):
        yield a * b, f"{one.text} × {other.text}"
        if b:
            yield a / b, f"{one.text} / {other.text}"
    if kind == "money" and one.kind == "money" and other.kind == "percent" and not _are_of_two(one, other):
        yield a * b / 100, f"{other.text} of {one.text}"
        yield a * (1 + b / 100), f"{one.text} and {other.text}"
        yield a / (1 + b / 100) if b != -100 else 0.0, f"{one.text} before {other.text}"
    if kind in {"count", "plain"} and one.kind == other.kind == "money" and b:
        yield a / b, f"{one.text} / {other.text}"
    if kind in {"count", "plain"} and one.kind in {"count", "plain"} and other.kind == "money" and b:
        yield a * b, f"{one.text} × {other.text}"


def from_cells(claim: Claim, facts: FactTable, amounts: Sequence[Known]) -> Iterator[Result]:
    """What the cells of the assets and measures that the sentence names give, where its words compare or count up."""
    is_part = claim.figure.kind in {"percent", "multiple"} and "of" in claim.words
    if not is_part and not _COMPARING & claim.words:
        return
    levels = _levels(claim, facts)
    known = [
        Known(cell.value, _kind_of(cell), (cell,), _title(cell, facts), facts.currency(cell.call)) for cell in levels
    ]
    prices = [one for one in known if one.cells[0].meaning.measure == "price"]
    yield from from_figures(claim.figure, known[:_MOST_OPERANDS], claim.words)
    for amount in amounts:
        for price in prices:
            yield from from_figures(claim.figure, (amount, price), claim.words)
        for first, second in permutations(prices, 2):
            if second.value and amount.kind in {"count", "plain"}:
                how = f"{amount.text} × {first.text} / {second.text}"
                yield Result(amount.value * first.value / second.value, how, (*first.cells, *second.cells))
    if claim.figure.kind != "money" or all(one.unit == claim.figure.unit for one in known):
        yield from _sums(known, claim.words)


def _levels(claim: Claim, facts: FactTable) -> list[Cell]:
    measures = dict.fromkeys((*claim.measures, *claim.unit_measures, "price"))
    kinds = (
        {"level", "mean", "high", "low", "change"}
        if claim.figure.kind in {"percent", "points"}
        else {"level", "mean", "high", "low"}
    )
    found = []
    for measure in measures:
        for cell in facts.by_measure.get(measure, ()):
            owner = cell.entity.key if cell.entity is not None else "market"
            is_named = owner in claim.unit_assets or not claim.unit_assets
            if is_named and cell.meaning.aspect in kinds and _is_of_period(claim, cell, facts):
                found.append(cell)
    return sorted(found, key=lambda cell: cell.meaning.ago_hours)[:24]


def _is_of_period(claim: Claim, cell: Cell, facts: FactTable) -> bool:
    if cell.meaning.ago_hours and claim.ago_hours is not None:
        return same_length(cell.meaning.ago_hours, claim.ago_hours)
    if cell.meaning.aspect != "change" or not claim.hours:
        return True
    return any(abs(hours - facts.hours_of(cell)) <= 0.04 * abs(hours) for hours in claim.hours)


def _kind_of(cell: Cell) -> str:
    return {"money": "money", "percent": "percent", "coins": "count"}.get(cell.meaning.unit, "plain")


def _title(cell: Cell, facts: FactTable) -> str:
    owner = facts.entities.label(cell.entity.key) if cell.entity is not None else "the market"
    return f"{cell.meaning.measure.replace('_', ' ')} of {owner}"


def _sums(known: Iterable[Known], words: frozenset[str]) -> Iterator[Result]:
    """All of one measure together, and their mean."""
    groups: dict[tuple[str, str, float], list[Known]] = {}
    for one in known:
        meaning = one.cells[0].meaning
        groups.setdefault((meaning.measure, meaning.aspect, meaning.hours), []).append(one)
    for (measure, _, _), members in groups.items():
        if len(members) > 2:
            cells = tuple(cell for one in members for cell in one.cells)
            total = sum(one.value for one in members)
            if words & _SUM_WORDS:
                yield Result(total, f"sum of {measure}", cells)
            if words & _MEAN_WORDS:
                yield Result(total / len(members), f"mean of {measure}", cells)

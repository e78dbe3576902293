"""What a false claim should have been: the cells that it speaks of, the cell of its value, the reason in words."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import NamedTuple

from cryptodesk.verification.claims import Claim
from cryptodesk.verification.facts import Cell, FactTable, Passage
from cryptodesk.verification.faults import faults_of, wanted_measures
from cryptodesk.verification.histories import history_values
from cryptodesk.verification.judging import digits, says_whose
from cryptodesk.verification.precision import bounds_of, stands_for
from cryptodesk.verification.verdicts import VerdictName
from cryptodesk.verification.wording import cell_title, plain_value

__all__ = ["TELLING_DIGITS", "Outcome", "Refuter"]

_MOST_HITS = 400
TELLING_DIGITS = 3
_FAULT_WORDS = {
    "unit": "another unit", "asset": "another asset", "field": "another field", "period": "another period",
    "time": "another time", "sign": "the opposite direction",
}  # fmt: skip


class Outcome(NamedTuple):
    """`expected` is the value that the claim should have had, where there is one. `is_whole`: a text of a result is
    repeated with all its words."""

    verdict: VerdictName
    reason: str = ""
    cells: tuple[Cell, ...] = ()
    expected: float | None = None
    passage: Passage | None = None
    is_whole: bool = False

    @property
    def is_settled(self) -> bool:
        return self.verdict not in {"unbound", "contradicted"}


class Refuter:
    """Holds a claim against what the results say instead."""

    def __init__(self, facts: FactTable) -> None:
        self.facts = facts

    def hits(self, claim: Claim) -> list[Cell]:
        lowest, highest = bounds_of(claim.figure, claim.approximation)
        hits = list(self.facts.near(lowest, highest)[:_MOST_HITS])
        if claim.figure.kind not in {"percent", "points"}:
            return hits
        hits = [cell for cell in hits if cell.meaning.unit != "ratio"]
        shares = self.facts.near(lowest / 100, highest / 100)[:_MOST_HITS]
        return hits + [cell for cell in shares if cell.meaning.unit == "ratio"]

    def targets(self, claim: Claim) -> list[tuple[float, Cell]]:
        """The cells that the claim speaks of, whatever their value; computed ones where a history is spoken of."""
        measures = wanted_measures(claim)
        found = [
            (cell.value, cell)
            for measure in measures
            for cell in self.facts.by_measure.get(measure, ())
            if set(faults_of(claim, cell, self.facts)) <= {"sign"} and says_whose(claim, cell)
        ]
        if not found and (claim.measures or claim.aspect):
            found = [(one.value, one.cell) for one in history_values(claim, self.facts)][:1]
        return found

    def refuted(self, claim: Claim, targets: Sequence[tuple[float, Cell]]) -> Outcome:
        near = self._nearest_fault(claim)
        if targets:
            value, cell = self._likeliest(claim, targets)
            return Outcome("contradicted", self._reason(claim, value, cell, near), (cell,), value)
        if near is not None:
            cell, faults = near
            what = ", ".join(_FAULT_WORDS[fault] for fault in faults)
            return Outcome("contradicted", f"{what}: this is the {cell_title(cell, self.facts)}", (cell,))
        return Outcome("unbound", "no result holds this figure")

    def _likeliest(self, claim: Claim, targets: Sequence[tuple[float, Cell]]) -> tuple[float, Cell]:
        size = abs(claim.figure.value)
        own = [one for one in targets if one[1].entity is not None and one[1].entity.key in claim.assets[:1]]
        default = [one for one in own or targets if self.facts.hours_of(one[1]) in {0.0, 24.0}]
        return min(default or own or list(targets), key=lambda one: abs(abs(one[0]) - size))

    def _nearest_fault(self, claim: Claim) -> tuple[Cell, list[str]] | None:
        if digits(claim.figure) < TELLING_DIGITS:
            return None
        found = [(faults_of(claim, cell, self.facts), cell) for cell in self.hits(claim)]
        found += [(faults, cell) for faults, cell in self.bars(claim)]
        if not found:
            return None
        faults, cell = min(found, key=lambda one: len(one[0]))
        return (cell, faults) if 0 < len(faults) <= 3 else None

    def bars(self, claim: Claim) -> Iterator[tuple[list[str], Cell]]:
        if claim.figure.kind not in {"money", "plain"}:
            return
        lowest, highest = bounds_of(claim.figure, claim.approximation)
        for series, value, name, day, row in self.facts.bars_near(lowest, highest):
            cell = Cell(value, (*series.path, "rows", row, name), series.entity, series.call, day)
            is_own = series.entity is None or not claim.assets or series.entity.key in claim.assets
            yield ["time"] if is_own else ["asset", "time"], cell

    def _reason(self, claim: Claim, value: float, cell: Cell, near: tuple[Cell, list[str]] | None) -> str:
        meaning, currency = cell.meaning, self.facts.currency(cell.call)
        is_ = f"the {cell_title(cell, self.facts)} is {plain_value(value, meaning, currency)}"
        if near is not None and near[0] is not cell:
            what = ", ".join(_FAULT_WORDS[fault] for fault in near[1])
            return f"{is_}; {claim.figure.text} is {what}: the {cell_title(near[0], self.facts)}"
        size = abs(claim.figure.value)
        if size and value:
            ratio = abs(value) / size
            for power in (10, 100, 1000, 10**6, 10**9, 0.1, 0.01, 0.001, 1e-6, 1e-9):
                if stands_for(claim.figure, value / power):
                    return f"{is_}: the magnitude is wrong"
            if stands_for(claim.figure, value, claim.approximation):
                return f"{is_}: the opposite direction"
            if 0.5 < ratio < 2 and digits(claim.figure) <= 2:
                return f"{is_}: rounded too far"
        return is_

"""Gives every claim its verdict: bound to a cell, derived, quoted, the user's own, unbound or contradicted."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import NamedTuple

from cryptodesk.verification.arithmetic import Known, from_cells, from_figures
from cryptodesk.verification.claims import Claim
from cryptodesk.verification.facts import Cell, FactTable, Passage
from cryptodesk.verification.faults import faults_of, is_claimed, wanted_measures
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.handed import Handed, fits, has_unit, is_outworded, is_worded, may_be, names_field
from cryptodesk.verification.histories import Computed, history_values
from cryptodesk.verification.precision import bounds_of, stands_for
from cryptodesk.verification.verdicts import VerdictName
from cryptodesk.verification.wording import cell_title, plain_value

__all__ = ["Binder", "Outcome"]

_MOST_HITS = 400
_TELLING_DIGITS = 3
_MOST_COMPUTED = 300
_WHOLE_NOTE_WORDS = 4
_SHARE = re.compile(r"pct|cagr|\*\s*100\b|%|percent")
# What no figure that code copies may lack, wherever its cell stands.
_FIXED = frozenset({"asset", "period", "sign"})
_FIXED_OF_MARKET = frozenset({"period", "sign"})
_WHAT = frozenset({"unit", "asset", "field", "period"})
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


class Binder:
    def __init__(
        self, facts: FactTable, said_by_user: Sequence[Known], now: datetime, computed: Sequence[Handed] = ()
    ) -> None:
        self.facts = facts
        self.computed = computed
        self.said_by_user = said_by_user
        self.now = now
        self._patience = _MOST_COMPUTED

    def bind(self, claims: Sequence[Claim], known: Sequence[Known]) -> list[Outcome | None]:
        """One outcome a claim, None for what claims nothing. `known` are settled figures of earlier text."""
        outcomes: list[Outcome | None] = [self._direct(claim) for claim in claims]
        settled = [
            self._settled(claim, outcome)
            for claim, outcome in zip(claims, outcomes, strict=True)
            if outcome is not None and outcome.is_settled
        ]
        for at, (claim, outcome) in enumerate(zip(claims, outcomes, strict=True)):
            if outcome is None or not outcome.is_settled:
                outcomes[at] = self._second(claim, outcome, settled, known)
        return outcomes

    def _settled(self, claim: Claim, outcome: Outcome) -> Known:
        figure = claim.figure
        return Known(_settled_value(claim, outcome), _kind(figure), outcome.cells, figure.text, figure.unit)

    # --- cells -------------------------------------------------------------------------------------------------

    def _direct(self, claim: Claim) -> Outcome | None:
        hits = self._hits(claim)
        held = [cell for cell in hits if is_claimed(claim, cell, self.facts)]
        if held:
            return Outcome("bound", "", (self._best(claim, held),))
        for computed in history_values(claim, self.facts):
            if stands_for(claim.figure, computed.value, claim.approximation) and _has_way(claim, computed):
                verdict: VerdictName = "bound" if computed.is_bar else "derived"
                return Outcome(verdict, "" if computed.is_bar else computed.what, (computed.cell,))
        return None

    def _hits(self, claim: Claim) -> list[Cell]:
        lowest, highest = bounds_of(claim.figure, claim.approximation)
        hits = list(self.facts.near(lowest, highest)[:_MOST_HITS])
        if claim.figure.kind not in {"percent", "points"}:
            return hits
        hits = [cell for cell in hits if cell.meaning.unit != "ratio"]
        shares = self.facts.near(lowest / 100, highest / 100)[:_MOST_HITS]
        return hits + [cell for cell in shares if cell.meaning.unit == "ratio"]

    def _best(self, claim: Claim, cells: Sequence[Cell]) -> Cell:
        def worth(cell: Cell) -> tuple[bool, bool, int]:
            own = cell.entity is not None and cell.entity.key in claim.assets
            return (own, cell.meaning.measure in claim.measures, -len(cell.path))

        return max(cells, key=worth)

    # --- what follows from others ------------------------------------------------------------------------------

    def _second(
        self, claim: Claim, first: Outcome | None, settled: Sequence[Known], known: Sequence[Known]
    ) -> Outcome | None:
        if claim.is_convention:
            return None
        targets = self._targets(claim)
        if self.computed:
            return self._of_code(claim, targets, settled, known)
        is_said = bool(claim.measures or claim.aspect)
        is_asserted = bool(targets) and is_said and not claim.is_hypothetical and not _compares(claim)
        for find in (self._computed, self._label, self._size):
            outcome = find(claim)
            if outcome is not None and not (is_asserted and find is not self._computed):
                return outcome
        quoted = self._quoted(claim)
        if quoted is not None and (not targets or claim.is_attributed):
            return quoted
        noted = self._noted(claim)
        if noted is not None and noted.is_whole:
            return noted
        if not is_asserted:
            outcome = self._derived(claim, settled, known) or self._users(claim) or noted
            if outcome is not None:
                return outcome
        return self._last(claim, targets, settled, is_asserted=is_asserted)

    def _last(
        self, claim: Claim, targets: Sequence[tuple[float, Cell]], settled: Sequence[Known], *, is_asserted: bool
    ) -> Outcome | None:
        if not targets and _claims_nothing(claim):
            return None
        if is_asserted and claim.figure.kind in {"percent", "points", "multiple"}:
            outcome = self._derived(claim, settled, (), is_strict=True)
            if outcome is not None:
                return outcome
        return self._refuted(claim, targets)

    # --- what code wrote ---------------------------------------------------------------------------------------

    def _of_code(
        self,
        claim: Claim,
        targets: Sequence[tuple[float, Cell]],
        settled: Sequence[Known],
        known: Sequence[Known],
    ) -> Outcome | None:
        """Code that hands its figures over writes no figure by itself: what is one of them is that one and no chance
        result of others. For the rest its words are read more loosely than a language model's."""
        is_held = self._is_held(claim, targets)
        lowest, highest = bounds_of(claim.figure, claim.approximation)
        equal = [one for one in self.computed if lowest <= abs(one.figure.value) <= highest and has_unit(claim, one)]
        if any(self._is_handed(claim, one, is_held=is_held) for one in equal):
            return Outcome("derived", "worked out from the results by the code that wrote the answer")
        is_misplaced = bool(equal) and _digits(claim.figure) >= _TELLING_DIGITS
        outcome = self._computed(claim) or self._quoted(claim) or self._users(claim)
        if outcome is None and not is_held and not is_misplaced:
            outcome = self._copied(claim) or self._label(claim) or self._size(claim) or self._noted(claim)
            outcome = outcome or self._derived(claim, settled, known)
            if outcome is None and _claims_nothing(claim):
                return None
        if outcome is None and not is_misplaced and claim.figure.kind in {"percent", "points", "multiple"}:
            outcome = self._derived(claim, settled, known)
        return outcome or self._last(claim, targets, settled, is_asserted=False)

    def _is_handed(self, claim: Claim, one: Handed, *, is_held: bool) -> bool:
        return (
            may_be(claim, one)
            and (fits(claim, one, self.facts, is_held=is_held) or is_worded(claim, one, self.computed, self.facts))
            and not is_outworded(claim, one, self.computed)
        )

    def _is_held(self, claim: Claim, targets: Sequence[tuple[float, Cell]]) -> bool:
        """Whether the words name a field, or a length of time, of which a figure is at hand."""
        if not names_field(claim) or claim.approximation in {"above", "below"} or claim.front.endswith("± "):
            return False
        return bool(targets) or any(
            one.is_known and _WHAT.isdisjoint(faults_of(claim, one.cell, self.facts)) for one in self.computed
        )

    def _copied(self, claim: Claim) -> Outcome | None:
        """Code copies cells by their names: where the words around an exact copy are read as another field or moment,
        the reading is at fault. Whose it is, over how long and which way must be right all the same."""
        found = [(faults_of(claim, cell, self.facts), cell) for cell in self._hits(claim)]
        found += list(self._bars(claim))
        is_telling = _digits(claim.figure) >= _TELLING_DIGITS
        copied = [
            (len(faults), at)
            for at, (faults, cell) in enumerate(found)
            if _fixed(claim, cell).isdisjoint(faults) and (is_telling or {"unit", "asset"}.isdisjoint(faults))
        ]
        return Outcome("bound", "", (found[min(copied)[1]][1],)) if copied else None

    def _computed(self, claim: Claim) -> Outcome | None:
        """A result of `cmc_math_eval`."""
        if claim.figure.kind == "money" and claim.figure.unit != "USD" and not self._is_named(claim.figure):
            return None
        candidates: tuple[float, ...]
        for value, call in self.facts.math:
            is_share = bool(_SHARE.search(self.facts.results[call].arguments))
            if claim.figure.kind in {"percent", "points"}:
                candidates = (value,) if is_share else (value * 100,)
            else:
                candidates = () if is_share and claim.figure.kind == "money" else (value,)
            for candidate in candidates:
                if (
                    stands_for(claim.figure, candidate, claim.approximation)
                    and _digits(claim.figure) >= 1
                    and _sign_fits(claim, candidate)
                ):
                    path: tuple[str | int, ...] = ("math_eval_result", "result")
                    return Outcome("derived", "result of cmc_math_eval", (Cell(value, path, None, call),))
        return None

    def _is_named(self, figure: Figure) -> bool:
        """Whether the user or a call named the figure's currency."""
        return any(one.unit == figure.unit for one in self.said_by_user) or any(
            figure.unit in result.arguments for result in self.facts.results
        )

    def _derived(
        self, claim: Claim, settled: Sequence[Known], known: Sequence[Known], *, is_strict: bool = False
    ) -> Outcome | None:
        # Text made of nothing but figures must not buy unbounded work.
        self._patience -= 1
        if self._patience < 0:
            return None
        if _digits(claim.figure) < 2 and claim.figure.kind not in {"multiple", "points"} and not claim.figure.is_word:
            return None
        own = [one for one in settled if one.text != claim.figure.text]
        amounts = [*self.said_by_user, *(one for one in settled if not one.cells)]
        is_rest = "others" in claim.qualifiers
        sources = [from_figures(claim.figure, [*own, *amounts], claim.words, is_rest=is_rest)]
        if not is_strict:
            sources += [from_cells(claim, self.facts, amounts), from_figures(claim.figure, [*own, *known], claim.words)]
        for results in sources:
            for result in results:
                if stands_for(claim.figure, result.value, claim.approximation) and _sign_fits(
                    claim, result.value, is_free=not result.is_signed
                ):
                    return Outcome("derived", result.how, result.cells)
        return None

    def _quoted(self, claim: Claim) -> Outcome | None:
        if not self.facts.passages:
            return None
        number = claim.figure.number or claim.figure.text
        pattern = re.compile(rf"(?<![\d.,]){re.escape(number)}(?![\d]|[.,]\d)", re.IGNORECASE)
        for passage in self.facts.passages:
            for text in (passage.text, passage.title):
                for match in pattern.finditer(text):
                    if _same_unit(claim.figure, text, match.start(), match.end()):
                        return Outcome("quoted", f"quoted from {passage.title or passage.url}", (), None, passage)
        return None

    def _users(self, claim: Claim) -> Outcome | None:
        for one in self.said_by_user:
            if claim.approximation == "about" or (
                one.kind == claim.figure.kind == "money" and one.unit != claim.figure.unit
            ):
                continue
            if stands_for(claim.figure, one.value) and (
                one.kind == claim.figure.kind or "plain" in {one.kind, claim.figure.kind}
            ):
                return Outcome("user", "the user's own figure")
        return None

    def _label(self, claim: Claim) -> Outcome | None:
        """The figure is part of a field's name: the 23.6 of a retracement level; the 200 of an average, where code
        wrote the name."""
        if claim.figure.kind not in {"percent", "plain"}:
            return None
        is_length = bool(self.computed) and claim.figure.kind == "plain" and claim.figure.number.isdigit()
        for cell in self.facts.cells:
            key = cell.path[-1]
            if type(key) is str and key.endswith("%") and key.rstrip("%") == claim.figure.number:
                return Outcome("bound", "", (cell,))
            if is_length and type(key) is str and claim.figure.number in re.findall(r"\d+", key):
                return Outcome("bound", "", (cell,))
        return None

    def _size(self, claim: Claim) -> Outcome | None:
        """A count of what a result lists, or a number among the arguments of a call."""
        figure = claim.figure
        if figure.kind not in {"plain", "rank", "count"} or "." in figure.number or figure.magnitude:
            return None
        if {"id", "ids"} & claim.words and figure.number in self.facts.entities.by_key:
            return Outcome("bound", "the id of an asset in the results")
        for call, sizes in self.facts.sizes.items():
            if int(figure.value) in sizes and figure.value > 1:
                return Outcome("derived", f"number of entries in the result of call {self.facts.results[call].call_id}")
        for result in self.facts.results:
            if re.search(rf"(?<![\d.]){figure.value:.0f}(?![\d.])", result.arguments):
                return Outcome("user", "an argument of the call")
        return None

    def _noted(self, claim: Claim) -> Outcome | None:
        """The figure stands in a text of a result, among words of the same sentence."""
        number = claim.figure.number.replace(",", "") or claim.figure.text
        pattern = re.compile(rf"(?<![\d.]){re.escape(number)}(?![\d]|\.\d)")
        for text in self.facts.texts:
            plain = text.text.replace(",", "")
            match = pattern.search(plain)
            if match and _same_unit(claim.figure, plain, match.start(), match.end()):
                shared = set(re.findall(r"[a-z]{3,}", plain.lower())) & claim.words
                if len(shared) >= 2:
                    said = set(re.findall(r"[a-z]{3,}", plain.lower()))
                    return Outcome(
                        "bound",
                        "stands in a text of the result",
                        (Cell(claim.figure.value, text.path, text.entity, text.call),),
                        is_whole=len(shared) >= _WHOLE_NOTE_WORDS and shared == said,
                    )
        return None

    # --- what is wrong -----------------------------------------------------------------------------------------

    def _targets(self, claim: Claim) -> list[tuple[float, Cell]]:
        """The cells that the claim speaks of, whatever their value; computed ones where a history is spoken of."""
        measures = wanted_measures(claim)
        found = [
            (cell.value, cell)
            for measure in measures
            for cell in self.facts.by_measure.get(measure, ())
            if set(faults_of(claim, cell, self.facts)) <= {"sign"} and _says_whose(claim, cell)
        ]
        if not found and (claim.measures or claim.aspect):
            found = [(one.value, one.cell) for one in history_values(claim, self.facts)][:1]
        return found

    def _refuted(self, claim: Claim, targets: Sequence[tuple[float, Cell]]) -> Outcome:
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
        if _digits(claim.figure) < _TELLING_DIGITS:
            return None
        found = [(faults_of(claim, cell, self.facts), cell) for cell in self._hits(claim)]
        found += [(faults, cell) for faults, cell in self._bars(claim)]
        if not found:
            return None
        faults, cell = min(found, key=lambda one: len(one[0]))
        return (cell, faults) if 0 < len(faults) <= 3 else None

    def _bars(self, claim: Claim) -> Iterator[tuple[list[str], Cell]]:
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
            if 0.5 < ratio < 2 and _digits(claim.figure) <= 2:
                return f"{is_}: rounded too far"
        return is_


def _settled_value(claim: Claim, outcome: Outcome) -> float:
    """The exact value behind a settled figure; else the figure's own with the sign that the words give it."""
    value = claim.figure.value
    if len(outcome.cells) == 1 and stands_for(claim.figure, outcome.cells[0].value):
        return outcome.cells[0].value
    return -abs(value) if claim.sign < 0 and claim.aspect == "change" and not claim.figure.sign else value


def _kind(figure: Figure) -> str:
    return "percent" if figure.kind == "points" else figure.kind


def _has_way(claim: Claim, computed: Computed) -> bool:
    """Whether the direction of a computed change is the one said."""
    if claim.figure.kind not in {"percent", "points"} or claim.figure.value == 0:
        return True
    return _sign_fits(claim, computed.value)


def _sign_fits(claim: Claim, value: float, *, is_free: bool = False) -> bool:
    said = claim.figure.sign or claim.sign
    if claim.figure.kind not in {"percent", "points"} or value == 0 or claim.figure.value == 0:
        return not claim.figure.sign or claim.figure.sign * value >= 0
    if said == 0:
        return value > 0 or claim.is_unsigned or is_free
    return said * value > 0


def _says_whose(claim: Claim, cell: Cell) -> bool:
    """Whether the claim's asset is certain enough to hold the cell against it."""
    return cell.entity is None or cell.entity.key in claim.assets


def _digits(figure: Figure) -> int:
    """Significant digits; zeros at the end of a whole number do not count."""
    number = figure.number.replace(",", "").lower().split("e")[0]
    if "." in number:
        return len(number.replace(".", "").lstrip("0"))
    return len(number.strip("0"))


def _compares(claim: Claim) -> bool:
    """Whether the figure is said to be more or less than something rather than to be it."""
    return claim.approximation in {"above", "below"} or claim.figure.kind in {"multiple", "points"}


def _fixed(claim: Claim, cell: Cell) -> frozenset[str]:
    """What a copied cell may not lack; the coin that an amount is told in is no owner."""
    is_owned = cell.entity is not None and claim.figure.kind != "count"
    return _FIXED if is_owned else _FIXED_OF_MARKET | ({"unit"} if claim.figure.kind == "count" else set())


def _claims_nothing(claim: Claim) -> bool:
    """Small bare numbers without a measure: "top 3", "one of 5 ways"."""
    figure = claim.figure
    if figure.kind == "rank" and not claim.measures:
        return figure.is_word is False and not figure.text.startswith("#")
    is_bare = figure.kind == "plain" and not figure.unit and not figure.magnitude and "." not in figure.number
    return is_bare and not claim.is_own_measure and abs(figure.value) <= 12


def _same_unit(figure: Figure, text: str, start: int, end: int) -> bool:
    after = text[end : end + 3].strip().lower()
    if figure.kind in {"percent", "points"}:
        return after.startswith(("%", "per"))
    if figure.kind == "money" and not figure.magnitude:
        return text[max(0, start - 1) : start] in {"$", "€", "£", "¥"} or bool(
            re.match(r"\s?(?:USD|dollars|EUR)", text[end : end + 9])
        )
    return not after.startswith("%")

"""Gives every claim its verdict: bound to a cell, derived, quoted, the user's own, unbound or contradicted."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime, timedelta

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.arithmetic import Known, from_cells, from_figures
from cryptodesk.verification.claims import Claim
from cryptodesk.verification.coherence import incoherent
from cryptodesk.verification.facts import Cell, FactTable
from cryptodesk.verification.faults import faults_of, is_claimed
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.handed import (
    Handed,
    fits,
    has_unit,
    is_named,
    is_outworded,
    is_worded,
    may_be,
    names_field,
)
from cryptodesk.verification.histories import history_values
from cryptodesk.verification.judging import (
    claims_nothing,
    compares,
    digits,
    fixed,
    has_way,
    is_gap,
    is_inverse,
    is_share_told,
    kind,
    same_unit,
    settled_value,
    sign_fits,
)
from cryptodesk.verification.precision import bounds_of, stands_for
from cryptodesk.verification.refuting import TELLING_DIGITS, Outcome, Refuter
from cryptodesk.verification.verdicts import VerdictName

__all__ = ["Binder", "Outcome"]

_MOST_COMPUTED = 300
_WHOLE_NOTE_WORDS = 4
_SHARE = Pattern(r"pct|cagr|\*\s*100\b|%|percent")
_WHAT = frozenset({"unit", "asset", "field", "period"})


class Binder(Refuter):
    def __init__(
        self, facts: FactTable, said_by_user: Sequence[Known], now: datetime, computed: Sequence[Handed] = ()
    ) -> None:
        super().__init__(facts)
        self.computed = computed
        self.said_by_user = said_by_user
        self.now = now
        self._patience = _MOST_COMPUTED

    def bind(self, claims: Sequence[Claim], known: Sequence[Known]) -> list[Outcome | None]:
        """One outcome a claim, None for what claims nothing. `known` are settled figures of earlier text."""
        outcomes = [None if self._is_named_otherwise(claim) else self._direct(claim) for claim in claims]
        settled = [
            self._settled(claim, outcome)
            for claim, outcome in zip(claims, outcomes, strict=True)
            if outcome is not None and outcome.is_settled
        ]
        settled += [
            Known(one.figure.value, "count", (), one.figure.text, one.figure.unit)
            for one in claims
            if one.figure.is_word and one.figure.kind == "count"
        ]
        for at, (claim, outcome) in enumerate(zip(claims, outcomes, strict=True)):
            if outcome is None or not outcome.is_settled:
                outcomes[at] = self._second(claim, outcome, settled, known)
        for at, reason in incoherent(claims):
            outcome = outcomes[at]
            if outcome is not None and outcome.is_settled:
                outcomes[at] = Outcome("contradicted", reason, outcome.cells)
        return outcomes

    def _settled(self, claim: Claim, outcome: Outcome) -> Known:
        figure = claim.figure
        return Known(settled_value(claim, outcome.cells), kind(figure), outcome.cells, figure.text, figure.unit)

    # --- cells -------------------------------------------------------------------------------------------------

    def _direct(self, claim: Claim) -> Outcome | None:
        if claim.is_product:
            return None
        hits = self.hits(claim)
        held = [cell for cell in hits if is_claimed(claim, cell, self.facts)]
        if held:
            return Outcome("bound", "", (self._best(claim, held),))
        for computed in history_values(claim, self.facts):
            if stands_for(claim.figure, computed.value, claim.approximation) and has_way(claim, computed):
                verdict: VerdictName = "bound" if computed.is_bar else "derived"
                return Outcome(verdict, "" if computed.is_bar else computed.what, (computed.cell,))
        return None

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
        if is_share_told(claim):
            return Outcome("derived", "the share that stands in front of it")
        # What several are worth is not held against the price of one.
        targets = [] if claim.is_product else self.targets(claim)
        if self.computed:
            return self._of_code(claim, targets, settled, known)
        is_said = bool(claim.measures or claim.aspect)
        is_asserted = bool(targets) and is_said and not claim.is_hypothetical and not compares(claim)
        is_asserted = is_asserted and not claim.is_product
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
        if not targets and claims_nothing(claim):
            return None
        if is_asserted and claim.figure.kind in {"percent", "points", "multiple"}:
            outcome = self._derived(claim, settled, (), is_strict=True)
            if outcome is not None:
                return outcome
        return self.refuted(claim, targets)

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
        if self._is_named_otherwise(claim):
            return self.refuted(claim, targets)
        is_held = self._is_held(claim, targets)
        lowest, highest = bounds_of(claim.figure, claim.approximation)
        equal = [one for one in self.computed if lowest <= abs(one.figure.value) <= highest and has_unit(claim, one)]
        is_called = any(not one.is_known and is_named(claim, one) for one in equal)
        day = None if is_called else self._day_held(claim)
        equal = [one for one in equal if day is None or one.day in day]
        if any(self._is_handed(claim, one, is_held=is_held or day is not None) for one in equal):
            return Outcome("derived", "worked out from the results by the code that wrote the answer")
        is_misplaced = bool(equal) and digits(claim.figure) >= TELLING_DIGITS
        outcome = None if day is not None else self._computed(claim)
        outcome = outcome or self._quoted(claim) or self._users(claim)
        if outcome is None and not is_held and not is_misplaced:
            outcome = self._copied(claim) or self._label(claim) or self._size(claim) or self._noted(claim)
            outcome = outcome or self._derived(claim, settled, known)
            if outcome is None and claims_nothing(claim):
                return None
        if outcome is None and not is_misplaced and claim.figure.kind in {"percent", "points", "multiple"}:
            outcome = self._derived(claim, settled, known)
        return outcome or self._last(claim, targets, settled, is_asserted=False)

    def _is_handed(self, claim: Claim, one: Handed, *, is_held: bool) -> bool:
        moment = claim.moment
        if moment is not None and moment.grain == "day" and one.day == moment.first and not one.is_known:
            return may_be(claim, one)  # the owner, the value and the day are those that were handed over
        return (
            may_be(claim, one)
            and (fits(claim, one, self.facts, is_held=is_held) or is_worded(claim, one, self.computed, self.facts))
            and not is_outworded(claim, one, self.computed)
        )

    def _is_named_otherwise(self, claim: Claim) -> bool:
        """Whether the word right in front of an amount is code's own name of figures that are all others."""
        if not self.computed or claim.figure.kind != "money":
            return False
        named = [
            one
            for one in self.computed
            if one.cell.meaning.unit == "money" and is_named(claim, one) and may_be(claim, one)
        ]
        return any(not one.is_known for one in named) and not any(
            stands_for(claim.figure, one.figure.value, claim.approximation) for one in named
        )

    def _day_held(self, claim: Claim) -> frozenset[date] | None:
        """The day that an amount is said to be of, where a history holds it: another figure of code's is none of it."""
        moment = claim.moment
        if moment is None or moment.grain != "day" or moment.first is None or claim.figure.kind != "money":
            return None
        if not any(one.is_bar for one in history_values(claim, self.facts)):
            return None
        return frozenset({moment.first, moment.first + timedelta(days=1)})

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
        found = [(faults_of(claim, cell, self.facts), cell) for cell in self.hits(claim)]
        found += list(self.bars(claim))
        is_telling = digits(claim.figure) >= TELLING_DIGITS
        copied = [
            (len(faults), at)
            for at, (faults, cell) in enumerate(found)
            if fixed(claim, cell).isdisjoint(faults) and (is_telling or {"unit", "asset"}.isdisjoint(faults))
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
                    and digits(claim.figure) >= 1
                    and sign_fits(claim, candidate)
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
        if digits(claim.figure) < 2 and claim.figure.kind not in {"multiple", "points"} and not claim.figure.is_word:
            return None
        if claim.figure.kind == "points" and not is_gap(claim):
            return None
        own = [one for one in settled if one.text != claim.figure.text]
        amounts = [*self.said_by_user, *(one for one in settled if not one.cells)]
        is_rest = "others" in claim.qualifiers
        sources = [from_figures(claim.figure, [*own, *amounts], claim.words, is_rest=is_rest)]
        if not is_strict:
            sources += [from_cells(claim, self.facts, amounts), from_figures(claim.figure, [*own, *known], claim.words)]
        for results in sources:
            for result in results:
                if (
                    stands_for(claim.figure, result.value, claim.approximation)
                    and sign_fits(claim, result.value, is_free=not result.is_signed)
                    and not is_inverse(claim, result.cells)
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
                    if same_unit(claim.figure, text, match.start(), match.end()):
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
            if match and same_unit(claim.figure, plain, match.start(), match.end()):
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

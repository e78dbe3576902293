"""Which candidates are proposed: those that can be answered, that nobody asked yet, and no two of one kind."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from cryptodesk.core.research import MAX_RELATED_QUESTIONS
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.research.planning import PlanCheck, Signature, asset_ids_of, kind_of, signature_of
from cryptodesk.research.related.candidates import Candidate
from cryptodesk.research.related.wording import alike

__all__ = ["Shelf", "choose"]

# The lists of tools may have nothing of an asset at all; then what follows is not tried for ever.
_MOST_TRIED = 60
# Skills whose questions name an asset without the plan being about it: a chain is no asset there.
_WITHOUT_ASSETS = frozenset({"ecosystem", "concept"})


class Shelf:
    """What is proposed so far, and what it must not repeat: the texts of the conversation and their plans."""

    def __init__(self, said: Sequence[str], plans: Iterable[Plan], most: int) -> None:
        self.questions: list[str] = []
        self._most = max(0, min(most, MAX_RELATED_QUESTIONS))
        self._said = list(said)
        self._signatures: set[Signature] = {signature_of(plan) for plan in plans}

    @property
    def is_full(self) -> bool:
        return len(self.questions) >= self._most

    def repeats(self, text: str) -> bool:
        return any(alike(text, other) for other in (*self._said, *self.questions))

    def add(self, text: str, plan: Plan) -> bool:
        """Whether it was new enough to be added."""
        signature = signature_of(plan)
        if self.is_full or signature in self._signatures or self.repeats(text):
            return False
        self._signatures.add(signature)
        self.questions.append(text)
        return True


def choose(candidates: Sequence[Candidate], shelf: Shelf, check: PlanCheck) -> None:
    """Fills the shelf. First one question of each direction, then more of the same where that is not enough."""
    taken: set[str] = set()
    left: list[Candidate] = []
    for candidate in _tried(candidates, shelf):
        if candidate.kind in taken:
            left.append(candidate)
        elif _put(candidate, shelf, check):
            taken.add(candidate.kind)
    for candidate in _tried(left, shelf):
        _put(candidate, shelf, check)


def _tried(candidates: Sequence[Candidate], shelf: Shelf) -> Iterator[Candidate]:
    for candidate in candidates[: 4 * _MOST_TRIED]:
        if shelf.is_full:
            return
        yield candidate


def _put(candidate: Candidate, shelf: Shelf, check: PlanCheck) -> bool:
    if shelf.repeats(candidate.text):
        return False
    planned = check.planned(candidate.text)
    if not planned.is_answerable or not _is_meant(candidate, planned.plans[0]):
        return False
    return shelf.add(candidate.text, planned.plans[0])


def _is_meant(candidate: Candidate, plan: Plan) -> bool:
    """Whether the analyst reads it as it was written: in that sense, of those assets."""
    kind = kind_of(plan)
    if kind not in candidate.expects:
        return False
    if candidate.asset_ids is None or kind in _WITHOUT_ASSETS:
        return True
    return {str(asset_id) for asset_id in asset_ids_of(plan)} == {str(asset_id) for asset_id in candidate.asset_ids}

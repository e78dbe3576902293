"""Compares a run with an earlier one: which scores fell, and which questions got worse."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from cryptodesk.evaluation.results import CHECKS, Outcome, RunRecord, score_pct

__all__ = ["DEFAULT_MARGIN_POINTS", "Fall", "GateError", "Verdict", "compare", "read_run"]

DEFAULT_MARGIN_POINTS = 0.5


class GateError(ValueError):
    """The earlier run cannot be compared with. The message says why."""


class Fall(Struct, frozen=True):
    """A score that is lower than it was, over the questions that both runs asked. `group` is a family or "total"."""

    group: str
    score: str
    before_pct: float
    after_pct: float


class Verdict(Struct, frozen=True):
    """`worse` names each question that did worse by some grader, with the graders."""

    compared: int
    margin_points: float
    falls: tuple[Fall, ...]
    worse: tuple[tuple[str, tuple[str, ...]], ...]

    @property
    def passed(self) -> bool:
        return not self.falls


def read_run(path: Path) -> RunRecord:
    """Raises: GateError."""
    try:
        return msgspec.json.decode(path.read_bytes(), type=RunRecord)
    except (OSError, msgspec.DecodeError) as error:
        raise GateError(f"{path}: {error}") from None


def compare(before: RunRecord, after: RunRecord, margin_points: float = DEFAULT_MARGIN_POINTS) -> Verdict:
    """Only questions of both runs count. Raises: GateError if there are none."""
    old = {outcome.id: outcome for outcome in before.outcomes}
    pairs = [(old[outcome.id], outcome) for outcome in after.outcomes if outcome.id in old]
    if not pairs:
        raise GateError("the two runs have no question in common")
    groups = {"total": pairs}
    for pair in pairs:
        groups.setdefault(pair[1].family, []).append(pair)
    falls = [fall for name, group in groups.items() for fall in _falls(name, group, margin_points)]
    worse = [(new.id, _worse(prior, new)) for prior, new in pairs]
    return Verdict(len(pairs), margin_points, tuple(falls), tuple(each for each in worse if each[1]))


def _falls(name: str, pairs: Sequence[tuple[Outcome, Outcome]], margin_points: float) -> list[Fall]:
    before, after = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    scores = {check: (score_pct(before, check), score_pct(after, check)) for check in CHECKS}
    scores["passed"] = (_passed_pct(before), _passed_pct(after))
    return [
        Fall(name, check, was, now if now is not None else 0.0)
        for check, (was, now) in scores.items()
        if was is not None and was - (now if now is not None else 0.0) > margin_points
    ]


def _passed_pct(outcomes: Sequence[Outcome]) -> float:
    return 100 * sum(each.passed for each in outcomes) / len(outcomes)


def _worse(before: Outcome, after: Outcome) -> tuple[str, ...]:
    """A grader that no longer judges a question counts as fallen to nothing."""
    names = [name for name, check in before.checks.items() if _share(after, name) < check.right / max(check.of, 1)]
    return (*names, "failure") if after.failure and not before.failure else tuple(names)


def _share(outcome: Outcome, name: str) -> float:
    check = outcome.checks.get(name)
    return 0.0 if check is None else check.right / max(check.of, 1)

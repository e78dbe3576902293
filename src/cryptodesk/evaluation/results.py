"""What a run of the evaluation found: a record for each question, and the scores summed up by family."""

from __future__ import annotations

import math
import statistics
from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.usage import Usage
from cryptodesk.evaluation.graders import Check
from cryptodesk.evaluation.graders.numbers import CONTRADICTED
from cryptodesk.evaluation.records import Coverage, Market, Part

__all__ = ["CHECKS", "Outcome", "RunRecord", "Summary", "percentile", "record_run", "score_pct", "summarise"]

CHECKS = (
    "plan", "tools", "arguments", "assets", "numbers", "citation_precision", "citation_recall", "behaviour", "coverage",
)  # fmt: skip
_TOTAL = "total"


class Outcome(Struct, frozen=True, kw_only=True):
    """One question with how each grader judged it. `expected` and `seen` are coverage labels, where there are any."""

    id: str
    family: str
    part: Part
    market: Market
    question: str
    answer: str
    model: str
    checks: dict[str, Check]
    usage: Usage
    cost_usd: Decimal
    duration_ms: float
    failure: str | None = None
    expected: Coverage | None = None
    seen: Coverage | None = None

    @property
    def passed(self) -> bool:
        return self.failure is None and all(check.passed for check in self.checks.values())

    @property
    def contradicted(self) -> int:
        check = self.checks.get("numbers")
        return sum(CONTRADICTED in note for note in check.notes) if check else 0


class Summary(Struct, frozen=True, kw_only=True):
    """Scores of some questions in percent, None where no question is judged so; money exact, times of one question."""

    name: str
    questions: int
    passed: int
    scores: dict[str, float | None]
    contradicted: int
    failures: int
    cost_usd: Decimal
    p50_ms: float
    p99_ms: float
    tokens: int


class RunRecord(Struct, frozen=True, kw_only=True):
    """A whole run as it is written down. `served_by` are the models that really answered."""

    model: str
    served_by: tuple[str, ...]
    moments: dict[str, str]
    outcomes: tuple[Outcome, ...]
    families: tuple[Summary, ...]
    parts: tuple[Summary, ...]
    total: Summary


def score_pct(outcomes: Iterable[Outcome], check: str) -> float | None:
    """Of all things that this grader judged, the share that was right."""
    judged = [each.checks[check] for each in outcomes if check in each.checks]
    of = sum(each.of for each in judged)
    return None if not of else 100 * sum(each.right for each in judged) / of


def percentile(values: Sequence[float], share: float) -> float:
    """Nearest rank; 0 of nothing."""
    if not values:
        return 0.0
    ordered = sorted(values)
    return ordered[max(0, math.ceil(share * len(ordered)) - 1)]


def summarise(name: str, outcomes: Sequence[Outcome]) -> Summary:
    times = [each.duration_ms for each in outcomes]
    return Summary(
        name=name,
        questions=len(outcomes),
        passed=sum(each.passed for each in outcomes),
        scores={check: score_pct(outcomes, check) for check in CHECKS},
        contradicted=sum(each.contradicted for each in outcomes),
        failures=sum(each.failure is not None for each in outcomes),
        cost_usd=sum((each.cost_usd for each in outcomes), Decimal(0)),
        p50_ms=statistics.median(times) if times else 0.0,
        p99_ms=percentile(times, 0.99),
        tokens=sum(each.usage.total_tokens for each in outcomes),
    )


def record_run(model: str, moments: dict[str, str], outcomes: Sequence[Outcome]) -> RunRecord:
    return RunRecord(
        model=model,
        served_by=tuple(sorted({each.model for each in outcomes if each.model})),
        moments=moments,
        outcomes=tuple(outcomes),
        families=_grouped(outcomes, lambda each: each.family),
        parts=_grouped(outcomes, lambda each: each.part),
        total=summarise(_TOTAL, outcomes),
    )


def _grouped(outcomes: Sequence[Outcome], key: Callable[[Outcome], str]) -> tuple[Summary, ...]:
    names = sorted({key(each) for each in outcomes})
    return tuple(summarise(name, [each for each in outcomes if key(each) == name]) for name in names)

"""All graders over one question, from what was observed and what is gold to its outcome."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cryptodesk.evaluation.gold import GoldDocument, GoldValue
from cryptodesk.evaluation.graders import Check, Observed
from cryptodesk.evaluation.graders.arguments import grade_arguments
from cryptodesk.evaluation.graders.assets import asked_ids, grade_assets
from cryptodesk.evaluation.graders.behaviour import grade_behaviour
from cryptodesk.evaluation.graders.citations import grade_citations
from cryptodesk.evaluation.graders.coverage import coverage_of, grade_coverage
from cryptodesk.evaluation.graders.numbers import grade_numbers
from cryptodesk.evaluation.graders.plan import grade_plan
from cryptodesk.evaluation.graders.tools import grade_tools
from cryptodesk.evaluation.records import Question
from cryptodesk.evaluation.results import Outcome

__all__ = ["Known", "outcome_of"]

_MAX_SHOWN = 4_000


class Known(Struct, frozen=True):
    """The gold of one question, resolved. `problem` says why it could not be."""

    values: tuple[GoldValue, ...] = ()
    documents: tuple[GoldDocument, ...] = ()
    problem: str | None = None


def outcome_of(question: Question, observed: Observed, known: Known, now: datetime) -> Outcome:
    """`now` is the moment that the question was asked at."""
    checks = _checks(question, observed, known, now)
    return Outcome(
        id=question.id,
        family=question.family,
        part=question.part,
        market=question.market,
        question=_shortened(" ⏎ ".join([*question.earlier, question.asked])),
        answer=_shortened(observed.text),
        model=observed.model,
        checks=checks,
        usage=observed.usage,
        cost_usd=observed.cost_usd,
        duration_ms=observed.duration_ms,
        failure=known.problem or observed.failure,
        expected=question.label,
        seen=coverage_of(observed, checks.get("numbers")) if question.label else None,
    )


def _checks(question: Question, observed: Observed, known: Known, now: datetime) -> dict[str, Check]:
    made, said = observed.calls, " ".join([*question.earlier, question.asked])
    numbers = grade_numbers(observed.text, known.values, said)
    citations = grade_citations(question, observed.text, observed.traces, known.documents)
    found = {
        "plan": None if observed.plan is None else grade_plan(question, observed.plan, now),
        "tools": grade_tools(question, [call.tool for call in made]),
        "arguments": grade_arguments(question, made, now),
        "assets": grade_assets(question, asked_ids(made)),
        "numbers": numbers,
        "citation_precision": citations[0] if citations else None,
        "citation_recall": citations[1] if citations else None,
        "behaviour": grade_behaviour(question, observed, numbers) if question.label is None else None,
        "coverage": grade_coverage(question, observed, numbers),
    }
    return {name: check for name, check in found.items() if check is not None}


def _shortened(text: str) -> str:
    return text if len(text) <= _MAX_SHOWN else f"{text[:_MAX_SHOWN]}… ({len(text):,} characters)"

"""Coverage of questions that were collected elsewhere: answered, partly, or declined, beside what was expected."""

from __future__ import annotations

from cryptodesk.evaluation.graders._check import Check, Observed
from cryptodesk.evaluation.records import Coverage, Question
from cryptodesk.evaluation.wording import ONLY_LOOKS_UP, behaviour_of

__all__ = ["coverage_of", "grade_coverage"]


def coverage_of(observed: Observed, numbers: Check | None = None) -> Coverage:
    """Declined without a call that brings something, or when the answer only says that it cannot; partly answered when
    it says that something is missing, or lacks a figure that was asked for."""
    behaviour = behaviour_of(observed.text, observed.traces)
    called = any(trace.name not in ONLY_LOOKS_UP for trace in observed.traces)
    if not called or behaviour in {None, "decline", "ask_back"}:
        return "declined"
    if behaviour == "partly" or (numbers is not None and not numbers.passed):
        return "partly"
    return "answered"


def grade_coverage(question: Question, observed: Observed, numbers: Check | None) -> Check | None:
    """None if the question has no label."""
    if question.label is None:
        return None
    seen = coverage_of(observed, numbers)
    notes = () if seen == question.label else (f"{seen}, expected {question.label}: {question.reason}",)
    return Check(int(not notes), 1, notes)

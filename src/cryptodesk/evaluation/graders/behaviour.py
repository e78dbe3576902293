"""Behaviour: whether the model answers, answers partly, asks back or declines, and says what has to be said."""

from __future__ import annotations

import re

from cryptodesk.evaluation.graders._check import Check, Observed
from cryptodesk.evaluation.records import Question
from cryptodesk.evaluation.wording import behaviour_of

__all__ = ["grade_behaviour"]


def grade_behaviour(question: Question, observed: Observed, numbers: Check | None = None) -> Check:
    """An answer that says every figure and besides that something is missing is a whole answer."""
    seen = behaviour_of(observed.text, observed.traces)
    if seen == "partly" and numbers is not None and numbers.passed:
        seen = "answer" if "answer" in question.expect else seen
    notes = [] if seen in question.expect else [f"{seen or 'said nothing'}, expected {' or '.join(question.expect)}"]
    notes += [f"does not say {each}" for each in question.must_say if not _says(observed.text, each)]
    notes += [f"says {each}" for each in question.must_not_say if _says(observed.text, each)]
    return Check(int(not notes), 1, tuple(notes))


def _says(text: str, pattern: str) -> bool:
    return re.search(pattern, text, re.IGNORECASE) is not None

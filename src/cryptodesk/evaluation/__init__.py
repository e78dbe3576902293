"""Scores any configured model on committed questions with deterministic graders."""

from __future__ import annotations

from cryptodesk.evaluation.gate import Verdict, compare, read_run
from cryptodesk.evaluation.harness import Harness, evaluate
from cryptodesk.evaluation.records import Question
from cryptodesk.evaluation.results import Outcome, RunRecord
from cryptodesk.evaluation.sets import Selection, load_questions, select

__all__ = [
    "Harness",
    "Outcome",
    "Question",
    "RunRecord",
    "Selection",
    "Verdict",
    "compare",
    "evaluate",
    "load_questions",
    "read_run",
    "select",
]

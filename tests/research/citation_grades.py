"""The committed questions put to the desk, and how well each answer cites by the exact checker."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest import mock

from msgspec import Struct
from msgspec.structs import replace

from cryptodesk.app.desk import Desk
from cryptodesk.core.research import ResearchOptions
from cryptodesk.core.verification import Counts, Verification
from cryptodesk.research.citing import CitationGrade, grade
from cryptodesk.research.graph import Node
from cryptodesk.research.nodes import NODES
from cryptodesk.research.state import ResearchState
from tests.research.desks import analysed

__all__ = ["QUESTIONS", "Graded", "grade_question", "keeping_states", "questions_of"]

QUESTIONS = Path(__file__).parent / "citation_questions.jsonl"
_NO_FIGURES = Verification("nothing_to_verify", Counts(), (), "mark")


class Graded(Struct, frozen=True):
    question: str
    text: str
    grade: CitationGrade
    has_sources: bool


def questions_of(world: str) -> list[dict[str, Any]]:
    lines = map(json.loads, QUESTIONS.read_text("utf-8").splitlines())
    return [line for line in lines if line["world"] == world]


@contextmanager
def keeping_states() -> Iterator[list[ResearchState]]:
    """The state of every run of an engine that is opened meanwhile, at its end."""
    kept: list[ResearchState] = []

    async def keep(state: ResearchState) -> str:
        kept.append(state)
        return ""

    last = Node[ResearchState](name="keep", does="keeps the state", rules=keep, after=("verify",))
    with mock.patch("cryptodesk.research.nodes.NODES", (*NODES, last)):
        yield kept


async def grade_question(desk: Desk, kept: list[ResearchState], line: dict[str, Any]) -> Graded:
    kept.clear()
    options = ResearchOptions(may_clarify=False, **line.get("options", {}))
    limits = replace(desk.limits, tool_calls=200) if options.depth == "report" else desk.limits
    found = await analysed(desk, line["question"], options=options, limits=limits)
    (state,) = kept
    verification = state.verification or _NO_FIGURES
    graded = grade(found.text, found.outcome.sources, state.book, verification)
    return Graded(line["question"], found.text, graded, bool(found.outcome.sources))

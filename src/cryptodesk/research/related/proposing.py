"""Questions to go on with: what a curious analyst would ask next and the desk can answer itself."""

from __future__ import annotations

from collections.abc import Sequence

from msgspec import Struct

from cryptodesk.models.analyst.questions import Plan
from cryptodesk.research.planning import PlanCheck
from cryptodesk.research.related.candidates import candidates_for
from cryptodesk.research.related.choosing import Shelf, choose
from cryptodesk.research.related.findings import Findings
from cryptodesk.research.related.reach import DataMode, Reach, reach_of
from cryptodesk.research.related.subjects import subject_of

__all__ = ["Talk", "fill", "related_questions", "shelf_for"]

_TURNS_COMPARED = 12


class Talk(Struct, frozen=True):
    """The conversation as far as it bears on what is proposed: `question` was asked last, `plans` are its own;
    `earlier` are the user's turns before it, oldest first."""

    question: str
    plans: tuple[Plan, ...]
    findings: Findings = Findings()
    earlier: tuple[str, ...] = ()


def related_questions(
    question: str,
    earlier: Sequence[str],
    plans: Sequence[Plan],
    most: int,
    check: PlanCheck,
    findings: Findings | None = None,
    mode: DataMode = "auto",
) -> tuple[str, ...]:
    """Up to `most`, and never more than five, for a question that was just answered with `findings`; `mode` is where
    the desk's data come from. Deterministic; another question gets others. None where `most` is 0."""
    talk = Talk(question, tuple(plans), findings or Findings(), tuple(earlier))
    shelf = shelf_for(talk, most, check)
    fill(shelf, talk, check, reach_of(mode, talk.findings))
    return tuple(shelf.questions)


def shelf_for(talk: Talk, most: int, check: PlanCheck) -> Shelf:
    """Empty, and closed to whatever was asked before: as the conversation meant it, and as it stands by itself."""
    earlier = talk.earlier[-_TURNS_COMPARED:]
    plans = [*talk.plans]
    for at, text in enumerate(earlier):
        plans += check.plans(text, earlier[:at])
    return Shelf((*earlier, talk.question), plans, most)


def fill(shelf: Shelf, talk: Talk, check: PlanCheck, reach: Reach) -> None:
    if shelf.is_full:
        return
    subject = subject_of(talk.plans, talk.findings)
    candidates = candidates_for(talk.question, subject, talk.findings, reach.priced)
    choose(candidates, shelf, check.within(reach.missing, reach.priced))

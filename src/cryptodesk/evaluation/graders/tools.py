"""Tool choice: every required tool, no forbidden one, none that nobody asked for."""

from __future__ import annotations

from collections.abc import Iterable

from cryptodesk.evaluation.graders._check import Check
from cryptodesk.evaluation.records import Question
from cryptodesk.evaluation.wording import ONLY_LOOKS_UP

__all__ = ["grade_tools"]


def grade_tools(question: Question, called: Iterable[str], *, without: frozenset[str] = frozenset()) -> Check | None:
    """None if the question says nothing of tools. `without` are tools that a plan cannot show yet."""
    if not (question.required or question.forbidden or question.allowed):
        return None
    names = set(called)
    wanted = [set(entry.split("|")) for entry in question.required]
    notes = [f"lacks {'|'.join(sorted(each))}" for each in wanted if not each & names and not each <= without]
    fine = set(question.allowed) | ONLY_LOOKS_UP | {name for each in wanted for name in each}
    notes += [f"called {name}" for name in sorted(names) if name in question.forbidden or name not in fine]
    return Check(int(not notes), 1, tuple(notes))

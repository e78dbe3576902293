"""The analyst's plan by itself: what it took the question for, with which calls and assets."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from cryptodesk.evaluation.graders._check import Check, PlannedPart
from cryptodesk.evaluation.graders.arguments import grade_arguments
from cryptodesk.evaluation.graders.assets import asked_ids, grade_assets
from cryptodesk.evaluation.graders.tools import grade_tools
from cryptodesk.evaluation.records import Question

__all__ = ["grade_plan"]

# Sums are worked with figures that the first round of calls brings.
_LATER = frozenset({"cmc_math_eval"})
# Ids of exchanges, collections and categories are known after the lookup alone.
_LOOKUP = "cmc_id_lookup"


def grade_plan(question: Question, plan: Sequence[PlannedPart], now: datetime) -> Check | None:
    """One thing to get right: the intents, and with them tools, arguments and assets. None without gold intents."""
    if not question.intents:
        return None
    notes = _intents(question, [part.intent for part in plan])
    made = [call for part in plan for call in part.calls]
    ids = asked_ids(made) or [each for part in plan for each in part.asset_ids]
    knows_ids = not any(call.tool == _LOOKUP and call.arguments.get("asset_type", "coin") != "coin" for call in made)
    checks = (
        grade_tools(question, [call.tool for call in made], without=_LATER),
        grade_arguments(question, made, now),
        grade_assets(question, ids) if knows_ids else None,
    )
    notes += [note for check in checks if check is not None for note in check.notes]
    return Check(int(not notes), 1, tuple(notes))


def _intents(question: Question, seen: Sequence[str]) -> list[str]:
    """Every question of the text is taken for what it is, and nothing else is read into it."""
    wanted = [set(each.split("|")) for each in question.intents]
    notes = [f"took it for {' and '.join(seen)}" for each in wanted if not each & set(seen)]
    fine = {name for each in wanted for name in each}
    return notes[:1] + [f"saw {name}" for name in sorted(set(seen) - fine) if not notes]

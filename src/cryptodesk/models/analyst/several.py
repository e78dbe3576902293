"""Several questions in one message: where one ends and the next begins."""

from __future__ import annotations

import re
from datetime import date

from cryptodesk.models.analyst.parser import parse
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import clean

__all__ = ["split_questions"]

MOST_QUESTIONS = 4
# The end of a sentence, or a joint after which a new question word follows.
_ENDS = re.compile(
    r"(?<=[?!])\s+(?=\S)|(?<=[.;])(?<!\bvs\.)(?<!\bv\.)\s+(?=[A-Z$])|;\s+"
    r"|,?\s+(?:and also|and then|also|and)\s+"
    r"(?=(?:what|how|which|who|when|where|why|is|are|show|give|tell|compare|list)\b)",
    re.IGNORECASE,
)
_UNSURE = frozenset({"unclear", "bare", "empty", "greeting", "thanks", "declined"})
_FEWEST_WORDS = 2


def split_questions(text: str, knowledge: AssetKnowledge, today: date) -> tuple[str, ...]:
    """The parts of a message that are questions of their own; the whole where any part is none."""
    whole = clean(text)
    parts = [part for part in map(str.strip, _ENDS.split(whole)) if part]
    if not 1 < len(parts) <= 3 * MOST_QUESTIONS:
        return (text,)
    plans = [parse(part, knowledge, today) for part in parts]
    asked = [part for part, plan in zip(parts, plans, strict=True) if _is_question(part, plan)]
    if len(asked) < 2:
        return (text,)
    # What is no question by itself belongs to the one before: an aside, a condition.
    joined: list[str] = []
    for part in parts:
        if part in asked or not joined:
            joined.append(part)
        else:
            joined[-1] = f"{joined[-1]} {part}"
    if joined[0] not in asked and len(joined) > 1:
        joined[:2] = [f"{joined[0]} {joined[1]}"]
    return tuple(joined[:MOST_QUESTIONS]) if len(joined) > 1 else (text,)


def _is_question(part: str, plan: Plan) -> bool:
    return plan.intent not in _UNSURE and len(part.split()) >= _FEWEST_WORDS

"""Close calls of the parser: which readings of a question lie too near each other, and what was decided about them."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from msgspec import Struct

from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.reading import Reading

__all__ = ["MARGIN", "NO_BREAKS", "PLACEHOLDER", "Tie", "TieBreak", "TieBreaks", "close_calls", "masked_question"]

# Measured by cross-validation (`train_head.py --measure`): 0.12 asks for nearly twice as many and mends no more.
MARGIN = 0.06
PLACEHOLDER = "coin"

# What these say must not depend on a vector: they stand wherever a rule has put them first.
_STANDING = frozenset({"prediction", "advice", "outlook", "out_of_field"})


class Tie(Struct, frozen=True):
    """`text` is the question as the parser knows it, `masked` the same without names of assets. `candidates` are
    intents or skills with their confidence, the parser's own choice first."""

    text: str
    masked: str
    candidates: tuple[tuple[str, float], ...]


class TieBreak(Struct, frozen=True):
    """`weighed` are the candidates that were known, with the probability of each, the likeliest first. `chosen` is the
    parser's own choice where none is clearly likelier."""

    chosen: str
    weighed: tuple[tuple[str, float], ...]


# By the text of the tie.
TieBreaks = Mapping[str, TieBreak]
NO_BREAKS: TieBreaks = MappingProxyType({})


def close_calls(plan: Plan) -> tuple[tuple[str, float], ...]:
    """The parser's choice and what lies within the margin of it; fewer than two where nothing does."""
    first = plan.skill or plan.intent
    if first in _STANDING:
        return ()
    near = tuple(rival for rival in plan.rivals if plan.confidence - rival[1] <= MARGIN + 1e-9)
    return ((first, plan.confidence), *near)


def masked_question(reading: Reading) -> str:
    """The question in small letters with one word in place of every asset, so that only what is asked is left."""
    text = reading.lowered
    for start, end in sorted(reading.found.spans, reverse=True):
        text = f"{text[:start]}{PLACEHOLDER}{text[end:]}"
    return text

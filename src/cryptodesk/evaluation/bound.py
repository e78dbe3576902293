"""What an evaluation may cost at most, before it begins."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.core.usage import Usage
from cryptodesk.evaluation.records import Question
from cryptodesk.evaluation.running import Allowance
from cryptodesk.ledger.pricing import PriceBook

__all__ = ["MAX_OUTPUT_TOKENS", "Bound", "bound_of", "is_free"]

MAX_OUTPUT_TOKENS = 2_000


class Bound(Struct, frozen=True):
    """`runs` counts earlier turns too."""

    runs: int
    usd: Decimal


def is_free(price: ModelPrice) -> bool:
    return price.input_usd == 0 and price.output_usd == 0 and price.cache_read_usd == 0


def bound_of(route: ModelRoute, questions: Sequence[Question], allowance: Allowance, rounds: int) -> Bound:
    """No further round of tools begins once a run has used its tokens; the round that writes the answer may read as
    many again. Every round writes at most its allowance."""
    runs = sum(1 + len(question.earlier) for question in questions)
    if is_free(route.price):
        return Bound(runs, Decimal(0))
    tokens, written = allowance.tokens or 0, (allowance.output_tokens or MAX_OUTPUT_TOKENS) * rounds
    worst = PriceBook().cost(route, Usage(2 * tokens, written), built_in_listed=True).total_usd
    longest = sum((_excess(route, question, tokens) for question in questions), Decimal(0))
    return Bound(runs, worst * runs + longest)


def _excess(route: ModelRoute, question: Question, tokens: int) -> Decimal:
    """A question that is longer than the allowance is read in its first round all the same."""
    usage = Usage(input_tokens=max(0, len(question.asked) // 2 - tokens))
    return PriceBook().cost(route, usage, built_in_listed=True).total_usd

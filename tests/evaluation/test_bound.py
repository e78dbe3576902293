"""What an evaluation may cost at most."""

from __future__ import annotations

from decimal import Decimal

from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.evaluation.bound import bound_of, is_free
from cryptodesk.evaluation.running import Allowance
from tests.evaluation.samples import question

DEAR = ModelRoute("m", "p", "u", ModelPrice("m@2026-01-01", Decimal(2), Decimal("0.2"), Decimal(10)))
FREE = ModelRoute("m", "p", "u", ModelPrice("free@2026-01-01", Decimal(0), Decimal(0), Decimal(0)))


def test_a_free_model_costs_nothing_whatever_is_asked() -> None:
    assert is_free(FREE.price)
    assert not is_free(DEAR.price)
    assert bound_of(FREE, [question()], Allowance(), 6).usd == 0


def test_the_bound_is_the_dearest_run_times_the_turns() -> None:
    bound = bound_of(DEAR, [question(), question(earlier=("one", "two"))], Allowance(1000, 100), 6)
    assert bound.runs == 4
    # 2 x 1,000 tokens read at $2 and 6 x 100 written at $10 a million, with the surcharge of a tenth; four times.
    assert bound.usd == (Decimal("0.004") + Decimal("0.006")) * Decimal("1.1") * 4


def test_a_long_question_is_paid_for_besides() -> None:
    short, long = question(), question(text="word " * 20, repeat=1000)
    assert (
        bound_of(DEAR, [long], Allowance(1000, 100), 6).usd > bound_of(DEAR, [short], Allowance(1000, 100), 6).usd * 2
    )

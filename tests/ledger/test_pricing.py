from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.pricing import PriceBook

GPT = ModelPrice("gpt-5.1@2025-11-13", Decimal("1.25"), Decimal("0.125"), Decimal("10"))
FREE = ModelPrice("free@2020-01-01", Decimal(0), Decimal("0"), Decimal("0.000"))


def route(price: ModelPrice) -> ModelRoute:
    return ModelRoute("m", "p", "u", price)


@pytest.mark.parametrize(
    ("usage", "built_in_listed", "total"),
    [
        # 11 * 1.25 + 212 * 10 = 2133.75 millionths
        (Usage(11, 212), False, "0.00213375"),
        # (1843 - 1024) * 1.25 + 1024 * 0.125 + 27 * 10 = 1421.75; and a tenth of it: 142.175
        (Usage(1843, 27, 1024), True, "0.001563925"),
        # 4210 * 1.25 + (188 + 320) * 10 = 10342.5
        (Usage(4210, 188, 0, 320), False, "0.0103425"),
    ],
)
def test_the_documented_examples(usage: Usage, built_in_listed: bool, total: str) -> None:
    cost = PriceBook().cost(route(GPT), usage, built_in_listed=built_in_listed)
    assert cost.total_usd == Decimal(total)


def test_the_surcharge_stands_beside_the_token_cost() -> None:
    cost = PriceBook().cost(route(GPT), Usage(1843, 27, 1024), built_in_listed=True)
    assert (cost.tokens_usd, cost.surcharge_usd) == (Decimal("0.00142175"), Decimal("0.000142175"))


def test_without_a_listed_built_in_there_is_no_surcharge() -> None:
    assert PriceBook().cost(route(GPT), Usage(11, 212), built_in_listed=False).surcharge_usd == 0


def test_cached_tokens_are_read_at_the_cache_price_only() -> None:
    # 1000 * 0.125 = 125 millionths
    assert PriceBook().cost(route(GPT), Usage(1000, 0, 1000), built_in_listed=False).total_usd == Decimal("0.000125")


@pytest.mark.parametrize("built_in_listed", [True, False])
def test_a_free_model_costs_a_plain_zero(built_in_listed: bool) -> None:
    cost = PriceBook().cost(route(FREE), Usage(999, 99, 9, 9), built_in_listed=built_in_listed)
    assert [str(cost.tokens_usd), str(cost.surcharge_usd)] == ["0", "0"]


@pytest.mark.parametrize(
    ("usage", "written"),
    [(Usage(0, 1_000_000), "10"), (Usage(0, 100_000), "1"), (Usage(0, 1), "0.00001"), (Usage(1), "0.00000125")],
)
def test_amounts_have_no_trailing_zeros_and_no_positive_exponent(usage: Usage, written: str) -> None:
    assert f"{PriceBook().cost(route(GPT), usage, built_in_listed=False).tokens_usd:f}" == written
    assert "E+" not in str(PriceBook().cost(route(GPT), usage, built_in_listed=False).tokens_usd)


def test_the_smallest_price_and_the_largest_count_are_still_exact() -> None:
    tiny = ModelPrice("tiny@2025-01-01", Decimal("0.0000000001"), Decimal(0), Decimal("123456789.0000000001"))
    cost = PriceBook().cost(route(tiny), Usage(1, 10**12 + 7), built_in_listed=True)
    exact = 1 + (10**12 + 7) * 1234567890000000001  # in units of 1e-10 millionths
    assert cost.tokens_usd == Decimal(f"{exact}E-16")
    assert cost.surcharge_usd == Decimal(f"{exact}E-17")


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 10**9), st.booleans())
def test_the_cost_is_the_formula_in_whole_numbers(
    fresh: int, cached: int, text: int, thought: int, listed: bool
) -> None:
    cost = PriceBook().cost(route(GPT), Usage(fresh + cached, text, cached, thought), built_in_listed=listed)
    thousandths = fresh * 1250 + cached * 125 + (text + thought) * 10_000
    assert cost.tokens_usd * 10**9 == thousandths
    assert cost.surcharge_usd * 10**10 == (thousandths if listed else 0)

# ruff: noqa: E501 - cases read better with one a line

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.models.analyst.formats import big_money, coins, money, number, percent


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (78264.1, "$78,264.10"), (10, "$10.00"), (9.968, "$9.968"), (2.65614, "$2.6561"), (1.5, "$1.50"), (0.0861, "$0.08610"),
        (0.00001234567, "$0.00001235"), (0, "$0.00"), (-12.345, "-$12.34"), (None, None), (True, None), ("abc", None),
        (float("nan"), None), (float("inf"), None), ("1234.5", "$1,234.50"),
    ],
)  # fmt: skip
def test_prices(value: Any, text: str | None) -> None:
    assert money(value) == text


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.5715705e12, "$1.57 trillion"),
        (845.2e6, "$845.20 million"),
        (8.97e9, "$8.97 billion"),
        (999999, "$999,999.00"),
        (-2e9, "-$2.00 billion"),
        (None, None),
    ],
)
def test_sums_of_the_markets_size(value: Any, text: str | None) -> None:
    assert big_money(value) == text


def test_currencies_with_and_without_a_sign() -> None:
    assert [money(5, code) for code in ("EUR", "GBP", "JPY", "CHF", "ETH")] == [
        "€5.00",
        "£5.00",
        "¥5.00",
        "5.00 CHF",
        "5.00 ETH",
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [(5.1, "+5.10%"), (-0.2059, "-0.21%"), (0, "0.00%"), (0.001, "0.00%"), (-0.001, "0.00%"), (250, "+250.00%")],
)
def test_changes_carry_their_sign(value: float, text: str) -> None:
    assert percent(value) == text


def test_amounts_of_coins() -> None:
    assert [coins(value, "BTC") for value in (20080350.4, 0.40535556321, 2.5, None)] == [
        "20,080,350 BTC",
        "0.40535556 BTC",
        "2.5 BTC",
        None,
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [("345", "345"), ("0.1", "0.1"), ("1234567.891", "1,234,567.89"), ("1e30", "1E+30"), ("0", "0"), ("-2.50", "-2.5")],
)
def test_results_of_arithmetic(value: str, text: str) -> None:
    assert number(value) == text


@given(st.one_of(st.floats(), st.integers(), st.text(max_size=12), st.decimals(), st.none()))
def test_no_value_raises(value: Any) -> None:
    for write in (money, big_money, percent, number):
        assert write(value) is None or isinstance(write(value), str)


@given(st.decimals(min_value=Decimal("0.01"), max_value=Decimal("1e9"), places=2))
def test_a_price_with_cents_is_shown_exactly(value: Decimal) -> None:
    text = money(value)
    assert text is not None
    assert Decimal(text.replace("$", "").replace(",", "")) == value

"""Numbers and sums of money in figures and in words."""

from __future__ import annotations

import pytest

from cryptodesk.models.analyst.amounts import find_amounts


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("two hundred dollars", "200", "USD"),
        ("a hundred bucks", "100", "USD"),
        ("twenty-five thousand euros", "25000", "EUR"),
        ("seventy five usd", "75", "USD"),
        ("a couple hundred dollars", "200", "USD"),
        ("a couple of thousand euros", "2000", "EUR"),
        ("one hundred and fifty usd", "150", "USD"),
        ("three thousand five hundred dollars", "3500", "USD"),
        ("one million two hundred thousand usd", "1200000", "USD"),
        ("five hundred thousand usd", "500000", "USD"),
        ("half a million dollars", "500000", "USD"),
        ("a grand", "1000", "USD"),
        ("half an eth", "0.5", ""),
        ("twenty sol", "20", ""),
        ("sell -5 btc", "-5", ""),
        ("1.5k usd", "1500", "USD"),
    ],
)
def test_an_amount_is_read_as_people_say_it(text: str, value: str, unit: str) -> None:
    (amount,) = find_amounts(text)
    assert (format(amount.value, "f"), amount.unit) == (value, unit)


@pytest.mark.parametrize("text", ["a coin", "an eth", "the couple", "someone", "often"])
def test_articles_and_parts_of_words_are_no_numbers(text: str) -> None:
    assert find_amounts(text) == ()


def test_the_dash_of_a_range_is_no_sign() -> None:
    assert [str(amount.value) for amount in find_amounts("100-200 and sol-5")] == ["100", "200", "5"]

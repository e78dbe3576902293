"""Numbers as people write them."""

from __future__ import annotations

import pytest

from cryptodesk.market.screening.amounts import plain_number, read_amount


@pytest.mark.parametrize(
    ("text", "value", "unit"),
    [
        ("50", 50, ""),
        ("1.5m", 1.5e6, ""),
        ("1.5 m", 1.5e6, ""),
        ("1mm", 1e6, ""),
        ("10bn", 1e10, ""),
        ("10 billion", 1e10, ""),
        ("2t", 2e12, ""),
        ("5k", 5e3, ""),
        ("5 thousand", 5e3, ""),
        ("3 lakh", 3e5, ""),
        ("3 crore", 3e7, ""),
        ("1_000", 1000, ""),
        ("1,234,567.8", 1234567.8, ""),
        ("1'000'000", 1e6, ""),
        (".5", 0.5, ""),
        ("1e6", 1e6, ""),
        ("1.0e-3", 0.001, ""),
        ("$5", 5, "USD"),
        ("us$5", 5, "USD"),
        ("usd 5", 5, "USD"),
        ("5 dollars", 5, "USD"),
        ("$1.5m", 1.5e6, "USD"),
        ("5 million usd", 5e6, "USD"),
        ("5 cents", 0.05, "USD"),
        ("50¢", 0.5, "USD"),
        ("-$5", -5, "USD"),
        ("$-5", -5, "USD"),
        ("€5", 5, "EUR"),
        ("5 euros", 5, "EUR"),
        ("a$5", 5, "A$"),
        ("₿1", 1, "BTC"),
        ("5 eth", 5, "ETH"),
        ("5 %", 5, "%"),
        ("-10%", -10, "%"),
        ("+20%", 20, "%"),
        ("50bps", 0.5, "%"),
        ("5 percent", 5, "%"),
        ("10x", 10, "x"),
        ("half a million", 5e5, ""),
        ("two and a half million", 2.5e6, ""),
        ("a billion", 1e9, ""),
        ("100th", 100, ""),
    ],
)
def test_an_amount_is_read_whole_with_its_unit(text: str, value: float, unit: str) -> None:
    amount = read_amount(text)
    assert amount is not None
    assert (amount.value, amount.unit, amount.end) == (value, unit, len(text))
    assert (amount.problem, amount.note, amount.days) == (None, None, None)


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("24h", 1),
        ("1h", 1 / 24),
        ("7d", 7),
        ("2 weeks", 14),
        ("a month", 30),
        ("6mo", 180),
        ("3 months", 90),
        ("2y", 730),
        ("30 min", 30 / 1440),
        ("1.5 years", 547.5),
    ],
)
def test_spans_of_time_are_days(text: str, days: float) -> None:
    amount = read_amount(text)
    assert amount is not None
    assert amount.days == pytest.approx(days)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,5", 1.5),
        ("0,05", 0.05),
        ("0,500", 0.5),
        ("1.500", 1.5),
        ("10.000", 10),
        ("1 000 000", 1e6),
        ("1.234.567", 1234567),
        ("1.234,5", 1234.5),
        ("12,34,567", 1234567),
        ("1 000,5", 1000.5),
    ],
)
def test_what_could_be_read_otherwise_says_how_it_was_read(text: str, value: float) -> None:
    amount = read_amount(text)
    assert amount is not None
    assert amount.value == value
    assert amount.note == f"{text!r} was read as {plain_number(value)}"


@pytest.mark.parametrize(
    "text",
    [
        "1.5.2",
        "1,2,3",
        "1,23,45",
        "10kk",
        "1m5",
        "5abc",
        "1/2",
        "10^6",
        "10**6",
        "10²",
        "5½",
        "0x1f",
        "1..5",
        "1e400",
        "9" * 400,
        "5‰",
        "+-5",
    ],
)
def test_what_is_no_one_number_says_so(text: str) -> None:
    amount = read_amount(text)
    assert amount is not None
    assert amount.problem is not None
    assert amount.end == len(text) or text in {"5‰"}


@pytest.mark.parametrize("text", ["", "defi", "m5", "%", "-", "$", "a coin", "one coin", "nan", "inf"])
def test_what_begins_with_no_number_is_none(text: str) -> None:
    assert read_amount(text) is None


def test_an_open_end_is_told() -> None:
    amounts = [read_amount(text) for text in ("50m+", "5%+", "2+ years", "50m")]
    assert [amount.is_open for amount in amounts if amount] == [True, True, True, False]


def test_the_unit_of_the_next_word_is_left_alone() -> None:
    amount = read_amount("100 eth tokens")
    assert amount is not None
    assert (amount.value, amount.unit, amount.end) == (100, "", 3)
    amount = read_amount("$5 min volume")
    assert amount is not None
    assert (amount.value, amount.days) == (5, None)


def test_whole_numbers_are_shown_whole() -> None:
    assert [plain_number(value) for value in (5.0, 0.5, 1e20, -3.0)] == [5, 0.5, 1e20, -3]
    assert isinstance(plain_number(5.0), int)

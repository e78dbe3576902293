"""Figures read from prose: value, kind, unit, sign, and what the digits imply."""

from __future__ import annotations

from datetime import date

import pytest

from cryptodesk.verification.entities import Entities
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.precision import bounds_of
from cryptodesk.verification.reading import Reading, read_unit
from cryptodesk.verification.vocabulary import load_vocabulary

TODAY = date(2026, 11, 22)


def read(text: str) -> Reading:
    return read_unit(text, Entities().names(), load_vocabulary(), TODAY)


def only(text: str) -> Figure:
    figures = [one for one in read(text).figures if one.kind != "duration"]
    assert len(figures) == 1, [one.text for one in figures]
    return figures[0]


@pytest.mark.parametrize(
    ("text", "figure", "kind", "value", "unit"),
    [
        ("It costs $78,264.10.", "$78,264.10", "money", 78264.10, "USD"),
        ("a cap of $1.2B now", "$1.2B", "money", 1.2e9, "USD"),
        ("1,234.56 USD", "1,234.56 USD", "money", 1234.56, "USD"),
        ("USD 1.2bn", "USD 1.2bn", "money", 1.2e9, "USD"),
        ("€5", "€5", "money", 5, "EUR"),
        ("12 thousand dollars", "12 thousand dollars", "money", 12_000, "USD"),
        ("twelve thousand dollars", "twelve thousand dollars", "money", 12_000, "USD"),
        ("about 1.2 billion", "1.2 billion", "plain", 1.2e9, ""),
        ("-$5.3M", "-$5.3M", "money", -5.3e6, "USD"),
        ("up 5 %", "5 %", "percent", 5, ""),
        ("five percent", "five percent", "percent", 5, ""),
        ("-0.21%", "-0.21%", "percent", -0.21, ""),
        ("(−0.5%)", "−0.5%", "percent", -0.5, ""),
        ("2 percentage points", "2 percentage points", "points", 2, ""),
        ("25 basis points", "25 basis points", "points", 0.25, "bps"),
        ("ranked #3", "#3", "rank", 3, ""),
        ("the third-largest coin", "third", "rank", 3, ""),
        ("the 2nd place", "2nd", "rank", 2, ""),
        ("2.5x the volume", "2.5x", "multiple", 2.5, ""),
        ("4.4 times as large", "4.4 times", "multiple", 4.4, ""),
        ("the price doubled", "doubled", "multiple", 2, ""),
        ("two-thirds of it", "two-thirds", "multiple", 0.6667, ""),
        ("half of the supply", "half", "multiple", 0.5, ""),
        ("20,080,350 BTC", "20,080,350 BTC", "count", 20080350, "BTC"),
        ("12.5 gwei", "12.5 gwei", "plain", 12.5, "gwei"),
        ("$0.00001234", "$0.00001234", "money", 0.00001234, "USD"),
        ("a million", "", "", 0, ""),
    ],
)
def test_a_figure_is_read_with_its_kind_value_and_unit(
    text: str, figure: str, kind: str, value: float, unit: str
) -> None:
    if not figure:
        assert not read(text).figures
        return
    found = only(text)
    assert (found.text, found.kind, found.unit) == (figure, kind, unit)
    assert found.value == pytest.approx(value)
    assert text[found.start : found.end] == figure


def test_a_range_shares_its_unit_and_a_minus_between_figures_is_no_sign() -> None:
    for text in ("3-5%", "between 3 and 5%", "3 to 5 %"):
        assert [(one.kind, one.value) for one in read(text).figures] == [("percent", 3), ("percent", 5)]
    assert [one.value for one in read("$61,605–$62,513").figures] == [61605, 62513]


def test_three_of_five_are_two_figures_and_other_small_words_are_none() -> None:
    assert [one.value for one in read("three of five coins rose").figures] == [3, 5]
    assert not read("two of them and one more, both at once").figures


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("on 2026-11-22", (date(2026, 11, 22), date(2026, 11, 22))),
        ("22 November 2026", (date(2026, 11, 22), date(2026, 11, 22))),
        ("Nov 22", (date(2026, 11, 22), date(2026, 11, 22))),
        ("March 3rd, 2024", (date(2024, 3, 3), date(2024, 3, 3))),
        ("in Q1 2025", (date(2025, 1, 1), date(2025, 3, 31))),
        ("in March 2024", (date(2024, 3, 1), date(2024, 3, 31))),
        ("since January", (date(2026, 1, 1), date(2026, 1, 31))),
        ("in 2023", (date(2023, 1, 1), date(2023, 12, 31))),
    ],
)
def test_a_date_is_the_days_it_means(text: str, days: tuple[date, date]) -> None:
    found = read(text)
    assert [(one.first, one.last) for one in found.dates] == [days]
    assert not found.figures


def test_impossible_dates_are_no_dates() -> None:
    assert not read("on 2026-02-30 or 31 February 2026").dates


@pytest.mark.parametrize(
    ("text", "hours"),
    [
        ("over 24 hours", 24),
        ("the 7d change", 168),
        ("in the last seven days", 168),
        ("over the past month", 720),
        ("year to date", -1),
        ("this week", 168),
        ("RSI(14)", 336),
        ("today", 24),
    ],
)
def test_a_length_of_time_is_a_period_and_no_figure(text: str, hours: float) -> None:
    found = read(text)
    assert [one.hours for one in found.periods] == [hours]
    assert [one for one in found.figures if one.kind != "duration"] == []


@pytest.mark.parametrize(
    ("text", "holds", "fails"),
    [
        ("$78,264.10", (78264.10, 78264.104), (78264.11, 78263)),
        ("$78,300", (78264.1, 78349), (78200,)),
        ("$80,000", (79000,), (77000, 78264.1)),
        ("about $100", (99, 101.9), (149, 103)),
        ("$1.6 trillion", (1.5715e12,), (1.66e12,)),
        ("$1 billion", (1.04e9,), (1.49e9,)),
        ("22%", (21.6, 22.4), (22.6,)),
        ("over $2,400", (2466.97,), (2399, 3000)),
        ("nearly $79,000", (78264.1,), (79100, 60000)),
        ("#3", (3,), (4,)),
    ],
)
def test_digits_and_the_words_before_them_bound_the_value(
    text: str, holds: tuple[float, ...], fails: tuple[float, ...]
) -> None:
    qualifier = {"about": "about", "over": "above", "nearly": "below"}.get(text.split(maxsplit=1)[0], "")
    lowest, highest = bounds_of(only(text), qualifier)
    assert all(lowest <= value <= highest for value in holds), (lowest, highest)
    assert not any(lowest <= value <= highest for value in fails), (lowest, highest)


@pytest.mark.parametrize("text", ["1e400", "9" * 5000, "1," * 3000, "$" * 3000, "5" + "0" * 900 + "%"])
def test_absurd_numbers_are_read_without_failing(text: str) -> None:
    read(text[:400])
    read("$" + text[:300] + " trillion")

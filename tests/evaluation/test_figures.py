"""Figures and dates as they are read from texts."""

from __future__ import annotations

import pytest

from cryptodesk.evaluation.figures import read_dates, read_figures


@pytest.mark.parametrize(
    ("text", "value", "unit", "step"),
    [
        ("It cost $78,264.10.", 78264.10, "USD", 0.01),
        ("worth **$1.57 trillion**", 1.57e12, "USD", 1e10),
        ("about 12.03B USD", 12.03e9, "USD", 1e7),
        ("a cap of €845.2 million", 845.2e6, "EUR", 1e5),
        ("+5.10% today", 5.1, "%", 0.01),
        ("-0.21 % today", -0.21, "%", 0.01),
        ("−7.1 percent", -7.1, "%", 0.1),
        ("an RSI of 59.5", 59.5, "", 0.1),
        ("-$40.50", -40.5, "USD", 0.01),
        ("$-40.50", -40.5, "USD", 0.01),
        ("84,217 blocks", 84217, "", 1),
        ("0.02886 ETH", 0.02886, "", 1e-5),
        ("1.5e-7", 1.5e-7, "", 1e-8),
        ("€ 12", 12, "EUR", 1),
        ("5 eur", 5, "EUR", 1),
        ("12k dollars", 12000, "USD", 1000),
    ],
)
def test_a_figure_is_read_with_unit_and_rounding(text: str, value: float, unit: str, step: float) -> None:
    (figure,) = read_figures(text)
    assert figure.value == pytest.approx(value)
    assert figure.unit == unit
    assert figure.step == pytest.approx(step)


@pytest.mark.parametrize(
    ("text", "direction"),
    [
        ("BTC fell 0.21% today", "down"),
        ("it is up 3.1%", "up"),
        ("it rose 5 % over a week and fell 2.5%", "down"),
        ("37.9% below its high", "down"),
        ("the change was 4%", None),
        ("a loss of $300", "down"),
        ("down 4% over a day; 7% over a month", None),
    ],
)
def test_the_direction_is_that_of_the_words_in_the_clause(text: str, direction: str | None) -> None:
    assert read_figures(text)[-1].direction == direction


def test_dates_and_times_are_no_figures() -> None:
    assert read_figures("As of 2026-09-10 00:00 UTC, on 13 March 2024 and on Nov. 10, 2021, at 12:30") == ()


def test_digits_inside_words_are_no_figures() -> None:
    assert [figure.value for figure in read_figures("SMA200 and x402: 5")] == [5]


def test_a_figure_in_a_table_is_marked() -> None:
    inside, outside = read_figures("| Bitcoin | 5.25 |\n\nand 7")
    assert inside.in_table
    assert not outside.in_table


def test_dates_are_read_however_they_are_written() -> None:
    text = "2024-03-13, 10 November 2021, the 3rd of Sept 2022, Nov. 10, 2023 and January 2009"
    assert read_dates(text) >= {"2024-03-13", "2021-11-10", "2022-09-03", "2023-11-10", "2009-01"}


def test_a_hundred_thousand_characters_are_read_without_harm() -> None:
    assert read_figures("1" * 100_000) != ()
    assert read_figures("- " * 50_000) == ()

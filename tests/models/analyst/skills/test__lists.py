"""Counts, stretches of time, and what no list answers."""

from __future__ import annotations

from datetime import date

import pytest

from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.reading import read
from cryptodesk.models.analyst.skills._list_stats import stats_of
from cryptodesk.models.analyst.skills._lists import count_of, is_barred, spoken_window, window_of, without_courtesy
from tests.models.analyst.desk import TODAY, WORLD


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("top 10 coins", 10),
        ("top ten coins", 10),
        ("five biggest coins", 5),
        ("the twenty five largest tokens", 25),
        ("a dozen coins", 12),
        ("50 cryptos", 50),
        ("top coins", None),
        ("top 5% of coins", None),
        ("last 7 days", None),
        ("rank 10 to 20 coins", None),
        ("top 0 coins", None),
    ],
)
def test_counts(text: str, count: int | None) -> None:
    assert count_of(text) == count


@pytest.mark.parametrize(
    ("period", "name", "is_exact"),
    [
        (None, "24h", True),
        (Period("hours", "the last hour", 1), "1h", True),
        (Period("hours", "the last 24 hours", 24, is_weak=True), "24h", True),
        (Period("days", "the last 7 days", 7), "7d", True),
        (Period("days", "the last 10 days", 10), "7d", False),
        (Period("days", "the last 90 days", 90), "90d", True),
        (Period("days", "the last 365 days", 365), "90d", False),
        (Period("all", "the whole record"), "90d", False),
        (Period("span", "October", 0, date(2026, 10, 1), date(2026, 10, 31)), "30d", False),
    ],
)
def test_a_period_is_one_of_the_windows_or_says_that_it_is_not(
    period: Period | None, name: str, *, is_exact: bool
) -> None:
    window = window_of(period)
    assert window.name == name
    assert bool(window.note) is not is_exact
    assert is_exact or (period is not None and period.label in window.note)


@pytest.mark.parametrize(
    ("text", "window"),
    [
        ("weekly gainers", "7d"),
        ("gainers this month", "30d"),
        ("hourly", "1h"),
        ("gainers", "24h"),
        ("in 90 days", "90d"),
    ],
)
def test_words_for_windows(text: str, window: str) -> None:
    assert spoken_window(text) == window


@pytest.mark.parametrize(
    "question",
    [
        "which coins will pump",
        "what coin should i buy",
        "next 100x gem",
        "why are coins down",
        "which coins are going to explode",
        "what is driving gainers",
    ],
)
def test_forecasts_advice_and_causes_are_barred(question: str) -> None:
    assert is_barred(read(question, WORLD, TODAY))


@pytest.mark.parametrize(
    "question", ["can you show the top gainers", "could you please list coins that fall", "top coins"]
)
def test_a_polite_question_is_none_of_these(question: str) -> None:
    assert not is_barred(read(question, WORLD, TODAY))


def test_courtesy_is_left_out() -> None:
    assert without_courtesy("hey, can you please show me top coins") == "show me top coins"


def test_figures_of_a_group() -> None:
    rows = [{"x": value, "name": str(value), "market_cap": 10} for value in (4.0, -2.0, 1.0, None)]
    stats = stats_of(rows, "x")
    assert stats is not None
    assert (stats.count, float(stats.average), float(stats.median), stats.risen) == (3, 1.0, 1.0, 2)
    assert (stats.best["name"], stats.worst["name"]) == ("4.0", "-2.0")


def test_the_middle_of_an_even_number_lies_between_two() -> None:
    stats = stats_of([{"x": value} for value in (1, 2, 4, 9)], "x")
    assert stats is not None
    assert float(stats.median) == 3.0
    assert stats.weighted is None


def test_a_group_without_figures_has_none() -> None:
    assert stats_of([{"x": None}, {}], "x") is None

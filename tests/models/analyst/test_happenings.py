"""Days that people name by what happened on them, and seasons and feasts without a date of their own."""

from __future__ import annotations

from datetime import date

import pytest

from cryptodesk.models.analyst.happenings import easter, happened_on, in_happenings
from cryptodesk.models.analyst.parser import parse
from tests.models.analyst.desk import TODAY, WORLD

PERIODS = """
btc since the merge | since 2022-09-15
how did SOL do since the ftx collapse | since 2022-11-11
SOL price before the FTX collapse | 2022-11-10
BTC price on the day of the etf approval | 2024-01-10
BTC since the last halving | since 2024-04-20
BTC since the 2020 halving | since 2020-05-11
ETH after the shanghai upgrade | since 2023-04-12
BTC since trump won | since 2024-11-05
BTC during the covid crash | 2020-03-12
BTC around easter | 2026-04-05
ETH last winter | winter 2025 (2025-12-01 to 2026-02-28)
BTC in the summer of 2025 | summer 2025 (2025-06-01 to 2025-08-31)
BTC early 2024 | early 2024
BTC price on the 24. December 2023 | 2023-12-24
BTC q3 25 | Q3 2025
ETH 3Q25 | Q3 2025
"""
ROWS = [tuple(cell.strip() for cell in row.split("|")) for row in PERIODS.strip().splitlines()]


@pytest.mark.parametrize(("text", "label"), ROWS, ids=[row[0] for row in ROWS])
def test_a_day_is_read_from_its_name_and_the_answer_says_its_date(text: str, label: str) -> None:
    plan = parse(text, WORLD, TODAY)
    assert plan.intent in {"history", "change", "extremes", "quote"}
    assert plan.period is not None
    assert (plan.period.label, plan.period.problem) == (label, None)


@pytest.mark.parametrize(("year", "day"), [(2019, "2019-04-21"), (2024, "2024-03-31"), (2026, "2026-04-05")])
def test_easter_is_that_of_the_calendar(year: int, day: str) -> None:
    assert easter(year) == date.fromisoformat(day)


def test_names_are_taken_for_days_only_where_a_time_is_said() -> None:
    assert in_happenings("sol since the ftx collapse") == ((14, 26),)
    assert in_happenings("what caused the ftx collapse") == ()
    assert parse("when is the next bitcoin halving", WORLD, TODAY).skill == "halving"
    assert happened_on("the weather") is None

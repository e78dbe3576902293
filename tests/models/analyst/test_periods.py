# ruff: noqa: E501 - cases read better with one a line

from __future__ import annotations

from datetime import date

import pytest

from cryptodesk.models.analyst.periods import find_period
from cryptodesk.models.analyst.questions import Period

TODAY = date(2026, 11, 21)


def found(text: str) -> Period | None:
    hit = find_period(text, TODAY)
    return hit.period if hit else None


# text | first day | last day
SPANS = """
in march 2024 | 2024-03-01 | 2024-03-31
in february 2024 | 2024-02-01 | 2024-02-29
in march | 2026-03-01 | 2026-03-31
in december | 2025-12-01 | 2025-12-31
in 2024 | 2024-01-01 | 2024-12-31
in 2026 | 2026-01-01 | 2026-11-21
q1 2025 | 2025-01-01 | 2025-03-31
in the third quarter of 2024 | 2024-07-01 | 2024-09-30
h2 2024 | 2024-07-01 | 2024-12-31
last month | 2026-10-01 | 2026-10-31
last quarter | 2026-07-01 | 2026-09-30
last year | 2025-01-01 | 2025-12-31
over last year | 2025-01-01 | 2025-12-31
in the last quarter | 2026-07-01 | 2026-09-30
this month | 2026-11-01 | 2026-11-21
this quarter | 2026-10-01 | 2026-11-21
ytd | 2026-01-01 | 2026-11-21
so far this year | 2026-01-01 | 2026-11-21
since january | 2026-01-01 | 2026-11-21
since 1 may 2025 | 2025-05-01 | 2026-11-21
since 2025-05-01 | 2025-05-01 | 2026-11-21
since the start of 2025 | 2025-01-01 | 2026-11-21
since last month | 2026-10-01 | 2026-11-21
between 1 may and 3 june 2025 | 2025-05-01 | 2025-06-03
from may 1st, 2025 to june 3rd, 2025 | 2025-05-01 | 2025-06-03
2024-01-01 to 2024-06-30 | 2024-01-01 | 2024-06-30
from january to march 2024 | 2024-01-01 | 2024-03-31
from june until august | 2026-06-01 | 2026-08-31
from 2021 to 2023 | 2021-01-01 | 2023-12-31
between 29 february 2024 and 1 march 2024 | 2024-02-29 | 2024-03-01
"""


@pytest.mark.parametrize("line", SPANS.strip().splitlines())
def test_a_stretch_of_the_calendar_has_its_first_and_last_day(line: str) -> None:
    text, start, end = (cell.strip() for cell in line.split("|"))
    period = found(text)
    assert period is not None
    assert period.problem is None
    assert (period.kind, str(period.start), str(period.end)) == ("span", start, end)


ROLLING = """
over the last year | 365
volatility over the last year | 365
during the last month | 30
within the last quarter | 90
for the last year | 365
over the past year | 365
"""


@pytest.mark.parametrize("line", ROLLING.strip().splitlines())
def test_the_last_year_over_which_something_is_measured_ends_now(line: str) -> None:
    text, count = (cell.strip() for cell in line.split("|"))
    period = found(text)
    assert period is not None
    assert (period.kind, period.count) == ("days", int(count))


DAYS = """
on 2024-03-14 | 2024-03-14
on 14 march 2024 | 2024-03-14
on the 14th of march 2024 | 2024-03-14
march 14, 2024 | 2024-03-14
on march 14th | 2026-03-14
on 24 december | 2025-12-24
14.03.2024 | 2024-03-14
2024/3/14 | 2024-03-14
yesterday | 2026-11-20
90 days ago | 2026-08-23
a year ago | 2025-11-21
two weeks ago | 2026-11-07
three months ago | 2026-08-21
at the end of 2024 | 2024-12-31
at the start of march 2024 | 2024-03-01
"""


@pytest.mark.parametrize("line", DAYS.strip().splitlines())
def test_one_day_is_one_day(line: str) -> None:
    text, day = (cell.strip() for cell in line.split("|"))
    period = found(text)
    assert period is not None
    assert (period.kind, str(period.start)) == ("day", day)


@pytest.mark.parametrize(
    ("text", "kind", "count"),
    [
        ("last 30 days", "days", 30), ("past 24 hours", "hours", 24), ("24h", "hours", 24), ("1h", "hours", 1), ("7d", "days", 7),
        ("last 3 months", "days", 90), ("past year", "days", 365), ("this week", "days", 7), ("past week", "days", 7), ("last week", "days", 7),
        ("over 90 days", "days", 90), ("90-day", "days", 90), ("last two weeks", "days", 14), ("6m", "days", 180), ("1y", "days", 365),
        ("last 1 day", "hours", 24), ("over the last few days", "days", 3), ("weekly change", "days", 7), ("all time", "all", 0),
        ("since inception", "all", 0), ("last 9999 years", "days", 20000),
    ],
)  # fmt: skip
def test_a_stretch_back_from_now_has_its_length(text: str, kind: str, count: int) -> None:
    period = found(text)
    assert period is not None
    assert (period.kind, period.count) == (kind, count)


@pytest.mark.parametrize("text", ["price today", "right now", "currently"])
def test_today_asks_for_no_history_by_itself(text: str) -> None:
    period = found(text)
    assert period is not None
    assert period.is_weak


@pytest.mark.parametrize(
    "text",
    [
        "between 3 june 2025 and 1 may 2025",
        "on 2024-02-31",
        "since 31 april 2025",
        "from 2024-02-30 to 2024-03-01",
        "on 2030-01-01",
        "in 2031",
        "in march 2027",
    ],
)
def test_a_range_that_cannot_be_says_why(text: str) -> None:
    period = found(text)
    assert period is not None
    assert period.problem


@pytest.mark.parametrize(
    "text",
    [
        "the price",
        "it may rise",
        "they march on",
        "2024 coins",
        "$2024",
        "all-time high",
        "in 5",
        "15% of 2300",
        "2025.5",
    ],
)
def test_what_is_no_period_is_none(text: str) -> None:
    assert found(text) is None


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("close on 25.12.2023", "2023-12-25", "2023-12-25"),
        ("close (25.12.2023)", "2023-12-25", "2023-12-25"),
        ("price (14 march 2024)", "2024-03-14", "2024-03-14"),
        ("on 12/25/2023", "2023-12-25", "2023-12-25"),
        ("on 25/12/2023", "2023-12-25", "2023-12-25"),
        ("on 04/04/2024", "2024-04-04", "2024-04-04"),
        ("at christmas 2023", "2023-12-25", "2023-12-25"),
        ("christmas day 2023", "2023-12-25", "2023-12-25"),
        ("on new year's eve 2024", "2024-12-31", "2024-12-31"),
        ("on halloween 2025", "2025-10-31", "2025-10-31"),
        ("2024 range", "2024-01-01", "2024-12-31"),
        ("2023 high and low", "2023-01-01", "2023-12-31"),
        ("price range 2024", "2024-01-01", "2024-12-31"),
        ("max price ____ 2021", "2021-01-01", "2021-12-31"),
    ],
)
def test_dates_in_other_spellings_and_years_that_stand_alone(text: str, start: str, end: str) -> None:
    period = found(text)
    assert period is not None
    assert (str(period.start), str(period.end)) == (start, end)


@pytest.mark.parametrize("text", ["03/04/2024", "on 31.02.2024", "last 0 days", "past 0 weeks"])
def test_what_is_no_usable_period_says_why(text: str) -> None:
    period = found(text)
    assert period is not None
    assert period.problem


@pytest.mark.parametrize("text", ["2030 price", "price 2008", "1999 high", "at now", "____ 2035"])
def test_a_year_without_prices_is_no_period(text: str) -> None:
    assert found(text) is None

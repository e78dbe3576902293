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


# today is Saturday, 21 November 2026: text | first day | last day
DAYS_SAID_OTHERWISE = """
on the fourth of july 2022 | 2022-07-04 | 2022-07-04
twenty-first of may 2023 | 2023-05-21 | 2023-05-21
for the 15th of last month | 2026-10-15 | 2026-10-15
on the third of this month | 2026-11-03 | 2026-11-03
what did it do on the 5th | 2026-11-05 | 2026-11-05
on the 28th | 2026-10-28 | 2026-10-28
when 2022 began | 2022-01-01 | 2022-01-01
as 2021 closed | 2021-12-31 | 2021-12-31
when march 2024 ended | 2024-03-31 | 2024-03-31
back when 2021 kicked off | 2021-01-01 | 2021-01-01
how did it finish 2023 | 2023-12-31 | 2023-12-31
where did it end 2022 | 2022-12-31 | 2022-12-31
monthly close for june 2026 | 2026-06-30 | 2026-06-30
what did it start the month at | 2026-11-01 | 2026-11-01
on the first day of 2023 | 2023-01-01 | 2023-01-01
on the last day of february 2024 | 2024-02-29 | 2024-02-29
at the end of last year | 2025-12-31 | 2025-12-31
at year-end 2023 | 2023-12-31 | 2023-12-31
at the start of the year | 2026-01-01 | 2026-01-01
the day before yesterday | 2026-11-19 | 2026-11-19
on this day last year | 2025-11-21 | 2025-11-21
this time last month | 2026-10-21 | 2026-10-21
half a year ago | 2026-05-21 | 2026-05-21
a year and a half ago | 2025-05-21 | 2025-05-21
two months and a week ago | 2026-09-14 | 2026-09-14
a couple of weeks ago | 2026-11-07 | 2026-11-07
a fortnight ago | 2026-11-07 | 2026-11-07
eighteen months back | 2025-05-21 | 2025-05-21
tuesday of last week | 2026-11-10 | 2026-11-10
on 14.3.24 | 2024-03-14 | 2024-03-14
aug 5th '24 | 2024-08-05 | 2024-08-05
on 20220704 | 2022-07-04 | 2022-07-04
in mid march 2024 | 2024-03-11 | 2024-03-20
late august 2025 | 2025-08-21 | 2025-08-31
in june of last year | 2025-06-01 | 2025-06-30
last june | 2026-06-01 | 2026-06-30
month before last | 2026-09-01 | 2026-09-30
first week of march 2024 | 2024-03-01 | 2024-03-07
last 3 days of june 2024 | 2024-06-28 | 2024-06-30
the week of 3 june 2024 | 2024-06-03 | 2024-06-09
in the year 2021 | 2021-01-01 | 2021-12-31
in 2021's first quarter | 2021-01-01 | 2021-03-31
between 1 and 5 august 2024 | 2024-08-01 | 2024-08-05
1-5 august 2024 | 2024-08-01 | 2024-08-05
from 1st to 5th of august 2024 | 2024-08-01 | 2024-08-05
from aug 1 to 5, 2024 | 2024-08-01 | 2024-08-05
may 3rd through 7th 2024 | 2024-05-03 | 2024-05-07
higher than on 1 may 2025 | 2025-05-01 | 2026-11-21
"""


@pytest.mark.parametrize("line", DAYS_SAID_OTHERWISE.strip().splitlines())
def test_days_that_people_say_in_other_words_are_found(line: str) -> None:
    text, start, end = (cell.strip() for cell in line.split("|"))
    period = found(text)
    assert period is not None
    assert period.problem is None
    assert (str(period.start), str(period.end)) == (start, end)


COUNTED_OTHERWISE = """
how much higher than 30 days ago is that | 30
now vs 90 days ago | 90
90 days ago vs today | 90
compared to two weeks ago | 14
the last ten daily closes | 10
five latest closes | 5
what kind of week is it having | 7
"""


@pytest.mark.parametrize("line", COUNTED_OTHERWISE.strip().splitlines())
def test_what_lies_between_a_past_day_and_now_is_a_stretch(line: str) -> None:
    text, count = (cell.strip() for cell in line.split("|"))
    period = found(text)
    assert period is not None
    assert (period.kind, period.count) == ("days", int(count))

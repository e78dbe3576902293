"""Days and minutes of the simulated world."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from cryptodesk.market.simulation.days import (
    DAY_MINUTES,
    DAYS,
    END,
    EPOCH,
    day_of,
    midnight,
    minute_of,
    moment_of,
    to_day,
    weekday_of,
)


def test_a_minute_ends_where_the_next_begins() -> None:
    moment = datetime(2024, 5, 1, 13, 7, 59, 999999, tzinfo=UTC)

    assert moment_of(minute_of(moment)) == datetime(2024, 5, 1, 13, 7, tzinfo=UTC)
    assert minute_of(moment + timedelta(microseconds=1)) == minute_of(moment) + 1


def test_days_count_from_the_first_midnight() -> None:
    assert midnight(0) == EPOCH
    assert midnight(DAYS) == END
    assert to_day(2012, 3, 1) == 60
    assert day_of(datetime(2012, 3, 1, 23, 59, tzinfo=UTC)) == 60
    assert minute_of(midnight(60)) == 60 * DAY_MINUTES


def test_weekdays_are_the_calendars() -> None:
    for day in range(0, DAYS, 97):
        assert weekday_of(day) == midnight(day).weekday()

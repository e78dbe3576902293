"""Hours in which a price holds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.catalog._hours import parse_hours

MOMENTS = st.datetimes(datetime(2026, 1, 1), datetime(2027, 12, 31), timezones=st.just(UTC))
WRITTEN = ("01:00-04:00", "22:00-02:30", "mon-fri 06:00-10:00", "sun 23:00-01:00", "sat-mon 00:00-12:00")


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_hours_begin_with_their_start_and_end_before_their_end() -> None:
    hours = parse_hours("01:00-04:00")
    assert [at(f"2026-11-22T{clock}") in hours for clock in ("00:59:59", "01:00", "03:59:59", "04:00")] == [
        False, True, True, False,
    ]  # fmt: skip


def test_hours_over_midnight_belong_to_the_day_they_begin_on() -> None:
    hours = parse_hours("fri 22:00-02:00")
    assert at("2026-11-20T22:00") in hours  # Friday
    assert at("2026-11-21T01:59") in hours
    assert at("2026-11-21T22:00") not in hours
    assert at("2026-11-20T01:00") not in hours


def test_days_may_run_over_the_end_of_the_week() -> None:
    hours = parse_hours("sat-mon 00:00-12:00")
    assert [at(f"2026-11-{day}T06:00") in hours for day in (20, 21, 22, 23, 24)] == [False, True, True, True, False]


def test_a_moment_elsewhere_is_read_in_utc() -> None:
    beijing = timezone(timedelta(hours=8))
    assert datetime(2026, 11, 23, 9, tzinfo=beijing) in parse_hours("mon-fri 01:00-04:00")


@given(MOMENTS, st.sampled_from(WRITTEN))
def test_nothing_changes_between_a_moment_and_the_next_edge(moment: datetime, text: str) -> None:
    hours = parse_hours(text)
    edge = hours.next_edge(moment)
    assert moment < edge <= moment + timedelta(days=1)
    just_before = edge - timedelta(microseconds=1)
    assert (moment in hours) == (just_before in hours)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("1-4", "expected hours in UTC such as"),
        ("01:00-25:00", "no such hour or day"),
        ("xyz 01:00-02:00", "no such hour or day; days are mon, tue"),
        ("01:00-01:00", "begins and ends at once"),
        ("", "expected hours"),
    ],
)
def test_a_wrong_text_is_refused_with_what_would_be_right(text: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        parse_hours(text)


def test_hours_are_shown_with_their_zone() -> None:
    assert str(parse_hours("mon-fri 01:00-04:00")) == "01:00-04:00 UTC"

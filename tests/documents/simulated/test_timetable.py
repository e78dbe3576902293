"""How much is published when: countable without being written."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from cryptodesk.documents.simulated.timetable import NEWS, POSTS, Stream, midnight, moments_of


@pytest.mark.parametrize("stream", [NEWS, POSTS])
def test_a_week_always_has_the_same_volume_and_days_differ(stream: Stream) -> None:
    monday = date(2024, 1, 1)
    days = [monday + timedelta(days=number) for number in range(70)]
    volumes = [stream.volume(7, day) for day in days]

    for week in range(10):
        assert sum(volumes[week * 7 : week * 7 + 7]) == sum(stream.by_weekday)
    assert len(set(volumes)) > 5
    assert min(volumes) > 0


@pytest.mark.parametrize(("first", "days"), [(date(2024, 1, 3), 1), (date(2023, 12, 30), 25), (date(2020, 2, 29), 0)])
def test_counting_between_days_is_counting_each_day(first: date, days: int) -> None:
    each = [POSTS.volume(7, first + timedelta(days=number)) for number in range(days)]

    assert POSTS.between(7, first, first + timedelta(days=days)) == sum(each)


def test_moments_are_in_order_within_the_day_and_fewer_at_night() -> None:
    day = date(2026, 3, 11)
    moments = moments_of(7, POSTS, day)
    night = sum(moment.hour < 6 for moment in moments)
    afternoon = sum(12 <= moment.hour < 18 for moment in moments)

    assert len(moments) == POSTS.volume(7, day)
    assert moments == sorted(moments)
    assert midnight(day) <= moments[0] < moments[-1] < midnight(day) + timedelta(days=1)
    assert 2 * night < afternoon

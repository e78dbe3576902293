from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from cryptodesk.core.clock import FixedClock, SystemClock


def test_a_fixed_clock_stands_still_until_it_is_moved_and_speaks_utc() -> None:
    clock = FixedClock(datetime(2026, 1, 1, 2, tzinfo=timezone(timedelta(hours=2))))
    assert clock.now() == datetime(2026, 1, 1, tzinfo=UTC)
    assert clock.now().tzinfo is UTC
    assert clock.unix() == clock.now().timestamp()
    clock.moment += timedelta(days=1)
    assert clock.now() == datetime(2026, 1, 2, tzinfo=UTC)


def test_a_fixed_clock_refuses_a_time_without_a_zone() -> None:
    with pytest.raises(ValueError, match="aware"):
        FixedClock(datetime(2026, 1, 1))


def test_the_system_clock_is_aware() -> None:
    assert SystemClock().now().tzinfo is UTC

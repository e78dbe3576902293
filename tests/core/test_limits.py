"""Windows of limits, and what is said of one that is reached."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cryptodesk.core.limits import (
    MEASURES,
    Limit,
    LimitState,
    Measure,
    Window,
    duration_text,
    too_large,
    too_many,
    unit_of,
    window_at,
)

NOW = datetime(2026, 12, 31, 23, 59, 58, 500_000, tzinfo=UTC)
UNIX = NOW.timestamp()
NEW_YEAR = datetime(2027, 1, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("measure", "starts"),
    [
        ("requests_a_minute", datetime(2026, 12, 31, 23, 59, tzinfo=UTC)),
        ("tokens_a_day", datetime(2026, 12, 31, tzinfo=UTC)),
        ("requests_a_month", datetime(2026, 12, 1, tzinfo=UTC)),
    ],
)
def test_windows_are_calendar_ones_in_utc(measure: Measure, starts: datetime) -> None:
    assert window_at(measure, UNIX) == Window(int(starts.timestamp()), int(NEW_YEAR.timestamp()))


@pytest.mark.parametrize("measure", [measure for measure in MEASURES if measure != "streams"])
def test_the_end_of_a_window_belongs_to_the_next_one(measure: Measure) -> None:
    first = window_at(measure, UNIX)
    assert first is not None
    second = window_at(measure, float(first.ends_at))
    assert second is not None
    assert (second.starts_at, window_at(measure, second.ends_at - 0.001)) == (first.ends_at, second)


def test_streams_have_no_window() -> None:
    assert window_at("streams", UNIX) is None


def test_every_measure_counts_requests_tokens_or_streams() -> None:
    assert {unit_of(measure) for measure in MEASURES} == {"requests", "tokens", "streams"}


def test_a_refusal_says_what_is_used_and_when_there_is_room() -> None:
    limit = Limit("key", "k1", "tokens_a_minute", 20_000)
    error = too_many(LimitState(limit, 19_500, NEW_YEAR), NOW)
    assert error.message == ("Rate limit reached: 19,500 of the key's 20,000 tokens a minute are used. Resets in 2s.")
    assert (error.measure, error.scope, error.resets_at) == ("tokens_a_minute", "key", NEW_YEAR)


def test_a_refusal_for_streams_knows_no_time() -> None:
    error = too_many(LimitState(Limit("account", "a", "streams", 2), 2), NOW)
    assert error.message == "The account has 2 of at most 2 streams open; wait for one to end."
    assert error.resets_at is None


def test_a_request_that_no_window_has_room_for_is_not_to_be_sent_again() -> None:
    error = too_large(Limit("account", "a", "tokens_a_day", 1000), 1500)
    assert "1,500 tokens, and the account has 1,000 a day" in error.message
    assert (error.status, error.retryable, error.resets_at) == (429, False, None)


def test_what_remains_is_never_below_zero() -> None:
    limit = Limit("key", "k", "tokens_a_day", 10)
    assert [LimitState(limit, used).remaining for used in (0, 9, 10, 15)] == [10, 1, 0, 0]


@pytest.mark.parametrize(
    ("seconds", "text"), [(0, "0s"), (59, "59s"), (60, "1m0s"), (3661, "1h1m1s"), (86_400 * 31, "744h0m0s")]
)
def test_durations_are_short(seconds: int, text: str) -> None:
    assert duration_text(seconds) == text

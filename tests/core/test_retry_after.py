"""Retry-After in both its forms, and in none."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cryptodesk.core.retry_after import parse_http_date, parse_retry_after

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [("7", 7), ("0", 0), ("1.5", 1.5), ("-3", 0), ("1e9", 86_400), (" 7 ", 7), ("Wed, 09 Sep 2026 12:01:30 GMT", 90),
     ("Wed, 09 Sep 2026 11:00:00 GMT", 0), ("Fri, 31 Dec 9999 23:59:59 GMT", 86_400), (None, None), ("", None),
     ("soon", None), ("nan", None), ("inf", None), ("Wed, 99 Sep 2026 12:01:30 GMT", None),
     ("Wed, 09 Sep 2026 12:01:30 -0000", 90), ("Wed, 09 Sep 2026 14:01:30 +0200", 90), ("9" * 100_000, 86_400)],
)  # fmt: skip
def test_seconds_and_dates_are_read_and_nonsense_is_none(value: str | None, seconds: float | None) -> None:
    assert parse_retry_after(value, NOW) == seconds


def test_the_longest_pause_is_the_callers_choice() -> None:
    assert parse_retry_after("1e9", NOW, longest_seconds=60.0) == 60.0


def test_a_date_says_nothing_to_those_who_do_not_know_the_time() -> None:
    assert parse_retry_after("Wed, 09 Sep 2026 12:01:30 GMT", None) is None
    assert parse_retry_after("7", None) == 7


@given(st.text())
def test_no_retry_after_is_too_strange(value: str) -> None:
    seconds = parse_retry_after(value, NOW)
    assert seconds is None or 0 <= seconds <= 86_400


def test_a_date_has_a_zone_always() -> None:
    assert parse_http_date("Wed, 09 Sep 2026 12:00:00 -0000") == NOW
    assert parse_http_date("yesterday") is parse_http_date(None) is None

"""The breaker: when it opens, who may probe, and what old news does."""

from __future__ import annotations

import pytest

from cryptodesk.core.breaker import Breaker
from cryptodesk.core.errors import UpstreamUnavailable
from tests.ticks import FakeTicks


def broken(ticks: FakeTicks, failures: int = 3) -> Breaker:
    breaker = Breaker("acme", failures=failures, open_seconds=30, ticks=ticks)
    for _ in range(failures):
        breaker.fail(breaker.admit())
    return breaker


def test_it_opens_after_so_many_failures_in_a_row_and_says_for_how_long() -> None:
    ticks = FakeTicks()
    breaker = Breaker("acme", failures=3, open_seconds=30, ticks=ticks)
    for _ in range(2):
        breaker.fail(breaker.admit())
    assert breaker.state == "closed"
    breaker.fail(breaker.admit())
    assert breaker.state == "open"
    ticks.now += 10.5
    with pytest.raises(UpstreamUnavailable, match="acme is left alone after 3 failures in a row, retry in 20 s") as it:
        breaker.admit()
    assert it.value.upstream == "acme"


def test_a_success_between_failures_starts_the_count_anew() -> None:
    breaker = Breaker("acme", failures=2, open_seconds=30, ticks=FakeTicks())
    for _ in range(5):
        breaker.fail(breaker.admit())
        breaker.succeed(breaker.admit())
    assert breaker.state == "closed"


def test_one_probe_at_a_time_is_let_through() -> None:
    ticks = FakeTicks()
    breaker = broken(ticks)
    ticks.now += 30
    assert breaker.state == "half_open"
    breaker.check()
    probe = breaker.admit()
    for _ in range(3):
        with pytest.raises(UpstreamUnavailable, match="retry in 1 s"):
            breaker.admit()
    breaker.succeed(probe)
    assert breaker.state == "closed"
    breaker.admit()
    breaker.admit()


def test_a_failed_probe_opens_it_for_the_whole_time_again() -> None:
    ticks = FakeTicks()
    breaker = broken(ticks)
    ticks.now += 45
    breaker.fail(breaker.admit())
    assert (breaker.state, breaker.open_seconds_left) == ("open", 30)


def test_a_probe_without_a_verdict_makes_room_for_the_next() -> None:
    ticks = FakeTicks()
    breaker = broken(ticks)
    ticks.now += 30
    breaker.release(breaker.admit())
    assert breaker.state == "half_open"
    breaker.succeed(breaker.admit())
    assert breaker.state == "closed"


def test_news_from_before_it_opened_changes_nothing() -> None:
    ticks = FakeTicks()
    breaker = Breaker("acme", failures=1, open_seconds=30, ticks=ticks)
    early = [breaker.admit() for _ in range(4)]
    breaker.fail(early[0])
    ticks.now += 10
    breaker.fail(early[1])
    assert breaker.open_seconds_left == 20, "a late failure does not prolong it"
    breaker.succeed(early[2])
    assert breaker.state == "open", "a late success does not close it"
    ticks.now += 20
    breaker.admit()
    breaker.release(early[3])
    with pytest.raises(UpstreamUnavailable):
        breaker.admit()


def test_failures_that_are_spread_over_more_than_the_window_do_not_open_it() -> None:
    ticks = FakeTicks()
    breaker = Breaker("acme", failures=3, open_seconds=30, window_seconds=60, ticks=ticks)
    for pause in (0, 40, 40, 40):
        ticks.now += pause
        breaker.fail(breaker.admit())
    assert breaker.state == "closed", "40, 80 and 120: never three within a minute"
    ticks.now += 20
    breaker.fail(breaker.admit())
    assert breaker.state == "open", "80, 120 and 140"


def test_a_failed_probe_opens_it_again_however_long_ago_the_failures_were() -> None:
    ticks = FakeTicks()
    breaker = Breaker("acme", failures=2, open_seconds=30, window_seconds=5, ticks=ticks)
    for _ in range(2):
        breaker.fail(breaker.admit())
    ticks.now += 30
    breaker.fail(breaker.admit())
    assert (breaker.state, breaker.open_seconds_left) == ("open", 30)


def test_a_request_that_insists_is_sent_whatever_the_state_and_its_success_counts() -> None:
    ticks = FakeTicks()
    breaker = broken(ticks)
    assert not breaker.admits
    ticks.now += 10
    breaker.fail(breaker.insist())
    assert breaker.open_seconds_left == 30, "it was asked just now and failed again"
    breaker.succeed(breaker.insist())
    assert (breaker.state, breaker.admits) == ("closed", True)


def test_opening_and_closing_are_each_one_line_of_the_log(caplog: pytest.LogCaptureFixture) -> None:
    ticks = FakeTicks()
    breaker = Breaker("acme", failures=2, open_seconds=30, ticks=ticks, label="source acme")
    early = breaker.admit()
    for _ in range(2):
        breaker.fail(breaker.admit())
    breaker.fail(early)
    breaker.fail(breaker.insist())
    ticks.now += 30
    breaker.succeed(breaker.admit())
    breaker.succeed(breaker.admit())
    assert [record.getMessage() for record in caplog.records] == [
        "source acme failed 2 times in a row: left alone for 30 s",
        "source acme answers again",
    ]

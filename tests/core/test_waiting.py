"""Waits for upstreams that overlap count once."""

from __future__ import annotations

from cryptodesk.core.waiting import Waiting


class Passing:
    def __init__(self) -> None:
        self.now = 50.0

    def __call__(self) -> float:
        return self.now


def test_waits_side_by_side_count_once_and_waits_in_turn_add_up() -> None:
    time = Passing()
    waiting = Waiting(time)
    waiting.begin()
    time.now += 1.0
    waiting.begin()
    time.now += 2.0
    waiting.end()
    time.now += 4.0
    waiting.end()
    time.now += 8.0
    waiting.begin()
    time.now += 16.0
    waiting.end()
    assert waiting.seconds == 23.0


def test_a_wait_that_goes_on_counts_until_now() -> None:
    time = Passing()
    waiting = Waiting(time)
    assert waiting.seconds == 0.0
    waiting.begin()
    time.now += 1.5
    assert waiting.seconds == 1.5

"""Highs and lows found without building bars are those of the bars."""

from __future__ import annotations

from math import exp

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of
from cryptodesk.market.simulation.extremes import ExtremeBook
from tests.market.simulation.worlds import MINUTE, SEEDS, world


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("minute", [MINUTE, MINUTE - MINUTE % DAY_MINUTES])
def test_all_time_extremes_are_those_of_all_bars(seed: int, minute: int) -> None:
    market = world(seed).market
    book = ExtremeBook(market)
    gappy = [place for place in market.prices.gappy if market.is_alive(place, minute)]
    alive = [place for place in range(len(market.coins)) if market.is_alive(place, minute)]
    midnight = minute - minute % DAY_MINUTES
    for place in (*alive[::120], *gappy[:2]):
        track = market.track(place)
        bars = market.candles.between(track, "1d", track.first_minute, minute)
        bars += market.candles.between(track, "5m", midnight, minute)
        found = book.since_birth(place, minute)
        # Up to four minutes after the last whole bar are seen by the book alone.
        since = max(minute - 4, track.first_minute)
        rest = [market.prices.log_at(place, known) for known in range(since, minute + 1)]
        assert exp(found.high) == pytest.approx(max([bar.high for bar in bars] + [exp(log) for log in rest]))
        assert exp(found.low) == pytest.approx(min([bar.low for bar in bars] + [exp(log) for log in rest]))
        assert market.prices.log_at(place, found.high_minute) == pytest.approx(found.high)
        assert track.first_minute <= found.low_minute <= minute


def test_the_last_days_extremes_are_those_of_its_bars() -> None:
    market = world().market
    minute = MINUTE - MINUTE % 5
    for place in (0, 1, 40):
        bars = market.candles.between(market.track(place), "5m", minute - DAY_MINUTES, minute)
        found = ExtremeBook(market).last_day(place, minute)
        assert minute_of(bars[0].opened_at) == minute - DAY_MINUTES
        assert exp(found.high) == pytest.approx(max(bar.high for bar in bars))
        assert exp(found.low) == pytest.approx(min(bar.low for bar in bars))

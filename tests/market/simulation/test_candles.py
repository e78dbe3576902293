"""Bars of all intervals agree with one another and with the price of the minute."""

from __future__ import annotations

from datetime import timedelta
from math import inf

import pytest

from cryptodesk.market.records import INTERVALS, Candle, Interval
from cryptodesk.market.simulation.days import DAY_MINUTES, midnight, minute_of, to_day
from cryptodesk.market.simulation.market import CoinTrack, Market
from tests.market.simulation.worlds import MINUTE, SEEDS, world

FIRST = to_day(2025, 11, 3)
DAYS = 10


def _tracks(market: Market) -> list[CoinTrack]:
    """Coins of all kinds that live in those weeks: large, stable, small, with gaps."""
    alive = [place for place in range(len(market.coins)) if market.is_alive(place, FIRST * DAY_MINUTES)]
    gappy = [place for place in market.prices.gappy if place in alive]
    return [market.track(place) for place in (*alive[:3], *alive[3::200], *gappy[:2])]


def _bars(market: Market, track: CoinTrack, interval: Interval) -> tuple[Candle, ...]:
    return market.candles.between(track, interval, FIRST * DAY_MINUTES, (FIRST + DAYS) * DAY_MINUTES)


@pytest.mark.parametrize("seed", SEEDS)
def test_prices_of_a_bar_are_in_order_and_volumes_are_there(seed: int) -> None:
    market = world(seed).market
    for track in _tracks(market):
        for interval in INTERVALS:
            for bar in _bars(market, track, interval):
                assert 0 < bar.low <= min(bar.open, bar.close)
                assert max(bar.open, bar.close) <= bar.high < inf
                assert bar.volume > 0
                assert bar.quote_volume is not None
                assert bar.low * (1 - 0.2) <= bar.quote_volume / bar.volume <= bar.high * (1 + 0.2)


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("interval", ["5m", "15m", "1h", "4h"])
def test_the_bars_within_a_day_make_the_days_bar(seed: int, interval: Interval) -> None:
    market = world(seed).market
    for track in _tracks(market):
        parts = _bars(market, track, interval)
        for day in _bars(market, track, "1d"):
            of_day = [bar for bar in parts if day.opened_at <= bar.opened_at < day.opened_at + timedelta(days=1)]
            assert len(of_day) == timedelta(days=1) / INTERVALS[interval]
            _assert_makes(of_day, day)


def test_the_days_of_a_week_make_the_weeks_bar() -> None:
    market = world().market
    for track in _tracks(market):
        days = _bars(market, track, "1d")
        weeks = _bars(market, track, "1w")
        assert [week.opened_at.weekday() for week in weeks] == [0] * len(weeks)
        for week in weeks:
            _assert_makes(
                [bar for bar in days if week.opened_at <= bar.opened_at < week.opened_at + timedelta(7)], week
            )


def _assert_makes(parts: list[Candle], whole: Candle) -> None:
    assert parts[0].open == pytest.approx(whole.open, rel=1e-11)
    assert parts[-1].close == pytest.approx(whole.close, rel=1e-11)
    assert max(bar.high for bar in parts) == pytest.approx(whole.high, rel=1e-11)
    assert min(bar.low for bar in parts) == pytest.approx(whole.low, rel=1e-11)
    assert sum(bar.volume for bar in parts) == pytest.approx(whole.volume, rel=1e-9)
    assert sum(bar.quote_volume or 0 for bar in parts) == pytest.approx(whole.quote_volume, rel=1e-9)


def test_a_bar_opens_and_closes_at_the_price_of_the_minute() -> None:
    market = world().market
    for place in (0, 1, 30):
        for bar in _bars(market, market.track(place), "15m")[::40]:
            minute = minute_of(bar.opened_at)
            assert bar.open == pytest.approx(market.price(place, minute), rel=1e-12)
            assert bar.close == pytest.approx(market.price(place, minute + 15), rel=1e-12)


def test_only_bars_that_open_and_close_within_the_span_are_given() -> None:
    market = world().market
    track = market.track(0)

    bars = market.candles.between(track, "1h", MINUTE - 190, MINUTE)

    assert [bar.opened_at for bar in bars] == [midnight(MINUTE // DAY_MINUTES) + timedelta(hours=h) for h in (13, 14)]
    assert market.candles.between(track, "1d", MINUTE, MINUTE - 500) == ()


def test_a_cut_span_and_a_whole_one_hold_the_same_bars() -> None:
    market = world().market
    track = market.track(0)
    whole = market.candles.between(track, "1d", to_day(2020) * DAY_MINUTES, to_day(2026) * DAY_MINUTES)
    cut = market.candles.between(track, "1d", to_day(2022) * DAY_MINUTES + 5, to_day(2024) * DAY_MINUTES + 5)

    assert len(whole) == to_day(2026) - to_day(2020)
    assert cut == tuple(bar for bar in whole if midnight(to_day(2022)) < bar.opened_at < midnight(to_day(2024)))


def test_gaps_leave_bars_out_in_every_interval() -> None:
    market = world(size=2_000).market
    place = market.prices.gappy[0]
    coin = market.coins[place]
    day = next(day for day in range(coin.born + 3, coin.ends) if market.prices.is_gap(place, day))
    start, end = (day - 1) * DAY_MINUTES, (day + 1) * DAY_MINUTES

    for interval in ("5m", "1h", "1d"):
        opened = {bar.opened_at.date() for bar in market.candles.between(market.track(place), interval, start, end)}
        assert midnight(day).date() not in opened


def test_bars_begin_with_the_coin_and_end_with_it() -> None:
    market = world().market
    place, coin = next((place, coin) for place, coin in enumerate(market.coins) if 3000 < coin.ends < 7000)
    bars = market.candles.between(market.track(place), "1d", 0, 10**9)

    assert bars[0].opened_at == midnight(coin.born)
    assert bars[-1].opened_at == midnight(coin.ends - 1)


def test_a_unit_restates_prices_and_coins_but_not_money() -> None:
    market = world().market
    track = market.track(3)
    old, new = (
        market.candles.between(track, "1d", FIRST * DAY_MINUTES, (FIRST + 3) * DAY_MINUTES, unit)
        for unit in (1.0, 100.0)
    )

    for before, after in zip(old, new, strict=True):
        assert after.close == pytest.approx(before.close * 100)
        assert after.volume == pytest.approx(before.volume / 100)
        assert after.quote_volume == before.quote_volume

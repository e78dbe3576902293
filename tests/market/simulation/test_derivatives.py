"""Perpetuals, futures and liquidations follow the price."""

from __future__ import annotations

import statistics

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of, to_day
from cryptodesk.market.simulation.derivatives import LIQUIDATION_WINDOWS_HOURS, WHOLE_MARKET, DerivativesBook
from tests.market.simulation.worlds import MINUTE, SEEDS, moments, world


@pytest.fixture(scope="module")
def book() -> DerivativesBook:
    return world().derivatives


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("moment", moments()[1:])
def test_funding_has_the_sign_of_the_premium_everywhere(seed: int, moment: object) -> None:
    rows = world(seed).derivatives.rows(minute_of(moment))  # type: ignore[arg-type]
    assert len(rows) > 50
    for row in rows:
        assert row.mark_price is not None
        assert row.index_price is not None
        if row.kind == "perpetual":
            assert row.funding_rate_pct is not None
            premium_pct = (row.mark_price / row.index_price - 1) * 100
            assert (row.funding_rate_pct > 0) == (premium_pct > 0)
            assert row.funding_rate_pct_8h == pytest.approx(premium_pct, abs=1e-9)
            assert abs(row.funding_rate_pct_8h or 0) <= 0.9
            assert row.next_funding_at is not None
            assert row.next_funding_at > row.provenance.as_of
        else:
            assert row.funding_rate_pct is None


def test_funding_is_dear_after_a_rise_and_cheap_after_a_fall(book: DerivativesBook) -> None:
    minutes = [day * DAY_MINUTES for day in range(to_day(2021), to_day(2026), 9)]
    trends = [book.trend(0, minute) for minute in minutes]
    rates = [book.funding_pct_8h(0, minute) for minute in minutes]

    assert statistics.correlation(trends, rates) > 0.8
    assert any(rate < 0 for rate in rates)
    assert statistics.median(rates) > 0


@pytest.mark.parametrize("seed", SEEDS)
def test_open_interest_of_believable_rows_is_that_of_the_coin_and_a_part_of_its_cap(seed: int) -> None:
    book, market = world(seed).derivatives, world(seed).market
    for place in book.places[:40]:
        rows = book.markets(place, MINUTE)
        if rows:
            interest = sum(row.open_interest_usd or 0 for row in rows if not row.is_outlier)
            assert interest == pytest.approx(book.open_interest(place, MINUTE))
            assert interest < 0.2 * market.cap(place, MINUTE)


def test_outliers_are_marked_with_their_reason(book: DerivativesBook) -> None:
    outliers = [row for row in book.rows(MINUTE) if row.is_outlier]

    assert outliers
    assert all(row.exclusions for row in outliers)
    assert all(not row.exclusions for row in book.rows(MINUTE) if not row.is_outlier)


def test_only_the_two_largest_have_dated_futures(book: DerivativesBook) -> None:
    assert {row.asset_id for row in book.rows(MINUTE) if row.kind == "future"} == {1, 1027}


def test_stablecoins_and_newborn_coins_have_no_derivatives(book: DerivativesBook) -> None:
    market = world().market
    with_markets = {row.asset_id for row in book.rows(MINUTE)}
    for coin in market.coins:
        if coin.is_stable or MINUTE // DAY_MINUTES - coin.born < 21:
            assert coin.asset.asset_id not in with_markets
    assert book.markets(market.place_of[825], MINUTE) == ()
    assert book.liquidations(825, MINUTE) == ()


def test_liquidations_are_large_on_crashes_and_hit_those_who_bet_on_a_rise(book: DerivativesBook) -> None:
    market = world().market
    days = range(to_day(2020), to_day(2027))
    totals = {day: book.liquidated_on(0, day) for day in days}
    falls = {day: market.prices.level(0, day + 1) - market.prices.level(0, day) for day in days}
    worst = sorted(days, key=falls.__getitem__)[:10]
    best = sorted(days, key=falls.__getitem__)[-10:]

    usual = statistics.median(sum(both) for both in totals.values())
    assert statistics.fmean(sum(totals[day]) for day in worst) > 5 * usual
    assert all(longs > 2 * shorts for longs, shorts in (totals[day] for day in worst))
    assert all(shorts > 2 * longs for longs, shorts in (totals[day] for day in best))


def test_longer_windows_hold_the_shorter_ones(book: DerivativesBook) -> None:
    for asset_id in (WHOLE_MARKET, 1, 1027):
        rows = book.liquidations(asset_id, MINUTE)
        assert tuple(row.window_hours for row in rows) == LIQUIDATION_WINDOWS_HOURS
        totals = [row.total_usd or 0 for row in rows]
        assert totals == sorted(totals)
        assert totals[0] > 0
        for row in rows:
            assert row.total_usd == pytest.approx((row.long_usd or 0) + (row.short_usd or 0))


def test_the_market_is_the_sum_of_its_coins_and_a_day_of_its_hours(book: DerivativesBook) -> None:
    day = to_day(2025, 4, 4)
    each = [sum(book.liquidated_on(place, day)) for place in book.places]
    hours = [book.liquidated_between(0, day * DAY_MINUTES + h * 60, day * DAY_MINUTES + h * 60 + 60) for h in range(24)]

    assert sum(book.liquidated_on(None, day)) == pytest.approx(sum(each))
    assert sum(hours) == pytest.approx(sum(book.liquidated_on(0, day)))

"""Figures of the whole market."""

from __future__ import annotations

import statistics
from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of, to_day
from cryptodesk.market.simulation.overview import TRENDING_LISTS
from tests.market.simulation.worlds import MINUTE, SEEDS, moments, world


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("moment", moments())
def test_global_figures_are_sums_over_the_rows(seed: int, moment: datetime) -> None:
    minute = minute_of(moment)
    row = world(seed).overview.global_metrics(minute)
    coins = world(seed).listings.everyone(minute)
    ranked = [coin for coin in coins if coin.rank is not None]

    assert row.total_market_cap == pytest.approx(sum(coin.market_cap or 0 for coin in ranked))
    assert row.total_volume_24h == pytest.approx(sum(coin.volume_24h or 0 for coin in ranked))
    assert row.btc_dominance == pytest.approx(next(c.market_cap_dominance for c in coins if c.asset_id == 1))
    assert row.altcoin_market_cap == pytest.approx((row.total_market_cap or 0) * (1 - (row.btc_dominance or 0) / 100))
    assert row.active_cryptocurrencies == len(coins)
    before = world(seed).overview.global_metrics(minute - DAY_MINUTES)
    assert row.total_market_cap_yesterday == before.total_market_cap
    assert row.btc_dominance_yesterday == before.btc_dominance
    contracts = [market for market in world(seed).derivatives.rows(minute) if not market.is_outlier]
    assert row.derivatives_volume_24h == pytest.approx(sum(market.volume_24h_usd or 0 for market in contracts))


def test_fear_and_greed_follows_momentum_and_stays_in_its_range() -> None:
    world_ = world()
    days = range(to_day(2016), to_day(2040), 11)
    indices = [world_.overview.fear_greed_index(day * DAY_MINUTES) for day in days]
    levels = world_.market.factors.market
    months = [levels[day] - levels[day - 30] for day in days]

    assert 1 <= min(indices) < 25
    assert 75 < max(indices) <= 99
    assert statistics.correlation(months, indices) > 0.7


def test_fear_and_greed_words_fit_the_numbers() -> None:
    labels = {}
    for day in range(to_day(2016), to_day(2040), 7):
        row = world().overview.fear_greed(day * DAY_MINUTES)
        labels.setdefault(row.label, []).append(row.index)

    assert max(labels["Extreme fear"]) < 20 <= min(labels["Fear"])
    assert max(labels["Fear"]) < 40 <= min(labels["Neutral"])
    assert max(labels["Neutral"]) < 60 <= min(labels["Greed"])
    assert max(labels["Greed"]) < 80 <= min(labels["Extreme greed"])


def test_funds_hold_coins_from_their_first_day_and_flow_on_trading_days_only() -> None:
    overview, price = world().overview, world().market.price
    assert overview.etf(1, minute_of(datetime(2024, 1, 11, 20, 59, tzinfo=UTC))) is None
    assert overview.etf(1, minute_of(datetime(2024, 1, 11, 21, 0, tzinfo=UTC))) is not None
    friday = overview.etf(1, minute_of(datetime(2026, 3, 6, 23, 0, tzinfo=UTC)))
    sunday = overview.etf(1, minute_of(datetime(2026, 3, 8, 23, 0, tzinfo=UTC)))
    assert friday == sunday
    thursday = overview.etf(1, minute_of(datetime(2026, 3, 5, 23, 0, tzinfo=UTC)))
    assert friday is not None
    assert thursday is not None
    flow = ((friday.holdings_coins or 0) - (thursday.holdings_coins or 0)) * price(
        0, minute_of(friday.provenance.as_of)
    )
    assert friday.net_flow_usd == pytest.approx(flow)
    assert friday.provenance.as_of == datetime(2026, 3, 6, 21, 0, tzinfo=UTC)
    assert [row.asset_id for row in overview.etfs(MINUTE)] == [1, 1027]


def test_gas_is_dearer_the_faster_and_cheap_on_second_layers() -> None:
    overview = world().overview
    for network in overview.networks():
        row = overview.gas(network, MINUTE)
        fees = [row.base_fee_gwei or 0, row.slow_gwei or 0, row.standard_gwei or 0, row.fast_gwei or 0]
        assert fees[0] > 0
        assert fees == sorted(fees)
    assert (overview.gas("ethereum", MINUTE).base_fee_gwei or 0) > (overview.gas("base", MINUTE).base_fee_gwei or 0)


def test_an_index_is_the_sum_of_the_largest_without_stablecoins() -> None:
    rows = {row.asset_id: row for row in world().listings.everyone(MINUTE)}
    market = world().market
    able = [
        row.market_cap or 0
        for row in rows.values()
        if row.rank is not None
        and not market.coins[market.place_of[row.asset_id]].is_stable
        and market.is_alive(market.place_of[row.asset_id], MINUTE - DAY_MINUTES)
    ]
    small, large = world().overview.indices(MINUTE)

    assert (small.name, large.name) == ("cmc20", "cmc100")
    assert small.value == pytest.approx(sum(able[:20]) / 1.5e10)
    assert large.value == pytest.approx(sum(able[:100]) / 1.5e10)
    assert (large.value or 0) > (small.value or 0)


def test_trending_lists_are_ranked_and_change_from_day_to_day() -> None:
    for name in TRENDING_LISTS:
        today = world().overview.trending(name, MINUTE)
        later = world().overview.trending(name, MINUTE + 2 * DAY_MINUTES)
        assert [row.position for row in today] == list(range(1, 31))
        assert len({row.asset_id for row in today}) == 30
        assert [row.asset_id for row in today] != [row.asset_id for row in later]
        assert all(row.list_name == name and row.provenance.as_of <= moments()[3] for row in today)
        assert today[0].listed_at is not None
        assert moments()[3] - today[0].listed_at < timedelta(hours=1)

"""Rows of coins: identities between their fields, and with the candles."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptodesk.market.records import CoinListing
from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of
from tests.market.simulation.worlds import SEEDS, moments, world

CASES = [(seed, moment) for seed in SEEDS for moment in moments()]


def _rows(seed: int, minute: int) -> tuple[CoinListing, ...]:
    return world(seed).listings.everyone(minute)


@pytest.mark.parametrize(("seed", "moment"), CASES)
def test_the_fields_of_a_row_fit_one_another(seed: int, moment: object) -> None:
    rows = _rows(seed, minute_of(moment))  # type: ignore[arg-type]
    for row in rows:
        assert row.price is not None
        assert row.price > 0
        assert row.market_cap == pytest.approx(row.price * (row.circulating_supply or 0))
        assert row.volume_24h == pytest.approx((row.cex_volume_24h or 0) + (row.dex_volume_24h or 0))
        assert (row.circulating_supply or 0) <= (row.total_supply or 0) * (1 + 1e-9)
        assert row.max_supply is None or (row.total_supply or 0) <= row.max_supply * (1 + 1e-9)
        assert row.infinite_supply is (row.max_supply is None)
        assert (row.fully_diluted_market_cap or 0) >= (row.market_cap or 0) * (1 - 1e-9)


@pytest.mark.parametrize(("seed", "moment"), CASES)
def test_ranks_follow_size_without_a_gap_and_dominances_make_a_hundred(seed: int, moment: object) -> None:
    rows = _rows(seed, minute_of(moment))  # type: ignore[arg-type]
    ranked = [row for row in rows if row.rank is not None]

    assert [row.rank for row in ranked] == list(range(1, len(ranked) + 1))
    assert list(rows[: len(ranked)]) == ranked
    caps = [row.market_cap or 0 for row in ranked]
    assert caps == sorted(caps, reverse=True)
    assert sum(row.market_cap_dominance or 0 for row in ranked) == pytest.approx(100)
    assert all(row.market_cap_dominance is None for row in rows[len(ranked) :])


@pytest.mark.parametrize("seed", SEEDS)
def test_changes_are_those_recomputed_from_candles(seed: int) -> None:
    market = world(seed).market
    moment = moments()[3].replace(minute=25)
    minute = minute_of(moment)
    windows = {
        "percent_change_1h": timedelta(hours=1),
        "percent_change_24h": timedelta(days=1),
        "percent_change_7d": timedelta(days=7),
        "percent_change_30d": timedelta(days=30),
        "percent_change_60d": timedelta(days=60),
        "percent_change_90d": timedelta(days=90),
        "percent_change_1y": timedelta(days=365),
    }
    gappy = {market.coins[place].asset.asset_id for place in market.prices.gappy}
    for row in [row for row in _rows(seed, minute) if row.asset_id not in gappy][::60]:
        track = market.track(market.place_of[row.asset_id])
        unit = market.prices.unit(market.place_of[row.asset_id], minute)
        last = market.candles.between(track, "5m", minute - 5, minute, unit)[0]
        assert last.close == pytest.approx(row.price)
        for field, window in windows.items():
            earlier = minute - int(window.total_seconds()) // 60
            before = market.candles.between(track, "5m", earlier - 5, earlier, unit)
            change = getattr(row, field)
            if before:
                assert change == pytest.approx((last.close / before[0].close - 1) * 100, abs=1e-8), field
            else:
                assert change is None, field


def test_a_single_row_is_the_row_of_the_list_and_the_detailed_one_adds_extremes() -> None:
    listings = world().listings
    minute = minute_of(moments()[3])
    for row in listings.everyone(minute)[::23]:
        plain = listings.plain(world().market.place_of[row.asset_id], minute)
        detailed = listings.detailed(row, minute)
        assert plain.volume_24h == pytest.approx(row.volume_24h, rel=1e-9, abs=1e-9)
        assert plain.volume_change_24h == pytest.approx(row.volume_change_24h, rel=1e-6, abs=1e-6)
        assert (plain.price, plain.rank, plain.percent_change_7d) == (row.price, row.rank, row.percent_change_7d)
        assert row.ath is None
        assert (detailed.atl or 0) <= (detailed.low_24h or 0) <= (row.price or 0) * (1 + 1e-9)
        assert (row.price or 0) <= (detailed.high_24h or 0) * (1 + 1e-9) <= (detailed.ath or 0) * (1 + 1e-8)
        assert detailed.ath_time is not None
        assert detailed.ath_time <= row.provenance.as_of


def test_coins_yet_to_be_born_or_gone_are_in_no_list() -> None:
    market = world().market
    for moment in moments():
        minute = minute_of(moment)
        day = minute // DAY_MINUTES
        listed = {row.asset_id for row in world().listings.everyone(minute)}
        assert listed == {coin.asset.asset_id for coin in market.coins if coin.born <= day < coin.ends}


def test_changes_across_a_redenomination_are_those_of_value() -> None:
    market = world(size=2_000).market
    place, coin = next(
        (place, coin)
        for place, coin in enumerate(market.coins)
        if coin.redenomination and coin.redenomination.day + 2 < min(coin.ends, 12_000)
    )
    assert coin.redenomination is not None
    minute = coin.redenomination.day * DAY_MINUTES + 60

    row = world(size=2_000).listings.plain(place, minute)

    assert row.percent_change_24h is not None
    assert abs(row.percent_change_24h) < 90
    assert row.market_cap == pytest.approx((row.price or 0) * (row.circulating_supply or 0))

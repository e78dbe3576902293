"""Sums over the ranked coins."""

from __future__ import annotations

from datetime import timedelta

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of, moment_of
from tests.market.simulation.worlds import SEEDS, moments, world


@pytest.mark.parametrize("seed", SEEDS)
def test_totals_are_sums_of_the_ranked_rows(seed: int) -> None:
    for moment in moments():
        minute = minute_of(moment)
        totals = world(seed).totals.at(minute)
        rows = [row for row in world(seed).listings.everyone(minute) if row.rank is not None]
        assert totals.coins == len(rows)
        assert totals.cap == pytest.approx(sum(row.market_cap or 0 for row in rows))
        assert totals.volume == pytest.approx(sum(row.volume_24h or 0 for row in rows))
        assert totals.dex_volume == pytest.approx(sum(row.dex_volume_24h or 0 for row in rows))
        assert totals.cex_volume == pytest.approx(sum(row.cex_volume_24h or 0 for row in rows))
        assert totals.stable_cap == pytest.approx(sum(row.market_cap or 0 for row in rows if "stablecoin" in row.tags))
        assert totals.bitcoin_cap == next(row.market_cap for row in rows if row.asset_id == 1)
        assert totals.defi_cap < totals.cap


def test_midnight_sums_are_those_of_the_minute() -> None:
    totals = world().totals
    for moment in moments():
        day = minute_of(moment) // DAY_MINUTES
        whole = totals.at(day * DAY_MINUTES)
        short = totals.caps_on(day)
        assert short.cap == pytest.approx(whole.cap)
        assert short.bitcoin_cap == pytest.approx(whole.bitcoin_cap)
        assert totals.volume_on(day) == pytest.approx(totals.at((day + 1) * DAY_MINUTES).volume, rel=0.02)


@pytest.mark.parametrize("moment", moments()[1:])
@pytest.mark.parametrize("window_days", [30, 90])
def test_the_season_is_the_share_of_the_fifty_largest_altcoins_that_beat_bitcoin(
    moment: object, window_days: int
) -> None:
    minute = minute_of(moment)  # type: ignore[arg-type]
    market = world().market
    rows = {row.asset_id: row for row in world().listings.everyone(minute)}
    field = f"percent_change_{window_days}d"
    coins = {coin.asset.asset_id: coin for coin in market.coins}
    eligible = [
        row
        for row in rows.values()
        if row.rank is not None
        and row.asset_id != 1
        and not coins[row.asset_id].is_stable
        and coins[row.asset_id].target_id is None
        and row.date_added is not None
        and row.date_added <= moment_of(minute) - timedelta(days=window_days)
    ][:50]
    beat = sum(getattr(row, field) > getattr(rows[1], field) for row in eligible)

    assert world().totals.season_at(minute, window_days) == round(100 * beat / len(eligible))


def test_the_season_at_midnight_comes_from_the_shorter_way_with_the_same_result() -> None:
    totals, market = world(size=1_500).totals, world(size=1_500).market
    minute = minute_of(moments()[3]) // DAY_MINUTES * DAY_MINUTES
    frame = market.ranked_frame(minute)

    short = totals._season_coins(minute, minute - 90 * DAY_MINUTES)

    excluded = totals._groups[2]
    old = minute // DAY_MINUTES - 90
    able = [own for own in frame.alive if own not in excluded and market.coins[market.ranked[own]].born <= old]
    assert short == sorted(able, key=lambda own: -frame.caps[own])[:50]


def test_there_is_no_season_before_bitcoin_is_old_enough() -> None:
    bitcoin = world().market.coins[0]
    assert world().totals.season_at((bitcoin.born + 30) * DAY_MINUTES, 90) is None

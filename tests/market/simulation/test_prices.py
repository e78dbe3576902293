"""Prices at any minute, alone and in columns."""

from __future__ import annotations

import statistics
from collections import Counter
from itertools import pairwise
from math import exp

import pytest

from cryptodesk.market.simulation.coins import NEVER
from cryptodesk.market.simulation.days import ANCHOR_DAY, DAY_MINUTES, to_day
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.prices import pick_shape, volume_multiple
from cryptodesk.market.simulation.randomness import Draws
from tests.market.simulation.worlds import MINUTE, SEEDS, world

START, END = to_day(2019), to_day(2026)


@pytest.fixture(scope="module")
def market() -> Market:
    return world(size=2_000).market


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("minute", [MINUTE, MINUTE - MINUTE % DAY_MINUTES, to_day(2040) * DAY_MINUTES + 1439])
def test_a_column_holds_exactly_the_price_of_each_coin(seed: int, minute: int) -> None:
    prices = world(seed).market.prices
    column = prices.log_column(minute)

    assert [prices.log_at(index, minute) for index in range(len(column))] == list(column)


def test_volumes_of_a_column_are_those_of_each_coin(market: Market) -> None:
    day = to_day(2025, 8)
    column = market.prices.volume_column(day)

    for index in range(0, len(column), 7):
        assert column[index] == pytest.approx(market.prices.quote_volume(index, day), rel=1e-12)


def test_levels_of_a_span_are_those_of_each_day(market: Market) -> None:
    for index in (0, 2, 40, 300, 1_500):
        levels = market.prices.levels(index, START, START + 50)
        assert levels == [market.prices.level(index, day) for day in range(START, START + 50)]


def test_on_the_anchor_day_real_coins_cost_what_the_anchors_say(market: Market) -> None:
    for index, coin in enumerate(market.coins[:12]):
        assert exp(market.prices.level(index, ANCHOR_DAY)) == pytest.approx(coin.price, rel=0.05)


def test_a_price_has_no_jump_at_midnight_and_small_steps_between(market: Market) -> None:
    for index in (0, 1, 100):
        before = market.prices.log_at(index, START * DAY_MINUTES - 1)
        at = market.prices.log_at(index, START * DAY_MINUTES)
        assert abs(at - before) < 0.02


def _returns(market: Market, index: int, first: int = START, last: int = END) -> list[float]:
    levels = market.prices.levels(index, first, last)
    return [later - earlier for earlier, later in pairwise(levels)]


def test_daily_volatility_is_that_of_such_coins(market: Market) -> None:
    bitcoin = statistics.pstdev(_returns(market, 0))
    small = [
        statistics.pstdev(_returns(market, index))
        for index, coin in enumerate(market.coins)
        if coin.origin == "invented" and coin.born < START and coin.ends == NEVER
    ]

    assert 0.015 < bitcoin < 0.045
    assert 0.035 < statistics.median(small) < 0.10
    assert bitcoin < min(small)


def test_returns_have_heavier_tails_than_a_normal_distribution(market: Market) -> None:
    for index in (0, 1, 200, 600):
        returns = _returns(market, index)
        spread = statistics.pstdev(returns)
        assert statistics.fmean((value / spread) ** 4 for value in returns) > 4


def test_coins_move_with_the_market_and_more_with_their_own_sector(market: Market) -> None:
    leader = _returns(market, 0)
    places = [
        index
        for index, coin in enumerate(market.coins)
        if coin.origin == "invented" and coin.born < START and coin.ends == NEVER
    ][:120]
    returns = {index: _returns(market, index) for index in places}
    with_leader = [statistics.correlation(leader, own) for own in returns.values()]
    same, other = [], []
    for first in places[:50]:
        for second in places[:50]:
            if first < second:
                pair = statistics.correlation(returns[first], returns[second])
                (same if market.coins[first].sector == market.coins[second].sector else other).append(pair)

    assert 0.25 < statistics.fmean(with_leader) < 0.8
    assert statistics.fmean(same) > statistics.fmean(other) > 0.1


def test_volatility_comes_in_clusters(market: Market) -> None:
    sizes = [abs(value) for value in _returns(market, 0)]

    assert statistics.correlation(sizes[1:], sizes[:-1]) > 0.03


def test_stablecoins_hold_their_peg_but_for_rare_days(market: Market) -> None:
    days = range(START, END)
    for index, coin in enumerate(market.coins):
        if coin.currency == "USD" and coin.ends == NEVER and coin.born < START:
            away = [day for day in days if abs(exp(market.prices.level(index, day)) - 1) > 0.005]
            assert len(away) < 30, coin.asset.name


def test_some_stablecoins_lose_their_peg_and_mend_and_some_never_do(market: Market) -> None:
    deepest = {}
    for index, coin in enumerate(market.coins):
        if coin.is_stable:
            last = min(coin.ends - 1, to_day(2044))
            prices = [exp(level) for level in market.prices.levels(index, coin.born, last)]
            deepest[index] = (min(prices), prices[-1])

    assert any(low < 0.98 and last > 0.99 for low, last in deepest.values())
    assert any(last < 0.5 for _, last in deepest.values())
    assert any(low > 0.99 for low, _ in deepest.values())


def test_delisted_coins_have_lost_most_of_their_price(market: Market) -> None:
    for index, coin in enumerate(market.coins):
        if coin.origin == "invented" and coin.ends < NEVER:
            knots = market.prices.level(index, coin.ends - 1) - market.prices.level(index, coin.ends - 200)
            market_move = market.factors.market[coin.ends - 1] - market.factors.market[coin.ends - 200]
            # Whatever the market did meanwhile, and the coin's own walk.
            assert knots < 2.0 + 2 * max(market_move, 0)


def test_volume_grows_with_the_days_move(market: Market) -> None:
    for index in (0, 1, 300):
        moves, volumes = [], []
        for day in range(END - 400, END):
            cap = exp(market.prices.level(index, day)) * market.prices.supplies.at(index, day)
            moves.append(abs(market.prices.level(index, day + 1) - market.prices.level(index, day)))
            volumes.append(market.prices.quote_volume(index, day) / cap)
        assert statistics.correlation(moves, volumes) > 0.6
        assert 0.001 < statistics.median(volumes) < 0.5


def test_a_quiet_run_of_a_small_coin_has_no_trade_and_keeps_the_last_price(market: Market) -> None:
    index = market.prices.gappy[0]
    coin = market.coins[index]
    day = next(day for day in range(coin.born + 3, coin.ends) if market.prices.is_gap(index, day))
    first = market.prices.log_at(index, day * DAY_MINUTES)

    assert market.prices.path(index, day) is None
    assert market.prices.quote_volume(index, day) == 0
    assert market.prices.log_at(index, day * DAY_MINUTES + 700) == first
    assert first == market.prices.level(index, day)


def test_a_redenomination_multiplies_the_price_and_divides_the_supply(market: Market) -> None:
    index, coin = next((index, coin) for index, coin in enumerate(market.coins) if coin.redenomination)
    assert coin.redenomination is not None
    minute = coin.redenomination.day * DAY_MINUTES

    assert market.price(index, minute) / market.price(index, minute - 1) > coin.redenomination.ratio * 0.8
    assert market.cap(index, minute) == pytest.approx(market.price(index, minute) * market.supply(index, minute))


def test_the_choice_of_a_shape_follows_the_market_where_told_to() -> None:
    assert pick_shape(12345, 77, 1024, 9) == 9
    keys = [Draws(1, "key", number).word() >> 2 | 1 for number in range(8_000)]
    picks = Counter(pick_shape(key, world().market.factors.keys[700], 0, 9) for key in keys)
    assert len(picks) == 256
    assert max(picks.values()) < 80


def test_the_multiple_of_trade_is_bounded() -> None:
    assert volume_multiple(0.0, 0.02) == 0.35
    assert volume_multiple(10.0, 0.02) == 5.35
    assert volume_multiple(-0.02, 0.02) == volume_multiple(0.02, 0.02) == 0.85

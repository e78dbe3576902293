"""The market at a minute: columns, single coins, names as they were."""

from __future__ import annotations

from itertools import pairwise

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, moment_of, to_day
from tests.market.simulation.worlds import MINUTE, SEEDS, world


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("minute", [MINUTE, to_day(2022, 6, 1) * DAY_MINUTES])
def test_a_frame_holds_what_each_coin_says_alone(seed: int, minute: int) -> None:
    market = world(seed).market
    frame = market.frame(minute)

    assert frame.alive == tuple(place for place in range(len(market.coins)) if market.is_alive(place, minute))
    for place in frame.alive[::5]:
        assert frame.caps[place] == pytest.approx(market.cap(place, minute), rel=1e-12)
        assert frame.volumes[place] == pytest.approx(market.volume_24h(place, minute), rel=1e-9, abs=1e-9)


def test_the_ranked_frame_holds_the_same_coins_as_the_whole_one() -> None:
    market = world().market
    whole, ranked = market.frame(MINUTE), market.ranked_frame(MINUTE)

    assert [market.ranked[own] for own in ranked.alive] == [place for place in whole.alive if place in market.ranked]
    for own in ranked.alive[::7]:
        assert ranked.caps[own] == whole.caps[market.ranked[own]]
        assert ranked.volumes[own] == whole.volumes[market.ranked[own]]


def test_volume_of_the_last_day_at_midnight_is_that_of_the_day_before() -> None:
    market = world().market
    day = to_day(2025, 5, 5)

    assert market.volume_24h(0, day * DAY_MINUTES) == market.prices.quote_volume(0, day - 1)


def test_a_coin_has_no_volume_from_before_its_birth() -> None:
    market = world().market
    place, coin = next((place, coin) for place, coin in enumerate(market.coins) if coin.born > 3_000)
    born = coin.born * DAY_MINUTES

    assert market.volume_24h(place, born) == 0
    assert 0 < market.volume_24h(place, born + 600) < market.prices.quote_volume(place, coin.born)
    assert market.frame(born + 600).volumes[place] == pytest.approx(market.volume_24h(place, born + 600))
    assert market.change_pct(place, born + 600, DAY_MINUTES) is None
    assert market.change_pct(place, born + 600, 60) is not None


def test_a_name_is_the_former_one_until_the_day_of_the_rename() -> None:
    market = world(size=2_000).market
    place, coin = next((place, coin) for place, coin in enumerate(market.coins) if coin.rename)
    assert coin.rename is not None
    minute = coin.rename.day * DAY_MINUTES

    assert market.name_at(place, minute - 1) == (coin.rename.name, coin.rename.symbol)
    assert market.name_at(place, minute) == (coin.asset.name, coin.asset.symbol)


def test_a_stamp_says_that_it_is_simulated_and_from_which_seed() -> None:
    stamp = world(7).market.stamp(MINUTE, MINUTE - 5, "a note")

    assert (stamp.source, stamp.mode) == ("simulated_world", "simulated")
    assert stamp.note == "seed 7; a note"
    assert stamp.as_of == moment_of(MINUTE)
    assert stamp.known_at == moment_of(MINUTE - 5)


def test_a_drift_is_continuous_and_belongs_to_its_label() -> None:
    market = world().market
    steps = [market.drift("a", MINUTE + minute, 1.0) for minute in range(0, 3_000, 10)]

    assert max(abs(later - earlier) for earlier, later in pairwise(steps)) < 0.02
    assert market.drift("a", MINUTE, 1.0) != market.drift("b", MINUTE, 1.0)
    assert market.drift("a", MINUTE, 2.0) == pytest.approx(2 * market.drift("a", MINUTE, 1.0))

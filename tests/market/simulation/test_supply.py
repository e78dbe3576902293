"""How many coins there are."""

from __future__ import annotations

import pytest

from cryptodesk.market.issuance import compute_supply_figure
from cryptodesk.market.simulation.days import midnight, to_day
from tests.market.simulation.worlds import SEEDS, world

DAYS = [to_day(year, month) for year in range(2014, 2040, 3) for month in (1, 8)]


@pytest.mark.parametrize("seed", SEEDS)
def test_a_column_holds_what_each_coin_has(seed: int) -> None:
    supplies = world(seed).market.prices.supplies
    for day in DAYS[::3]:
        column = supplies.column(day)
        assert [supplies.at(index, day) for index in range(0, len(column), 11)] == column[::11].tolist()


def test_bitcoins_supply_is_that_of_its_issuance() -> None:
    market = world().market
    for day in DAYS:
        figure = compute_supply_figure(1, midnight(day))
        assert figure is not None
        assert market.prices.supplies.at(market.place_of[1], day) == figure.value


def test_supply_never_shrinks_nor_passes_its_cap() -> None:
    supplies = world().market.prices.supplies
    for index in range(len(world().market.coins)):
        values = [supplies.at(index, day) for day in DAYS]
        most = supplies.most(index)
        assert values == sorted(values)
        assert values[0] > 0
        assert most is None or values[-1] <= most * (1 + 1e-9)


def test_an_unlock_raises_supply_by_its_amount_on_its_day() -> None:
    supplies = world().market.prices.supplies
    assert len(supplies.schedules) > 10
    for index, schedule in supplies.schedules.items():
        for unlock in schedule.unlocks[:4]:
            released = sum(other.share for other in schedule.unlocks if other.day == unlock.day) * schedule.total
            grown = supplies.at(index, unlock.day) - supplies.at(index, unlock.day - 1)
            assert grown == pytest.approx(released)


def test_the_shares_of_a_schedule_make_one() -> None:
    for schedule in world().market.prices.supplies.schedules.values():
        assert schedule.initial_share + sum(unlock.share for unlock in schedule.unlocks) == pytest.approx(1)
        assert schedule.circulating(10**6) == pytest.approx(schedule.total)

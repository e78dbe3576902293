"""How many coins there are on a day: by issuance, by a steady rate, or by a dated schedule of unlocks."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Sequence
from itertools import accumulate
from math import inf

from msgspec import Struct

from cryptodesk.market.issuance import BITCOIN_ASSET_ID, SATOSHI_PER_BITCOIN, compute_height, compute_supply
from cryptodesk.market.simulation.coins import Coin
from cryptodesk.market.simulation.days import ANCHOR_DAY, midnight, to_day
from cryptodesk.market.simulation.randomness import Draws

__all__ = ["PlannedUnlock", "Schedule", "SupplyBook"]

_MONTH_DAYS = 30
_CLIFF_DAYS = 365
_YEAR_DAYS = 365.25
_SHARE_WITH_SCHEDULE = 0.05
_REAL_SHARE_WITH_SCHEDULE = 0.6
_REAL_SINCE = to_day(2020, 6)
_LATE_SHARE = 0.3
_LATE_NOTICE_DAYS = 60


class PlannedUnlock(Struct, frozen=True, gc=False):
    """Coins that become transferable at the midnight of `day`; the plan was made public on `announced`."""

    day: int
    share: float
    recipients: str
    is_linear: bool
    announced: int


class Schedule(Struct, frozen=True):
    """A coin's unlocks, oldest first. Shares of `total` with the initial float make 1."""

    total: float
    initial_share: float
    unlocks: tuple[PlannedUnlock, ...]
    days: tuple[int, ...]
    shares: tuple[float, ...]

    def circulating(self, day: int) -> float:
        """Coins transferable on a day."""
        return self.total * self.shares[bisect_right(self.days, day)]


class SupplyBook:
    """Circulating supply of any coin on any day, in units of the anchor day."""

    def __init__(self, seed: int, coins: Sequence[Coin]) -> None:
        self.schedules: dict[int, Schedule] = {}
        self._bitcoin: int | None = None
        for index, coin in enumerate(coins):
            if coin.asset.asset_id == BITCOIN_ASSET_ID:
                self._bitcoin = index
            elif _has_schedule(seed, coin):
                self.schedules[index] = _schedule(seed, coin)
        self._rows = [(coin.supply, coin.growth / _YEAR_DAYS, coin.max_supply or inf) for coin in coins]

    def at(self, index: int, day: int) -> float:
        special = self._special(index, day)
        if special is not None:
            return special
        supply, rate, most = self._rows[index]
        value = supply * (1.0 + rate * (day - ANCHOR_DAY))
        return value if value < most else most

    def column(self, day: int) -> array[float]:
        """All coins' supplies on a day, born or not."""
        age = day - ANCHOR_DAY
        column = [value if (value := supply * (1.0 + rate * age)) < most else most for supply, rate, most in self._rows]
        for index, schedule in self.schedules.items():
            column[index] = schedule.circulating(day)
        if self._bitcoin is not None:
            column[self._bitcoin] = _bitcoins(day)
        return array("d", column)

    def most(self, index: int) -> float | None:
        """Coins that may ever exist; None without a cap."""
        if index in self.schedules:
            return self.schedules[index].total
        if index == self._bitcoin:
            return 21_000_000.0
        most = self._rows[index][2]
        return None if most == inf else most

    def _special(self, index: int, day: int) -> float | None:
        schedule = self.schedules.get(index)
        if schedule is not None:
            return schedule.circulating(day)
        return _bitcoins(day) if index == self._bitcoin else None


def _bitcoins(day: int) -> float:
    return compute_supply(compute_height(midnight(day)).height) / SATOSHI_PER_BITCOIN


def _has_schedule(seed: int, coin: Coin) -> bool:
    if coin.is_stable or coin.target_id is not None or coin.origin not in {"real", "invented", "collision"}:
        return False
    if coin.origin == "real" and coin.born < _REAL_SINCE:
        return False
    share = _REAL_SHARE_WITH_SCHEDULE if coin.origin == "real" else _SHARE_WITH_SCHEDULE
    # The coin's own key decides: a digest for each coin would cost more than the rest of its making.
    return (coin.key >> 9) % 1000 < share * 1000


def _schedule(seed: int, coin: Coin) -> Schedule:
    draws = Draws(seed, "unlocks", coin.asset.asset_id)
    initial = draws.between(0.12, 0.3)
    cliff = draws.between(0.04, 0.12)
    months = 24 + draws.index(25)
    quarters = 6 + draws.index(10)
    late = 0.05 if draws.unit() < _LATE_SHARE else 0.0
    monthly = (1 - initial - cliff - late) * 0.6 / months
    quarterly = (1 - initial - cliff - late) * 0.4 / quarters
    start = coin.born + _CLIFF_DAYS
    unlocks = [PlannedUnlock(start, cliff, "team and early investors", False, coin.born)]
    unlocks += [
        PlannedUnlock(start + _MONTH_DAYS * month, monthly, "investors", True, coin.born)
        for month in range(1, months + 1)
    ]
    unlocks += [
        PlannedUnlock(coin.born + 91 * quarter, quarterly, "ecosystem fund", False, coin.born)
        for quarter in range(1, quarters + 1)
    ]
    if late:
        day = start + 200 + draws.index(400)
        unlocks.append(PlannedUnlock(day, late, "strategic partner, by a later vote", False, day - _LATE_NOTICE_DAYS))
    return _dated(coin, initial, tuple(sorted(unlocks, key=lambda unlock: unlock.day)))


def _dated(coin: Coin, initial: float, unlocks: tuple[PlannedUnlock, ...]) -> Schedule:
    days = tuple(unlock.day for unlock in unlocks)
    shares = tuple(accumulate((unlock.share for unlock in unlocks), initial=initial))
    on_anchor_day = shares[bisect_right(days, max(ANCHOR_DAY, coin.born))]
    total = coin.max_supply or coin.supply / on_anchor_day
    return Schedule(total, initial, unlocks, days, shares)

"""What follows from the issuance figures of `cmc_asset_metadata`: other halvings, coins a year, supply of a day."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.formats import to_decimal
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.text import plain, shown

__all__ = ["BLOCKS_A_DAY", "Halving", "Schedule", "read_schedule"]

# The rule that the result states: a payment halves after every so many blocks, aimed at one in ten minutes.
_INTERVAL = 210_000
BLOCKS_A_DAY = 144
_FIRST_REWARD = Decimal(50)
_SMALLEST = Decimal(1).scaleb(-8)
_DAY = timedelta(days=1)


class Halving(Struct, frozen=True):
    """`day` is None where the result dates none; `is_expected` where it lies ahead."""

    height: int
    reward_after: Decimal
    day: date | None
    is_expected: bool
    before: Decimal | None = None

    @property
    def reward_before(self) -> Decimal:
        return self.reward_after * 2 if self.before is None else self.before


class Schedule(Struct, frozen=True):
    """The issuance figures of one asset. `as_of` is the day they are of, `supply_as_of` that of the supply, which may
    come from another source; `note` tells how the height was found."""

    supply: Decimal
    supply_as_of: date
    max_supply: Decimal | None
    height: int
    reward: Decimal
    next: Halving
    blocks_left: int
    rule: str
    note: str
    as_of: date
    halvings: tuple[Halving, ...]

    @property
    def coins_a_day(self) -> Decimal:
        return self.reward * BLOCKS_A_DAY

    @property
    def inflation_pct(self) -> Decimal:
        """The coins of 365 days at the aimed rate and today's reward, over the supply."""
        return self.coins_a_day * 365 / self.supply * 100

    @property
    def last(self) -> Halving | None:
        past = [one for one in self.halvings if not one.is_expected]
        return past[-1] if past else None

    def later(self, count: int) -> Halving:
        """The halving so many after the next one."""
        height, reward, day, before = self.next.height, self.next.reward_after, self.next.day, self.reward
        for _ in range(count):
            height, before, reward = height + _INTERVAL, reward, _halved(reward)
            day = None if day is None else day + _INTERVAL * _DAY // BLOCKS_A_DAY
        return Halving(height, reward, day, True, before)

    @property
    def end(self) -> Halving:
        """The halving at which a reward would round to less than the smallest unit: no coin comes after it."""
        height, reward, day = self.next.height, self.next.reward_after, self.next.day
        while reward >= _SMALLEST:
            height, reward = height + _INTERVAL, _halved(reward)
            day = None if day is None else day + _INTERVAL * _DAY // BLOCKS_A_DAY
        return Halving(height, Decimal(0), day, True)

    def supply_on(self, day: date) -> Decimal | None:
        """The supply of a day to come by the rule, at the aimed rate; None of a day before the figures."""
        if day < self.as_of:
            return None
        blocks = (day - self.supply_as_of).days * BLOCKS_A_DAY
        since = (self.as_of - self.supply_as_of).days * BLOCKS_A_DAY
        supply, reward, left = self.supply, self.reward, self.blocks_left + since
        while blocks > left and reward > 0:
            supply, blocks, left, reward = supply + left * reward, blocks - left, _INTERVAL, _halved(reward)
        return supply + blocks * reward


def _halved(reward: Decimal) -> Decimal:
    """Half of it, rounded down to the smallest unit."""
    return (reward / 2).quantize(_SMALLEST, rounding="ROUND_DOWN")


def read_schedule(result: Result, asset_id: int | str) -> Schedule | None:
    """The schedule of the asset; None where the result holds no rule of it."""
    rows = result.rows("results")
    at = next((index for index, row in enumerate(rows) if str(row.get("id")) == str(asset_id)), None)
    if at is None:
        return None
    path = ("results", at, "supply_schedule")
    supply, height, reward = (
        result.figure(*path, name) for name in ("circulating_supply", "block_height", "block_reward")
    )
    following = _next(result, path)
    left = result.figure(*path, "next_halving", "blocks_left")
    if not supply or height is None or reward is None or following is None or left is None:
        return None
    note, as_of = _origin(result, "supply_schedule.block_height")
    _, supply_as_of = _origin(result, "supply_schedule.circulating_supply")
    return Schedule(
        supply, supply_as_of, result.figure(*path, "max_supply"), int(height), reward, following, int(left),
        shown(result.words(*path, "issuance_rule", longest=400), 400), note, as_of,
        _halvings(following, _past_days(result, path)),
    )  # fmt: skip


def _next(result: Result, path: tuple[str | int, ...]) -> Halving | None:
    height = result.figure(*path, "next_halving", "block_height")
    after = result.figure(*path, "next_halving", "block_reward_after")
    day = _day(result.words(*path, "next_halving", "expected_on"))
    return None if height is None or after is None else Halving(int(height), after, day, True)


def _origin(result: Result, field: str) -> tuple[str, date]:
    """The note and the day of where the field comes from."""
    origin = next((one for one in result.origins if field in one.fields), None)
    stamp = (origin.as_of if origin else "") or result.as_of
    return shown(origin.note, 300) if origin else "", _day(stamp) or date.min


def _past_days(result: Result, path: tuple[str | int, ...]) -> dict[int, date | None]:
    """The days of past halvings by their height, as far as the result names them."""
    rows = result.rows(*path, "past_halvings")
    heights = ((to_decimal(row.get("block_height")), plain(row.get("halved_on"), 10)) for row in rows)
    return {int(height): _day(text) for height, text in heights if height is not None}


def _halvings(following: Halving, days: Mapping[int, date | None]) -> tuple[Halving, ...]:
    """All up to the next one; heights and rewards by the rule, days only where they are known."""
    found = [following]
    reward, height = following.reward_after, following.height
    while height > _INTERVAL and reward * 2 < _FIRST_REWARD:
        height, reward = height - _INTERVAL, reward * 2
        found.append(Halving(height, reward, days.get(height), False))
    return tuple(reversed(found))


def _day(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None

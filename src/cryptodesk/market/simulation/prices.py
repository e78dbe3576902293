"""What every coin costs at every minute, without walking there from the start.

The logarithm of a price at midnight is a sum of look-ups: the market's trend and level, the sector's, and the coin's
own walk, which is a window of one long bank. Within the day see `shapes`. Prices here are in the units of the coin's
first day.
"""

from __future__ import annotations

from array import array
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from functools import lru_cache
from math import exp, log
from typing import NamedTuple

from cryptodesk.market.simulation.coins import NEVER, OFFSETS, Coin
from cryptodesk.market.simulation.days import ANCHOR_DAY, DAY_MINUTES, DAYS
from cryptodesk.market.simulation.factors import PICKS, SHAPES, Factors
from cryptodesk.market.simulation.randomness import Draws, heavy_steps, reverting_walk
from cryptodesk.market.simulation.shapes import Shapes
from cryptodesk.market.simulation.supply import SupplyBook

__all__ = ["QUIET_SHARE", "DayPath", "PriceBook", "pick_shape", "volume_multiple"]

# Kept as packed numbers: 160 kB for 20,000 coins.
_COLUMNS_KEPT = 32
_SUPPLIES_KEPT = 8
_BANK_STEPS = OFFSETS + DAYS + 2
_BANK_MEMORY = 0.999
# A peg strays by about seven hundredths of a percent.
_PEG_WOBBLE = 3e-5
_EURO_WOBBLE = 0.003
_EURO_OFFSET = 777
_GAP_RUN_DAYS = 3

# Trade on a day without a move, as a share of an ordinary day's; the most a single day's move may add.
QUIET_SHARE = 0.35
_LIVELIEST = 5.0

_Knots = tuple[tuple[int, ...], tuple[float, ...]]


class DayPath(NamedTuple):
    """One day of a market: logarithms of the prices at its two midnights, the bridge between them and its scale, and
    the money traded. A market that opens within the day has the minute in `since`."""

    opened: float
    closed: float
    swing: float
    shape: int
    quote_volume: float
    since: int = 0


def volume_multiple(move: float, swing: float) -> float:
    """A day's trade in ordinary days: the larger the move for this market, the more."""
    lively = 0.5 * abs(move) / swing
    return QUIET_SHARE + (lively if lively < _LIVELIEST else _LIVELIEST)


def pick_shape(key: int, day_key: int, together: int, market_shape: int) -> int:
    """The bridge of one market on one day: the whole market's own, or one by chance."""
    pick = (key * day_key >> 20) & (PICKS - 1)
    return market_shape if pick < together else pick % SHAPES


class PriceBook:
    """Prices and volumes of all coins. Whole-market columns are kept for the last few days asked for."""

    def __init__(
        self, seed: int, coins: Sequence[Coin], factors: Factors, shapes: Shapes, bank: array[float] | None = None
    ) -> None:
        self.factors = factors
        self.shapes = shapes
        self.supplies = SupplyBook(seed, coins)
        self.bank: array[float] = bank or reverting_walk(heavy_steps(seed, "bank", _BANK_STEPS), _BANK_MEMORY)
        self.swings = [coin.swing for coin in coins]
        self.keys = [coin.key for coin in coins]
        self.turnovers = [coin.turnover for coin in coins]
        self._coins = coins
        self._sectors = factors.sectors
        self._rows = [self._row(coin) for coin in coins]
        self._pegs = {index: coin.currency for index, coin in enumerate(coins) if coin.currency is not None}
        self._knots = dict(_all_knots(seed, coins))
        self.gappy = [index for index, coin in enumerate(coins) if coin.gap_threshold]
        self.column = lru_cache(maxsize=_COLUMNS_KEPT)(self._compute_column)
        self.supply_column = lru_cache(maxsize=_SUPPLIES_KEPT)(self.supplies.column)
        self.volume_column = lru_cache(maxsize=_SUPPLIES_KEPT)(self._compute_volume_column)

    def _row(self, coin: Coin) -> tuple[float, float, int, float, float, int]:
        if coin.is_stable:
            return (log(coin.price), 0.0, coin.sector, 0.0, _PEG_WOBBLE, coin.offset)
        level = (
            coin.beta * self.factors.market[ANCHOR_DAY]
            + coin.load * self._sectors[coin.sector][ANCHOR_DAY]
            + coin.wobble * self.bank[coin.offset + ANCHOR_DAY]
        )
        return (log(coin.price) - level, coin.beta, coin.sector, coin.load, coin.wobble, coin.offset)

    def level(self, index: int, day: int) -> float:
        """Logarithm of the price at a midnight."""
        base, beta, sector, load, wobble, offset = self._rows[index]
        if index in self._pegs:
            return self._peg_level(index, day)
        level = (
            base
            + self.factors.trend[day]
            + beta * self.factors.market[day]
            + load * self._sectors[sector][day]
            + wobble * self.bank[offset + day]
        )
        knots = self._knots.get(index)
        return level if knots is None else level + _bend(knots, day)

    def levels(self, index: int, first: int, until: int) -> list[float]:
        """`level` on each day from `first` until before `until`."""
        if index in self._pegs:
            return [self._peg_level(index, day) for day in range(first, until)]
        base, beta, sector, load, wobble, offset = self._rows[index]
        levels = [
            base + trend + beta * market + load * height + wobble * own
            for trend, market, height, own in zip(
                self.factors.trend[first:until],
                self.factors.market[first:until],
                self._sectors[sector][first:until],
                self.bank[offset + first : offset + until],
                strict=True,
            )
        ]
        knots = self._knots.get(index)
        return levels if knots is None else [level + _bend(knots, day) for day, level in enumerate(levels, first)]

    def _peg_level(self, index: int, day: int) -> float:
        base, _, _, _, wobble, offset = self._rows[index]
        level = base + wobble * self.bank[offset + day]
        if self._pegs[index] == "EUR":
            level += _EURO_WOBBLE * (self.bank[_EURO_OFFSET + day] - self.bank[_EURO_OFFSET + ANCHOR_DAY])
        knots = self._knots.get(index)
        return level if knots is None else level + _bend(knots, day)

    def _compute_column(self, day: int) -> array[float]:
        """`level` of all coins on a day."""
        trend, market, bank = self.factors.trend[day], self.factors.market[day], self.bank
        sectors = [levels[day] for levels in self._sectors]
        column = [
            base + trend + beta * market + load * sectors[sector] + wobble * bank[offset + day]
            for base, beta, sector, load, wobble, offset in self._rows
        ]
        for index, knots in self._knots.items():
            column[index] += _bend(knots, day)
        for index in self._pegs:
            column[index] = self._peg_level(index, day)
        return array("d", column)

    def _compute_volume_column(self, day: int) -> array[float]:
        """`quote_volume` of all coins on a day; 0 where nothing was traded."""
        nerves = self.factors.nerves[day]
        volumes = [
            exp(opened) * supply * turnover * nerves * (QUIET_SHARE + (move if move < _LIVELIEST else _LIVELIEST))
            for opened, closed, supply, turnover, swing in zip(
                self.column(day),
                self.column(day + 1),
                self.supply_column(day),
                self.turnovers,
                self.swings,
                strict=True,
            )
            if (move := 0.5 * abs(closed - opened) / swing) >= 0.0
        ]
        for index in self.gappy:
            if self.is_gap(index, day):
                volumes[index] = 0.0
        return array("d", volumes)

    def quote_volume(self, index: int, day: int) -> float:
        """Money traded in a day, in US dollars."""
        if self.is_gap(index, day):
            return 0.0
        opened, closed = self.level(index, day), self.level(index, day + 1)
        return self._volume(index, day, opened, closed)

    def _volume(self, index: int, day: int, opened: float, closed: float) -> float:
        cap = exp(opened) * self.supplies.at(index, day)
        multiple = volume_multiple(closed - opened, self.swings[index])
        return cap * self.turnovers[index] * self.factors.nerves[day] * multiple

    def path(self, index: int, day: int) -> DayPath | None:
        """How a day ran; None where nothing was traded."""
        if self.is_gap(index, day):
            return None
        opened, closed = self.level(index, day), self.level(index, day + 1)
        swing = self.swings[index] * self.factors.nerves[day]
        volume = self._volume(index, day, opened, closed)
        return DayPath(opened, closed, swing, self.shape(index, day), volume)

    def shape(self, index: int, day: int) -> int:
        factors = self.factors
        return pick_shape(self.keys[index], factors.keys[day], factors.together[day], factors.shapes[day])

    def log_at(self, index: int, minute: int) -> float:
        """Logarithm of the last price paid by a minute."""
        day, within = divmod(minute, DAY_MINUTES)
        if self.is_gap(index, day):
            return self.level(index, self._before_gap(index, day))
        opened, closed = self.level(index, day), self.level(index, day + 1)
        bridge = self.shapes.bridges[self.shape(index, day)][within]
        return (
            opened + (closed - opened) * (within / DAY_MINUTES) + self.swings[index] * self.factors.nerves[day] * bridge
        )

    def log_column(self, minute: int) -> list[float]:
        """`log_at` of all coins."""
        day, within = divmod(minute, DAY_MINUTES)
        nerves, key, elapsed = self.factors.nerves[day], self.factors.keys[day], within / DAY_MINUTES
        bridges = self.choices(day, [bridge[within] for bridge in self.shapes.bridges])
        mask = PICKS - 1
        column = [
            opened + (closed - opened) * elapsed + swing * nerves * bridges[(own * key >> 20) & mask]
            for opened, closed, swing, own in zip(
                self.column(day), self.column(day + 1), self.swings, self.keys, strict=True
            )
        ]
        for index in self.gappy:
            if self.is_gap(index, day):
                column[index] = self.level(index, self._before_gap(index, day))
        return column

    def choices(self, day: int, by_shape: Sequence[float]) -> list[float]:
        """A value for each of the PICKS that choose a shape on a day, from a value for each shape."""
        together = self.factors.together[day]
        own = list(by_shape) * (PICKS // SHAPES)
        return [by_shape[self.factors.shapes[day]]] * together + own[together:]

    def is_gap(self, index: int, day: int) -> bool:
        """Whether nothing was traded all day, as happens to small coins, for a few days in a row."""
        threshold = self._coins[index].gap_threshold
        if not threshold or day < self._coins[index].born + _GAP_RUN_DAYS:
            return False
        run = day // _GAP_RUN_DAYS
        return (self.keys[index] * self.factors.keys[run] >> 19) & (PICKS - 1) < threshold

    def _before_gap(self, index: int, day: int) -> int:
        """The first midnight of the run of quiet days around a day: the last price is of that moment."""
        while self.is_gap(index, day - 1):
            day -= 1
        return day

    def unit(self, index: int, minute: int) -> float:
        """Old coins in one coin as of a minute: a redenomination restates the whole history."""
        change = self._coins[index].redenomination
        return change.ratio if change is not None and minute >= change.day * DAY_MINUTES else 1.0


def _bend(knots: _Knots, day: int) -> float:
    """What a coin's own story adds to its level: a line through the knots, level outside of them."""
    days, heights = knots
    place = bisect_right(days, day)
    if place == 0:
        return 0.0
    if place == len(days):
        return heights[-1]
    first, last = days[place - 1], days[place]
    low, high = heights[place - 1], heights[place]
    return low + (high - low) * (day - first) / (last - first)


def _all_knots(seed: int, coins: Sequence[Coin]) -> Iterable[tuple[int, _Knots]]:
    for index, coin in enumerate(coins):
        if coin.is_stable:
            knots = _depegs(seed, coin)
        elif coin.origin != "real" and coin.ends < NEVER:
            knots = _decline(seed, coin)
        else:
            continue
        if knots[0]:
            yield index, knots


def _decline(seed: int, coin: Coin) -> _Knots:
    """The end of a coin that is going to be delisted: a slow bleed, and most of the loss within a day or two."""
    draws = Draws(seed, "decline", coin.asset.asset_id)
    depth = -draws.between(1.5, 5.0)
    starts = coin.ends - 40 - draws.index(140)
    falls = starts + 10 + draws.index(20)
    days = (starts, falls, falls + 1 + draws.index(2), coin.ends + 1)
    return days, (0.0, depth * 0.2, depth * 0.8, depth)


def _depegs(seed: int, coin: Coin) -> _Knots:
    """Days on which a stablecoin lost its peg: mended within a week, or, for one that is delisted later, never."""
    draws = Draws(seed, "depeg", coin.asset.asset_id)
    days: list[int] = []
    heights: list[float] = []
    for _ in range(draws.index(3)):
        day = (days[-1] if days else coin.born) + 120 + draws.index(900)
        deepest = 0.04 if coin.origin == "real" else 0.18
        depth = -draws.between(0.008, deepest)
        if day + 10 < coin.ends - 160:
            days += [day, day + 1, day + 2, day + 3 + draws.index(5)]
            heights += [0.0, depth, depth * 0.5, 0.0]
        else:
            draws.index(5)
    if coin.ends < NEVER and coin.origin != "real":
        fatal = coin.ends - 150
        days += [fatal, fatal + 2, fatal + 9, coin.ends + 1]
        heights += [0.0, -0.5, -1.9, -3.0]
    return tuple(days), tuple(heights)

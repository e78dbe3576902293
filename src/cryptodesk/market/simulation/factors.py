"""What moves everything at once: the market's regimes, its level, its nerves, and the sectors.

All levels are natural logarithms at midnight. The market's level swings about a slow trend instead of running away, so
that sizes stay plausible over decades.
"""

from __future__ import annotations

from array import array
from functools import cached_property
from math import log, sqrt
from typing import Literal

from msgspec import Struct

from cryptodesk.market.simulation.days import ANCHOR_DAY, DAYS
from cryptodesk.market.simulation.randomness import fraction, heavy_steps, reverting_walk, stream

__all__ = ["PICKS", "SECTORS", "SHAPES", "Factors", "Regime"]

Regime = Literal["bull", "bear", "chop", "crash"]

# How many intraday shapes there are, and into how many equal lots a day's choice of shape is cut.
SHAPES = 256
PICKS = 1024

SECTORS = (
    "store-of-value",
    "layer-1",
    "layer-2",
    "defi",
    "decentralized-exchange",
    "lending",
    "oracles",
    "memes",
    "gaming",
    "nft-metaverse",
    "ai-agents",
    "privacy",
    "storage-compute",
    "exchange-tokens",
    "real-world-assets",
    "liquid-staking",
    "social",
    "payments",
)

_LENGTH = DAYS + 2
_BASE_VOLATILITY = 0.024
_MARKET_MEMORY = 0.9975
_SECTOR_MEMORY = 0.998
_NERVES_MEMORY = 0.88
_TREND_STEEPNESS = 2.6
_TREND_YEARS = 16.0


class _Law(Struct, frozen=True):
    """How a regime behaves: daily drift and volatility as log returns, length in days, what may follow."""

    drift: float
    volatility: float
    shortest: int
    longest: int
    next: tuple[tuple[Regime, float], ...]


_LAWS: dict[Regime, _Law] = {
    "bull": _Law(0.0030, 0.023, 60, 380, (("chop", 0.45), ("crash", 0.8), ("bear", 1.0))),
    "bear": _Law(-0.0026, 0.026, 60, 300, (("chop", 0.6), ("bull", 0.9), ("crash", 1.0))),
    "chop": _Law(0.0002, 0.014, 30, 160, (("bull", 0.55), ("bear", 0.85), ("crash", 1.0))),
    "crash": _Law(-0.055, 0.055, 2, 7, (("bear", 0.45), ("chop", 0.75), ("bull", 1.0))),
}
# Share of coins, of PICKS, that follow the market's own path within a day.
_TOGETHER: dict[Regime, int] = {"bull": 420, "bear": 500, "chop": 360, "crash": 900}


class Factors:
    """Daily values from the world's first to its last day, each list one longer than the days."""

    def __init__(self, seed: int) -> None:
        self._seed = seed
        self.regimes: list[Regime] = _regimes(seed)
        self.market: array[float] = self._market()
        self.nerves: array[float] = self._nerves()
        self.together: array[int] = array("H", (_TOGETHER[regime] for regime in self.regimes))
        self.trend: array[float] = array("d", (_trend(day) for day in range(_LENGTH)))
        self.shapes: array[int] = array("H", (word % SHAPES for word in stream(seed, "market shape", _LENGTH)))
        low, high = stream(seed, "day key low", _LENGTH), stream(seed, "day key high", _LENGTH)
        # Odd, so that multiplying by it never loses what tells coins apart; of 30 bits, which multiply fastest.
        self.keys: list[int] = [(high[day] << 14) ^ low[day] | 1 for day in range(_LENGTH)]

    @cached_property
    def sectors(self) -> tuple[array[float], ...]:
        return tuple(self._sector(name) for name in SECTORS)

    def _market(self) -> array[float]:
        shocks = heavy_steps(self._seed, "market", _LENGTH)
        steps = [
            law.drift + law.volatility * min(max(shock, -5.0), 5.0)
            for law, shock in zip((_LAWS[regime] for regime in self.regimes), shocks, strict=True)
        ]
        return reverting_walk(steps, _MARKET_MEMORY)

    def _nerves(self) -> array[float]:
        """How wide the day swings, 1 on an ordinary day: remembers recent market moves, as volatility does."""
        variance, nerves = 1.0, array("d")
        for day in range(_LENGTH - 1):
            move = (self.market[day + 1] - self.market[day]) / _BASE_VOLATILITY
            variance = _NERVES_MEMORY * variance + (1 - _NERVES_MEMORY) * move * move
            nerves.append(min(max(sqrt(variance), 0.45), 3.5))
        nerves.append(nerves[-1])
        return nerves

    def _sector(self, name: str) -> array[float]:
        """In units of the sector's daily volatility."""
        return reverting_walk(heavy_steps(self._seed, f"sector {name}", _LENGTH), _SECTOR_MEMORY)


def _regimes(seed: int) -> list[Regime]:
    regimes: list[Regime] = []
    regime: Regime = "bull"
    spell = 0
    while len(regimes) < _LENGTH:
        law = _LAWS[regime]
        length = law.shortest + int(fraction(seed, "spell", spell) * (law.longest - law.shortest + 1))
        regimes += [regime] * length
        chance = fraction(seed, "turn", spell)
        regime = next(follower for follower, up_to in law.next if chance <= up_to)
        spell += 1
    return regimes[:_LENGTH]


def _trend(day: int) -> float:
    """Growth that slows with the market's age, 0 on the anchor day."""
    return _TREND_STEEPNESS * log((_TREND_YEARS + (day - ANCHOR_DAY) / 365.25) / _TREND_YEARS)

"""Tokens that live for weeks: one is launched every forty minutes, for ever, and none is remembered.

The number of a launch is written into its address, so that any address can be asked for without a list of them all.
"""

from __future__ import annotations

from array import array
from functools import lru_cache
from math import exp, log

from cryptodesk.market.simulation.addresses import address_on, platform_for, token_id
from cryptodesk.market.simulation.coins import NEVER, OFFSETS
from cryptodesk.market.simulation.days import DAY_MINUTES, to_day
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.names import HOSTILE_NAMES, ticker_of, token_name
from cryptodesk.market.simulation.prices import DayPath, pick_shape, volume_multiple
from cryptodesk.market.simulation.randomness import Draws

__all__ = ["Launch", "LaunchBook"]

_EVERY_MINUTES = 40
_FIRST_SLOT = to_day(2019) * DAY_MINUTES // _EVERY_MINUTES
_LAST_SLOT = (NEVER - 1) * DAY_MINUTES // _EVERY_MINUTES
_LONGEST_DAYS = 45
_SLOT_MASK = 0xFFFFF
_HEX_LETTERS = 5
_BASE58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"
_BASE58_LETTERS = 4
_SUPPLY = 1e9
_RUGGED = -7.0
_SWING = 0.12


class Launch:
    """One such token, and its market over time."""

    def __init__(self, market: Market, slot: int) -> None:
        draws = Draws(market.seed, "launch", slot)
        word = draws.word()
        self._factors = market.factors
        self._bank: array[float] = market.prices.bank
        self.slot = slot
        self.platform = platform_for(draws.word(), native_allowed=False) or "ethereum"
        self.address = _marked(address_on(self.platform, draws.raw), slot, market.seed)
        self.name, self.symbol = HOSTILE_NAMES[word % len(HOSTILE_NAMES)] if word % 97 == 0 else ("", "")
        if not self.name:
            self.name = token_name(draws)
            self.symbol = ticker_of(self.name.split()[-1] + self.name, word >> 3)
        self.key: int | str = token_id(self.platform, self.address)
        self.mixer = draws.word() >> 2 | 1
        self.first_minute = slot * _EVERY_MINUTES + draws.index(_EVERY_MINUTES)
        self.first_day = self.first_minute // DAY_MINUTES
        self.end_minute = (self.first_day + 3 + draws.index(_LONGEST_DAYS - 3)) * DAY_MINUTES
        self._base = log(draws.between(8e3, 3e5) / _SUPPLY)
        self._pump = draws.between(0.2, 3.5)
        self._fade = draws.between(0.02, 0.25)
        self.is_rug = draws.unit() < 0.22
        self.rug_day = self.first_day + 1 + draws.index(12) if self.is_rug else NEVER
        self.is_honeypot = not self.is_rug and draws.unit() < 0.08
        self._offset = draws.index(OFFSETS)

    def level(self, day: int) -> float:
        """Logarithm of the price at a midnight."""
        age = max(day - self.first_day, 0)
        own = 0.12 * (self._bank[self._offset + day] - self._bank[self._offset + self.first_day]) if age else 0.0
        rise = self._pump * (1 - exp(-1.5 * age)) - self._fade * age
        return self._base + rise + own + (_RUGGED if day > self.rug_day else 0.0)

    def path(self, day: int) -> DayPath:
        factors = self._factors
        opened, closed = self.level(day), self.level(day + 1)
        shape = pick_shape(self.mixer, factors.keys[day], factors.together[day], factors.shapes[day])
        multiple = volume_multiple(closed - opened, _SWING)
        volume = self.cap_at_level(opened) * 0.6 * multiple * exp(-(day - self.first_day) / 8)
        since = self.first_minute % DAY_MINUTES if day == self.first_day else 0
        return DayPath(opened, closed, _SWING, shape, volume, since)

    @staticmethod
    def cap_at_level(level: float) -> float:
        return exp(level) * _SUPPLY

    def is_alive(self, minute: int) -> bool:
        return self.first_minute <= minute < self.end_minute

    # Blocks of bars are kept by their market.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, Launch) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)


class LaunchBook:
    def __init__(self, market: Market) -> None:
        self._market = market
        self.of_slot = lru_cache(maxsize=4_096)(self._make)

    def _make(self, slot: int) -> Launch:
        return Launch(self._market, slot)

    def alive(self, minute: int) -> list[Launch]:
        """Every token launched and not yet gone, the youngest first."""
        last = min(minute // _EVERY_MINUTES, _LAST_SLOT)
        first = max(last - (_LONGEST_DAYS + 1) * DAY_MINUTES // _EVERY_MINUTES, _FIRST_SLOT)
        launches = (self.of_slot(slot) for slot in range(last, first - 1, -1))
        return [launch for launch in launches if launch.is_alive(minute)]

    def find(self, asset_id: str) -> Launch | None:
        """The token with this id; None if no launch has or will have it."""
        slot = _slot_of(asset_id.partition(":")[2], self._market.seed)
        if slot is None or not _FIRST_SLOT <= slot <= _LAST_SLOT:
            return None
        launch = self.of_slot(slot)
        return launch if launch.key == asset_id else None


def _mask(seed: int) -> int:
    return Draws(seed, "slots").word() & _SLOT_MASK


def _marked(address: str, slot: int, seed: int) -> str:
    hidden = slot ^ _mask(seed)
    if address.startswith("0x"):
        return f"0x{hidden:0{_HEX_LETTERS}x}{address[2 + _HEX_LETTERS :]}"
    letters = "".join(_BASE58[hidden // 58**place % 58] for place in range(_BASE58_LETTERS))
    return letters + address[_BASE58_LETTERS:]


def _slot_of(address: str, seed: int) -> int | None:
    try:
        if address.startswith("0x"):
            return int(address[2 : 2 + _HEX_LETTERS], 16) ^ _mask(seed)
        digits = [_BASE58.index(letter) for letter in address[:_BASE58_LETTERS]]
    except ValueError:
        return None
    number = 0
    for digit in reversed(digits):
        number = number * 58 + digit
    return number ^ _mask(seed)

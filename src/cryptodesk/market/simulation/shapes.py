"""How a day runs from its open to its close: a bank of bridges, each with its profile of trade.

A day's path is a straight line between two midnights plus a bridge, both in logarithms. The highest point of such a sum
lies on the bridge's convex hull, which is why a daily bar costs a look-up and not 1,440 steps.
"""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Sequence
from functools import lru_cache
from itertools import accumulate, pairwise
from math import sqrt

from cryptodesk.market.simulation.days import DAY_MINUTES
from cryptodesk.market.simulation.factors import SHAPES
from cryptodesk.market.simulation.randomness import heavy_steps

__all__ = ["Shapes"]

_DRAWN = SHAPES // 4
_CALM_SHARE = 0.4


class _Hull:
    """The corners of a bridge's upper hull, and the falling slopes between them."""

    __slots__ = ("at", "slopes")

    def __init__(self, bridge: Sequence[float]) -> None:
        corners: list[int] = []
        heights: list[float] = []
        for minute, height in enumerate(bridge):
            # A corner on or below the line from the one before it to here is none.
            while len(corners) > 1 and (heights[-1] - heights[-2]) * (minute - corners[-2]) <= (
                height - heights[-2]
            ) * (corners[-1] - corners[-2]):
                corners.pop()
                heights.pop()
            corners.append(minute)
            heights.append(height)
        self.at = corners
        # Negated to rise, as bisecting wants it.
        self.slopes = [
            (heights[place] - heights[place + 1]) / (corners[place + 1] - corners[place])
            for place in range(len(corners) - 1)
        ]

    def top(self, tilt: float) -> int:
        """The minute at which the bridge plus a line of slope `tilt` a minute is highest."""
        return self.at[bisect_left(self.slopes, tilt)]


class Shapes:
    """`bridges[shape][minute]`, 0 at both midnights, of variance about 1 a day; `traded[shape][minute]` is the share
    of the day's trade done before that minute. Shapes come in fours: as drawn, backwards, and both upside down.
    No bridge strays further from 0 than `reach`."""

    def __init__(self, seed: int) -> None:
        steps = heavy_steps(seed, "bridges", _DRAWN * DAY_MINUTES)
        drawn = [_bridge(steps[first : first + DAY_MINUTES]) for first in range(0, _DRAWN * DAY_MINUTES, DAY_MINUTES)]
        forth_and_back = [bridge for base in drawn for bridge in (base, base[::-1])]
        profiles = [_profile(base) for base in drawn]
        both_profiles = [profile for base in profiles for profile in (base, _backwards(base))]
        upside_down = [array("d", [-value for value in bridge]) for bridge in forth_and_back]
        self.bridges: list[array[float]] = [*forth_and_back, *upside_down]
        self.traded: list[array[float]] = [*both_profiles, *both_profiles]
        self.reach: float = max(map(max, self.bridges))
        self._hull = lru_cache(maxsize=SHAPES)(self._find_hull)

    def highest(self, shape: int, tilt: float) -> int:
        """The minute of the day's high, where the open-to-close line rises by `tilt` (in bridge units) a minute."""
        if shape % 2:
            # A bridge run backwards is highest where the drawn one is, under a line that rises the other way.
            return DAY_MINUTES - self._hull(shape - 1).top(-tilt)
        return self._hull(shape).top(tilt)

    def lowest(self, shape: int, tilt: float) -> int:
        return self.highest((shape + SHAPES // 2) % SHAPES, -tilt)

    def _find_hull(self, shape: int) -> _Hull:
        return _Hull(self.bridges[shape])


def _bridge(steps: Sequence[float]) -> array[float]:
    scale = 1 / sqrt(DAY_MINUTES)
    walk = list(accumulate(steps, initial=0.0))
    fall = walk[-1] / DAY_MINUTES
    bridge = array("d", [scale * (height - fall * minute) for minute, height in enumerate(walk)])
    bridge[DAY_MINUTES] = 0.0
    return bridge


def _profile(bridge: Sequence[float]) -> array[float]:
    """Some trade every minute, the rest where the price moves."""
    moves = [abs(later - earlier) for earlier, later in pairwise(bridge)]
    calm = _CALM_SHARE / (1 - _CALM_SHARE) * sum(moves) / DAY_MINUTES
    heights = list(accumulate((move + calm for move in moves), initial=0.0))
    whole = heights[-1]
    profile = array("d", [height / whole for height in heights])
    profile[DAY_MINUTES] = 1.0
    return profile


def _backwards(profile: Sequence[float]) -> array[float]:
    return array("d", [1.0 - share for share in reversed(profile)])

"""Chance that is counted, not drawn: a value belongs to its key, whatever was asked before.

Everything comes from BLAKE2 and SHAKE over the seed and a label, so it is the same in any process and on any machine;
neither `hash()` nor the order of a set has a say.
"""

from __future__ import annotations

import struct
import sys
from array import array
from collections.abc import Callable, Sequence
from functools import cache
from hashlib import blake2b, shake_128
from itertools import accumulate
from math import acos, cos, sqrt

__all__ = ["Draws", "fraction", "heavy_steps", "reverting_walk", "stream"]

_WORDS = struct.Struct("<16I")
_SCALE = 2.0**-32
_QUANTILE_BITS = 14


class Draws:
    """Sixteen independent draws that belong to one key. `raw` are bytes for addresses; they repeat the draws."""

    __slots__ = ("raw", "word")

    def __init__(self, seed: int, *parts: int | str) -> None:
        self.raw = blake2b("\x1f".join(map(str, (seed, *parts))).encode()).digest()
        # The bound method itself: a world takes some half a million draws, and each Python frame would be felt.
        self.word: Callable[[], int] = iter(_WORDS.unpack(self.raw)).__next__

    def unit(self) -> float:
        """0 < value < 1."""
        return (self.word() + 0.5) * _SCALE

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * (self.word() + 0.5) * _SCALE

    def index(self, size: int) -> int:
        return (self.word() * size) >> 32

    def pick(self, choices: Sequence[str]) -> str:
        return choices[self.index(len(choices))]


def fraction(seed: int, *parts: int | str) -> float:
    """One draw, 0 < value < 1."""
    return Draws(seed, *parts).unit()


def stream(seed: int, label: str, count: int) -> array[int]:
    """`count` draws of 16 bits that belong to the label."""
    words = array("H")
    words.frombytes(shake_128(f"{seed}\x1f{label}".encode()).digest(count * 2))
    if sys.byteorder == "big":
        words.byteswap()
    return words


def heavy_steps(seed: int, label: str, count: int) -> list[float]:
    """Independent steps of mean 0 and variance about 1 with heavy tails."""
    quantiles = _quantiles()
    return [quantiles[word >> 2] for word in stream(seed, label, count)]


def reverting_walk(steps: Sequence[float], keep: float) -> array[float]:
    """A walk that forgets `1 - keep` of its height at each step, so that it stays in reach for ever."""
    return array("d", accumulate(steps, lambda height, step: height * keep + step))


@cache
def _quantiles() -> tuple[float, ...]:
    """Student's t with four degrees of freedom, scaled to variance 1, at evenly spaced probabilities.

    Source: the closed form of its quantile function, Shaw, Journal of Computational Finance 9(4), 2006."""
    size = 1 << _QUANTILE_BITS
    upper = []
    for index in range(size // 2):
        probability = (index + 0.5) / size
        alpha = 4 * probability * (1 - probability)
        upper.append(sqrt(2 * max(cos(acos(sqrt(alpha)) / 3) / sqrt(alpha) - 1, 0.0)))
    return (*(-value for value in upper), *reversed(upper))

"""Chance that belongs to a key: the same in any process, whatever was drawn for other keys before."""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from hashlib import blake2b
from typing import TypeVar

__all__ = ["Draws"]

T = TypeVar("T")

_WORDS = struct.Struct("<16I")
_SCALE = 2.0**-32


class Draws:
    """As many independent draws as are asked for, in their order."""

    __slots__ = ("_digest", "_left")

    def __init__(self, seed: int, *parts: int | str) -> None:
        self._digest = blake2b("\x1f".join(map(str, (seed, *parts))).encode()).digest()
        self._left: Iterator[int] = iter(_WORDS.unpack(self._digest))

    def word(self) -> int:
        """0 <= value < 2 ** 32."""
        found = next(self._left, None)
        if found is None:
            self._digest = blake2b(self._digest).digest()
            self._left = iter(_WORDS.unpack(self._digest))
            found = next(self._left)
        return found

    def unit(self) -> float:
        """0 < value < 1."""
        return (self.word() + 0.5) * _SCALE

    def between(self, low: float, high: float) -> float:
        return low + (high - low) * self.unit()

    def index(self, size: int) -> int:
        return (self.word() * size) >> 32

    def pick(self, choices: Sequence[T]) -> T:
        return choices[(self.word() * len(choices)) >> 32]

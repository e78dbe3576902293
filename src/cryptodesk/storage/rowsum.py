"""A checksum of the rows of a table, whatever their order and whichever database they are read from."""

from __future__ import annotations

import struct
from collections.abc import Iterable, Sequence
from hashlib import sha256
from typing import Any

__all__ = ["RowSum"]

_SIZE = 32
_MODULUS = 1 << (8 * _SIZE)
_REAL = struct.Struct(">d")


class RowSum:
    """The sum of the SHA-256 of all rows, modulo 2^256. Values differ by type: 1, 1.0 and '1' are three."""

    __slots__ = ("rows", "total")

    def __init__(self) -> None:
        self.rows = 0
        self.total = 0

    def add(self, rows: Iterable[Sequence[Any]]) -> None:
        total = self.total
        for row in rows:
            total += int.from_bytes(sha256(b"".join(map(_encoded, row))).digest(), "big")
            self.rows += 1
        self.total = total % _MODULUS

    def hexdigest(self) -> str:
        return self.total.to_bytes(_SIZE, "big").hex()

    def __eq__(self, other: object) -> bool:
        return isinstance(other, RowSum) and (self.rows, self.total) == (other.rows, other.total)

    __hash__ = None  # type: ignore[assignment]


def _encoded(value: Any) -> bytes:
    """With its type and length, so that no two rows of values are the same bytes."""
    if value is None:
        return b"n"
    if isinstance(value, str):
        raw = value.encode("utf-8", "surrogatepass")
        return b"t%d:%b" % (len(raw), raw)
    if isinstance(value, bytes):
        return b"b%d:%b" % (len(value), value)
    if isinstance(value, float):
        return b"r" + _REAL.pack(value)
    if isinstance(value, int):
        return b"i%d:" % value
    raise TypeError(f"a value of a row cannot be of the type {type(value).__name__}")

"""About how much memory a value holds, found out in little time."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from itertools import islice
from typing import Any

from msgspec import Struct

__all__ = ["estimate_bytes"]

_SAMPLE = 8
_DEPTH = 6


def estimate_bytes(value: Any) -> int:
    """Of long collections a few members speak for all; shared members count every time."""
    return _estimate(value, _DEPTH)


def _estimate(value: Any, depth: int) -> int:
    own = sys.getsizeof(value, 64)
    if depth == 0 or isinstance(value, str | bytes | bytearray | int | float | None):
        return own
    if isinstance(value, Mapping):
        return own + _sampled(value.keys(), len(value), depth) + _sampled(value.values(), len(value), depth)
    if isinstance(value, list | tuple | set | frozenset):
        return own + _sampled(value, len(value), depth)
    if isinstance(value, Struct):
        return own + sum(_estimate(getattr(value, name), depth - 1) for name in value.__struct_fields__)
    return own + (_estimate(vars(value), depth - 1) if hasattr(value, "__dict__") else 0)


def _sampled(members: Any, count: int, depth: int) -> int:
    if not count:
        return 0
    sizes = [_estimate(member, depth - 1) for member in islice(members, _SAMPLE)]
    return sum(sizes) * count // len(sizes)

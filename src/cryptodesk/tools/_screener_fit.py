"""As many rows as a result has room for, so that whatever it says of its rows is said of those it shows."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec
from msgspec import Struct

from cryptodesk.tools._output import encoded_size, round_floats

__all__ = ["fit_rows"]

T = TypeVar("T", bound=Struct)


def fit_rows(make: Callable[[int], T], most: int, size_limit: int) -> T:
    """The result of `make` with the most rows, from `most` down to 1, that is within `size_limit` bytes; with one row
    where even that is not."""
    count = max(most, 1)
    result = make(count)
    while count > 1 and (size := encoded_size(round_floats(msgspec.to_builtins(result), 8))) > size_limit:
        # What is said beside the rows stays, so this share of them is never fewer than would fit were all alike.
        count = max(1, min(count - 1, count * size_limit // size))
        result = make(count)
    return result

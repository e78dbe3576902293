"""Which bars an indicator may use."""

from __future__ import annotations

from collections.abc import Sequence

from cryptodesk.market.records import Candle

__all__ = ["WINDOW_BARS", "is_price", "usable_tail"]

# An exponential average never quite forgets: over a longer window the 200-bar one drifts off the published values.
WINDOW_BARS = 400

# Keeps every sum, ratio and square of prices finite and above zero.
_LOWEST_PRICE, _HIGHEST_PRICE = 1e-50, 1e50


def is_price(value: float) -> bool:
    """Whether a value can be a price: finite, above zero, and of a size that prices have (1e-50 to 1e50)."""
    return _LOWEST_PRICE < value < _HIGHEST_PRICE


def usable_tail(candles: Sequence[Candle], most: int = WINDOW_BARS) -> Sequence[Candle]:
    """The last `most` candles, cut off after the last one that holds an impossible price or has its low above its high.

    Empty when the latest candle is such a one."""
    tail = candles[-most:] if most > 0 else ()
    for back in range(1, len(tail) + 1):
        if not _is_usable(tail[-back]):
            return tail[len(tail) - back + 1 :]
    return tail


def _is_usable(candle: Candle) -> bool:
    return is_price(candle.close) and is_price(candle.low) and is_price(candle.high) and candle.low <= candle.high

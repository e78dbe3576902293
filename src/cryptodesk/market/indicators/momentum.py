"""MACD and RSI."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from msgspec import Struct

from cryptodesk.market.indicators.averages import ema_run

__all__ = ["MACD_FAST", "MACD_SIGNAL", "MACD_SLOW", "Macd", "Rsi", "compute_macd", "compute_rsi"]

MACD_FAST, MACD_SLOW, MACD_SIGNAL = 12, 26, 9


class Macd(Struct, frozen=True, rename={"line": "macdLine", "signal": "signalLine"}):
    """In the quote currency. `signal` and `histogram` (line - signal) are None where there are too few bars."""

    line: float | None = None
    signal: float | None = None
    histogram: float | None = None


class Rsi(Struct, frozen=True):
    """0..100 over 7, 14 and 21 bars; None where it is undefined."""

    rsi7: float | None = None
    rsi14: float | None = None
    rsi21: float | None = None


def compute_macd(closes: Sequence[float]) -> Macd:
    """EMA(12) - EMA(26) after the last close, and the EMA(9) of that line. The line needs 26 closes, the signal 34."""
    slow = ema_run(closes, MACD_SLOW)
    if not slow:
        return Macd()
    fast = ema_run(closes, MACD_FAST)[MACD_SLOW - MACD_FAST :]
    lines = [quick - calm for quick, calm in zip(fast, slow, strict=True)]
    signals = ema_run(lines, MACD_SIGNAL)
    if not signals:
        return Macd(lines[-1])
    return Macd(lines[-1], signals[-1], lines[-1] - signals[-1])


def compute_rsi(closes: Sequence[float], period: int) -> float | None:
    """RSI after the last close, 0..100. None with fewer than `period` + 1 closes, or if the price never moved.

    Raises: ValueError if `period` < 2. Source: Wilder, New Concepts in Technical Trading Systems (1978)."""
    if period < 2:
        raise ValueError(f"the period of an RSI is at least 2, got {period!r}")
    if len(closes) <= period:
        return None
    moves = [after - before for before, after in pairwise(closes)]
    gain = sum(move for move in moves[:period] if move > 0) / period
    loss = sum(-move for move in moves[:period] if move < 0) / period
    keep = period - 1
    for move in moves[period:]:
        gain = (gain * keep + (move if move > 0 else 0.0)) / period
        loss = (loss * keep + (-move if move < 0 else 0.0)) / period
    return 100 * gain / (gain + loss) if gain + loss > 0 else None

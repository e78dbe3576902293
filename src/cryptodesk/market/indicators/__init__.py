"""Technical indicators of the latest completed bar: pure arithmetic on candles, verified against other libraries."""

from cryptodesk.market.indicators.averages import compute_ema, compute_sma
from cryptodesk.market.indicators.bars import WINDOW_BARS, usable_tail
from cryptodesk.market.indicators.latest import Indicators, MovingAverages, compute_indicators
from cryptodesk.market.indicators.levels import (
    EXTENSION_RATIOS,
    RETRACEMENT_RATIOS,
    SWING_BARS,
    FibonacciLevels,
    PivotPoints,
    compute_fibonacci,
    compute_pivot,
)
from cryptodesk.market.indicators.momentum import Macd, Rsi, compute_macd, compute_rsi

__all__ = [
    "EXTENSION_RATIOS",
    "RETRACEMENT_RATIOS",
    "SWING_BARS",
    "WINDOW_BARS",
    "FibonacciLevels",
    "Indicators",
    "Macd",
    "MovingAverages",
    "PivotPoints",
    "Rsi",
    "compute_ema",
    "compute_fibonacci",
    "compute_indicators",
    "compute_macd",
    "compute_pivot",
    "compute_rsi",
    "compute_sma",
    "usable_tail",
]

"""All indicators of the latest completed bar, and which of them cannot be given and why."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec import Struct

from cryptodesk.market.indicators.averages import compute_ema, compute_sma
from cryptodesk.market.indicators.bars import WINDOW_BARS, usable_tail
from cryptodesk.market.indicators.levels import (
    SWING_BARS,
    FibonacciLevels,
    PivotPoints,
    compute_fibonacci,
    compute_pivot,
)
from cryptodesk.market.indicators.momentum import MACD_SIGNAL, MACD_SLOW, Macd, Rsi, compute_macd, compute_rsi
from cryptodesk.market.records import Candle, Missing

__all__ = ["Indicators", "MovingAverages", "compute_indicators"]

_AVERAGE_PERIODS = (7, 30, 200)
_RSI_PERIODS = (7, 14, 21)


class MovingAverages(
    Struct,
    frozen=True,
    rename={
        **{f"sma{period}": f"simple_moving_average_{period}_day" for period in _AVERAGE_PERIODS},
        **{f"ema{period}": f"exponential_moving_average_{period}_day" for period in _AVERAGE_PERIODS},
    },
):
    """Over 7, 30 and 200 bars. The wire's names say "day" whatever the interval is."""

    sma7: float | None = None
    sma30: float | None = None
    sma200: float | None = None
    ema7: float | None = None
    ema30: float | None = None
    ema200: float | None = None


class Indicators(Struct, frozen=True):
    """Of the latest bar. `bars` is how many usable ones there were, at most 400; `missing` names every None by its
    path on the wire."""

    bar_time: datetime | None
    close: float | None
    bars: int
    moving_averages: MovingAverages
    macd: Macd
    rsi: Rsi
    fibonacci: FibonacciLevels | None
    pivot_points: PivotPoints | None
    missing: tuple[Missing, ...]


def compute_indicators(candles: Sequence[Candle]) -> Indicators:
    """From completed candles, oldest first, without gaps. Reads the last 400, and none before an impossible price.

    `bar_time` is the opening of the latest bar."""
    tail = usable_tail(candles)
    closes = [bar.close for bar in tail]
    last = tail[-1] if tail else None
    averages = MovingAverages(
        *(compute_sma(closes, period) for period in _AVERAGE_PERIODS),
        *(compute_ema(closes, period) for period in _AVERAGE_PERIODS),
    )
    macd, rsi = compute_macd(closes), Rsi(*(compute_rsi(closes, period) for period in _RSI_PERIODS))
    pivot = compute_pivot(last.high, last.low, last.close) if last else None
    why = _Reasons(len(tail), len(tail) < min(len(candles), WINDOW_BARS))
    return Indicators(
        bar_time=last.opened_at if last else None,
        close=last.close if last else None,
        bars=len(tail),
        moving_averages=averages,
        macd=macd,
        rsi=rsi,
        fibonacci=compute_fibonacci(tail),
        pivot_points=pivot,
        missing=(*_missing_averages(why), *_missing_momentum(why, rsi), *_missing_levels(why, pivot)),
    )


class _Reasons:
    def __init__(self, bars: int, is_cut: bool) -> None:
        self.bars = bars
        self._cut = ": an earlier bar holds an impossible price" if is_cut else ""

    def too_few(self, field: str, needed: int) -> Iterator[Missing]:
        if self.bars < needed:
            bars = "bar" if needed == 1 else "bars"
            yield Missing(field, f"needs {needed} {bars}, {self.bars} usable{self._cut}")


def _missing_averages(why: _Reasons) -> Iterator[Missing]:
    for kind in ("simple", "exponential"):
        for period in _AVERAGE_PERIODS:
            yield from why.too_few(f"moving_averages.{kind}_moving_average_{period}_day", period)


def _missing_momentum(why: _Reasons, rsi: Rsi) -> Iterator[Missing]:
    yield from why.too_few("macd.macdLine", MACD_SLOW)
    for part in ("signalLine", "histogram"):
        yield from why.too_few(f"macd.{part}", MACD_SLOW + MACD_SIGNAL - 1)
    for period, value in zip(_RSI_PERIODS, (rsi.rsi7, rsi.rsi14, rsi.rsi21), strict=True):
        yield from why.too_few(f"rsi.rsi{period}", period + 1)
        if value is None and why.bars > period:
            yield Missing(f"rsi.rsi{period}", f"the price did not move over {why.bars} bars")


def _missing_levels(why: _Reasons, pivot: PivotPoints | None) -> Iterator[Missing]:
    yield from why.too_few("fibonacciLevels", SWING_BARS)
    yield from why.too_few("pivotPoint", 1)
    for place, level in enumerate(pivot.supports if pivot else ()):
        if level is None:
            yield Missing(f"supports[{place}]", "the level would not be above zero")

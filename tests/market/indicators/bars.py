"""Bars for tests: real ones from the shipped record, and made ones."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache

from cryptodesk.market.records import Candle
from cryptodesk.market.shipped import load_shipped

__all__ = ["bars_of", "made_bars"]


@cache
def _shipped() -> dict[str, tuple[Candle, ...]]:
    by_instrument: dict[str, list[Candle]] = {}
    for shipped in load_shipped().candles:
        by_instrument.setdefault(shipped.instrument, []).append(shipped.candle)
    return {name: tuple(candles) for name, candles in by_instrument.items()}


def bars_of(instrument: str, last_day: str) -> list[Candle]:
    """All daily bars of a shipped instrument up to and with the day."""
    last = date.fromisoformat(last_day)
    return [candle for candle in _shipped()[instrument] if candle.opened_at.date() <= last]


def made_bars(closes: Sequence[float], spread: float = 0.0) -> list[Candle]:
    """Daily bars that open and close at the same price, with highs and lows `spread` (a ratio) away from it."""
    start = datetime(2020, 1, 1, tzinfo=UTC)
    return [
        Candle(start + timedelta(days=day), close, close * (1 + spread), close * (1 - spread), close, 1.0)
        for day, close in enumerate(closes)
    ]

"""Fewer rows that look the same: lines thinned by largest triangles, candles joined into longer ones. Pure.

Source: Steinarsson, Downsampling Time Series for Visual Representation (2013), as PyPI tsdownsample computes it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from importlib import import_module
from itertools import groupby
from math import fsum

from cryptodesk.market.metrics.buckets import Granularity, bucket_end, bucket_start
from cryptodesk.market.records import Candle

__all__ = ["join_candles", "thin"]

# The first, the last and one between them.
_FEWEST = 3


def thin(times: Sequence[float], columns: Sequence[Sequence[float]], most: int) -> list[int]:
    """Places to keep, ascending: at most `most`, the first and the last among them, the same for all `columns`.

    `times` ascend without repetition; every value is finite. A small load of numpy comes with the first call, so call
    it in a thread. Raises: ValueError if `most` is less than three places a column."""
    if most < _FEWEST * max(len(columns), 1):
        raise ValueError(f"{most} points are too few for {len(columns)} columns")
    if len(times) <= most:
        return list(range(len(times)))
    # Imported late: most charts are short, and numpy takes a tenth of a second to load.
    numpy, tsdownsample = import_module("numpy"), import_module("tsdownsample")
    sampler, moments = tsdownsample.LTTBDownsampler(), numpy.array(times, dtype=numpy.float64)
    kept: set[int] = set()
    for column in columns:
        values = numpy.array(column, dtype=numpy.float64)
        kept.update(sampler.downsample(moments, values, n_out=most // len(columns)).tolist())
    return sorted(kept)


def join_candles(candles: Sequence[Candle], granularity: Granularity, until: datetime) -> tuple[Candle, ...]:
    """One candle a bucket: first open, highest high, lowest low, last close, volumes added; oldest first.

    A bucket that is not over by `until` is left out, and so is a first one that the candles only begin in."""
    joined: list[Candle] = []
    for start, members in groupby(candles, key=lambda candle: bucket_start(candle.opened_at, granularity)):
        inside = list(members)
        is_cut = not joined and inside[0].opened_at > start and len(inside) < len(candles)
        if bucket_end(start, granularity) <= until and not is_cut:
            joined.append(_joined(start, inside))
    return tuple(joined)


def _joined(start: datetime, inside: Sequence[Candle]) -> Candle:
    values = [candle.quote_volume for candle in inside if candle.quote_volume is not None]
    return Candle(
        start,
        inside[0].open,
        max(candle.high for candle in inside),
        min(candle.low for candle in inside),
        inside[-1].close,
        fsum(candle.volume for candle in inside),
        fsum(values) if len(values) == len(inside) else None,
    )

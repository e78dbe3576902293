"""The length of a chart's buckets: fitted to the range, never finer than what is kept. Pure."""

from __future__ import annotations

from datetime import timedelta

from cryptodesk.market.metrics.buckets import GRANULARITIES, Granularity

__all__ = ["coarser", "fit_granularity", "step_of"]

_MONTH = timedelta(days=365.25 / 12)

# Up to which range each is drawn: some 100 to 400 buckets of it.
_FITTED: tuple[tuple[timedelta, Granularity], ...] = (
    (timedelta(hours=12), "5m"),
    (timedelta(days=2), "15m"),
    (timedelta(days=10), "1h"),
    (timedelta(days=25), "4h"),
    (timedelta(days=400), "1d"),
    (timedelta(weeks=400), "1w"),
)
# Points of a line are thinned after they were read: what happened between the weeks stays visible.
_DAYS_OF_A_LINE = timedelta(days=5000)
_ORDER = tuple(GRANULARITIES)


def fit_granularity(length: timedelta | None, finest: Granularity, *, is_thinned: bool) -> Granularity:
    """For a range of `length`; None is a whole record of unknown length. With `is_thinned` the points are a line's,
    which may be more than are shown; bars and candles are joined into buckets that fit."""
    fitted: Granularity = "1d" if is_thinned else "1w"
    if length is not None:
        fitted = next((name for longest, name in _FITTED if length <= longest), "1mo")
        if is_thinned and timedelta(days=25) < length <= _DAYS_OF_A_LINE:
            fitted = "1d"
        elif is_thinned and fitted == "1mo":
            fitted = "1w"
    return max(fitted, finest, key=_ORDER.index)


def coarser(granularity: Granularity, length: timedelta | None) -> tuple[Granularity, ...]:
    """What to try where there is nothing so fine: days, if the range has some."""
    is_short = length is not None and length < timedelta(days=3)
    return ("1d",) if _ORDER.index(granularity) < _ORDER.index("1d") and not is_short else ()


def step_of(granularity: Granularity) -> timedelta:
    """The length of a bucket; that of an average month for a month."""
    return GRANULARITIES[granularity] or _MONTH

"""What an asset costs and how that changed, computed from daily candles. Pure: the same candles give the same quote.

Every change compares closes at exact calendar distances. A day the record does not hold makes the figure missing with
its reason; the nearest other day is never taken instead.
"""

from __future__ import annotations

from bisect import bisect_left
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from operator import attrgetter
from typing import NamedTuple

from cryptodesk.market.issuance import compute_supply_figure
from cryptodesk.market.records import Asset, Candle, CandleSeries, Figure, Missing, Mode, Provenance, Quote

__all__ = ["QUOTE_FIELDS", "compute_quote", "years_earlier"]

_DAY = timedelta(days=1)
_high = attrgetter("high")
_low = attrgetter("low")
_opened_at = attrgetter("opened_at")


def years_earlier(moment: datetime, years: int) -> datetime:
    """The same date and time `years` before; 28 February where 29 February has no counterpart."""
    year = moment.year - years
    return moment.replace(year=year, day=min(moment.day, monthrange(year, moment.month)[1]))


def _year_start(closed_at: datetime) -> datetime:
    # A candle that closes at the first midnight of January belongs to the year before.
    return datetime((closed_at - timedelta(microseconds=1)).year, 1, 1, tzinfo=UTC)


# Field -> the moment whose close is compared with the latest one.
_BASES: dict[str, Callable[[datetime], datetime]] = {
    "percent_change_24h": lambda closed_at: closed_at - _DAY,
    "percent_change_7d": lambda closed_at: closed_at - 7 * _DAY,
    "percent_change_30d": lambda closed_at: closed_at - 30 * _DAY,
    "percent_change_60d": lambda closed_at: closed_at - 60 * _DAY,
    "percent_change_90d": lambda closed_at: closed_at - 90 * _DAY,
    "percent_change_1y": lambda closed_at: years_earlier(closed_at, 1),
    "percent_change_3y": lambda closed_at: years_earlier(closed_at, 3),
    "percent_change_ytd": _year_start,
}

QUOTE_FIELDS = (
    "price",
    "percent_change_1h",
    *_BASES,
    "percent_change_all",
    "volume_24h",
    "volume_change_24h",
    "high_24h",
    "low_24h",
    "ath",
    "atl",
    "percent_from_ath",
    "percent_from_atl",
    "circulating_supply",
    "total_supply",
    "max_supply",
    "market_cap",
    "fully_diluted_market_cap",
    "turnover",
)


class _Extremes(NamedTuple):
    highest: Candle
    lowest: Candle


def compute_quote(asset: Asset, series: CandleSeries, *, with_extremes: bool = True) -> Quote:
    """Each of `QUOTE_FIELDS` either as a figure or as missing with its reason, as of the close of the last candle.

    Without extremes, which cost four times all the rest together, "ath", "atl" and what follows from them are left out.

    `series` must reach back to the start of the record, or changes, high and low are those of what was given.
    Changes are in percent points; `times` dates "ath" and "atl" with the day's opening. Raises: ValueError if the
    series is not daily, is empty, or belongs to another asset."""
    if series.interval != "1d" or not series.candles or series.asset_id != asset.asset_id:
        raise ValueError(
            f"a quote of {asset.symbol} needs its own daily candles, got {len(series.candles)} of interval "
            f"{series.interval!r} and asset {series.asset_id!r}"
        )
    extremes = _find_extremes(series) if with_extremes else None
    figures: dict[str, Figure] = {}
    missing: list[Missing] = []
    for field, outcome in _compute_all(asset, series, extremes):
        if isinstance(outcome, Figure):
            figures[field] = outcome
        else:
            missing.append(Missing(field, outcome))
    return Quote(
        asset.asset_id,
        asset.symbol,
        series.quote_currency,
        series.provenance.as_of,
        figures,
        tuple(missing),
        {"ath": extremes.highest.opened_at, "atl": extremes.lowest.opened_at} if extremes else {},
    )


def _find_extremes(series: CandleSeries) -> _Extremes:
    return _Extremes(max(series.candles, key=_high), min(series.candles, key=_low))


def _compute_all(asset: Asset, series: CandleSeries, extremes: _Extremes | None) -> Iterator[tuple[str, Figure | str]]:
    yield "price", Figure(series.candles[-1].close, series.quote_currency, series.provenance)
    yield "percent_change_1h", "the record holds daily candles only"
    yield from _changes(series)
    yield from _day(series)
    if extremes is not None:
        yield from _extremes(series, extremes)
    yield from _supply(asset, series)


def _changes(series: CandleSeries) -> Iterator[tuple[str, Figure | str]]:
    latest = series.candles[-1]
    closed_at = latest.opened_at + _DAY
    first = series.candles[0]
    for field, base_of in _BASES.items():
        base_at = base_of(closed_at)
        base = _close_at(series, base_at)
        if base is not None:
            yield field, _percent(series, latest.close, base, f"against the close at {_minute(base_at)} UTC")
        elif base_at < first.opened_at + _DAY:
            yield (
                field,
                f"the record begins on {first.opened_at:%Y-%m-%d}; a close at {_minute(base_at)} UTC is needed",
            )
        else:
            yield field, f"the record has no close at {_minute(base_at)} UTC"
    note = f"against the open of {first.opened_at:%Y-%m-%d}, where the record begins; not since launch"
    yield "percent_change_all", _percent(series, latest.close, first.open, note)


def _minute(moment: datetime) -> str:
    # Eight of them in every quote: a format string takes twice as long.
    return moment.isoformat(" ", "minutes")[:16]


def _close_at(series: CandleSeries, moment: datetime) -> float | None:
    candles, opened_at = series.candles, moment - _DAY
    # Where no day is missing in between, the place is known without searching.
    index = len(candles) - 1 - (candles[-1].opened_at - opened_at).days
    if not (0 <= index < len(candles) and candles[index].opened_at == opened_at):
        index = bisect_left(candles, opened_at, key=_opened_at)
    return candles[index].close if index < len(candles) and candles[index].opened_at == opened_at else None


def _day(series: CandleSeries) -> Iterator[tuple[str, Figure | str]]:
    latest = series.candles[-1]
    span = f"the UTC day {latest.opened_at:%Y-%m-%d}"
    market = f"{span}, on this market ({series.instrument}) alone"
    if latest.quote_volume is None:
        yield "volume_24h", "the record holds no volume in the quote currency"
    else:
        yield "volume_24h", _figure(series, latest.quote_volume, series.quote_currency, market)
    yield "volume_change_24h", _volume_change(series)
    yield "high_24h", _figure(series, latest.high, series.quote_currency, span)
    yield "low_24h", _figure(series, latest.low, series.quote_currency, span)


def _volume_change(series: CandleSeries) -> Figure | str:
    latest = series.candles[-1]
    before = series.candles[-2] if len(series.candles) > 1 else None
    if before is None or before.opened_at != latest.opened_at - _DAY:
        return f"the record has no candle of {latest.opened_at - _DAY:%Y-%m-%d}"
    if latest.quote_volume is None or not before.quote_volume:
        return "the record holds no volume in the quote currency"
    return _percent(
        series, latest.quote_volume, before.quote_volume, f"against the UTC day {before.opened_at:%Y-%m-%d}"
    )


def _extremes(series: CandleSeries, extremes: _Extremes) -> Iterator[tuple[str, Figure | str]]:
    latest, (highest, lowest) = series.candles[-1], extremes
    since = f"within the record since {series.candles[0].opened_at:%Y-%m-%d}, not necessarily of all time"
    on = "{} {:%Y-%m-%d}, {}".format
    yield "ath", _figure(series, highest.high, series.quote_currency, on("reached on", highest.opened_at, since))
    yield "atl", _figure(series, lowest.low, series.quote_currency, on("reached on", lowest.opened_at, since))
    yield (
        "percent_from_ath",
        _percent(series, latest.close, highest.high, on("from the high of", highest.opened_at, since)),
    )
    yield "percent_from_atl", _percent(series, latest.close, lowest.low, on("from the low of", lowest.opened_at, since))


def _supply(asset: Asset, series: CandleSeries) -> Iterator[tuple[str, Figure | str]]:
    supply = compute_supply_figure(asset.asset_id, series.provenance.as_of)
    reason = f"no source of {asset.symbol}'s supply is at hand"
    yield "circulating_supply", supply or reason
    # An issuance rule knows what was created and nothing of what was burnt; for such coins the two are the same.
    yield "total_supply", supply or reason
    maximum = _max_supply(asset, series)
    yield "max_supply", maximum or f"the catalogue holds no fixed maximum for {asset.symbol}"
    yield "market_cap", _worth(series, supply, "circulating supply") or reason
    yield "fully_diluted_market_cap", _worth(series, maximum, "maximum supply") or "the maximum supply is not known"
    yield "turnover", "volume of one market cannot be set against the whole market cap"


def _max_supply(asset: Asset, series: CandleSeries) -> Figure | None:
    if asset.max_supply is None:
        return None
    checked = f", checked on {asset.verified_at}" if asset.verified_at else ""
    note = f"fixed by the protocol; from the asset catalogue{checked}"
    return Figure(
        float(asset.max_supply), asset.symbol, Provenance("catalogue", "snapshot", series.provenance.as_of, note)
    )


def _worth(series: CandleSeries, supply: Figure | None, of_what: str) -> Figure | None:
    if supply is None:
        return None
    note = f"price ({series.provenance.source}) × {of_what} ({supply.provenance.note})"
    source = f"{series.provenance.source} × {supply.provenance.source}"
    value = series.candles[-1].close * supply.value
    # What is computed from simulated prices is simulated.
    mode: Mode = "simulated" if series.provenance.mode == "simulated" else "computed"
    return Figure(value, series.quote_currency, Provenance(source, mode, series.provenance.as_of, note))


def _percent(series: CandleSeries, value: float, base: float, note: str) -> Figure:
    return _figure(series, (value - base) / base * 100, "percent", note)


def _figure(series: CandleSeries, value: float, unit: str, note: str) -> Figure:
    origin = series.provenance
    return Figure(value, unit, Provenance(origin.source, origin.mode, origin.as_of, note))

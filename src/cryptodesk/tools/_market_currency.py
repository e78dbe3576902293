"""Candles in another currency than the one they were recorded in."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct, structs

from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, Provenance

__all__ = ["PricedSeries", "as_recorded", "crossed", "is_dollar"]

_DOLLARS = frozenset({"USD", "USDT"})


class PricedSeries(Struct, frozen=True):
    """Candles in the currency asked for. Where two markets were crossed, highs and lows are not known."""

    series: CandleSeries
    note: str | None = None
    is_crossed: bool = False


def is_dollar(currency: str) -> bool:
    """Whether the currency is the US dollar, or USDT, which is counted as one."""
    return currency in _DOLLARS


def as_recorded(series: CandleSeries, currency: str) -> PricedSeries | None:
    """The series itself where it is in `currency`, USDT counting as USD; None where it is not."""
    if series.quote_currency == currency:
        return PricedSeries(series)
    if is_dollar(series.quote_currency) and is_dollar(currency):
        note = f"prices are in {series.quote_currency}; 1 {series.quote_currency} is taken as 1 {currency}"
        return PricedSeries(structs.replace(series, quote_currency=currency), note)
    return None


def crossed(series: CandleSeries, base: CandleSeries, currency: str) -> PricedSeries | None:
    """The series counted in the coin whose candles `base` are; bars that both have, None if there are none.

    High and low are those of open and close alone: the two markets' extremes are not of the same moment."""
    if series.quote_currency != base.quote_currency or series.interval != base.interval:
        return None
    rates = {candle.opened_at: candle for candle in base.candles if candle.open > 0 and candle.close > 0}
    candles = tuple(
        _crossed_candle(candle, rates[candle.opened_at]) for candle in series.candles if candle.opened_at in rates
    )
    if not candles:
        return None
    note = (
        f"{currency} figures divide each {series.quote_currency} price by that of {currency} at the same moment, "
        "volume by the day's close"
    )
    as_of = candles[-1].opened_at + _length(series)
    origin = series.provenance
    provenance = Provenance(origin.source, "computed", as_of, origin.note)
    replaced = structs.replace(series, quote_currency=currency, provenance=provenance, candles=candles)
    return PricedSeries(replaced, note, is_crossed=True)


def _length(series: CandleSeries) -> timedelta:
    return INTERVALS[series.interval]


def _crossed_candle(candle: Candle, rate: Candle) -> Candle:
    opened, closed = candle.open / rate.open, candle.close / rate.close
    volume = None if candle.quote_volume is None else candle.quote_volume / rate.close
    return Candle(candle.opened_at, opened, max(opened, closed), min(opened, closed), closed, candle.volume, volume)

"""Candles in another currency than the one they were recorded in."""

from __future__ import annotations

from datetime import timedelta

from msgspec import Struct, structs

from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, Provenance
from cryptodesk.tools._envelope import computed_mode

__all__ = ["PricedSeries", "as_recorded", "crossed", "is_dollar", "is_state_money"]

_DOLLARS = frozenset({"USD", "USDT", "USDC", "FDUSD", "BUSD", "TUSD", "DAI"})
# ISO 4217 codes of money in use. A coin that took one for its ticker is not what somebody means by it.
_CODES = """
AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF CLP CNH
CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GNF GTQ GYD HKD HNL HTG HUF IDR ILS
INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU
MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK
SGD SHP SLE SOS SRD SSP STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VED VES VND VUV WST XAF
XAG XAU XCD XOF XPF YER ZAR ZMW ZWG
"""
_STATE_MONEY = frozenset(_CODES.split())


class PricedSeries(Struct, frozen=True):
    """Candles in the currency asked for. Where two markets were crossed, highs and lows are not known."""

    series: CandleSeries
    note: str | None = None
    is_crossed: bool = False


def is_dollar(currency: str) -> bool:
    """Whether the currency is the US dollar, or a stablecoin that is counted as one."""
    return currency in _DOLLARS


def is_state_money(currency: str) -> bool:
    """Whether a state issues it: no coin's candles give its rate."""
    return currency in _STATE_MONEY


def as_recorded(series: CandleSeries, currency: str) -> PricedSeries | None:
    """The series itself where it is in `currency`, dollar stablecoins counting as USD; None where it is not."""
    if series.quote_currency == currency:
        return PricedSeries(series)
    if is_dollar(series.quote_currency) and is_dollar(currency):
        note = f"prices are in {series.quote_currency}; 1 {series.quote_currency} is taken as 1 {currency}"
        return PricedSeries(structs.replace(series, quote_currency=currency), note)
    return None


def crossed(series: CandleSeries, base: CandleSeries, currency: str) -> PricedSeries | None:
    """The series counted in the coin whose candles `base` are; bars that both have, None if there are none.

    High and low are those of open and close alone: the two markets' extremes are not of the same moment."""
    if not _are_alike(series, base):
        return None
    rates = {candle.opened_at: candle for candle in base.candles if candle.open > 0 and candle.close > 0}
    candles = tuple(
        _crossed_candle(candle, rates[candle.opened_at]) for candle in series.candles if candle.opened_at in rates
    )
    if not candles:
        return None
    note = (
        f"{currency} figures divide each {series.quote_currency} price by that of {currency} at the same moment, "
        "volume by the bar's close"
    )
    as_of = candles[-1].opened_at + _length(series)
    origin = series.provenance
    provenance = Provenance(
        " × ".join(dict.fromkeys((origin.source, base.provenance.source))),
        computed_mode((origin.mode, base.provenance.mode)),
        as_of,
        origin.note,
    )
    replaced = structs.replace(series, quote_currency=currency, provenance=provenance, candles=candles)
    return PricedSeries(replaced, note, is_crossed=True)


def _are_alike(series: CandleSeries, base: CandleSeries) -> bool:
    one, other = series.quote_currency, base.quote_currency
    return series.interval == base.interval and (one == other or (is_dollar(one) and is_dollar(other)))


def _length(series: CandleSeries) -> timedelta:
    return INTERVALS[series.interval]


def _crossed_candle(candle: Candle, rate: Candle) -> Candle:
    opened, closed = candle.open / rate.open, candle.close / rate.close
    volume = None if candle.quote_volume is None else candle.quote_volume / rate.close
    return Candle(candle.opened_at, opened, max(opened, closed), min(opened, closed), closed, candle.volume, volume)

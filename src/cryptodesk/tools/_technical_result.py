"""Puts the indicators of a bar together into the result of `cmc_technical_analysis`."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Literal, get_args

from msgspec import UNSET, Struct, UnsetType, field

from cryptodesk.market.indicators import (
    FibonacciLevels,
    Indicators,
    Macd,
    MovingAverages,
    PivotPoints,
    Rsi,
    compute_indicators,
)
from cryptodesk.market.records import INTERVALS
from cryptodesk.tools._envelope import (
    Gap,
    Origin,
    computed_mode,
    encode_time,
    mode_notes,
    origin_of,
    source_names,
)
from cryptodesk.tools._technical_bars import BarInterval, Bars, MarketNow

__all__ = ["INDICATORS", "IndicatorName", "Subject", "TechnicalAnalysis", "TechnicalAnalysisOutput", "build_output"]

IndicatorName = Literal["moving_averages", "macd", "rsi", "fibonacci", "pivot_points"]
INDICATORS: tuple[IndicatorName, ...] = get_args(IndicatorName)

# Where on the wire each group of indicators stands.
_PLACES: dict[str, tuple[str, ...]] = {
    "moving_averages": ("moving_averages",),
    "macd": ("macd",),
    "rsi": ("rsi",),
    "fibonacci": ("fibonacciLevels",),
    "pivot_points": ("pivotPoint", "supports", "resistances"),
}
_DAY = timedelta(days=1)
# A record that ends further back describes a time that is over.
_STALE_BARS = 2


class Subject(Struct, frozen=True):
    """What is analysed; the whole market has no id. `given` is what the caller wrote, where that was no id."""

    asset_id: int | str | None = None
    name: str | None = None
    symbol: str | None = None
    given: str | None = None
    notes: tuple[str, ...] = ()

    @property
    def called(self) -> str:
        return f"{self.name} ({self.symbol})" if self.name and self.symbol else str(self.name or self.asset_id)


class TechnicalAnalysis(Struct, frozen=True, kw_only=True):
    """Of the latest completed bar, which `bar_time` closes. Levels are in `quote_currency`, nearest first."""

    asset_id: int | str | UnsetType = UNSET
    name: str | UnsetType = UNSET
    symbol: str | UnsetType = UNSET
    resolved_from: str | UnsetType = UNSET
    interval: str
    bar_time: str | None
    bar_opened_at: str | None
    close: float | None
    quote_currency: str
    bars: int
    moving_averages: MovingAverages | UnsetType = UNSET
    macd: Macd | UnsetType = UNSET
    rsi: Rsi | UnsetType = UNSET
    fibonacci_levels: FibonacciLevels | UnsetType | None = field(default=UNSET, name="fibonacciLevels")
    pivot_point: float | UnsetType | None = field(default=UNSET, name="pivotPoint")
    supports: tuple[float | None, ...] | UnsetType | None = UNSET
    resistances: tuple[float | None, ...] | UnsetType | None = UNSET
    current_market_cap: float | UnsetType | None = field(default=UNSET, name="currentMarketCap")
    current_volume: float | UnsetType | None = field(default=UNSET, name="currentVolume")


class TechnicalAnalysisOutput(Struct, frozen=True, kw_only=True):
    """`as_of` is the close of the bar and `age_days` how long ago that was."""

    technical_analysis_result: TechnicalAnalysis
    as_of: str
    age_days: float | None
    source: list[str]
    notes: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]


def build_output(
    subject: Subject,
    interval: BarInterval,
    wanted: Sequence[IndicatorName],
    loaded: tuple[Bars, MarketNow | None],
    now: datetime,
) -> TechnicalAnalysisOutput:
    """`loaded` are the bars and, for the whole market, its figures of the moment."""
    bars, market = loaded
    found = compute_indicators(bars.candles)
    as_of = bars.provenance.as_of if bars.provenance else None
    origins = _origins(bars, market, wanted)
    of_levels = bars.of_levels if {"fibonacci", "pivot_points"} & set(wanted) else ()
    notes = [*subject.notes, *bars.notes, *of_levels, *_staleness(as_of, interval, now), *mode_notes(origins)]
    return TechnicalAnalysisOutput(
        technical_analysis_result=_result(subject, interval, wanted, found, loaded),
        as_of=encode_time(as_of or now),
        age_days=None if as_of is None else round((now - as_of) / _DAY, 1),
        source=source_names(origins),
        notes=list(dict.fromkeys(notes)),
        provenance=origins,
        unavailable=[*bars.gaps, *_missing(found, wanted, bars), *(market.gaps if market else ())],
    )


def _result(
    subject: Subject,
    interval: BarInterval,
    wanted: Sequence[IndicatorName],
    found: Indicators,
    loaded: tuple[Bars, MarketNow | None],
) -> TechnicalAnalysis:
    bars, market = loaded
    has_levels = "pivot_points" in wanted
    pivot: PivotPoints | None = found.pivot_points
    opened_at = found.bar_time
    return TechnicalAnalysis(
        asset_id=UNSET if subject.asset_id is None else subject.asset_id,
        name=subject.name or UNSET,
        symbol=subject.symbol or UNSET,
        resolved_from=subject.given or UNSET,
        interval=interval,
        bar_time=None if opened_at is None else encode_time(opened_at + INTERVALS[interval]),
        bar_opened_at=None if opened_at is None else encode_time(opened_at),
        close=found.close,
        quote_currency=bars.quote_currency,
        bars=found.bars,
        moving_averages=found.moving_averages if "moving_averages" in wanted else UNSET,
        macd=found.macd if "macd" in wanted else UNSET,
        rsi=found.rsi if "rsi" in wanted else UNSET,
        fibonacci_levels=found.fibonacci if "fibonacci" in wanted else UNSET,
        pivot_point=(pivot.pivot if pivot else None) if has_levels else UNSET,
        supports=(pivot.supports if pivot else None) if has_levels else UNSET,
        resistances=(pivot.resistances if pivot else None) if has_levels else UNSET,
        current_market_cap=market.market_cap if market else UNSET,
        current_volume=market.volume if market else UNSET,
    )


def _missing(found: Indicators, wanted: Sequence[IndicatorName], bars: Bars) -> list[Gap]:
    """Every null by its path. Where there is no bar at all, that has been said once for all of them."""
    if not bars.candles:
        return []
    places = tuple(place for name in wanted for place in _PLACES[name])
    if found.close is None:
        return [Gap("technical_analysis_result", "the latest bar on record holds an impossible price")]
    return [Gap(item.field, item.reason) for item in found.missing if item.field.startswith(places)]


def _origins(bars: Bars, market: MarketNow | None, wanted: Sequence[IndicatorName]) -> list[Origin]:
    origins = []
    if bars.provenance:
        places = [place for name in INDICATORS if name in wanted for place in _PLACES[name]]
        computed = origin_of(places, bars.provenance, "computed from the bars")
        mode = computed_mode([bars.provenance.mode])
        origins = [
            origin_of(["bar_time", "close"], bars.provenance),
            Origin(computed.fields, computed.source, mode, computed.as_of, computed.note),
        ]
    if market and market.provenance:
        origins.append(origin_of(["currentMarketCap", "currentVolume"], market.provenance))
    return origins


def _staleness(as_of: datetime | None, interval: BarInterval, now: datetime) -> list[str]:
    if as_of is None or now - as_of <= _STALE_BARS * INTERVALS[interval]:
        return []
    age = now - as_of
    said = f"{age / _DAY:.1f} days" if age >= 2 * _DAY else f"{age / timedelta(hours=1):.0f} hours"
    return [f"the record ends {said} before the moment asked about: these figures are not current"]

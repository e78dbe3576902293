"""Indicators that are drawn here from the bars of the market tool: any average, Bollinger bands, true range, crosses."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from msgspec import Struct, structs

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import money, percent
from cryptodesk.models.analyst.ports import AssetId
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.series import Series, read_series
from cryptodesk.models.analyst.skills._indicators import average_true_range, bollinger, ema, last_cross, sma
from cryptodesk.models.analyst.skills._technical_asked import Slots, Topic
from cryptodesk.models.analyst.skills._technical_text import BARS
from cryptodesk.models.analyst.text import plain, shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.draft import Fact, Setting, join_names

__all__ = ["bars_call", "needs_bars", "said_of_bars"]

_OF_BARS: frozenset[Topic] = frozenset({"bollinger", "atr", "cross"})
_SHORT, _LONG = 50, 200
# Ranges take four prices a bar, of which a result has room for fewer; averages need closes alone.
_RANGE_BARS, _CLOSE_BARS = 120, 365
_UNIT = {"1h": "hour", "4h": "4-hour", "1d": "day", "1w": "week"}


class _Held(Struct, frozen=True):
    """The bars of one asset. Closes are dated by their bar's last day."""

    series: Series
    result: Result
    asset: AssetRef
    slots: Slots
    currency: str

    @property
    def name(self) -> str:
        return shown(self.asset.name or self.asset.symbol, 80)

    @property
    def closes(self) -> list[float]:
        return [float(bar.close) for bar in self.series.bars]

    def price(self, value: float) -> str:
        return money(value, self.currency) or "n/a"

    @property
    def unit(self) -> str:
        return _UNIT[self.slots.interval]

    def fact(self, field: str, value: float) -> Fact:
        asset, source = self.asset, ", ".join(self.result.sources)
        return Fact(field, value, self.currency, asset.name, asset.symbol, asset.asset_id, self.result.as_of, source)


def needs_bars(slots: Slots) -> bool:
    return bool(_OF_BARS & set(slots.topics)) or _has_averages(slots)


def _has_averages(slots: Slots) -> bool:
    return "averages" in slots.topics and bool(slots.lengths) and not slots.are_of_tool


def bars_call(asset_id: AssetId, slots: Slots) -> Call:
    wants_range = "atr" in slots.topics
    history: dict[str, Any] = {
        "interval": slots.interval,
        "count": _RANGE_BARS if wants_range else _CLOSE_BARS,
        "series": "ohlcv" if wants_range else "close",
    }
    return Call(MARKET_DATA, {"asset_type": "coin", "ids": [asset_id], "metrics": ["history"], "history": history})


def said_of_bars(setting: Setting, asset: AssetRef, slots: Slots) -> tuple[str, tuple[Fact, ...]]:
    """Sentences on what is drawn from the bars, and their facts; why not, where there are none."""
    held = _held(setting, asset, slots)
    if held is None:
        reasons = [gap.reason for result in setting.evidence.results_of(MARKET_DATA) for gap in result.unavailable]
        why = shown("; ".join(dict.fromkeys(reasons)), 200) or "the result does not have them"
        return f"There are no bars of {shown(asset.label, 110)} to draw this from: {why}.", ()
    wanted: list[Topic] = [
        topic for topic in slots.topics if topic in _OF_BARS or (topic == "averages" and _has_averages(slots))
    ]
    texts = [_SAID[topic](held) for topic in wanted]
    ending = f"Computed here from the {len(held.series.bars)} newest {BARS[slots.interval]} bars on record, the last of {held.series.bars[-1].day.isoformat()}, with a close of {held.price(held.closes[-1])}."
    sentences = [text for text, _ in texts]
    return " ".join([*sentences, "" if setting.is_brief else ending]).strip(), tuple(
        fact for _, some in texts for fact in some
    )


def _held(setting: Setting, asset: AssetRef, slots: Slots) -> _Held | None:
    for result in setting.evidence.results_of(MARKET_DATA):
        for row in result.rows("results"):
            series = read_series(row.get("history")) if str(row.get("asset_id")) == str(asset.asset_id) else None
            if series is not None and series.interval == slots.interval:
                currency = plain(result.at("quote_currency"), 10) or "USD"
                return _Held(series, result, asset, slots, currency)
    return None


_Said = tuple[str, tuple[Fact, ...]]


def _too_few(held: _Held, what: str, needed: int) -> _Said:
    return f"{what} of {held.name} needs {needed} bars, and there are {len(held.series.bars)}.", ()


def _averages(held: _Held) -> _Said:
    closes, name = held.closes, "EMA" if held.slots.is_exponential else "SMA"
    found = [(n, (ema if held.slots.is_exponential else sma)(closes, n)) for n in held.slots.lengths]
    known = [(n, value) for n, value in found if value is not None]
    missing = [str(n) for n, value in found if value is None]
    parts = [
        f"the {name}({n}) is **{held.price(value)}**, with the close {percent(abs(closes[-1] / value - 1) * 100, signed=False)} {'above' if closes[-1] >= value else 'below'} it"
        for n, value in known
    ]
    text = f"Of {held.name} {join_names(parts)}." if parts else ""
    gap = f" For {name}({join_names(missing, 'or')}) there are too few bars: {len(closes)}." if missing else ""
    facts = [held.fact(f"{name.lower()}_{n}", value) for n, value in known]
    facts += [
        structs.replace(held.fact(f"{name.lower()}_{n}.distance_pct", (closes[-1] / value - 1) * 100), unit="percent")
        for n, value in known
    ]
    return f"{text}{gap}".strip(), tuple(facts)


def _bollinger(held: _Held) -> _Said:
    bands, close = bollinger(held.closes), held.closes[-1]
    if bands is None:
        return _too_few(held, "A Bollinger band", 20)
    place = (
        "above the upper band"
        if close > bands.upper
        else "below the lower band"
        if close < bands.lower
        else "between the bands"
    )
    text = (
        f"The Bollinger bands of {held.name} (20 bars, two deviations) run from **{held.price(bands.lower)}** to **{held.price(bands.upper)}**"
        f" around a mean of {held.price(bands.middle)}; the close is {place}."
    )
    return text, tuple(held.fact(f"bollinger_{part}", getattr(bands, part)) for part in ("upper", "middle", "lower"))


def _atr(held: _Held) -> _Said:
    value, close = average_true_range(held.series.bars), held.closes[-1]
    if value is None or not held.series.has_ohlc:
        return _too_few(held, "An average true range", 15)
    share = percent(value / close * 100, signed=False)
    return (
        f"The ATR(14) of {held.name} is **{held.price(value)}**, {share} of the close: so wide is the average {held.unit} bar, by Wilder's smoothing.",
        (held.fact("atr_14", value),),
    )


def _cross(held: _Held) -> _Said:
    closes = held.closes
    short, long = sma(closes, _SHORT), sma(closes, _LONG)
    if short is None or long is None:
        return _too_few(held, "A golden or death cross", _LONG)
    crossed = last_cross([bar.day for bar in held.series.bars], closes, _SHORT, _LONG)
    checked = len(closes) - _LONG + 1
    side = "above" if short > long else "below" if short < long else "at"
    last = (
        f"the last cross was a **{'golden' if crossed.is_golden else 'death'} cross** on {crossed.day.isoformat()}"
        if crossed
        else f"the two did not cross within the {checked} newest bars"
    )
    text = (
        f"For {held.name} {last}: the SMA({_SHORT}), {held.price(short)}, now lies {side} the SMA({_LONG}), {held.price(long)}."
        " A golden cross is the shorter one rising above the longer, a death cross the reverse."
    )
    return text, (held.fact("sma_50", short), held.fact("sma_200", long))


_SAID: Mapping[Topic, Callable[[_Held], _Said]] = {
    "averages": _averages,
    "bollinger": _bollinger,
    "atr": _atr,
    "cross": _cross,
}

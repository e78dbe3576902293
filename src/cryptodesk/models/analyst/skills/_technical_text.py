"""Results of `cmc_technical_analysis` in words: each figure with the rule by which it is called what it is called."""

# ruff: noqa: E501 - a sentence of an answer reads better on one line

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.formats import big_money, money, percent
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.series import percent_between
from cryptodesk.models.analyst.skills._technical_asked import Interval, Topic
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.draft import Fact, as_number, join_names
from cryptodesk.models.analyst.writer.sourcing import moment, result_fact_source

__all__ = [
    "BARS",
    "RSI_RULE",
    "Reading",
    "assets_row",
    "distance_facts",
    "indicator_rows",
    "levels_table",
    "rsi_word",
    "said",
    "said_averages",
    "summary",
    "verdict",
]

OVERBOUGHT, OVERSOLD = Decimal(70), Decimal(30)
RSI_RULE = "An RSI of 70 or more is called overbought here, one of 30 or less oversold."
BARS: Mapping[Interval, str] = {"1h": "1-hour", "4h": "4-hour", "1d": "daily", "1w": "weekly"}
_LENGTHS = (7, 30, 200)


class Reading(Struct, frozen=True):
    """One result, of an asset or of the whole market, and how it is called."""

    result: Result
    name: str
    interval: Interval
    is_market: bool = False

    def figure(self, *path: str | int) -> Decimal | None:
        return self.result.figure(*path)

    @property
    def close(self) -> Decimal | None:
        return self.figure("close")

    def price(self, value: Decimal | None) -> str:
        show = big_money if self.is_market else money
        currency = self.result.words("quote_currency", longest=10) or "USD"
        return show(value, currency) or "n/a"

    @property
    def bar(self) -> str:
        return f"{BARS[self.interval]} bar that closed at {moment(self.result.words('bar_time', longest=40))}"

    def why(self, *fields: str) -> str:
        """Why a figure is missing."""
        reason = self.result.reason(*fields, "technical_analysis_result")
        return shown(reason, 200) or "the result does not have it"

    def fact(self, field: str, value: Decimal, unit: str = "") -> Fact:
        as_of, source = result_fact_source(self.result, field.split(".", maxsplit=1)[0])
        symbol, asset_id = self.result.words("symbol", longest=24), self.result.at("asset_id")
        kept = asset_id if isinstance(asset_id, int | str) else None
        return Fact(field, as_number(value), unit, self.name, symbol, kept, as_of, source)


def said(reading: Reading, topic: Topic) -> tuple[str, tuple[Fact, ...]]:
    """A topic of the tool's result in a sentence or two, and its facts."""
    return _SAID[topic](reading)


def rsi_word(value: Decimal) -> str:
    return (
        "overbought" if value >= OVERBOUGHT else "oversold" if value <= OVERSOLD else "neither overbought nor oversold"
    )


def _mark(value: Decimal) -> str:
    """For a table: only what stands out."""
    return f" ({rsi_word(value)})" if value >= OVERBOUGHT or value <= OVERSOLD else ""


def _rsi(reading: Reading) -> tuple[str, tuple[Fact, ...]]:
    value = reading.figure("rsi", "rsi14")
    if value is None:
        return f"The RSI(14) of {reading.name} is not available: {reading.why('rsi.rsi14', 'rsi')}.", ()
    others = [(length, found) for length in (7, 21) if (found := reading.figure("rsi", f"rsi{length}")) is not None]
    beside = join_names([f"RSI({length}) {found:.2f}" for length, found in others])
    text = f"The RSI(14) of {reading.name} is **{value:.2f}**: {rsi_word(value)}{f' ({beside})' if beside else ''}."
    return text, (reading.fact("rsi.rsi14", value), *(reading.fact(f"rsi.rsi{n}", found) for n, found in others))


def _macd(reading: Reading) -> tuple[str, tuple[Fact, ...]]:
    line, signal, histogram = (reading.figure("macd", part) for part in ("macdLine", "signalLine", "histogram"))
    if line is None or signal is None or histogram is None:
        return f"The MACD of {reading.name} is not available: {reading.why('macd.signalLine', 'macd.macdLine')}.", ()
    text = (
        f"The MACD line of {reading.name} (12, 26) is {reading.price(line)}, its signal line (9)"
        f" {reading.price(signal)}: the line is **{_against(line, signal)}** the signal, histogram {reading.price(histogram)}."
    )
    named = {"macd.macdLine": line, "macd.signalLine": signal, "macd.histogram": histogram}
    return text, tuple(reading.fact(field, value) for field, value in named.items())


def _against(value: Decimal, other: Decimal) -> str:
    return "above" if value > other else "below" if value < other else "at"


def _averages(reading: Reading) -> tuple[str, tuple[Fact, ...]]:
    close, parts, facts = reading.close, [], []
    for kind, short in (("simple", "SMA"), ("exponential", "EMA")):
        for length in _LENGTHS:
            field = f"{kind}_moving_average_{length}_day"
            value = reading.figure("moving_averages", field)
            if value is None or close is None:
                continue
            parts.append(f"{_against(close, value)} the {short}({length}) of {reading.price(value)}")
            facts.append(reading.fact(f"moving_averages.{field}", value))
    if not parts:
        return f"The moving averages of {reading.name} are not available: {reading.why('moving_averages')}.", ()
    missing = [n for n in _LENGTHS if reading.figure("moving_averages", f"simple_moving_average_{n}_day") is None]
    gap = (
        f" There is none over {join_names([str(n) for n in missing], 'or')} bars: the record is too short."
        if missing
        else ""
    )
    return f"The close of {reading.name}, {reading.price(close)}, is {join_names(parts)}.{gap}", tuple(facts)


def said_averages(reading: Reading, lengths: Sequence[int], *, is_exponential: bool) -> tuple[str, tuple[Fact, ...]]:
    """The averages of these lengths alone, each with where the close stands to it."""
    kind, short = ("exponential", "EMA") if is_exponential else ("simple", "SMA")
    close, parts, facts = reading.close, [], []
    for length in lengths:
        field = f"{kind}_moving_average_{length}_day"
        value = reading.figure("moving_averages", field)
        if value is None or close is None:
            parts.append(f"the {short}({length}) is not available: {reading.why('moving_averages')}")
            continue
        parts.append(f"the {short}({length}) is **{reading.price(value)}**, with the {_distance(close, value)}")
        facts.append(reading.fact(f"moving_averages.{field}", value))
    return f"Of {reading.name} {join_names(parts)}.", tuple(facts)


def _levels(reading: Reading) -> tuple[str, tuple[Fact, ...]]:
    pivot = reading.figure("pivotPoint")
    supports, resistances = _row(reading, "supports"), _row(reading, "resistances")
    if pivot is None or not (supports or resistances):
        return f"Support and resistance of {reading.name} are not available: {reading.why('pivotPoint')}.", ()
    below = ", ".join(reading.price(value) for value in supports) or "none above zero"
    text = (
        f"By the classic pivot of {reading.name}, {reading.price(pivot)}, the supports are **{below}** and the resistances"
        f" **{', '.join(reading.price(value) for value in resistances)}**, nearest first."
    )
    facts = [reading.fact("pivotPoint", pivot)]
    facts += [reading.fact(f"supports.{at}", value) for at, value in enumerate(supports, 1)]
    return text, (*facts, *(reading.fact(f"resistances.{at}", value) for at, value in enumerate(resistances, 1)))


def _row(reading: Reading, field: str) -> list[Decimal]:
    return [value for at in range(3) if (value := reading.figure(field, at)) is not None]


def _fibonacci(reading: Reading) -> tuple[str, tuple[Fact, ...]]:
    high, low = reading.figure("fibonacciLevels", "swingHigh"), reading.figure("fibonacciLevels", "swingLow")
    if high is None or low is None:
        return f"Fibonacci levels of {reading.name} are not available: {reading.why('fibonacciLevels')}.", ()
    parts = []
    for kind in ("retracementLevels", "extensionLevels"):
        levels = reading.result.at("fibonacciLevels", kind)
        names = list(levels)[:6] if isinstance(levels, Mapping) else []
        parts.append(
            ", ".join(f"{shown(n, 8)} at {reading.price(reading.figure('fibonacciLevels', kind, n))}" for n in names)
        )
    text = (
        f"Between {reading.name}'s swing low of {reading.price(low)} and the swing high of {reading.price(high)} (30 bars), the"
        f" Fibonacci retracements lie at: {parts[0]}; the extensions: {parts[1]}."
    )
    return text, (reading.fact("fibonacciLevels.swingHigh", high), reading.fact("fibonacciLevels.swingLow", low))


_SAID: Mapping[Topic, Callable[[Reading], tuple[str, tuple[Fact, ...]]]] = {
    "rsi": _rsi, "macd": _macd, "averages": _averages, "levels": _levels, "fibonacci": _fibonacci,
}  # fmt: skip


def summary(reading: Reading) -> str:
    """Where the close stands among the indicators, in one sentence."""
    close, value = reading.close, reading.figure("rsi", "rsi14")
    parts = [f"RSI(14) {value:.2f}, {rsi_word(value)}"] if value is not None else []
    line, signal = reading.figure("macd", "macdLine"), reading.figure("macd", "signalLine")
    if line is not None and signal is not None:
        parts.append(f"MACD {_against(line, signal)} its signal")
    parts += _standing(reading)
    name = reading.name
    return f"At the {reading.bar}, {name} stood at **{reading.price(close)}**: {'; '.join(parts)}." if parts else ""


def _standing(reading: Reading) -> list[str]:
    """ "above the 7- and 200-bar averages, below the 30-bar one"."""
    close = reading.close
    sides: dict[str, list[str]] = {}
    for length in _LENGTHS:
        value = reading.figure("moving_averages", f"simple_moving_average_{length}_day")
        if value is not None and close is not None:
            sides.setdefault(_against(close, value), []).append(str(length))
    return [f"{side} the simple average of {join_names(lengths)} bars" for side, lengths in sides.items()]


def verdict(reading: Reading) -> str:
    """Whether it is overbought or oversold, by the one rule that is stated; empty where the RSI is not known."""
    value = reading.figure("rsi", "rsi14")
    if value is None:
        return ""
    return f"By its RSI(14) of **{value:.2f}** {reading.name} is **{rsi_word(value)}**."


def indicator_rows(reading: Reading) -> list[list[str | None]]:
    """Every average and oscillator with how the close, or the rule, stands to it."""
    rows: list[list[str | None]] = []
    for length in (7, 14, 21):
        value = reading.figure("rsi", f"rsi{length}")
        rows += [] if value is None else [[f"RSI({length})", f"{value:.2f}", rsi_word(value)]]
    line, signal = reading.figure("macd", "macdLine"), reading.figure("macd", "signalLine")
    if line is not None and signal is not None:
        histogram = reading.price(reading.figure("macd", "histogram"))
        rows.append(
            [
                "MACD line",
                reading.price(line),
                f"{_against(line, signal)} the signal of {reading.price(signal)}; histogram {histogram}",
            ]
        )
    return [*rows, *_average_rows(reading)]


def _average_rows(reading: Reading) -> list[list[str | None]]:
    rows: list[list[str | None]] = []
    for kind, short in (("simple", "SMA"), ("exponential", "EMA")):
        for length in _LENGTHS:
            value = reading.figure("moving_averages", f"{kind}_moving_average_{length}_day")
            if value is not None and reading.close is not None:
                rows.append([f"{short}({length})", reading.price(value), _distance(reading.close, value)])
    return rows


def _distance(close: Decimal, value: Decimal) -> str:
    share = percent_between(value, close)
    size = "" if share is None else f"{percent(abs(share), signed=False)} "
    return f"close {size}{_against(close, value)} it"


def distance_facts(reading: Reading) -> tuple[Fact, ...]:
    """How far the close stands from each average, and each level from the close."""
    close, levels = reading.close, _named_levels(reading)
    if close is None:
        return ()
    averages = [f"{kind}_moving_average_{length}_day" for kind in ("simple", "exponential") for length in _LENGTHS]
    found = {
        f"moving_averages.{field}": percent_between(value, close)
        for field in averages
        if (value := reading.figure("moving_averages", field)) is not None
    }
    found |= {name.lower().replace(" ", "_"): percent_between(close, value) for name, value in levels}
    shares = {field: share for field, share in found.items() if share is not None}
    return tuple(reading.fact(f"{field}.distance_pct", share, "percent") for field, share in shares.items())


def _named_levels(reading: Reading) -> list[tuple[str, Decimal]]:
    """Levels from the highest to the lowest."""
    named = [
        *((f"Resistance {at}", reading.figure("resistances", at - 1)) for at in (3, 2, 1)),
        ("Pivot", reading.figure("pivotPoint")),
        *((f"Support {at}", reading.figure("supports", at - 1)) for at in (1, 2, 3)),
    ]
    return [(name, value) for name, value in named if value is not None]


def levels_table(reading: Reading) -> list[list[str | None]]:
    """Levels from the highest to the lowest with their distance from the close."""
    close = reading.close
    rows: list[list[str | None]] = []
    for name, value in _named_levels(reading):
        distance = percent_between(close, value) if close is not None else None
        rows.append([name, reading.price(value), percent(distance)])
    return rows


def assets_row(reading: Reading) -> Sequence[str | None]:
    """One asset among several: close, RSI, MACD against its signal, distance from two averages, nearest levels."""
    value, line, signal = (
        reading.figure(*path) for path in (("rsi", "rsi14"), ("macd", "macdLine"), ("macd", "signalLine"))
    )
    cells: list[str | None] = [
        reading.name,
        reading.price(reading.close),
        None if value is None else f"{value:.2f}{_mark(value)}",
    ]
    cells.append(None if line is None or signal is None else f"{_against(line, signal)} signal")
    for length in (30, 200):
        average = reading.figure("moving_averages", f"simple_moving_average_{length}_day")
        cells.append(
            None if average is None or reading.close is None else percent(percent_between(average, reading.close))
        )
    return [*cells, *(reading.price(reading.figure(field, 0)) for field in ("supports", "resistances"))]

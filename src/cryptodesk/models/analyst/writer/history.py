"""A period in figures: start, end, change, high and low, each with its date; one day in its four prices."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.formats import big_money, money, percent, plural
from cryptodesk.models.analyst.measures import MEASURES
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.tool_names import MARKET_DATA
from cryptodesk.models.analyst.writer.closes import average_closes, daily_closes
from cryptodesk.models.analyst.writer.closing import Used, caveats, gaps, sources
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.figures import (
    derived_fact,
    fact,
    field_text,
    missing,
    moved,
    record_note,
    value_of,
)
from cryptodesk.models.analyst.writer.span import (
    SpanFigures,
    bar_date,
    covers_note,
    read_span,
    span_facts,
    with_days,
)
from cryptodesk.models.analyst.writer.table import table

__all__ = ["write_extremes", "write_history"]


_Paragraph = tuple[str, tuple[Fact, ...]]


def write_history(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    period = setting.plan.period
    if period is not None and period.kind == "all":
        return _whole_record(setting, holdings)
    asked = set(setting.plan.measures) if setting.plan.intent == "history" else set()
    paragraphs: list[_Paragraph] = []
    if asked != {"volume_24h"}:
        paragraphs.append(average_closes(setting, holdings))
        paragraphs += [_paragraph(setting, holding, period) for holding in holdings]
        paragraphs.append(daily_closes(setting, holdings))
    if "volume_24h" in asked:
        paragraphs += [_volume(holding) for holding in holdings]
    return _composed(setting, holdings, [*paragraphs, _unanswered(asked)])


def _unanswered(asked: set[str]) -> _Paragraph:
    """Measures that have no past in the data."""
    rest = sorted(MEASURES[name].label for name in asked - {"price", "volume_24h"})
    if not rest or asked == {"market_cap"}:
        return "", ()
    return f"Past values of {join_names(rest)} are not answered in this build.", ()


def write_extremes(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    period = setting.plan.period
    if period is not None and period.kind == "all":
        return _whole_record(setting, holdings)
    if period is not None and (period.kind, period.count) == ("hours", 24):
        return _day_range(setting, holdings)
    return _composed(setting, holdings, [_extremes(setting, holding, period) for holding in holdings])


def _composed(setting: Setting, holdings: Sequence[Holding], paragraphs: Sequence[_Paragraph]) -> Draft:
    used: list[Used] = [(holding, "history") for holding in holdings if holding.series is not None]
    if not used:
        used = [(holding, "price") for holding in holdings if value_of(holding, "price") is not None]
    texts = [text for text, _ in paragraphs]
    facts = tuple(item for _, found in paragraphs for item in found)
    return Draft(join_paragraphs(*texts, sources(used), "" if setting.is_brief else caveats(used)), facts)


def _paragraph(setting: Setting, holding: Holding, period: Period | None) -> _Paragraph:
    figures = read_span(holding)
    if figures is None:
        return _nothing(holding, period), ()
    if period is not None and period.kind == "day":
        return _one_day(holding, period)
    label = period.label if period else "the period"
    name = shown(holding.asset.label, 110)
    what = "market cap" if figures.series.value_name == "market_cap" else "price"
    change = f" **{moved(figures.change)}**" if figures.change is not None else " moved"
    opening = setting.pick(
        (
            f"{_capital(label)}: the {what} of {name}{change}, from {figures.start} ({figures.start_day}) to "
            f"{figures.end} ({figures.end_day}).",
            f"{name}, {label}: the {what}{change}, from {figures.start} on {figures.start_day} to "
            f"{figures.end} on {figures.end_day}.",
        )
    )
    return " ".join(filter(None, (opening, _range_sentence(figures), _coverage(holding, period)))), span_facts(
        holding, figures
    )


def _capital(label: str) -> str:
    return label[:1].upper() + label[1:]


def _range_sentence(figures: SpanFigures) -> str:
    kind = "price" if figures.series.has_ohlc else "closing value"
    high, low = f"{figures.high} ({figures.high_day})", f"{figures.low} ({figures.low_day})"
    return f"The highest {kind} was {high}, the lowest {low}."


def _coverage(holding: Holding, period: Period | None) -> str:
    if period is None or period.start is None or period.end is None:
        return _short_record(holding, period)
    return covers_note(holding, period.start.isoformat(), period.end.isoformat())


def _short_record(holding: Holding, period: Period | None) -> str:
    series = holding.series
    if series is None or period is None or period.kind != "days" or series.interval != "1d" or not series.has_ohlc:
        return ""
    held = len(series.bars)
    return f"The record holds only {plural(held, 'day')} of it." if held < period.count else ""


def _nothing(holding: Holding, period: Period | None) -> str:
    history = holding.values.get("history")
    note = history.get("note") if isinstance(history, dict) else None
    reason = shown(note, 200) or missing(holding, "history")
    label = period.label if period else "that period"
    return sentence(f"Nothing is on record for {shown(holding.asset.label, 110)}, {label}: {reason}")


def _one_day(holding: Holding, period: Period) -> _Paragraph:
    series, block = holding.series, holding.series_block
    bar = next((bar for bar in series.bars if bar.day == period.start), None) if series else None
    if series is None or block is None or bar is None:
        return _nothing(holding, period), ()
    close = money(bar.close, block.currency)
    facts = [derived_fact(holding, "close", bar.close, block.currency, bar.day)]
    name = shown(holding.asset.label, 110)
    if not series.has_ohlc:
        return f"{name} closed at **{close}** on {period.label}.", tuple(facts)
    opened, high, low = (money(value, block.currency) for value in (bar.open, bar.high, bar.low))
    for field, value in (("open", bar.open), ("high", bar.high), ("low", bar.low)):
        facts.append(derived_fact(holding, field, value, block.currency, bar.day))
    prices = f"opened at {opened} and closed at **{close}**, between a low of {low} and a high of {high}"
    text = f"On {period.label} (UTC day) {name} {prices}."
    return text, tuple(facts)


def _extremes(setting: Setting, holding: Holding, period: Period | None) -> _Paragraph:
    figures = read_span(holding)
    if figures is None:
        return _nothing(holding, period), ()
    figures = with_days(figures, holding, setting.evidence.results_of(MARKET_DATA))
    label = period.label if period else "the last 30 days"
    kind = "price" if figures.series.has_ohlc else "closing price"
    dates = "" if figures.start_day in label else f" ({figures.start_day} to {figures.end_day})"
    text = (
        f"{shown(holding.asset.label, 110)}, {label}{dates}: the highest {kind} was "
        f"**{figures.high}** ({figures.high_day}) and the lowest **{figures.low}** ({figures.low_day})."
    )
    facts = (*span_facts(holding, figures), *_distances(holding, figures))
    now = "" if setting.is_brief else _distance(holding, figures)
    return " ".join(filter(None, (text, now, _coverage(holding, period)))), facts


def _distance(holding: Holding, figures: SpanFigures) -> str:
    """How far the newest price is from both ends."""
    gaps = _gaps(holding, figures)
    if not gaps:
        return ""
    said = [_away(gap, end) for end, gap in gaps.items()]
    return f"At {field_text(holding, 'price')} it is now {said[0]} (computed). It is {said[1]} (computed)."


def _away(gap: Decimal, end: str) -> str:
    size = percent(abs(gap), signed=False)
    return f"{size} {'above' if gap > 0 else 'below'} that {end}" if gap else f"at that {end}"


def _gaps(holding: Holding, figures: SpanFigures) -> dict[str, Decimal]:
    """In percent of the high and of the low; empty where the bars are not of prices, or there is no price now."""
    price, series = value_of(holding, "price"), figures.series
    ends = {"high": series.highest.high, "low": series.lowest.low}
    if price is None or series.value_name != "close" or not all(ends.values()):
        return {}
    return {end: (price - value) / value * 100 for end, value in ends.items()}


def _distances(holding: Holding, figures: SpanFigures) -> list[Fact]:
    gaps = _gaps(holding, figures)
    return [derived_fact(holding, f"from_period_{end}_pct", gap, "percent") for end, gap in gaps.items()]


def _day_range(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    wanted: list[Used] = [(holding, field) for holding in holdings for field in ("high_24h", "low_24h", "price")]
    used = [(holding, field) for holding, field in wanted if value_of(holding, field) is not None]
    absent = [pair for pair in wanted if pair not in used]
    rows = [
        [shown(h.asset.label, 110), *(field_text(h, field) for field in ("high_24h", "low_24h", "price"))]
        for h in holdings
    ]
    body = table(["Asset", "24-hour high", "24-hour low", "Price"], rows)
    text = join_paragraphs(body, gaps(absent), sources(used), "" if setting.is_brief else caveats(used))
    return Draft(text, tuple(fact(holding, field) for holding, field in wanted))


_RECORD = ("price", "percent_change_all", "ath", "atl")


def _whole_record(setting: Setting, holdings: Sequence[Holding]) -> Draft:
    wanted: list[Used] = [(holding, field) for holding in holdings for field in _RECORD]
    used = [(holding, field) for holding, field in wanted if value_of(holding, field) is not None]
    absent = [pair for pair in wanted if pair not in used]
    rows = [[shown(h.asset.label, 110), *(_dated(h, field) for field in _RECORD)] for h in holdings]
    body = table(["Asset", "Price", "Change over the record", "Highest", "Lowest"], rows)
    text = join_paragraphs(body, record_note(holdings), gaps(absent), sources(used), caveats(used))
    return Draft(text, tuple(fact(holding, field) for holding, field in wanted))


def _dated(holding: Holding, field: str) -> str | None:
    text, when = field_text(holding, field), holding.values.get(f"{field}_time")
    return f"{text} (on {shown(when, 10)})" if text and isinstance(when, str) else text


def _volume(holding: Holding) -> _Paragraph:
    """The sum, the daily average and the busiest bar of the traded volume."""
    series, block = holding.series, holding.series_block
    bars = [bar for bar in series.bars if bar.volume is not None] if series else []
    if series is None or block is None or not bars:
        return _nothing(holding, None), ()
    volumes = [(bar.volume or Decimal(0), bar) for bar in bars]
    total = sum((volume for volume, _ in volumes), Decimal(0))
    most, busiest = max(volumes, key=lambda pair: pair[0])
    text = (
        f"{shown(holding.asset.label, 110)} traded {big_money(total, block.currency)} from {bars[0].day} to "
        f"{bars[-1].day}; "
        f"most on {bar_date(series, busiest)}, {big_money(most, block.currency)}, "
        f"which is {percent(most / total * 100 if total else Decimal(0), signed=False)} of it."
    )
    return text, (derived_fact(holding, "period_volume", total, block.currency),)

"""The close of each day of a period, where a question asks for them one by one."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.evidence import Holding
from cryptodesk.models.analyst.formats import day, money, plural
from cryptodesk.models.analyst.series import Bar
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.writer.draft import Fact, Setting
from cryptodesk.models.analyst.writer.figures import derived_fact
from cryptodesk.models.analyst.writer.table import table

__all__ = ["average_closes", "daily_closes"]

# Of more days the table would be a file, and the results join days into longer bars.
_MOST_ROWS = 62
_EACH_DAY = Pattern(
    r"\bcloses\b|\bclosings\b"
    r"|\b(?:daily|each|every|per|all|list|table|day[- ]by[- ]day|individual)\b.{0,30}\b(?:clos(?:e|ing)|prices?|quotes?|values?)\b"
    r"|\b(?:clos(?:e|ed|ing)|prices?|quotes?|values?)\b.{0,40}\b(?:each|every|per) (?:single )?(?:day|date)\b"
    r"|\b(?:clos(?:e|ed|ing)|prices?|quotes?|values?)\b.{0,40}\b(?:day[- ]by[- ]day|day after day|daily)\b"
    r"|\bday[- ]by[- ]day\b"
)


def daily_closes(setting: Setting, holdings: Sequence[Holding]) -> tuple[str, tuple[Fact, ...]]:
    """A table of days with a column for each asset; empty where nobody asks for it or the bars are not of days."""
    period = setting.plan.period
    if period is None or period.kind == "day" or not _EACH_DAY.search(setting.question.lower()):
        return "", ()
    daily = [(holding, bars) for holding in holdings if (bars := _bars(holding))]
    days = sorted({bar.day for _, bars in daily for bar in bars})
    if not 1 < len(days) <= _MOST_ROWS:
        return "", ()
    columns = [{bar.day: _said(holding, bar) for bar in bars} for holding, bars in daily]
    headers = ["Day (UTC)", *(f"{shown(holding.asset.symbol or holding.asset.name, 40)} close" for holding, _ in daily)]
    rows = [[day(one), *(column.get(one) for column in columns)] for one in days]
    facts = (_fact(holding, bar) for holding, bars in daily for bar in bars)
    return table(headers, rows), tuple(facts)


def average_closes(setting: Setting, holdings: Sequence[Holding]) -> tuple[str, tuple[Fact, ...]]:
    """The mean of the daily closes of each; empty where nobody asks for it or the bars are not of days."""
    if not _AVERAGE.search(setting.question.lower()):
        return "", ()
    said, facts = [], []
    for holding in holdings:
        bars = _bars(holding)
        if not bars:
            continue
        currency = (holding.series_block or holding.block).currency
        mean = sum((bar.close for bar in bars), Decimal(0)) / len(bars)
        name = shown(holding.asset.label, 110)
        said.append(
            f"The average of {name} over {plural(len(bars), 'daily close')} was **{money(mean, currency)}** (computed)."
        )
        facts.append(derived_fact(holding, "average_close", mean, currency))
    return " ".join(said), tuple(facts)


_AVERAGE = Pattern(r"\b(?:average|averaged|avg|mean|on average)\b")


def _bars(holding: Holding) -> tuple[Bar, ...]:
    series = holding.series
    is_daily = series is not None and series.value_name == "close" and series.interval == "1d"
    return series.bars if series is not None and is_daily else ()


def _said(holding: Holding, bar: Bar) -> str | None:
    return money(bar.close, (holding.series_block or holding.block).currency)


def _fact(holding: Holding, bar: Bar) -> Fact:
    currency = (holding.series_block or holding.block).currency
    return derived_fact(holding, f"close_{day(bar.day)}", bar.close, currency, bar.day)

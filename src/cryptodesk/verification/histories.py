"""Claims held against histories: the bar of a day, the extremes, mean and change of a stretch of days."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta
from typing import NamedTuple

from cryptodesk.verification.claims import Claim
from cryptodesk.verification.facts import Cell, FactTable
from cryptodesk.verification.faults import wanted_measures
from cryptodesk.verification.meanings import ALL_TIME, MONTH_TO_DATE, QUARTER_TO_DATE, YEAR_TO_DATE
from cryptodesk.verification.series import Series

__all__ = ["Computed", "history_values"]

_RISK = frozenset({"volatility", "volatile", "drawdown", "deviation", "worst", "best", "swing", "swings"})
_RANGED = frozenset({"between", "range", "ranged", "from", "low", "high"})


class Computed(NamedTuple):
    """A value that a claim may mean. `is_bar`: it stands in the result itself; else it is computed of the stretch."""

    value: float
    what: str
    series: Series
    row: int
    is_bar: bool = False
    column: str = "close"

    @property
    def cell(self) -> Cell:
        day = self.series.days[self.row] if self.is_bar else None
        path = (*self.series.path, "rows", self.row, self.column) if self.is_bar else (*self.series.path, self.column)
        return Cell(self.value, path, self.series.entity, self.series.call, day)


def history_values(claim: Claim, facts: FactTable) -> Iterator[Computed]:
    """What the histories of the claim's assets hold for it, the likeliest reading first."""
    for series in facts.series:
        if claim.figure.kind == "money" and claim.figure.unit != facts.currency(series.call):
            continue
        if claim.figure.kind == "count" and series.measure == "price":
            continue  # "0.031 BTC" is a price in coins, which no history in money holds
        if claim.figure.kind == "points" and claim.figure.unit != "bps":
            continue  # a price moves by percent
        if _is_about(claim, series) and series.rows:
            if claim.figure.kind in {"percent", "points", "multiple"}:
                yield from _moves(claim, series, facts)
            else:
                yield from _levels(claim, series, facts)


def _is_about(claim: Claim, series: Series) -> bool:
    if claim.assets and series.entity is not None and series.entity.key not in claim.assets:
        return False
    wanted = wanted_measures(claim)
    if claim.figure.kind in {"percent", "points", "multiple"}:
        return not wanted or "price" in wanted or series.measure in wanted
    if "volume" in wanted:
        return series.column("volume") is not None or series.headers[-1] == "volume"
    return not wanted or series.measure in wanted


def _span(claim: Claim, series: Series, facts: FactTable) -> tuple[int, int] | None:
    """The stretch that is spoken of; None where the history does not reach over it."""
    moment = claim.moment
    if moment is not None and moment.grain != "day":
        return _reached(series.stretch(moment.first, moment.last))
    if claim.window is not None:
        first = claim.window[0]
        if first is not None and (series.days[0] - first).days > max(_bar_days(series), 1):
            return None
        return _reached(series.stretch(*claim.window))
    if not claim.hours:
        return 0, len(series.rows)
    hours = claim.hours[0]
    if hours == YEAR_TO_DATE:
        return _reached(series.stretch(series.days[-1].replace(month=1, day=1), None))
    if hours == MONTH_TO_DATE:
        return _reached(series.stretch(series.days[-1].replace(day=1), None))
    if hours == QUARTER_TO_DATE:
        last = series.days[-1]
        return _reached(series.stretch(last.replace(month=(last.month - 1) // 3 * 3 + 1, day=1), None))
    if hours == ALL_TIME:
        return 0, len(series.rows)
    covered = ((series.days[-1] - series.days[0]).days + 1) * 24
    if covered < hours * 0.9 - 24:
        return None
    whole = abs(covered - hours) <= max(hours * 0.04, 24.0)
    return (0, len(series.rows)) if whole else _reached(series.last_hours(hours))


def _reached(span: tuple[int, int]) -> tuple[int, int] | None:
    return span if span[0] < span[1] else None


def _levels(claim: Claim, series: Series, facts: FactTable) -> Iterator[Computed]:
    if claim.ago_hours is not None and claim.moment is None:
        yield from _bars_ago(claim, series)
        return
    if claim.moment is not None and claim.moment.grain == "day":
        yield from _bars_of_day(claim, series)
        return
    span = _span(claim, series, facts)
    if span is None:
        return
    yield from _statistics(claim, series, span)
    if not claim.aspect or claim.aspect in {"close", "open"}:
        yield from _ends(claim, series, span)


def _columns(claim: Claim, series: Series) -> Sequence[str]:
    if "volume" in wanted_measures(claim):
        return ("volume",) if "volume" in series.headers else series.headers[1:]
    if len(series.headers) == 2:
        return series.headers[1:]
    by_aspect = {
        "high": ("high",),
        "ath": ("high",),
        "low": ("low",),
        "atl": ("low",),
        "open": ("open",),
        "close": ("close",),
    }
    if claim.aspect in by_aspect:
        return by_aspect[claim.aspect]
    return ("close", "open", *(("low", "high") if _RANGED & claim.words else ()))


def _bars_of_day(claim: Claim, series: Series) -> Iterator[Computed]:
    if claim.moment is None or claim.moment.first is None:
        return
    day = claim.moment.first
    rows = [at for at, one in enumerate(series.days) if one <= day]
    if not rows or (rows[-1] == len(series.rows) - 1 and (day - series.days[-1]).days > _bar_days(series)):
        return
    for name in _columns(claim, series):
        column = series.column(name)
        value = series.rows[rows[-1]][column] if column is not None else None
        if isinstance(value, int | float):
            yield Computed(value, f"{name} of {series.days[rows[-1]]}", series, rows[-1], True, name)
    yield from _extreme_on(claim, series, rows[-1])


def _extreme_on(claim: Claim, series: Series, row: int) -> Iterator[Computed]:
    """An extreme of the whole history that fell on the day."""
    if claim.aspect in {"high", "low", "ath", "atl"} and len(series.headers) == 2:
        value = series.rows[row][1]
        if isinstance(value, int | float):
            yield Computed(value, f"value of {series.days[row]}", series, row, True)


def _bar_days(series: Series) -> int:
    count = series.interval[:-1]
    unit = {"d": 1, "w": 7}.get(series.interval[-1:], 1)
    return int(count) * unit - 1 if count.isdigit() else 0


def _bars_ago(claim: Claim, series: Series) -> Iterator[Computed]:
    day = series.days[-1] - timedelta(hours=claim.ago_hours or 0)
    for offset in (0, 1, -1):
        for at, one in enumerate(series.days):
            if one == day + timedelta(days=offset):
                for name in _columns(claim, series):
                    column = series.column(name)
                    value = series.rows[at][column] if column is not None else None
                    if isinstance(value, int | float):
                        yield Computed(value, f"{name} of {one}", series, at, True, name)


def _statistics(claim: Claim, series: Series, span: tuple[int, int]) -> Iterator[Computed]:
    name = {"ath": "high", "atl": "low"}.get(claim.aspect, claim.aspect)
    where = f"{series.days[span[0]]} to {series.days[span[1] - 1]}"
    if name in {"high", "low", "mean"}:
        for value in series.statistic(name, span):
            yield Computed(value, f"{_TITLES[name]} from {where}", series, span[0])
    if "volume" in wanted_measures(claim):
        for value in series.statistic("total", span):
            yield Computed(value, f"volume from {where}", series, span[0])


_TITLES = {"high": "highest value", "low": "lowest value", "mean": "mean"}


def _ends(claim: Claim, series: Series, span: tuple[int, int]) -> Iterator[Computed]:
    """The last close; the first of the stretch only where the words look back."""
    if "volume" in wanted_measures(claim):
        return
    last = span[1] - 1
    if not claim.is_start:
        for value in series.values("close", (last, last + 1)):
            yield Computed(value, f"close of {series.days[last]}", series, last, True)
    if claim.is_start or claim.may_be_past or claim.aspect == "open" or "closes" in claim.words:
        first = span[0]
        for name in ("open", "close"):
            for value in series.values(name, (first, first + 1)):
                yield Computed(value, f"{name} of {series.days[first]}", series, first, True, name)


def _moves(claim: Claim, series: Series, facts: FactTable) -> Iterator[Computed]:
    span = _span(claim, series, facts)
    if span is None:
        return
    where = f"{series.days[span[0]]} to {series.days[span[1] - 1]}"
    if _RISK & claim.words:
        for value in series.risk(span):
            yield Computed(value, f"risk from {where}", series, span[0], False, "percent")
    is_of_day = claim.moment is not None and claim.moment.grain == "day"
    if is_of_day and claim.moment is not None and claim.moment.before not in {"up to", "to"} and not claim.hours:
        span = _reached(series.stretch(claim.moment.first, claim.moment.last)) or span
    for begin, end in series.changes(span):
        ratio = end / begin
        if claim.figure.kind == "multiple":
            yield Computed(ratio, f"ratio of the ends from {where}", series, span[0])
            yield Computed(1 / ratio if ratio else 0.0, f"ratio of the ends from {where}", series, span[0])
        else:
            yield Computed((ratio - 1) * 100, f"change from {where}", series, span[0], False, "percent_change")
    if claim.figure.kind != "multiple" and claim.aspect in {"high", "low"} | {"ath", "atl"}:
        for extreme in series.statistic({"ath": "high", "atl": "low"}.get(claim.aspect, claim.aspect), span):
            closes = series.values("close", (span[1] - 1, span[1]))
            if closes and extreme:
                yield Computed(
                    (closes[0] / extreme - 1) * 100,
                    f"distance from the extreme of {where}",
                    series,
                    span[0],
                    False,
                    "percent_change",
                )

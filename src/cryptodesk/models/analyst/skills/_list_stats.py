"""Average, middle, best and worst of a group of assets: computed from the figures of a result."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from msgspec import Struct

from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.skills._list_tables import Row, figure_of, name_of
from cryptodesk.models.analyst.skills._lists import Window

__all__ = ["Stats", "group_sentence", "stats_of"]


class Stats(Struct, frozen=True):
    """Of the `count` rows that have the figure. Every one weighs the same; `weighted` weighs by market cap and is
    None where a market cap is missing. `risen` counts those above zero."""

    count: int
    average: Decimal
    median: Decimal
    best: Row
    worst: Row
    risen: int
    weighted: Decimal | None = None


def stats_of(rows: Sequence[Row], field: str) -> Stats | None:
    """None where no row has the figure."""
    known = sorted(((value, at) for at, row in enumerate(rows) if (value := figure_of(row, field)) is not None))
    if not known:
        return None
    values = [value for value, _ in known]
    middle = len(values) // 2
    median = values[middle] if len(values) % 2 else (values[middle - 1] + values[middle]) / 2
    average = sum(values, Decimal(0)) / len(values)
    chosen = [rows[at] for _, at in known]
    risen = sum(value > 0 for value in values)
    return Stats(len(values), average, median, chosen[-1], chosen[0], risen, _weighted(chosen, values))


def _weighted(rows: Sequence[Row], values: Sequence[Decimal]) -> Decimal | None:
    """The change of the caps at the start: a coin that doubled counts by what it was worth before."""
    pairs = [(figure_of(row, "market_cap"), value) for row, value in zip(rows, values, strict=True)]
    before = [cap / (1 + value / 100) for cap, value in pairs if cap is not None and value > -100]
    if len(before) < len(pairs) or not before or not sum(before):
        return None
    return sum((start * value for start, value in zip(before, values, strict=True)), Decimal(0)) / sum(before)


def group_sentence(what: str, stats: Stats | None, window: Window, matched: int = 0) -> str:
    """ "the 10 largest of 52 AI coins moved -1.20% on average over the last 24 hours (median -0.80%), 4 of 10 up." """
    if stats is None:
        return f"the change of {what} over {window.label} is not known."
    of = f"the {stats.count} largest of {matched:,} {what}" if matched > stats.count else f"the {stats.count} {what}"
    return (
        f"{of} moved **{percent(stats.average)}** on average over {window.label} (computed; median"
        f" {percent(stats.median)}), {stats.risen} of {stats.count} up."
        f" Best: {name_of(stats.best)}, {percent(stats.best.get(window.field))}; worst: {name_of(stats.worst)},"
        f" {percent(stats.worst.get(window.field))}."
    )

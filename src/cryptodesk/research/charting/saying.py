"""What must be said with a chart: its title, how old its data are, what was done to them. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta

from cryptodesk.catalog.metrics import MetricRecord
from cryptodesk.core.research import ChartEntity
from cryptodesk.market.metrics.buckets import Granularity
from cryptodesk.research.charting.granularity import step_of
from cryptodesk.research.charting.lines import Line
from cryptodesk.research.charting.specs import MARKET

__all__ = [
    "age_notes",
    "index_note",
    "join_names",
    "said_range",
    "short_name",
    "start_notes",
    "thinning_note",
    "title_of",
]

_MOST_CHARACTERS = 60
_STEPS_LATE = 2
_UNITS: dict[Granularity, str] = {
    "5m": "five minutes",
    "15m": "a quarter of an hour",
    "1h": "an hour",
    "4h": "four hours",
    "1d": "a day",
    "1w": "a week",
    "1mo": "a month",
}


def title_of(metric: MetricRecord, entities: Sequence[ChartEntity], *, is_indexed: bool) -> str:
    if all(entity.entity_id == MARKET for entity in entities):
        return metric.name
    return f"{metric.name} of {join_names(map(short_name, entities))}{', indexed to 100' if is_indexed else ''}"


def short_name(entity: ChartEntity) -> str:
    name = " ".join("".join(one if one.isprintable() else " " for one in entity.name).split())[:_MOST_CHARACTERS]
    has_symbol = entity.symbol and entity.symbol.casefold() != name.casefold()
    return f"{name} ({entity.symbol[:12]})" if has_symbol else name


def join_names(names: Iterable[str]) -> str:
    *first, last = names
    return f"{', '.join(first)} and {last}" if first else last


def said_range(start: datetime, end: datetime) -> str:
    return f"{start:%Y-%m-%d} to {end:%Y-%m-%d}"


def age_notes(lines: Sequence[Line], granularity: Granularity, asked_at: datetime, *, is_recent: bool) -> list[str]:
    """Invented, recorded, or older than it seems. `is_recent` tells that the chart is to end with the question."""
    modes = {line.provenance.mode for line in lines}
    if "simulated" in modes:
        return ["Simulated: invented data, not a record of any market."]
    newest = max(line.provenance.as_of for line in lines)
    age = asked_at - newest
    is_late = is_recent and age > _STEPS_LATE * step_of(granularity)
    if not is_late and "snapshot" not in modes:
        return []
    what = "Snapshot data" if "snapshot" in modes else "Computed data" if "computed" in modes else "Data"
    ends = f"{what} up to {newest.astimezone(UTC):%Y-%m-%d %H:%M} UTC, {_said(age)} before the question."
    return [ends if is_late else f"{what}."]


def index_note(start: datetime) -> str:
    return f"Indexed: every series is 100 on {start:%Y-%m-%d %H:%M} UTC, so the chart compares changes, not levels."


def thinning_note(before: int, after: int, granularity: Granularity) -> str:
    return (
        f"Downsampled: {after} of {before} values of {_UNITS[granularity]} each are drawn, those that keep the shape of"
        " the course (largest triangle, three buckets)."
    )


def start_notes(lines: Sequence[Line], names: Sequence[str], step: timedelta) -> list[str]:
    """Whose course begins later than the first one's, although all were asked for the same range."""
    first = min(line.times[0] for line in lines)
    return [
        f"{name} begins on {datetime.fromtimestamp(line.times[0], UTC):%Y-%m-%d}."
        for line, name in zip(lines, names, strict=True)
        if line.times[0] - first > _STEPS_LATE * step.total_seconds()
    ]


def _said(age: timedelta) -> str:
    days, hours = age.days, age.seconds // 3600
    if days:
        return f"{days} day{'' if days == 1 else 's'}"
    return f"{hours} hour{'' if hours == 1 else 's'}" if hours else f"{age.seconds // 60} minutes"

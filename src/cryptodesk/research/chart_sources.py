"""The sources of an answer's charts, numbered after those of its text."""

from __future__ import annotations

from msgspec import structs

from cryptodesk.core.research import Chart, ChartEntity
from cryptodesk.research.state import ResearchState

__all__ = ["number_charts"]

_MODES = ("Simulated", "Snapshot", "Computed")


def number_charts(state: ResearchState) -> None:
    """Every source of a chart is a source of the answer; `citation_id` is the first of its own."""
    numbered = []
    for chart in state.charts:
        for key in chart.source_keys:
            # A course that no tool brought is entered into the book of the run.
            state.book.add_series(key, _shown(chart, key), _mode(chart), chart.end.isoformat())
        numbers = [number for key in chart.source_keys if (number := state.numbering.number(key)) is not None]
        numbered.append(structs.replace(chart, citation_id=numbers[0] if numbers else 0))
    state.charts = tuple(numbered)


def _shown(chart: Chart, key: str) -> ChartEntity | None:
    return next((one for one in chart.entities if key.endswith(f":{one.entity_id}")), None)


def _mode(chart: Chart) -> str:
    """As the chart itself tells it."""
    return next((note.split()[0].strip(":").lower() for note in chart.notes if note.startswith(_MODES)), "")

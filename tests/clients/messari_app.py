"""What the official chat page takes from an answer of the Messari dialects, as rules over plain JSON; what is asked.

A chart or source that these leave out would not be seen by a user of that page, without any error."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any

__all__ = [
    "CUT_QUESTION",
    "CUT_SHORT",
    "CUT_TEXT",
    "QUESTION",
    "check_metadata",
    "marked",
    "plotted",
    "shown_sources",
]

# Of days that the shipped data have, whatever day it is.
QUESTION = "How did Bitcoin do in August 2026?"

# For the desk whose model breaks off. There is nothing to look up, so the model's first sentence goes out before.
CUT_QUESTION = "Tell me a joke."
CUT_TEXT = "This sentence is whole."
CUT_SHORT = "scripted cut its answer short"

_MARKER = re.compile(r"\[\^?(\d+)\]")
_LEAST_ROWS = 3
# A row with more columns than this is taken for time, open, high, low, close.
_CANDLE_COLUMNS = 4
_CLOSE = 4
_MILLISECONDS_FROM = 1e10
_CHART_WORDS = ("dataset", "metric", "granularity", "tier", "start", "end")
_METADATA = ("status", "trace_id", "charts", "cited_sources", "related_questions")


def plotted(chart: dict[str, Any]) -> list[tuple[float, Any]]:
    """Moments in unix seconds and the plotted values of the first series; nothing where the page draws nothing."""
    series = chart["metricTimeseries"]["series"]
    rows = series[0]["points"] if series else []
    if len(rows) < _LEAST_ROWS or not all(isinstance(row, list) and len(row) > 1 for row in rows):
        return []
    if len({row[1] for row in rows}) == 1:
        return []
    column = _CLOSE if len(rows[0]) > _CANDLE_COLUMNS else 1
    return [(row[0] / 1000 if row[0] >= _MILLISECONDS_FROM else row[0], row[column]) for row in rows]


def shown_sources(sources: Sequence[dict[str, Any]]) -> list[tuple[int, str]]:
    """Number and domain of each source that the page lists."""
    found = [(source["citationId"], source["domain"]) for source in sources]
    return list(dict.fromkeys((number, domain) for number, domain in found if number and domain))


def marked(text: str) -> list[int]:
    """The numbers of the markers in a text, in order of first mention."""
    return list(dict.fromkeys(int(number) for number in _MARKER.findall(text)))


def check_metadata(metadata: dict[str, Any], text: str) -> None:
    """Everything that a page reads is there, of its type, and fits together."""
    assert set(_METADATA) <= set(metadata)
    assert metadata["status"] == "success"
    sources = metadata["cited_sources"]
    numbers = [source["citationId"] for source in sources]
    assert numbers == list(range(1, len(sources) + 1))
    assert shown_sources(sources) == [(source["citationId"], source["domain"]) for source in sources]
    assert all(source["title"] and isinstance(source["url"], str) for source in sources)
    assert marked(text) in ([], numbers)
    for chart in metadata["charts"]:
        assert chart["citationId"] in numbers, "a chart names the source of its data"
        _check_chart(chart)


def _check_chart(chart: dict[str, Any]) -> None:
    assert isinstance(chart["id"], int)
    assert all(isinstance(chart[name], str) for name in _CHART_WORDS)
    assert chart["entities"]
    assert all(set(entity) == {"entityId", "entityType"} for entity in chart["entities"])
    columns = chart["metricTimeseries"]["point_schema"]
    assert [column["is_timestamp"] for column in columns] == [True] + [False] * (len(columns) - 1)
    for series in chart["metricTimeseries"]["series"]:
        assert {"id", "name", "slug", "symbol"} <= set(series["entity"])
        assert series["key"]
        assert {len(row) for row in series["points"]} == {len(columns)}
    _check_plot(chart)


def _check_plot(chart: dict[str, Any]) -> None:
    points = plotted(chart)
    assert len(points) >= _LEAST_ROWS, "the page would draw nothing"
    moments = [moment for moment, _ in points]
    assert moments == sorted(set(moments))
    start, end = (datetime.fromisoformat(chart[name]).timestamp() for name in ("start", "end"))
    assert (moments[0], moments[-1]) == (start, end)
    assert all(value is None or isinstance(value, int | float) for _, value in points)

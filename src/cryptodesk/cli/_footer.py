"""What stands below an answer: charts, sources with their dates, questions to go on with, tool calls, the cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Any, Literal, NamedTuple

import msgspec

from cryptodesk.cli._clean import clean_line
from cryptodesk.cli._series import chart_lines, draw_chart, series_of
from cryptodesk.core.events import RunFinished, RunFold, RunStarted
from cryptodesk.core.research import CitedSource
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import decimal_text

__all__ = [
    "Charting",
    "Depth",
    "Line",
    "Origin",
    "chart_part",
    "cost_text",
    "footer",
    "origins",
    "run_part",
    "source_part",
]

_MAX_ARGUMENTS = 100
_MOST_LARGE_CHARTS = 4

Charting = Literal["lines", "large", "off"]
Depth = Literal["all", "talk", "none"]
Style = Literal["chart", "next", "dim"]


class Line(NamedTuple):
    text: str
    style: Style


class Origin(NamedTuple):
    """Where figures of tool results come from: source and mode, and the latest moment that they are of."""

    source: str
    mode: str
    as_of: str


def footer(fold: RunFold, *, charting: Charting, width: int, depth: Depth = "all") -> Iterator[list[Line]]:
    """Its parts in their order, none of them empty. A "talk" has what one may answer, by numbers, and is told of
    sources, tools and money when it asks."""
    if depth == "none":
        return
    charts, choices = chart_part(fold, charting, width), choice_part(fold)
    if depth == "talk":
        parts = [charts, choices or _numbered(_related(fold))]
    else:
        parts = [charts, choices, source_part(fold), _next_part(fold), run_part(fold)]
    yield from (part for part in parts if part)


def chart_part(fold: RunFold, charting: Charting, width: int) -> list[Line]:
    series = [] if charting == "off" else series_of(fold)
    if charting == "large":
        rows = [row for each in series[:_MOST_LARGE_CHARTS] for row in (*draw_chart(each, min(width, 100)), "")]
        return [Line(clean_line(row) if row.strip() == row else row, "chart") for row in rows[:-1]]
    return [Line(row, "chart") for row in chart_lines(series, width)]


def choice_part(fold: RunFold) -> list[Line]:
    """The answers to a question back, numbered from 1."""
    research = fold.finished.research if fold.finished is not None else None
    return _numbered(research.choices if research is not None else ())


def _numbered(texts: Sequence[str]) -> list[Line]:
    return [Line(f"  {number}. {clean_line(text)}", "next") for number, text in enumerate(texts, 1)]


def source_part(fold: RunFold) -> list[Line]:
    """Cited sources by their numbers, else the pages that tools found; then where figures come from."""
    research = fold.finished.research if fold.finished is not None else None
    cited = [_cited(source) for source in research.sources] if research is not None else []
    if not cited:
        pages = {page.url: page for trace in fold.traces for page in trace.citations or ()}
        cited = [_joined(clean_line(page.title, 100), page.url, page.published_at) for page in pages.values()]
    found = origins(fold.traces)
    # What was computed was computed from the others.
    given = [origin for origin in found if origin.mode != "computed"] or found
    lines = [*cited, *map(_origin_text, given)]
    return [Line(f"source  {line}", "dim") for line in lines]


def _cited(source: CitedSource) -> str:
    day = source.published_at or source.as_of
    title = clean_line(source.title, 100)
    return f"[{source.citation_id}] {_joined(title, source.url or source.domain, day)}"


def _joined(title: str, place: str, day: str | None) -> str:
    return "  ".join(filter(None, (title, clean_line(place), clean_line(day or "")[:10])))


def origins(traces: Sequence[ToolTrace]) -> list[Origin]:
    """Each source and mode once, in the order of first use."""
    latest: dict[tuple[str, str], str] = {}
    for trace in traces:
        for item in _provenance(trace):
            key = (clean_line(str(item.get("source") or "?"), 60), clean_line(str(item.get("mode") or ""), 20))
            latest[key] = max(latest.get(key, ""), clean_line(str(item.get("as_of") or ""), 40))
    return [Origin(source, mode, as_of) for (source, mode), as_of in latest.items()]


def _provenance(trace: ToolTrace) -> list[dict[str, Any]]:
    try:
        output = msgspec.json.decode(trace.output or "{}")
    except msgspec.DecodeError:
        return []
    found = output.get("provenance") if isinstance(output, dict) else None
    return [item for item in found if isinstance(item, dict)] if isinstance(found, list) else []


def _origin_text(origin: Origin) -> str:
    mode = f" ({origin.mode})" if origin.mode else ""
    return f"{origin.source}{mode}" + (f", as of {origin.as_of}" if origin.as_of else "")


def _related(fold: RunFold) -> Sequence[str]:
    research = fold.finished.research if fold.finished is not None else None
    return research.related_questions if research is not None else ()


def _next_part(fold: RunFold) -> list[Line]:
    return [Line(f"next    {clean_line(each)}", "next") for each in _related(fold)]


def run_part(fold: RunFold) -> list[Line]:
    lines = [_tool_line(trace) for trace in fold.traces]
    if fold.finished is not None and fold.finished.limit:
        lines.append(f"limit   {clean_line(fold.finished.limit)}")
    if fold.finished is not None and fold.started is not None:
        lines.append(_cost_line(fold.started, fold.finished))
    return [Line(line, "dim") for line in lines]


def _tool_line(trace: ToolTrace) -> str:
    outcome = f"{trace.duration_ms:.1f} ms" if trace.status == "completed" else f"failed: {trace.error_message}"
    return f"tool  {clean_line(trace.name)} {clean_line(trace.arguments, _MAX_ARGUMENTS)}  {clean_line(outcome)}"


def _cost_line(started: RunStarted, finished: RunFinished) -> str:
    usage = finished.usage
    mark = " (estimated)" if finished.usage_is_estimated else ""
    tokens = f"{usage.input_tokens} tokens in, {usage.output_tokens + usage.reasoning_tokens} out{mark}"
    return f"cost  {cost_text(finished)}  {clean_line(started.model)}, {tokens}"


def cost_text(finished: RunFinished) -> str:
    return f"${decimal_text(finished.cost.total_usd)}" if finished.cost.is_known else "unknown"

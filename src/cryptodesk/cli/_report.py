"""How an answer looks in the terminal: text as it comes, then chart lines, tool calls and the cost."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import msgspec
from rich.console import Console
from rich.text import Text

from cryptodesk.core.events import RunEvent, RunFinished, RunFold, RunStarted, TextDelta, ToolCallStarted
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import decimal_text

if TYPE_CHECKING:
    from cryptodesk.cli._live_answer import LiveAnswer

__all__ = ["Report", "as_json_text", "chart_lines", "sparkline"]

_BARS = "▁▂▃▄▅▆▇█"
_CHART_WIDTH = 60
_MAX_ARGUMENTS = 100


class Report:
    """Shows events as they happen. On a terminal the text is rendered as Markdown, elsewhere it is printed as it is."""

    def __init__(self, console: Console | None = None) -> None:
        self._console = console or Console(highlight=False)
        self._live = _live_answer(self._console) if self._console.is_terminal else None

    def show(self, event: RunEvent) -> None:
        if self._live is not None:
            _show_live(self._live, event)
        elif isinstance(event, TextDelta):
            self._console.file.write(event.text)

    def finish(self, fold: RunFold) -> None:
        """Ends the display and prints what belongs under the answer."""
        if self._live is not None:
            self._live.finish(fold.text)
        elif fold.text:
            self._console.file.write("\n")
        lines = chart_lines(fold.traces)
        if lines:
            self._console.print()
        for line in lines:
            self._console.print(Text(line, style="cyan"), soft_wrap=True)
        self._console.print()
        for trace in fold.traces:
            self._console.print(Text(_tool_line(trace), style="dim"), soft_wrap=True)
        if fold.finished is not None and fold.started is not None:
            self._console.print(Text(_cost_line(fold.started, fold.finished), style="dim"), soft_wrap=True)


def _live_answer(console: Console) -> LiveAnswer:
    from cryptodesk.cli._live_answer import LiveAnswer

    return LiveAnswer(console)


def _show_live(live: LiveAnswer, event: RunEvent) -> None:
    if isinstance(event, TextDelta):
        live.add(event.text)
    elif isinstance(event, ToolCallStarted):
        live.say(f"{event.call.name} …")
    live.draw()


def sparkline(values: list[float], width: int = _CHART_WIDTH) -> str:
    """The series as block characters, lowest to highest; longer ones are thinned to `width` evenly spaced values."""
    if len(values) > width:
        last = len(values) - 1
        values = [values[round(step * last / (width - 1))] for step in range(width)]
    low, high = min(values), max(values)
    if high == low:
        return _BARS[len(_BARS) // 2] * len(values)
    return "".join(_BARS[round((value - low) / (high - low) * (len(_BARS) - 1))] for value in values)


def chart_lines(traces: list[ToolTrace]) -> list[str]:
    """One line for each price history among the tool results: symbol, chart, first and last close with their dates."""
    lines = []
    for trace in traces:
        for result in _results(trace):
            history = result.get("history")
            points = _closes(history) if isinstance(history, dict) else []
            if len(points) > 1:
                (first_day, first), (last_day, last) = points[0], points[-1]
                chart = sparkline([close for _, close in points])
                span = f"{first:g} on {first_day[:10]} to {last:g} on {last_day[:10]}"
                lines.append(f"{result.get('symbol', '?'):>6}  {chart}  {span}")
    return lines


def _results(trace: ToolTrace) -> list[dict[str, Any]]:
    if trace.output is None:
        return []
    try:
        output = msgspec.json.decode(trace.output)
    except msgspec.DecodeError:
        return []
    found = output.get("market_data_result", {}) if isinstance(output, dict) else {}
    results = found.get("results", []) if isinstance(found, dict) else []
    return [result for result in results if isinstance(result, dict)]


def _closes(history: dict[str, Any]) -> list[tuple[str, float]]:
    headers = history.get("headers", [])
    if "time" not in headers or "close" not in headers:
        return []
    time_column, close_column = headers.index("time"), headers.index("close")
    rows = history.get("rows", [])
    return [(str(row[time_column]), float(row[close_column])) for row in rows if row[close_column] is not None]


def _tool_line(trace: ToolTrace) -> str:
    arguments = trace.arguments
    if len(arguments) > _MAX_ARGUMENTS:
        arguments = arguments[: _MAX_ARGUMENTS - 1] + "…"
    outcome = f"{trace.duration_ms:.1f} ms" if trace.status == "completed" else f"failed: {trace.error_message}"
    return f"tool  {trace.name} {arguments}  {outcome}"


def _cost_line(started: RunStarted, finished: RunFinished) -> str:
    usage = finished.usage
    mark = " (estimated)" if finished.usage_is_estimated else ""
    tokens = f"{usage.input_tokens} tokens in, {usage.output_tokens + usage.reasoning_tokens} out{mark}"
    cost = f"${decimal_text(finished.cost.total_usd)}" if finished.cost.is_known else "unknown"
    return f"cost  {cost}  {started.model}, {tokens}"


def as_json_text(fold: RunFold) -> str:
    """The result as one JSON object; `cost_usd` is exact decimal text."""
    started, finished = fold.started, fold.finished
    return msgspec.json.encode(
        {
            "model": started.model if started else None,
            "answer": fold.text,
            "finish_reason": finished.finish_reason if finished else None,
            "limit": finished.limit if finished else None,
            "tool_traces": fold.traces,
            "usage": finished.usage if finished else None,
            "cost_usd": decimal_text(finished.cost.total_usd) if finished and finished.cost.is_known else None,
            "error": fold.failed.error.message if fold.failed else None,
        }
    ).decode()

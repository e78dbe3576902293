"""How an answer is shown: text as it comes, then what belongs below it. In a pipe it is the text itself."""

from __future__ import annotations

import sys
from shutil import get_terminal_size
from typing import Any, Protocol, TextIO

import msgspec

from cryptodesk.cli._clean import clean
from cryptodesk.cli._footer import Charting, Depth, footer, origins
from cryptodesk.cli._plain_text import PlainText
from cryptodesk.core.events import RunEvent, RunFold, TextDelta
from cryptodesk.core.usage import decimal_text

__all__ = ["SCHEMA", "PipeReport", "PlainReport", "Report", "as_json", "open_report"]

SCHEMA = "cryptodesk.answer/1"


class Report(Protocol):
    """Shows the events of one answer."""

    def show(self, event: RunEvent) -> None: ...

    def finish(self, fold: RunFold) -> None:
        """Ends the display and prints what belongs under the answer."""
        ...

    def abandon(self) -> None:
        """Ends the display where no end of the answer will come."""
        ...


def open_report(charting: Charting = "lines", *, plain: bool = False, depth: Depth = "all") -> Report:
    """For standard output: drawn where it is a terminal, else written as it is."""
    if plain:
        return PlainReport(sys.stdout)
    if sys.stdout.isatty():
        # Imported here, for it brings rich with it.
        from cryptodesk.cli._live_answer import TerminalReport

        return TerminalReport(charting, depth=depth)
    return PipeReport(sys.stdout, charting, depth=depth)


class PipeReport:
    def __init__(self, out: TextIO, charting: Charting = "lines", *, depth: Depth = "all") -> None:
        self._out = out
        self._charting = charting
        self._depth = depth
        self._has_begun = False

    def show(self, event: RunEvent) -> None:
        if isinstance(event, TextDelta):
            self._has_begun = True
            self._out.write(clean(event.text))

    def finish(self, fold: RunFold) -> None:
        if fold.text:
            self._out.write("\n")
        width = get_terminal_size((120, 24)).columns
        for part in footer(fold, charting=self._charting, width=width, depth=self._depth):
            self._out.write("\n" + "".join(f"{line.text}\n" for line in part))
        self._out.flush()

    def abandon(self) -> None:
        self._out.write("\n" if self._has_begun else "")
        self._out.flush()


class PlainReport:
    """The answer alone, without Markdown."""

    def __init__(self, out: TextIO) -> None:
        self._out = out
        self._text = PlainText()

    def show(self, event: RunEvent) -> None:
        if isinstance(event, TextDelta):
            self._out.write(self._text.add(clean(event.text)))

    def finish(self, fold: RunFold) -> None:
        self._out.write(f"{self._text.finish()}\n")
        self._out.flush()

    def abandon(self) -> None:
        if rest := self._text.finish():
            self._out.write(f"{rest}\n")
        self._out.flush()


def as_json(fold: RunFold) -> dict[str, Any]:
    """The result as one object, always with the same members; `cost_usd` is exact decimal text, None if unknown."""
    started, finished = fold.started, fold.finished
    research = finished.research if finished is not None else None
    return {
        "schema": SCHEMA,
        "run_id": started.run_id if started else None,
        "model": started.model if started else None,
        "answer": fold.text,
        "finish_reason": finished.finish_reason if finished else None,
        "limit": finished.limit if finished else None,
        "tool_traces": [_trace(trace) for trace in msgspec.to_builtins(fold.traces)],
        "origins": [origin._asdict() for origin in origins(fold.traces)],
        "citations": msgspec.to_builtins(research.sources) if research else [],
        "charts": msgspec.to_builtins(research.charts) if research else [],
        "related": list(research.related_questions) if research else [],
        "choices": list(research.choices) if research else [],
        "verification": msgspec.to_builtins(finished.verification) if finished else None,
        "usage": msgspec.to_builtins(finished.usage) if finished else None,
        "cost_usd": decimal_text(finished.cost.total_usd) if finished and finished.cost.is_known else None,
        "error": fold.failed.error.message if fold.failed else None,
        "error_code": fold.failed.error.code if fold.failed else None,
    }


def _trace(trace: dict[str, Any]) -> dict[str, Any]:
    """Without what the model alone was told of a sanitized tool."""
    return {name: value for name, value in trace.items() if name != "model_content"}

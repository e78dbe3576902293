"""An answer on a terminal is rendered, in a pipe it is the text itself."""

from __future__ import annotations

import io

from rich.console import Console

from cryptodesk.cli._live_answer import LiveAnswer
from cryptodesk.cli._report import Report
from cryptodesk.core.events import RunFold, TextDelta, ToolCallStarted
from cryptodesk.core.messages import ToolCallPart

BOLD = "one BTC cost **$78,264.10**"


def told(*, is_terminal: bool) -> str:
    console = Console(file=io.StringIO(), force_terminal=is_terminal, width=80, highlight=False, color_system=None)
    report, fold = Report(console), RunFold()
    for event in (ToolCallStarted(ToolCallPart("1", "cmc_market_data", "{}")), TextDelta(BOLD)):
        fold.add(event)
        report.show(event)
    report.finish(fold)
    assert isinstance(console.file, io.StringIO)
    return console.file.getvalue()


def test_a_pipe_gets_the_text_as_it_is() -> None:
    assert told(is_terminal=False).startswith(BOLD + "\n")
    assert "cmc_market_data …" not in told(is_terminal=False)


def test_a_terminal_gets_it_rendered_with_what_is_being_done() -> None:
    shown = told(is_terminal=True)
    assert "cmc_market_data …" in shown
    assert "one BTC cost" in shown
    assert "**" not in shown


def test_what_was_drawn_gives_way_to_the_whole_text() -> None:
    console = Console(file=io.StringIO(), force_terminal=True, width=80, color_system=None)
    live = LiveAnswer(console)
    live.add("half an ")
    live.draw()
    live.finish("half an answer")
    assert isinstance(console.file, io.StringIO)
    assert console.file.getvalue().rstrip().endswith("half an answer")

"""An answer on a terminal is rendered while it comes."""

from __future__ import annotations

import io
import re

from rich.console import Console

from cryptodesk.cli._live_answer import LiveAnswer, TerminalReport
from cryptodesk.core.events import Progress, RunEvent, ToolCallStarted
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.research import ResearchStep
from tests.cli.support import an_answer, folded


def a_console(height: int = 24) -> tuple[Console, io.StringIO]:
    out = io.StringIO()
    return Console(file=out, force_terminal=True, width=80, height=height, highlight=False, color_system=None), out


def told(events: list[RunEvent]) -> str:
    console, out = a_console()
    report = TerminalReport(console=console)
    for event in events:
        report.show(event)
    report.finish(folded(events))
    return out.getvalue()


def test_it_is_rendered_with_what_is_being_done() -> None:
    started = ToolCallStarted(ToolCallPart("1", "cmc_market_data", "{}"))
    step = Progress(ResearchStep("reconcile", "rules", "started"))
    shown = told([started, step, *an_answer("one BTC cost **$78,264.10**")])
    assert "cmc_market_data …" in shown
    assert "reconcile …" in shown
    assert "one BTC cost" in shown
    assert "**" not in shown


def test_a_table_is_drawn_as_one() -> None:
    shown = told(an_answer("| Asset | Price |\n| --- | ---: |\n| SOL | $1.5 |\n"))
    assert "────" in shown
    assert "| SOL" not in shown


def test_what_was_drawn_gives_way_to_the_whole_text() -> None:
    console, out = a_console()
    live = LiveAnswer(console)
    live.add("half an ")
    live.draw()
    live.finish("half an answer")
    assert out.getvalue().rstrip().endswith("half an answer")


def test_of_a_text_longer_than_the_screen_its_end_is_drawn() -> None:
    console, out = a_console(height=10)
    live = LiveAnswer(console)
    live.add("\n\n".join(f"line {number}" for number in range(50)))
    live.draw()
    drawn = out.getvalue()
    live.stop()
    assert "line 49" in drawn
    assert "line 0\n" not in drawn


def test_a_flood_of_pieces_is_not_drawn_one_by_one() -> None:
    console, out = a_console()
    moments = iter([0.0, *(0.001 * number for number in range(1, 60)), 1.0])
    live = LiveAnswer(console, lambda: next(moments))
    for _ in range(61):
        live.add("x")
        live.draw()
    live.stop()
    # The first piece, the one past the interval, and the last; the end of the display draws it once more.
    assert list(dict.fromkeys(map(len, re.findall("x+", out.getvalue())))) == [1, 51, 61]


def test_an_answer_that_breaks_off_stays_on_the_screen() -> None:
    console, out = a_console()
    report = TerminalReport(console=console)
    for event in an_answer("so far, so good")[:2]:
        report.show(event)
    report.abandon()
    assert out.getvalue().rstrip().endswith("so far, so good")

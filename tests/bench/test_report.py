from __future__ import annotations

import msgspec
import pytest
from bench.components import Figure
from bench.goals import check_goals
from bench.report import Environment, Results, format_number, format_table, render
from bench.stages import Memory, Starts
from bench.summary import summarize

from tests.bench.test_summary import sample

ENVIRONMENT = Environment(
    "2026-09-24 10:00:00 UTC", "3.11.7", {"aiohttp": "3"}, "a processor", 2, 0, 0.5, {"rounds": 1}
)


def results() -> Results:
    summary = summarize(
        [
            sample("mock", 0, p50=1.0),
            sample("yardstick", 0, p50=2.0, answers=200),
            sample("cryptodesk", 0, p50=3.0, errors=1, first_error="bad status (status 500)"),
            sample("litellm", 0, p50=None, answers=0, cpu_us=None),
        ]
    )
    memory = (Memory("cryptodesk", 0.5, 90_000_000, 200, None, "200 streams could not be opened: failed 3"),)
    starts = Starts(3, 0.9, None, 0.6, ("start on a prepared home: it ended",))
    figures = (Figure("a plan of five nodes", 0.05, "ms", "no I/O", 0.1),)
    goals = tuple(check_goals(summary, memory, starts, figures))
    return Results(
        ENVIRONMENT, summary, memory, starts, figures, goals, ("portkey: not installed",), starts.problems, ()
    )


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (None, "-"),
        (0.0, "0.00"),
        (-0.012, "-0.01"),
        (1.005, "1.00"),
        (12.34, "12.3"),
        (123.4, "123"),
        (98765.4, "98765"),
    ],
)
def test_numbers_have_three_digits_that_count(value: float | None, text: str) -> None:
    assert format_number(value) == text


def test_a_table_is_aligned_markdown() -> None:
    assert format_table(["a", "long"], [["xyz", "1"], ["x", "22222"]]).splitlines() == [
        "| a   |  long |",
        "|-----|------:|",
        "| xyz |     1 |",
        "| x   | 22222 |",
    ]


def test_each_figure_stands_beside_its_ratio_to_the_yardstick() -> None:
    line = next(line for line in render(results()).splitlines() if line.startswith("| cryptodesk"))
    cells = [cell.strip() for cell in line.strip("|").split("|")]
    assert cells == ["cryptodesk", "100 (0.50x)", "50.0 (1.00x)", "2.00 (2.00x)", "4.00 (2.00x)", "-", "10%", "1"]


def test_errors_silence_problems_and_notes_are_told() -> None:
    text = render(results())
    assert "cryptodesk: bad status (status 500)" in text
    assert "litellm: no answer within the window" in text
    assert "cryptodesk: 200 streams could not be opened: failed 3" in text
    assert "FAILED: start on a prepared home: it ended" in text
    assert "note: portkey: not installed" in text


def test_goals_are_told_with_bound_measured_value_and_result() -> None:
    lines = [[cell.strip() for cell in line.strip("|").split("|")] for line in render(results()).splitlines()]
    assert ["memory idle", "<= 130 MB", "90.0", "met"] in lines
    assert ["errors under any load", "<= 0", "1.00", "NOT MET"] in lines
    assert ["dense c16: streams/s / yardstick", ">= 0.35 x", "-", "not measured"] in lines
    assert ["a plan of five nodes", "<= 0.1 ms", "0.05", "met"] in lines


def test_a_part_that_was_not_run_has_no_section() -> None:
    bare = Results(ENVIRONMENT, summarize([]), (), None, (), (), (), (), ())
    assert render(bare).count("##") == 0


def test_the_file_holds_everything_and_can_be_read_back() -> None:
    written = msgspec.json.encode(results())
    assert msgspec.json.decode(written, type=Results) == results()

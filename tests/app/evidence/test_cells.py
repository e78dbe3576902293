"""From a figure's cell to the tool output it names."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.app.evidence.cells import check_cell

OUTPUT = {
    "as_of": "2026-11-22T11:12:11Z",
    "price": 64010.25,
    "list": [{"a/b": 7}],
    "history": {"headers": ["time", "close"], "rows": [["2026-01-01", 10.5], ["2026-01-02", 11]]},
    "text": "Bitcoin stood at $209,352.25, down 1.1 %.",
}
CALLS = {"c1": {"call_id": "c1", "name": "tool", "content": json.dumps(OUTPUT)}}


def check(path: str, value: Any, *, text: str = "64,010", call: str = "c1", tool: str = "tool") -> tuple[str, bool]:
    cell = {"call_id": call, "tool": tool, "path": path, "value": value}
    return check_cell(cell, {"text": text, "verdict": "bound"}, CALLS)


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("/price", 64010.25, "$64,010"),
        ("/list/0/a~1b", 7, "7"),
        ("/history/rows/1/close", 11.0, "11"),
        ("/history/rows/0/1", 10.5, "10.5"),
        ("/as_of", "2026-11-22", "22 November 2026"),
        ("/text", "https://example.invalid/1", "$209,352.25"),
        ("/text", "https://example.invalid/1", "1.1 %"),
        ("/", "2026-11-22", "22 November 2026"),
    ],
)
def test_a_value_is_found_where_the_cell_says(path: str, value: Any, text: str) -> None:
    assert check(path, value, text=text) == ("", True)


@pytest.mark.parametrize(
    ("path", "value", "text"),
    [
        ("/price", 64010.26, "$64,010"),
        ("/price", "64010.25", "$64,010"),
        ("/history/rows/0/close", 11, "11"),
        ("/as_of", "2026-11-21", "21 November 2026"),
        ("/text", "https://example.invalid/1", "$209,352.26"),
        ("/", "2025-11-22", "22 November 2025"),
    ],
)
def test_another_value_is_a_fault(path: str, value: Any, text: str) -> None:
    problem, _ = check(path, value, text=text)
    assert str(value) in problem


@pytest.mark.parametrize(
    "path", ["/nothing", "/list/7", "/list/x", "/price/deeper", "/history/rows/0/open", "/list/-1"]
)
def test_a_place_that_there_is_not_is_a_fault(path: str) -> None:
    problem, is_proven = check(path, 1)
    assert "has no cell" in problem
    assert not is_proven


def test_what_was_computed_over_a_history_is_named_and_not_claimed_as_found() -> None:
    assert check("/history/percent_change", 4.76) == ("", False)


def test_a_result_that_the_file_does_not_have_is_a_fault_unless_the_users_own_texts_were_left_out() -> None:
    problem, _ = check("/price", 1, call="c2")
    assert "which the file does not have" in problem
    cell = {"call_id": "c2", "tool": "tool", "path": "/price", "value": 1}
    assert check_cell(cell, {"text": "1"}, CALLS, is_redacted=True) == ("", False)


def test_a_cell_of_another_tool_is_a_fault() -> None:
    assert "but 'c1' called tool" in check("/price", 64010.25, tool="other")[0]

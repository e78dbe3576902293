"""Markdown read as plain text, however it is cut."""

from __future__ import annotations

import pytest

from cryptodesk.cli._plain_text import PlainText, as_plain

ANSWER = """\
## Summary

**Bitcoin** rose _a lot_ and `x_y` stays; see [the page](https://example.org/a_b).

| Asset | Price |
| --- | ---: |
| Bitcoin | $78,264.10 |
| SOL | $1.5 |

_As of today._"""

PLAIN = """\
Summary

Bitcoin rose a lot and x_y stays; see the page (https://example.org/a_b).

Asset         Price
Bitcoin  $78,264.10
SOL            $1.5

As of today."""


def test_marks_go_and_tables_stand_in_columns() -> None:
    assert as_plain(ANSWER) == PLAIN


@pytest.mark.parametrize("size", [1, 3, 7, 50])
def test_it_does_not_matter_how_the_text_comes_in_pieces(size: int) -> None:
    text = PlainText()
    pieces = [text.add(ANSWER[at : at + size]) for at in range(0, len(ANSWER), size)]
    assert "".join(pieces) + text.finish() == PLAIN


def test_a_table_at_the_end_is_not_lost() -> None:
    assert as_plain("| a | b |\n|---|---|\n| 1 | 2 |") == "a  b\n1  2"


@pytest.mark.parametrize("text", ["2 * 3 * 4", "snake_case_name", "a ** b", "5 * x", "- item", "1. one"])
def test_what_is_no_mark_stays(text: str) -> None:
    assert as_plain(text) == text

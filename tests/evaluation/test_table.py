"""The tables of the terminal."""

from __future__ import annotations

import io

from msgspec import structs
from rich.console import Console

from cryptodesk.evaluation.results import record_run
from cryptodesk.evaluation.table import coverage_table, score_table, score_text
from tests.evaluation.samples import outcome


def printed(table: object) -> str:
    console = Console(file=io.StringIO(), width=200)
    console.print(table)
    return console.file.getvalue()  # type: ignore[attr-defined, no-any-return]


def test_a_family_a_part_and_the_total_have_a_row() -> None:
    text = printed(score_table(record_run("m", {}, [outcome("a", numbers=(1, 3)), outcome("b", numbers=(1, 1))])))
    rows = {line.split("│")[1].strip(): line for line in text.splitlines() if "│" in line}
    assert {"price", "dev", "total"} <= set(rows)
    assert "50.0" in rows["total"]
    assert "0.002" in rows["total"]


def test_a_score_is_never_rounded_up_to_the_whole() -> None:
    assert score_text(99.97) == "99.9"
    assert score_text(100.0) == "100.0"
    assert score_text(None) == "–"


def test_coverage_is_counted_by_expected_and_seen() -> None:
    declined = structs.replace(outcome("a"), expected="partly", seen="declined")
    table = coverage_table((declined, declined, outcome("b")))
    assert table is not None
    row = next(line for line in printed(table).splitlines() if "│ partly" in line)
    assert [cell.strip() for cell in row.split("│")[2:-1]] == ["0", "0", "2", "2"]
    assert coverage_table((outcome("b"),)) is None

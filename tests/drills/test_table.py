"""The table: rows that came out alike are one line, and nothing that differs is hidden in one."""

from __future__ import annotations

import json
from decimal import Decimal

from cryptodesk.drills import DrillReport
from cryptodesk.drills.table import as_json, as_markdown, lines_of
from tests.drills.rows import row

BROKEN = {"saw": "words, then an error frame", "error": "upstream_bad_answer", "charged": "estimated, marked"}


def test_frames_of_one_wire_are_told_as_ranges() -> None:
    rows = [row(at=at, **BROKEN) for at in (2, 3, 4, 7)] + [row(at=at) for at in (8, 9)]
    first, second = lines_of(rows)
    assert (first.wires, second.wires) == ("openai after 2-4, 7", "openai after 8-9")
    assert first.sees == "200: words, then an error frame (`upstream_bad_answer`), `[DONE]`"


def test_ways_in_that_came_out_alike_share_lines_whatever_they_cost() -> None:
    rows = [row(way=way, charged_usd=Decimal(usd)) for way, usd in (("cmc", "1"), ("messari_v1", "2.50"))]
    (line,) = lines_of(rows)
    assert (line.ways, line.charged_usd, line.billed_usd) == ("cmc, messari_v1", "1 to 2.5", "0.0002725")


def test_ways_in_that_differ_in_one_wire_share_nothing() -> None:
    rows = [row(wire=wire, way=way) for way in ("cmc", "other") for wire in ("openai_wire", "gemini_wire")]
    rows[3] = row(wire="gemini_wire", way="other", **BROKEN)
    assert [(line.ways, line.wires) for line in lines_of(rows)] == [
        ("cmc", "gemini, openai"),
        ("other", "openai"),
        ("other", "gemini"),
    ]


def test_a_breach_is_a_line_of_its_own_and_stands_in_the_page() -> None:
    rows = (row(), row(wire="gemini_wire", breaches=("a provider was asked",)))
    report = DrillReport(rows, (), 1.0)
    assert not report.is_kept
    assert [line.is_kept for line in lines_of(rows)] == [True, False]
    assert "| cmc | gemini | **broken: a provider was asked** 200: the whole answer, `[DONE]` |" in as_markdown(report)


def test_a_client_that_left_saw_nothing() -> None:
    gone = row(saw="(it left)", status=None, frames=None, terminator="")
    assert lines_of([gone])[0].sees == "(it left)"


def test_the_json_has_every_row_with_every_digit() -> None:
    found = json.loads(as_json(DrillReport((row(charged_usd=Decimal("0.00027250")),), ("odd books",), 1.23456)))
    assert (found["is_kept"], found["books"], found["seconds"]) == (False, ["odd books"], 1.235)
    (told,) = found["rows"]
    assert (told["charged_usd"], told["billed_usd"], told["is_kept"]) == ("0.0002725", "0.0002725", True)


def test_problems_of_the_books_break_the_contract() -> None:
    assert not DrillReport((row(),), ("the stored answer x has no charge",), 1.0).is_kept

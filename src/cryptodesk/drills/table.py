"""The failure contract table: what was found out, rows that came out alike put together; as Markdown and as JSON."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.usage import decimal_text
from cryptodesk.drills.faults import FAULTS, Fault
from cryptodesk.drills.records import DrillReport, DrillRow

__all__ = ["Line", "as_json", "as_markdown", "lines_of"]

_HEAD = "| asked through | the provider's wire | the client sees | charged | the provider counts |"


class Line(Struct, frozen=True):
    """Rows of one fault that came out alike. The amounts are the least and the most of them, exact."""

    ways: str
    wires: str
    sees: str
    charged: str
    charged_usd: str
    billed: str
    billed_usd: str
    is_kept: bool
    breaches: tuple[str, ...]


def lines_of(rows: Sequence[DrillRow]) -> list[Line]:
    """Of the rows of one fault. Ways in that came out alike in everything but amounts share their lines."""
    shared: dict[tuple[tuple[str, ...], ...], dict[str, list[list[DrillRow]]]] = {}
    for way in dict.fromkeys(row.way for row in rows):
        groups = _alike([row for row in rows if row.way == way])
        shared.setdefault(tuple((_wires(group), *_outcome(group[0])) for group in groups), {})[way] = groups
    return [
        _line(ways, [row for group in groups for row in group])
        for ways in shared.values()
        for groups in zip(*ways.values(), strict=True)
    ]


def _alike(rows: Sequence[DrillRow]) -> list[list[DrillRow]]:
    alike: dict[tuple[str, ...], list[DrillRow]] = {}
    for row in rows:
        alike.setdefault(_outcome(row), []).append(row)
    return list(alike.values())


def _outcome(row: DrillRow) -> tuple[str, ...]:
    return (_sees(row), row.charged, row.billed, *row.breaches)


def _line(ways: Iterable[str], rows: Sequence[DrillRow]) -> Line:
    first = rows[0]
    return Line(
        ways=", ".join(ways),
        wires=_wires([row for row in rows if row.way == first.way]),
        sees=_sees(first),
        charged=first.charged,
        charged_usd=_span(row.charged_usd for row in rows),
        billed=first.billed,
        billed_usd=_span(row.billed_usd for row in rows),
        is_kept=first.is_kept,
        breaches=first.breaches,
    )


def _sees(row: DrillRow) -> str:
    """Status, what it is, the error's code or words, and how it ends."""
    if row.status is None:
        return row.saw
    error = f" (`{row.error}`)" if row.error else ""
    ending = f", `{row.terminator}`" if row.terminator and row.terminator != "end of body" else ""
    return f"{row.status}: {row.saw}{error}{ending}"


def _wires(rows: Sequence[DrillRow]) -> str:
    """Each wire, with the frames after which it was struck where that was varied."""
    places: dict[str, list[int]] = {}
    for row in rows:
        places.setdefault(row.wire.removesuffix("_wire"), []).extend([] if row.at is None else [row.at])
    return ", ".join(f"{wire} after {_ranges(found)}" if found else wire for wire, found in sorted(places.items()))


def _ranges(numbers: Sequence[int]) -> str:
    """0, 1, 2, 5 as "0-2, 5"."""
    spans: list[list[int]] = []
    for number in sorted(numbers):
        if spans and number == spans[-1][1] + 1:
            spans[-1][1] = number
        else:
            spans.append([number, number])
    return ", ".join(str(begin) if begin == end else f"{begin}-{end}" for begin, end in spans)


def _span(amounts: Iterable[Decimal]) -> str:
    known = sorted(set(amounts))
    least, most = decimal_text(known[0]), decimal_text(known[-1])
    return least if least == most else f"{least} to {most}"


def as_json(report: DrillReport) -> bytes:
    """Every row, amounts as text with every digit."""
    rows: list[dict[str, Any]] = []
    for row in report.rows:
        amounts = {"charged_usd": decimal_text(row.charged_usd), "billed_usd": decimal_text(row.billed_usd)}
        rows.append({**msgspec.structs.asdict(row), **amounts, "is_kept": row.is_kept})
    found = {"is_kept": report.is_kept, "seconds": round(report.seconds, 3), "books": report.books, "rows": rows}
    return msgspec.json.format(msgspec.json.encode(found), indent=2)


def as_markdown(report: DrillReport) -> str:
    """A part for each fault that was played. Without amounts, which change with prices, and frame counts."""
    played = {row.fault for row in report.rows}
    return "\n\n".join(_part(fault, report) for fault in FAULTS if fault.name in played)


def _part(fault: Fault, report: DrillReport) -> str:
    rows = [row for row in report.rows if row.fault == fault.name]
    lines = [_HEAD, "|---|---|---|---|---|"]
    lines += [_cells(line) for line in lines_of(rows)]
    return f"### `{fault.name}`\n\n{fault.does} {fault.promise}\n\n" + "\n".join(lines)


def _cells(line: Line) -> str:
    sees = line.sees if line.is_kept else f"**broken: {'; '.join(line.breaches)}** {line.sees}"
    return f"| {line.ways} | {line.wires} | {sees} | {line.charged} | {line.billed} |"

"""Where two results of one run disagree about the same figure, and which results are old."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.tools import ToolTrace
from cryptodesk.documents.fencing import quote
from cryptodesk.research.related import findings_of
from cryptodesk.verification.facts import Cell, FactTable, ToolResult

__all__ = ["Conflict", "evidence_notes", "find_conflicts", "find_stale"]

# Two sources of one market never agree to the last digit; what differs by more is told.
_TOLERANCE_RATIO = 0.02
_TOLERANCE_POINTS = 2.0
_MOST_CONFLICTS, _MOST_MISSING = 4, 8
_OLD = timedelta(days=2)
_UNITS = frozenset({"money", "percent", "count", "index"})

_Trace = tuple[ToolCallPart, ToolTrace]


class Conflict(Struct, frozen=True):
    """Two values of one figure, of different calls, and the tools that gave them."""

    entity: str
    measure: str
    unit: str
    first: float
    second: float
    first_tool: str
    second_tool: str

    @property
    def text(self) -> str:
        """A sentence for a reader: what differs, and by how much."""
        first, second = _shown(self.first, self.unit), _shown(self.second, self.unit)
        of = f" of {self.entity}" if self.entity else ""
        tools = f"{_said(self.first_tool)} and {_said(self.second_tool)}"
        return f"On the {_said(self.measure)}{of}, {tools} disagree: {first} and {second}."


def find_conflicts(traces: Sequence[_Trace]) -> list[Conflict]:
    """Figures of the same asset, meaning, currency and day that two calls of different tools give differently."""
    done = [(call, trace) for call, trace in traces if trace.status == "completed"]
    if len({call.name for call, _ in done}) < 2:
        return []
    table = FactTable(ToolResult(call.name, call.arguments, trace.model_content, call.call_id) for call, trace in done)
    met: dict[tuple[object, ...], Cell] = {}
    conflicts: list[Conflict] = []
    for cell in table.cells:
        if not _is_comparable(cell):
            continue
        key = _key(cell, table)
        first = met.setdefault(key, cell)
        is_other_tool = table.results[first.call].tool != table.results[cell.call].tool
        if is_other_tool and _differ(first.value, cell.value, cell.meaning.unit):
            conflicts.append(_conflict(first, cell, table))
    return conflicts[:_MOST_CONFLICTS]


def evidence_notes(traces: Sequence[_Trace], now: datetime) -> list[str]:
    """What whoever writes must tell of the evidence beside its figures: that it is old, and what is not there."""
    oldest = find_stale(traces, now)
    notes = [f"Some of the facts are as of {oldest:%Y-%m-%d} and not current."] if oldest is not None else []
    missing = (one.field for one in findings_of([trace for _, trace in traces]).missing)
    tools = {call.name for call, _ in traces}
    # Changes come in a dozen lengths, of which hardly any was asked for; a call that failed may have been put right.
    lacking = dict.fromkeys(one for one in missing if not one.startswith("percent_change") and one not in tools)
    if lacking:
        names = ", ".join(quote(name.replace("_", " "), limit=40).text for name in list(lacking)[:_MOST_MISSING])
        notes.append(f"Not available: {names}.")
    return notes


def find_stale(traces: Iterable[_Trace], now: datetime) -> datetime | None:
    """The oldest moment that a result is of, where that is more than two days before `now`."""
    table = FactTable(
        ToolResult(call.name, call.arguments, trace.model_content, call.call_id)
        for call, trace in traces
        if trace.status == "completed"
    )
    days = [datetime(day.year, day.month, day.day, tzinfo=now.tzinfo) for day in table.as_of.values()]
    oldest = min(days, default=now)
    return oldest if now - oldest > _OLD else None


def _shown(value: float, unit: str) -> str:
    if unit == "money":
        digits = 2 if abs(value) >= 1 else 6
        return f"${value:,.{digits}f}"
    return f"{value:,.2f}%" if unit == "percent" else f"{value:,.6g}"


def _said(name: str) -> str:
    """ "cmc_market_data" as people say it."""
    return name.removeprefix("cmc_").replace("_", " ")


def _is_comparable(cell: Cell) -> bool:
    meaning = cell.meaning
    return (
        cell.day is None
        and meaning.unit in _UNITS
        and meaning.aspect in {"level", "change"}
        and not meaning.measure.startswith("field ")
    )


def _key(cell: Cell, table: FactTable) -> tuple[object, ...]:
    meaning = cell.meaning
    return (
        cell.entity.key if cell.entity is not None else "",
        meaning.measure,
        meaning.aspect,
        meaning.unit,
        meaning.hours,
        meaning.ago_hours,
        meaning.qualifiers,
        meaning.extra,
        table.currency(cell.call),
        table.as_of.get(cell.call),
    )


def _differ(first: float, second: float, unit: str) -> bool:
    if unit in {"percent", "index"}:
        return abs(first - second) > _TOLERANCE_POINTS
    return abs(first - second) > _TOLERANCE_RATIO * max(abs(first), abs(second))


def _conflict(first: Cell, second: Cell, table: FactTable) -> Conflict:
    return Conflict(
        first.entity.name if first.entity is not None else "",
        first.meaning.measure,
        first.meaning.unit,
        first.value,
        second.value,
        table.results[first.call].tool,
        table.results[second.call].tool,
    )

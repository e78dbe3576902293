"""From records to the lines of one chart: what can be drawn, at shared moments, indexed where levels are far apart."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from datetime import UTC, datetime

from msgspec import Struct, structs

from cryptodesk.market.query import AssetId, answers
from cryptodesk.research.charting.gathering import Ask, Gathered
from cryptodesk.research.charting.granularity import step_of
from cryptodesk.research.charting.lines import (
    Line,
    are_apart,
    candle_line,
    field_line,
    indexed,
    metric_line,
    shared,
    thinned,
    varies,
)
from cryptodesk.research.charting.saying import index_note, join_names, start_notes, thinning_note
from cryptodesk.research.charting.specs import FEWEST_ROWS, MOST_ROWS

__all__ = ["Shape", "compared", "drawable", "thin_out"]

# Levels may be set to a hundred; shares, rates and indices stand for themselves.
_LEVELS = frozenset({"price", "money", "number"})
_NO_LEVELS = frozenset({"index", "percent", "percent_per_day"})


class Shape(Struct, frozen=True):
    """The lines of a chart, and what is to be said of them. `faults` say why an entity has none."""

    ask: Ask
    lines: tuple[Line, ...] = ()
    notes: tuple[str, ...] = ()
    faults: tuple[str, ...] = ()
    is_indexed: bool = False


def drawable(gathered: Gathered, names: Mapping[AssetId, str]) -> Shape:
    """The lines that have a course. `names` are what the entities are called."""
    lines: list[Line] = []
    faults: list[str] = []
    for entity, name in names.items():
        line = _line_of(entity, gathered)
        fault = _fault(line)
        if line is None or fault:
            faults.append(f"{name}: {fault}")
        else:
            lines.append(line)
    missing = tuple(f"Not drawn: {fault}." for fault in faults) if lines else ()
    notes = (*gathered.ask.spec.notes, *gathered.notes, *missing)
    return Shape(gathered.ask, tuple(lines), notes, tuple(faults))


def _line_of(entity: AssetId, gathered: Gathered) -> Line | None:
    asked = gathered.ask.names[entity]
    for candles in gathered.candles:
        if answers(candles, asked):
            field = None if gathered.ask.has_candles else gathered.ask.metric.from_candles
            return candle_line(entity, candles) if field is None else field_line(entity, candles, field)
    for series in gathered.series:
        if answers(series, asked):
            return metric_line(entity, series)
    return None


def _fault(line: Line | None) -> str:
    if line is None or not line.rows:
        return "no values of this range are at hand"
    if len(line.rows) < FEWEST_ROWS:
        return f"only {len(line.rows)} of the {FEWEST_ROWS} values that a chart needs are at hand"
    return "" if varies(line) else "the value did not change"


def compared(shape: Shape, names: Mapping[AssetId, str]) -> Shape:
    """Indexed if the chart is to be, or if the levels of its lines are far apart."""
    wanted = shape.ask.spec.is_indexed
    if shape.ask.has_candles or (len(shape.lines) < 2 and not wanted):
        return shape
    can_be = shape.ask.metric.format in _LEVELS and not _NO_LEVELS & {line.unit for line in shape.lines}
    if not can_be or wanted is False or not (wanted or are_apart(shape.lines)):
        late = start_notes(shape.lines, [names[line.entity] for line in shape.lines], step_of(shape.ask.granularity))
        return structs.replace(shape, notes=(*shape.notes, *late))
    return _indexed(shape, names)


def _indexed(shape: Shape, names: Mapping[AssetId, str]) -> Shape:
    kept = shape.lines
    lines = tuple(line for line in indexed(shared(kept)) if len(line.rows) >= FEWEST_ROWS and varies(line))
    while not lines and len(kept) > 1:
        # The one with the fewest values leaves the others too little in common.
        kept = _without_shortest(kept)
        lines = tuple(line for line in indexed(shared(kept)) if len(line.rows) >= FEWEST_ROWS and varies(line))
    if not lines:
        return shape
    drawn = {line.entity for line in lines}
    gone = [names[line.entity] for line in shape.lines if line.entity not in drawn]
    notes = [index_note(datetime.fromtimestamp(lines[0].times[0], UTC))]
    if gone:
        notes.append(f"Not drawn: {join_names(gone)} has too little in common with the others to be compared.")
    late = max(shape.lines, key=lambda line: line.times[0])
    if late.entity in drawn and late.times[0] > min(line.times[0] for line in shape.lines):
        notes.append(f"The chart begins where the data of {names[late.entity]} do.")
    return structs.replace(shape, lines=lines, notes=(*shape.notes, *notes), is_indexed=True)


def _without_shortest(lines: tuple[Line, ...]) -> tuple[Line, ...]:
    shortest = min(lines, key=lambda line: len(line.rows))
    return tuple(line for line in lines if line is not shortest)


async def thin_out(shape: Shape) -> Shape:
    """No more rows than are seen. Bars and candles were joined before; what is still too long loses its oldest."""
    longest = max(len(line.rows) for line in shape.lines)
    if longest <= MOST_ROWS:
        return shape
    if shape.ask.is_joined:
        cut = tuple(structs.replace(line, rows=line.rows[-MOST_ROWS:]) for line in shape.lines)
        note = f"The last {MOST_ROWS} of {longest} are drawn."
        return structs.replace(shape, lines=cut, notes=(*shape.notes, note))
    # In a thread: the first time numpy is loaded for it.
    lines = await asyncio.to_thread(thinned, shape.lines)
    after = max(len(line.rows) for line in lines)
    note = thinning_note(longest, after, shape.ask.granularity)
    return structs.replace(shape, lines=lines, notes=(*shape.notes, note))

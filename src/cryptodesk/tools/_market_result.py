"""Puts rows together into the result of `cmc_market_data`, within its size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

from cryptodesk.market.query import AssetId
from cryptodesk.tools._envelope import Gap, Origin, encode_time, merge_gaps, merge_origins, mode_notes, source_names
from cryptodesk.tools._market_history import History
from cryptodesk.tools._market_past import MakeHistory
from cryptodesk.tools._market_quote import AssetValues
from cryptodesk.tools._market_span import MAX_COUNT, HistoryArguments, Span
from cryptodesk.tools._output import encoded_size, round_floats
from cryptodesk.tools._tool import HARD_LIMIT

__all__ = [
    "AssetRow",
    "MarketDataOutput",
    "MarketDataResult",
    "MarketRequest",
    "SourceNote",
    "build_output",
    "empty_output",
]

_FEWEST_ROWS = 8
# Rounding lengthens a figure of nine digits or more by one, if at all: below this nothing is rounded to be weighed.
_SURELY_FITTING = HARD_LIMIT * 9 // 10


class MarketRequest(Struct, frozen=True):
    """What is asked of every asset. `history` is None when no history is wanted; `now` is what ages count from."""

    metrics: tuple[str, ...]
    quote_currency: str
    now: datetime
    history: HistoryArguments | None
    span: Span


class SourceNote(Struct, frozen=True):
    """What must be said of a whole result in which any figure is from one of the sources (as an origin names them)."""

    source: str
    text: str


class AssetRow(Struct, frozen=True):
    """One asset without its history. `identity` comes first in the row; `as_of` is the moment its price is of."""

    asset_id: AssetId
    name: str
    identity: dict[str, Any]
    values: AssetValues
    as_of: datetime
    notes: tuple[SourceNote, ...] = ()
    history: MakeHistory | None = None


class MarketDataResult(Struct, frozen=True):
    """One row an asset, in the order asked. Money is in `quote_currency`, changes in percent points."""

    quote_currency: str
    results: list[dict[str, Any]]


class MarketDataOutput(Struct, frozen=True, kw_only=True):
    """`as_of` is that of the oldest row that is active, `age_days` how long ago that is; `notes` hold for every row."""

    market_data_result: MarketDataResult
    as_of: str
    age_days: float
    source: list[str]
    notes: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]
    truncated: bool | UnsetType = UNSET


def empty_output(request: MarketRequest, gaps: list[Gap]) -> MarketDataOutput:
    """No rows, as of the moment asked about."""
    return MarketDataOutput(
        market_data_result=MarketDataResult(request.quote_currency, []),
        as_of=encode_time(request.now),
        age_days=0.0,
        source=[],
        notes=[],
        provenance=[],
        unavailable=gaps,
    )


def build_output(
    request: MarketRequest, rows: Sequence[AssetRow], gaps: Sequence[Gap], notes: Sequence[str] = ()
) -> MarketDataOutput:
    """The whole result. Where it would exceed the size limit, history is given in fewer rows, and if that is not
    enough the last assets are left out and named."""
    shown, said = list(rows), list(gaps)
    while shown:
        output, is_fitting = _fitted(request, shown, said, notes)
        if len(shown) == 1 or is_fitting:
            return output
        last = shown.pop()
        said.append(Gap("market_data", f"{last.name} did not fit in: ask for it by itself", last.asset_id))
    return empty_output(request, said)


def _fitted(
    request: MarketRequest, rows: Sequence[AssetRow], gaps: Sequence[Gap], notes: Sequence[str]
) -> tuple[MarketDataOutput, bool]:
    """The result with as many rows of history as fit, and whether the whole does."""
    output = _output(request, rows, gaps, notes)
    if encoded_size(output) <= _SURELY_FITTING:
        return output, True
    size = _size(output)
    if request.history is None or size <= HARD_LIMIT:
        return output, size <= HARD_LIMIT
    bare = _size(_output(request, rows, gaps, notes, 1))
    most_rows = max((len(table["rows"]) for table in _tables(output)), default=1)
    while size > HARD_LIMIT and most_rows > _FEWEST_ROWS:
        share = max(HARD_LIMIT - bare, 0) / max(size - bare, 1)
        most_rows = max(min(int(most_rows * share), most_rows - 1), _FEWEST_ROWS)
        output = _output(request, rows, gaps, notes, most_rows)
        size = _size(output)
    return output, size <= HARD_LIMIT


def _size(output: MarketDataOutput) -> int:
    return encoded_size(round_floats(msgspec.to_builtins(output), 8))


def _tables(output: MarketDataOutput) -> list[dict[str, Any]]:
    return [fields["history"] for fields in output.market_data_result.results if "history" in fields]


def _output(
    request: MarketRequest,
    rows: Sequence[AssetRow],
    gaps: Sequence[Gap],
    notes: Sequence[str],
    most_rows: int = MAX_COUNT,
) -> MarketDataOutput:
    origins = [(row.asset_id, origin) for row in rows for origin in row.values.origins]
    row_gaps = [gap for row in rows for gap in row.values.gaps]
    results = [_fields(row) for row in rows]
    for row, fields in zip(rows, results, strict=True):
        made = History() if row.history is None else row.history(most_rows)
        if made.table is not None:
            fields["history"] = msgspec.to_builtins(made.table)
        if made.origin is not None:
            origins.append((row.asset_id, made.origin))
        if made.gap is not None:
            row_gaps.append(Gap("history", made.gap, row.asset_id))
    # What is traded no longer has a date of its own in its row, and must not make the others look old.
    current = [row for row in rows if row.identity.get("is_active", True)] or rows
    as_of = min(row.as_of for row in current)
    merged = merge_origins(origins, len(rows))
    output = MarketDataOutput(
        market_data_result=MarketDataResult(request.quote_currency, results),
        as_of=encode_time(as_of),
        age_days=round((request.now - as_of) / timedelta(days=1), 1),
        source=source_names(merged),
        notes=list(dict.fromkeys([*mode_notes(merged), *notes, *_notes(rows, merged)])),
        provenance=merged,
        unavailable=[*gaps, *merge_gaps(row_gaps, len(rows))],
    )
    is_cut = any(table.get("truncated") for table in _tables(output))
    return structs.replace(output, truncated=True) if is_cut else output


def _fields(row: AssetRow) -> dict[str, Any]:
    return {**row.identity, **row.values.fields, "last_updated": encode_time(row.as_of)}


def _notes(rows: Sequence[AssetRow], origins: Sequence[Origin]) -> list[str]:
    """What holds for the sources, if any figure of the result rests on them."""
    used = set(source_names(origins))
    return [note.text for row in rows for note in row.notes if set(_single(note.source)) <= used]


def _single(source: str) -> list[str]:
    """The single sources that a joined name stands for."""
    return source_names([Origin((), source, "computed", "")])

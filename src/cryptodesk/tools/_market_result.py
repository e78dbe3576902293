"""Puts priced assets together into the result of `cmc_market_data`, within its size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import msgspec
from msgspec import UNSET, Struct, UnsetType, structs

from cryptodesk.market.records import Asset
from cryptodesk.tools._envelope import Gap, Origin, encode_time, merge_gaps, merge_origins, source_names
from cryptodesk.tools._market_currency import PricedSeries
from cryptodesk.tools._market_history import History, history_gap, make_history
from cryptodesk.tools._market_quote import UNSOURCED_METRICS, AssetValues, quote_values
from cryptodesk.tools._market_span import MAX_COUNT, HistoryArguments, Span
from cryptodesk.tools._output import encoded_size, round_floats
from cryptodesk.tools._tool import HARD_LIMIT

__all__ = [
    "MarketDataOutput",
    "MarketDataResult",
    "MarketRequest",
    "PricedAsset",
    "build_output",
    "empty_output",
]

_FEWEST_ROWS = 8


class MarketRequest(Struct, frozen=True):
    """What is asked of every asset. `history` is None when no history is wanted; `now` is what ages count from."""

    metrics: tuple[str, ...]
    quote_currency: str
    now: datetime
    history: HistoryArguments | None
    span: Span


class PricedAsset(Struct, frozen=True):
    """`given` is what the caller wrote, where that was no id."""

    asset: Asset
    priced: PricedSeries
    given: str | None = None


class MarketDataResult(Struct, frozen=True):
    """One row an asset, in the order asked. Money is in `quote_currency`, changes in percent points."""

    quote_currency: str
    results: list[dict[str, Any]]


class MarketDataOutput(Struct, frozen=True, kw_only=True):
    """`as_of` is that of the oldest row and `age_days` how long ago that is; `notes` hold for every row."""

    market_data_result: MarketDataResult
    as_of: str
    age_days: float
    source: list[str]
    notes: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]
    truncated: bool | UnsetType = UNSET


class _Row(Struct, frozen=True):
    """One asset without its history."""

    item: PricedAsset
    values: AssetValues

    @property
    def asset_id(self) -> int:
        return self.item.asset.asset_id


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


def build_output(request: MarketRequest, assets: Sequence[PricedAsset], gaps: list[Gap]) -> MarketDataOutput:
    """The whole result. Where it would exceed the size limit, history is given in fewer rows, and if that is not
    enough the last assets are left out and named."""
    rows = [_Row(item, quote_values(item.asset, item.priced, request.metrics)) for item in assets]
    gaps = [*gaps, *(Gap(name, UNSOURCED_METRICS[name]) for name in request.metrics if name in UNSOURCED_METRICS)]
    while rows:
        output = _fitted(request, rows, gaps)
        if len(rows) == 1 or _size(output) <= HARD_LIMIT:
            return output
        last = rows.pop().item.asset
        gaps.append(Gap("market_data", f"{last.symbol} did not fit in: ask for it by itself", last.asset_id))
    return empty_output(request, gaps)


def _fitted(request: MarketRequest, rows: Sequence[_Row], gaps: Sequence[Gap]) -> MarketDataOutput:
    output = _output(request, rows, gaps, MAX_COUNT)
    if request.history is None or _size(output) <= HARD_LIMIT:
        return output
    bare = _size(_output(request, rows, gaps, 1))
    most_rows = max((len(table["rows"]) for table in _tables(output)), default=1)
    while _size(output) > HARD_LIMIT and most_rows > _FEWEST_ROWS:
        share = max(HARD_LIMIT - bare, 0) / max(_size(output) - bare, 1)
        most_rows = max(min(int(most_rows * share), most_rows - 1), _FEWEST_ROWS)
        output = _output(request, rows, gaps, most_rows)
    return output


def _size(output: MarketDataOutput) -> int:
    return encoded_size(round_floats(msgspec.to_builtins(output), 8))


def _tables(output: MarketDataOutput) -> list[dict[str, Any]]:
    return [fields["history"] for fields in output.market_data_result.results if "history" in fields]


def _output(request: MarketRequest, rows: Sequence[_Row], gaps: Sequence[Gap], most_rows: int) -> MarketDataOutput:
    origins = [(row.asset_id, origin) for row in rows for origin in row.values.origins]
    row_gaps = [gap for row in rows for gap in row.values.gaps]
    results = [_identity(row) for row in rows]
    for row, fields in zip(rows, results, strict=True):
        made = _history(request, row, most_rows)
        if made.table is not None:
            fields["history"] = msgspec.to_builtins(made.table)
        if made.origin is not None:
            origins.append((row.asset_id, made.origin))
        if made.gap is not None:
            row_gaps.append(Gap("history", made.gap, row.asset_id))
    as_of = min(row.item.priced.series.provenance.as_of for row in rows)
    merged = merge_origins(origins, len(rows))
    sources = source_names(merged)
    output = MarketDataOutput(
        market_data_result=MarketDataResult(request.quote_currency, results),
        as_of=encode_time(as_of),
        age_days=round((request.now - as_of) / timedelta(days=1), 1),
        source=sources,
        notes=_notes(rows, sources),
        provenance=merged,
        unavailable=[*gaps, *merge_gaps(row_gaps, len(rows))],
    )
    is_cut = any(table.get("truncated") for table in _tables(output))
    return structs.replace(output, truncated=True) if is_cut else output


def _identity(row: _Row) -> dict[str, Any]:
    asset, series = row.item.asset, row.item.priced.series
    given = {} if row.item.given is None else {"resolved_from": row.item.given}
    return {
        "asset_id": asset.asset_id,
        "name": asset.name,
        "symbol": asset.symbol,
        "slug": asset.slug,
        **given,
        **row.values.fields,
        "last_updated": encode_time(series.provenance.as_of),
    }


def _history(request: MarketRequest, row: _Row, most_rows: int) -> History:
    if request.history is None:
        return History()
    reason = history_gap(row.asset_id, row.item.priced, request.history)
    if reason is not None:
        return History(gap=reason)
    return make_history(row.asset_id, row.item.priced, request.history, request.span, most_rows)


def _notes(rows: Sequence[_Row], sources: Sequence[str]) -> list[str]:
    """What holds for the prices, if any figure of the result rests on them."""
    priced = [row.item.priced for row in rows if row.item.priced.series.provenance.source in sources]
    pairs = [(item.series.provenance.note, item.note) for item in priced]
    return list(dict.fromkeys(note for pair in pairs for note in pair if note))

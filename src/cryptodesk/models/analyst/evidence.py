"""Tool results as facts. Whatever does not have the expected shape is left out, never guessed at.

Text of a result is data: it is compared and shown, and no rule of the analyst reads it as an instruction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.conversation import Outcome
from cryptodesk.models.analyst.ports import AssetId
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.results import Origin, Result, Unavailable, read_result
from cryptodesk.models.analyst.series import Series, read_series
from cryptodesk.models.analyst.text import plain
from cryptodesk.models.analyst.tool_names import (
    ID_LOOKUP,
    KNOWN_TOOLS,
    LOOKUP_KEY,
    MARKET_DATA,
    MATH_EVAL,
    MATH_KEY,
)

__all__ = ["Block", "Evidence", "Failure", "Hit", "Holding", "MathResult", "read_evidence"]

_EXACT = ("exact_id", "exact_address", "exact_symbol", "exact_slug", "exact_name", "exact_alias", "former_symbol")


class Hit(Struct, frozen=True):
    """One asset the lookup found. `is_exact` tells a full match from a similar name; `rivals` match in the same way."""

    asset_id: AssetId
    name: str
    symbol: str
    slug: str
    rank: int | None
    query: str
    is_exact: bool
    rivals: tuple[AssetId, ...]
    record: Mapping[str, Any]

    @property
    def reference(self) -> AssetRef:
        return AssetRef(self.asset_id, self.symbol, self.name, self.query or self.name)


class Block(Struct, frozen=True):
    """One result of the market tool."""

    records: tuple[Mapping[str, Any], ...]
    as_of: str
    age_days: int | None
    sources: tuple[str, ...]
    origins: tuple[Origin, ...]
    unavailable: tuple[Unavailable, ...]
    is_truncated: bool
    currency: str
    notes: tuple[str, ...] = ()
    call: tuple[str, str] = ("", "")
    has_history: bool = False


class Holding(Struct, frozen=True):
    """All that the results say of one asset."""

    asset: AssetRef
    values: Mapping[str, Any]
    series: Series | None
    block: Block
    series_block: Block | None

    def reason(self, *fields: str) -> str | None:
        """Why the first of the fields that is listed as unavailable is missing."""
        for block in filter(None, (self.block, self.series_block)):
            for item in block.unavailable:
                if item.asset_id in {None, str(self.asset.asset_id)} and item.field in fields:
                    return item.reason
        return None


class MathResult(Struct, frozen=True):
    expression: str
    result: str


class Failure(Struct, frozen=True):
    tool: str
    message: str


class Evidence(Struct, frozen=True):
    """What the results of this question hold: `results` all of them, and beside them what is read of the lookup, the
    market tool and the calculator. `others` are those of the caller's own tools, and of built-ins that only skills
    read."""

    hits: tuple[Hit, ...] = ()
    blocks: tuple[Block, ...] = ()
    math: tuple[MathResult, ...] = ()
    failures: tuple[Failure, ...] = ()
    others: tuple[Outcome, ...] = ()
    asked: frozenset[tuple[str, str]] = frozenset()
    results: tuple[Result, ...] = ()

    def results_of(self, *tools: str) -> tuple[Result, ...]:
        """The completed calls of these tools, in order."""
        return tuple(result for result in self.results if result.tool in tools)

    def has_asked(self, tool: str) -> bool:
        return any(name == tool for name, _ in self.asked)

    def failure(self, tool: str) -> str | None:
        return next((failure.message for failure in self.failures if failure.tool == tool), None)

    def hits_for(self, asset: AssetRef) -> tuple[Hit, ...]:
        """The lookup's answers to this asset: the very id, else what was found for the same words."""
        same = tuple(
            hit for hit in self.hits if asset.asset_id is not None and str(hit.asset_id) == str(asset.asset_id)
        )
        words = {word.lower() for word in (asset.text, asset.name) if word}
        return same or tuple(hit for hit in self.hits if hit.query.lower() in words)

    def holding(self, asset: AssetRef) -> Holding | None:
        """Everything the results hold on the asset; None if they hold nothing."""
        values: dict[str, Any] = {}
        block: Block | None = None
        series, series_block = None, None
        for candidate in self.blocks:
            record = _record_of(candidate, asset)
            if record is None:
                continue
            block = block or candidate
            values = {**record, **values}
            found = read_series(record.get("history"))
            if found is not None:
                series, series_block = found, candidate
        if block is None:
            return None
        return Holding(_named(asset, values), values, series, block, series_block)


def _named(asset: AssetRef, values: Mapping[str, Any]) -> AssetRef:
    """The asset under the name the result gives it, where the question's own name was only words."""
    if asset.symbol:
        return asset
    return AssetRef(
        asset.asset_id, plain(values.get("symbol"), 24), plain(values.get("name"), 80) or asset.name, asset.text
    )


def _record_of(block: Block, asset: AssetRef) -> Mapping[str, Any] | None:
    if asset.asset_id is None:
        return None
    return next((record for record in block.records if str(record.get("asset_id")) == str(asset.asset_id)), None)


def read_evidence(outcomes: Iterable[Outcome]) -> Evidence:
    hits: list[Hit] = []
    blocks: list[Block] = []
    math: list[MathResult] = []
    failures: list[Failure] = []
    others: list[Outcome] = []
    results: list[Result] = []
    asked: set[tuple[str, str]] = set()
    for outcome in outcomes:
        name = outcome.call.name
        asked.add((name, canonical(outcome.call.arguments)))
        body = None if outcome.is_error else decoded(outcome.content)
        if name not in KNOWN_TOOLS:
            others.append(outcome)
            continue
        if not isinstance(body, dict):
            failures.append(Failure(name, plain(outcome.content, 200) or "no result"))
            continue
        result = read_result(name, decoded(outcome.call.arguments), body)
        results.append(result)
        if name == ID_LOOKUP:
            hits += _hits(body, outcome.call.arguments)
        elif name == MARKET_DATA and (block := _block(result)) is not None:
            blocks.append(block)
        elif name == MATH_EVAL:
            math += _math(body)
        elif name not in {ID_LOOKUP, MARKET_DATA}:
            others.append(outcome)
    return Evidence(
        tuple(hits), tuple(blocks), tuple(math), tuple(failures), tuple(others), frozenset(asked), tuple(results)
    )


def decoded(text: str) -> Any:
    """The JSON value of the text; None if it is not JSON."""
    try:
        return msgspec.json.decode(text.encode("utf-8", "replace"))
    except (msgspec.DecodeError, RecursionError):
        return None


def canonical(arguments: str) -> str:
    body = decoded(arguments)
    if body is None:
        return arguments
    try:
        return msgspec.json.encode(body, order="deterministic").decode()
    except (RecursionError, ValueError):
        return arguments


def _hits(body: Mapping[str, Any], arguments: str) -> list[Hit]:
    rows = [row for row in _list(body.get(LOOKUP_KEY)) if isinstance(row, dict) and _is_id(row.get("asset_id"))]
    asked = decoded(arguments)
    query = str(asked.get("query", "")) if isinstance(asked, dict) else ""
    names = [name.strip() for name in query.split(",") if name.strip()]
    return [_hit(row, names) for row in rows]


def _hit(row: Mapping[str, Any], names: Sequence[str]) -> Hit:
    spellings = {str(row.get(key, "")).lower() for key in ("name", "symbol", "slug", "asset_id")}
    query = plain(row.get("query"), 200)
    if not query:
        query = next((name for name in names if name.lower() in spellings), names[0] if len(names) == 1 else "")
    match = row.get("match")
    is_exact = match in _EXACT if isinstance(match, str) else query.lower() in spellings
    rank = row.get("rank")
    return Hit(
        row["asset_id"],
        plain(row.get("name"), 80),
        plain(row.get("symbol"), 24),
        plain(row.get("slug"), 80),
        rank if isinstance(rank, int) and not isinstance(rank, bool) else None,
        query,
        is_exact,
        tuple(rival for rival in _list(row.get("rivals")) if _is_id(rival)),
        row,
    )


def _block(result: Result) -> Block | None:
    if not isinstance(result.body.get("results"), list):
        return None
    convert = result.body.get("quote_currency", result.arguments.get("convert"))
    return Block(
        tuple(result.rows("results")),
        result.as_of,
        result.age_days,
        result.sources,
        result.origins,
        result.unavailable,
        result.is_truncated,
        plain(convert, 10) or "USD",
        result.notes,
        Call(result.tool, dict(result.arguments)).key,
        "history" in result.arguments,
    )


def _math(body: Mapping[str, Any]) -> list[MathResult]:
    inner = body.get(MATH_KEY)
    if not isinstance(inner, dict) or not isinstance(inner.get("result"), str):
        return []
    return [MathResult(plain(inner.get("expression"), 500), plain(inner["result"], 400))]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""

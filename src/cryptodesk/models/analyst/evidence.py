"""Tool results as facts. Whatever does not have the expected shape is left out, never guessed at.

Text of a result is data: it is compared and shown, and no rule of the analyst reads it as an instruction.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.models.analyst.conversation import Outcome
from cryptodesk.models.analyst.ports import AssetId
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.series import Series, read_series
from cryptodesk.models.analyst.text import plain
from cryptodesk.models.analyst.tool_names import (
    ID_LOOKUP,
    KNOWN_TOOLS,
    LOOKUP_KEY,
    MARKET_DATA,
    MARKET_KEY,
    MATH_EVAL,
    MATH_KEY,
)

__all__ = ["Block", "Evidence", "Failure", "Hit", "Holding", "MathResult", "Origin", "Unavailable", "read_evidence"]

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


class Origin(Struct, frozen=True):
    """Where the named fields come from; no fields means all."""

    fields: tuple[str, ...]
    source: str
    mode: str
    as_of: str
    note: str
    asset_ids: tuple[str, ...] = ()


class Unavailable(Struct, frozen=True):
    field: str
    reason: str
    asset_id: str | None


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
    hits: tuple[Hit, ...] = ()
    blocks: tuple[Block, ...] = ()
    math: tuple[MathResult, ...] = ()
    failures: tuple[Failure, ...] = ()
    others: tuple[Outcome, ...] = ()
    asked: frozenset[tuple[str, str]] = frozenset()

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
    asked: set[tuple[str, str]] = set()
    for outcome in outcomes:
        name = outcome.call.name
        asked.add((name, canonical(outcome.call.arguments)))
        body = None if outcome.is_error else decoded(outcome.content)
        if name not in KNOWN_TOOLS:
            others.append(outcome)
        elif not isinstance(body, dict):
            failures.append(Failure(name, plain(outcome.content, 200) or "no result"))
        elif name == ID_LOOKUP:
            hits += _hits(body, outcome.call.arguments)
        elif name == MARKET_DATA:
            blocks += _blocks(body, outcome.call.arguments)
        elif name == MATH_EVAL:
            math += _math(body)
    return Evidence(tuple(hits), tuple(blocks), tuple(math), tuple(failures), tuple(others), frozenset(asked))


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


def _blocks(body: Mapping[str, Any], arguments: str) -> list[Block]:
    inner = body.get(MARKET_KEY)
    if not isinstance(inner, dict):
        return []
    top = {**inner, **body}
    asked = decoded(arguments)
    convert = inner.get("quote_currency", asked.get("convert") if isinstance(asked, dict) else None)
    age = top.get("age_days")
    return [
        Block(
            tuple(row for row in _list(inner.get("results")) if isinstance(row, dict)),
            plain(top.get("as_of"), 40),
            round(age) if isinstance(age, int | float) and not isinstance(age, bool) and 0 <= age < 1e6 else None,
            tuple(plain(name, 80) for name in _list(top.get("source")) if isinstance(name, str)),
            tuple(_origin(row) for row in _list(top.get("provenance")) if isinstance(row, dict)),
            tuple(_unavailable(row) for row in _list(top.get("unavailable")) if isinstance(row, dict)),
            top.get("truncated") is True,
            plain(convert, 10) or "USD",
            tuple(plain(note, 300) for note in _list(top.get("notes")) if isinstance(note, str)),
        )
    ]


def _origin(row: Mapping[str, Any]) -> Origin:
    ids = row.get("asset_ids", row.get("asset_id"))
    return Origin(
        tuple(name for name in _list(row.get("fields")) if isinstance(name, str)),
        plain(row.get("source"), 120),
        plain(row.get("mode"), 20),
        plain(row.get("as_of"), 40),
        plain(row.get("note"), 300),
        tuple(str(item) for item in (ids if isinstance(ids, list) else [ids]) if _is_id(item)),
    )


def _unavailable(row: Mapping[str, Any]) -> Unavailable:
    asset_id = row.get("asset_id")
    reason = plain(row.get("reason"), 200) or "no reason given"
    return Unavailable(plain(row.get("field"), 80), reason, str(asset_id) if _is_id(asset_id) else None)


def _math(body: Mapping[str, Any]) -> list[MathResult]:
    inner = body.get(MATH_KEY)
    if not isinstance(inner, dict) or not isinstance(inner.get("result"), str):
        return []
    return [MathResult(plain(inner.get("expression"), 500), plain(inner["result"], 400))]


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""

"""The outputs of built-in tools as far as citing needs them: whose each cell is, and which sources it comes from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.catalog.data_sources import split_sources
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.research.citing._text import one_line

__all__ = ["CallRecord", "EntityRow", "Origin", "read_call"]

# Results of one thing each, asked for by its id. Lists are cited as a whole.
_OF_ONE = {
    "cmc_market_data": "market_data_result",
    "cmc_asset_metadata": "asset_metadata_result",
    "cmc_technical_analysis": "technical_analysis_result",
    "cmc_sentiment": "sentiment_result",
    "cmc_id_lookup": "coin_id_look_up_result",
}
_NO_CELLS = frozenset({"as_of", "notes", "unavailable", "provenance", "age_days", "source", "handling", "truncated"})
_INTERVALS = {"5m": "5-minute", "15m": "15-minute", "1h": "hourly", "4h": "4-hour", "1d": "daily", "1w": "weekly"}
# Ids that are names in themselves, and so cannot be taken for a coin's.
_SELF_NAMED = frozenset({"onchain_token", "nft"})


class Origin(Struct, frozen=True):
    """Where `fields` (dotted, all where empty) come from, for the entities of `ids` or else for every one."""

    fields: tuple[str, ...]
    sources: tuple[str, ...]
    mode: str
    as_of: str
    ids: frozenset[str]

    def fit(self, path: str) -> int:
        """How well it fits a field: the length of the name that covers it, -1 where none does."""
        fits = [len(field) for field in self.fields if path == field or path.startswith((f"{field}.", f"{field}_"))]
        return max(fits) if fits else -1 if self.fields else 0


class EntityRow(Struct, frozen=True):
    """What one object of a result is about. `entity` is a coin's id, or "exchange:270" and the like; None where the
    result is of the market or a list."""

    entity: int | str | None
    name: str = ""
    symbol: str = ""
    slug: str = ""
    interval: str = ""


class CallRecord(Struct, frozen=True):
    call_id: str
    tool: str
    root: str
    body: Mapping[str, Any]
    origins: tuple[Origin, ...]
    kind: str

    @property
    def passages(self) -> Sequence[Mapping[str, Any]]:
        found = self.body.get("content_search_result")
        rows = found.get("passages") if isinstance(found, Mapping) else None
        return [row for row in rows if isinstance(row, Mapping)] if isinstance(rows, list) else []

    def rows(self) -> Iterator[EntityRow]:
        """The entities that the result was asked for; one of no entity for a list or the market."""
        if self.tool not in _OF_ONE:
            yield EntityRow(None)
            return
        inner = self.body.get(self.root)
        rows = inner.get("results", [inner]) if isinstance(inner, Mapping) else inner
        for row in rows if isinstance(rows, list) else ():
            if isinstance(row, Mapping):
                yield self._entity(row)

    def row_at(self, pointer: str) -> tuple[EntityRow, str] | None:
        """Whose the cell is and its dotted field name; None for what is no cell of data."""
        steps = [step.replace("~1", "/").replace("~0", "~") for step in pointer.split("/")[1:]]
        if len(steps) < 2 or steps[0] in _NO_CELLS:
            return None
        node: Any = self.body
        row = EntityRow(None)
        field: list[str] = []
        for at, step in enumerate(steps):
            node = _step(node, step)
            if not step.isdigit() and at:
                field.append(step)
            if row.entity is None and self.tool in _OF_ONE and isinstance(node, Mapping):
                row = self._entity(node)
                field = [] if row.entity is not None else field
        return row, ".".join(name for name in field if name != "results")

    def origins_of(self, row: EntityRow, field: str) -> tuple[Origin, ...]:
        """Those of the field: the most exact that holds for the entity, else the first that holds at all."""
        own = str(row.entity).partition(":")[2] if self.kind in {"exchange", "category"} else str(row.entity)
        held = [one for one in self.origins if not one.ids or row.entity is None or own in one.ids]
        best = max(held, key=lambda one: (one.fit(field), bool(one.ids)), default=None)
        return () if best is None else (best,)

    def all_origins(self, row: EntityRow) -> tuple[Origin, ...]:
        return tuple(one for one in self.origins if not one.ids or row.entity is None or str(row.entity) in one.ids)

    def _entity(self, node: Mapping[str, Any]) -> EntityRow:
        key = node.get("asset_id", node.get("id"))
        if isinstance(key, bool) or not isinstance(key, int | str) or key == "":
            return EntityRow(None)
        kind = str(node.get("asset_type") or self.kind)
        history = node.get("history")
        interval = (history if isinstance(history, Mapping) else node).get("interval")
        is_named = isinstance(key, str) and kind in _SELF_NAMED
        entity = key if kind in {"coin", ""} or is_named else f"{kind}:{key}"
        entity = one_line(entity, 160) if isinstance(entity, str) else entity
        return EntityRow(
            entity,
            one_line(node.get("name"), 80),
            one_line(node.get("symbol"), 20),
            one_line(node.get("slug"), 80),
            _INTERVALS.get(str(interval), ""),
        )


def read_call(call: ToolCallPart, output: str) -> CallRecord | None:
    """None for what is no JSON object of a tool."""
    try:
        body = msgspec.json.decode(output)
    except (msgspec.DecodeError, ValueError, RecursionError):
        return None
    if not isinstance(body, dict):
        return None
    rows = body.get("provenance")
    origins = tuple(_origin(row) for row in rows if isinstance(row, dict)) if isinstance(rows, list) else ()
    root = _OF_ONE.get(call.name) or next((key for key in body if key.endswith("_result")), "")
    return CallRecord(call.call_id, call.name, root, body, origins, _kind(call.arguments))


def _kind(arguments: str) -> str:
    try:
        found = msgspec.json.decode(arguments or "{}")
    except (msgspec.DecodeError, ValueError, RecursionError):
        return "coin"
    kind = found.get("asset_type") if isinstance(found, dict) else None
    return kind if isinstance(kind, str) and kind else "coin"


def _origin(row: Mapping[str, Any]) -> Origin:
    fields, ids = row.get("fields"), row.get("asset_ids", row.get("asset_id"))
    listed = ids if isinstance(ids, list) else [] if ids is None else [ids]
    return Origin(
        tuple(name for name in fields if isinstance(name, str)) if isinstance(fields, list) else (),
        split_sources(one_line(row.get("source"), 240)),
        one_line(row.get("mode"), 20),
        one_line(row.get("as_of"), 40),
        frozenset(map(str, listed)),
    )


def _step(node: Any, step: str) -> Any:
    if isinstance(node, Mapping):
        return node.get(step)
    if isinstance(node, list) and step.isdigit() and int(step) < len(node):
        return node[int(step)]
    return None

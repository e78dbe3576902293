"""Exchanges and NFT collections: looked up by name first, since no list of them is known beforehand."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._leverage import CoinRow
from cryptodesk.models.analyst.skills._skill import Ask
from cryptodesk.models.analyst.text import shown
from cryptodesk.models.analyst.tool_names import ID_LOOKUP, MARKET_DATA, MAX_LOOKUP_NAMES, MAX_LOOKUP_QUERY
from cryptodesk.models.analyst.writer.draft import join_names

__all__ = ["Looked", "listed_calls", "looked_up", "rows_of", "unresolved"]


class Looked(Struct, frozen=True):
    """What the lookup found for a name. `asset_id` is None where nothing was, or where it may be any of `options`."""

    query: str
    asset_id: str | int | None = None
    name: str = ""
    options: tuple[str, ...] = ()
    reason: str = ""

    @property
    def is_guess(self) -> bool:
        return self.asset_id is not None and self.query.casefold() != self.name.casefold()


def listed_calls(
    ask: Ask, asset_type: str, names: Sequence[str], wanted: Callable[[Sequence[str | int]], Call] | None = None
) -> Sequence[Call]:
    """The lookup, then the figures of what it found, or what is `wanted` of it; the names themselves where no lookup is
    offered."""
    figures = wanted or (lambda ids: _figures(asset_type, ids))
    asked = [" ".join(name.replace(",", " ").split()) for name in names][:MAX_LOOKUP_NAMES]
    if not asked:
        return ()
    if not ask.offer.allows(ID_LOOKUP):
        return (figures(asked),)
    found = looked_up(ask.evidence, asset_type, asked)
    ids = [one.asset_id for one in found if one.asset_id is not None]
    if found:
        return (figures(ids),) if ids else ()
    query = ", ".join(asked)[:MAX_LOOKUP_QUERY]
    return (Call(ID_LOOKUP, {"query": query, "asset_type": asset_type}),)


def _figures(asset_type: str, ids: Sequence[str | int]) -> Call:
    return Call(MARKET_DATA, {"asset_type": asset_type, "ids": list(ids)})


def looked_up(evidence: Evidence, asset_type: str, names: Sequence[str]) -> list[Looked]:
    """For each name what the lookup of this class said; empty where it was not asked."""
    key = f"{asset_type}_id_look_up_result"
    results = [one for one in evidence.results_of(ID_LOOKUP) if isinstance(one.body.get(key), list)]
    return [_looked(results, key, name) for name in names] if results else []


def _looked(results: Sequence[Result], key: str, name: str) -> Looked:
    for result in results:
        rows = [row for row in result.rows(key) if str(row.get("query", "")).casefold() == name.casefold()]
        if rows:
            return _best(name, rows)
    reason = next((shown(gap.reason, 200) for result in results for gap in result.unavailable if gap.field == key), "")
    return Looked(name, reason=reason)


def _best(name: str, rows: Sequence[Mapping[str, Any]]) -> Looked:
    """The first is the likeliest; where others bear the name as well, nothing is chosen."""
    first = rows[0]
    is_exact = str(first.get("match", "")).startswith(("exact", "former"))
    if not is_exact and (first.get("rivals") or len(rows) > 1):
        return Looked(name, options=tuple(shown(row.get("name"), 60) for row in rows[:5]))
    return Looked(name, first.get("asset_id"), shown(first.get("name"), 80))


def unresolved(found: Sequence[Looked], noun: str) -> list[str]:
    """A sentence for each name that stands for nothing or for too much, and for each that was guessed."""
    lines = []
    for one in found:
        query = shown(one.query, 60)
        if one.options:
            lines.append(f'"{query}" may mean {join_names(list(one.options), "or")}: which {noun} do you mean?')
        elif one.asset_id is None:
            lines.append(f'No {noun} called "{query}" is at hand{f" ({one.reason})" if one.reason else ""}.')
        elif one.is_guess:
            lines.append(f'I took "{query}" for {one.name}.')
    return lines


def rows_of(evidence: Evidence, asset_type: str) -> list[CoinRow]:
    """Every row of the results of this class."""
    results = [one for one in evidence.results_of(MARKET_DATA) if one.arguments.get("asset_type") == asset_type]
    return [CoinRow(result, row) for result in results for row in result.rows("results")]

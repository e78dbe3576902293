"""What an answer found and what it lacked, read from the results of its tools."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.core.tools import ToolTrace
from cryptodesk.models.analyst.tool_names import ID_LOOKUP
from cryptodesk.research.planning import Missing
from cryptodesk.research.related.peers import Peer

__all__ = ["Findings", "findings_of"]

_MOST_ASSETS, _MOST_MISSING = 12, 60
_LISTS = ("results", "items", "rows", "members")
_LONGEST_NAME, _LONGEST_FIELD = 60, 60


class Findings(Struct, frozen=True):
    """`assets` are those that results list, in their order; `tools` those that completed; `modes` where figures came
    from ("live", "snapshot", "simulated"); `titles` are of the passages that were found."""

    assets: tuple[Peer, ...] = ()
    tools: tuple[str, ...] = ()
    missing: tuple[Missing, ...] = ()
    modes: frozenset[str] = frozenset()
    titles: tuple[str, ...] = ()


def findings_of(traces: Sequence[ToolTrace]) -> Findings:
    """Results are somebody else's text: what is not of the expected form is passed over."""
    read = [(trace, _decoded(trace)) for trace in traces]
    results = [(trace, result) for trace, result in read if trace.name != ID_LOOKUP]
    assets = {peer.asset_id: peer for _, result in results for peer in _assets(result)}
    missing = dict.fromkeys(gap for trace, result in results for gap in _missing(trace, result))
    return Findings(
        tuple(assets.values())[:_MOST_ASSETS],
        tuple(dict.fromkeys(trace.name for trace in traces if trace.status == "completed")),
        tuple(missing)[:_MOST_MISSING],
        frozenset(mode for _, result in read for mode in _modes(result)),
        tuple(dict.fromkeys(title for _, result in results for title in _titles(result))),
    )


def _decoded(trace: ToolTrace) -> dict[str, Any]:
    try:
        result = msgspec.json.decode(trace.output or trace.model_content or "{}")
    except msgspec.DecodeError:
        return {}
    return result if isinstance(result, dict) else {}


def _body(result: Mapping[str, Any]) -> Mapping[str, Any]:
    return next((part for name, part in result.items() if name.endswith("_result") and isinstance(part, dict)), {})


def _rows(part: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    for name in _LISTS:
        rows = part.get(name)
        if isinstance(rows, list):
            yield from (row for row in rows if isinstance(row, dict))


def _assets(result: Mapping[str, Any]) -> Iterator[Peer]:
    for row in _rows(_body(result)):
        asset_id, name, symbol = row.get("asset_id", row.get("id")), row.get("name"), row.get("symbol")
        if isinstance(asset_id, int) and isinstance(name, str) and isinstance(symbol, str):
            yield Peer(asset_id, name[:_LONGEST_NAME], symbol[:_LONGEST_NAME])


def _missing(trace: ToolTrace, result: Mapping[str, Any]) -> Iterator[Missing]:
    if trace.status == "failed":
        yield Missing(trace.name)
    for gap in _dicts(result.get("unavailable")):
        field, asset_id = gap.get("field"), gap.get("asset_id")
        if isinstance(field, str):
            known = asset_id if isinstance(asset_id, int | str) else None
            for name in _names(field):
                yield Missing(name, known)


def _names(field: str) -> Iterable[str]:
    """ "a, b" names two fields; "supply_schedule.next_unlocks" is known by its last part too."""
    for name in field[: 4 * _LONGEST_FIELD].split(", "):
        yield name
        if "." in name:
            yield name.rpartition(".")[2]


def _modes(result: Mapping[str, Any]) -> Iterator[str]:
    for origin in _dicts(result.get("provenance")):
        mode = origin.get("mode")
        if isinstance(mode, str):
            yield mode


def _titles(result: Mapping[str, Any]) -> Iterator[str]:
    for passage in _dicts(_body(result).get("passages")):
        title = passage.get("title")
        if isinstance(title, str):
            yield title


def _dicts(value: object) -> Iterator[dict[str, Any]]:
    if isinstance(value, list):
        yield from (each for each in value if isinstance(each, dict))

"""What the tests of the skills on the market share: canned overviews, and results with a figure taken out."""

from __future__ import annotations

import copy
import json
import re
from collections.abc import Iterator, Sequence
from typing import Any

from cryptodesk.models.analyst.parser import parse
from tests.models.analyst.desk import TODAY, WORLD, Found, World, ask, called
from tests.models.analyst.skills.risk_desk import Said

__all__ = [
    "StableWorld",
    "answer_of",
    "claim_of",
    "each_without",
    "nothing_made_up",
    "only_result",
    "overview",
    "replay",
]


_MADE_UP = re.compile(r"\bNone\b|\bnan\b|\$0\.00\b| 0\.00%|  | ,|\(\)|\[\]|\{")


def claim_of(question: str, world: World = WORLD) -> tuple[str, float]:
    """The skill that takes the question, and how sure it is; the intent where none does."""
    plan = parse(question, world, TODAY)
    return plan.skill or plan.intent, plan.confidence


def overview(unavailable: dict[str, str] | None = None, **sections: Any) -> dict[str, Any]:
    """A result of the overview with these sections."""
    return {
        "market_overview_result": sections,
        "as_of": "2026-11-21T12:00:00Z",
        "source": ["test"],
        "notes": [],
        "provenance": [{"fields": list(sections), "source": "test", "mode": "live", "as_of": "2026-11-21T11:00:00Z"}],
        "unavailable": [{"field": field, "reason": why} for field, why in (unavailable or {}).items()],
    }


async def answer_of(question: str, tool: str, result: dict[str, Any], arguments: dict[str, Any] | None = None) -> str:
    """What is written when one call of the tool gave this."""
    return await replay(question, [(tool, arguments or {}, result)])


async def replay(question: str, results: Sequence[tuple[str, dict[str, Any], dict[str, Any]]]) -> str:
    """What is written when these calls were made, with no other to make."""
    messages = [
        message
        for at, (tool, arguments, result) in enumerate(results)
        for message in called(tool, arguments, result, call_id=f"c{at}")
    ]
    answer = await ask(question, *messages)
    assert not answer.calls
    return answer.text


def only_result(said: Said, tool: str) -> dict[str, Any]:
    """The one result of the tool, without its envelope."""
    (body,) = said.results(tool)
    inner = next(value for name, value in body.items() if name.endswith("_result"))
    assert isinstance(inner, dict)
    return inner


def each_without(body: Any) -> Iterator[tuple[str, Any]]:
    """The result once for each figure or text of it, without that one."""
    for path in list(_leaves(body)):
        made = copy.deepcopy(body)
        holder = made
        for step in path[:-1]:
            holder = holder[step]
        del holder[path[-1]]
        yield ".".join(map(str, path)), made


def _leaves(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in items:
        if isinstance(inner, dict | list) and inner:
            yield from _leaves(inner, (*path, key))
        else:
            yield (*path, key)


async def nothing_made_up(question: str, said: Said, key: str) -> None:
    """With any one figure gone the answer still reads, and neither shows a None nor a zero in its place."""
    calls = [
        (trace.name, json.loads(trace.arguments), json.loads(trace.model_content))
        for trace in said.traces
        if trace.name != "cmc_id_lookup"
    ]
    for at, (tool, arguments, whole) in enumerate(calls):
        for path, body in each_without(whole.get(key, {})):
            changed = [*calls[:at], (tool, arguments, {**whole, key: body}), *calls[at + 1 :]]
            text = await replay(question, changed)
            assert text.strip(), path
            assert not _MADE_UP.search(text.replace("|  |", "")), (path, text)


class StableWorld(World):
    """The small world and three stablecoins."""

    def find(self, text: str) -> Sequence[Found]:
        found = list(super().find(text))
        for asset_id, symbol, name in _STABLES:
            pattern = rf"(?<!\w)(?:{symbol}|{name})(?!\w)"
            found += [
                Found(match.start(), match.end(), match.group(), asset_id, symbol, name, 0.95)
                for match in re.finditer(pattern, text, re.IGNORECASE)
            ]
        return sorted(found, key=lambda mention: mention.start)


_STABLES = ((825, "USDT", "Tether"), (3408, "USDC", "USD Coin"), (4943, "DAI", "Dai"))

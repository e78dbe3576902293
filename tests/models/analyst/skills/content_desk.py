"""What the tests of the skills on texts and profiles share: desks on both offline markets, and canned tool results."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Literal

import msgspec
from msgspec import Struct

from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.events import RunFold
from cryptodesk.core.messages import Message
from cryptodesk.core.tools import ToolTrace
from cryptodesk.models.analyst.followups import understand
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.schema_check import matches
from cryptodesk.settings import Settings
from cryptodesk.tools import tool_specs
from tests.models.analyst.desk import TODAY, WORLD, called
from tests.models.analyst.desk import ask as ask_analyst

__all__ = [
    "NOW",
    "Desks",
    "Said",
    "ask",
    "claimed",
    "lines",
    "metadata",
    "open_desks",
    "passage",
    "passages",
    "read",
    "written",
]

NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
SCHEMAS = {spec.name: spec.parameters for spec in tool_specs()}
Desks = dict[str, Desk]
Mode = Literal["simulated", "snapshot"]


class Said(Struct, frozen=True):
    """An answer and the calls it rests on."""

    text: str
    traces: tuple[ToolTrace, ...]

    def result(self, tool: str) -> dict[str, Any]:
        """What the last call of the tool gave to the analyst."""
        found = [json.loads(trace.model_content) for trace in self.traces if trace.name == tool]
        assert found, [trace.name for trace in self.traces]
        result: dict[str, Any] = found[-1]
        return result

    def passages(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.result("cmc_content_search")["content_search_result"]["passages"]
        return found

    def row(self) -> dict[str, Any]:
        """The one row of the metadata tool."""
        found: dict[str, Any] = self.result("cmc_asset_metadata")["asset_metadata_result"]["results"][0]
        return found


@asynccontextmanager
async def open_desks(home: Path, *modes: Mode, coins: int = 500) -> AsyncIterator[Desks]:
    chosen: Sequence[Mode] = modes or ("simulated", "snapshot")
    desks = {
        mode: Desk(
            Settings(home=home / mode, data=mode, simulated_coins=coins, default_model="cryptodesk-analyst"),
            FixedClock(NOW),
        )
        for mode in chosen
    }
    for desk in desks.values():
        await desk.__aenter__()
    try:
        yield desks
    finally:
        for desk in desks.values():
            await desk.__aexit__(None, None, None)


async def ask(desk: Desk, question: str) -> Said:
    """The answer; every call on the way fits its tool's schema and completed."""
    fold = RunFold()
    async for batch in desk.engine.run(desk.question(question)):
        for event in batch:
            fold.add(event)
    assert fold.finished is not None, (question, fold.failed)
    for trace in fold.traces:
        schema = SCHEMAS[trace.name]
        assert matches(msgspec.json.decode(trace.arguments), schema, schema), trace.arguments
        assert trace.status == "completed", trace.model_content
    return Said(fold.text, tuple(fold.traces))


def read(question: str, *earlier: str) -> Plan:
    return understand(question, earlier, WORLD, TODAY)[-1]


def claimed(question: str, *earlier: str) -> str:
    """The skill that answers the question, else the intent."""
    plan = read(question, *earlier)
    return plan.skill or plan.intent


def lines(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


async def written(question: str, *results: tuple[str, dict[str, Any]], **options: Any) -> str:
    """What is written from these results of built-in tools, one call each."""
    messages: list[Message | str] = [question]
    for index, (tool, result) in enumerate(results):
        messages += called(tool, {}, result, call_id=f"c{index}")
    answer = await ask_analyst(*messages, **options)
    assert not answer.calls
    return answer.text


def passage(n: int, title: str, text: str, **fields: Any) -> dict[str, Any]:
    return {
        "n": n,
        "source": "Example Gazette",
        "title": title,
        "url": f"https://gazette.example.com/{n}",
        "published_at": "2026-11-19T08:00:00Z",
        "content_type": "news",
        "text": f"⟦{text}⟧",
        **fields,
    }


def passages(*rows: dict[str, Any], **top: Any) -> tuple[str, dict[str, Any]]:
    """A result of the content search."""
    body = {
        "handling": "quotations",
        "content_search_result": {"query": "q", "passages": list(rows)},
        "as_of": "2026-11-21T12:00:00Z",
        "source": [],
        "notes": [],
        "unavailable": [],
        **top,
    }
    return "cmc_content_search", body


def metadata(*rows: dict[str, Any], **top: Any) -> tuple[str, dict[str, Any]]:
    """A result of the metadata tool: a snapshot of 2026-09-10."""
    fields = sorted({name for row in rows for name in row} - {"id", "name", "symbol", "slug"})
    body = {
        "asset_metadata_result": {"results": list(rows)},
        "as_of": "2026-11-21T12:00:00Z",
        "source": ["example_source"],
        "notes": [],
        "provenance": [
            {"fields": fields, "source": "example_source", "mode": "snapshot", "as_of": "2026-09-10T00:00:00Z"}
        ],
        "unavailable": [],
        **top,
    }
    return "cmc_asset_metadata", body

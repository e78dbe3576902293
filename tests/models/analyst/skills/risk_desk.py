"""What the tests of the skills on risk and return share: a desk on either offline market, and what its tools gave."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.events import RunFold
from cryptodesk.core.tools import ToolTrace
from cryptodesk.models.analyst.followups import understand
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.models.analyst.schema_check import matches
from cryptodesk.settings import Settings
from cryptodesk.tools import tool_specs
from tests.models.analyst.desk import TODAY, WORLD

__all__ = [
    "MODES",
    "Desks",
    "Said",
    "ask",
    "assert_calls_validate",
    "bare",
    "claimed",
    "closes",
    "lines",
    "open_desks",
    "read",
    "table_rows",
    "walk",
]

MODES = ("simulated", "snapshot")
NOW = datetime(2026, 11, 21, 12, tzinfo=UTC)
Desks = dict[str, Desk]
_SCHEMAS = {spec.name: spec.parameters for spec in tool_specs()}


class Said(Struct, frozen=True):
    text: str
    traces: tuple[ToolTrace, ...]

    def results(self, tool: str) -> list[dict[str, Any]]:
        """What the tool gave, call by call."""
        return [json.loads(trace.model_content) for trace in self.traces if trace.name == tool]

    @property
    def answer(self) -> str:
        return self.text.split("\n")[0]


@asynccontextmanager
async def open_desks(home: Path) -> AsyncIterator[Desks]:
    desks = {
        mode: Desk(Settings(home=home / mode, data=mode, default_model="cryptodesk-analyst"), FixedClock(NOW))  # type: ignore[arg-type]
        for mode in MODES
    }
    async with desks["simulated"], desks["snapshot"]:
        yield desks


async def ask(desk: Desk, question: str) -> Said:
    fold = RunFold()
    async for batch in desk.engine.run(desk.question(question)):
        for event in batch:
            fold.add(event)
    assert fold.finished is not None, (question, fold.failed)
    return Said(fold.text, tuple(fold.traces))


def read(question: str, *earlier: str) -> Plan:
    return understand(question, earlier, WORLD, TODAY)[-1]


def claimed(question: str, *earlier: str) -> str:
    """The skill that answers the question, else the intent."""
    plan = read(question, *earlier)
    return plan.skill or plan.intent


def lines(table: str) -> list[str]:
    return [line.strip() for line in table.strip().splitlines()]


def assert_calls_validate(said: Said) -> None:
    """Every call fits its tool's schema, and none failed."""
    for trace in said.traces:
        schema = _SCHEMAS[trace.name]
        assert matches(msgspec.json.decode(trace.arguments), schema, schema), trace.arguments
        assert trace.status == "completed", trace.model_content


def closes(said: Said, symbol: str) -> tuple[list[date], list[float]]:
    """Every daily close of the asset that the market tool gave in the run, oldest first."""
    found: dict[date, float] = {}
    for result in said.results("cmc_market_data"):
        for row in result["market_data_result"]["results"]:
            if row["symbol"] == symbol and "history" in row:
                assert row["history"]["interval"] == "1d"
                found |= {date.fromisoformat(day): close for day, close, *_ in row["history"]["rows"]}
    days = sorted(found)
    return days, [found[day] for day in days]


def table_rows(text: str) -> dict[str, list[str]]:
    """The rows of the answer's table by their first cell, without the header."""
    found = [
        [cell.strip() for cell in line.strip("| ").split(" | ")] for line in text.splitlines() if line.startswith("|")
    ]
    return {cells[0]: cells[1:] for cells in found[2:]} if len(found) > 2 else {}


def walk(*prices: float, last: str = "2026-09-09") -> dict[str, Any]:
    """A history of closes, one a day up to `last`."""
    end = date.fromisoformat(last)
    days = [(end - timedelta(days=len(prices) - 1 - at)).isoformat() for at in range(len(prices))]
    return {
        "interval": "1d",
        "headers": ["time", "close"],
        "rows": [list(row) for row in zip(days, prices, strict=True)],
    }


def bare(text: str) -> str:
    """The text without markdown's stars."""
    return re.sub(r"\*\*", "", text)

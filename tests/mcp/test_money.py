"""Money: an answer costs what the same run costs elsewhere, a run that is taken back what it used, a tool nothing."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.app.desk import Desk
from cryptodesk.app.mcp import mcp_ports
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.events import RunEvent, TextDelta
from cryptodesk.core.requests import RunRequest
from cryptodesk.settings import Settings
from tests.dialects.support import CALLER, NOW, make_ports
from tests.mcp.support import client


@pytest.fixture
async def desk(tmp_path: Path) -> AsyncIterator[Desk]:
    settings = {"home": tmp_path, "data": "snapshot", "recording": "off", "scripted_models": True}
    async with Desk(Settings.model_validate(settings), FixedClock(NOW)) as desk:
        yield desk


def ports_of(desk: Desk, engine: Any = None) -> Any:
    edge = structs.replace(make_ports(engine or desk.engine), built_in_tools=frozenset(desk.tools.names()))
    return mcp_ports(desk, structs.replace(edge, research=desk.research, limits=desk.limits))


class Watched:
    """The desk's engine, and a flag for the first words of an answer."""

    def __init__(self, desk: Desk) -> None:
        self._engine = desk.engine
        self.writes = asyncio.Event()

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        events: Any = self._engine.run(request)
        try:
            async for batch in events:
                yield batch
                if any(isinstance(event, TextDelta) for event in batch):
                    self.writes.set()
        finally:
            await events.aclose()


async def test_an_answer_is_charged_to_its_caller_and_its_receipt_says_as_much(desk: Desk) -> None:
    async with client(ports_of(desk)) as session:
        result = await session.call_tool("ask", {"question": "hello", "model": "scripted-plain"})
    assert not result.is_error, result.content
    entries = desk.ledger.entries(key_id=CALLER.key_id)
    assert entries
    assert {entry.outcome for entry in entries} == {"finished"}
    charged = sum((entry.amount_usd for entry in entries), Decimal(0))
    assert charged > 0
    assert Decimal(result.structured_content["receipt"]["total_usd"]) == charged
    assert desk.ledger.balance_usd(CALLER.account_id) == charged


async def test_an_answer_that_is_taken_back_is_charged_for_what_it_used_and_holds_nothing_more(desk: Desk) -> None:
    engine = Watched(desk)
    async with client(ports_of(desk, engine)) as session:
        asking = asyncio.create_task(
            session.call_tool("ask", {"question": "hello", "model": "scripted-never_ends"}),
        )
        await engine.writes.wait()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
    entries = desk.ledger.entries(key_id=CALLER.key_id)
    assert {entry.outcome for entry in entries} == {"cancelled"}
    assert sum((entry.amount_usd for entry in entries), Decimal(0)) > 0
    held = desk.ledger.holds(key_id=CALLER.key_id)
    assert sum((entry.amount_usd for entry in held), Decimal(0)) == 0


async def test_a_limit_of_the_request_holds(desk: Desk) -> None:
    async with client(ports_of(desk)) as session:
        result = await session.call_tool(
            "ask", {"question": "hello", "model": "scripted-plain", "max_cost_usd": 0.0000001}
        )
    assert result.is_error
    assert desk.ledger.entries(key_id=CALLER.key_id) == ()


async def test_a_tool_outside_of_a_run_costs_nothing(desk: Desk) -> None:
    async with client(ports_of(desk)) as session:
        result = await session.call_tool("cmc_id_lookup", {"query": "bitcoin", "asset_type": "coin"})
    assert not result.is_error
    assert desk.ledger.entries() == ()
    assert desk.ledger.holds() == ()

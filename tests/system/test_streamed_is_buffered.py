"""Streamed or whole, an answer costs the same to the last digit, and what the provider bills: every provider, every mix
of text, reasoning and calls, every dialect."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.core.generation import ModelRoute
from cryptodesk.drills.answers import Said, billed_usd
from tests.system.hang_up import (
    CHAT,
    FLAVOURS,
    MIXES,
    QUESTION,
    RESEARCH,
    Booked,
    Flavour,
    HangUpDesk,
    Mix,
    hang_up_desk,
)

pytestmark = pytest.mark.asyncio(loop_scope="module")

CASES = [(flavour, mix) for flavour in FLAVOURS for mix in MIXES]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HangUpDesk]:
    async with hang_up_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


def bill_of(flavour: Flavour, route: ModelRoute, mix: Mix) -> Decimal:
    cost = getattr(flavour.wire, "cost_usd", "")
    return Decimal(cost) if cost else billed_usd(route.price, mix.said.counted)


def account_of(answer: bytes) -> dict[str, Any]:
    """`usage` and `cmc` of a body, or of the last frame of a stream. Amounts keep every digit."""
    frames = [block[5:] for block in answer.split(b"\n\n") if block.startswith(b"data:{")]
    told = json.loads(frames[-1] if frames else answer, parse_float=Decimal)
    return {name: told[name] for name in ("usage", "cmc")}


def amounts(booked: Booked) -> list[tuple[str, Decimal, bool]]:
    entries = (*booked.charges, *booked.surcharges)
    return [(entry.kind, entry.amount_usd, entry.usage_is_estimated) for entry in entries]


@pytest.mark.parametrize(("name", "kind"), CASES, ids=[f"{name}: {kind}" for name, kind in CASES])
async def test_a_stream_costs_what_the_whole_body_costs_and_the_provider_bills(
    desk: HangUpDesk, name: str, kind: str
) -> None:
    flavour, mix = FLAVOURS[name], MIXES[kind]
    asked = {"model": flavour.model_id, "messages": QUESTION, **({"tools": list(mix.tools)} if mix.tools else {})}
    told, booked = [], []
    for stream in (True, False):
        answer, books = await desk.answered(flavour, mix.said, CHAT, {**asked, "stream": stream})
        told.append(account_of(answer))
        booked.append(books)
    assert _without_times(told[0]) == _without_times(told[1])
    assert amounts(booked[0]) == amounts(booked[1])
    bill = bill_of(flavour, desk.route(flavour), mix)
    is_listed = any(tool["function"]["name"].startswith("cmc_") for tool in mix.tools)
    assert [amount for kind_, amount, _ in amounts(booked[0]) if kind_ == "charge"] == [bill]
    assert told[0]["cmc"]["cost"]["total_cost"] == bill * (Decimal("1.1") if is_listed else 1)
    assert not booked[0].receipt.is_estimated


def _without_times(account: dict[str, Any]) -> dict[str, Any]:
    traces = [{**trace, "id": ""} for trace in account["cmc"].get("tool_traces", ())]
    return {**account, "cmc": {**account["cmc"], "tool_traces": traces}}


@pytest.mark.parametrize("name", ["openai", "deepseek", "openrouter", "anthropic", "gemini"])
async def test_a_researched_answer_costs_the_same_however_it_is_read(desk: HangUpDesk, name: str) -> None:
    flavour, seen = FLAVOURS[name], []
    for path in RESEARCH:
        for stream in (True, False):
            body = {"messages": QUESTION, "stream": stream, "generate_related_questions": 0}
            _, booked = await desk.answered(flavour, Said(), path, body)
            seen.append(amounts(booked))
    assert len(seen[0]) > 2
    assert all(each == seen[0] for each in seen)

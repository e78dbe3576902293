"""A client killed at every frame of every provider's stream: the upstream is closed, and the ledger has what the rule
of docs/money.md says, to the last digit."""

from __future__ import annotations

from collections.abc import AsyncIterator
from decimal import Decimal
from typing import Any

import msgspec
import pytest
import pytest_asyncio

from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ports import Entry
from cryptodesk.core.usage import Usage
from cryptodesk.drills.answers import Counted, billed_usd
from tests.system.hang_up import CHAT, FLAVOURS, MIXES, Booked, Flavour, HangUpDesk, Mix, hang_up_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

QUESTION = "What does Bitcoin cost?"
CASES = [(flavour, mix) for flavour in FLAVOURS for mix in MIXES]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HangUpDesk]:
    async with hang_up_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


def body(flavour: Flavour, mix: Mix, *, stream: bool = True) -> dict[str, Any]:
    asked: dict[str, Any] = {"model": flavour.model_id, "messages": [{"role": "user", "content": QUESTION}]}
    return {**asked, "stream": stream, **({"tools": list(mix.tools)} if mix.tools else {})}


def tokens(characters: int) -> int:
    return -(-characters // 4)


def sent_characters(desk: HangUpDesk, mix: Mix) -> int | None:
    """Of the question and the client's own tools; None where the desk adds words of its own."""
    if any(tool["function"]["name"].startswith("cmc_") for tool in mix.tools):
        return None
    functions = [tool["function"] for tool in mix.tools]
    described = sum(
        len(each["name"]) + len(each["description"]) + len(msgspec.json.encode(each["parameters"]))
        for each in functions
    )
    return len(QUESTION) + described


def check_books(booked: Booked, outcome: str) -> Entry:
    """What holds of every run: one charge, a surcharge of a tenth or none, the hold given back, a readable receipt."""
    (charge,) = booked.charges
    assert charge.outcome == outcome
    assert sum(hold.amount_usd for hold in booked.holds) == 0
    assert booked.receipt.status == "settled"
    assert booked.receipt.outcome == outcome
    assert booked.receipt.total_usd == sum(entry.amount_usd for entry in (*booked.charges, *booked.surcharges))
    assert booked.receipt.is_estimated == charge.usage_is_estimated
    return charge


def check_estimate(desk: HangUpDesk, route: ModelRoute, mix: Mix, booked: Booked, characters: int) -> None:
    """Four characters a token of what was sent and of what the engine had read, marked, within the hold."""
    charge = booked.charges[0]
    assert charge.usage_is_estimated
    assert charge.usage.output_tokens == tokens(characters)
    sent = sent_characters(desk, mix)
    if sent is not None:
        assert charge.usage == Usage(tokens(sent), tokens(characters))
    estimated = billed_usd(route.price, Counted(charge.usage.input_tokens, 0, charge.usage.output_tokens))
    assert charge.amount_usd == estimated
    assert 0 < booked.receipt.total_usd <= booked.holds[0].amount_usd


def bill_of(flavour: Flavour, route: ModelRoute, mix: Mix) -> Decimal:
    cost = getattr(flavour.wire, "cost_usd", "")
    return Decimal(cost) if cost else billed_usd(route.price, mix.said.counted)


@pytest.mark.parametrize(("name", "kind"), CASES, ids=[f"{name}: {kind}" for name, kind in CASES])
async def test_a_client_killed_at_any_frame_pays_by_the_rule(desk: HangUpDesk, name: str, kind: str) -> None:
    flavour, mix = FLAVOURS[name], MIXES[kind]
    route = desk.route(flavour)
    frames = flavour.wire.frames(mix.said, "m")
    for cut in range(len(frames) + is_without_terminator(flavour)):
        booked = await desk.killed_after(flavour, mix.said, cut, CHAT, body(flavour, mix))
        charge = check_books(booked, "cancelled")
        if any(frame.reports for frame in frames[:cut]):
            assert not charge.usage_is_estimated, "what the provider reported is what is charged"
            assert charge.amount_usd == bill_of(flavour, route, mix)
        else:
            check_estimate(desk, route, mix, booked, desk.script.cut_characters)


def is_without_terminator(flavour: Flavour) -> bool:
    """Whether its last frame may still be followed by another, so that a client can be killed behind it."""
    return flavour.wire.kind == "gemini_wire"

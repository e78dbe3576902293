"""A client of a researched answer killed at every frame of the call that writes it: every branch is cancelled, the
upstream closed, what was reported of the other calls charged to the last digit, and the cut one estimated."""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from decimal import Decimal

import pytest
import pytest_asyncio

from cryptodesk.dialects.messari.route import CHAT_PATHS
from cryptodesk.drills.answers import Said, billed_usd
from cryptodesk.drills.script import said_for
from tests.system.hang_up import FLAVOURS, Booked, Flavour, HangUpDesk, hang_up_desk

pytestmark = pytest.mark.asyncio(loop_scope="module")

BODY = {
    "messages": [{"role": "user", "content": "What is the price of Bitcoin?"}],
    "stream": True,
    "generate_related_questions": 0,
}
V2 = "/ai/v2/chat/completions"
# Every wire on one dialect, every dialect on one wire.
CASES = [(name, V2) for name in ("openai", "deepseek", "anthropic", "gemini")]
CASES += [("openai", path) for path in CHAT_PATHS if path != V2]


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desk(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[HangUpDesk]:
    async with hang_up_desk(tmp_path_factory.mktemp("desk")) as opened:
        yield opened


def exact(booked: Booked) -> Counter[Decimal]:
    return Counter(entry.amount_usd for entry in booked.charges if not entry.usage_is_estimated)


def check(desk: HangUpDesk, flavour: Flavour, booked: Booked) -> None:
    price = desk.route(flavour).price
    assert exact(booked) == Counter(billed_usd(price, said.counted) for said in desk.script.answered)
    (estimated,) = [entry for entry in booked.charges if entry.usage_is_estimated]
    assert estimated.usage.output_tokens == -(-desk.script.cut_characters // 4)
    assert estimated.usage.input_tokens > 0
    assert {entry.outcome for entry in booked.charges} == {"cancelled"}
    # The desk's own tools are listed on these routes: a tenth on top of every call that cost anything.
    assert sum(entry.amount_usd for entry in booked.surcharges) == sum(e.amount_usd for e in booked.charges) / 10
    assert sum(hold.amount_usd for hold in booked.holds) == 0
    receipt = booked.receipt
    assert (receipt.status, receipt.outcome, receipt.is_estimated) == ("settled", "cancelled", True)
    assert receipt.total_usd == sum(entry.amount_usd for entry in (*booked.charges, *booked.surcharges))
    assert 0 < receipt.total_usd <= booked.holds[0].amount_usd


@pytest.mark.parametrize(("name", "path"), CASES, ids=[f"{name} {path}" for name, path in CASES])
async def test_a_reader_killed_at_any_frame_pays_by_the_rule(desk: HangUpDesk, name: str, path: str) -> None:
    flavour = FLAVOURS[name]
    frames = flavour.wire.frames(said_for("write", b"", 0), "m")
    ending = next(place for place, frame in enumerate(frames) if frame.ends)
    for cut in range(ending + 1):
        check(desk, flavour, await desk.killed_after(flavour, Said(), cut, path, BODY))


async def test_a_reader_who_stays_pays_what_was_reported(desk: HangUpDesk) -> None:
    for name in ("openai", "anthropic", "gemini"):
        flavour = FLAVOURS[name]
        _, booked = await desk.answered(flavour, Said(), V2, BODY)
        price = desk.route(flavour).price
        assert exact(booked) == Counter(billed_usd(price, said.counted) for said in desk.script.answered)
        assert len(booked.charges) == len(desk.script.answered) >= 4
        assert (booked.receipt.outcome, booked.receipt.is_estimated) == ("finished", False)

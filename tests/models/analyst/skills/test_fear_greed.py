"""Fear and greed: which questions it takes, and a comparison with the day that was asked for."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import number, to_decimal
from tests.models.analyst.skills.market_desk import answer_of, claim_of, only_result, overview
from tests.models.analyst.skills.risk_desk import Desks, ask, bare, lines, open_desks

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
fear and greed index
f&g index vs last month?
f&g
f & g today
what's f&g at
f+g index
f and g index
fear/greed
fear-and-greed index
fear n greed pls
feer and greed
fear and gread index
crypto fear gauge
fear index crypto
greed index
fgi today
fng now
is the market greedy or fearful right now
are we in greed or fear
extreme greed?
How has the crypto fear and greed index changed since yesterday?
"""
NOT_OURS = """
is greed good
what is fud
BTC price
market sentiment today
g force
top gainers
what does fomo mean
btc dominance
gas fees
fees and gas
"""


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    assert claim_of(question)[0] == "fear_greed"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "fear_greed"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("fear_greed")) as opened:
        yield opened


async def test_the_day_that_is_asked_for_is_compared(desks: Desks) -> None:
    said = await ask(desks["simulated"], "f&g index vs last month?")
    index = only_result(said, "cmc_market_overview")["sentiment"]["fear_greed"]
    now, then = index["current"]["index"], index["history"]["last_month"]["index"]
    word = "up from" if now > then else "down from" if now < then else "unchanged from"
    assert f"{word} {number(to_decimal(then))} a month ago" in bare(said.answer)


async def test_a_day_that_is_not_kept_is_said_to_be_missing() -> None:
    level = {"index": 40, "value": "Fear"}
    result = overview(sentiment={"fear_greed": {"current": level, "history": {}, "yearly": {}}})
    answer = await answer_of("fear and greed index over the last 60 days", "cmc_market_overview", result)
    assert "40 of 100" in bare(answer)
    assert "nothing for the last 60 days" in answer

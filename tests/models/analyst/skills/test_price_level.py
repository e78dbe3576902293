"""Price levels: which questions are taken, and that days, dates and ends are those of the record."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from tests.models.analyst.skills.market_desk import claim_of
from tests.models.analyst.skills.risk_desk import MODES, Desks, Said, ask, bare, lines, open_desks

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
was BTC ever below 20k in 2023
was ETH ever under 1000 dollars
has XRP been above 3 usd this year
did btc ever hit 130k
did btc hit 100k in 2025
when did btc first close above 100k
when did BTC last trade below 50k
when was the last time eth was over 4k
how many days was btc over 100k in 2025
how often was sol above $200 last year
was sol higher than 100 on 1 jan 2024
was sol higher or lower than 100 in jan 2024
has doge ever been at a dollar
did bitcoin ever reach six figures
first time btc broke 50000?
did eth drop under 1500 this year
how long was bnb above 1000
has sol ever traded at 300
on which day did eth first cross 2000
was btc at 70k or more in march 2024
did xrp get past $2 in 2025 pls
how many closes above 100000 did bitcoin have
did ada ever fall to 10 cents... i mean below 0.1
since when has btc been above 50k
ETH: number of days below 2000 this year
never saw SOL under 8 dollars, did it go there
"""
NOT_OURS = """
price of BTC
is BTC above 100k
will BTC be above 100k
when will btc hit 200k
can sol go above 500
how much is 1000 dollars in btc
got 5 sol at 20 bucks, how much have I made
picked up 3 ETH at 1500 a pop. how much am I up
how many ETH can I get for 5000
coins above 1 dollar
top 10 coins
did BTC go up more than 5%
was volume of BTC above 10 billion
how did btc do in 2025
highest close of BTC in 2025
should I buy btc below 50k
alert me when BTC was under 60k
if btc was over 100k what would i have
"""


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    assert claim_of(question)[0] == "price_level"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "price_level"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("levels")) as opened:
        yield opened


def closes(said: Said, first: str, last: str) -> list[tuple[str, float]]:
    found: dict[str, float] = {}
    for result in said.results("cmc_market_data"):
        for row in result["market_data_result"]["results"]:
            history: Any = row.get("history") or {}
            if history.get("headers") == ["time", "close"]:
                found |= {time[:10]: close for time, close in history["rows"]}
    return sorted((day, close) for day, close in found.items() if first <= day <= last)


@pytest.mark.parametrize("mode", MODES)
async def test_days_beyond_a_level_are_counted_on_the_closes_of_the_tool(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "how many days was BTC over 100k in 2025")
    held = closes(said, "2025-01-01", "2025-12-31")
    days = [day for day, close in held if close > 100_000]
    assert len(held) == 365
    answer = bare(said.answer)
    if not days:
        assert answer.startswith("No")
        return
    assert f"on {len(days)} of {len(held)} days" in answer
    assert f"first on {days[0]} and last on {days[-1]}" in answer


async def test_first_and_last_day_are_those_of_the_record(desks: Desks) -> None:
    for text, sign, level, at in (
        ("when did BTC first close above 100k", 1, 100_000, 0),
        ("when did BTC last close below 50k", -1, 50_000, -1),
    ):
        said = await ask(desks["snapshot"], text)
        days = [day for day, close in closes(said, "2000", "2100") if sign * close > sign * level]
        assert days[at] in bare(said.answer)


async def test_a_level_never_passed_is_denied_with_the_price_that_came_nearest(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "has XRP been above 3 usd this year")
    highs = [
        bar[2]
        for result in said.results("cmc_market_data")
        for row in result["market_data_result"]["results"]
        if len((row.get("history") or {}).get("headers", ())) > 2
        for bar in row["history"]["rows"]
    ]
    assert bare(said.answer).startswith("No: XRP was never above $3.00")
    assert f"{max(highs):,.4f}" in bare(said.answer)


async def test_a_price_that_was_there_within_a_day_alone_is_said_to_be_so(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "did BTC ever hit 126000")
    best = max(close for _, close in closes(said, "2000", "2100"))
    assert best < 126_000
    assert bare(said.answer).startswith("Yes, but only within a day: Bitcoin (BTC) was at $126,")


async def test_what_is_not_on_record_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "was cardano ever above 2 dollars")
    assert "no daily closes of Cardano" in said.text
    assert "Yes" not in said.text
    assert json.dumps(said.results("cmc_market_data"))

"""Halvings and issuance: which questions it takes, and figures that are the tool's own or follow from them."""

from __future__ import annotations

import copy
from collections.abc import AsyncGenerator
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.market.issuance import compute_subsidy, compute_supply_figure, halving_heights
from cryptodesk.models.analyst.formats import trimmed
from cryptodesk.models.analyst.results import read_result
from cryptodesk.models.analyst.skills._issuance import read_schedule
from tests.models.analyst.desk import ask as ask_analyst
from tests.models.analyst.desk import called
from tests.models.analyst.skills.risk_desk import (
    MODES,
    Desks,
    Said,
    ask,
    assert_calls_validate,
    bare,
    claimed,
    lines,
    open_desks,
    read,
    table_rows,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
When is the next Bitcoin halving?
when is the next halving
btc halving date
next halving
how many days until the bitcoin halving
how many blocks are left until the next halving
bitcoin halving countdown
when was the last btc halving
date of the previous bitcoin halving
bitcoin halving dates
list all bitcoin halvings
when were the bitcoin halvings
history of bitcoin halvings
when was the first bitcoin halving
what is the block reward of bitcoin
bitcoin block reward
block subsidy after the next halving
current mining reward of btc
bitcoin's inflation rate
what is the annual issuance of bitcoin
how many bitcoin are mined per day
how many bitcoins are issued every year
when will the last bitcoin be mined
when will all bitcoins be mined
bitcoin supply on 2020-01-01
how many bitcoin existed on 1 January 2023
what is the bitcoin halving
litecoin halving
how many bitcoin will be issued by 2030
when will the next cut of bitcoin's block reward be
days left until the bitcoin halving
how long until btc halves
at what block is the next halving
when do bitcoin miner rewards halve
what do miners earn per block today
how much btc does a miner get for a block
what was the reward before the 2024 halving
what will the block subsidy be after the next halving
reward per block after 2028
how many blocks until the halving
date of the last btc halving
how many halvings have there been
when was bitcoin's second halving
when is the reward cut in half again
when does the block reward drop to 1.5625
how many new bitcoins are made every day
what's the current bitcoin block height
countdown to next btc halving
how many coins do miners get for each block right now
new BTC issued per day
how much did miners get per block in 2015
when will bitcoin mining pay half as much
bitcoin block reward back in 2013
next time bitcoin issuance gets cut
in which year will the next halvening take place
how many more blocks before miners get half
days to go till the next bitcoin halving
what did miners get per block before 2020
how much fresh bitcoin per day after the next halving
how many coins come out of each block now
how much does each block pay
when's the next halving due
reward after the next two halvings
inflation of bitcoin per year
which halving number is the next one
how many btc are mined per day
"""
NOT_OURS = """
how many bitcoin are there
how many bitcoins will ever exist
max supply of bitcoin
what is the max supply of BTC
circulating supply of ADA
price of BTC
how did bitcoin perform after the 2024 halving
BTC price at the last halving
will the halving pump the price of bitcoin
inflation rate of the US
is bitcoin an inflation hedge
emission schedule of SOL
staking rewards of ETH
supply of SOL on 2024-01-01
hash rate of bitcoin
rewards of staking
should I buy BTC before the halving
has BTC made a golden cross
mining rewards of ETH news
what share of all BTC has been mined already
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("halving")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_halvings_and_issuance(question: str) -> None:
    assert claimed(question) == "halving"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "halving"


async def test_bitcoin_is_meant_where_no_asset_is_named() -> None:
    assert [asset.symbol for asset in read("when is the next halving").assets] == ["BTC"]


def schedule(said: Said) -> dict[str, Any]:
    found: dict[str, Any] = said.results("cmc_asset_metadata")[0]["asset_metadata_result"]["results"][0][
        "supply_schedule"
    ]
    return found


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_the_next_halving_is_the_tools(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "When is the next Bitcoin halving?")
    assert_calls_validate(said)
    body = schedule(said)
    following, text = body["next_halving"], bare(said.answer)
    days = (date.fromisoformat(following["expected_on"]) - date(2026, 11, 21)).days
    assert f"expected around {following['expected_on']}, {days} days from 2026-11-21" in text
    assert f"at block {following['block_height']:,}: {following['blocks_left']:,} blocks after" in text
    assert f"from {body['block_reward']} BTC to {following['block_reward_after']} BTC" in text


@pytest.mark.xdist_group("analyst-skills")
async def test_past_halvings_have_the_heights_and_rewards_of_the_rule(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "bitcoin halving dates")
    rows = table_rows(said.text)
    assert "halved its block reward 4 times" in bare(said.answer)
    for height in halving_heights(5):
        before, after = (trimmed(Decimal(compute_subsidy(at)) / 10**8, 8) for at in (height - 1, height))
        assert rows[f"{height:,}"][1:] == [f"{before} BTC", f"{after} BTC"]
    days = {f"{one['block_height']:,}": one["halved_on"] for one in schedule(said)["past_halvings"]}
    assert list(days) == ["210,000", "420,000", "630,000", "840,000"]
    assert {height: rows[height][0] for height in days} == days
    assert "names no day" not in said.text


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize(
    ("question", "which"),
    [
        ("when was the first bitcoin halving", 1),
        ("date of the 2016 btc halving", 2),
        ("when was the 3rd halving?", 3),
        ("the fourth bitcoin halving, when was it", 4),
    ],
)
async def test_one_halving_of_several_is_told_by_its_number_or_year(desks: Desks, question: str, which: int) -> None:
    said = await ask(desks["snapshot"], question)
    one = schedule(said)["past_halvings"][which - 1]
    assert f"on {one['halved_on']}, at block {one['block_height']:,}" in bare(said.answer).split(". ")[0]


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_inflation_follows_from_reward_and_supply(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "what is bitcoin's inflation rate")
    body = schedule(said)
    yearly = 144 * 365 * body["block_reward"]
    assert f"about {yearly / body['circulating_supply'] * 100:.2f}% a year" in bare(said.answer)
    assert f"{yearly:,.0f} BTC in 365 days" in said.text


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("day", [date(2022, 6, 30), date(2025, 3, 14)])
async def test_the_supply_of_a_past_day_is_cap_over_close(desks: Desks, day: date) -> None:
    said = await ask(desks["snapshot"], f"bitcoin supply on {day}")
    assert_calls_validate(said)
    exact = compute_supply_figure(1, datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1))
    assert exact is not None
    found = int(bare(said.answer).split("About ")[1].split(" BTC")[0].replace(",", ""))
    assert found == pytest.approx(exact.value, abs=10)
    assert found % 10 == 0


@pytest.mark.xdist_group("analyst-skills")
async def test_a_past_day_without_a_record_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "bitcoin supply on 2015-01-01")
    assert said.text.startswith("The supply of 2015-01-01 is not available")


@pytest.mark.xdist_group("analyst-skills")
async def test_an_asset_without_a_rule_is_said_to_have_none(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "litecoin halving")
    assert said.text.startswith("Halvings and issuance of Litecoin (LTC) are not available:")


BODY: dict[str, Any] = {
    "asset_metadata_result": {
        "results": [
            {
                "id": 1, "name": "Bitcoin", "symbol": "BTC",
                "supply_schedule": {
                    "circulating_supply": 20_000_000.0, "max_supply": 21_000_000.0, "issuance_rule": "a rule",
                    "block_height": 1_000_000, "block_reward": 3.125,
                    "next_halving": {"block_height": 1_050_000, "expected_on": "2028-04-17", "blocks_left": 50_000,
                                     "block_reward_after": 1.5625},
                },
            }
        ]
    },
    "as_of": "2026-11-21T00:00:00Z", "source": ["bitcoin_block_schedule"], "notes": [],
    "unavailable": [], "provenance": [],
}  # fmt: skip


async def written(question: str, *missing: str) -> str:
    body = copy.deepcopy(BODY)
    for field in missing:
        del body["asset_metadata_result"]["results"][0]["supply_schedule"][field]
    body["unavailable"] = [{"field": field, "reason": "no source of it is at hand", "asset_id": 1} for field in missing]
    answer = await ask_analyst(question, *called("cmc_asset_metadata", {"asset_type": "coin", "ids": [1]}, body))
    return answer.text


@pytest.mark.parametrize("field", ["block_height", "block_reward", "next_halving", "circulating_supply"])
async def test_a_missing_figure_is_said_with_the_reason(field: str) -> None:
    text = await written("when is the next halving", field)
    assert text == "Halvings and issuance of Bitcoin (BTC) are not available: no source of it is at hand."


async def test_a_supply_to_come_crosses_the_halving_at_the_aimed_rate() -> None:
    found = read_schedule(read_result("cmc_asset_metadata", {}, BODY), 1)
    assert found is not None
    day = date(2028, 4, 17)
    blocks = (day - date(2026, 11, 21)).days * 144
    assert found.supply_on(day) == 20_000_000 + 50_000 * Decimal("3.125") + (blocks - 50_000) * Decimal("1.5625")
    assert found.supply_on(date(2020, 1, 1)) is None


async def test_the_last_coin_comes_where_the_reward_rounds_to_nothing() -> None:
    found = read_schedule(read_result("cmc_asset_metadata", {}, BODY), 1)
    assert found is not None
    assert compute_subsidy(found.end.height) == 0 < compute_subsidy(found.end.height - 1)
    assert "around **2140**, before block 6,930,000" in await written("when will the last bitcoin be mined")


async def test_without_a_day_in_the_note_the_last_halving_has_its_block_alone() -> None:
    assert "The last Bitcoin halving was at block 840,000:" in await written("when was the last halving")


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("bitcoin block reward back in 2013", "**25 BTC**"),
        ("how much did miners get per block in 2015", "**25 BTC**"),
        ("what did a block pay its miner in BTC on 2010-05-01, block reward", "**50 BTC**"),
    ],
)
async def test_the_reward_of_a_past_day_is_that_of_the_halving_before_it(
    desks: Desks, question: str, said: str
) -> None:
    assert said in (await ask(desks["simulated"], question)).answer


async def test_after_the_next_halving_the_reward_to_come_is_said_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "what will the block subsidy be after the next halving")
    row = said.results("cmc_asset_metadata")[0]["asset_metadata_result"]["results"][0]
    after = row["supply_schedule"]["next_halving"]["block_reward_after"]
    assert f"**{after} BTC**" in said.answer

"""One figure over another: which questions it takes, and quotients of the very figures that the tool gave."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.skills._ratio_asked import Slots
from tests.models.analyst.desk import answer_from, market, quote
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
volume to market cap ratio of SOL
volume/market cap ratio of SOL
what is the volume to mcap ratio of ETH?
volume / mcap of btc
24h volume to market cap ratio for DOGE
ratio of volume to market cap for ADA
whats SUI's volume/market cap
SOL turnover ratio
vol/mcap BTC
mcap / tvl of UNI
mcap/tvl ratio of UNI
market cap to TVL ratio for uniswap pls
UNI MC/TVL
fdv to tvl of uni
fdv / mcap of SUI
fdv to market cap ratio of SUI
what's the ratio between market cap and fdv of HYPE
open interest to market cap ratio of SOL
OI/mcap for BTC
circulating to max supply ratio of ADA
what percent of SOL's market cap is its volume
how much of BTC's market cap is traded per day
SOL volume as a percentage of its market cap
market cap ratio of ETH to BTC
ETH/BTC market cap ratio
ratio of ETH's market cap to BTC's market cap
ETH to BTC mcap ratio
how many times bigger is BTC than ETH by market cap
how many times bigger is bitcoin than ethereum
how much bigger is BTC than SOL
how much smaller is ADA than ETH?
how many times larger is ETH's market cap than SOL's
is BTC 5x bigger than ETH, how many times bigger is it
how many times more valuable is BTC than DOGE
how many SOL market caps fit into BTC
by what factor is bitcoin larger than xrp
ETH market cap as a percentage of BTC's
what percentage of bitcoin's market cap is ethereum's
what fraction of ETH's market cap is SOL
how many times more expensive is BTC than ETH
ratio of BTC volume to ETH volume
BTC's volume divided by ETH's volume
compare mcap/tvl of UNI and LINK
volume to market cap of XRP
"""
NOT_OURS = """
ETH/BTC ratio
eth btc ratio over 6 months
what's the ratio of ETH to BTC
price of ETH in BTC
market cap of SOL
market cap and volume of SOL
volume and market cap of ETH and SOL
compare the market caps of BTC and ETH
which is bigger, BTC or ETH?
is ETH bigger than SOL
what is the market cap to TVL ratio?
how is the mcap/tvl ratio calculated
coins with the highest volume to market cap ratio
top 10 tokens by mcap/tvl
Sharpe ratio of SOL
long/short ratio of BTC
bitcoin dominance
how many ETH is one BTC
convert 3 ETH to BTC
how many times did BTC rise 5% in a day
volume to market cap ratio of SOL in March 2025
will ETH be bigger than BTC
should I buy UNI with a mcap/tvl of 0.5
what percent of BTC's max supply is mined
circulating supply and max supply of ADA
SUI circulating vs total supply
what share of the supply of SUI is circulating
TVL of UNI
price to earnings ratio of UNI
how far is SOL from its all time high
BTC dominance vs ETH dominance
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("figure_ratio")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_ratios_of_two_figures(question: str) -> None:
    assert claimed(question) == "figure_ratio"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "figure_ratio"


SLOTS = {
    "volume to market cap ratio of SOL": Slots("volume_24h", "market_cap"),
    "what percent of SOL's market cap is its volume": Slots("volume_24h", "market_cap", form="share"),
    "market cap as a percentage of the tvl of UNI": Slots("market_cap", "tvl", form="share"),
    "market cap ratio of ETH to BTC": Slots("market_cap", "market_cap", (0, 1)),
    "how many SOL market caps fit into BTC": Slots("market_cap", "market_cap", (1, 0), "times"),
    "what percentage of bitcoin's market cap is ethereum's": Slots("market_cap", "market_cap", (1, 0), "share"),
    "ETH market cap as a percentage of BTC's": Slots("market_cap", "market_cap", (0, 1), "share"),
    "how much smaller is ADA than ETH?": Slots("market_cap", "market_cap", (0, 1), "smaller"),
    "ratio of ETH's market cap to BTC's volume": Slots("market_cap", "volume_24h", (0, 1)),
}


@pytest.mark.parametrize(("question", "slots"), SLOTS.items())
async def test_what_is_over_what_is_read_from_the_words(question: str, slots: Slots) -> None:
    plan = read(question)
    assert (plan.skill, plan.slots) == ("figure_ratio", slots)


async def test_a_follow_up_asks_it_of_another_asset() -> None:
    plan = read("and for ETH?", "volume to market cap ratio of SOL")
    assert (plan.skill, [asset.symbol for asset in plan.assets]) == ("figure_ratio", ["ETH"])


async def test_a_pronoun_takes_the_asset_of_the_question_before() -> None:
    plan = read("what's its volume to market cap ratio?", "price of SOL")
    assert (plan.skill, [asset.symbol for asset in plan.assets]) == ("figure_ratio", ["SOL"])


def rows(said: Said) -> dict[str, Any]:
    found = (row for result in said.results("cmc_market_data") for row in result["market_data_result"]["results"])
    return {row["symbol"]: row for row in found}


def over(top: float, bottom: float) -> Decimal:
    return Decimal(str(top)) / Decimal(str(bottom))


@pytest.mark.xdist_group("analyst-skills")
async def test_volume_over_market_cap_is_the_quotient_of_the_two(desks: Desks) -> None:
    said = await ask(desks["simulated"], "volume to market cap ratio of SOL")
    assert_calls_validate(said)
    row = rows(said)["SOL"]
    value = over(row["volume_24h"], row["market_cap"])
    assert f"ratio of Solana's 24-hour volume to its market cap is {value:.{3 - value.adjusted()}f}" in bare(
        said.answer
    )
    assert f"({percent(value * 100, signed=False)})" in said.answer


@pytest.mark.xdist_group("analyst-skills")
async def test_the_larger_one_is_said_to_be_larger_however_it_is_asked(desks: Desks) -> None:
    said = await ask(desks["simulated"], "how many times bigger is BTC than ETH by market cap")
    found = rows(said)
    times = over(found["BTC"]["market_cap"], found["ETH"]["market_cap"])
    assert times > 1
    assert f"The market cap of Bitcoin is {times:,.2f} times that of Ethereum" in bare(said.answer)
    turned = bare((await ask(desks["simulated"], "how many times bigger is ETH than BTC")).answer)
    assert "The market cap of Ethereum is not the larger one" in turned
    assert f"that of Bitcoin is {times:,.2f} times as large" in turned


@pytest.mark.xdist_group("analyst-skills")
async def test_several_assets_stand_in_a_table_with_the_highest_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "compare mcap/tvl of UNI and AAVE")
    found, cells = rows(said), table_rows(said.text)
    values = {symbol: over(row["market_cap"], row["tvl"]) for symbol, row in found.items()}
    assert list(cells)[1:] == sorted(cells, key=lambda label: -values[label.rsplit("(", 1)[1][:-1]])[1:]
    for label, row in cells.items():
        if "(" in label:
            assert Decimal(row[0]) == pytest.approx(values[label.rsplit("(", 1)[1][:-1]], rel=Decimal("0.005"))


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_a_figure_that_is_not_there_makes_no_ratio(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "mcap / tvl of DOGE")
    row = rows(said).get("DOGE", {})
    if "tvl" not in row:
        assert "The total value locked of Dogecoin is not available, so this ratio cannot be computed: " in said.text
        assert "ratio of Dogecoin" not in said.text


@pytest.mark.parametrize(
    ("fields", "missing"),
    [({"market_cap": 5.0e9}, "24-hour volume"), ({"volume_24h": 5.0e8}, "market cap"), ({}, "24-hour volume")],
)
async def test_each_missing_figure_is_named(fields: dict[str, float], missing: str) -> None:
    said = await answer_from("volume to market cap ratio of BTC", market(quote("BTC", **fields)))
    assert f"The {missing} of Bitcoin is not available" in said
    assert "ratio of Bitcoin" not in said


async def test_nothing_is_divided_by_zero() -> None:
    said = await answer_from("volume to market cap ratio of BTC", market(quote("BTC", market_cap=0.0, volume_24h=5e8)))
    assert "The market cap of Bitcoin is zero, so there is no ratio to it." in said
    assert "ratio of Bitcoin" not in said

"""Supply: which questions it takes, and that shares are computed from the tool's own figures."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import coins, number, percent
from tests.models.analyst.skills.content_desk import (
    Desks,
    ask,
    claimed,
    lines,
    metadata,
    open_desks,
    passage,
    passages,
    read,
    written,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
how many bitcoins will ever exist
is ETH's supply capped?
does ETH have a max supply
is there a cap on DOGE
is DOGE supply unlimited
is SOL capped
does SOL have a hard cap?
is XRP's supply limited
is BTC's supply capped
does ADA have a supply cap
is the supply of BNB fixed
are there any limits on how many DOGE, is its supply infinite
UNI circulating vs total supply
circulating and total supply of SOL
total vs max supply for LINK
tokenomics of UNI
UNI tokenomics
What are the detailed tokenomics of Solana, including distribution and incentives?
What are the key differences between Cardano’s tokenomics and Solana’s in terms of growth?
token allocation of SUI
token distribution of HYPE
how many BTC are left to mine
how many bitcoin are left
how many bitcoins remain to be mined
how many BTC are still to be mined
bitcoins left to mine
what percentage of ADA is in circulation
what percent of bitcoin has been mined
how much of the BTC supply is issued
what share of XRP is circulating
what % of LINK supply is released
is dogecoin inflationary
is BNB deflationary
inflation rate of SOL
supply schedule of ADA
supply breakdown of XRP
does DOGE have unlimited supply
does SOL have a capped supply
is there a fixed supply of ADA
BNB burn
how much BNB has been burned
ETH burned supply
What is the total supply, circulating supply, and token allocation of SUI (e.g., liquidity, marketing)?
circulating supply, total supply and max supply of XRP
how many btc are left to be mined
does dogecoin have a supply cap
percent of max supply of xrp in circulation
AVAX supply: circulating, total, max
inflation rate of ethereum
how many bitcoins exist
how many bitcoins are there right now
bitcoins in existence
what share of all BTC has been mined already
how many bitcoins are still to be mined
what fraction of XRP's total is circulating
is there a limit on how many SOL there can be
has doge got a max supply
SOL circulating and total supply
how much of the LINK supply is already on the market
how many bitcoins are left
what percentage of AVAX max is out already
how many of the 21 million bitcoins are still missing
percentage of all ADA that will ever exist already out
how many bitcoins have been mined so far
LINK tokens not yet in circulation
how many ADA remain to be issued
what's left to mine of bitcoin
how much XRP is held back, i.e. not circulating
how scarce is LTC: mined vs max
what part of UNI's one billion is circulating
what percent of ADA isn't circulating yet
number of bitcoins left to mine
share of 21m btc already mined
how much bitcoin has been mined in percent
"""
NOT_OURS = """
is BTC's market cap capped by anything
what is the max supply of SOL
circulating supply of ADA
total supply and max supply of XRP
what is the max supply of BTC
how many bitcoin are there
hard cap of bitcoin
when is the next bitcoin halving
block reward of BTC
when will the last bitcoin be mined
what is tokenomics
what are token burns
next unlock of SUI
vesting schedule of HYPE
how does the ETH burn work
gas burned on ETH
price of BTC
market cap of ETH
should I buy UNI given its tokenomics
news on UNI airdrop allocation
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("supply")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_supply(question: str) -> None:
    assert claimed(question) == "supply"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "supply"


async def test_a_follow_up_changes_the_asset() -> None:
    assert read("and for UNI?", "tokenomics of SOL").assets[0].symbol == "UNI"
    assert read("how many are left to mine? it", "price of BTC").assets[0].symbol == "BTC"


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize(
    ("mode", "question"),
    [
        ("simulated", "supply breakdown of XRP"),
        ("simulated", "how many BTC are left to mine"),
        ("snapshot", "how many BTC are left to mine"),
    ],
)
async def test_shares_are_computed_from_the_tools_figures(desks: Desks, mode: str, question: str) -> None:
    said = await ask(desks[mode], question)
    row = said.row()
    now, most = Decimal(str(row["circulating_supply"])), Decimal(str(row["max_supply"]))
    assert f"circulating **{coins(now, row['symbol'])}**" in said.text
    assert f"maximum **{coins(most, row['symbol'])}**" in said.text
    assert f"{percent(now / most * 100, signed=False)} of the maximum is in circulation" in said.text
    rest = percent((most - now) / most * 100, signed=False)
    assert f"{coins(most - now, row['symbol'])} ({rest}) are not (computed)" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_coin_without_a_maximum_is_said_to_have_none(desks: Desks) -> None:
    said = await ask(desks["simulated"], "does ETH have unlimited supply")
    assert said.row()["infinite_supply"] is True
    assert said.text.startswith("Yes: Ethereum has no maximum supply.")
    assert "of the maximum" not in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_two_assets_stand_side_by_side(desks: Desks) -> None:
    said = await ask(desks["simulated"], "differences between Cardano’s tokenomics and Solana’s")
    rows = said.result("cmc_asset_metadata")["asset_metadata_result"]["results"]
    assert "| Asset | Circulating | Total | Maximum | Circulating of maximum |" in said.text
    for row in rows:
        assert number(row["circulating_supply"]) in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_without_a_source_the_reason_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "supply breakdown of UNI")
    assert said.text.startswith("The supply of Uniswap (UNI) is not known: no source of it is at hand.")


ROW = {
    "id": 2010,
    "name": "Cardano",
    "symbol": "ADA",
    "circulating_supply": 36e9,
    "total_supply": 40e9,
    "max_supply": 45e9,
}


async def test_each_missing_figure_is_said_and_its_share_left_out() -> None:
    for field in ("circulating_supply", "total_supply", "max_supply"):
        row = {name: value for name, value in ROW.items() if name != field}
        gap = {"field": field, "reason": "nobody told", "asset_id": 2010}
        text = await written("supply breakdown of ADA", metadata(row, unavailable=[gap]))
        assert f"{field.split('_')[0].replace('max', 'maximum')} supply (nobody told)" in text
        assert ("of the maximum" in text) == (field == "total_supply")


async def test_more_in_circulation_than_the_maximum_gives_no_share() -> None:
    text = await written("supply breakdown of ADA", metadata({**ROW, "circulating_supply": 50e9}))
    assert "of the maximum" not in text


async def test_an_allocation_is_quoted_or_said_to_be_missing() -> None:
    told = passage(
        1, "Cardano", "It is a chain. At genesis 57 percent of the tokens were sold to buyers.", content_type="handbook"
    )
    text = await written("tokenomics of ADA", metadata(ROW), passages(told))
    assert "> “At genesis 57 percent of the tokens were sold to buyers.”" in text
    assert "no text at hand tells it" in await written("tokenomics of ADA", metadata(ROW), passages())


async def test_a_brief_answer_has_no_table_and_no_quotation() -> None:
    text = await written("tokenomics of ADA, be brief", metadata(ROW), passages())
    assert len(text.split("\n\n")) == 2

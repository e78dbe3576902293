"""Holders: which questions it takes, and that counts and shares are the tool's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import number, percent
from tests.models.analyst.skills.content_desk import Desks, ask, claimed, lines, metadata, open_desks, read, written

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
how many holders does UNI have
UNI holders
number of holders of LINK
holder count SUI
Who are the top holders of Bnb
biggest holders of XRP
largest wallets of DOGE
who owns the most bitcoin
who holds the most ETH
Are ETH whales accumulating today?
whales in BTC
what are SOL whales doing
whale activity DOGE
how many people own bitcoin
how many wallets hold ETH
how many addresses hold LINK
DOGE rich list
token concentration of UNI
is the XRP supply concentrated in few wallets
how concentrated is ownership of HYPE, top wallets
long term holders of ADA
How many holders or transactions does Solana have? What’s the daily/monthly active wallet count?
How does Solana perform against competitors in key metrics like holder growth or engagement?
active addresses of Ethereum
holder growth of SUI
please show me the top 10 holders of LINK
what share do whales hold of UNI
"""
NOT_OURS = """
what is a whale
what are active addresses
Is it a good idea to buy and hold SOL
should I hold BTC
will ETH hold above 3000
price of ETH
market cap of BNB
my holdings are 2 BTC and 3 ETH
Does the large wallet accumulation observed in on-chain data suggest increased volatility?
are there airdrops for holders of SUI
latest news on whales
circulating supply of ADA
how many bitcoin are there
are holders bullish on ADA
exchange holdings of BTC
explain whales
top coins
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("holders")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_holders(question: str) -> None:
    assert claimed(question) == "holders"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "holders"


async def test_a_follow_up_changes_the_asset() -> None:
    assert read("and for LINK?", "how many holders does UNI have").assets[0].symbol == "LINK"


@pytest.mark.xdist_group("analyst-skills")
async def test_counts_and_shares_are_the_tools_own(desks: Desks) -> None:
    said = await ask(desks["simulated"], "how many holders does UNI have")
    row = said.row()["holders"]
    assert f"**{number(row['count'])}** addresses hold it" in said.text
    whales = row["circulatingSupplyDistribution"]["whales"]["percent"]
    assert f"hold **{percent(whales, signed=False)}** of it in all" in said.text
    for part in (*row["addressesByHoldingValue"].values(), *row["addressesByHoldingTime"].values()):
        assert number(part["count"]) in said.text
        assert percent(part["percent"], signed=False) in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_what_no_tool_carries_is_said(desks: Desks) -> None:
    named = await ask(desks["simulated"], "who are the top holders of UNI")
    assert "No tool here carries single addresses and their owners." in named.text
    flows = await ask(desks["simulated"], "are UNI whales accumulating today?")
    assert "No tool here carries what wallets bought, sold or sent" in flows.text


@pytest.mark.xdist_group("analyst-skills")
async def test_without_a_source_the_reason_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "how many holders does UNI have")
    assert said.text.startswith("Who holds Uniswap (UNI) is not known: no source of its holders is at hand.")


ROW = {"id": 7083, "name": "Uniswap", "symbol": "UNI"}


async def test_each_missing_figure_is_left_out() -> None:
    held = {"circulatingSupplyDistribution": {"whales": {"percent": 30.5}}}
    text = await written("UNI holders", metadata({**ROW, "holders": held}))
    assert "how many addresses hold it is not known" in text
    assert "**30.50%**" in text
    counted = await written("UNI holders", metadata({**ROW, "holders": {"count": 12345}}))
    assert "**12,345** addresses hold it." in counted
    assert "%" not in counted
    assert "is not known" in await written("UNI holders", metadata(ROW))


async def test_several_assets_are_a_table() -> None:
    other = {"id": 1975, "name": "Chainlink", "symbol": "LINK", "holders": {"count": 5}}
    text = await written("holders of UNI and LINK", metadata({**ROW, "holders": {"count": 12345}}, other))
    assert "| Uniswap (UNI) | 12,345 | n/a |" in text
    assert "| Chainlink (LINK) | 5 | n/a |" in text

"""Metadata: which questions it takes, and that links, contracts and dates are the tool's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

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
what tags does solana have
which tags does LINK have
solana tags
tags on UNI
how is chainlink tagged
what is SOL tagged as
contract address of LINK on Ethereum
what is the contract address of UNI
UNI contract
uni token address pls
address of chainlink contract
which chain is Uniswap on
what network does LINK run on
is UNI an ERC-20
GitHub of Uniswap
solana github
source code of Cardano
is XRP open source
whitepaper of bitcoin
bitcoin white paper
where can I find the docs of Solana, documentation please
official website of Dogecoin
website XRP
block explorer for SOL
official telegram of XRP
twitter account of Solana
who founded Solana?
founders of Cardano
who is behind Hyperliquid
Who are the creators and key contributors behind Solana?
team behind SUI
what category is LINK
launch date of SUI
how old is Dogecoin
use cases of XRP
what is LINK used for
coins similar to Uniswap
alternatives to Solana
competitors of Ethereum
project profile of Chainlink
tell me everything about SOL
whitepaper of Foobarcoin
"""
NOT_OURS = """
who created bitcoin
when was bitcoin launched
what is Bitcoin
tell me about solana
explain Chainlink
price of LINK
market cap of UNI
compare BTC and ETH
what is a smart contract
what is a whitepaper
how does Uniswap work
latest news on SOL
sentiment on SOL
is UNI a honeypot
circulating supply of ADA
next unlock of SUI
should I buy coins similar to SOL
CoinMarketCap id of BTC
what is a block explorer
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("profile")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_a_profile(question: str) -> None:
    assert claimed(question) == "metadata"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "metadata"


async def test_a_network_is_no_second_asset() -> None:
    plan = read("contract address of LINK on Ethereum")
    assert [asset.symbol for asset in plan.assets] == ["LINK"]
    assert (plan.slots.aspects, plan.slots.chain) == (("contracts",), "ethereum")


async def test_a_follow_up_changes_the_asset() -> None:
    plan = read("and for UNI?", "github of Solana")
    assert (plan.skill, plan.assets[0].symbol, plan.slots.aspects) == ("metadata", "UNI", ("source_code",))
    assert read("who founded it?", "price of SOL").assets[0].symbol == "SOL"


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", ["simulated", "snapshot"])
async def test_a_contract_is_the_one_on_record(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "contract address of LINK on Ethereum")
    contract = said.row()["contract_address"][0]
    assert contract["platform"] == "ethereum"
    assert f"The contract of Chainlink (LINK) on ethereum is `{contract['contract_address']}`." in said.text
    other = await ask(desks[mode], "contract address of LINK on Solana")
    assert "No contract of Chainlink (LINK) on solana is on record; there is one on ethereum." in other.text
    assert contract["contract_address"] not in other.text


@pytest.mark.xdist_group("analyst-skills")
async def test_links_are_the_projects_own(desks: Desks) -> None:
    said = await ask(desks["simulated"], "GitHub of Uniswap")
    assert said.row()["urls"]["source_code"][0] in said.text
    bare = await ask(desks["snapshot"], "GitHub of Uniswap")
    assert bare.text.startswith("No source code of Uniswap (UNI) is at hand: no links are at hand.")
    assert "http" not in bare.text


@pytest.mark.xdist_group("analyst-skills")
async def test_similar_assets_are_a_table_in_the_tools_order(desks: Desks) -> None:
    said = await ask(desks["simulated"], "coins similar to Uniswap")
    names = [f"{row['name']} ({row['symbol']})" for row in said.row()["similar_assets"]]
    places = [said.text.index(name) for name in names]
    assert places == sorted(places)
    assert names


@pytest.mark.xdist_group("analyst-skills")
async def test_a_founder_is_named_only_in_somebodys_words(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "who founded Bitcoin?")
    assert "under the name Satoshi Nakamoto" in said.row()["summary"]
    assert "its text on Bitcoin (BTC) says: “" in said.text
    other = await ask(desks["snapshot"], "founders of Dogecoin")
    assert "has no field for founders or team" in other.text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_full_profile_says_category_launch_links_and_contracts(desks: Desks) -> None:
    said = await ask(desks["simulated"], "project profile of Chainlink")
    row = said.row()
    for part in (row["summary"], row["tags"][0], row["date_launched"][:4], row["urls"]["website"][0]):
        assert part in said.text
    assert row["contract_address"][0]["contract_address"] in said.text


ROW = {"id": 5426, "name": "Solana", "symbol": "SOL", "slug": "solana"}


async def test_each_missing_part_is_said() -> None:
    gaps = [{"field": "links", "reason": "the source names none", "asset_id": 5426}]
    assert "No website of Solana (SOL) is at hand: the source names none." in await written(
        "website of Solana", metadata(ROW, unavailable=gaps)
    )
    assert "No launch date of Solana (SOL) is at hand" in await written("launch date of Solana", metadata(ROW))
    assert "No category of Solana (SOL) is at hand" in await written("what category is SOL", metadata(ROW))
    assert "no token contract on record" in await written("contract address of SOL", metadata(ROW))
    assert "No assets similar to Solana (SOL) can be named" in await written("coins similar to SOL", metadata(ROW))
    assert "No description of Solana (SOL) is at hand" in await written("use cases of SOL", metadata(ROW))


async def test_an_address_that_is_none_is_not_given() -> None:
    row = {**ROW, "urls": {"website": ["javascript:alert(1)", "https://a b.example"]}}
    assert "No website of Solana (SOL) is at hand" in await written("website of Solana", metadata(row))


async def test_an_article_is_quoted_only_where_it_speaks_of_people() -> None:
    told = passage(1, "Solana", "It is fast. Solana was founded by Ann Person. Blocks follow.", content_type="handbook")
    text = await written("who founded Solana?", metadata(ROW), passages(told))
    assert "> “Solana was founded by Ann Person.”" in text
    silent = passage(1, "Solana", "It is fast. Blocks follow each other quickly.", content_type="handbook")
    assert "> “" not in await written("who founded Solana?", metadata(ROW), passages(silent))


async def test_an_unknown_asset_is_said_to_be_unknown() -> None:
    text = await written("whitepaper of Foobarcoin", ("cmc_id_lookup", {"coin_id_look_up_result": []}))
    assert "I found no asset called “Foobarcoin”" in text

"""Raises: which questions it takes, and that every round it tells of was reported."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.models.analyst.skills.content_desk import (
    Desks,
    ask,
    claimed,
    lines,
    open_desks,
    passage,
    passages,
    read,
    written,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
who backs Hyperliquid?
who is backing SUI
who are the backers of Solana
investors in SUI
who invested in Uniswap
which VCs are behind Chainlink, VC list
Solana's investors
Any current institution backing HYPE project
recent raises
latest funding rounds
funding rounds this week
crypto fundraising this month
which projects raised money recently
who raised funding this week
biggest raises last month
recent crypto VC deals
how much did Uniswap raise
how much money has Hyperliquid raised
did Cardano raise a seed round
series A rounds in crypto
what has Paradigm invested in
new seed rounds in DeFi
venture capital deals today
NEAR Protocol funding round
fundraising of SUI
could you tell me who funded Solana
who funded Lumiazar Chain
latest funding round in crypto
most recent raise you know about
who backed Veroron
who are the investors behind Solana
how much did Monad raise
any startup that got money this week
newest vc deal
which projects raised money lately
who wrote the cheque for Lumiazar Chain
who financed Veroron
where did Veroron get its money from
has anyone closed a seed round recently
last capital raise in the news
who led Veroron's round
venture money news this month
recent investments in crypto startups
who put up the cash for Lumiazar Chain
what did Veroron raise
how big was Veroron's funding round
who gave Veroron money
which VCs are in Veroron
how much money did Lumiazar Chain collect
who is behind Lumiazar Chain financially
who are Veroron's backers
which fund backed Veroron
what's the biggest round lately
has Naranzor Ventures invested in anything recently
what did Naranzor Ventures put money in
which company has just got fresh capital
how large was the round Lumiazar Chain closed
newest startup funding
which project raised most recently, and how much
was there any fundraising last week
portfolio companies of Naranzor Ventures
who participated in Lumiazar Chain's raise
latest money going into crypto startups
any new investments by VCs
how did Veroron fund itself
what's new in crypto fundraising
from whom did Lumiazar Chain get its latest cash
who chipped in for Veroron
who are the VCs on Veroron's cap table
how much did Veroron pull in
Veroron seed investors
Veroron raised how much and from whom
who's been investing in Veroron
what was the size of Lumiazar Chain's raise
how much fresh money did Lumiazar Chain get
amount of the latest crypto raise
who led the last funding round in crypto
"""
NOT_OURS = """
funding rate of BTC
BTC funding
what is the funding rate
if I invested 500 dollars in bitcoin on 2023-01-01
I invested 1000 USD in ETH last year, what is it worth?
which stablecoins are backed by gold
what backs USDT
should I invest in SOL
is solana a good investment?
ETF fund flows
are my funds safe
will the Fed raise rates
investor unlocks HYPE
lockups for investors in Solana
when will SOL bounce back
price of BTC
what is a seed round
latest news on SOL
I put money into ETH last year, what is it worth
funding rate of BTC
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("raises"), coins=5000) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_money_raised(question: str) -> None:
    assert claimed(question) == "raises"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "raises"


async def test_a_follow_up_changes_the_asset() -> None:
    plan = read("and for SUI?", "who backs Hyperliquid?")
    assert (plan.skill, plan.assets[0].symbol) == ("raises", "SUI")


@pytest.mark.xdist_group("analyst-skills")
async def test_every_round_was_reported(desks: Desks) -> None:
    said = await ask(desks["simulated"], "recent raises")
    titles = [row["title"] for row in said.passages()]
    cited = [line for line in said.text.splitlines() if line.startswith("- **")]
    assert cited
    for line in cited:
        assert any(title[:40] in line for title in titles)
        assert "rais" in line.lower()
    assert "No tool here has a register of investors" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_without_reports_it_names_nobody(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "recent raises")
    assert said.text.startswith("The desk's documents tell of no money raised, and no tool here has a register")


async def test_reports_of_other_things_are_left_out() -> None:
    rows = [
        passage(1, "Foo raises $5 million", "Foo raised $5 million."),
        passage(2, "Foo slips 3 %", "Funding was low."),
    ]
    text = await written("recent raises", passages(*rows))
    assert "Foo raises $5 million" in text
    assert "Foo slips" not in text


async def test_an_investor_that_is_not_named_anywhere_has_no_answer() -> None:
    text = await written("what has Paradigm invested in", passages(passage(1, "Foo raises $5 million", "From Bar.")))
    assert "tell of no money raised around Paradigm" in text


async def test_an_article_is_quoted_in_its_own_words() -> None:
    row = passage(
        1, "Hyperliquid", "It is a chain. The team says that it took no money from venture investors. Blocks are fast.",
        content_type="handbook", published_at=None,
    )  # fmt: skip
    text = await written("who backs Hyperliquid?", passages(row))
    assert "> “The team says that it took no money from venture investors.”" in text
    assert text.startswith("Articles tell this of who backs it around Hyperliquid (HYPE).")

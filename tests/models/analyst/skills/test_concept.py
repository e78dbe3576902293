"""Concepts: which questions it takes, and that it quotes what the search found, word for word, or nothing."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.models.analyst.skills.content_desk import (
    Desks,
    Said,
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
what's a rug-proof way to read a stablecoin depeg
what is a good way to read a stablecoin depeg
explain impermanent loss to me like i'm new
explain restaking as if i am new to this
explain staking to a beginner
what is restaking
What is restaking?
whats staking
how does liquid staking work
explain impermanent loss
explain impermanent loss like im five
difference between PoW and PoS
proof of work vs proof of stake, what's the difference
Why do crypto prices often crash after reaching all-time highs?
why do prices crash after ATHs
how can I keep a seed phrase safe
how to store my seed phrase securely
what is a rug pull
what is MEV
what are gas fees
what is TVL
what does market cap mean
what is a perpetual future
how do funding rates work
what happens when a stablecoin depegs
do I have to pay tax on crypto
is staking taxable?
how are crypto gains taxed in the us
what is the howey test
how does Uniswap work?
how does bitcoin mining work
please explain what an AMM is
can you explain zero knowledge proofs?
risks of bridging
How can AI be used to improve the security of smart contracts?
What does a 20% increase in futures open interest in the derivatives market indicate about hedging activity?
What does the on-chain data showing exchange outflows suggest about a potential short-term correction?
what does bitcoin dominance mean
how is the hash rate measured
pros and cons of self custody
what's the point of wrapped tokens
whats a dao
what are optimistic and zk rollups?
optimistic vs zk rollups
what is a 51% attack
51 percent attack?
explain a 51 % attack pls
lightning network?
merkle trees
wat is a merkle tree
whats a merkel tree
what is impermanant loss
maker vs taker fees
difference between maker and taker
proof of reserves explained
proof of reserve?
hot wallet vs cold wallet
how does restaking differ from staking
cross margin vs isolated margin
how do perpetual futures differ from normal futures
why is a seed phrase important
eip-4844?
explain eip 4844
what r blobs
is staking risky
are bridges safe
what is a dead cat bounce
explain how usdt is issued and redeemed
explain how solana reaches consensus
how does ethereum burn fees
how is bitcoin secured
"""
INCIDENTS = """
what happened to terra luna
what happened to luna
whats happened with ftx
how did FTX collapse
why did ftx fail
ftx collapse explained
mt gox hack
what happened at mt gox
Mt. Gox bankruptcy
tell me about the DAO hack
how was the ronin bridge hacked
how was ronin hacked
how much was stolen from ronin
bybit hack explained
how was bybit hacked
euler finance exploit
wormhole exploit
what happened to usdc in march 2023
how did ust lose its peg
usdc depeg
story of the dao
"""
NO_INCIDENTS = """
ftx news
any news on the ftx case
latest ftx creditor payouts
did curve get hacked today
why did curve crash today
price of luna
luna
how much did luna fall in 2022
biggest hacks this year
any hacks this week?
wormhole price
"""
NOT_OURS = """
what is Bitcoin
What is Ethereum?
explain Chainlink
tell me about solana
what is quuxtoken
price of BTC
what is the funding rate of BTC
what is the market cap of ETH
bitcoin dominance
open interest of ETH
latest news on staking
Which token got hacked recently?
are there new exploits in DeFi protocols this week?
what is the fear and greed index
how much did SOL gain this week
why is BTC down today
how is bitcoin doing
what is 15% of 2300
compare BTC and ETH
how many bitcoin are there
what will bitcoin be worth next year
is solana a good investment?
who created bitcoin
what can you do?
what is Compound
what is optimism
and the market cap?
what about volume
open interest
funding rate of btc
gas
tvl
btc dominance
altcoin season
upcoming airdrops
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("concept"), "snapshot") as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_how_things_work(question: str) -> None:
    assert claimed(question) == "concept"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "concept"


@pytest.mark.parametrize("question", lines(INCIDENTS))
async def test_it_takes_questions_of_what_ended_badly_long_ago(question: str) -> None:
    plan = read(question)
    assert (plan.skill, plan.slots.aim) == ("concept", "story")


@pytest.mark.parametrize("question", lines(NO_INCIDENTS))
async def test_figures_and_news_of_such_names_are_left_to_others(question: str) -> None:
    assert claimed(question) != "concept"


async def test_slips_and_courtesies_are_not_searched_for() -> None:
    assert read("wat is a merkel tree pls").slots.query == "what is a merkle tree"


async def test_short_forms_are_searched_for_in_full() -> None:
    assert read("difference between PoW and PoS").slots.query == "difference between proof of work and proof of stake"


def quotes(said: Said) -> list[tuple[str, int]]:
    """The quotations of an answer with the number of the passage each is from."""
    found = re.findall(r"^> “(.+)”\n>\n> \[(\d+)\]", said.text, re.MULTILINE)
    return [(text, int(number)) for text, number in found]


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize(
    ("question", "title"),
    [
        ("how does liquid staking work", "Liquid staking"),
        ("What is TVL?", "Total value locked"),
        ("what is the howey test", "Howey"),
        ("how does bitcoin mining work", "Bitcoin"),
        ("how can I keep a seed phrase safe", "Seed phrases"),
        ("what is restaking", "Restaking"),
    ],
)
async def test_it_quotes_whole_sentences_of_the_passages_it_cites(desks: Desks, question: str, title: str) -> None:
    said = await ask(desks["snapshot"], question)
    found = {row["n"]: row for row in said.passages()}
    assert quotes(said)
    for text, number in quotes(said):
        source = found[number]["text"]
        for part in text.split(" … "):
            assert part in source
            assert part[-1] in '.!?”"'
        assert f"[{number}] {found[number]['source']}, [" in said.text
        assert (found[number]["published_at"] or "undated")[:10] in said.text
    assert title in found[quotes(said)[0][1]]["title"]


@pytest.mark.xdist_group("analyst-skills")
async def test_a_comparison_quotes_an_article_on_either_side(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "difference between PoW and PoS")
    titles = {row["n"]: row["title"] for row in said.passages()}
    cited = " ".join(titles[number] for _, number in quotes(said))
    assert "Proof of work" in cited
    assert "Proof of stake" in cited


@pytest.mark.xdist_group("analyst-skills")
async def test_where_nothing_fits_it_says_so_and_quotes_nothing(desks: Desks) -> None:
    for question in ("what is an elliott wave", "what is an ichimoku cloud"):
        said = await ask(desks["snapshot"], question)
        assert "quote none" in said.text or "hold no passage on" in said.text
        assert not quotes(said)


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize(
    ("question", "title", "word"),
    [
        ("what happened to terra luna", "The collapse of Terra", "2022"),
        ("how was the ronin bridge hacked", "The Ronin bridge theft", "validators"),
        ("how did FTX collapse", "The collapse of FTX", "2022"),
        ("what are optimistic and zk rollups?", "Optimistic and zero-knowledge rollups", "base chain"),
        ("maker vs taker fees", "Maker and taker fees", "maker"),
        ("how do perpetual futures differ from normal futures", "Perpetual futures", "funding"),
        ("wat is a merkle tree", "Merkle trees", "hash"),
        ("What is slippage?", "Slippage, price impact and liquidity", "price"),
        ("explain how usdt is issued and redeemed", "USDT: issuance, redemption and record", "redemption"),
    ],
)
async def test_the_article_that_was_asked_for_is_quoted_alone(
    desks: Desks, question: str, title: str, word: str
) -> None:
    said = await ask(desks["snapshot"], question)
    titles = {row["n"]: row["title"] for row in said.passages()}
    assert [titles[number].startswith(title) for _, number in quotes(said)] == [True]
    assert word in quotes(said)[0][0]
    assert "No passage" not in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_question_in_other_words_gets_the_nearest_and_no_promise(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "could someone rent enough machines to rewrite a small coin's history")
    titles = {row["n"]: row["title"] for row in said.passages()}
    assert "51 percent attacks" in " ".join(titles[number] for _, number in quotes(said))
    assert said.text.startswith("No passage ")


async def test_a_passage_on_something_else_is_not_quoted() -> None:
    row = passage(1, "Fishing in cold water", "Trout bite in the morning. Nets are forbidden in most lakes.")
    text = await written("what is restaking", passages(row))
    assert "Trout" not in text
    assert "Fishing" not in text
    assert "hold no passage on “restaking”" in text


async def test_a_passage_that_covers_half_of_the_question_is_called_the_nearest() -> None:
    row = passage(1, "Smart contracts", "Smart contracts are programs stored on a blockchain. They run as written.")
    text = await written("How can AI be used to improve the security of smart contracts?", passages(row))
    assert "No passage answers the whole question" in text
    assert "“ai” or “security”" in text
    assert "> “Smart contracts are programs stored on a blockchain." in text


async def test_an_empty_search_is_said() -> None:
    text = await written("what is restaking", passages())
    assert text == "The desk's texts hold no passage on “restaking”; I answer such questions only with what they say."


async def test_a_failed_search_is_said_with_its_reason() -> None:
    text = await written("what is restaking", ("cmc_content_search", "content index is empty"))  # type: ignore[arg-type]
    assert "content index is empty" in text


async def test_orders_and_markup_in_a_passage_stay_a_quotation() -> None:
    row = passage(
        1,
        "Restaking **now**",
        "Restaking [pledges](javascript:x) staked assets as security. `rm -rf`",
        url="javascript:alert(1)",
    )
    text = await written("what is restaking", passages(row))
    assert "javascript:alert" not in text
    assert "](javascript" not in text
    assert "`rm" not in text


async def test_a_brief_answer_is_one_quotation_and_its_source() -> None:
    row = passage(1, "Restaking", "Restaking pledges staked assets as security for other services. It adds risk.")
    rows = [row, passage(2, "Restaking risks", "Restaking risks add up over every service that is secured.")]
    text = await written("what is restaking? be brief", passages(*rows))
    assert text.count("> “") == 1
    assert "_Source: Example Gazette, dated 2026-11-19, found by `cmc_content_search` at 2026-11-21 12:00 UTC._" in text


async def test_a_detailed_answer_quotes_more_of_the_article_than_a_usual_one(desks: Desks) -> None:
    for question in ("what is impermanent loss", "what is slashing", "what is market cap", "how does restaking work"):
        usual = await ask(desks["snapshot"], question)
        detailed = await ask(desks["snapshot"], f"{question}, in detail")
        assert len(detailed.text) > len(usual.text) + 80, question


@pytest.mark.parametrize(
    ("question", "said"),
    [
        ("what is impermanent loss", "Impermanent loss is what a liquidity provider's share"),
        ("whats the diff between a coin and a token", "A coin is the native asset of its own blockchain"),
        ("wtf is a meme coin", "A meme coin is"),
        ("whats a rugpull", "A rug pull is a fraud"),
        ("explain like I'm five what a blockchain is", "A blockchain is a list of transactions"),
        ("what is market cap", "is the price of one coin times the number of coins in circulation"),
        ("what does HODL stand for", "HODL means to hold on"),
        ("dollar cost averaging?", "Dollar cost averaging (DCA) means"),
    ],
)
async def test_a_word_is_explained_by_the_sentence_that_defines_it(desks: Desks, question: str, said: str) -> None:
    assert said in (await ask(desks["snapshot"], question)).text

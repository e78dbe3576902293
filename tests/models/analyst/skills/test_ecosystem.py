"""Coins of a category or chain: which questions it takes, and what is computed from the rows."""

# ruff: noqa: E501 - a table of questions reads better with one a line

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money, percent
from tests.models.analyst.skills.lists_desk import canned, first_calls, not_taken, rows_of, screened, stolen
from tests.models.analyst.skills.market_desk import nothing_made_up
from tests.models.analyst.skills.risk_desk import Desks, ask, assert_calls_validate, bare, open_desks, table_rows

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
Top projects on sui
gaming tokens
meme coins
tokens in the Solana ecosystem
solana ecosystem
list of AI coins
what are the top DeFi projects
which layer 2 tokens are there
best known privacy coins
main RWA tokens
top gaming projects
coins on base
memecoins on solana
solana memes
projects built on arbitrum
show me the Avalanche ecosystem
list liquid staking tokens
l2 tokens
depin projects
top 15 defi tokens
what tokens are in the bnb chain ecosystem
give me some oracle tokens
ai agent tokens
popular meme coins on base
stablecoins on tron
ethereum layer 2 projects
"""
NOT_OURS = """
what is DeFi
what is a meme coin
explain layer 2
what happens when a stablecoin depegs
how do rollups work
is DeFi on Solana any good
price of SOL
solana price
what is solana
TVL of Solana DeFi
how is the AI sector doing
memes vs AI sector
Are Layer 2 TVL numbers rising today?
fees on ethereum
trending gaming tokens
gaming gainers
which meme coin should i buy
With the increasing number of layer-2 solutions emerging, will Ethereum remain the central hub of the DeFi ecosystem, or will most activity eventually shift to layer-2 in the long term?
What revenue does the Solana ecosystem generate, and how has it grown over the past period?
news on solana
Are there new exploits in DeFi protocols this week?
How can AI be used to improve the security of smart contracts?
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("ecosystem")) as both:
        yield both


async def test_its_questions_are_its_own() -> None:
    assert not_taken("ecosystem", OURS) == []


async def test_other_questions_are_left_alone() -> None:
    assert stolen("ecosystem", NOT_OURS) == []


async def test_the_rows_are_the_screeners(desks: Desks) -> None:
    said = await ask(desks["simulated"], "gaming tokens")
    rows = rows_of(said)
    assert all("gaming" in row["tag"] for row in rows)
    for (name, cells), row in zip(table_rows(said.text).items(), rows, strict=True):
        assert row["name"] in name
        assert cells[0] == big_money(row["market_cap"])
    assert_calls_validate(said)


async def test_the_average_is_that_of_the_rows(desks: Desks) -> None:
    said = await ask(desks["simulated"], "meme coins")
    changes = [row["percent_change_24h"] for row in rows_of(said)]
    assert f"{percent(sum(changes) / len(changes))} on average" in bare(said.text)
    assert f"{sum(change > 0 for change in changes)} of {len(changes)} up" in said.text


@pytest.mark.parametrize(
    ("question", "filters"),
    [
        ("Top projects on sui", [{"field": "tag", "op": "in", "value": ["sui-ecosystem"]}]),
        ("tokens in the Solana ecosystem", [{"field": "tag", "op": "in", "value": ["solana-ecosystem"]}]),
        ("gaming tokens on solana", [{"field": "tag", "op": "eq", "value": "gaming"}, {"field": "platform", "op": "eq", "value": "solana"}]),
        ("l2 tokens", [{"field": "tag", "op": "eq", "value": "layer-2"}]),
        ("list of AI coins", [{"field": "tag", "op": "in", "value": ["ai", "ai-agents"]}]),
        ("what tokens are in the bnb chain ecosystem", [{"field": "tag", "op": "in", "value": ["bsc-ecosystem", "bnb-chain-ecosystem", "bnb-chain"]}]),
    ],
)  # fmt: skip
async def test_the_group_becomes_conditions(question: str, filters: list[dict[str, object]]) -> None:
    assert first_calls(question)[0].arguments["filters"] == filters


async def test_a_chain_is_kept_to(desks: Desks) -> None:
    said = await ask(desks["simulated"], "tokens in the Solana ecosystem")
    assert all("solana-ecosystem" in row["tag"] for row in rows_of(said))
    assert "coins of the Solana ecosystem" in said.answer


async def test_none_found_is_said_and_nothing_else_shown() -> None:
    text = await canned("Top projects on sui", screened([], 3000))
    assert text.startswith("None of the 3,000 coins at hand is listed among coins on Sui.")
    assert "|" not in text


async def test_offline_the_coins_at_hand_are_shown(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "Top projects on sui")
    assert said.answer == "None of the 10 coins at hand is listed among coins on Sui."
    assert "Whatever the category or chain" in said.text
    assert "Bitcoin" in said.text
    assert_calls_validate(said)


async def test_each_figure_may_be_missing(desks: Desks) -> None:
    question = "top 3 liquid staking tokens"
    said = await ask(desks["simulated"], question)
    whole = said.results("cmc_asset_screener")[0]["asset_screener_result"]
    assert len(whole["results"]) >= 3
    await nothing_made_up(question, said, "asset_screener_result")


async def test_detailed_says_how_to_read_it(desks: Desks) -> None:
    said = await ask(desks["simulated"], "gaming tokens on solana, in detail")
    assert "whose main chain is Solana" in said.text

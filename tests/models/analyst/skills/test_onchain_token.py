"""Tokens by their contract: which questions it takes, and figures that are those of the tool."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money, money, percent
from cryptodesk.models.analyst.skills.onchain_token import TokenSlots
from tests.models.analyst.desk import TOOLS
from tests.models.analyst.desk import ask as say
from tests.models.analyst.skills.market_desk import claim_of, nothing_made_up, only_result
from tests.models.analyst.skills.risk_desk import (
    Desks,
    ask,
    assert_calls_validate,
    bare,
    lines,
    open_desks,
    read,
    table_rows,
)

UNI = "0x1f9840a85d5af5bf1d1762f925bdaddc4201f984"
TRUMP = "6p6xgHyF7AeE6TZkSmFsko444wqoP15icUSqi2jfGiPN"

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
UNI_
UNI_ price
price of UNI_
price of UNI_?
what is UNI_
what token is UNI_
which coin is UNI_
contract UNI_
token UNI_
info on UNI_
tell me about UNI_
ethereum:UNI_
ethereum:UNI_ price
eth:UNI_
UNI_ on base
UNI_ on ethereum please
liquidity of UNI_
how much liquidity does UNI_ have
pools of UNI_
how many holders does UNI_ have
holders of UNI_
market cap of UNI_
24h volume of UNI_
how many buys and sells has UNI_
FDV of UNI_ in detail
whats UNI_ trading at rn
TRUMP_
price of TRUMP_ on solana
solana:TRUMP_
"""
NOT_OURS = """
Check the following wallets UNI_ for any unclaimed airdrops
is UNI_ a scam
honeypot check UNI_
wallet UNI_ balance
is UNI_ safe
transaction 0x88df016429689c079f3b2f6ad39fa052532c56795b733da78a91ebe340716c7a
price of BTC
0x1234
price of UNI
what is 0x
SupercalifragilisticexpialidociousWord
price of ETH on base
contract address of UNI
ethereum: price
send 1 ETH to UNI_
audit of UNI_
12345678901234567890123456789012345
"""


def _written(questions: str) -> str:
    return questions.replace("UNI_", UNI).replace("TRUMP_", TRUMP)


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("onchain_token")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(_written(OURS)))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("onchain_token", True)


@pytest.mark.parametrize("question", lines(_written(NOT_OURS)))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "onchain_token"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        (UNI, TokenSlots((UNI,))),
        (f"ethereum:{UNI} liquidity", TokenSlots((f"ethereum:{UNI}",), "liquidity")),
        (f"{UNI} on base", TokenSlots((f"base:{UNI}",))),
        (f"holders of {UNI}", TokenSlots((UNI,), "holders")),
        (f"price of {TRUMP} on solana", TokenSlots((f"solana:{TRUMP}",))),
        (f"volume of {UNI} and {TRUMP}", TokenSlots((UNI, TRUMP), "volume")),
    ],
)
async def test_the_contract_and_what_is_asked_of_it_are_read(question: str, slots: TokenSlots) -> None:
    assert read(question).slots == slots


async def test_the_figures_are_those_of_the_token(desks: Desks) -> None:
    said = await ask(desks["simulated"], f"price of {UNI}")
    assert_calls_validate(said)
    row = only_result(said, "cmc_market_data")["results"][0]
    lead = (
        f"Uniswap (UNI) on ethereum: price {money(row['price'])} ({percent(row['percent_change_24h'])} over 24 hours)"
    )
    assert bare(said.answer).startswith(lead)
    for name in ("market_cap", "volume_24h", "liquidity"):
        assert str(big_money(row[name])) in said.answer
    for name in ("holders", "buys_24h", "sells_24h"):
        assert f"{row[name]:,}" in said.answer


async def test_liquidity_comes_with_the_pools(desks: Desks) -> None:
    said = await ask(desks["simulated"], f"liquidity of {UNI}")
    row = only_result(said, "cmc_market_data")["results"][0]
    assert f"liquidity {big_money(row['liquidity'])}" in said.answer.split(",")[0]
    pool = row["pools"][0]
    assert table_rows(said.text)[f"{pool['pair']} · {pool['exchange']}"][1] == big_money(pool["liquidity"])


async def test_holders_come_with_what_the_largest_have(desks: Desks) -> None:
    said = await ask(desks["simulated"], f"how many holders does {UNI} have")
    row = only_result(said, "cmc_market_data")["results"][0]
    assert bare(said.answer).startswith(f"Uniswap (UNI) on ethereum: {row['holders']:,} holders")
    assert f"the largest holders together have {percent(row['top_holders_pct'], signed=False)}" in said.text


async def test_an_address_with_its_chain_is_asked_for_on_that_chain(desks: Desks) -> None:
    said = await ask(desks["simulated"], f"price of {TRUMP} on solana")
    assert "TRUMP" in said.answer
    assert any(f"solana:{TRUMP}" in trace.arguments for trace in said.traces)


async def test_a_contract_nobody_knows_gets_no_figures(desks: Desks) -> None:
    said = await ask(desks["simulated"], f"price of 0x{'1' * 40}")
    assert said.text.startswith("No figures of the contract 0x1111…1111 are at hand: asset not found")
    assert "$" not in said.text


async def test_another_chain_than_its_own_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], f"{UNI} on base")
    assert said.text.startswith("The contract 0x1f98…f984 is Uniswap (UNI) on ethereum; no figures of it are at hand")


async def test_what_no_source_has_is_said_with_what_is_known(desks: Desks) -> None:
    said = await ask(desks["snapshot"], UNI)
    assert said.text == (
        "The contract 0x1f98…f984 is Uniswap (UNI) on ethereum; no figures of it are at hand: no source of onchain"
        " token data is at hand."
    )


async def test_without_a_lookup_the_figures_are_asked_for_at_once() -> None:
    answer = await say(UNI, tools=[tool for tool in TOOLS if tool.name != "cmc_id_lookup"])
    assert [arguments["ids"] for arguments in answer.arguments] == [[UNI]]


async def test_everything_is_asked_in_one_round() -> None:
    answer = await say(UNI, tools=TOOLS)
    assert {call.name for call in answer.calls} == {"cmc_id_lookup", "cmc_market_data"}


@pytest.mark.parametrize("question", [f"{UNI} in detail", f"holders of {UNI}"])
async def test_any_figure_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_data_result")

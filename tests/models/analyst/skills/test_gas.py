"""Network fees: which questions it takes, and prices that are those of the overview."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import money
from cryptodesk.models.analyst.skills.gas import GasSlots
from tests.models.analyst.skills.market_desk import answer_of, claim_of, nothing_made_up, only_result, overview
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

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
cost of an eth transfer
sending eth fee
what would a swap cost in gas
ETH gas
eth gas fees
gas fees
gas
gas price now
current gas price in gwei
what's the gas on ethereum right now
how much is gas
how high are gas fees today
Are ETH gas fees spiking this week?
are gas fees up today
gas fees in EUR
ethereum network fees
network fees please
transaction fees on Solana
solana transaction fees
arbitrum gas fees
gas fees on base
base fee of ethereum
how many gwei
what does it cost to send ETH
how much does it cost to send ETH?
cost of sending ETH
how expensive is gas rn
cheapest network to send ETH
cheapest time to send ETH
which network has the lowest gas fees
did gas fees drop yesterday
are transaction fees high on ETH
How does BNB compare to Ethereum in terms of transaction fees and developer activity?
"""
NOT_OURS = """
what is gas
what are gas fees
what does gwei mean
explain gas fees
how are gas fees calculated
why are gas fees so high
will gas fees rise tomorrow
ETH price
natural gas price
trading fees on Binance
binance withdrawal fees
what is the funding rate of BTC
how much is ETH
SOL revenue
total market cap
gas token price
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("gas")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("gas", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "gas"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("gas", GasSlots()),
        ("gas fees on arbitrum", GasSlots(("arbitrum",))),
        ("are ETH gas fees spiking", GasSlots(wants_past=True)),
        ("cheapest time to send ETH", GasSlots(wants_best_time=True)),
        ("which network has the lowest gas fees", GasSlots(wants_cheapest=True)),
    ],
)
async def test_what_is_asked_for_is_read(question: str, slots: GasSlots) -> None:
    assert read(question).slots == slots


async def test_every_level_and_the_cost_of_a_transfer_are_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "ETH gas")
    assert_calls_validate(said)
    gas = only_result(said, "cmc_market_overview")["gas"]["eth"]
    assert bare(said.answer).startswith(f"Gas on Ethereum costs {Decimal(str(gas['standard'])):.2f} gwei")
    for name in ("slow", "fast", "base_fee"):
        assert f"{Decimal(str(gas[name])):.2f}" in said.answer
    assert str(money(gas["example_transfer"]["cost_usd"])) in said.answer
    assert "21,000 gas" in said.answer


async def test_detail_has_a_table_and_the_cost_at_other_speeds(desks: Desks) -> None:
    said = await ask(desks["simulated"], "gas fees in detail")
    gas = only_result(said, "cmc_market_overview")["gas"]["eth"]
    assert table_rows(said.text)["Ethereum"][0] == f"{Decimal(str(gas['slow'])):.2f}"
    price = Decimal(str(gas["example_transfer"]["eth_price_usd"]))
    cost = Decimal(str(gas["fast"])) * 21_000 / 10**9 * price
    assert f"{money(cost)} at fast speed (computed)" in said.text


async def test_that_no_past_is_kept_is_said_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Are ETH gas fees spiking this week?")
    assert said.answer.startswith(
        "The tool keeps no past gas prices, so I cannot say how they moved over the last 7 days"
    )
    assert "gwei" in said.answer


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("solana transaction fees", "no fees of Solana"),
        ("gas fees on arbitrum", "no fees of Arbitrum"),
        ("which network has the lowest gas fees", "carries Ethereum alone, so it cannot rank networks"),
        ("cheapest time to send ETH", "cannot tell a cheapest hour"),
        ("BNB and ETH transaction fees and developer activity", "This answers for network fees alone."),
    ],
)
async def test_what_the_tool_does_not_carry_is_said(question: str, words: str) -> None:
    text = await answer_of(question, "cmc_market_overview", overview(gas={"eth": {"standard": 3.0, "unit": "gwei"}}))
    assert words in text


async def test_several_networks_make_a_table() -> None:
    levels = {"eth": {"standard": 3.0, "slow": 2.5}, "base": {"standard": 0.00001234}}
    text = await answer_of("gas fees", "cmc_market_overview", overview(gas=levels))
    assert table_rows(text) == {"Ethereum": ["2.5", "3", "n/a", "n/a"], "base": ["n/a", "0.00001234", "n/a", "n/a"]}


async def test_what_no_source_has_is_said_with_the_reason(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "ETH gas")
    assert said.text == "Network fees are not available: no source of gas prices is at hand."


@pytest.mark.parametrize("question", ["ETH gas", "gas fees in detail"])
async def test_any_figure_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_overview_result")

"""Funds: which questions it takes, and flows and assets that are those of the overview."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money, percent
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
bitcoin etf flows
BTC ETF flows today
btc etf inflows
ETH ETF inflows yesterday
ethereum etf flows
spot bitcoin etf net flow
spot ETF flows
etf flows
etf outflows
etf flows this week
how much did bitcoin ETFs take in yesterday
how much BTC do ETFs hold
how much do the spot ETFs hold
etf aum
BTC ETF AUM
bitcoin etf assets under management
ETH ETF holdings
total assets of bitcoin ETFs
are ETFs buying bitcoin
are the ETFs selling
did ETFs have inflows or outflows last week
btc etf
spot ether etf data
compare BTC and ETH ETF flows
SOL ETF inflows
tradfi flows
institutional inflows
could you please show me the net flow of the bitcoin ETFs
exchange-traded fund flows
"""
NOT_OURS = """
what is an ETF
what is a bitcoin etf
how does a spot ETF work
explain ETF flows
why are ETFs seeing outflows
will the SOL ETF be approved
bitcoin etf news
SOL ETF approval deadline
which etf should I buy
etf filing for XRP
BTC price
exchange outflows of BTC
What does the on-chain data showing exchange outflows suggest about a potential short-term correction?
stablecoin inflows
Any current institution backing hype project
total market cap
ETF expense fees
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("etf_flows")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("etf_flows", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "etf_flows"


@pytest.mark.parametrize(
    ("question", "name", "words"), [("bitcoin etf flows", "btc", "Bitcoin"), ("ETH ETF flows", "eth", "Ether")]
)
async def test_the_flow_and_the_assets_are_those_of_the_tool(
    desks: Desks, question: str, name: str, words: str
) -> None:
    said = await ask(desks["simulated"], question)
    assert_calls_validate(said)
    funds = only_result(said, "cmc_market_overview")["trad_fi_flows"]
    flow, held = funds["etf_net_flow"][name], funds["etf_aum"][name]
    assert bare(said.answer).startswith(
        f"{words} funds had a net {'inflow' if flow > 0 else 'outflow'} of {big_money(abs(flow))}"
    )
    assert f"hold {big_money(held['current'])}" in said.answer
    past = [held["history"][when] for when in ("yesterday", "last_week", "last_month")]
    assert table_rows(said.text)[words] == [str(big_money(value)) for value in (flow, held["current"], *past)]


@pytest.mark.parametrize(
    ("flow", "words"),
    [(5e6, "a net inflow of **$5.00 million**"), (-5e6, "a net outflow of **$5.00 million**"), (0.0, "no net flow")],
)
async def test_the_word_for_the_flow_agrees_with_its_sign(flow: float, words: str) -> None:
    text = await answer_of(
        "btc etf flows", "cmc_market_overview", overview(trad_fi_flows={"etf_net_flow": {"btc": flow}})
    )
    assert words in text


async def test_the_trading_day_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "btc etf flows")
    (body,) = said.results("cmc_market_overview")
    day = next(row["as_of"] for row in body["provenance"] if "trad_fi_flows.etf_net_flow.btc" in row["fields"])[:10]
    assert f"on the last trading day ({day})" in said.answer


async def test_a_week_of_flows_is_not_made_of_the_change_of_assets(desks: Desks) -> None:
    said = await ask(desks["simulated"], "bitcoin etf flows this week")
    held = only_result(said, "cmc_market_overview")["trad_fi_flows"]["etf_aum"]["btc"]
    change = percent((held["current"] / held["history"]["last_week"] - 1) * 100)
    assert "alone, not over the last 7 days" in said.text
    assert f"{change} in Bitcoin funds (computed; it holds price moves too)" in said.text


async def test_funds_on_other_coins_are_said_to_be_missing(desks: Desks) -> None:
    said = await ask(desks["simulated"], "SOL ETF inflows")
    assert said.answer.startswith("The tool carries funds on Bitcoin and Ether alone, none on Solana.")


async def test_a_follow_up_asks_for_the_other_coin() -> None:
    plan = read("and ETH?", "bitcoin etf flows")
    assert (plan.skill, [asset.symbol for asset in plan.assets]) == ("etf_flows", ["ETH"])


async def test_one_coin_without_figures_is_named() -> None:
    body = overview({"trad_fi_flows.etf_aum.eth": "not today"}, trad_fi_flows={"etf_net_flow": {"btc": 1e6}})
    assert "Nothing is known of Ether funds (not today)." in await answer_of("etf flows", "cmc_market_overview", body)


async def test_what_no_source_has_is_said_with_the_reason(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "bitcoin etf flows")
    assert said.text == "Figures of crypto funds are not available: no open source of what funds hold is at hand."


@pytest.mark.parametrize("question", ["etf flows", "ETH ETF flows this week in detail"])
async def test_any_figure_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_overview_result")


async def test_that_holdings_are_not_counted_in_coins_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "how many BTC do the ETFs hold?")
    assert "The tool gives holdings in dollars, not in coins." in said.answer

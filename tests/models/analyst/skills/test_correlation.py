"""Correlation and beta: which questions it takes, and figures that numpy finds on the same closes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import numpy as np
import pytest
import pytest_asyncio

from tests.models.analyst.desk import answer_from, market, quote
from tests.models.analyst.skills.risk_desk import (
    MODES,
    Desks,
    ask,
    assert_calls_validate,
    bare,
    claimed,
    closes,
    lines,
    open_desks,
    read,
    table_rows,
    walk,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
correlation between BTC and ETH over the last 30 days
Can you analyze the correlation between BTC and ETH price movements over the last 30 days?
how correlated are BTC and SOL
is ETH correlated with bitcoin?
BTC ETH correlation
btc/eth corelation this year
correlate SOL and ADA
correlation matrix for BTC, ETH, SOL and XRP
pairwise correlations BTC ETH SOL
what is the beta of SOL
beta of ETH to BTC
SOL beta vs bitcoin 90 days
whats DOGE's beta
how closely does ADA move together with ETH
do BTC and ETH move together
do SOL and ETH trade in lockstep
does XRP follow BTC
correlation of DOGE with BTC in 2024
are BTC and XRP uncorrelated
has SOL decoupled from BTC this year
did ETH decouple from bitcoin
corr btc sol 6 months
please show me how correlated LINK ETH and BTC were in Q1 2025
correlation coefficient of BTC and BNB
correlation of BTC with gold
how correlated is bitcoin to the S&P 500
how correlated are sol and eth over 60 days
does doge follow btc? 90d
btc/sol correlation coefficient
correlation matrix btc eth sol 30d
is xrp correlated with bitcoin
corr btc hype 14d
do zec and btc move in the same direction lately
pearson correlation of eth and bnb, last 45 days
correlation of link to eth this year
how closely does ethereum track bitcoin
bitcoin ethereum correlation in 2025
what's the beta of sol to btc
avax correlation with btc last quarter
are ada and dot correlated
how strongly is bnb tied to bitcoin past 6 months
rolling correlation eth btc 90 days
do ETH and BTC walk hand in hand
how tightly is SOL glued to BTC, 60 days
does doge go where bitcoin goes? 90 days
are LINK and ETH joined at the hip lately
r between BTC and ETH daily returns last 30 days
pearson of ADA and SOL over 90 days
how in sync are XRP and XLM this year
does solana march in step with ether? last 60 days
if ethereum goes up, does SOL follow? past 90 days
corr eth/btc 30d
is AVAX's price tied to BTC's
how similar are the daily moves of BTC and ETH over 90 days
how much does DOGE depend on bitcoin, over the past 90 days
does ada mimic eth
do hype and btc dance together
does LINK dance to ethereum's tune
coefficient of correlation, bitcoin and gold
does hype follow eth around, past 60 days
XMR and ZEC: do they trade as a pair? 90 days correlation please
beta of SOL against bitcoin, 90d
"""
NOT_OURS = """
what is correlation?
what does beta mean
how is correlation calculated
coins least correlated with the market
why is ETH correlated with BTC
will SOL decouple from BTC
beta version of the Solana wallet
compare BTC and ETH
BTC vs ETH
how volatile is SOL vs ETH
ETH/BTC ratio
price of ETH in BTC
did Solana outperform Cardano this week?
volume of BTC and ETH
SOL and ADA market cap
ETH and SOL price today
can I go from BTC to ETH
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("correlation")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_correlation(question: str) -> None:
    assert claimed(question) == "correlation"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "correlation"


async def test_a_follow_up_changes_the_period() -> None:
    plan = read("and over the last 90 days?", "correlation of BTC and ETH over 30 days")
    assert ([a.symbol for a in plan.assets], plan.period.count if plan.period else 0) == (["BTC", "ETH"], 90)


def _returns(prices: list[float]) -> np.ndarray:
    return np.diff(prices) / np.array(prices[:-1])


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_a_pair_and_its_beta_are_numpys(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "correlation between BTC and ETH over the last 30 days")
    assert_calls_validate(said)
    bitcoin, ether = (_returns(closes(said, symbol)[1]) for symbol in ("BTC", "ETH"))
    assert len(bitcoin) == 30
    text = bare(said.text)
    assert f"was {np.corrcoef(bitcoin, ether)[0, 1]:.2f} (" in text
    assert "from 30 daily returns" in text
    slope = np.cov(ether, bitcoin, ddof=1)[0, 1] / np.var(bitcoin, ddof=1)
    assert f"The beta of Ethereum to Bitcoin was {slope:.2f}." in text


@pytest.mark.xdist_group("analyst-skills")
async def test_several_assets_are_a_table_of_pairs_without_any_other_asset(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "correlation matrix for ETH, SOL and XRP over 60 days")
    assert_calls_validate(said)
    rows = table_rows(said.text)
    found = {symbol: _returns(closes(said, symbol)[1]) for symbol in ("ETH", "SOL", "XRP")}
    for first, second in (("ETH", "SOL"), ("ETH", "XRP"), ("SOL", "XRP")):
        assert rows[f"{first} and {second}"][0] == f"{np.corrcoef(found[first], found[second])[0, 1]:.2f}"
    assert len(rows) == 3
    assert "Bitcoin" not in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_several_assets_with_bitcoin_have_a_table_of_betas(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "correlation matrix for BTC, ETH and SOL over 60 days")
    bitcoin, sol = (_returns(closes(said, symbol)[1]) for symbol in ("BTC", "SOL"))
    slope = np.cov(sol, bitcoin, ddof=1)[0, 1] / np.var(bitcoin, ddof=1)
    assert "Beta to Bitcoin" in said.text
    assert f"| Solana (SOL) | {slope:.2f} |" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_one_asset_alone_is_set_beside_bitcoin(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "what is the beta of SOL over the last 60 days")
    bitcoin, sol = (_returns(closes(said, symbol)[1]) for symbol in ("BTC", "SOL"))
    slope = np.cov(sol, bitcoin, ddof=1)[0, 1] / np.var(bitcoin, ddof=1)
    assert f"was **{slope:.2f}** for Solana" in said.answer
    assert f"was {np.corrcoef(sol, bitcoin)[0, 1]:.2f} (" in said.text


async def test_the_word_agrees_with_the_figure() -> None:
    up, down = (100, 110, 99, 120, 118), (50, 45, 50, 40, 41)
    text = await answer_from(
        "correlation of SOL and ADA", market(quote("SOL", history=walk(*up)), quote("ADA", history=walk(*down)))
    )
    assert "(strong, negative)" in text
    assert "was **-1.00**" in text


async def test_what_no_source_holds_is_said_and_nothing_reckoned() -> None:
    text = await answer_from("correlation of BTC with gold", market(quote("BTC", history=walk(100, 101, 99))))
    assert text.startswith("No source here holds daily closes of gold")
    assert "0." not in text


async def test_an_asset_without_closes_is_named() -> None:
    gap = {"field": "history", "reason": "no candles are at hand", "asset_id": 2010}
    rows = (quote("BTC", history=walk(100, 101, 99)), quote("ADA"))
    text = await answer_from("correlation of BTC and ADA", market(*rows, unavailable=[gap]))
    assert "There are no daily closes of Cardano (ADA) for this: no candles are at hand." in text
    assert text.startswith("This correlation cannot be computed.")

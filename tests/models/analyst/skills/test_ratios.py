"""Ratios of assets and of return to risk: which questions it takes, and figures found again on the same closes."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import numpy as np
import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import money
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
ETH/BTC ratio over 6 months
ETH/BTC ratio
eth btc ratio
what's the ratio of ETH to BTC
SOL/ETH
show me SOL / BTC over the last year
ETH/BTC chart for the last 90 days
how has the ETH/BTC ratio changed since January 2024
ratio of ADA to SOL in 2024
ETH in BTC terms over the last 30 days
cross-rate of ETH and BTC this year
Sharpe ratio of SOL this year
sharpe BTC
sortino ratio of ETH
Sharpe and Sortino of BTC, ETH and SOL
which had the better risk-adjusted return in 2024, BTC or ETH?
risk adjusted returns of SOL and ADA
BTC vs ETH sharpe ratio 2023
whats the sharpe of doge
what is the sharpe ratio of bitcoin over the past 6 months
compare risk-adjusted performance of BTC and SOL
which of BTC, ETH and XRP has the highest sharpe
reward-to-risk of SOL
return to volatility of BTC last year
please give me the ETH to BTC price ratio for Q1 2025
what's the sol/eth rate
eth btc ratio now
sharpe of ETH past year
sortino BTC 2025
ADA against BTC, price ratio
"""
NOT_OURS = """
what is the Sharpe ratio?
how is the sortino ratio calculated
coins with the best Sharpe ratio
top 10 coins by risk-adjusted return
price of ETH in BTC
how many ETH is one BTC
convert 3 ETH to BTC
price of BTC in ETH in March 2024
compare BTC and ETH
long/short ratio of BTC
NVT ratio of ETH and BTC
market cap ratio of ETH to BTC
sharp drop of BTC
correlation between BTC and ETH
how volatile is SOL vs ETH
will the ETH/BTC ratio rise
stock-to-flow ratio of BTC
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("ratios")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_ratios(question: str) -> None:
    assert claimed(question) == "ratios"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "ratios"


async def test_a_follow_up_changes_the_period() -> None:
    plan = read("and over 90 days?", "ETH/BTC ratio over 6 months")
    assert ([a.symbol for a in plan.assets], plan.period.count if plan.period else 0) == (["ETH", "BTC"], 90)


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_a_pair_is_the_quotient_of_the_closes(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "ETH/BTC ratio over 6 months")
    assert_calls_validate(said)
    days, ether = closes(said, "ETH")
    ratio = np.array(ether) / np.array(closes(said, "BTC")[1])
    text = bare(said.text)
    assert f"from {money(ratio[0], 'BTC')} on {days[0]} to {money(ratio[-1], 'BTC')} on {days[-1]}." in text
    verb = "rose" if ratio[-1] > ratio[0] else "fell"
    assert f"The ETH/BTC ratio {verb} {abs(ratio[-1] / ratio[0] - 1) * 100:.2f}% over the last 6 months" in text
    high, low = int(ratio.argmax()), int(ratio.argmin())
    assert (
        f"highest close was {money(ratio[high], 'BTC')} on {days[high]}, the lowest {money(ratio[low], 'BTC')}" in text
    )


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_sharpe_and_sortino_are_numpys(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "Sharpe and Sortino of BTC, ETH and SOL over the last 100 days")
    assert_calls_validate(said)
    rows = table_rows(said.text)
    ratios = []
    for symbol, label in (("BTC", "Bitcoin (BTC)"), ("ETH", "Ethereum (ETH)"), ("SOL", "Solana (SOL)")):
        prices = np.array(closes(said, symbol)[1])
        moves = np.diff(prices) / prices[:-1]
        ratios.append(moves.mean() / moves.std(ddof=1) * np.sqrt(365))
        losses = np.sqrt(np.mean(np.minimum(moves, 0) ** 2))
        expected = [f"{ratios[-1]:.2f}", f"{moves.mean() / losses * np.sqrt(365):.2f}"]
        assert rows[label][:3] == [*expected, f"{(prices[-1] / prices[0] - 1) * 100:+.2f}%"]
    assert f"**{max(ratios):.2f}**" in said.answer
    assert "risk-free rate 0" in said.text


async def test_a_pair_with_one_series_missing_says_which() -> None:
    gap = {"field": "history", "reason": "no candles are at hand", "asset_id": 2010}
    rows = (quote("ADA"), quote("SOL", history=walk(100, 110, 99)))
    text = await answer_from("ADA/SOL ratio", market(*rows, unavailable=[gap]))
    assert text == "There are no daily closes of Cardano (ADA) for this: no candles are at hand."


async def test_without_a_losing_day_sortino_is_undefined() -> None:
    text = await answer_from("Sharpe and Sortino of SOL", market(quote("SOL", history=walk(100, 110, 115, 140))))
    assert "the Sortino ratio **undefined (no losing day)**" in text
    assert "a handful of days can turn over" in text


async def test_too_few_closes_give_no_ratio() -> None:
    text = await answer_from("Sharpe ratio of SOL", market(quote("SOL", history=walk(100, 110))))
    assert "too few daily closes of Solana" in text
    assert "%" not in text

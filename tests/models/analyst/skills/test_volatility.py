"""Realised volatility: which questions it takes, and figures that numpy finds on the same closes."""

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
How volatile is SOL vs ETH?
how volatile is bitcoin
volatility of BTC
BTC volatility
what is the volatility of ethereum over the last 30 days
whats the 30d volatility for sol
realised volatility of BTC in 2024
realized vol of ETH this year
annualized volatility SOL ADA
sol vol last 90 days
which was riskier this year, SOL or ADA?
is SOL riskier than ETH
which is more volatile BTC or ETH
compare the volatility of BTC, ETH and SOL
standard deviation of daily returns of DOGE
std dev of BTC returns last 60 days
could you please tell me how volatile XRP has been in the past 6 months
was dogecoin more volatile than cardano in 2023?
BTC eth volatilty ranking volatility
how much volatility did BNB have in Q1 2025
volatility comparison: SOL, ADA, XRP
less risky BTC or SOL?
which one is more stable, BTC or ETH
is BTC volatile
price swings of SOL last month
historical volatility bitcoin 2022
show me DOGE volatility
ETH volatility since January 2024
how wild were the swings of solana over the past 3 months
vola of ADA 90d
how bumpy a ride has ETH been in 2025
how jumpy is doge
is xrp a rollercoaster lately? annualised vol please
annualised standard deviation for LINK, six months
hv of BTC 30 days
how nervous has bitcoin been this year, annualised
which swings harder, SOL or ETH, last 90 days?
how much does BNB bounce around per year
historical vola dogecoin 2025
sigma of btc daily returns over 60 days
how unstable has the price of SUI been this year
how turbulent was ETH in Q2 2026
were BTC's swings bigger than ETH's over 60 days?
how calm was bitcoin last month, in annual vol
typical daily swing of BTC in the past month, percent
average daily move of ETH over 90 days
standard deviation of SOL's daily returns over 30 days, not annualised
how much more volatile is DOGE than BTC over 90 days
daily vol of LINK 30d
"""
NOT_OURS = """
volume of BTC
what is volatility?
what does volatility mean
how is volatility calculated
most volatile coins today
top 10 most volatile tokens
which coins are the most volatile
implied volatility of BTC
bitcoin volatility index
What are the main risks of Cardano (e.g., rug pull potential, pump-and-dump volatility, fading hype)?
Does the large wallet accumulation observed in on-chain data suggest increased volatility?
why is BTC so volatile
will ETH be volatile next week
price of BTC
compare BTC and ETH
BTC high and low in March 2024
how did SOL perform this year
is solana safe
market volatility
how unstable is the network of SOL
move 2 BTC to my wallet
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("volatility")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_volatility(question: str) -> None:
    assert claimed(question) == "volatility"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "volatility"


async def test_assets_and_period_of_the_questions_before_are_kept() -> None:
    assert [a.symbol for a in read("and for ETH?", "how volatile is SOL").assets] == ["ETH"]
    plan = read("over 30 days?", "how volatile is SOL")
    assert (plan.skill, plan.assets[0].symbol, plan.period.count if plan.period else 0) == ("volatility", "SOL", 30)
    assert [a.symbol for a in read("how volatile is it?", "price of ADA").assets] == ["ADA"]


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_the_figures_are_numpys_on_the_same_closes(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "How volatile is SOL vs ETH over the last 60 days?")
    assert_calls_validate(said)
    rows = table_rows(said.text)
    spread = {}
    for symbol, label in (("SOL", "Solana (SOL)"), ("ETH", "Ethereum (ETH)")):
        days, prices = closes(said, symbol)
        assert len(days) == 61
        spread[label] = np.std(np.diff(np.log(prices)), ddof=1)
        moves = np.diff(prices) / prices[:-1] * 100
        assert rows[label][:2] == [f"{spread[label] * np.sqrt(365) * 100:.2f}%", f"{spread[label] * 100:.2f}%"]
        assert rows[label][2].startswith(f"{moves.max():+.2f}% ({days[int(moves.argmax()) + 1]}")
        assert rows[label][3].startswith(f"{moves.min():+.2f}% ({days[int(moves.argmin()) + 1]}")
    higher = max(spread, key=lambda label: spread[label]).split(" (")[0]
    assert f"{higher} was the more volatile" in said.answer
    assert "60 daily log returns" in said.text
    assert "365 days" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_span_of_years_is_read_in_several_calls_and_whole(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "volatility of BTC between 1 January 2022 and 31 December 2023")
    assert_calls_validate(said)
    days, prices = closes(said, "BTC")
    assert (days[0].isoformat(), days[-1].isoformat(), len(days)) == ("2021-12-31", "2023-12-31", 731)
    assert f"{np.std(np.diff(np.log(prices)), ddof=1) * np.sqrt(365) * 100:.2f}%" in bare(said.answer)
    assert said.text.count("As of") == 1


@pytest.mark.xdist_group("analyst-skills")
async def test_a_brief_answer_is_its_sentence_and_its_source(desks: Desks) -> None:
    said = await ask(desks["simulated"], "how volatile is SOL vs ETH, answer briefly")
    assert len([part for part in said.text.split("\n\n") if part]) == 2
    assert "simulated" in said.text
    detailed = await ask(desks["simulated"], "how volatile is SOL vs ETH, in detail")
    assert "two of three daily moves" in detailed.text


async def test_an_asset_without_closes_is_named_with_the_reason() -> None:
    gap = {"field": "history", "reason": "no candles of ADA are at hand", "asset_id": 2010}
    rows = (quote("SOL", history=walk(100, 110, 99, 105)), quote("ADA"))
    text = await answer_from("volatility of SOL and ADA", market(*rows, unavailable=[gap]))
    assert "There are no daily closes of Cardano (ADA) for this: no candles of ADA are at hand." in text
    assert "realised volatility" in text


async def test_too_few_closes_give_no_figure() -> None:
    text = await answer_from("volatility of SOL", market(quote("SOL", history=walk(100, 110))))
    assert "too few daily closes of Solana" in text
    assert "%" not in text


async def test_bars_of_several_days_are_not_taken_for_daily_ones() -> None:
    history = {**walk(100, 110, 99), "interval": "3d"}
    text = await answer_from("volatility of SOL", market(quote("SOL", history=history)))
    assert "There are no daily closes of Solana (SOL)" in text
    assert "%" not in text

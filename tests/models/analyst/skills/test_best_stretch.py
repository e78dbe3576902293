"""Best and worst days, weeks, months and years: which questions are taken, and figures of the tool's own closes."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from itertools import pairwise

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import percent
from tests.models.analyst.skills.market_desk import claim_of
from tests.models.analyst.skills.risk_desk import MODES, Desks, ask, bare, lines, open_desks
from tests.models.analyst.skills.test_price_level import closes

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
what's the biggest one day drop btc had in 2025
best month for eth in 2024?
worst day for sol this year
on how many days did sol close green this month
how many red days did btc have in august
biggest daily gain of doge ever
which month was the best for btc in 2025
in which year did eth gain the most
worst week for xrp
biggest single day move of btc this year
longest winning streak of btc
longest losing streak of eth in 2025
how many green months did btc have in 2025
what was solana's best quarter
largest 24h drop of btc in 2025
BTC's worst month ever
which day did eth fall the most in 2025
best and worst day of BTC in 2024
most days in a row BTC closed up
steepest weekly loss of SOL
best single day of ETH since 2023
what was XRP's strongest month last year
record daily gain bitcoin
greenest week of bnb in 2025
number of up days for btc this year
how many weeks did ETH end lower in 2025
"""
NOT_OURS = """
price of BTC
best day to buy btc
which day of the week is best for btc
best performing coin this month
btc weekly change
7 day change of eth
monthly return of sol
top gainers this week
highest close of BTC in 2025
volatility of BTC
max drawdown of BTC in 2025
compare BTC and ETH this month
how many days was btc over 100k in 2025
ETH high in 2025
did BTC have a good week
what happened on the worst day for crypto
"""


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    assert claim_of(question)[0] == "best_stretch"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "best_stretch"


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("best")) as opened:
        yield opened


@pytest.mark.parametrize("mode", MODES)
async def test_the_worst_day_is_that_of_the_closes(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "what's the biggest one day drop BTC had in 2025")
    held = closes(said, "2024-12-31", "2025-12-31")
    moves = [((after / before - 1) * 100, day) for (_, before), (day, after) in pairwise(held)]
    change, day = min(moves)
    assert f"the worst day was {day} with {percent(change)}" in bare(said.answer)


async def test_the_best_month_runs_from_close_to_close(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "best month for ETH in 2024?")
    held = dict(closes(said, "2023-12-31", "2024-12-31"))
    ends = sorted({max(day for day in held if day.startswith(month)) for month in {day[:7] for day in held}})
    moves = [((held[after] / held[before] - 1) * 100, after[:7]) for before, after in pairwise(ends)]
    change, month = max(moves)
    assert month == "2024-11"
    assert f"the best month was November 2024 with {percent(change)}" in bare(said.answer)


async def test_days_up_and_down_are_counted(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "how many red days did BTC have in august 2025")
    held = closes(said, "2025-07-31", "2025-08-31")
    moves = [after - before for (_, before), (_, after) in pairwise(held)]
    down, up = sum(move < 0 for move in moves), sum(move > 0 for move in moves)
    assert f"closed lower on {down} of {len(moves)} days" in bare(said.answer)
    assert f"and higher on {up}" in bare(said.answer)


async def test_a_streak_names_its_days_and_the_one_that_runs(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "longest winning streak of BTC in 2025")
    held = closes(said, "2024-12-31", "2025-12-31")
    longest = run = 0
    for (_, before), (_, after) in pairwise(held):
        run = run + 1 if after > before else 0
        longest = max(longest, run)
    assert f"closed higher was {longest}," in bare(said.answer)
    assert "The newest close" in said.answer


async def test_what_is_not_on_record_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "worst day for cardano in 2025")
    assert "no daily closes of Cardano" in said.text

"""Narratives: which questions they take, and figures that are the list's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money
from tests.models.analyst.skills.lists_desk import (
    canned,
    first_calls,
    in_percent,
    listing,
    not_taken,
    rows_of,
    screened,
    stolen,
)
from tests.models.analyst.skills.market_desk import nothing_made_up
from tests.models.analyst.skills.risk_desk import Desks, ask, assert_calls_validate, bare, open_desks, table_rows

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
sector leaders today
narratives of the last 30 days
crypto narratives pls
narratives
narratives this week
sectors today
crypto sector ranking
category ranking
market sectors
Which sectors are hot right now?
which narratives are leading
top narratives this week
what narratives are trending
leading crypto narratives
best performing categories
worst performing sectors today
which categories are lagging
what sector is pumping
hottest narrative
How is the AI sector doing?
how's the gaming sector performing this week
how are meme coins doing
how is defi doing
how are l2s performing this month
is the RWA narrative still hot
state of the DePIN sector
performance of the liquid staking category
how has the AI narrative performed over the last 30 days
how are privacy coins doing today
which crypto sectors are up
which sectors are down the most
show me the top categories
sector performance
sector rotation this week
current crypto narratives
hottest crypto narratives
what sector is performing best
which narratives gained most in 30 days
how is the AI sector doing
defi sector performance this week
top categories by market cap
narrative rotation: what's hot
rwa sector market cap
which themes are trending in crypto
leading sectors past 24 hours
is the privacy sector up or down this month
what are the top 5 narratives
what's the market cap of the gaming category
how did depin tokens do this week as a category
which crypto category lost the most
strongest narrative today
weakest sector this month
categories ranked by performance
which category is up the most this week
which categories are down the most this month
top 3 categories over 30 days
is the meme sector up
how are privacy coins doing as a group
what narrative is leading now
sector performance overview
sectors 7d
AI narrative this month
what's the depin category worth
gaming sector market cap and change
how did oracles do this week
performance of the exchange token sector
hot narratives 90 days
lagging narratives
"""
NOT_OURS = """
what is a narrative
explain crypto narratives
how is BTC doing
how is SOL performing this week
memes vs AI sector
gaming tokens
top gaming tokens by market cap
best performing gaming coins
what is DeFi
what will be the next narrative
which sector should i buy
Are liquid staking protocols gaining TVL this week?
How could international regulatory coordination impact the GameFi sector and trigger a chain reaction for Cardano?
trending coins
top gainers
why is the AI sector down
Which new partnerships are announced in DeFi?
Are there new exploits in DeFi protocols this week?
which categories have market cap over 10b
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("narratives")) as both:
        yield both


async def test_its_questions_are_its_own() -> None:
    assert not_taken("narratives", OURS) == []


async def test_other_questions_are_left_alone() -> None:
    assert stolen("narratives", NOT_OURS) == []


async def test_leaders_are_the_lists_own_rows(desks: Desks) -> None:
    said = await ask(desks["simulated"], "which narratives are leading this week")
    rows = rows_of(said)
    shown = table_rows(said.text)
    assert len(shown) == len(rows) == 5
    for (name, cells), row in zip(shown.items(), rows, strict=True):
        assert name == f"{row['trendingRank']}. {row['categoryName']}"
        assert cells[0] == big_money(row["marketCapUsd"])
        assert cells[1:4] == [in_percent(row[f"marketCapChangePercentage{window}"]) for window in ("24h", "7d", "30d")]
    assert in_percent(rows[0]["marketCapChangePercentage7d"]) in bare(said.answer)
    assert_calls_validate(said)


async def test_laggards_come_lowest_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "worst performing sectors today")
    changes = [row["market_cap_change"] for row in rows_of(said)]
    assert changes == sorted(changes)
    assert [cells[0] for cells in table_rows(said.text).values()] == [in_percent(change) for change in changes]
    assert_calls_validate(said)


async def test_laggards_of_a_month_are_said_to_be_of_a_day(desks: Desks) -> None:
    said = await ask(desks["simulated"], "which sectors are down the most over the last 30 days")
    assert "laggards are known for 24 hours" in said.text


async def test_one_sector_in_a_sentence(desks: Desks) -> None:
    said = await ask(desks["simulated"], "how are meme coins doing over the last 7 days")
    (row,) = rows_of(said)
    change = row["marketCapChangePercentage7d"]
    assert f"{'rose' if change > 0 else 'fell'} {in_percent(abs(change), signed=False)}" in bare(said.answer)
    assert str(big_money(row["marketCapUsd"])) in said.answer
    assert_calls_validate(said)


@pytest.mark.parametrize(("change", "word"), [(3.0, "rose 3.00%"), (-3.0, "fell 3.00%"), (0.0, "did not move")])
async def test_the_word_agrees_with_the_sign(change: float, word: str) -> None:
    row = {"categoryName": "Gaming", "marketCapChangePercentage24h": change, "marketCapUsd": 2e9}
    text = await canned("how is the gaming sector doing", listing("narratives", [row]))
    assert word in bare(text)


async def test_a_sector_that_no_list_has_is_told_from_its_coins(desks: Desks) -> None:
    said = await ask(desks["simulated"], "How is the AI sector doing?")
    rows = rows_of(said, -1)
    changes = [row["percent_change_24h"] for row in rows]
    assert "The list of categories has no AI" in said.text
    assert in_percent(sum(changes) / len(changes)) in bare(said.text)
    assert f"{sum(change > 0 for change in changes)} of {len(changes)} up" in said.text


@pytest.mark.parametrize("question", ["Which sectors are hot right now?", "How is the AI sector doing?"])
async def test_offline_the_reason_and_what_would_bring_it(desks: Desks, question: str) -> None:
    said = await ask(desks["snapshot"], question)
    assert "no list of categories is at hand" in said.answer
    assert "data pull" in said.answer


async def test_offline_single_coins_are_the_nearest(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "which categories are leading over the last 30 days")
    rows = rows_of(said, 1)
    assert f"{rows[0]['name']} {in_percent(rows[0]['percent_change'])}" in said.text


async def test_calls_keep_to_the_windows_of_the_list() -> None:
    assert first_calls("top narratives over the last 90 days")[0].arguments["time_period"] == "30d"
    assert first_calls("top narratives")[0].arguments["time_period"] == "24h"


async def test_an_unknown_change_is_no_zero() -> None:
    row = {"categoryName": "Gaming", "marketCapChangePercentage24h": None, "marketCapUsd": 2e9}
    text = await canned("how is the gaming sector doing", listing("narratives", [row]))
    assert "has no known change" in text
    assert "0.00%" not in text


async def test_an_empty_screen_of_laggards_is_said() -> None:
    text = await canned(
        "which sectors are lagging", screened([], 0, gaps={"results": "no list of categories is at hand"})
    )
    assert "no list of categories is at hand" in text


async def test_each_figure_may_be_missing(desks: Desks) -> None:
    question = "how is the gaming sector doing"
    said = await ask(desks["simulated"], question)
    await nothing_made_up(question, said, "signal_list_result")

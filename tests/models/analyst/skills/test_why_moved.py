"""Why a price moved: the move with its figures, reports of those days, and never a cause."""

from __future__ import annotations

import json
import re
from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import percent
from tests.models.analyst.desk import market, quote
from tests.models.analyst.skills.content_desk import (
    Desks,
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
why is BTC down today?
why is bitcoin down
whys btc dropping
why did SOL pump this week
why is ETH up today
what caused the crash on 2024-08-05
what caused the crash of bitcoin in 2022
what's driving the SOL rally
what is driving BTC higher
why is the market red?
why is crypto crashing
why are altcoins bleeding today
why is everything down
why did XRP surge yesterday
why has cardano fallen so much this month
reason for the drop in DOGE
reasons behind ETH's fall last week
what triggered the BTC sell-off on 14 March 2024
how come SOL is falling
why is HYPE rallying
what made ETH jump last month
why did LINK crash in May 2022
What happened to SOL, why the dump?
why's bnb up
what led to the BTC crash in November 2022
why did bitcoin fall from its high
can you tell me why bitcoin dropped today please
why is btc up
why did sol dump yesterday
what's behind the move in doge
what drove eth this week
explain the drop in avax today
how come ada is falling
why is the market down today
why xrp pump
reasons for bitcoin's fall this month
why did eth crash on 2025-10-10
what triggered the btc move on august 21 2026
any explanation for litecoin's rise
bnb is up a lot, why?
why's everything red
cause of polkadot's decline past 7 days
what moved uni in the last 24h
Why has hedera been rising since last week?
"""
NOT_OURS = """
Why do crypto prices often crash after reaching all-time highs?
why do prices usually fall after a listing
why should I buy BTC
why will BTC go up
why do analysts predict ETH may reach a new high
how far did BTC fall today
is BTC down today
how much did ETH drop
what is driving market sentiment this morning
why are gas fees up
why is TVL down
price of BTC
latest news on SOL
biggest losers today
BTC drawdown 2022
what is a crash
what happens when a stablecoin depegs
compare BTC and ETH
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("why")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_for_a_cause(question: str) -> None:
    assert claimed(question) == "why_moved"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "why_moved"


async def test_without_an_asset_the_largest_two_stand_for_the_market() -> None:
    assert [asset.symbol for asset in read("why is the market red?").assets] == ["BTC", "ETH"]


async def test_a_follow_up_changes_the_asset() -> None:
    plan = read("and for ETH?", "why is BTC down today?")
    assert (plan.skill, [asset.symbol for asset in plan.assets]) == ("why_moved", ["ETH"])


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", ["simulated", "snapshot"])
async def test_the_move_is_the_tools_own_figure_and_no_cause_is_named(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "why is BTC down today?")
    row = said.result("cmc_market_data")["market_data_result"]["results"][0]
    change = row["percent_change_24h"]
    shown = percent(abs(change), signed=False)
    assert f"**{'fell' if change < 0 else 'rose'} {shown}**" in said.text
    assert "Price data show the move, not its cause." in said.text
    assert not re.search(
        r"\b(?:because|due to|caused by|driven by|thanks to)\b", re.sub(r"“[^”]*”|\[[^\]]*\]", "", said.text)
    )
    assert ("By the figures at hand the price went up, not down." in said.text) == (change > 0)


@pytest.mark.xdist_group("analyst-skills")
async def test_every_report_is_of_the_days_of_the_move_and_was_found(desks: Desks) -> None:
    said = await ask(desks["simulated"], "why is BTC down today?")
    titles = {
        row["title"]: row
        for trace in said.traces
        if trace.name == "cmc_content_search"
        for row in json.loads(trace.model_content)["content_search_result"]["passages"]
    }
    items = re.findall(r"^- \*\*(\d{4}-\d\d-\d\d)\*\*.*?: \[(.+?)\]\(", said.text, re.MULTILINE)
    assert items
    for day, title in items:
        assert title in titles
        assert "2026-11-18" <= day <= "2026-11-21"
    numbers = re.findall(r" \[(\d+)\]", said.text)
    assert len(set(numbers)) == len(numbers)


@pytest.mark.xdist_group("analyst-skills")
async def test_where_nothing_was_reported_that_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "why is BTC down today?")
    assert "hold no dated report around it, so I name no reason." in said.text


def moved(change: float, **top: Any) -> tuple[str, dict[str, Any]]:
    return "cmc_market_data", market(quote("BTC", price=100.0, percent_change_24h=change), **top)


async def test_a_false_premise_is_corrected_by_the_figure() -> None:
    text = await written("why is BTC down today?", moved(3.5), passages())
    assert text.startswith("By the figures at hand the price went up, not down.\n\n")
    assert "rose 3.50%" in text
    assert "not down" not in await written("why is BTC down today?", moved(-3.5), passages())


async def test_reports_of_other_days_are_left_out() -> None:
    now = moved(-3.5, as_of="2026-11-21T10:00:00Z")
    rows = [
        passage(1, "Whale sells", "A large sale was seen.", published_at="2026-11-20T08:00:00Z"),
        passage(2, "Older tale", "Something else.", published_at="2026-09-01T08:00:00Z"),
    ]
    text = await written("why is BTC down today?", now, passages(*rows))
    assert "Reported at that time, which does not make it the cause:" in text
    assert "Whale sells" in text
    assert "Older tale" not in text


async def test_old_figures_are_not_explained_by_the_news_of_today() -> None:
    text = await written("why is BTC down today?", moved(-3.5), passages(passage(1, "Whale sells", "A sale.")))
    assert "Whale sells" not in text


async def test_an_article_counts_only_where_it_names_the_month() -> None:
    fallen = "cmc_market_data", market(quote("BTC", price=9.0, percent_change_24h=-1.0), as_of="2026-11-21T00:00:00Z")
    article = passage(
        1,
        "The collapse of FTX",
        "It was founded in 2019. It filed for bankruptcy on 11 November 2022. Others followed.",
        content_type="handbook",
        published_at=None,
    )
    text = await written("why did BTC crash in November 2022", fallen, passages(article))
    assert "“It filed for bankruptcy on 11 November 2022.”" in text
    other = await written("why did BTC crash in March 2023", fallen, passages(article))
    assert "FTX" not in other


async def test_without_figures_the_reason_is_said() -> None:
    text = await written("why is BTC down today?", ("cmc_market_data", "no source answered"), passages())  # type: ignore[arg-type]
    assert "I have no figures of the move of Bitcoin (BTC) (no source answered)." in text

"""Dominance: which questions it takes, and shares that are those of the overview."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.skills.dominance import DominanceSlots
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
share of altcoins outside btc and eth
what share of the market is altcoins
altcoins share of the crypto market
what percent of crypto is bitcoin
what percentage of the crypto market cap is btc
market share of bitcoin
how much of the total market cap is bitcoin
how big is bitcoin compared to the whole market
market share of everything except btc and eth
how much of the crypto market do altcoins make up
bitcoin dom
BTC dominance
bitcoin dominance
what is bitcoin dominance right now?
What's Bitcoin's dominance today?
btc.d
whats btc dominance at
how high is bitcoin dominance
ETH dominance
ethereum dominance now
dominance of Ethereum
BTC and ETH dominance
compare BTC and ETH dominance
altcoin dominance
alt dominance
what is the dominance of altcoins
dominance of other coins
others.d
market dominance
crypto market dominance please
show me dominance
current dominance
btc dominance yesterday
bitcoin dominance a week ago
has BTC dominance gone up this week
did bitcoin dominance fall this month?
highest BTC dominance of the year
bitcoin dominance over the last 90 days
how dominant is BTC? btc dominance
could you tell me the btc dominance please
BTC share of the total market
bitcoin's chunk of the total market
how much of crypto is bitcoin, percent
what part of the total market cap is ETH
how dominant is bitcoin these days
what percentage of all crypto money sits in bitcoin
share of everything that isn't BTC or ETH
is bitcoin more than half of the market
BTC's weight in the whole crypto market
did bitcoin dominance go up this week
how big a part of the market is ethereum
out of every dollar in crypto, how many cents are in bitcoin
bitcoin vs the rest, in percent of the market
does btc make up more than 60% of the market
ETH share of total crypto cap
what percent of the market are alts
"""
NOT_OURS = """
market share of binance
share of tvl on solana
bitcoin market cap
BTC share price
what is dominance
what does bitcoin dominance mean
how is bitcoin dominance calculated
explain BTC dominance
why is bitcoin dominance rising
will BTC dominance fall
SOL dominance
dominance of XRP
Which coins dominate trading on Binance today?
Which crypto is dominating Reddit discussions today?
Which market indicators are more reliable for comparing the strength of Bitcoin dominance versus altcoin performance?
market cap of BTC
BTC price
stablecoin dominance
binance dominance
should I buy alts when BTC dominance falls
is it altcoin season
market share of SOL
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("dominance")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("dominance", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "dominance"


@pytest.mark.parametrize(
    ("question", "shares"),
    [
        ("btc dominance", ("btc",)),
        ("ETH dominance", ("eth",)),
        ("altcoin dominance", ("others",)),
        ("BTC and ETH dominance", ("btc", "eth")),
        ("market dominance", ("btc", "eth", "others")),
    ],
)
async def test_whose_share_is_asked_for_is_read(question: str, shares: tuple[str, ...]) -> None:
    assert read(question).slots == DominanceSlots(shares)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("question", "name"), [("BTC dominance", "btc"), ("eth dominance", "eth"), ("altcoin dominance", "others")]
)
async def test_a_share_is_said_with_its_past_and_the_ends_of_its_year(desks: Desks, question: str, name: str) -> None:
    said = await ask(desks["simulated"], question)
    assert_calls_validate(said)
    share = only_result(said, "cmc_market_overview")["dominance"][name]
    now, before = share["current"], share["history"]["yesterday"]
    assert str(percent(now, signed=False)) in bare(said.answer)
    assert ("up from" if now > before else "down from") in said.answer
    for value in (*share["history"].values(), share["yearly"]["max"]["value"], share["yearly"]["min"]["value"]):
        assert str(percent(value, signed=False)) in said.text
    assert share["yearly"]["max"]["timestamp"][:10] in said.text


async def test_a_difference_of_shares_is_in_points_and_said_to_be_computed() -> None:
    body = overview(dominance={"btc": {"current": 50.0, "history": {"last_month": 47.25}}})
    text = await answer_of("BTC dominance", "cmc_market_overview", body)
    assert "+2.75 percentage points (computed)" in text


async def test_several_shares_make_a_table(desks: Desks) -> None:
    said = await ask(desks["simulated"], "market dominance")
    body = only_result(said, "cmc_market_overview")["dominance"]
    rows = table_rows(said.text)
    assert set(rows) == {"Bitcoin", "Ether", "All other coins"}
    assert rows["Ether"][:2] == [
        percent(body["eth"]["current"], signed=False),
        percent(body["eth"]["history"]["yesterday"], signed=False),
    ]


async def test_yesterday_is_answered_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "BTC dominance yesterday")
    share = only_result(said, "cmc_market_overview")["dominance"]["btc"]["history"]["yesterday"]
    assert bare(said.answer).startswith(f"It was {percent(share, signed=False)} yesterday.")


async def test_a_stretch_that_the_tool_does_not_keep_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "BTC dominance over the last 90 days")
    assert "I have nothing for the last 90 days" in said.answer


async def test_a_follow_up_asks_for_the_other_share() -> None:
    plan = read("and ETH?", "BTC dominance")
    assert (plan.skill, [asset.symbol for asset in plan.assets]) == ("dominance", ["ETH"])
    body = overview(dominance={"btc": {"current": 50.0}, "eth": {"current": 12.5}})
    assert "12.50%" in await answer_of("ETH dominance", "cmc_market_overview", body)


async def test_a_brief_answer_has_one_sentence(desks: Desks) -> None:
    said = await ask(desks["simulated"], "BTC dominance, in one sentence")
    assert said.text.count("%") == 2


async def test_what_no_source_has_is_said_with_the_reason(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "BTC dominance")
    assert said.text.startswith("Dominance is not available: no source of figures of the whole market is at hand")


async def test_one_missing_share_is_named() -> None:
    text = await answer_of("market dominance", "cmc_market_overview", overview(dominance={"btc": {"current": 50.0}}))
    assert "No share is known of Ether and coins but Bitcoin and Ether." in text


@pytest.mark.parametrize("question", ["BTC dominance", "altcoin dominance", "market dominance in detail"])
async def test_any_figure_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_overview_result")

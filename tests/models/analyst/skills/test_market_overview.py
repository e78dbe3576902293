"""The whole market: which questions it takes, and the overview's own figures in the answer."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money, percent
from cryptodesk.models.analyst.skills.market_overview import MarketSlots
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
good morning, what did I miss in crypto
what did I miss today in crypto?
anything happening in crypto
fill me in on crypto
bring me up to speed on the market
crypto rundown
market pulse
crypto recap please
daily crypto update
what's the state of crypto
how is the crypto market doing
How's the crypto market doing today?
how is the market doing
hows the market looking rn
what is the crypto market doing
whats the market doing today
market overview
give me a market summary please
crypto market update
crypto market today
how did the crypto market perform this week
is the crypto market up or down
is the market crashing
total market cap
what is the total crypto market cap
total cryptocurrency market capitalization in EUR
crypto market cap now
whats the global crypto mcap
market cap of all crypto
market cap of the entire crypto market
how big is the crypto market
total crypto market cap yesterday
total volume of the crypto market
crypto trading volume today
24h crypto market volume
what is the trading volume of the crypto market
how many cryptocurrencies are there
how many coins exist
number of active exchanges
how many exchanges are there
could you tell me how crypto is doing, market overview please
crypto market change this week
"""
NOT_OURS = """
catch me up on ethereum
good morning
what happened to FTX
market cap of ethereum
BTC price
what is market cap
what does market cap mean
how is market cap calculated
why is the crypto market down
why did the market crash today
will the crypto market crash
should I buy the market now
how is the stock market doing
market cap of SOL vs ADA
volume of BTC
coins with a market cap above 100 million
top 10 coins by market cap
What's driving market sentiment this morning?
crypto market news
how many bitcoin are there
how big is solana
market cap of stablecoins
nft market overview
futures market volume
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("market")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_about_the_whole_market(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("market_overview", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "market_overview"


@pytest.mark.parametrize(
    ("question", "focus"),
    [
        ("market overview", "all"),
        ("total market cap", "size"),
        ("total crypto volume", "volume"),
        ("how many exchanges are there", "counts"),
    ],
)
async def test_the_side_that_is_asked_for_is_read(question: str, focus: str) -> None:
    assert read(question).slots == MarketSlots(focus)  # type: ignore[arg-type]


async def test_the_answer_has_the_size_its_changes_and_its_past(desks: Desks) -> None:
    said = await ask(desks["simulated"], "total crypto market cap")
    assert_calls_validate(said)
    size = only_result(said, "cmc_market_overview")["market_size"]
    cap = size["total_crypto_market_cap_usd"]
    assert str(big_money(cap["current"])) in bare(said.answer)
    for value in (*cap["history"].values(), cap["yearly"]["max"]["value"], cap["yearly"]["min"]["value"]):
        assert str(big_money(value)) in said.answer
    for change in cap["percent_change"].values():
        assert str(percent(change)) in said.answer
    assert str(big_money(size["altcoin_market_cap"])) in said.answer
    assert "simulated" in said.text


async def test_the_word_for_the_change_agrees_with_its_sign() -> None:
    for change, words in ((2.5, "up 2.50% over 24 hours"), (-2.5, "down 2.50% over 24 hours"), (0.0, "unchanged")):
        cap = {"current": 2e12, "percent_change": {"24h": change}}
        text = await answer_of("total market cap", "cmc_market_overview", overview(market_size={"total_crypto_market_cap_usd": cap}))  # fmt: skip  # noqa: E501
        assert words in text.split("\n")[0]


async def test_a_week_asks_for_the_change_over_a_week(desks: Desks) -> None:
    said = await ask(desks["simulated"], "how did the crypto market perform this week")
    change = only_result(said, "cmc_market_overview")["market_size"]["total_crypto_market_cap_usd"]["percent_change"]
    assert (
        f"{'up' if change['7d'] > 0 else 'down'} {percent(abs(change['7d']), signed=False)} over 7 days" in said.answer
    )


async def test_yesterday_is_answered_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "total crypto market cap yesterday")
    past = only_result(said, "cmc_market_overview")["market_size"]["total_crypto_market_cap_usd"]["history"]
    assert bare(said.answer).startswith(f"It was {big_money(past['yesterday'])} yesterday.")


async def test_a_day_that_the_tool_does_not_keep_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "total crypto market cap on 1 March 2025")
    assert "I have nothing for 2025-03-01" in said.answer


async def test_the_overview_has_a_table_of_what_the_market_was(desks: Desks) -> None:
    said = await ask(desks["simulated"], "how is the crypto market doing?")
    body = only_result(said, "cmc_market_overview")
    rows = table_rows(said.text)
    assert rows["Total market cap"][0] == big_money(body["market_size"]["total_crypto_market_cap_usd"]["current"])
    btc = body["dominance"]["btc"]
    shares = [btc["current"], btc["history"]["yesterday"], btc["history"]["last_week"], btc["history"]["last_month"]]
    assert rows["BTC dominance"] == [percent(share, signed=False) for share in shares]
    assert rows["Fear and greed (0-100)"][0] == str(body["sentiment"]["fear_greed"]["current"]["index"])
    assert str(big_money(body["liquidity"]["volume24h"]["spot"])) in said.answer


async def test_a_brief_answer_is_one_sentence_and_its_source(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Briefly: how is the crypto market doing? Answer in one sentence.")
    assert "|" not in said.text
    assert said.answer.count(". ") == 0


async def test_volume_is_in_dollars_and_over_a_day(desks: Desks) -> None:
    said = await ask(desks["simulated"], "total crypto volume last month")
    volume = only_result(said, "cmc_market_overview")["liquidity"]["volume24h"]
    assert str(big_money(volume["spot"])) in bare(said.answer)
    assert str(big_money(volume["derivatives"]["total"])) in said.answer
    assert "over 24 hours alone, not over October 2026" in said.answer


async def test_a_currency_that_no_source_has_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "total crypto market cap in EUR")
    assert "in USD, not in EUR" in said.answer


async def test_counts_are_those_of_the_source(desks: Desks) -> None:
    said = await ask(desks["simulated"], "how many cryptocurrencies are there?")
    size = only_result(said, "cmc_market_overview")["market_size"]
    assert f"{size['active_cryptocurrencies']:,} active" in bare(said.answer)
    assert f"{size['active_exchanges']} active exchanges" in bare(said.answer)


@pytest.mark.parametrize("question", ["market overview", "total market cap", "total crypto volume", "number of active exchanges"])  # fmt: skip  # noqa: E501
async def test_what_no_source_has_is_said_with_the_reason(desks: Desks, question: str) -> None:
    said = await ask(desks["snapshot"], question)
    assert_calls_validate(said)
    assert "not available: no source of figures of the whole market is at hand" in said.text
    assert "$" not in said.text


@pytest.mark.parametrize("question", ["market overview in detail", "total market cap", "total crypto volume"])
async def test_any_figure_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_overview_result")

"""Exchanges: which questions it takes, and figures that are those of the tools."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import big_money
from cryptodesk.models.analyst.skills._venue_phrases import ExchangeSlots
from tests.models.analyst.desk import TOOLS
from tests.models.analyst.desk import ask as say
from tests.models.analyst.skills.market_desk import answer_of, claim_of, nothing_made_up, only_result, overview, replay
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
how many coins does Pelisokan list?
how many coins does pelisokan list
how many pairs does Pelisokan trade
how many tokens does Pelisokan support?
number of coins does pelisokan list
how many markets are on Pelisokan
how many coins does Quilanova Exchange offer
how many trading pairs are listed on Pelisokan
how many cryptos does Holenovale Spot list right now
how many different coins are available on Pelisokan
volume on Kelordine
how big is Birinonix Trade
reserves held by Birinonix Trade
list exchanges by number of coins
What are the trading fees on Birinonix Trade?
kraken fees
binance trading fee
taker fee on okx
maker and taker fees at bybit
Birinonix Trade fees
how much does coinbase charge to trade
which exchange has the highest score?
best rated exchange
which exchanges have the best rating
exchange with the best score
derivatives volume on Dunorbex Digital
Dunorbex Digital derivatives volume
reserves of Birinonix Trade
open interest on Dunorbex Digital
how many coins does Birinonix Trade list
what is the volume on dunorbex digital
is Birinonix Trade bigger than Holenovale Spot
which exchange lists the most coins
what exchange does the most volume
busiest exchange
top exchanges
top 5 crypto exchanges
biggest crypto exchange
largest exchanges by volume
list of exchanges
exchange ranking
best exchanges by trading volume
which exchange has the highest volume
which exchanges have the most reserves
top derivatives exchanges
top exchanges by open interest
biggest dex
largest decentralized exchanges
top DEXes
rank exchanges by liquidity
exchanges ranked by liquidity
Binance volume
binance 24h volume
Coinbase 24h volume
Coinbase trading volume please
Kraken reserves
OKX open interest
binance rank
how big is Bybit
compare Binance and Coinbase volume
Holenovale Spot volume
Holenovale exchange reserves
Which coins dominate trading on Binance today?
top pairs on Kraken
What's happening in decentralized exchanges volume?
dex volume
volume on decentralized exchanges
10 biggest exchanges
spot volume of Holenovale Spot
how much does Quilanova Exchange trade per day
Galoton Trade reserves
maker and taker fee at Reniawyn Pro
what does it cost to trade on Olinovex Spot
which exchange trades the most derivatives
biggest derivatives exchanges
list the top five exchanges by 24h volume
how many coins can i trade on Dunorbex Digital?
exchange with the largest reserves
rank crypto exchanges by liquidity
is Birinonix Trade bigger than Holenovale Spot?
compare Fyramar Markets and Galoton Trade
open interest on Korariith Spot
tell me about the exchange Pelisokan
how many trading pairs does Wenarivex Digital have
what rank is Elaxa Exchange
score of Torenxa Pro
birinonix trade 24h volume
top dex by volume
most liquid exchanges
Which 3 exchanges have the most open interest?
exchange reserves ranking
how big is Pelovalio Exchange
who are the largest crypto exchanges by trading volume today
fees galoton trade
crypto exchanges leaderboard
trading fees: Galoton Trade
volume on Pelisokan in the last 24h
does Elaxa Exchange publish reserves?
binance 24 hour volume
coinbase reserves
which exchange is the biggest
volume at elaxa exchange
what does Reniawyn Pro charge takers
taker fee on galoton trade
number of markets on Holurric Markets
Yoraththa Trade derivatives
Which exchange had the largest 24h spot volume?
how much volume did Corathpact Pro do in the past day?
Quilanova Exchange vs Yoraththa Trade
what's Holenovale Spot's open interest
Birinonix Trade stats please
give me the trust score for Birinonix Trade
can i trade futures on Dunorbex Digital
wenarivex digital reserves
which exchange has the best liquidity
top 7 exchanges by open interest
exchange with the most trading pairs
which exchange lists the most markets
derivatives exchanges ranked by volume
binance alternative with most volume
reserves of the biggest exchange
what are Holenovale Spot's reserves
Holenovale Spot volume change 24h
Quilanova Exchange maker fee
number one exchange
exchange rankings
biggest cex
spot exchanges by volume
number one exchange by spot volume
which trading platform is biggest
biggest venue for derivatives
where is most crypto traded
the venue with the largest reserves
top 3 spot exchanges
how much does Birinonix Trade turn over in a day
Birinonix Trade daily volume
daily turnover at Holenovale Spot
second biggest exchange
how many coins can you trade on Holenovale Spot
on which exchange is the most open interest
who leads spot trading among exchanges
busiest exchange right now
what rank is Holenovale Spot
trading fees at Birinonix Trade
which exchange is ranked first
which exchange trades the most
how much is traded on Birinonix Trade in 24h
how much did Birinonix Trade trade yesterday
reserves of Holenovale Spot please
does Holenovale Spot have more volume than Birinonix Trade
how many markets does Birinonix Trade have
dex volume 24h
how much was swapped on dexes today
where do people trade most, by exchange
rank exchanges by open interest
how much does Quilanova Exchange trade in a day
futures turnover at Dunorbex Digital in the last day
What rank does Olinovex Spot have?
how many coins are on offer at Reniawyn Pro
what does Birinonix Trade charge takers
Is Yoraththa Trade a big exchange? How much volume does it do?
how busy was Holenovale Spot over the last 24 hours
Quilanova Exchange: how much in reserve?
how many dollars went through Dunorbex Digital today
money held at Birinonix Trade
What's Reniawyn Pro's daily spot volume?
size of Olinovex Spot by open interest
how many trading pairs at Yoraththa Trade
compare the volumes of Birinonix Trade and Holenovale Spot
Which has deeper reserves, Holenovale Spot or Birinonix Trade?
where does Quilanova Exchange rank
the maker fee on Holenovale Spot
coins in custody at Birinonix Trade, in dollars
how much customer money is at Holenovale Spot
what does Holenovale Spot turn over a day
derivatives volume Birinonix Trade
which exchange sits on the largest reserves
largest exchange in the world by trading
how many coins are listed on holenovale spot
holenovale spot 24h volume
reserves quilanova exchange
how big are birinonix trade's reserves
open interest on dunorbex digital
holenovale spot vs birinonix trade by volume
how much do people trade on holenovale spot per day
at how many markets can you trade on Quilanova
taker fee quilanova exchange
what would a taker pay at Quilanova Exchange
does Reniawyn Pro publish its reserves, and how much
when was Holenovale Spot founded
derivatives vs spot volume at Holenovale Spot
Holenovale Spot or Birinonix Trade: who trades more
the score of Yoraththa Trade
how many dollars change hands on Holenovale Spot each day
volume leader among exchanges
Binance 24h volume
"""
NOT_OURS = """
how many tokens does it list
how many coins does Bitcoin have
futures volume against spot volume
perp volume versus spot volume of crypto
how many coins does a wallet support
transaction fees on ethereum
what is the fee of a BTC transfer
volume of BTC on Monday
volume in Europe
total derivatives volume
staking fees at kraken
what is a DEX
what does exchange volume mean
how do exchanges work
Which exchange listings are trending this week?
Which exchanges are facing pressure from regulators?
What new altcoin trading pair will Binance list
Which popular token trading pair is Kraken exchange planning to list
binance news
BTC price on Binance
is Binance safe
why did Coinbase go down
binance coin price
coinbase stock
exchange 100 USD to BTC
how many exchanges are there
BTC exchange outflows
top exchange tokens
UNI volume
should I use Kraken
market overview
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("exchanges")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("exchanges", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "exchanges"


@pytest.mark.parametrize(
    ("question", "slots"),
    [
        ("top 5 crypto exchanges", ExchangeSlots("list", count=5)),
        ("top exchanges by open interest", ExchangeSlots("list", sort="open_interest")),
        ("biggest dex", ExchangeSlots("list", wants_dex=True)),
        ("Kraken reserves", ExchangeSlots("one", ("Kraken",), "reserves_usd")),
        ("compare Binance and Coinbase volume", ExchangeSlots("one", ("Binance", "Coinbase"))),
        ("Holenovale Spot volume", ExchangeSlots("one", ("Holenovale Spot",))),
        ("Which coins dominate trading on Binance today?", ExchangeSlots("traded_on", ("Binance",))),
        ("dex volume", ExchangeSlots("dex_volume", wants_dex=True)),
    ],
)
async def test_what_is_asked_for_is_read(question: str, slots: ExchangeSlots) -> None:
    assert read(question).slots == slots


async def test_a_list_is_in_the_order_asked_for(desks: Desks) -> None:
    said = await ask(desks["simulated"], "top 3 exchanges by open interest")
    assert_calls_validate(said)
    rows = only_result(said, "cmc_asset_screener")["results"][:3]
    assert list(table_rows(said.text)) == [row["name"] for row in rows]
    assert bare(said.answer).startswith(
        f"{rows[0]['name']} is the largest exchange by open interest: {big_money(rows[0]['open_interest'])}."
    )


async def test_more_than_the_tool_lists_is_said(desks: Desks) -> None:
    assert "The tool lists at most 10." in (await ask(desks["simulated"], "top 50 exchanges")).answer


async def test_an_exchange_is_looked_up_then_its_figures_asked(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Holenovale Spot reserves")
    assert_calls_validate(said)
    row = only_result(said, "cmc_market_data")["results"][0]
    assert bare(said.answer).startswith(
        f"Holenovale Spot, ranked {row['rank']}: reserves in known wallets {big_money(row['reserves_usd'])}"
    )
    for name in ("spot_volume_24h", "derivative_volume_24h", "open_interest"):
        assert str(big_money(row[name])) in said.answer
    assert f"{row['num_coins']} coins" in said.answer


async def test_a_guessed_name_is_said(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Holenovale exchange reserves")
    assert said.answer.startswith('I took "Holenovale" for Holenovale Spot.')


async def test_a_name_of_several_is_asked_back(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Trade exchange volume")
    assert "which exchange do you mean?" in said.answer
    assert "$" not in said.text


async def test_a_name_nobody_bears_gets_no_figures(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Binance volume")
    assert said.text == 'No exchange called "Binance" is at hand.'


async def test_several_exchanges_make_a_table() -> None:
    rows = [
        {"asset_id": 270, "name": "Binance", "spot_volume_24h": 2e10},
        {"asset_id": 89, "name": "Coinbase", "spot_volume_24h": 3e9},
    ]
    body = {"market_data_result": {"results": rows}, "as_of": "2026-11-21", "unavailable": []}
    text = await replay(
        "compare Binance and Coinbase volume", [("cmc_market_data", {"asset_type": "exchange", "ids": [270, 89]}, body)]
    )
    assert table_rows(text)["Coinbase"][0] == "$3.00 billion"
    assert "Binance: 24-hour spot volume **$20.00 billion**." in text


async def test_without_a_lookup_the_names_are_asked_for() -> None:
    tools = [tool for tool in TOOLS if tool.name != "cmc_id_lookup"]
    answer = await say("Binance volume", tools=tools)
    assert answer.arguments == [{"asset_type": "exchange", "ids": ["Binance"]}]


async def test_what_is_traded_on_one_exchange_is_declined(desks: Desks) -> None:
    text = (await ask(desks["simulated"], "Which coins dominate trading on Binance today?")).text
    assert text.startswith("No tool lists what is traded on one exchange, so I cannot rank the coins on Binance.")


async def test_decentralised_exchanges_are_told_by_their_own_figures() -> None:
    rows = [
        {"asset_id": 1, "name": "One", "spot_volume_24h": 9e9},
        {"asset_id": 2, "name": "Two", "spot_volume_24h": 5e9},
    ]
    screen = {"asset_screener_result": {"results": rows}, "as_of": "2026-11-21", "unavailable": []}
    kinds = {
        "market_data_result": {"results": [{**rows[0], "kind": "central"}, {**rows[1], "kind": "decentral"}]},
        "unavailable": [],
    }
    calls = [("cmc_asset_screener", {}, screen), ("cmc_market_data", {"asset_type": "exchange", "ids": [1, 2]}, kinds)]
    text = await replay("biggest dex", calls)
    assert bare(text).startswith("Two is the largest decentralised exchange by 24-hour spot volume: $5.00 billion.")
    assert list(table_rows(text)) == ["Two"]


async def test_where_none_is_decentralised_their_joint_volume_is_given(desks: Desks) -> None:
    said = await ask(desks["simulated"], "biggest dex")
    volume = only_result(said, "cmc_market_overview")["defi"]["dex_volume_24h_usd"]
    assert said.answer.startswith("None of the 10 largest exchanges")
    assert str(big_money(volume)) in said.answer


async def test_the_volume_of_decentralised_exchanges_is_the_overviews(desks: Desks) -> None:
    said = await ask(desks["simulated"], "What's happening in decentralized exchanges volume?")
    volume = only_result(said, "cmc_market_overview")["defi"]["dex_volume_24h_usd"]
    assert bare(said.answer).startswith(f"Decentralised exchanges traded {big_money(volume)} in 24 hours")
    assert "keeps no past" in said.answer


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("top exchanges", "A list of exchanges is not available: no list of exchanges is at hand."),
        ("Binance volume", 'No exchange called "Binance" is at hand (no source of exchange ids is at hand'),
        ("dex volume", "The volume of decentralised exchanges is not available: no source of value locked is at hand."),
    ],
)
async def test_what_no_source_has_is_said_with_the_reason(desks: Desks, question: str, words: str) -> None:
    said = await ask(desks["snapshot"], question)
    assert said.text.startswith(words)


async def test_data_that_a_command_would_add_are_named(desks: Desks) -> None:
    assert "cryptodesk data pull coingecko-2025 would add" in (await ask(desks["snapshot"], "top exchanges")).text


async def test_an_empty_overview_is_refused() -> None:
    text = await answer_of("dex volume", "cmc_market_overview", overview({"defi": "closed"}))
    assert text == "The volume of decentralised exchanges is not available: closed."


@pytest.mark.parametrize(
    ("question", "key"),
    [("top exchanges", "asset_screener_result"), ("Holenovale Spot volume in detail", "market_data_result")],
)
async def test_any_figure_may_be_missing(desks: Desks, question: str, key: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), key)


async def test_fees_are_those_of_the_profile(desks: Desks) -> None:
    said = await ask(desks["simulated"], "What are the trading fees on Birinonix Trade?")
    assert_calls_validate(said)
    profile = only_result(said, "cmc_asset_metadata")["results"][0]["exchange_profile"]
    for field, words in (("taker_fee", "taker fee"), ("maker_fee", "maker fee")):
        assert f"{words} {profile[field]}%" in bare(said.answer)


async def test_the_highest_score_may_be_shared(desks: Desks) -> None:
    said = await ask(desks["simulated"], "which exchange has the highest score?")
    rows = only_result(said, "cmc_asset_screener")["results"]
    best = max(row["exchange_score"] for row in rows)
    for row in rows:
        assert (row["name"] in said.answer) == (row["exchange_score"] == best)
    assert f"{best} of 10" in bare(said.answer)

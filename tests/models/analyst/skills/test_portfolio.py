"""Holdings: which questions it takes, what it reads from them, and sums that are exact on the tool's own prices."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import money, percent
from cryptodesk.models.analyst.skills._holdings import Holding, Slots, bought_on
from tests.models.analyst.desk import TODAY, answer_from, market, quote
from tests.models.analyst.skills.risk_desk import (
    MODES,
    Desks,
    Said,
    ask,
    assert_calls_validate,
    bare,
    claimed,
    lines,
    open_desks,
    read,
    table_rows,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
I hold 0.5 BTC, 10 ETH and 2000 ADA
i have 1 btc and 20 sol
I own 3 ETH, 2 BTC, what's it worth
my portfolio is 0.5 BTC, 4 ETH and 100 SOL
my holdings: 1 BTC, 5 ETH
portfolio: BTC 0.5, ETH 10, SOL 40
what are my 2 BTC and 30 ETH worth
how much are 2 BTC and 30 ETH worth together
my bag is 5000 DOGE and 100 ADA whats the value
total value of 1 BTC, 10 ETH and 50 SOL
weights of my portfolio: 1 BTC, 10 ETH, 100 SOL
we hold 12 BTC and 400 ETH
I bought 2 ETH at 1800 and 1 BTC at 60k: my PnL
bought 1 BTC @ 42000, pnl?
i bought 1 btc at 20k am i up or down
I bought 10 SOL for 900 dollars, what is my profit
bought 2 ETH at $1,800 each, how much profit
my entry was 1.5 BTC at 35000, what's my gain
i got 500 ADA at 0.45 and 3 SOL at 20, how much profit do i have
I purchased 3 ETH on 2024-03-14, what's my profit
I bought 3 SOL in January 2023 and 1 BTC on 2024-03-14, what is my profit
cost basis of 1 BTC bought at 20k and 1 BTC bought at 60k
I have 1 BTC and 10 SOL, what if I sell half?
I hold 4 ETH, what would selling 25% bring me
i hodl 3 BTC
what did my 2 BTC and 10 ETH do
I've 2 BTC and 3 ETH, value in EUR please
I hold 2 BTC and 30 ETH: what percent is each?
5 ETH + 1000 ADA, percentage split
sitting on 12 SOL and 4 ETH, how are they weighted?
my stash: 0.4 btc, 3 eth, 500 xrp. what's it all worth
what share of my bag is BTC if I have 0.5 BTC and 10 ETH
total value of 3 SOL plus 2 ETH plus 100 XRP
bought 2 ETH at 1800 and 1 BTC at 60k, am I up?
i bought 10 SOL for 120 dollars each, where do I stand
half a bitcoin and 20 SOL, what's that together
three ETH and 200 LINK in my wallet - total in dollars?
what are 0.25 BTC and 4 ETH worth together?
got in at 95 on 30 SOL, what's my gain in dollars
Jane owns 3 BTC and 20 ETH. How much is that altogether?
a wallet with 1.5 BTC and 8 ETH: what fraction of it is ETH
which is the bigger part of my bag, 2 ETH or 50 SOL?
my average entry on 500 XRP is 1.2, what is the unrealised profit
if I sell half of my 10 ETH what do I get
1 btc 10 eth 100 sol portfolio value
how has my basket of 2 BTC and 10 ETH done over the last 7 days
bought 2 ETH at 1,500 and 0.1 btc at 40k, up or down overall?
0.7 btc bought at 51k: profit in percent?
got 5 sol at 20 bucks, how much have I made
3 ETH purchased for 2000 each. Gain so far?
10 LINK, 5 SOL: total?
add up 0.5 BTC and 12 ETH
my 2.5 BTC cost me 30000 each, where am I now
if my bag is 1 BTC, 10 ETH, what portion is ETH
value of my bag: 100 LINK, 50 AVAX
my wallet has 2 ETH and 3000 DOGE. How many dollars?
holding 500 XRP & 2 BNB, total please
break-even on 3 ETH bought at 2500?
my dad has 2 BTC and 1 ETH, how rich is he
net worth with 0.3 btc, 4 eth
how much have I made on 2 BTC I bought for 20k a piece
i grabbed 100 LINK at 7.5, what's my return
two and a half ETH and half a bitcoin, worth?
picked up 3 ETH at 1500 a pop. how much am I up
0.5 btc bought at 30k, pnl in dollars
My 3 ETH cost me 6000 in total. What's the gain?
1.5k XRP and 200 ADA, total value
if ETH doubles what are my 3 ETH and 1 BTC worth
what would my 2 BTC and 10 ETH be worth if everything dropped 20%
sell a third of my 9 ETH: how much cash
my 2 btc + 5 eth: which weighs more
100 LINK at 8.20 average. Am I in profit?
mum has 1 eth, dad has 2 btc, worth together?
2 ETH @ 1600, 0.1 BTC @ 42000 - total profit?
profit on 2 ETH from 1200
what is 3 eth, 4 sol and 5 bnb worth all in all
how did my 1 BTC and 10 ETH do today
how much of my money is in ETH if I hold 10 ETH and 0.5 BTC
"""
NOT_OURS = """
what is 0.5 BTC worth
convert 3 ETH to BTC
how many ETH can I get for $5000
if I put $1000 in ETH on 1 Jan 2025 what is it worth
I bought 1000 USD of ETH last year, what is it worth?
what would $1000 of SOL bought on 1 Jan 2024 be worth now?
100 dollars of BTC every month since January 2023
How should I adjust my ETH and SOL portfolio for the next quarter?
should I sell half of my 2 BTC
should I buy 2 ETH at 1800
how do I build a portfolio
price of BTC and ETH
10 SOL in EUR
will my 2 BTC be worth 1 million
how many ETH is one BTC
what can you do with my portfolio
top 5 holdings of Grayscale
staking 32 ETH, what do I earn
what percent of the market is BTC
price of 1 BTC and 1 ETH
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("portfolio")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_holdings(question: str) -> None:
    assert claimed(question) == "portfolio"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "portfolio"


def slots(question: str) -> Slots:
    found = read(question).slots
    assert isinstance(found, Slots)
    return found


def held(*pairs: tuple[int, str], **extra: Any) -> tuple[Holding, ...]:
    return tuple(Holding(asset_id, Decimal(amount), **extra) for asset_id, amount in pairs)


@pytest.mark.parametrize(
    ("question", "found"),
    [
        ("I hold 0.5 BTC, 10 ETH and 2,000 ADA", held((1, "0.5"), (1027, "10"), (2010, "2000"))),
        ("portfolio: BTC 0.5, ETH 10", held((1, "0.5"), (1027, "10"))),
        ("bought 1 BTC @ 42000, pnl?", held((1, "1"), price=Decimal(42000))),
        ("I bought 2 ETH at $1,800 and 1 BTC at 60k: my PnL",
         (*held((1027, "2"), price=Decimal(1800)), *held((1, "1"), price=Decimal(60000)))),
        ("I bought 10 SOL for 900 dollars, my profit", held((5426, "10"), cost=Decimal(900))),
        ("I bought 10 SOL for 90 dollars each, my profit", held((5426, "10"), price=Decimal(90))),
        ("I bought 1 BTC at 20k and 2 BTC at 60k, my PnL",
         (*held((1, "1"), price=Decimal(20000)), *held((1, "2"), price=Decimal(60000)))),
        ("I bought 1 ETH at 2000 and 1 BTC at 2010, pnl",
         (*held((1027, "1"), price=Decimal(2000)), *held((1, "1"), price=Decimal(2010)))),
    ],
)  # fmt: skip
async def test_amounts_and_prices_are_read_exactly(question: str, found: tuple[Holding, ...]) -> None:
    read_ones = slots(question).holdings
    assert [(h.asset_id, h.amount, h.price, h.cost) for h in read_ones] == [
        (h.asset_id, h.amount, h.price, h.cost) for h in found
    ]


async def test_the_day_of_buying_is_read_behind_its_asset_or_shared() -> None:
    own = slots("I bought 3 SOL in January 2023 and 1 BTC on 2024-03-14, what is my profit").holdings
    assert [bought_on(one, TODAY) for one in own] == [date(2023, 1, 1), date(2024, 3, 14)]
    shared = slots("I bought 3 SOL and 1 BTC on 2024-03-14, what is my profit").holdings
    assert [bought_on(one, TODAY) for one in shared] == [date(2024, 3, 14)] * 2


async def test_the_part_to_be_sold_is_read() -> None:
    assert slots("I have 1 BTC and 10 SOL, what if I sell half?").sold_share == Decimal("0.5")
    of_one = slots("I have 1 BTC and 10 SOL, what if I sell 25% of my BTC?")
    assert (of_one.sold_share, of_one.sold_id) == (Decimal("0.25"), 1)


def prices(said: Said) -> dict[str, dict[str, Any]]:
    rows = said.results("cmc_market_data")[0]["market_data_result"]["results"]
    return {
        row["symbol"]: {name: Decimal(str(value)) for name, value in row.items() if isinstance(value, float)}
        for row in rows
    }


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_value_weights_and_moves_are_exact(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "I hold 0.5 BTC, 10 ETH and 40 SOL")
    assert_calls_validate(said)
    found, amounts = prices(said), {"BTC": Decimal("0.5"), "ETH": Decimal(10), "SOL": Decimal(40)}
    values = {symbol: amount * found[symbol]["price"] for symbol, amount in amounts.items()}
    total = sum(values.values())
    rows = table_rows(said.text)
    assert f"worth {money(total)} at" in bare(said.answer)
    for name, symbol in (("Bitcoin", "BTC"), ("Ethereum", "ETH"), ("Solana", "SOL")):
        assert rows[name][2:4] == [money(values[symbol]), percent(values[symbol] / total * 100, signed=False)]
    before = sum(value / (1 + found[symbol]["percent_change_24h"] / 100) for symbol, value in values.items())
    assert rows["Total"][4] == percent((total / before - 1) * 100)


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize("mode", MODES)
async def test_gain_and_cost_are_exact(desks: Desks, mode: str) -> None:
    said = await ask(desks[mode], "I bought 2 ETH at 1800 and 1 BTC at 160k: my PnL if I sell half")
    assert_calls_validate(said)
    found = prices(said)
    value = 2 * found["ETH"]["price"] + found["BTC"]["price"]
    gain = value - 163_600
    word = "gain" if gain > 0 else "loss"
    expected = f"a {word} of {money(abs(gain))} ({percent(gain / 163_600 * 100)}) on a cost of $163,600.00."
    assert expected in bare(said.answer)
    assert f"Selling 50.00% (1 ETH and 0.5 BTC) at these prices would bring {money(value / 2)}" in said.text
    assert f"{money(abs(gain) / 2)} would be {word} against the cost" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_a_day_stands_for_its_close(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "I bought 3 SOL on 2023-01-10, what is my profit")
    assert_calls_validate(said)
    paid = Decimal(str(said.results("cmc_market_data")[1]["market_data_result"]["results"][0]["history"]["rows"][0][1]))
    assert f"on a cost of {money(3 * paid)}." in said.answer
    assert "Solana at the close of 2023-01-10" in said.text


async def test_a_price_that_is_missing_is_said_and_left_out_of_the_total() -> None:
    gap = {"field": "price", "reason": "no market data of ADA is at hand", "asset_id": 2010}
    row = quote("BTC", price=100_000.0, percent_change_24h=1.0)
    text = await answer_from("I hold 0.5 BTC and 2000 ADA", market(row, unavailable=[gap]))
    assert "0.5 BTC was worth **$50,000.00**" in text
    assert "The price of Cardano is not available: no market data of ADA is at hand." in text


async def test_a_change_that_is_missing_leaves_the_whole_without_one() -> None:
    rows = (quote("BTC", price=100.0, percent_change_24h=1.0), quote("ETH", price=10.0))
    text = await answer_from("I hold 1 BTC and 1 ETH", market(*rows))
    assert "| Total | – | – | $110.00 | 100.00% | n/a | n/a |" in text
    assert "The whole" not in text.split("\n")[0]


async def test_a_close_that_is_missing_leaves_the_cost_unknown() -> None:
    text = await answer_from("I bought 3 SOL on 2019-01-10, what is my profit", market(quote("SOL", price=100.0)))
    assert "There is no close of Solana on 2019-01-10, so its cost is not known." in text
    assert "gain" not in text


async def test_a_follow_up_about_another_asset_keeps_the_amount() -> None:
    plan = read("and SOL?", "I hold 3 BTC")
    assert (plan.skill, [asset.symbol for asset in plan.assets]) == ("portfolio", ["SOL"])

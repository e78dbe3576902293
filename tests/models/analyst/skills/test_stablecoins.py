"""Stablecoins: which questions it takes, and sums and pegs that are those of the tools."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from decimal import Decimal

import pytest
import pytest_asyncio

from cryptodesk.core.messages import text_message
from cryptodesk.models.analyst import Analyst
from cryptodesk.models.analyst.formats import big_money, percent
from cryptodesk.models.analyst.parser import parse
from cryptodesk.models.analyst.skills.stablecoins import StableSlots
from tests.models.analyst.desk import CLOCK, TODAY, called
from tests.models.analyst.desk import ask as say
from tests.models.analyst.skills.market_desk import (
    StableWorld,
    answer_of,
    claim_of,
    nothing_made_up,
    only_result,
    overview,
)
from tests.models.analyst.skills.risk_desk import (
    Desks,
    ask,
    assert_calls_validate,
    bare,
    lines,
    open_desks,
    table_rows,
)

STABLE = StableWorld()

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
stablecoin supply change over 30 days
stablecoin supply change today
stablecoin supply change
how much did stablecoin supply grow this month
stablecoin market cap change last 24h
did stablecoin supply grow since january
how much has stablecoin supply grown in a week
stablecoin supply vs a month ago
did the total supply of stablecoins shrink yesterday
how many stablecoins were minted over the last 7 days
share of USDT among stablecoins
what share of stablecoins is USDT
how much of the stablecoin market is USDC
is USDT holding its peg?
is the USDT peg holding
has USDC kept its peg
is USDT still worth a dollar
is USDC still $1
stablecoin supply
stablecoins
stablecoin market cap
total stablecoin market cap
what is the total supply of stablecoins right now
how many stablecoins are in circulation
how big is the stablecoin market
stablecoin volume
stablecoin dominance
stablecoin stats
is the stablecoin supply growing
stablecoin supply this week
top stablecoins
list of stablecoins
largest stablecoins by market cap
top 10 stablecoins please
which stablecoin is the biggest
is USDT depegged
is USDT depegged?
has USDC depegged
USDC price deviation
usdt peg
is DAI off its peg
is USDC still pegged to the dollar
how far is USDT from its peg
did USDT lose its peg
compare the pegs of USDT and USDC
are any stablecoins off their peg
which stablecoins have depegged
any depegged stablecoins today
how much is the stablecoin market worth
top stablecoins by market cap
largest stablecoin and its share
what is tether's dominance among stablecoins
stablecoin supply change 30 days
how many dollars are in stablecoins
which stablecoin is furthest from a dollar
stable coins list
total market cap of stablecoins and weekly change
share of usdc in the stablecoin market
are all stables on peg?
second largest stablecoin
stables supply by chain
how many dollars in stablecoins are out there
biggest stablecoin
combined value of all dollar-pegged coins
how much is the whole stablecoin market worth
USDT's share of the stablecoin pie
rank the stablecoins by size
total of all stables in circulation
is any stablecoin off its peg right now
are all big stablecoins at a dollar
"""
NOT_OURS = """
what's a rug-proof way to read a stablecoin depeg
best way to interpret a stablecoin depeg
ways to spot a stablecoin depeg
how does USDT hold its peg
is ETH stable
who holds the most USDT
is DOGE worth a dollar
what is a stablecoin
what does depeg mean
how do stablecoins work
explain stablecoins
why did USDC depeg in March 2023
did USDC depeg in March 2023
will USDT depeg
price of USDT
USDT market cap
USDC supply
are stablecoins safe
stablecoin regulation news
best stablecoin yields
how is USDT backed
should I hold stablecoins
risks of stablecoins
BTC price
how is DAI pegged to the dollar
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("stablecoins")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question, STABLE)
    assert (skill, confidence > 0.9) == ("stablecoins", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question, STABLE)[0] != "stablecoins"


@pytest.mark.parametrize(
    ("question", "kind"),
    [("stablecoin supply", "supply"), ("is USDT depegged", "peg"), ("top stablecoins", "list")],
)
async def test_what_is_asked_for_is_read(question: str, kind: str) -> None:
    assert parse(question, STABLE, TODAY).slots == StableSlots(kind)  # type: ignore[arg-type]


async def test_the_supply_comes_with_the_largest(desks: Desks) -> None:
    said = await ask(desks["simulated"], "stablecoin supply")
    assert_calls_validate(said)
    stable = only_result(said, "cmc_market_overview")["stablecoins"]
    assert bare(said.answer).startswith(f"{big_money(stable['circulating_usd'])} of dollar stablecoins circulate")
    assert f"{percent(stable['circulating_change_7d_pct'])} over 7 days" in said.answer
    assert str(big_money(stable["market_cap"])) in said.answer
    rows = table_rows(said.text)
    for row in stable["top"]:
        cells = [big_money(row["circulating_usd"]), percent(row["share_pct"], signed=False)]
        assert rows[row["symbol"]][:2] == cells
        assert rows[row["symbol"]][3] == percent(row["from_peg_pct"])


async def test_a_longer_past_is_said_to_be_missing(desks: Desks) -> None:
    said = await ask(desks["simulated"], "stablecoin supply over the last 90 days")
    assert "change over 24 hours, 7 and 30 days, nothing for the last 90 days" in said.answer


async def test_a_peg_is_told_by_the_price(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Is USDT depegged?")
    assert_calls_validate(said)
    price = Decimal(str(only_result(said, "cmc_market_data")["results"][0]["price"]))
    side = "above" if price > 1 else "below"
    assert f"{percent(abs(price - 1) * 100, signed=False)} {side} 1 dollar (computed)" in said.answer
    assert said.answer.startswith("Yes: " if abs(price - 1) > Decimal("0.01") else "No: ")


@pytest.mark.parametrize(
    ("price", "start", "words"),
    [
        (0.97, "Yes: ", "3.00% below 1 dollar (computed): more than 1% from its peg"),
        (1.005, "No: ", "0.50% above 1 dollar (computed): less than 1% from its peg"),
        (1.0, "No: ", "exactly at 1 dollar: less than 1% from its peg"),
    ],
)
async def test_one_percent_is_the_mark_of_a_lost_peg(price: float, start: str, words: str) -> None:
    text = await _peg("Is USDT depegged?", price)
    assert bare(text).startswith(start)
    assert words in text


async def _peg(question: str, price: float) -> str:
    row = {"asset_id": 825, "name": "Tether", "symbol": "USDT", "price": price}
    body = {"market_data_result": {"results": [row]}, "as_of": "2026-11-21", "unavailable": []}
    arguments = {"asset_type": "coin", "ids": [825], "metrics": ["price"]}
    messages = [text_message("user", question), *called("cmc_market_data", arguments, body)]
    return (await say(*messages, analyst=Analyst("analyst", STABLE, CLOCK))).text


@pytest.mark.parametrize(("question", "words"), [("EURC peg", "not a coin that I know to be pegged to the dollar"), ("is bitcoin depegged", "not a coin that I know to be pegged")])  # fmt: skip  # noqa: E501
async def test_a_coin_of_another_peg_gets_no_distance(desks: Desks, question: str, words: str) -> None:
    said = await ask(desks["simulated"], question)
    assert words in said.answer
    assert "computed" not in said.answer


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"off_peg_count": 0}, "No dollar coin of at least $10 million is more than 1% from its peg."),
        (
            {"off_peg_count": 1, "off_peg": [{"symbol": "XUSD", "from_peg_pct": -4.2}]},
            "1 of the dollar coins of at least $10 million is more than 1% from the peg: XUSD (-4.20%).",
        ),
        ({"off_peg_count": 2}, "2 of the dollar coins of at least $10 million are more than 1% from the peg."),
    ],
)
async def test_the_coins_off_their_peg_are_counted(body: dict[str, object], words: str) -> None:
    text = await answer_of("are any stablecoins off their peg", "cmc_market_overview", overview(stablecoins=body))
    assert words in text


async def test_a_list_is_in_the_order_of_market_caps(desks: Desks) -> None:
    said = await ask(desks["simulated"], "top stablecoins")
    assert_calls_validate(said)
    rows = only_result(said, "cmc_asset_screener")["results"]
    assert [cells[0] for cells in table_rows(said.text).values()] == [big_money(row["market_cap"]) for row in rows]
    assert str(big_money(rows[0]["market_cap"])) in bare(said.answer)


@pytest.mark.parametrize(
    ("question", "words"),
    [
        ("stablecoin supply", "The supply of stablecoins is not available: no source of stablecoins is at hand."),
        ("top stablecoins", "The supply of stablecoins is not available: no source of stablecoins is at hand."),
        ("are any stablecoins off their peg", "Deviations of stablecoins are not available: no source of stablecoins"),
        ("is USDT depegged", "so its distance from the peg is not known"),
    ],
)
async def test_what_no_source_has_is_said_with_the_reason(desks: Desks, question: str, words: str) -> None:
    said = await ask(desks["snapshot"], question)
    assert words in said.text


@pytest.mark.parametrize("question", ["stablecoin supply", "are any stablecoins off their peg", "top stablecoins"])
async def test_any_figure_of_the_overview_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_overview_result")


async def test_any_figure_of_the_list_may_be_missing(desks: Desks) -> None:
    await nothing_made_up("top stablecoins", await ask(desks["simulated"], "top stablecoins"), "asset_screener_result")

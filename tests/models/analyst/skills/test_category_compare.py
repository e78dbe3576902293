"""Two groups side by side: which questions it takes, and computed figures that agree with the rows."""

# ruff: noqa: E501 - a table of questions reads better with one a line

from __future__ import annotations

from collections.abc import AsyncGenerator
from statistics import median
from typing import Any

import pytest
import pytest_asyncio

from tests.models.analyst.desk import market, quote
from tests.models.analyst.skills.lists_desk import canned, first_calls, in_percent, not_taken, rows_of, screened, stolen
from tests.models.analyst.skills.market_desk import nothing_made_up
from tests.models.analyst.skills.risk_desk import Desks, ask, assert_calls_validate, bare, open_desks, read, table_rows

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
How does the price performance of meme coins like Dogecoin (DOGE) compare to utility-driven cryptocurrencies like Solana (SOL) or Cardano (ADA)?
memes vs AI sector
memes vs ai
meme coins versus layer 1 coins
compare DeFi and gaming tokens
gaming vs defi this month
did layer 2 coins outperform layer 1 this month
which did better, memes or AI coins?
Compare HYPE with other DEX Projects.
compare UNI to other defi tokens
BTC and ETH vs SOL and XRP over 90 days
compare BTC, ETH with SOL, ADA
DOGE vs the rest of the meme coins
is SOL doing better than other layer 1 coins
RWA against DeFi over 30 days
how do l1s compare to l2s
are AI coins beating memes this week
liquid staking vs restaking tokens
BTC and ETH against DOGE and XRP
privacy coins compared with payment coins
compare meme coins to AI coins please
did BTC and ETH do better than SOL and ADA this week
memecoins vs defi tokens 7d
stablecoins vs memes
have gaming tokens outperformed AI tokens
"""
NOT_OURS = """
compare BTC and ETH
BTC vs ETH
BTC vs ETH vs SOL
compare BTC, ETH and SOL
How does BNB compare to Ethereum in terms of transaction fees and developer activity?
correlation of BTC and ETH
which is bigger BTC or ETH
memes
AI sector
will memes outperform AI coins
should i buy memes or AI coins
compare SOL and ADA volatility
What are the key differences between BNB Chain’s tokenomics and Avalanche’s in terms of sustainability and network growth?
proof of work vs proof of stake, what's the difference
difference between layer 1 and layer 2
is SOL better than ETH
TVL of DeFi vs RWA
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("category_compare")) as both:
        yield both


async def test_its_questions_are_its_own() -> None:
    assert not_taken("category_compare", OURS) == []


async def test_other_questions_are_left_alone() -> None:
    assert stolen("category_compare", NOT_OURS) == []


QUESTION = (
    "How does the price performance of meme coins like Dogecoin (DOGE) or Shiba Inu (SHIB) compare to utility-driven"
    " cryptocurrencies like Chainlink (LINK) or Polkadot (DOT)?"
)


def changes(rows: list[dict[str, Any]], field: str) -> list[float]:
    return [row[field] for row in rows if row.get(field) is not None]


async def test_named_groups_are_averaged_from_the_tools_rows(desks: Desks) -> None:
    said = await ask(desks["simulated"], QUESTION)
    rows = {
        row["symbol"]: row["percent_change_7d"]
        for row in said.results("cmc_market_data")[0]["market_data_result"]["results"]
    }
    memes, others = (rows["DOGE"] + rows["SHIB"]) / 2, (rows["LINK"] + rows["DOT"]) / 2
    text = bare(said.answer)
    assert in_percent(memes) in text
    assert in_percent(others) in text
    assert in_percent(abs(memes - others), signed=False)[:-1] in text
    better = "meme coins" if memes > others else "utility-driven"
    assert text.lower().index(better) < text.lower().index("utility-driven" if better == "meme coins" else "meme coins")
    assert_calls_validate(said)


async def test_categories_are_told_from_their_largest(desks: Desks) -> None:
    said = await ask(desks["simulated"], "memes vs gaming over 30 days")
    shown = list(table_rows(said.text).values())
    for at, cells in enumerate(shown):
        values = changes(rows_of(said, at), "percent_change_30d")
        assert cells[0] == in_percent(sum(values) / len(values))
        assert cells[1] == in_percent(median(values))
        assert cells[3] == f"{sum(value > 0 for value in values)} of {len(values)}"
        assert cells[4].endswith(in_percent(max(values)))
        assert cells[5].endswith(in_percent(min(values)))
    assert_calls_validate(said)


async def test_a_coin_stands_against_a_category(desks: Desks) -> None:
    said = await ask(desks["simulated"], "Compare HYPE with other DEX Projects.")
    assert "HYPE" in said.answer
    assert "DEX coins" in said.answer
    assert_calls_validate(said)


async def test_offline_the_coins_without_figures_are_named(desks: Desks) -> None:
    said = await ask(desks["snapshot"], QUESTION)
    assert said.answer.startswith(
        "I cannot compare the two: the change of utility-driven cryptocurrencies (LINK and DOT)"
    )
    assert "Shiba Inu, Chainlink and Polkadot" in said.text
    assert "Dogecoin" in said.text


async def test_offline_groups_of_known_coins_are_compared(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "BTC and ETH vs SOL and XRP over 90 days")
    rows = {
        row["symbol"]: row["percent_change_90d"]
        for row in said.results("cmc_market_data")[0]["market_data_result"]["results"]
    }
    assert in_percent((rows["BTC"] + rows["ETH"]) / 2) in bare(said.answer)
    assert in_percent((rows["SOL"] + rows["XRP"]) / 2) in bare(said.answer)


async def test_a_category_unknown_offline_says_so(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "memes vs AI sector")
    assert "None of the 10 coins at hand is listed among meme coins" in said.answer


async def test_weighting_is_by_the_value_at_the_start() -> None:
    rows = [
        {"asset_id": 1, "name": "Big", "symbol": "BIG", "market_cap": 200.0, "percent_change_7d": 100.0},
        {"asset_id": 2, "name": "Small", "symbol": "SML", "market_cap": 300.0, "percent_change_7d": 0.0},
    ]
    other = [{"asset_id": 3, "name": "Other", "symbol": "OTH", "market_cap": 10.0, "percent_change_7d": -1.0}]
    text = await canned("memes vs gaming", screened(rows), screened(other))
    # Worth 100 and 300 a week ago, 200 and 300 now: up by 25 %.
    assert table_rows(text)["meme coins"][:3] == ["+50.00%", "+50.00%", "+25.00%"]


async def test_equal_groups_are_level() -> None:
    def row(at: int) -> dict[str, Any]:
        return {"asset_id": at, "name": f"Coin {at}", "symbol": f"C{at}", "percent_change_7d": 2.0}

    text = await canned("memes vs gaming", screened([row(1)]), screened([row(2)]))
    assert "as well as" in text or "level with" in text


async def test_the_words_of_the_question_stay_the_places_of_its_assets() -> None:
    slots = read("compare BTC, ETH with SOL, ADA").slots
    assert (slots.first.places, slots.second.places) == ((0, 1), (2, 3))


async def test_a_later_period_is_taken() -> None:
    calls = first_calls("and over the last 30 days?", "memes vs gaming")
    assert all(call.arguments["filters"][-1]["field"] == "percent_change_30d" for call in calls)


async def test_each_figure_may_be_missing(desks: Desks) -> None:
    question = "BTC and ETH vs SOL and XRP over 90 days"
    said = await ask(desks["simulated"], question)
    await nothing_made_up(question, said, "market_data_result")


async def test_a_coin_without_change_is_not_counted_as_zero() -> None:
    body = market(quote("BTC", price=1, percent_change_7d=4.0), quote("ETH", price=1), quote("SOL", price=1, percent_change_7d=2.0), quote("XRP", price=1, percent_change_7d=2.0))  # fmt: skip
    text = await canned("BTC and ETH vs SOL and XRP this week", body)
    assert "+4.00%" in text
    assert "not counted: Ethereum" in text

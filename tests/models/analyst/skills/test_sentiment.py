"""Sentiment: which questions it takes, and that its figures are the tool's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import percent
from tests.models.analyst.skills.content_desk import Desks, ask, claimed, lines, open_desks, read, written

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
crypto twitter mood
mood on crypto twitter
reddit mood
twitter vibe
how's the mood
community mood around ETH
ct mood
traders' mood
sentiment on SOL
SOL sentiment
whats the sentiment around bitcoin
market sentiment
what is the market sentiment today
What’s driving market sentiment this morning?
crypto sentiment this week
social sentiment of DOGE over the last 7 days
are people bullish on DOGE?
is everyone bearish on ETH
are traders bullish or bearish right now
is the crypto market bullish
is the community optimistic about cardano
what does Reddit say about ADA
what does twitter think of SOL
what are people saying about XRP
what do people think about Solana
what's everyone talking about on crypto twitter
What’s trending in crypto Telegram groups today?
Which crypto is dominating Reddit discussions today?
how is the market mood
what's the mood like in crypto
social volume of SOL
social media buzz around HYPE? any social mentions
investor mood on ETH
could you please tell me the sentiment for LINK
what is the most discussed topic, what are traders talking about
"""
NOT_OURS = """
what is the fear and greed index
fear & greed now
how is sentiment measured
what is market sentiment
price of BTC
is SOL up or down this week
latest news on SOL
should I buy DOGE
is BTC bullish on the daily RSI
why is BTC down today
what is Bitcoin's official twitter
technical sentiment of BTC
which coins are trending
top gainers today
compare BTC and ETH
what is a bull market
what will people say next year about SOL, will it reach 1000
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("mood")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_mood(question: str) -> None:
    assert claimed(question) == "sentiment"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "sentiment"


async def test_a_follow_up_changes_the_asset_or_the_window() -> None:
    plan = read("and for ETH?", "sentiment on SOL over the last 7 days")
    assert (plan.skill, plan.assets[0].symbol) == ("sentiment", "ETH")
    assert plan.period is not None
    assert plan.period.count == 7


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize(
    ("question", "window"), [("sentiment on SOL this week", "7d"), ("market sentiment today", "24h")]
)
async def test_the_figures_are_the_tools_own(desks: Desks, question: str, window: str) -> None:
    said = await ask(desks["simulated"], question)
    result = said.result("cmc_sentiment")["sentiment_result"]
    assert result["window"] == window
    assert f"**{result['label']}**" in said.text
    assert f"{result['score']:+.3f}".rstrip("0").rstrip(".") in said.text
    for part in ("positive", "neutral", "negative"):
        assert f"{percent(result[f'{part}_pct'], signed=False)} {part}" in said.text
    change = result["change_vs_previous_window"]
    assert f"That is {'up' if change > 0 else 'down'} by" in said.text
    assert f"“{result['keywords'][0]['keyword']}” ({result['keywords'][0]['mentions']} mention" in said.text
    assert str(result["sample_size"]) in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_too_few_items_are_no_mood(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "market sentiment")
    assert said.text.startswith("There is not enough data to tell the mood on the whole crypto market")
    assert "at least 20 are needed" in said.text
    assert "bullish" not in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_several_assets_are_a_table(desks: Desks) -> None:
    said = await ask(desks["simulated"], "sentiment on BTC, ETH this month")
    assert "| Asset | Mood | Score | Items |" in said.text
    assert sum(trace.name == "cmc_sentiment" for trace in said.traces) == 2


def result(**fields: Any) -> tuple[str, dict[str, Any]]:
    inner = {"scope": "coin", "asset_id": 5426, "name": "Solana", "window": "24h", "source": "x", "label": "bearish",
             "score": -0.25, "positive_pct": 20.0, "neutral_pct": 30.0, "negative_pct": 50.0, "sample_size": 44,
             "change_vs_previous_window": 0.05, **fields}  # fmt: skip
    body = {
        "sentiment_result": inner,
        "as_of": "2026-11-21T12:00:00Z",
        "source": ["X"],
        "notes": [],
        "provenance": [],
        "unavailable": [],
    }
    return "cmc_sentiment", body


async def test_direction_words_agree_with_the_sign() -> None:
    assert "up by 0.05 from the window before" in await written("sentiment on SOL", result())
    assert "down by 0.05" in await written("sentiment on SOL", result(change_vs_previous_window=-0.05))
    assert "unchanged" in await written("sentiment on SOL", result(change_vs_previous_window=0))


async def test_each_missing_figure_is_left_out_and_none_is_invented() -> None:
    text = await written(
        "sentiment on SOL", result(change_vs_previous_window=None, positive_pct=None, sample_size=None)
    )
    assert "from the window before" not in text
    assert "positive" not in text
    assert "an unstated number of posts on X" in text
    bare = await written("sentiment on SOL", result(score=None, label="insufficient_data", sample_size=3))
    assert "There is not enough data to tell the mood on Solana (SOL)" in bare
    assert "3 items in the window" in bare


async def test_a_network_that_cannot_be_singled_out_is_said() -> None:
    text = await written("what does Reddit say about SOL", result())
    assert "it does not single out Reddit" in text


async def test_a_past_week_is_not_passed_off_as_this_one() -> None:
    text = await written("sentiment on SOL in March 2024", result(window="30d"))
    assert "this is not March 2024" in text

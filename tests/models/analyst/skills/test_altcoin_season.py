"""The altcoin season: which questions it takes, and an index that is the overview's."""

from __future__ import annotations

from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

from tests.models.analyst.skills.market_desk import answer_of, claim_of, nothing_made_up, only_result, overview
from tests.models.analyst.skills.risk_desk import Desks, ask, assert_calls_validate, bare, lines, open_desks

pytestmark = [pytest.mark.asyncio(loop_scope="module"), pytest.mark.xdist_group("analyst-skills")]

OURS = """
is it altcoin season
is it altseason?
is it alt season yet
are we in altseason
are we in alt season rn
altcoin season index
altcoin season
alt season index today
altseason
whats the altcoin season index
what is the altcoin season index right now
current altcoin season index please
altcoin season index yesterday
altcoin season last week
alt-season index
altcoins season index
has altseason started
are we in bitcoin season
is it bitcoin season or altcoin season?
BTC season or alt season
when was the altcoin season index highest this year
how close are we to altseason
altszn?
is capital rotating into altcoins
is money rotating from BTC into alts
are altcoins outperforming bitcoin
rotation index
give me the altcoin season index in detail
alt season index now
"""
NOT_OURS = """
what is an altcoin season
what does altseason mean
how is the altcoin season index calculated
why is it not altseason
will there be an altseason in 2027
when will altseason start
should I buy alts in altseason
altcoin dominance
top altcoins
which altcoins are pumping
fear and greed index
earnings season
Which altcoins are breaking ATH this week?
BTC price
did SOL outperform BTC
sector rotation toward Avalanche will it continue
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks]:
    async with open_desks(tmp_path_factory.mktemp("altcoin_season")) as opened:
        yield opened


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_its_questions(question: str) -> None:
    skill, confidence = claim_of(question)
    assert (skill, confidence > 0.9) == ("altcoin_season", True)


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_other_questions_alone(question: str) -> None:
    assert claim_of(question)[0] != "altcoin_season"


async def test_the_index_is_said_with_its_past_and_its_ends(desks: Desks) -> None:
    said = await ask(desks["simulated"], "altcoin season index")
    assert_calls_validate(said)
    index = only_result(said, "cmc_market_overview")["rotation"]["altcoin_season"]
    assert f"{index['current']['index']} of 100" in bare(said.answer)
    assert index["current"]["value"].lower() in said.answer
    for name, words in (("yesterday", "yesterday"), ("last_week", "a week ago"), ("last_month", "a month ago")):
        assert f"{index['history'][name]['index']} {words}" in said.answer
    for end in index["yearly"].values():
        assert f"{end['index']} on {end['timestamp'][:10]}" in said.answer


@pytest.mark.parametrize(
    ("question", "label", "answer"),
    [
        ("is it altseason?", "Altcoin season", "Yes"),
        ("is it altseason?", "Neither season", "No"),
        ("is it altseason?", "Bitcoin season", "No"),
        ("are we in bitcoin season?", "Bitcoin season", "Yes"),
        ("are we in bitcoin season?", "Altcoin season", "No"),
    ],
)
async def test_a_question_for_yes_or_no_is_answered_by_the_label(question: str, label: str, answer: str) -> None:
    body = overview(rotation={"altcoin_season": {"current": {"value": label, "index": 42}}})
    assert (await answer_of(question, "cmc_market_overview", body)).startswith(f"{answer}: ")


async def test_without_a_label_neither_yes_nor_no_is_said() -> None:
    body = overview(rotation={"altcoin_season": {"current": {"index": 42}}})
    text = await answer_of("is it altseason?", "cmc_market_overview", body)
    assert "42" in text
    assert not text.startswith(("Yes", "No"))


async def test_detail_says_what_the_index_counts(desks: Desks) -> None:
    said = await ask(desks["simulated"], "altcoin season index in detail")
    assert "percent of large altcoins that beat Bitcoin over 90 days" in said.answer


async def test_yesterday_is_answered_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "altcoin season index yesterday")
    index = only_result(said, "cmc_market_overview")["rotation"]["altcoin_season"]["history"]["yesterday"]["index"]
    assert bare(said.answer).startswith(f"It stood at {index} yesterday.")


async def test_what_no_source_has_is_said_with_the_reason(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "is it altseason?")
    assert said.text.startswith("The altcoin season index is not available: no source of the index is at hand.")


@pytest.mark.parametrize("question", ["altcoin season index in detail", "is it altseason?", "altseason yesterday"])
async def test_any_figure_may_be_missing(desks: Desks, question: str) -> None:
    await nothing_made_up(question, await ask(desks["simulated"], question), "market_overview_result")

"""Unlocks: which questions it takes, and that dates, amounts and shares are the schedule's own."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import pytest
import pytest_asyncio

from cryptodesk.models.analyst.formats import coins, percent
from tests.models.analyst.skills.content_desk import (
    Desks,
    ask,
    claimed,
    lines,
    metadata,
    open_desks,
    passage,
    passages,
    read,
    written,
)

pytestmark = [pytest.mark.asyncio(loop_scope="module")]

OURS = """
how much UNI is still locked?
how many SUI are locked
what percent of SUI supply is locked
locked supply of UNI
locked UNI tokens
how much of SUI is not yet unlocked
is any SUI still locked
SUI not yet released
next unlock of SUI
SUI unlock
when is the next token unlock for HYPE
whens the next SUI unlock
upcoming unlocks of HYPE
token unlocks this month
unlocks this week
any big unlocks today?
what tokens unlock next week
vesting schedule of SUI
HYPE vesting
Are there vesting schedules or lockups for creator/investor tokens in Solana to prevent dumps?
lockups for investors in Solana
lock-up period of HYPE tokens
how many SUI get unlocked next month
team unlock of SUI
investor unlocks HYPE
when do the insiders' HYPE tokens vest, vesting dates please
unlock calendar
unlock schedule for NEAR Protocol
release schedule of SUI
emission schedule of NEAR Protocol
how much LINK is still to be unlocked
do any UNI tokens unlock soon
SUI cliff unlock date
could you show me the unlock schedule for ADA
when does ARB unlock next
next vesting date of SUI
how many tokens get released at APT's next cliff
upcoming token releases for optimism
biggest unlock this month
which coins unlock this week
what percent of ARB's supply unlocks next
how much is worth the next SUI unlock in dollars
is there an unlock coming for JUP
when do the next locked STRK tokens come free
ENA: next unlock, date and size
token unlocks in the next 30 days
when's the next big release of APT tokens
size of the coming SUI unlock
how many ARB come free next
how much of JUP is still locked
what day does ENA next vest
"""
NOT_OURS = """
what is a token unlock
what is vesting
how do unlocks work
explain lockups
how do I unlock my wallet
circulating supply of SUI
tokenomics of SUI
price of SUI
should I sell SUI before the unlock
total value locked in Solana
next FOMC meeting
events this week
latest news on SUI
when is the next halving
how many BTC are left to mine
airdrop of HYPE
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("unlocks")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_unlocks(question: str) -> None:
    assert claimed(question) == "unlocks"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "unlocks"


async def test_a_follow_up_changes_the_asset() -> None:
    plan = read("and for HYPE?", "next unlock of SUI")
    assert (plan.skill, plan.assets[0].symbol) == ("unlocks", "HYPE")


@pytest.mark.xdist_group("analyst-skills")
async def test_the_next_unlock_is_the_schedules_first(desks: Desks) -> None:
    said = await ask(desks["simulated"], "next unlock of ARB")
    schedule = said.row()["supply_schedule"]
    first = schedule["next_unlocks"][0]
    assert f"on **{first['unlock_at'][:10]}**" in said.text
    assert (
        f"**{coins(first['amount'], 'ARB')}** ({percent(first['pct_of_supply'], signed=False)} of the supply)"
        in said.text
    )
    assert first["recipients"] in said.text
    ahead = schedule["unlocks_ahead"]
    assert f"In all {ahead['count']} unlocks lie ahead" in said.text
    assert coins(ahead["amount"], "ARB") in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_without_a_schedule_the_reason_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "next unlock of ARB")
    assert said.text.startswith("There is no unlock schedule of Arbitrum (ARB) at hand: ")
    assert "no unlock schedule of it are at hand" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_bitcoin_was_never_locked(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "unlocks of BTC")
    assert "has no unlocks: no coin of it was locked in advance" in said.text


@pytest.mark.xdist_group("analyst-skills")
async def test_without_an_asset_news_tell_of_unlocks(desks: Desks) -> None:
    said = await ask(desks["simulated"], "token unlocks this month")
    assert said.text.startswith("No tool here lists the unlocks of all tokens")
    titles = {row["title"] for row in said.passages()}
    cited = [line for line in said.text.splitlines() if line.startswith("- **")]
    assert all(any(title[:40] in line for title in titles) for line in cited)


def schedule(*rows: dict[str, Any], **fields: Any) -> tuple[str, dict[str, Any]]:
    inner = {"next_unlocks": list(rows), "unlocks_ahead": {"count": len(rows), "amount": 300.0}, **fields}
    return metadata({"id": 20947, "name": "Sui", "symbol": "SUI", "supply_schedule": inner})


NEAR = {"unlock_at": "2026-11-30T00:00:00Z", "amount": 100.0, "pct_of_supply": 1.0, "recipients": "investors"}
FAR = {"unlock_at": "2027-03-01T00:00:00Z", "amount": 200.0, "pct_of_supply": 2.0, "recipients": "team"}


async def test_a_month_counts_what_lies_in_it() -> None:
    text = await written("SUI unlocks this month", schedule(NEAR, {**NEAR, "unlock_at": "2026-11-29T00:00:00Z"}, FAR))
    assert "Up to 2026-11-30 there are 2 on the schedule, 200 SUI together (computed)." in text
    none = await written("SUI unlocks this week", schedule(FAR))
    assert "None is scheduled up to 2026-11-22." in none


async def test_whose_unlocks_they_are_is_the_schedules_word() -> None:
    text = await written("are there lockups for investors in SUI", schedule(NEAR, FAR))
    assert "as the schedule names them: investors and team." in text
    bare = {name: value for name, value in NEAR.items() if name != "recipients"}
    assert "does not say to whom" in await written("are there lockups for investors in SUI", schedule(bare))


async def test_each_missing_figure_is_left_out() -> None:
    row = {"unlock_at": "2026-11-30T00:00:00Z"}
    text = await written("next unlock of SUI", schedule(row))
    assert "on **2026-11-30** (in 9 days): an unstated amount." in text
    assert "%" not in text


async def test_an_empty_schedule_is_no_missing_one() -> None:
    text = await written("next unlock of SUI", schedule(unlocked_so_far={"count": 3, "pct_of_supply": 82.5}))
    assert "has no unlock of Sui (SUI) ahead. 82.50% of the supply was unlocked before." in text


async def test_news_of_past_unlocks_are_called_past() -> None:
    row = passage(1, "Foo unlock done", "The unlock took place.", event_at="2026-11-18T00:00:00Z")
    assert "none of them ahead" in await written("any token unlocks?", passages(row))
    assert "News at hand tell of none." in await written("any token unlocks?", passages())

"""Events: which questions it takes, and that dates and figures are the calendar's own."""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator

import pytest
import pytest_asyncio

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
when is the next FOMC meeting?
next FOMC
fomc date
when's the next cpi
next CPI date
when is CPI released
CPI this week?
when does the Fed decide on rates next
next fed meeting
next fed rate decision
when is the next rate cut decision
nfp date this month
next nonfarm payrolls
when is the next jobs report
next GDP release
next ECB meeting when
PCE tomorrow?
economic events this week
macro events this week
macro calendar
economic calendar for next week
any important events today
any macro events tomorrow
what's on the calendar
upcoming macro events
what events are coming up this month
last CPI result
what was the latest CPI print, actual and forecast
could you tell me when the next FOMC is, please
"""
NOT_OURS = """
what is CPI
what is the FOMC
how does CPI affect bitcoin
could it be linked to the latest Fed rate decision impact
next unlock of ARB
token unlock events this month
when is the next bitcoin halving
latest news on SOL
any news about the fed
why is BTC down today
price of BTC
bitcoin price in March 2024
upcoming airdrops
upcoming exchange listings
when was bitcoin launched
compare BTC and ETH
fear and greed today
what is the rate of BTC
"""


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def desks(tmp_path_factory: pytest.TempPathFactory) -> AsyncGenerator[Desks, None]:
    async with open_desks(tmp_path_factory.mktemp("events")) as found:
        yield found


@pytest.mark.parametrize("question", lines(OURS))
async def test_it_takes_questions_of_the_calendar(question: str) -> None:
    assert claimed(question) == "events"


@pytest.mark.parametrize("question", lines(NOT_OURS))
async def test_it_leaves_its_neighbours_alone(question: str) -> None:
    assert claimed(question) != "events"


@pytest.mark.xdist_group("analyst-skills")
async def test_the_next_meeting_is_the_first_that_the_calendar_has(desks: Desks) -> None:
    said = await ask(desks["simulated"], "when is the next FOMC meeting?")
    dates = sorted(
        row["event_at"] for row in said.passages() if "FOMC" in row["title"] and row["event_at"] >= "2026-11-21T12"
    )
    stamp = dates[0]
    assert f"on {stamp[:10]} {stamp[11:16]} UTC" in said.text.split("\n")[0]
    assert "FOMC rate decision" in said.text.split("\n")[0]


@pytest.mark.xdist_group("analyst-skills")
@pytest.mark.parametrize(
    ("question", "name"), [("next CPI date", "consumer price"), ("next jobs report", "payrolls"), ("next PCE", "PCE")]
)
async def test_short_forms_find_what_the_calendar_writes_in_full(desks: Desks, question: str, name: str) -> None:
    said = await ask(desks["simulated"], question)
    assert name in said.text.split("\n")[0]
    entries = [line for line in said.text.split("\n") if line.startswith("- ")]
    assert not [line for line in entries if "Macro agenda" in line or re.search(r"\[\d+\]", line)]


@pytest.mark.xdist_group("analyst-skills")
async def test_a_week_is_asked_for_from_monday_to_sunday(desks: Desks) -> None:
    said = await ask(desks["simulated"], "economic events next week")
    arguments = next(trace.arguments for trace in said.traces)
    assert '"published_after":"2026-11-23"' in arguments
    assert '"published_before":"2026-11-29"' in arguments
    assert all("2026-11-23" <= row["event_at"][:10] <= "2026-11-29" for row in said.passages() if "event_at" in row)


@pytest.mark.xdist_group("analyst-skills")
async def test_an_empty_calendar_is_said(desks: Desks) -> None:
    said = await ask(desks["snapshot"], "when is the next FOMC meeting?")
    assert said.text.startswith("The calendar at hand holds no FOMC date between 2026-11-21 and ")


CPI = passage(
    1,
    "US CPI, year on year, 12 November 2026, 13:30 UTC",
    "US CPI, year on year (United States): 12 November 2026, 13:30 UTC. Importance: high. Actual: 3.1 %. "
    "Forecast: 3.0 %. Previous: 2.95 %.",
    content_type="macro_event",
    published_at=None,
    event_at="2026-11-12T13:30:00Z",
)


async def test_what_was_published_is_given_with_its_figures() -> None:
    text = await written("last CPI result", passages(CPI))
    assert text.startswith(
        "The latest CPI on the calendar was **US CPI, year on year** on 2026-11-12 13:30 UTC (9 days ago)."
    )
    assert "actual 3.1 %, forecast 3.0 %, previous 2.95 %" in text


async def test_an_event_of_another_name_is_not_passed_off_as_the_one_asked_for() -> None:
    text = await written("when is the next FOMC meeting?", passages(CPI))
    assert "CPI" not in text
    assert "holds no FOMC date" in text


async def test_a_follow_up_keeps_the_calendar() -> None:
    assert read("next CPI date").slots.subject == "CPI"
    assert read("economic events this week").slots.span == "this week"


@pytest.mark.xdist_group("analyst-skills")
async def test_a_number_is_given_only_to_what_has_a_page(desks: Desks) -> None:
    said = await ask(desks["simulated"], "what macro events are coming up for crypto")
    numbers = {int(number) for number in re.findall(r"\[(\d+)\]", said.text)}
    assert numbers <= {row["n"] for row in said.passages() if row["url"]}


async def test_the_text_that_announces_an_event_is_cited() -> None:
    title = "US consumer price index, year on year"
    entry = passage(
        2, f"{title}, 27 November 2026, 12:30 UTC", f"{title}: 27 November 2026.", url=None, published_at=None,
        content_type="macro_event", event_at="2026-11-27T12:30:00Z",
    )  # fmt: skip
    page = passage(
        1, "Macro agenda", f"{title}: 27 November 2026.", content_type="macro_event", event_at="2026-11-27T12:30:00Z"
    )
    text = await written("next CPI date", passages(page, entry))
    assert "Announced in: [1] Example Gazette, [Macro agenda](" in text
    assert "[2]" not in text

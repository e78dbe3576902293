"""The story that simulated documents tell is that of the simulated market, and of nothing later."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest

from cryptodesk.app.story import SimulatedStory, simulated_documents
from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of

WORLD = SimulatedWorld(3, size=600)
STORY = SimulatedStory(WORLD)
DAYS = [date(2015, 3, 1), date(2021, 5, 19), date(2026, 11, 20)]


@pytest.mark.parametrize("day", DAYS)
def test_a_move_is_what_the_market_did_by_the_name_it_bore(day: date) -> None:
    moves = STORY.moves(day)
    assert moves
    for move in moves:
        place, minute = WORLD.market.place_of[move.asset_id], minute_of(move.at)
        assert move.at.date() == day
        assert WORLD.market.is_alive(place, minute)
        assert move.change_pct == WORLD.market.change_pct(place, minute, DAY_MINUTES)
        assert move.price_usd == WORLD.market.price(place, minute)
        assert (move.name, move.symbol) == WORLD.market.name_at(place, minute)


@pytest.mark.parametrize("day", DAYS)
def test_what_happens_on_a_day_is_known_by_its_end(day: date) -> None:
    end = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(days=1)
    assert all(listing.at < end for listing in STORY.listings(day))
    assert all(unlock.known_at <= unlock.at < end for unlock in STORY.unlocks(day))
    assert all(end - timedelta(days=1) <= found.at < end for found in STORY.raises(day))
    for project in STORY.projects(day):
        assert project.since <= day


def test_the_story_ends_where_the_world_does() -> None:
    assert STORY.first_day < STORY.last_day
    assert STORY.moves(STORY.first_day) is not None
    assert STORY.moves(STORY.last_day)


async def test_the_documents_of_a_moment_are_the_same_asked_then_and_later() -> None:
    moment = datetime(2026, 3, 5, 13, 0, tzinfo=UTC)
    then = simulated_documents(3, FixedClock(moment), WORLD)
    later = simulated_documents(3, FixedClock(moment + timedelta(days=200)), SimulatedWorld(3, size=600))
    query = DocumentQuery(limit=40, asset_ids=(1,), as_of=moment)
    known = await then.recent(DocumentQuery(limit=40, asset_ids=(1,)))
    assert known.documents
    assert (await later.recent(query)).documents == known.documents
    assert all(document.known_at <= moment and document.is_simulated for document in known.documents)

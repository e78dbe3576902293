"""Unlocks, raises and the macro calendar: planned before, known when out."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of, moment_of
from tests.market.simulation.worlds import MINUTE, MOMENT, SEEDS, moments, world


@pytest.mark.parametrize("seed", SEEDS)
def test_schedules_know_only_what_was_announced(seed: int) -> None:
    events, supplies = world(seed).events, world(seed).market.prices.supplies
    for moment in moments():
        minute = minute_of(moment)
        for place, plan in supplies.schedules.items():
            found = events.schedule(place, minute)
            if found is None:
                continue
            announced = [unlock for unlock in plan.unlocks if unlock.announced * DAY_MINUTES <= minute]
            assert len(found.unlocks) == len(announced)
            assert found.provenance.known_at is not None
            assert found.provenance.known_at <= moment
            times = [unlock.unlock_at for unlock in found.unlocks]
            assert times == sorted(times)


def test_a_later_vote_adds_an_unlock_that_was_not_known_before() -> None:
    events, schedules = world(size=2_000).events, world(size=2_000).market.prices.supplies.schedules
    place, late = next(
        (place, unlock)
        for place, plan in schedules.items()
        for unlock in plan.unlocks
        if "later vote" in unlock.recipients
    )

    before = events.schedule(place, late.announced * DAY_MINUTES - 1)
    after = events.schedule(place, late.announced * DAY_MINUTES)

    assert before is not None
    assert after is not None
    assert len(after.unlocks) == len(before.unlocks) + 1
    assert after.provenance.known_at == moment_of(late.announced * DAY_MINUTES)


def test_amounts_of_unlocks_are_what_supply_grows_by() -> None:
    market = world().market
    for place in list(market.prices.supplies.schedules)[:10]:
        minute = max(MINUTE, market.coins[place].born * DAY_MINUTES)
        found = world().events.schedule(place, minute)
        if found is None:
            continue
        for unlock in found.unlocks[:3]:
            same_day = sum(other.amount for other in found.unlocks if other.unlock_at == unlock.unlock_at)
            at = minute_of(unlock.unlock_at)
            grown = market.prices.supplies.at(place, at // DAY_MINUTES) - market.prices.supplies.at(
                place, at // DAY_MINUTES - 1
            )
            assert same_day == pytest.approx(grown / market.prices.unit(place, minute))


def test_the_schedule_that_unlocks_next_comes_first() -> None:
    found = world().events.schedules(MINUTE)
    upcoming = [
        next((unlock.unlock_at for unlock in schedule.unlocks if unlock.unlock_at > MOMENT), None) for schedule in found
    ]
    dated = [moment for moment in upcoming if moment is not None]

    assert dated == sorted(dated)
    assert upcoming == dated + [None] * (len(upcoming) - len(dated))


def test_rounds_are_known_from_their_announcement_on_the_latest_first() -> None:
    earlier, later = world().events.rounds(MINUTE - 400 * DAY_MINUTES), world().events.rounds(MINUTE)
    dates = [round_.announced_at for round_ in later]

    assert len(later) > len(earlier) > 5
    assert later[-len(earlier) :] == earlier
    assert dates == sorted(dates, reverse=True)
    assert dates[0] <= MOMENT
    for round_ in later:
        assert round_.provenance.as_of == round_.announced_at
        assert set(round_.lead_investors) <= set(round_.investors)
        assert round_.valuation_usd is None or round_.valuation_usd > (round_.amount_usd or 0)


@pytest.mark.parametrize("moment", moments())
def test_a_figure_is_out_from_its_hour_on_and_a_forecast_a_week_before(moment: datetime) -> None:
    events = world().events.macro(minute_of(moment), None, None)

    assert len(events) > 100
    for event in events:
        assert (event.actual is not None) == (event.happens_at <= moment)
        assert (event.forecast is not None) == (event.happens_at - timedelta(days=7) <= moment)
        assert event.provenance.as_of <= moment
        assert event.happens_at - moment <= timedelta(days=365)
        assert event.happens_at.weekday() < 5


def test_the_previous_figure_is_the_one_that_came_out_before() -> None:
    events = world().events.macro(MINUTE, None, MOMENT)
    rates = [event for event in events if event.name == "US consumer price index, year on year"]

    assert len(rates) >= 11
    for before, after in itertools.pairwise(rates):
        assert after.previous == before.actual


def test_payrolls_come_on_the_first_friday_and_the_minute_before_they_are_not_out() -> None:
    events = [event for event in world().events.macro(MINUTE, None, None) if event.name == "US non-farm payrolls"]

    assert all(event.happens_at.weekday() == 4 and event.happens_at.day <= 7 for event in events)
    release = minute_of(events[3].happens_at)
    before = next(event for event in world().events.macro(release - 1, None, None) if event.key == events[3].key)
    at = next(event for event in world().events.macro(release, None, None) if event.key == events[3].key)
    assert before.actual is None
    assert at.actual == events[3].actual
    assert before.forecast == at.forecast


def test_a_span_cuts_the_calendar() -> None:
    start, end = datetime(2026, 4, 1, tzinfo=UTC), datetime(2026, 5, 1, tzinfo=UTC)
    events = world().events.macro(MINUTE, start, end)

    assert events
    assert all(start <= event.happens_at < end for event in events)
    assert world().events.macro(MINUTE, end, start) == ()

"""Points of a metric are known from the end of their bucket on, corrections from their own moment."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from cryptodesk.market.records import MetricSeries
from cryptodesk.market.store import SeriesStore
from cryptodesk.market.store.series import granularity_seconds
from cryptodesk.storage.database import Database
from tests.market.databases import database, postgres_server
from tests.market.store.support import DAY, HOUR, metric

__all__ = ["database", "postgres_server"]

BEGAN = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(database: Database) -> SeriesStore:
    return SeriesStore(database, ("first",))


def values(found: list[MetricSeries]) -> list[list[float]]:
    return [[point.value for point in series.points] for series in found]


async def test_a_day_is_known_when_it_is_over(store: SeriesStore) -> None:
    await store.save(metric(BEGAN, [1, 2, 3], BEGAN + 3 * DAY))
    assert await store.find([1], as_of=BEGAN + DAY - HOUR) == []
    assert values(await store.find([1], as_of=BEGAN + 2 * DAY)) == [[1, 2]]
    (series,) = await store.find(["1"])
    assert [point.value for point in series.points] == [1, 2, 3]
    assert (series.provenance.mode, series.provenance.as_of, series.unit) == ("snapshot", BEGAN + 3 * DAY, "USD")


async def test_a_day_read_before_its_end_is_known_then_and_replaced_by_the_final_value(store: SeriesStore) -> None:
    await store.save(metric(BEGAN, [1, 2], BEGAN + DAY + HOUR))
    assert values(await store.find([1], as_of=BEGAN + DAY + HOUR)) == [[1, 2]]
    await store.save(metric(BEGAN, [1, 2.5], BEGAN + 3 * DAY))
    assert values(await store.find([1], as_of=BEGAN + DAY + 2 * HOUR)) == [[1, 2]]
    assert values(await store.find([1], as_of=BEGAN + 2 * DAY)) == [[1, 2.5]]


async def test_a_correction_leaves_the_past_as_it_was(store: SeriesStore) -> None:
    await store.save(metric(BEGAN, [1, 2], BEGAN + 2 * DAY))
    assert await store.save(metric(BEGAN, [1, 9], BEGAN + 2 * DAY), BEGAN + 8 * DAY) == 1
    assert await store.save(metric(BEGAN, [1, 9], BEGAN + 2 * DAY), BEGAN + 9 * DAY) == 0
    assert values(await store.find([1], as_of=BEGAN + 7 * DAY)) == [[1, 2]]
    assert values(await store.find([1], as_of=BEGAN + 8 * DAY)) == [[1, 9]]


async def test_a_series_that_became_known_late_is_not_seen_before(store: SeriesStore) -> None:
    await store.save(metric(BEGAN, [1, 2], BEGAN + 2 * DAY, known_at=BEGAN + 90 * DAY))
    assert await store.find([1], as_of=BEGAN + 89 * DAY) == []
    assert values(await store.find([1], as_of=BEGAN + 90 * DAY)) == [[1, 2]]


async def test_start_is_included_and_end_is_not_and_an_empty_span_is_an_empty_series(store: SeriesStore) -> None:
    await store.save(metric(BEGAN, [1, 2, 3], BEGAN + 3 * DAY))
    assert values(await store.find([1], start=BEGAN + DAY, end=BEGAN + 2 * DAY)) == [[2]]
    (empty,) = await store.find([1], start=BEGAN + 9 * DAY)
    assert (empty.points, empty.provenance.as_of) == ((), BEGAN + 3 * DAY)


async def test_series_are_told_apart_by_metric_entity_and_granularity(store: SeriesStore) -> None:
    await store.save(metric(BEGAN, [1], BEGAN + DAY))
    await store.save(metric(BEGAN, [2], BEGAN + DAY, metric="fees"))
    await store.save(metric(BEGAN, [3], BEGAN + DAY, entity="solana"))
    assert values(await store.find(["1"], metric="fees")) == [[2]]
    assert values(await store.find(None, metric="tvl")) == [[1], [3]]
    assert await store.find(None, granularity="1h") == []
    assert await store.find(["nothing"]) == []


async def test_the_source_named_first_answers_and_others_stand_in_for_it(store: SeriesStore) -> None:
    await store.save(metric(BEGAN, [1], BEGAN + DAY, source="another"))
    await store.save(metric(BEGAN + 5 * DAY, [2], BEGAN + 6 * DAY, source="first"))
    assert values(await store.find([1])) == [[2]]
    assert values(await store.find([1], as_of=BEGAN + 2 * DAY)) == [[1]]


def test_an_unknown_granularity_is_refused_with_those_that_are_known() -> None:
    with pytest.raises(ValueError, match="'2d' is unknown; one of 1m, 5m"):
        granularity_seconds("2d")

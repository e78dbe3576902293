"""The Fear & Greed Index of Bitcoin: now, on a day, and day by day."""

from __future__ import annotations

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer, UpstreamUnavailable
from cryptodesk.market.query import Query
from cryptodesk.market.records import FearGreed, MetricPoint, MetricSeries, Provenance
from cryptodesk.market.sources.alternative_me import SOURCE
from tests.market.sources.bad_days import BAD_DAYS, BadDay
from tests.market.sources.exchanges import ask, at, body, live_through, payload, read, refusal

NOTE = "Fear & Greed Index of alternative.me, of Bitcoin alone"
MOOD = Query(kind=FearGreed)
SERIES = Query(kind=MetricSeries, ids=("bitcoin",), metric="fear_greed", start=at("2026-09-07"))
VALUES = payload(SOURCE, "fng")


def limit(query: Query[FearGreed] | Query[MetricSeries]) -> str:
    (request,) = ask(SOURCE, query)
    assert request.path == "/fng/"
    return dict(request.params)["limit"]


def test_the_index_is_labelled_as_that_of_bitcoin() -> None:
    assert read(SOURCE, MOOD, VALUES) == [
        FearGreed(
            index=48,
            label="Neutral",
            scope="bitcoin",
            provenance=Provenance("alternative_me", "live", at("2026-09-09"), NOTE),
        )
    ]


def test_a_day_in_the_past_has_the_value_of_that_day() -> None:
    then = structs.replace(MOOD, as_of=at("2026-09-07 18:00"))
    assert limit(then) == "4"
    (mood,) = read(SOURCE, then, VALUES)
    assert (mood.index, mood.provenance.as_of) == (51, at("2026-09-07"))
    assert read(SOURCE, structs.replace(MOOD, as_of=at("2026-09-05")), VALUES) == []


def test_all_moments_of_a_day_ask_the_same() -> None:
    morning, evening = (structs.replace(MOOD, as_of=at(f"2026-09-07 {hour}:00")) for hour in ("01", "23"))
    assert ask(SOURCE, morning) == ask(SOURCE, evening)


def test_it_stands_in_for_the_market_and_for_nothing_else() -> None:
    assert limit(structs.replace(MOOD, ids=("market",))) == limit(structs.replace(MOOD, ids=("bitcoin",))) == "2"
    assert ask(SOURCE, structs.replace(MOOD, ids=("ethereum",))) == ()


def test_the_index_day_by_day() -> None:
    assert limit(SERIES) == "3"
    (series,) = read(SOURCE, SERIES, VALUES)
    assert series == MetricSeries(
        metric="fear_greed",
        entity="bitcoin",
        unit="index",
        granularity="1d",
        provenance=Provenance("alternative_me", "live", at("2026-09-09"), NOTE),
        points=tuple(MetricPoint(at(f"2026-09-0{day}"), value) for day, value in ((7, 51.0), (8, 44.0), (9, 48.0))),
    )
    (cut,) = read(SOURCE, structs.replace(SERIES, end=at("2026-09-09")), VALUES)
    assert [point.value for point in cut.points] == [51.0, 44.0]


def test_other_metrics_steps_and_spans_are_left_to_others() -> None:
    assert ask(SOURCE, structs.replace(SERIES, metric="tvl")) == ()
    assert ask(SOURCE, structs.replace(SERIES, interval="1h")) == ()
    assert ask(SOURCE, structs.replace(SERIES, start=at("2027-01-01"))) == ()
    assert limit(structs.replace(SERIES, start=None)) == "401"


@pytest.mark.parametrize(
    "row",
    [
        None,
        {},
        {"value": "101", "value_classification": "Greed", "timestamp": "1788912000"},
        {"value": "4.5", "value_classification": "Fear", "timestamp": "1788912000"},
        {"value": "50", "value_classification": "", "timestamp": "1788912000"},
        {"value": "50", "value_classification": "Neutral", "timestamp": "0"},
        {"value": "50", "value_classification": "Neutral", "timestamp": "1988912000"},
    ],
)
def test_a_malformed_value_is_left_out_alone(row: object) -> None:
    well = {"value": "44", "value_classification": "Fear", "timestamp": "1788825600"}
    (mood,) = read(SOURCE, MOOD, body({"data": [row, well], "metadata": {"error": None}}))
    assert mood.index == 44
    with pytest.raises(UpstreamBadAnswer, match="no value can be read"):
        read(SOURCE, MOOD, body({"data": [row]}))


def test_an_error_is_in_the_metadata() -> None:
    error = refusal(SOURCE, body({"data": [], "metadata": {"error": "Wrong API usage"}}))
    assert isinstance(error, UpstreamUnavailable)
    assert error.body is not None
    assert error.body["text"] == "Wrong API usage"


@pytest.mark.parametrize("day", BAD_DAYS, ids=str)
async def test_a_bad_day_is_an_error_that_names_the_source(day: BadDay) -> None:
    await live_through(SOURCE, day, MOOD, SERIES)

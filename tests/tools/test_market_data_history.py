"""`cmc_market_data` over time: short bars, weeks, capitalisation, and how much is read for it."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.market.records import Asset, Candle, CandleSeries, Interval, MetricPoint, MetricSeries, Provenance
from cryptodesk.market.records.candles import INTERVALS
from cryptodesk.tools import ToolServices
from cryptodesk.tools._market_candles import MOST_BARS, reach_of
from cryptodesk.tools._market_span import HistoryArguments, parse_span
from tests.tools.fakes import ASSETS, DAY, NOW, make_listing, make_series, make_services, origin, output_of, rising

HOUR = timedelta(hours=1)


def bars(interval: Interval, count: int, end: datetime = NOW, asset_id: int = 1, **changes: Any) -> CandleSeries:
    """Bars numbered from 1: each closes at its number, trades ten times that, and reaches half up and down."""
    length = INTERVALS[interval]
    first = end - count * length
    candles = tuple(
        Candle(first + n * length, n + 0.0, n + 1.5, n + 0.5, n + 1.0, 1.0, 10.0 * (n + 1)) for n in range(count)
    )
    provenance = Provenance("exchange_perpetuals", "live", end, "a contract's price")
    series = CandleSeries(asset_id, interval, "USDT", "BTCUSDT", first, provenance, candles)
    return structs.replace(series, **changes)


def services_with(*records: Any, **options: Any) -> ToolServices:
    return make_services(make_series(1, rising(30_000, 100)), *records, **options)


async def history(services: ToolServices, ids: tuple[Any, ...] = (1,), convert: str = "USD", **asked: Any) -> Any:
    arguments = {"asset_type": "coin", "ids": list(ids), "metrics": ["history"], "convert": convert, "history": asked}
    return await output_of("cmc_market_data", arguments, services)


def table_of(output: Any) -> Any:
    (row,) = output["market_data_result"]["results"]
    return row["history"]


def gap_of(output: Any) -> str:
    return next(gap["reason"] for gap in output["unavailable"] if gap["field"] == "history")


# Short bars


@pytest.mark.parametrize(
    ("interval", "before", "last"),
    [
        ("5m", "2026-09-12T05:55Z", "2026-09-12T06:00Z"),
        ("15m", "2026-09-12T05:45Z", "2026-09-12T06:00Z"),
        ("1h", "2026-09-12T05:00Z", "2026-09-12T06:00Z"),
        ("4h", "2026-09-12T02:00Z", "2026-09-12T06:00Z"),
    ],
)
async def test_short_bars_are_dated_by_the_minute_they_closed(interval: Interval, before: str, last: str) -> None:
    output = await history(services_with(bars(interval, 40)), interval=interval, count=2)
    table = table_of(output)
    assert (table["interval"], table["rows"]) == (interval, [[before, 39.0], [last, 40.0]])
    assert table["note"] == "each time is when the bar closed"
    assert output["provenance"][0]["as_of"] == "2026-09-12T06:00:00Z"


async def test_short_bars_with_open_high_and_low_are_dated_by_their_opening() -> None:
    table = table_of(await history(services_with(bars("1h", 40)), interval="1h", count=1, series="ohlcv"))
    assert table["rows"] == [["2026-09-12T05:00Z", 39.0, 40.5, 39.5, 40.0, 400.0]]
    assert table["note"] == "each time is when the bar opened"


async def test_thirty_bars_are_the_default_whatever_their_length() -> None:
    assert len(table_of(await history(services_with(bars("5m", 90)), interval="5m"))["rows"]) == 30


async def test_joined_short_bars_say_how_long_they_became() -> None:
    asked = {"interval": "15m", "time_start": "2026-09-01T06:00", "time_end": "2026-09-12T06:00", "series": "ohlcv"}
    output = await history(services_with(bars("15m", 96 * 11)), **asked)
    table = table_of(output)
    minutes = int(table["interval"].removesuffix("m"))
    assert minutes % 15 == 0
    assert minutes > 15
    assert output["truncated"] is True
    assert max(row[2] for row in table["rows"]) == 96 * 11 + 0.5


async def test_an_interval_nobody_keeps_names_those_at_hand() -> None:
    assert gap_of(await history(services_with(), interval="5m")) == "no 5m candles are at hand; 1d and 1w are"


async def test_the_bars_of_a_coin_no_longer_traded_are_those_before_its_end() -> None:
    last = datetime(2024, 5, 1, tzinfo=NOW.tzinfo)
    gone = Asset(9_500, "Gone", "GON", "gone", is_active=False)
    services = make_services(
        make_series(9_500, rising(5, 0), days=40, last_day=last),
        bars("1h", 50, last + DAY, 9_500),
        assets=(*ASSETS, gone),
    )
    output = await history(services, (9_500,), interval="1h", count=2)
    assert table_of(output)["rows"] == [["2024-05-01T23:00Z", 49.0], ["2024-05-02T00:00Z", 50.0]]


async def test_short_bars_are_crossed_with_those_of_the_other_coin() -> None:
    services = make_services(
        make_series(1, rising(30_000, 100)),
        make_series(1027, rising(2_000, 1)),
        bars("1h", 40),
        bars("1h", 40, asset_id=1027),
    )
    table = table_of(await history(services, (1027,), convert="BTC", interval="1h", count=1))
    assert table["rows"] == [["2026-09-12T06:00Z", 1.0]]


async def test_short_bars_before_the_moment_asked_about_alone_are_seen() -> None:
    services = services_with(bars("1h", 40))
    arguments = {"asset_type": "coin", "ids": [1], "history": {"interval": "1h", "count": 1}}
    output = await output_of("cmc_market_data", arguments, services, as_of=NOW - 90 * timedelta(minutes=1))
    assert table_of(output)["rows"] == [["2026-09-12T04:00Z", 38.0]]


# Weeks


async def test_a_weekly_record_is_taken_before_weeks_of_days() -> None:
    monday = datetime(2026, 9, 7, tzinfo=NOW.tzinfo)
    table = table_of(await history(services_with(bars("1w", 3, monday)), interval="1w", count=2))
    assert table["rows"] == [["2026-08-30", 2.0], ["2026-09-06", 3.0]]


# Capitalisation


def capitals(granularity: str = "1d", **changes: Any) -> MetricSeries:
    points = tuple(MetricPoint(datetime(2026, 9, day, tzinfo=NOW.tzinfo), 1e11 + day * 1e9) for day in range(1, 11))
    values: dict[str, Any] = {"unit": "USD", "provenance": origin(datetime(2026, 9, 10, tzinfo=NOW.tzinfo)), **changes}
    return MetricSeries(metric="market_cap", entity="1027", granularity=granularity, points=points, **values)


async def test_a_recorded_capitalisation_is_given_at_its_own_moments() -> None:
    services = make_services(make_series(1027, rising(2_000, 1)), capitals())
    output = await history(services, (1027,), series="market_cap", count=2)
    table = table_of(output)
    assert table["headers"] == ["time", "market_cap"]
    assert table["rows"] == [["2026-09-09", 109e9], ["2026-09-10", 110e9]]
    assert table["note"] == "each value is of 00:00 UTC of its day"
    assert (output["provenance"][0]["source"], output["provenance"][0]["as_of"]) == ("lister", "2026-09-10T00:00:00Z")


@pytest.mark.parametrize("record", [capitals(unit="EUR"), capitals("1h")])
async def test_a_capitalisation_of_another_unit_or_step_is_not_passed_off(record: MetricSeries) -> None:
    services = make_services(make_series(1027, rising(2_000, 1)), record)
    output = await history(services, (1027,), series="market_cap")
    assert gap_of(output) == "no source of this asset's past supply is at hand"


async def test_capitalisation_by_the_five_minutes_is_not_kept() -> None:
    services = make_services(make_series(1027, rising(2_000, 1)), capitals())
    output = await history(services, (1027,), series="market_cap", interval="5m")
    assert gap_of(output).startswith("capitalisation is kept by the hour, the day and the week")


async def test_capitalisation_outside_the_record_is_said_to_be_missing() -> None:
    services = make_services(make_series(1027, rising(2_000, 1)), capitals())
    output = await history(services, (1027,), series="market_cap", time_start="2026-09-11")
    assert "history" in {gap["field"] for gap in output["unavailable"]}


async def test_a_listing_without_candles_has_no_history_and_says_so() -> None:
    output = await output_of(
        "cmc_market_data",
        {"asset_type": "coin", "ids": [1], "metrics": ["price", "history"]},
        make_services(make_listing()),
    )
    assert gap_of(output) == "no 1d candles are at hand"


# How much is read


def reach(interval: str = "1h", known_until: datetime | None = None, **asked: Any) -> Any:
    return reach_of(parse_span(HistoryArguments(interval=interval, **asked)), interval, NOW, known_until)  # type: ignore[arg-type]


def test_the_last_bars_are_read_with_room_for_missing_ones() -> None:
    found = reach(count=10)
    assert (found.start, found.end) == (NOW - 22 * HOUR, None)


def test_bars_from_a_start_are_read_up_to_twice_their_number() -> None:
    found = reach(time_start="2026-09-01", count=10)
    start = datetime(2026, 9, 1, tzinfo=NOW.tzinfo)
    assert (found.start, found.end) == (start, start + 22 * HOUR)


def test_a_record_that_ended_is_read_from_its_end() -> None:
    ended = datetime(2024, 5, 2, tzinfo=NOW.tzinfo)
    assert reach(known_until=ended, count=10).start == ended - 22 * HOUR


def test_a_span_of_too_many_bars_is_cut_and_says_so() -> None:
    found = reach("5m", time_start="2020-01-01")
    assert found.start == NOW - MOST_BARS * timedelta(minutes=5)
    assert found.note == "only the last 10,000 bars of 5m in the span are read, from 2026-08-08"

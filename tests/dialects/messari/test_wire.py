"""Sources and charts as they go over the wire."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone

from msgspec import structs

from cryptodesk.core.research import ChartEntity, ChartSeries
from cryptodesk.dialects.messari.wire import encode_charts, encode_sources
from tests.dialects.messari.requirements import requirement
from tests.dialects.messari.support import BITCOIN, CHART, SOURCES

_COLUMN = {
    "attribution": [],
    "description": "Start of the day",
    "format": "string",
    "group_aggregate_operation": "",
    "id": "time",
    "is_timestamp": True,
    "name": "Time",
    "slug": "time",
    "subcategory": "",
    "time_bucket_aggregate_operation": "",
}
_SUBJECT = {"id": "1", "name": "Bitcoin", "slug": "bitcoin", "symbol": "BTC"}
WIRE_CHART = {
    "citationId": 3,
    "dataset": "price",
    "end": "2026-09-03T00:00:00Z",
    "entities": [{"entityId": "1", "entityType": "asset"}],
    "granularity": "1d",
    "id": 7,
    "metric": "close",
    "metricTimeseries": {
        "point_schema": [
            _COLUMN,
            {
                "attribution": [{"link": "https://www.binance.com", "name": "Binance"}],
                "description": "Last price",
                "format": "currency",
                "group_aggregate_operation": "mean",
                "id": "close",
                "is_timestamp": False,
                "name": "Close",
                "slug": "close",
                "subcategory": "price",
                "time_bucket_aggregate_operation": "last",
            },
        ],
        "series": [
            {
                "entity": _SUBJECT,
                "key": "1",
                "points": [[1788220800, 60000.5], [1788307200, 61000], [1788393600, None]],
            },
            {"entity": _SUBJECT, "key": "1b", "points": [[1788220800, 1.0], [1788307200, 2.0], [1788393600, 3.0]]},
        ],
    },
    "start": "2026-09-01T00:00:00Z",
    "tier": "unpaid",
}
WIRE_SOURCES = [
    {
        "citationId": 1,
        "domain": "bitcoin.org",
        "title": "Bitcoin “white” paper",
        "url": "https://bitcoin.org/b.pdf",
    },
    {"citationId": 2, "domain": "example.org", "title": "Halving", "url": "https://example.org/h"},
    {"citationId": 3, "domain": "binance.com", "title": "Binance daily candles", "url": ""},
]


@requirement("MES-CHART")
def test_a_chart_has_exactly_the_published_members_in_their_order() -> None:
    (found,) = json.loads(encode_charts([CHART]))
    assert found == WIRE_CHART
    assert list(found) == list(WIRE_CHART)
    columns = found["metricTimeseries"]["point_schema"]
    assert [list(column) for column in columns] == [list(_COLUMN)] * 2


@requirement("MES-CHART")
def test_each_entity_is_named_once_and_there_is_always_one() -> None:
    ether = ChartEntity("asset", "1027", "Ethereum", "ethereum", "ETH")
    chart = structs.replace(CHART, series=(*CHART.series, ChartSeries("1027", ether, ())))
    (found,) = json.loads(encode_charts([chart]))
    assert found["entities"] == [
        {"entityId": BITCOIN.entity_id, "entityType": "asset"},
        {"entityId": "1027", "entityType": "asset"},
    ]


@requirement("MES-CHART")
def test_moments_are_told_in_utc() -> None:
    start = datetime(2026, 9, 1, 2, tzinfo=timezone(timedelta(hours=2)))
    (found,) = json.loads(encode_charts([structs.replace(CHART, start=start)]))
    assert found["start"] == "2026-09-01T00:00:00Z"


@requirement("MES-CHART")
def test_a_value_that_is_no_number_is_null() -> None:
    series = ChartSeries("1", BITCOIN, ((1, float("nan")), (2, float("inf"))))
    (found,) = json.loads(encode_charts([structs.replace(CHART, series=(series,))]))
    assert found["metricTimeseries"]["series"][0]["points"] == [[1, None], [2, None]]


@requirement("MES-SOURCE")
def test_a_source_has_exactly_the_published_members_in_their_order() -> None:
    found = json.loads(encode_sources(SOURCES))
    assert found == WIRE_SOURCES
    assert [list(one) for one in found] == [["citationId", "domain", "title", "url"]] * 3
    assert all(one["citationId"] >= 1 and one["domain"] for one in found)

"""One query for any metric, with figures that can be checked by hand."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from itertools import pairwise
from math import log, sqrt
from statistics import stdev
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import NotFound
from cryptodesk.market.metrics import MetricAnswer, MetricDesk, MetricQuery
from cryptodesk.market.query import Found, Query, answers
from cryptodesk.market.records import Candle, CandleSeries, MetricPoint, MetricSeries, Provenance
from cryptodesk.market.visibility import visible_at
from tests.market.feeds.fakes import MemoryFeed

DAY = timedelta(days=1)
START = datetime(2026, 1, 5, tzinfo=UTC)
NOW = START + 40 * DAY


def _candles(asset_id: int, *closes: float) -> CandleSeries:
    bars = tuple(
        Candle(START + index * DAY, close, close + 1, close - 1, close, 1.0, 100.0 * (index + 1))
        for index, close in enumerate(closes)
    )
    origin = Provenance("exchange", "live", START + len(closes) * DAY)
    return CandleSeries(asset_id, "1d", "USD", f"C{asset_id}", START, origin, bars)


def _series(metric: str, entity: str, *values: float, unit: str = "USD") -> MetricSeries:
    points = tuple(MetricPoint(START + index * DAY, value) for index, value in enumerate(values))
    origin = Provenance("llama", "live", START + len(values) * DAY)
    return MetricSeries(metric=metric, entity=entity, unit=unit, granularity="1d", provenance=origin, points=points)


def _feed(*records: CandleSeries | MetricSeries) -> MemoryFeed:
    def respond(query: Query[Any]) -> Found[Any]:
        seen = (visible_at(record, query.as_of or NOW) for record in records if isinstance(record, query.kind))
        asked = [
            record for record in seen if record is not None and any(answers(record, one) for one in query.ids or ())
        ]
        return Found(tuple(record for record in asked if getattr(record, "metric", query.metric) == query.metric))

    return MemoryFeed(respond)


async def _ask(feed: MemoryFeed, **query: Any) -> MetricAnswer:
    return await MetricDesk(feed, FixedClock(NOW)).query(MetricQuery(**query))


def _values(answer: MetricAnswer, place: int = 0) -> list[float]:
    return [round(point.value, 6) for point in answer.series[place].points]


async def test_a_price_is_the_close_of_the_bucket_in_the_currency_of_the_market() -> None:
    answer = await _ask(_feed(_candles(1, 10, 11, 12)), metric="price", entities=(1,))
    assert _values(answer) == [10, 11, 12]
    assert (answer.series[0].unit, answer.series[0].provenance.source) == ("USD", "exchange")
    assert answer.series[0].points[0].at == START


async def test_volume_is_summed_over_whole_weeks() -> None:
    answer = await _ask(_feed(_candles(1, *range(10, 24))), metric="volume", entities=(1,), granularity="1w")
    assert _values(answer) == [100 * sum(range(1, 8)), 100 * sum(range(8, 15))]


async def test_a_return_compares_with_the_bucket_before_and_starts_in_the_range() -> None:
    feed = _feed(_candles(1, 100, 110, 99))
    answer = await _ask(feed, metric="return", entities=(1,), start=START + DAY)
    assert _values(answer) == [10, -10]
    assert feed.queries[0].start is not None
    assert feed.queries[0].start < START


async def test_indexed_prices_begin_at_a_hundred() -> None:
    answer = await _ask(_feed(_candles(1, 50, 55), _candles(2, 8, 4)), metric="indexed_price", entities=(1, 2))
    assert [_values(answer, 0), _values(answer, 1)] == [[100, 110], [100, 50]]
    assert answer.series[0].unit == "index"
    assert answer.series[0].provenance.mode == "computed"


async def test_an_index_begins_with_the_range_not_with_the_record() -> None:
    answer = await _ask(_feed(_candles(1, 50, 100, 150)), metric="indexed_price", entities=(1,), start=START + DAY)
    assert _values(answer) == [100, 150]


async def test_drawdown_is_the_distance_from_the_highest_close_so_far() -> None:
    answer = await _ask(_feed(_candles(1, 100, 80, 120, 60)), metric="drawdown", entities=(1,))
    assert _values(answer) == [0, -20, 0, -50]


async def test_volatility_looks_back_thirty_days() -> None:
    closes = [100 * (1.02 if index % 2 else 0.99) ** index for index in range(32)]
    answer = await _ask(_feed(_candles(1, *closes)), metric="volatility", entities=(1,))
    logs = [log(after / before) for before, after in pairwise(closes)]
    assert _values(answer) == [
        round(stdev(logs[:30]) * sqrt(365) * 100, 6),
        round(stdev(logs[1:31]) * sqrt(365) * 100, 6),
    ]


async def test_bitcoins_market_cap_follows_from_its_issuance_where_no_source_has_it() -> None:
    answer = await _ask(_feed(_candles(1, 100_000.0)), metric="market_cap", entities=(1,))
    assert 1.9e12 < _values(answer)[0] < 2.1e12
    assert answer.series[0].provenance.mode == "computed"


async def test_a_computed_market_cap_names_the_supply_beside_the_price() -> None:
    answer = await _ask(_feed(_candles(1, 100_000.0)), metric="market_cap", entities=(1,))
    assert answer.series[0].provenance.source == "exchange × bitcoin_block_schedule"


async def test_what_is_computed_from_a_kept_price_stays_marked_as_kept() -> None:
    candles = _candles(1, 100, 110)
    kept = structs.replace(candles, provenance=structs.replace(candles.provenance, mode="snapshot"))
    for metric in ("return", "market_cap"):
        answer = await _ask(_feed(kept), metric=metric, entities=(1,))
        assert answer.series[0].provenance.mode == "snapshot"
        assert answer.series[0].provenance.note


async def test_a_week_that_the_record_ends_in_is_left_out_long_after_it() -> None:
    answer = await _ask(
        _feed(_candles(1, *range(1, 11))), metric="price", entities=(1,), granularity="1w", as_of=START + 90 * DAY
    )
    assert _values(answer) == [7]


async def test_a_sourced_market_cap_comes_first() -> None:
    answer = await _ask(_feed(_candles(1, 5), _series("market_cap", "1", 7)), metric="market_cap", entities=(1,))
    assert _values(answer) == [7]


async def test_a_series_nobody_has_is_named() -> None:
    answer = await _ask(_feed(_series("tvl", "aave", 5)), metric="tvl", entities=("aave", "lido"))
    assert [item.entity for item in answer.series] == ["aave"]
    assert [gap.reason for gap in answer.unavailable] == ["no total value locked of lido is at hand for this range"]


async def test_entities_are_joined_where_the_catalogue_allows_it() -> None:
    feed = _feed(_series("tvl", "aave", 5, 6), _series("tvl", "lido", 10, 20))
    answer = await _ask(feed, metric="tvl", entities=("aave", "lido"), is_grouped=True)
    assert _values(answer) == [15, 26]
    assert answer.series[0].entity == "aave+lido"


async def test_prices_of_two_assets_are_never_joined() -> None:
    answer = await _ask(_feed(_candles(1, 5), _candles(2, 6)), metric="price", entities=(1, 2), is_grouped=True)
    assert len(answer.series) == 2
    assert "cannot be joined" in answer.unavailable[-1].reason


async def test_a_bucket_counts_only_when_it_is_over_at_the_moment_of_the_question() -> None:
    answer = await _ask(
        _feed(_candles(1, *range(1, 15))), metric="price", entities=(1,), granularity="1w", as_of=START + 10 * DAY
    )
    assert _values(answer) == [7]


async def test_what_is_computed_from_an_invented_price_stays_marked_as_invented() -> None:
    candles = _candles(1, 1, 2)
    invented = CandleSeries(1, "1d", "USD", "C1", START, Provenance("sim", "simulated", NOW - DAY), candles.candles)
    answer = await _ask(_feed(invented), metric="return", entities=(1,))
    assert answer.series[0].provenance.mode == "simulated"


@pytest.mark.parametrize("query", [{"metric": "luck"}, {"metric": "price", "dataset": "defi"}])
async def test_an_unknown_metric_is_refused_with_the_known_ones(query: dict[str, Any]) -> None:
    with pytest.raises(NotFound, match="there are altcoin_season"):
        await _ask(_feed(), entities=(1,), **query)

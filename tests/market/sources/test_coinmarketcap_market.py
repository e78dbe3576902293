"""The whole market of CoinMarketCap and its metrics over time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.market.query import Query
from cryptodesk.market.records import AltcoinSeason, FearGreed, GlobalMetrics, IndexValue, MetricSeries
from cryptodesk.market.sources import coinmarketcap, coinmarketcap_pro
from cryptodesk.market.visibility import visible_at
from tests.market.sources.payloads.coinmarketcap import NOW, ask, load, read, ways, well

FREE = coinmarketcap.SOURCE
KEYED = coinmarketcap_pro.SOURCE
PAST = datetime(2026, 9, 5, 10, 30, tzinfo=UTC)
HISTORY = "/global-metrics/quotes/historical"
GREED = "/fear-and-greed/historical"


def day(number: int) -> datetime:
    return datetime(2026, 9, number, tzinfo=UTC)


def params(query: Query[Any], path: str) -> dict[str, str]:
    return dict(ask(KEYED, query, path)[1][0].params)


def test_the_totals_are_read_in_their_currency() -> None:
    (totals,) = read(FREE, Query(kind=GlobalMetrics), "/quotes/latest", load("global_latest"))
    assert (totals.total_market_cap, totals.total_market_cap_yesterday) == (2130000000000.5, 2120000000000)
    assert (totals.btc_dominance, totals.btc_dominance_yesterday, totals.eth_dominance) == (57.9, 58.1, 11.2)
    assert (totals.stablecoin_market_cap, totals.derivatives_volume_24h) == (250e9, 410e9)
    assert (totals.active_cryptocurrencies, totals.active_exchanges) == (9100, 860)
    # The one outside the quote is in dollars whatever was asked for.
    assert totals.defi_market_cap == 80e9
    with pytest.raises(UpstreamBadAnswer, match="no totals in EUR"):
        read(FREE, Query(kind=GlobalMetrics, quote_currency="EUR"), "/quotes/latest", load("global_latest"))


def test_totals_of_another_id_than_the_currency_are_not_asked_for() -> None:
    assert not ways(FREE, Query(kind=GlobalMetrics, ids=("EUR",)))
    assert ways(FREE, Query(kind=GlobalMetrics, ids=("USD",)))


def test_past_totals_are_the_last_before_the_moment_with_those_of_a_day_before() -> None:
    query = Query(kind=GlobalMetrics, as_of=PAST)
    (totals,) = read(KEYED, query, HISTORY, load("global_history"))
    assert totals.provenance.as_of == datetime(2026, 9, 5, 10, tzinfo=UTC)
    assert (totals.total_market_cap, totals.total_market_cap_yesterday) == (2.06e12, 2.0e12)
    assert (totals.btc_dominance, totals.btc_dominance_yesterday) == (57.5, 56)
    assert params(query, HISTORY)["time_end"] == "2026-09-05T10:30:00.000Z"


def test_a_gap_before_the_moment_leaves_yesterday_unknown() -> None:
    query = Query(kind=GlobalMetrics, as_of=PAST)
    rows = [
        {"timestamp": "2026-09-03T10:00:00.000Z", "quote": {"USD": {"total_market_cap": 1}}},
        {"timestamp": "2026-09-05T10:00:00.000Z", "quote": {"USD": {"total_market_cap": 2}}},
    ]
    (totals,) = read(KEYED, query, HISTORY, well({"quotes": rows}))
    assert (totals.total_market_cap, totals.total_market_cap_yesterday) == (2, None)


def test_fear_and_greed_now() -> None:
    (mood,) = read(FREE, Query(kind=FearGreed), "/latest", load("fear_greed_latest"))
    assert (mood.index, mood.label, mood.scope) == (40, "Neutral", "market")
    assert mood.provenance.as_of == datetime(2026, 9, 9, 11, 54, 56, 17_000, tzinfo=UTC)
    assert not ways(FREE, Query(kind=FearGreed, ids=("bitcoin",)))


@pytest.mark.parametrize(
    ("moment", "start", "index", "label"),
    [
        (datetime(2026, 9, 9, 1, tzinfo=UTC), "1", 40, "Neutral"),
        (datetime(2026, 9, 8, 23, 59, tzinfo=UTC), "1", 34, "Fear"),
        (datetime(2026, 9, 8, tzinfo=UTC), "1", 34, "Fear"),
        (datetime(2026, 9, 7, 12, tzinfo=UTC), "2", 19, "A label nobody knew"),
    ],
)
def test_fear_and_greed_of_a_past_day(moment: datetime, start: str, index: int, label: str) -> None:
    query = Query(kind=FearGreed, as_of=moment)
    assert params(query, GREED) == {"start": start, "limit": "3"}
    (mood,) = read(KEYED, query, GREED, load("fear_greed_history"))
    assert (mood.index, mood.label) == (index, label)
    assert visible_at(mood, moment) is mood


def test_fear_and_greed_before_its_beginning_is_not_asked_for() -> None:
    assert not ways(FREE, Query(kind=FearGreed, as_of=datetime(2012, 1, 1, tzinfo=UTC)))


def test_the_season_is_of_ninety_days() -> None:
    (season,) = read(FREE, Query(kind=AltcoinSeason), "/latest", load("altcoin_latest"))
    assert (season.index, season.window_days) == (38, 90)
    assert not ways(FREE, Query(kind=AltcoinSeason, ids=(30,)))
    with pytest.raises(UpstreamBadAnswer):
        read(FREE, Query(kind=AltcoinSeason), "/latest", well({"altcoin_index": 101}))


def test_indices_now_and_at_a_moment() -> None:
    query = Query(kind=IndexValue)
    both = read(FREE, query, "/cmc100-latest", load("index_latest"), load("index_latest"))
    assert [(value.name, value.value, value.percent_change_24h) for value in both] == [
        ("cmc100", 171.25, -1.4),
        ("cmc20", 171.25, -1.4),
    ]
    past = Query(kind=IndexValue, ids=("cmc20",), as_of=datetime(2026, 9, 6, 18, tzinfo=UTC))
    (then,) = read(FREE, past, "/cmc20-historical", load("index_history"))
    assert (then.value, then.provenance.as_of, then.percent_change_24h) == (171, day(6), None)


def test_a_bare_date_is_not_taken_for_the_time_of_an_index() -> None:
    query = Query(kind=IndexValue, ids=("cmc100",))
    (value,) = read(FREE, query, "/cmc100-latest", well({"value": 171, "last_update": "2026-09-09"}))
    assert value.provenance.as_of == NOW


def test_fear_and_greed_over_time_is_oldest_first_and_without_broken_rows() -> None:
    query = Query(kind=MetricSeries, metric="fear_greed", start=day(7), end=day(9))
    (series,) = read(FREE, query, GREED, load("fear_greed_history"))
    assert [(point.at, point.value) for point in series.points] == [(day(7), 19), (day(8), 34)]
    assert (series.metric, series.entity, series.unit, series.granularity) == ("fear_greed", "market", "index", "1d")
    assert series.provenance.as_of == day(8)


def test_a_long_span_is_asked_for_in_pages() -> None:
    query = Query(kind=MetricSeries, metric="fear_greed", start=NOW - timedelta(days=1200))
    pages = [dict(request.params) for request in ask(FREE, query, GREED)[1]]
    assert pages == [
        {"start": "1", "limit": "500"},
        {"start": "501", "limit": "500"},
        {"start": "1001", "limit": "201"},
    ]


def test_a_moment_bounds_a_series_through_the_rule_of_one_clock() -> None:
    query = Query(kind=MetricSeries, metric="fear_greed", as_of=datetime(2026, 9, 8, 3, tzinfo=UTC))
    (series,) = read(FREE, query, GREED, load("fear_greed_history"))
    seen = visible_at(series, query.as_of or NOW)
    assert seen is not None
    assert [point.value for point in seen.points] == [19, 34]


@pytest.mark.parametrize(("days", "timeframe"), [(3, "7d"), (20, "30d"), (80, "90d"), (400, "90d")])
def test_the_season_over_time_is_asked_for_as_short_as_it_fits(days: int, timeframe: str) -> None:
    query = Query(kind=MetricSeries, metric="altcoin_season", start=NOW - timedelta(days=days))
    assert params(query, "/altcoin-season-index/historical") == {"timeframe": timeframe}


def test_a_span_that_ended_before_the_season_is_known_is_not_asked_for() -> None:
    query = Query(kind=MetricSeries, metric="altcoin_season", start=day(1), end=NOW - timedelta(days=91))
    assert not ways(FREE, query)


def test_dense_points_become_the_last_of_each_day_where_days_are_asked_for() -> None:
    points = [
        {"timestamp": f"2026-09-0{3 + hour // 24}T{hour % 24:02}:00:00Z", "altcoin_index": hour} for hour in range(48)
    ]
    query = Query(kind=MetricSeries, metric="altcoin_season", start=day(3))
    path = "/altcoin-season-index/historical"
    (hourly,) = read(FREE, query, path, well({"points": points}))
    assert (hourly.granularity, len(hourly.points)) == ("1h", 48)
    (daily,) = read(FREE, structs.replace(query, interval="1d"), path, well({"points": points}))
    assert (daily.granularity, [point.value for point in daily.points]) == ("1d", [23, 47])


def test_an_index_over_time_is_ten_points_at_most() -> None:
    query = Query(kind=MetricSeries, metric="cmc100", start=day(1) - timedelta(days=300))
    asked = params(query, "/cmc100-historical")
    assert (asked["count"], asked["interval"], asked["time_start"]) == ("10", "daily", "2026-08-30T00:00:00.000Z")
    (series,) = read(FREE, query, "/cmc100-historical", load("index_history"))
    assert [point.value for point in series.points] == [172, 171, 170.5]


def test_totals_over_time_need_a_key() -> None:
    query = Query(kind=MetricSeries, metric="total_volume", interval="1d", start=day(4), end=day(6))
    assert not ways(FREE, query)
    asked = params(query, HISTORY)
    assert (asked["interval"], asked["time_start"], asked["time_end"]) == (
        "daily",
        "2026-09-04T00:00:00.000Z",
        "2026-09-06T00:00:00.000Z",
    )
    (series,) = read(KEYED, query, HISTORY, load("global_history"))
    assert [point.value for point in series.points] == [80e9, 85e9, 86e9, 9]
    assert series.unit == "USD"


def test_dominance_over_time_is_in_percent() -> None:
    query = Query(kind=MetricSeries, metric="btc_dominance", interval="1h")
    (series,) = read(KEYED, query, HISTORY, load("global_history"))
    assert (series.unit, series.granularity, series.points[0].value) == ("percent", "1h", 56)


def test_a_coins_metrics_over_time_leave_out_what_is_unknown() -> None:
    query = Query(kind=MetricSeries, metric="market_cap", ids=(1,), start=day(6))
    (series,) = read(KEYED, query, "/cryptocurrency/quotes/historical", load("quotes_history"))
    assert (series.entity, series.unit) == ("1", "USD")
    assert [point.at for point in series.points] == [day(6), day(7) + timedelta(minutes=2), day(9)]
    supply = structs.replace(query, metric="circulating_supply")
    (coins,) = read(KEYED, supply, "/cryptocurrency/quotes/historical", load("quotes_history"))
    assert (coins.unit, [point.value for point in coins.points]) == ("BTC", [19900000, 19900000])


def test_history_costs_a_credit_for_a_hundred_points() -> None:
    query = Query(kind=MetricSeries, metric="price", ids=(1, 1027), start=NOW - timedelta(days=365))
    (request,) = ask(KEYED, query, "/cryptocurrency/quotes/historical")[1]
    assert dict(request.params)["count"] == "366"
    assert request.weight == 8  # 2 x 366 points


@pytest.mark.parametrize("metric", ["no_such_metric", None, "volume", ""])
def test_a_metric_it_does_not_have_is_not_asked_for(metric: str | None) -> None:
    assert not ways(KEYED, Query(kind=MetricSeries, metric=metric))
    assert not ways(KEYED, Query(kind=MetricSeries, metric=metric, ids=(1,)))

"""What readers are told of the columns, and to whom each is owed."""

from __future__ import annotations

import pytest
from msgspec import structs

from cryptodesk.catalog.metrics import MetricRecord, find_metric, load_metrics
from cryptodesk.core.research import ChartLink
from cryptodesk.market.records import Provenance
from cryptodesk.research.charting.columns import attribution, candle_columns, source_keys, value_columns
from cryptodesk.research.charting.lines import Line, field_line, metric_line
from tests.research.charting.fakes import NOW, bars, entity_of, points

OWED = (ChartLink("Somebody", "https://example.org/"),)
FORMATS = {"currency", "number", "percentage", "string"}
OF_TIME = {"", "mean", "sum", "last", "first", "max", "min"}
OF_GROUPS = {"", "sum", "mean", "count"}


def _metric(slug: str) -> MetricRecord:
    metric = find_metric(slug)
    assert metric is not None
    return metric


def _line(source: str, asset_id: int = 1) -> Line:
    return field_line(asset_id, bars(asset_id, [1.0, 2.0, 3.0], source=source), "close")


@pytest.mark.parametrize("metric", load_metrics(), ids=lambda metric: metric.slug)
@pytest.mark.parametrize("is_indexed", [True, False])
def test_every_metric_has_a_time_and_a_value_in_words_that_readers_know(metric: MetricRecord, is_indexed: bool) -> None:
    time, value = value_columns(metric, "USD", OWED, is_indexed=is_indexed)
    assert (time.slug, time.is_timestamp, value.is_timestamp) == ("time", True, False)
    assert value.format in FORMATS
    assert value.time_bucket_aggregate in OF_TIME
    assert value.group_aggregate in OF_GROUPS
    assert (value.subcategory, value.attribution) == (metric.dataset, OWED)
    assert value.description.endswith(".")


@pytest.mark.parametrize(
    ("slug", "unit", "expected", "in_words"),
    [
        ("price", "EUR", "currency", "in EUR"),
        ("funding_rate", "percent_per_day", "percentage", "12.5 means 12.5 %"),
        ("circulating_supply", "coins", "number", "Coins in circulation."),
        ("fear_greed", "index", "number", "Sentiment index"),
    ],
)
def test_the_format_and_the_unit_follow_the_metric(slug: str, unit: str, expected: str, in_words: str) -> None:
    _, value = value_columns(_metric(slug), unit, (), is_indexed=False)
    assert value.format == expected
    assert in_words in value.description


def test_an_index_has_its_own_name_and_is_no_money() -> None:
    _, value = value_columns(_metric("price"), "index", OWED, is_indexed=True)
    assert (value.slug, value.name, value.format) == ("indexed_price", "Indexed price", "number")
    assert "100" in value.description


def test_candles_have_six_columns_with_the_close_fifth() -> None:
    columns = candle_columns(_metric("price"), "USD", "USD", OWED)
    assert [column.slug for column in columns] == ["time", "open", "high", "low", "close", "volume"]
    assert [column.time_bucket_aggregate for column in columns] == ["", "first", "max", "min", "last", "sum"]
    assert {column.format for column in columns[1:]} == {"currency"}
    in_coins = candle_columns(_metric("price"), "USD", "", OWED)[5]
    assert (in_coins.format, in_coins.group_aggregate) == ("number", "")
    assert "coins" in in_coins.description


def test_one_asset_is_owed_to_its_own_page_and_several_to_the_sources() -> None:
    (own,) = attribution([_line("coinmarketcap")], [entity_of(1)])
    assert (own.name, own.link) == ("CoinMarketCap", "https://coinmarketcap.com/currencies/bitcoin/")
    (market,) = attribution([_line("binance_usdm")], [entity_of(1)])
    assert market.link.endswith("/futures/C1USD")
    both = attribution([_line("coinmarketcap"), _line("coinmarketcap", 1027)], [entity_of(1), entity_of(1027)])
    assert [one.link for one in both] == ["https://coinmarketcap.com/"]


def test_a_slug_of_our_own_space_makes_no_page_of_another_vendor() -> None:
    ours = structs.replace(entity_of(1), entity_id="1000000001")
    assert attribution([_line("coinmarketcap")], [ours])[0].link == "https://coinmarketcap.com/"


def test_a_computed_series_is_owed_to_all_it_rests_on() -> None:
    line = structs.replace(_line("x"), provenance=Provenance("binance_usdm × bitcoin_block_schedule", "computed", NOW))
    assert [one.name for one in attribution([line], [entity_of(1)])] == [
        "Binance USDⓈ-M Futures",
        "Bitcoin issuance rule",
    ]
    assert source_keys([line]) == ("series:binance_usdm:1", "series:bitcoin_block_schedule:1")


def test_a_series_of_the_whole_market_has_the_key_of_its_source_alone() -> None:
    market = metric_line("market", points("fear_greed", "market", [1, 2, 3]))
    assert source_keys([market, market]) == ("series:defillama",)

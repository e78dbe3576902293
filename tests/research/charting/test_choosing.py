"""From questions as they are asked to the charts that belong to them, and to none where one would add nothing."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from cryptodesk.catalog.metrics import find_metric
from cryptodesk.models.analyst.parser import parse
from cryptodesk.models.analyst.questions import AssetRef, Plan
from cryptodesk.research.charting import ChartSpec, choose_charts
from tests.models.analyst.desk import WORLD

NOW = datetime(2026, 11, 21, 9, tzinfo=UTC)
BTC, ETH, SOL = 1, 1027, 5426


def _asked(question: str) -> tuple[ChartSpec, ...]:
    return choose_charts([parse(question, WORLD, NOW.date())], NOW)


def _only(question: str) -> ChartSpec:
    (spec,) = _asked(question)
    return spec


def _days(spec: ChartSpec) -> int:
    assert spec.start is not None
    assert spec.end is not None
    return (spec.end - spec.start).days


@pytest.mark.parametrize(
    ("question", "metric", "entities", "kind", "days"),
    [
        ("bitcoin price", "price", (BTC,), None, 30),
        ("BTC", "price", (BTC,), None, 30),
        ("SOL last 90 days", "price", (SOL,), "candles", 90),
        ("highest price of ETH in 2024", "price", (ETH,), "candles", 366),
        ("how much did BTC change over the last 30 days", "price", (BTC,), "candles", 30),
        ("compare BTC and ETH over the last 90 days", "price", (BTC, ETH), None, 90),
        ("market cap of ETH", "market_cap", (ETH,), None, 90),
        ("volume of SOL over the last 60 days", "volume", (SOL,), None, 60),
        ("RSI of BTC", "price", (BTC,), "candles", 150),
        ("50 and 200 day moving averages of BTC", "price", (BTC,), "candles", 260),
        ("bitcoin dominance", "btc_dominance", ("market",), None, 180),
        ("fear & greed now", "fear_greed", ("market",), None, 90),
        ("altcoin season index", "altcoin_season", ("market",), None, 180),
        ("stablecoin supply", "stablecoin_supply", ("market",), None, 365),
        ("What is the funding rate of BTC?", "funding_rate", (BTC,), None, 90),
        ("open interest of ETH", "open_interest", (ETH,), None, 90),
        ("How volatile is SOL vs ETH?", "volatility", (SOL, ETH), None, 180),
        ("max drawdown of BTC in 2022", "drawdown", (BTC,), None, 365),
        ("total value locked in DeFi", "tvl", ("market",), None, 180),
        ("total crypto market cap", "total_market_cap", ("market",), None, 90),
        ("bitcoin ETF flows", "etf_assets", (BTC,), None, 180),
        ("correlation between BTC and ETH over the last 30 days", "price", (BTC, ETH), None, 30),
        ("why is BTC down today?", "price", (BTC,), "candles", 7),
    ],
)
def test_a_question_with_a_course_has_its_chart(
    question: str, metric: str, entities: tuple[int | str, ...], kind: str | None, days: int
) -> None:
    spec = _only(question)
    assert (spec.metric, spec.entities, spec.kind, _days(spec)) == (metric, entities, kind, days)
    assert spec.asked_at == NOW


@pytest.mark.parametrize(
    "question",
    [
        "what is restaking",
        "hello",
        "ETH gas",
        "my portfolio is 2 BTC and 3 ETH",
        "convert 2 btc to eth",
        "What is Solana?",
        "rank of BTC",
        "maximum supply of BTC",
        "top gainers today",
        "what is 15 % of 4200",
        "how correlated is BTC?",
        "long short ratio of BTC",
    ],
)
def test_a_question_without_a_course_has_none(question: str) -> None:
    assert _asked(question) == ()


def test_all_time_is_the_whole_record_up_to_the_question() -> None:
    for question in ("bitcoin all time chart", "ath of BTC"):
        spec = _only(question)
        assert (spec.start, spec.end, spec.kind) == (None, NOW, "candles")


def test_a_range_counted_back_rolls_and_one_of_dates_does_not() -> None:
    assert _only("SOL last 90 days").is_rolling
    dated = _only("highest price of ETH in 2024")
    assert not dated.is_rolling
    assert dated.end == datetime(2025, 1, 1, tzinfo=UTC)


def test_the_course_of_an_investment_begins_on_its_day() -> None:
    spec = _only("if I had invested $1000 in BTC on 2021-03-04, what would it be worth")
    assert (spec.metric, spec.start, spec.end) == ("price", datetime(2021, 3, 4, tzinfo=UTC), NOW)


def test_technical_analysis_keeps_its_interval() -> None:
    spec = _only("4h RSI of ETH")
    assert (spec.granularity, spec.end) == ("4h", NOW)
    assert spec.end - (spec.start or NOW) == timedelta(hours=4 * 150)


def test_the_currency_of_the_question_is_that_of_prices_only() -> None:
    assert _only("price of ETH in EUR").quote_currency == "EUR"
    assert _only("open interest of ETH").quote_currency == "USD"


def test_no_more_than_five_are_drawn_and_the_rest_is_said() -> None:
    assets = tuple(AssetRef(number, f"C{number}", f"Coin {number}", "") for number in range(1, 8))
    (spec,) = choose_charts([Plan("comparison", 0.9, assets)], NOW)
    assert spec.entities == (1, 2, 3, 4, 5)
    assert spec.notes == ("2 more of what was named is not drawn; a chart has room for 5.",)
    (other,) = choose_charts([Plan("comparison", 0.9, assets[:5], dropped_assets=1)], NOW)
    assert other.notes[0].startswith("1 more")


def test_assets_that_only_a_lookup_can_tell_are_not_drawn() -> None:
    unknown = AssetRef(None, "", "Quux", "quux")
    assert choose_charts([Plan("quote", 0.9, (unknown,), ("price",))], NOW) == ()


def test_several_plans_share_the_room_and_the_same_chart_comes_once() -> None:
    plans = [parse(text, WORLD, NOW.date()) for text in ("bitcoin price", "BTC", "ETH price", "SOL price")]
    specs = choose_charts(plans, NOW)
    assert [spec.entities for spec in specs] == [(BTC,), (ETH,)]
    assert len(choose_charts(plans, NOW, most=3)) == 3
    assert choose_charts(plans, NOW, most=0) == ()


def test_a_question_for_two_figures_has_two_charts() -> None:
    specs = _asked("price and volume of SOL")
    assert [spec.metric for spec in specs] == ["price", "volume"]


def test_a_doubtful_or_impossible_question_is_not_drawn() -> None:
    assert _asked("price of BTC from 2024-05-01 to 2024-01-01") == ()


@pytest.mark.parametrize(
    "question", ["bitcoin dominance", "TVL of Aave", "etf flows", "supply of ETH", "why is the market down"]
)
def test_what_is_chosen_is_in_the_catalogue(question: str) -> None:
    for spec in _asked(question):
        assert find_metric(spec.metric) is not None

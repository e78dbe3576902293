"""Charts in the exact shape that clients plot, from a feed of made-up records."""

from __future__ import annotations

import json
from datetime import datetime, timedelta, timezone
from itertools import pairwise

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.research import Chart, ChartEntity
from cryptodesk.market.metrics import MetricDesk
from cryptodesk.research.charting import ChartSpec, draw_charts
from tests.market.feeds.fakes import MemoryFeed
from tests.research.charting.fakes import DAY, NOW, START, bars, draw, feed_of, plotted, points, wire, zigzag

EAST = timezone(timedelta(hours=9))
FEED = feed_of(
    bars(1, zigzag(60)),
    bars(1027, zigzag(60, 4.0)),
    points("tvl", "aave", zigzag(60, 1e9)),
    points("btc_dominance", "market", zigzag(60, 50.0), unit="percent"),
    points("funding_rate", "1", zigzag(60, 0.01), unit="percent_per_day"),
)


def _spec(metric: str, *entities: int | str, days: int = 30, **options: object) -> ChartSpec:
    options = {"start": NOW - days * DAY, "end": NOW, "is_rolling": True, **options}
    return ChartSpec(metric=metric, entities=entities, asked_at=NOW, **options)  # type: ignore[arg-type]


async def _one(spec: ChartSpec, feed: MemoryFeed = FEED, as_of: datetime | None = None) -> Chart:
    drawn = await draw(feed, spec, as_of=as_of)
    assert drawn.gaps == ()
    (chart,) = drawn.charts
    return chart


async def test_a_price_of_candles_is_plotted_by_its_close() -> None:
    chart = await _one(_spec("price", 1, kind="candles"))
    assert (chart.kind, chart.dataset, chart.metric, chart.granularity) == ("candles", "prices", "price", "1d")
    found = plotted(wire(chart))
    assert found is not None
    assert [value for _, value in found] == zigzag(60)[30:]
    assert [at for at, _ in found][:2] == [(START + 30 * DAY).timestamp(), (START + 31 * DAY).timestamp()]
    assert (chart.start, chart.end) == (START + 30 * DAY, START + 59 * DAY)


@pytest.mark.parametrize(
    ("metric", "entity", "kind"),
    [
        ("price", 1, "line"),
        ("volume", 1, "histogram"),
        ("market_cap", 1, "area"),
        ("tvl", 7278, "area"),
        ("funding_rate", 1, "histogram"),
        ("drawdown", 1, "line"),
        ("btc_dominance", "market", "line"),
    ],
)
async def test_each_metric_is_drawn_in_its_kind_and_plotted(metric: str, entity: int | str, kind: str) -> None:
    chart = await _one(_spec(metric, entity))
    assert chart.kind == kind
    assert all(len(row) == len(chart.columns) for row in chart.series[0].rows)
    assert len(plotted(wire(chart)) or ()) == 30


async def test_the_wire_is_plain_json_of_numbers_in_seconds() -> None:
    chart = await _one(_spec("price", 1, 1027))
    sent = json.loads(json.dumps(wire(chart), allow_nan=False))
    for series in sent["metricTimeseries"]["series"]:
        times = [row[0] for row in series["points"]]
        assert all(isinstance(at, int) and 1e9 < at < 1e10 for at in times)
        assert all(after > before for before, after in pairwise(times))
    assert [one["entityId"] for one in sent["entities"]] == ["1", "1027"]
    assert [one["slug"] for one in sent["metricTimeseries"]["point_schema"]] == ["time", "indexed_price"]


async def test_two_prices_are_one_indexed_chart_owed_to_both_series() -> None:
    chart = await _one(_spec("price", 1, 1027))
    assert chart.is_indexed
    assert (chart.metric, chart.kind, chart.title) == (
        "indexed_price",
        "line",
        "Price of Bitcoin (BTC) and Ethereum (ETH), indexed to 100",
    )
    assert [series.rows[0][1] for series in chart.series] == [100, 100]
    assert [series.key for series in chart.series] == ["bitcoin", "ethereum"]
    assert chart.source_keys == ("series:binance:1", "series:binance:1027")
    assert [link.name for link in chart.columns[1].attribution] == ["Binance"]


async def test_a_project_is_asked_for_by_its_slug_and_drawn_under_its_own_name() -> None:
    chart = await _one(_spec("tvl", 7278))
    assert chart.title == "Total value locked of Aave"
    assert chart.entities == (ChartEntity("asset", "7278", "Aave", "aave", "AAVE"),)
    assert chart.source_keys == ("series:defillama:7278",)


async def test_the_whole_market_needs_nobody_to_name_it() -> None:
    chart = await _one(_spec("btc_dominance", "market"))
    assert (chart.title, chart.entities[0].entity_type) == ("Bitcoin dominance", "market")
    assert chart.source_keys == ("series:defillama",)


async def test_candles_of_two_assets_become_lines() -> None:
    assert (await _one(_spec("price", 1, 1027, kind="candles"))).kind == "line"
    assert (await _one(_spec("volume", 1, kind="candles"))).kind == "line"


async def test_charts_are_numbered_in_order_and_gaps_say_why() -> None:
    drawn = await draw(FEED, _spec("price", 9), _spec("price", 1), _spec("nonsense", 1), _spec("tvl", 7278))
    assert [(chart.chart_id, chart.metric) for chart in drawn.charts] == [(1, "price"), (2, "tvl")]
    assert drawn.gaps == (
        "no chart of price: Coin 9 (C9): no values of this range are at hand; nothing of the kind is stored",
        "no chart of 'nonsense': the catalogue has no such metric",
    )


@pytest.mark.parametrize(
    ("closes", "reason"),
    [([5.0, 6.0], "only 2 of the 3 values"), ([5.0] * 40, "did not change"), ([], "no values of this range")],
)
async def test_what_a_reader_would_drop_is_not_drawn(closes: list[float], reason: str) -> None:
    drawn = await draw(feed_of(bars(1, closes)), _spec("price", 1, days=59))
    assert drawn.charts == ()
    assert reason in drawn.gaps[0]


async def test_a_range_that_lies_ahead_or_a_chart_of_nothing_is_refused() -> None:
    ahead = _spec("price", 1, start=NOW + DAY, end=NOW + 9 * DAY, is_rolling=False)
    drawn = await draw(FEED, ahead, _spec("price"))
    assert drawn.charts == ()
    assert all("nothing was named, or no time that has been" in gap for gap in drawn.gaps)


async def test_nothing_is_drawn_after_the_moment_of_the_run() -> None:
    as_of = START + 40 * DAY + timedelta(hours=3)
    for spec in (_spec("price", 1, kind="candles"), _spec("tvl", 7278), _spec("price", 1, 1027)):
        chart = await _one(spec, as_of=as_of)
        assert chart.end == START + 39 * DAY
        assert len(chart.series[0].rows) == 30


async def test_the_whole_record_ends_at_the_question() -> None:
    chart = await _one(_spec("price", 1, start=None, kind="line"), feed_of(bars(1, zigzag(90)), now=NOW + 40 * DAY))
    assert chart.end == START + 59 * DAY
    assert chart.start == START


async def test_invented_data_are_said_to_be_invented() -> None:
    chart = await _one(_spec("price", 1), feed_of(bars(1, zigzag(60), mode="simulated", source="simulated_world")))
    assert chart.notes == ("Simulated: invented data, not a record of any market.",)
    assert chart.columns[1].attribution[0].name == "Simulated world (invented data)"


async def test_an_old_snapshot_says_how_old_and_a_past_range_only_what_it_is() -> None:
    feed = feed_of(bars(1, zigzag(60), START - 100 * DAY, mode="snapshot"))
    old = await _one(_spec("price", 1), feed)
    assert old.notes == ("Snapshot data up to 2025-11-26 00:00 UTC, 100 days before the question.",)
    past = await _one(_spec("price", 1, start=START - 90 * DAY, end=START - 60 * DAY, is_rolling=False), feed)
    assert past.notes == ("Snapshot data.",)


async def test_more_than_five_entities_are_not_asked_for() -> None:
    feed = feed_of(*(bars(number, zigzag(60)) for number in range(1, 9)))
    chart = await _one(_spec("price", *range(1, 9)), feed)
    assert len(chart.series) == 5


async def test_no_specs_give_no_charts() -> None:
    drawn = await draw_charts((), MetricDesk(FEED, FixedClock(NOW)), FEED, lambda _: pytest.fail("nobody is asked"))
    assert (drawn.charts, drawn.gaps) == ((), ())


async def test_moments_of_another_zone_are_the_same_moments() -> None:
    from_afar = _spec("price", 1, start=(NOW - 30 * DAY).astimezone(EAST), end=NOW.astimezone(EAST))
    assert (await _one(from_afar)).series == (await _one(_spec("price", 1))).series

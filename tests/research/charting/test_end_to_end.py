"""From questions to charts over the record that ships with the product and over the simulated world."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import NamedTuple

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.research import Chart, ChartEntity
from cryptodesk.market.feeds.layered import LayeredFeed
from cryptodesk.market.feeds.simulated import SimulatedFeed
from cryptodesk.market.feeds.stored import StoredFeed
from cryptodesk.market.identity.directory import AssetDirectory, load_directory_assets
from cryptodesk.market.metrics import MetricDesk
from cryptodesk.market.migrations import COMPONENT, MIGRATIONS
from cryptodesk.market.query import Feed
from cryptodesk.market.simulation.world import SimulatedWorld
from cryptodesk.market.unpack import ensure_snapshot
from cryptodesk.models.analyst.parser import parse
from cryptodesk.research.charting import ChartSpec, DrawnCharts, choose_charts, draw_charts
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.models.analyst.desk import WORLD
from tests.research.charting.fakes import plotted, wire

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
SNAPSHOT_ENDS = datetime(2026, 9, 10, tzinfo=UTC)
DAY = timedelta(days=1)


class Desk(NamedTuple):
    """A feed with what goes with it."""

    feed: Feed
    metrics: MetricDesk
    directory: AssetDirectory

    def entity_of(self, entity: int | str) -> ChartEntity:
        asset = self.directory.by_id(int(entity))
        assert asset is not None
        return ChartEntity("asset", str(entity), asset.name, asset.slug, asset.symbol)

    async def draw(self, *specs: ChartSpec, as_of: datetime | None = None) -> DrawnCharts:
        return await draw_charts(specs, self.metrics, self.feed, self.entity_of, as_of)

    async def ask(self, question: str, as_of: datetime | None = None) -> DrawnCharts:
        now = as_of or NOW
        return await self.draw(*choose_charts([parse(question, WORLD, now.date())], now), as_of=as_of)


@pytest.fixture(scope="module")
def snapshot(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    path = tmp_path_factory.mktemp("charts") / "desk.db"
    apply_migrations(path, COMPONENT, MIGRATIONS)
    with SqliteDatabase(path) as database:
        asyncio.run(ensure_snapshot(database))
        clock = FixedClock(NOW)
        feed = LayeredFeed(None, StoredFeed(database, load_directory_assets()), clock)
        yield Desk(feed, MetricDesk(feed, clock), AssetDirectory())


@pytest.fixture(scope="module")
def simulated() -> Desk:
    clock = FixedClock(NOW)
    world = SimulatedWorld(1, load_directory_assets(), 200)
    feed = SimulatedFeed(world, clock)
    return Desk(feed, MetricDesk(feed, clock), AssetDirectory(world.assets_at(NOW)))


def _is_plotted(chart: Chart) -> bool:
    found = plotted(wire(chart))
    if found is None or not chart.source_keys or not chart.columns[1].attribution:
        return False
    in_order = all(after[0] > before[0] for before, after in pairwise(found))
    return in_order and chart.start.timestamp() == min(row.rows[0][0] or 0 for row in chart.series)


@pytest.mark.parametrize(
    ("question", "kind", "rows"),
    [
        ("bitcoin price", "line", 30),
        ("SOL last 90 days", "candles", 90),
        ("highest price of ETH in 2024", "candles", 366),
        ("volume of BTC over the last 60 days", "histogram", 60),
        ("RSI of BTC", "candles", 150),
        ("What is the funding rate of BTC?", "histogram", 90),
        ("How volatile is SOL vs ETH?", "line", 180),
        ("max drawdown of BTC in 2022", "line", 365),
        ("market cap of BTC", "area", 90),
        ("compare BTC and ETH over the last year", "line", 365),
        ("why is BTC down today?", "candles", 7),
    ],
)
async def test_the_shipped_record_gives_charts_that_clients_plot(
    snapshot: Desk, question: str, kind: str, rows: int
) -> None:
    drawn = await snapshot.ask(question)
    assert drawn.gaps == ()
    (chart,) = drawn.charts
    assert _is_plotted(chart)
    assert (chart.kind, [len(series.rows) for series in chart.series]) == (kind, [rows] * len(chart.series))
    assert chart.source_keys[0].startswith("series:binance_usdm:")
    assert chart.end < SNAPSHOT_ENDS


async def test_the_close_of_a_known_day_is_the_one_on_record(snapshot: Desk) -> None:
    (chart,) = (await snapshot.ask("price of BTC on 2024-08-05")).charts
    day = datetime(2024, 8, 5, tzinfo=UTC).timestamp()
    assert dict(plotted(wire(chart)) or ())[day] == 54003.1


async def test_a_snapshot_says_its_age_and_whom_it_is_owed_to(snapshot: Desk) -> None:
    (chart,) = (await snapshot.ask("SOL last 90 days")).charts
    assert chart.notes == ("Snapshot data up to 2026-09-10 00:00 UTC, 73 days before the question.",)
    (link,) = chart.columns[4].attribution
    assert (link.name, link.link) == ("Binance USDⓈ-M Futures", "https://www.binance.com/en/futures/SOLUSDT")


async def test_the_whole_record_is_drawn_by_weeks_or_thinned(snapshot: Desk) -> None:
    (candles,) = (await snapshot.ask("bitcoin all time chart")).charts
    assert (candles.granularity, candles.kind) == ("1w", "candles")
    assert 250 < len(candles.series[0].rows) <= 400
    line = ChartSpec(metric="price", entities=(1,), asked_at=NOW, end=NOW, kind="line")
    (thin,) = (await snapshot.draw(line)).charts
    assert len(thin.series[0].rows) == 400
    assert any(note.startswith("Downsampled") for note in thin.notes)
    weekly = {row[0]: (row[3] or 0, row[2] or 0) for row in candles.series[0].rows}
    pairs = [(weekly.get(_monday(at)), value) for at, value in plotted(wire(thin)) or ()]
    inside = [low_high[0] <= value <= low_high[1] for low_high, value in pairs if low_high is not None]
    assert len(inside) > 350
    assert all(inside)


def _monday(at: float) -> int:
    return int(at - (at - 4 * 86_400) % (7 * 86_400))


async def test_a_candle_of_a_week_is_made_of_its_days(snapshot: Desk) -> None:
    start, end = datetime(2024, 1, 1, tzinfo=UTC), datetime(2024, 3, 11, tzinfo=UTC)
    specs = [
        ChartSpec(
            metric="price", entities=(1,), asked_at=NOW, start=start, end=end, kind="candles", granularity=granularity
        )
        for granularity in ("1d", "1w")
    ]  # fmt: skip
    days, weeks = (await snapshot.draw(*specs)).charts
    for place, week in enumerate(weeks.series[0].rows):
        inside = days.series[0].rows[place * 7 : place * 7 + 7]
        assert week[:2] == inside[0][:2]
        assert week[2:5] == (max(day[2] or 0 for day in inside), min(day[3] or 0 for day in inside), inside[-1][4])
        assert week[5] == pytest.approx(sum(day[5] or 0 for day in inside))
    assert len(weeks.series[0].rows) == 10


async def test_a_question_about_the_past_sees_no_later_day(snapshot: Desk) -> None:
    as_of = datetime(2025, 3, 14, 15, tzinfo=UTC)
    for question in (
        "bitcoin price",
        "compare BTC and ETH over the last 90 days",
        "funding rate of BTC",
        "BTC all time chart",
    ):
        (chart,) = (await snapshot.ask(question, as_of)).charts
        assert chart.end + DAY <= as_of
        assert as_of - chart.end < 14 * DAY


@pytest.mark.parametrize(
    ("question", "kind", "rows"),
    [
        ("bitcoin price", "line", 30),
        ("SOL last 90 days", "candles", 90),
        ("BTC price over the last 24 hours", "candles", 96),
        ("4h RSI of ETH", "candles", 150),
        ("fear & greed now", "line", 90),
        ("bitcoin dominance", "line", 180),
        ("stablecoin supply", "area", 365),
        ("total crypto market cap", "area", 90),
        ("total value locked in DeFi", "area", 180),
        ("TVL of UNI", "area", 180),
        ("open interest of ETH", "area", 90),
        ("circulating supply of ADA", "area", 365),
        ("altcoin season index", "line", 180),
        ("compare BTC and ETH over the last year", "line", 365),
    ],
)
async def test_the_simulated_world_gives_charts_that_clients_plot(
    simulated: Desk, question: str, kind: str, rows: int
) -> None:
    drawn = await simulated.ask(question)
    assert drawn.gaps == ()
    (chart,) = drawn.charts
    assert _is_plotted(chart)
    assert (chart.kind, [len(series.rows) for series in chart.series]) == (kind, [rows] * len(chart.series))
    assert chart.notes[-1] == "Simulated: invented data, not a record of any market."


async def test_what_nobody_has_is_a_gap_in_words(snapshot: Desk) -> None:
    drawn = await snapshot.ask("bitcoin dominance")
    assert drawn.charts == ()
    assert drawn.gaps[0].startswith("no chart of bitcoin dominance: Crypto market: no values of this range are at hand")

"""Metrics over time hold the numbers of the moment."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import timedelta

import pytest

from cryptodesk.market.records import MetricSeries
from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of, moment_of
from cryptodesk.market.simulation.series import METRICS, UnknownEntity
from tests.market.simulation.worlds import MINUTE, MOMENT, world

ENTITIES: dict[str, int | str] = {
    "gas_base_fee": "ethereum",
    "exchange_reserves": 2_000_000_001,
    "tvl": "market",
    "stablecoin_supply": "market",
}


def _find(slug: str, entity: int | str | None, days: int, granularity: str = "1d", now: int = MINUTE) -> MetricSeries:
    book = world().series
    found = book.find(slug, entity, book.span(now - days * DAY_MINUTES, None, now, granularity))
    assert found is not None
    return found


def _entity(slug: str) -> int | str | None:
    return None if METRICS[slug].of == "market" else ENTITIES.get(slug, 1)


@pytest.mark.parametrize("slug", METRICS)
@pytest.mark.parametrize(("granularity", "days", "step"), [("1d", 40, 1), ("1w", 100, 7)])
def test_points_lie_on_the_grid_and_nothing_is_later_than_now(
    slug: str, granularity: str, days: int, step: int
) -> None:
    series = _find(slug, _entity(slug), days, granularity)
    times = [point.at for point in series.points]

    assert len(times) >= days // step - 1
    assert all(later - earlier == timedelta(days=step) for earlier, later in itertools.pairwise(times))
    assert all(time.hour == time.minute == 0 for time in times)
    if step == 7:
        assert times[0].weekday() == 0
    ends = timedelta(days=step) if METRICS[slug].is_sum else timedelta(0)
    assert times[-1] + ends <= MOMENT
    assert series.provenance.as_of == times[-1] + ends
    assert (series.metric, series.granularity, series.unit) == (slug, granularity, METRICS[slug].unit)


@pytest.mark.parametrize("slug", METRICS)
def test_a_series_asked_for_later_holds_what_was_known_before(slug: str) -> None:
    """No value changes once it is known."""
    early = _find(slug, _entity(slug), 30)
    late = _find(slug, _entity(slug), 40, now=MINUTE + 10 * DAY_MINUTES)

    assert late.points[: len(early.points)] == early.points


def _value(slug: str) -> Callable[[int], float]:
    here = world()
    readers: dict[str, Callable[[int], float | None]] = {
        "price": lambda minute: here.market.price(0, minute),
        "market_cap": lambda minute: here.market.cap(0, minute),
        "total_market_cap": lambda minute: here.totals.at(minute).cap,
        "btc_dominance": lambda minute: here.overview.global_metrics(minute).btc_dominance,
        "fear_greed": lambda minute: here.overview.fear_greed(minute).index,
        "altcoin_season": lambda minute: here.totals.season_at(minute, 90),
        "tvl": lambda minute: sum(row.tvl_usd or 0 for row in here.defi.chain_rows(minute)),
        "stablecoin_supply": lambda minute: sum(
            (row.circulating or 0) * (row.price or 0) for row in here.defi.stablecoin_rows(minute)
        ),
        "open_interest": lambda minute: here.derivatives.open_interest(0, minute),
        "eth_dominance": lambda minute: here.overview.global_metrics(minute).eth_dominance,
        "circulating_supply": lambda minute: here.market.supply(0, minute),
        "gas_base_fee": lambda minute: here.overview.gas("ethereum", minute).base_fee_gwei,
    }

    def read(minute: int) -> float:
        value = readers[slug](minute)
        assert value is not None
        return float(value)

    return read


@pytest.mark.parametrize(
    "slug",
    [
        "price",
        "market_cap",
        "total_market_cap",
        "btc_dominance",
        "fear_greed",
        "altcoin_season",
        "tvl",
        "stablecoin_supply",
        "open_interest",
        "eth_dominance",
        "circulating_supply",
        "gas_base_fee",
    ],
)
@pytest.mark.parametrize("granularity", ["1d", "1h"])
def test_a_point_is_the_value_of_its_moment(slug: str, granularity: str) -> None:
    series = _find(slug, _entity(slug), 2, granularity)
    read = _value(slug)

    for point in series.points[::7]:
        assert point.value == pytest.approx(read(minute_of(point.at)))


def test_volume_is_what_the_bars_traded() -> None:
    market = world().market
    points = _find("volume", 1, 20).points
    bars = market.candles.between(market.track(0), "1d", minute_of(points[0].at), MINUTE)

    assert [point.value for point in points] == [bar.quote_volume for bar in bars]
    weeks = _find("volume", 1, 60, "1w").points
    week = market.candles.between(market.track(0), "1w", minute_of(weeks[0].at), minute_of(weeks[1].at))
    assert weeks[0].value == pytest.approx(week[0].quote_volume)


def test_total_volume_of_a_day_is_that_of_the_last_24_hours_at_its_end() -> None:
    for point in _find("total_volume", None, 10).points:
        end = minute_of(point.at) + DAY_MINUTES
        assert point.value == pytest.approx(world().totals.at(end).volume, rel=0.02)


def test_liquidations_and_funds_and_reserves_are_those_of_their_rows() -> None:
    book, overview = world().derivatives, world().overview
    for point in _find("liquidations", 1, 5).points:
        assert point.value == pytest.approx(sum(book.liquidated_on(0, minute_of(point.at) // DAY_MINUTES)))
    market = _find("liquidations", "market", 5).points
    assert market[0].value == pytest.approx(sum(book.liquidated_on(None, minute_of(market[0].at) // DAY_MINUTES)))
    fund = overview.etf(1, minute_of(_find("etf_assets", 1, 5).points[-1].at))
    assert fund is not None
    assert _find("etf_assets", 1, 5).points[-1].value == fund.assets_usd
    wallets = world().exchanges.reserves(0, minute_of(_find("exchange_reserves", 2_000_000_001, 5).points[-1].at))
    assert wallets is not None
    assert _find("exchange_reserves", 2_000_000_001, 5).points[-1].value == wallets.total_usd


def test_one_chain_one_protocol_and_one_stablecoin_have_series_of_their_own() -> None:
    chain = _find("tvl", "ethereum", 3).points[-1]
    protocol = world().defi.protocol_rows(minute_of(chain.at))[0]

    assert chain.value == pytest.approx(world().defi.tvl_on("ethereum", minute_of(chain.at)))
    assert _find("tvl", protocol.slug, 3).points[-1].value == protocol.tvl_usd
    assert _find("stablecoin_supply", "tether", 3).points[-1].value == world().market.supply(
        world().market.place_of[825], minute_of(chain.at)
    )


def test_prices_before_a_redenomination_are_restated_when_asked_for_after_it() -> None:
    here = world(size=2_000)
    coin = next(
        coin
        for coin in here.market.coins
        if coin.redenomination and coin.redenomination.day + 30 < min(coin.ends, 12_000)
    )
    assert coin.redenomination is not None
    day = coin.redenomination.day
    span = here.series.span((day - 20) * DAY_MINUTES, None, (day + 20) * DAY_MINUTES, "1d")

    series = here.series.find("price", coin.asset.asset_id, span)

    assert series is not None
    steps = [after.value / before.value for before, after in zip(series.points, series.points[1:], strict=False)]
    assert max(steps) < 5


@pytest.mark.parametrize(
    ("slug", "entity", "message"),
    [
        ("price", 4_000_000_000, "no coin 4000000000"),
        ("price", "ethereum:0x00", "no token"),
        ("price", None, "needs to be told of what"),
        ("btc_dominance", 1, "of the whole market"),
        ("tvl", "no-such-chain", "no chain or protocol"),
        ("stablecoin_supply", "bitcoin", "no stablecoin"),
        ("gas_base_fee", "bitcoin", "no gas of"),
        ("exchange_reserves", "7", "no exchange"),
    ],
)
def test_what_a_metric_is_not_of_is_named(slug: str, entity: int | str | None, message: str) -> None:
    book = world().series
    with pytest.raises(UnknownEntity, match=message):
        book.find(slug, entity, book.span(None, None, MINUTE, "1d"))


def test_too_many_points_are_refused_rather_than_late() -> None:
    book = world().series
    with pytest.raises(ValueError, match="at most 240"):
        book.find("total_market_cap", None, book.span(MINUTE - 100 * DAY_MINUTES, None, MINUTE, "1h"))
    with pytest.raises(ValueError, match="by the day and the week"):
        book.find("total_volume", None, book.span(MINUTE - DAY_MINUTES, None, MINUTE, "1h"))


def test_an_empty_span_has_no_series() -> None:
    book = world().series
    assert book.find("price", 1, book.span(MINUTE, MINUTE - 5_000, MINUTE, "1d")) is None
    assert book.find("price", 1, book.span(MINUTE + 5_000, None, MINUTE, "1d")) is None
    coin = max(world().market.coins, key=lambda coin: coin.born)
    assert book.find("price", coin.asset.asset_id, book.span(None, None, MINUTE, "1d")) is None


def test_intervals_fall_on_the_granularities_that_are_kept() -> None:
    book = world().series
    assert [book.granularity(interval) for interval in (None, "5m", "4h", "1d", "1w")] == ["1d", "1h", "1h", "1d", "1w"]
    assert moment_of(book.span(None, None, MINUTE, "1d").end) == MOMENT + timedelta(minutes=1)


def test_a_day_of_funding_is_what_its_three_settlements_were() -> None:
    series, book = _find("funding_rate", 1, 3), world().derivatives
    for point in series.points:
        start = minute_of(point.at)
        settled = [book.funding_pct_8h(0, start + hours * 60) for hours in (8, 16, 24)]
        assert point.value == pytest.approx(sum(settled))

"""The simulated world as a feed: every kind of record, of any moment, labelled, and nothing ahead of its time."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cryptodesk.core.clock import FixedClock
from cryptodesk.market import records
from cryptodesk.market.feeds.simulated import MOST_BARS, SimulatedFeed
from cryptodesk.market.query import Found, Query, answers, entity_of
from cryptodesk.market.records import (
    INTERVALS,
    AltcoinSeason,
    CandleSeries,
    CategoryListing,
    ChainTvl,
    CoinListing,
    DerivativesMarket,
    ExchangeListing,
    FundraisingRound,
    GasPrice,
    GlobalMetrics,
    Holders,
    Liquidations,
    MacroEvent,
    MetricSeries,
    NftListing,
    Profile,
    TokenListing,
    TokenPools,
    TokenSecurity,
    TrendingAsset,
    UnlockSchedule,
)
from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.series import METRICS
from cryptodesk.market.visibility import visible_at

NOW = datetime(2026, 3, 11, 15, 27, 31, tzinfo=UTC)
LATER = datetime(2031, 7, 1, tzinfo=UTC)


@cache
def _world() -> SimulatedWorld:
    return SimulatedWorld(7, size=400)


def _feed(now: datetime = NOW) -> SimulatedFeed:
    return SimulatedFeed(_world(), FixedClock(now))


def _query(kind: type[Any], **fields: Any) -> Query[Any]:
    if kind is MetricSeries:
        fields = {"metric": "price", "ids": (1, 1027), "start": NOW - timedelta(days=50), **fields}
    if kind is CandleSeries:
        fields = {"ids": (1, 1027, 825), "start": NOW - timedelta(days=50), **fields}
    return Query(kind=kind, **fields)


KINDS = _feed().kinds


def test_every_kind_of_record_is_served() -> None:
    fields = {name: getattr(getattr(records, name), "__struct_fields__", ()) for name in records.__all__}
    # A figure is a part of a quote, which is computed from records.
    kinds = {name for name, own in fields.items() if "provenance" in own} - {"Figure"}

    assert {kind.__name__ for kind in KINDS} == kinds


@pytest.mark.parametrize("kind", KINDS)
async def test_each_record_says_that_it_is_simulated_and_is_known_at_the_moment(kind: type[Any]) -> None:
    found = await _feed().find(_query(kind))

    assert found.records
    assert found.unavailable == ()
    for record in found.records:
        assert isinstance(record, kind)
        assert (record.provenance.source, record.provenance.mode) == ("simulated_world", "simulated")
        assert "seed 7" in (record.provenance.note or "")
        assert visible_at(record, NOW) == record
    keys = [(record.key, record.provenance.as_of) for record in found.records]
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("kind", KINDS)
async def test_what_is_asked_of_a_moment_later_is_what_was_known_then(kind: type[Any]) -> None:
    then = await _feed(NOW).find(_query(kind))
    later = await _feed(LATER).find(_query(kind, as_of=NOW))

    assert later == then


@pytest.mark.parametrize("kind", KINDS)
async def test_a_record_is_found_again_by_its_entity(kind: type[Any]) -> None:
    first = (await _feed().find(_query(kind))).records[0]
    again = await _feed().find(_query(kind, ids=(entity_of(first),)))

    assert again.unavailable == ()
    assert again.records
    assert all(answers(record, entity_of(first)) for record in again.records)
    assert first.key in {record.key for record in again.records}


@pytest.mark.parametrize("kind", KINDS)
async def test_an_unknown_id_is_named_and_the_others_are_found(kind: type[Any]) -> None:
    known = entity_of((await _feed().find(_query(kind))).records[0])
    found = await _feed().find(_query(kind, ids=("no-such-thing", known, 4_123_456_789)))

    assert {gap.field for gap in found.unavailable} >= {"no-such-thing", "4123456789"}
    assert all(gap.source == "simulated_world" and gap.reason for gap in found.unavailable)
    assert found.records
    assert all(answers(record, known) for record in found.records)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind not in {MetricSeries, GlobalMetrics}])
async def test_a_limit_keeps_the_first_ones(kind: type[Any]) -> None:
    every = await _feed().find(Query(kind=kind, limit=40, interval="1w"))
    few = await _feed().find(Query(kind=kind, limit=2, interval="1w"))

    assert few.records == every.records[:2]
    assert len(every.records) <= 40


async def test_records_come_in_the_order_of_the_ids() -> None:
    found = await _feed().find(Query(kind=CoinListing, ids=(1027, "825", 1)))

    assert [record.asset_id for record in found.records] == [1027, 825, 1]


async def test_now_is_the_clocks_and_as_of_another() -> None:
    feed = _feed()
    now = (await feed.find(Query(kind=CoinListing, ids=(1,)))).records[0]
    before = (await feed.find(Query(kind=CoinListing, ids=(1,), as_of=NOW - timedelta(days=9)))).records[0]

    assert now.provenance.as_of == NOW.replace(second=0)
    assert before.provenance.as_of == NOW.replace(second=0) - timedelta(days=9)
    assert now.price != before.price


async def test_a_coin_is_not_there_before_its_birth_nor_after_its_end() -> None:
    coin = next(coin for coin in _world().market.coins if 3_000 < coin.ends < 8_000)
    born, ends = _world().lives(coin.asset.asset_id)
    assert ends is not None
    ids = (coin.asset.asset_id,)
    feed = _feed()
    for kind in (CoinListing, Profile, Holders):
        for moment, is_there in ((born - timedelta(minutes=1), False), (born, True), (ends, False)):
            found = await feed.find(Query(kind=kind, ids=ids, as_of=moment))
            assert bool(found.records) is is_there, (kind, moment)
            assert bool(found.unavailable) is not is_there


async def test_candles_of_a_delisted_coin_are_still_its_history() -> None:
    coin = next(coin for coin in _world().market.coins if 3_000 < coin.ends < 5_000)
    _, ends = _world().lives(coin.asset.asset_id)

    series = (await _feed().find(Query(kind=CandleSeries, ids=(coin.asset.asset_id,)))).records[0]

    assert series.candles[-1].opened_at + timedelta(days=1) == ends == series.provenance.as_of


@pytest.mark.parametrize("interval", INTERVALS)
async def test_candles_are_complete_in_order_and_within_the_span(interval: Any) -> None:
    start, end = NOW - timedelta(days=20), NOW - timedelta(days=3, hours=2)
    found = await _feed().find(Query(kind=CandleSeries, ids=(1,), interval=interval, start=start, end=end))
    series = found.records[0]
    opened = [candle.opened_at for candle in series.candles]

    assert opened
    assert all(start <= moment < end for moment in opened)
    assert all(moment.timestamp() % min(INTERVALS[interval].total_seconds(), 86_400) == 0 for moment in opened)
    assert [later - earlier for earlier, later in itertools.pairwise(opened)] == [INTERVALS[interval]] * (
        len(opened) - 1
    )
    assert end - opened[-1] <= INTERVALS[interval]
    assert series.provenance.as_of == opened[-1] + INTERVALS[interval]
    assert series.interval == interval


async def test_no_unfinished_bar_is_given() -> None:
    for interval, length in INTERVALS.items():
        series = (await _feed().find(_query(CandleSeries, ids=(1,), interval=interval))).records[0]
        assert series.candles[-1].opened_at + length <= NOW
        assert series.candles[-1].opened_at + 2 * length > NOW


async def test_an_empty_or_reversed_or_future_span_is_a_series_without_bars() -> None:
    day = timedelta(days=1)
    for start, end in ((NOW, NOW - 30 * day), (NOW + 9 * day, None), (NOW - 3 * day, NOW - 3 * day)):
        found = await _feed().find(Query(kind=CandleSeries, ids=(1,), start=start, end=end))
        assert found.records[0].candles == ()
        assert found.records[0].provenance.as_of <= NOW


async def test_a_contract_has_the_bars_of_its_coin_under_its_own_id() -> None:
    feed = _feed()
    tokens = (await feed.find(Query(kind=TokenListing))).records
    token = next(row for row in tokens if row.coin_asset_id == 1975)
    launch = next(row for row in tokens if row.coin_asset_id is None)
    start = NOW - timedelta(days=9)

    of_token = (await feed.find(Query(kind=CandleSeries, ids=(token.asset_id, launch.asset_id), start=start))).records
    of_coin = (await feed.find(Query(kind=CandleSeries, ids=(1975,), start=start))).records[0]

    assert [series.asset_id for series in of_token] == [token.asset_id, launch.asset_id]
    assert of_token[0].candles == of_coin.candles
    assert of_coin.asset_id == 1975


async def test_a_record_began_with_its_first_bar() -> None:
    for interval in INTERVALS:
        coin = next(coin for coin in _world().market.coins if coin.born > 2_000)
        born, _ = _world().lives(coin.asset.asset_id)
        found = await _feed(born + timedelta(days=30)).find(
            Query(kind=CandleSeries, ids=(coin.asset.asset_id,), interval=interval)
        )
        series = found.records[0]
        assert series.record_began_at == series.candles[0].opened_at
        assert series.record_began_at <= born


async def test_five_minute_bars_of_years_are_cut_and_said_to_be() -> None:
    found = await _feed().find(Query(kind=CandleSeries, ids=(1,), interval="5m", start=NOW - timedelta(days=180)))

    assert len(found.records[0].candles) == MOST_BARS
    assert found.unavailable[0].field == "1"
    assert "only the last 50,000 bars" in found.unavailable[0].reason


async def test_a_platform_narrows_lists_by_any_of_its_names() -> None:
    for kind in (TokenListing, NftListing, CoinListing):
        found = await _feed().find(Query(kind=kind, platform="sol", limit=20))
        assert found.records
        assert {record.platform for record in found.records} == {"solana"}
    pools = await _feed().find(Query(kind=TokenPools, platform="base", limit=3))
    assert [record.asset_id.partition(":")[0] for record in pools.records] == ["base"] * 3
    unknown = await _feed().find(Query(kind=TokenListing, platform="narnia"))
    assert unknown.unavailable[0].reason == "no chain is called 'narnia'"


@pytest.mark.parametrize("asset_class", ["coin", "onchain_token", "exchange", "category", "nft"])
async def test_profiles_of_each_class(asset_class: Any) -> None:
    found = await _feed().find(Query(kind=Profile, asset_class=asset_class, limit=5))
    ids = tuple(record.asset_id for record in found.records)
    again = await _feed().find(Query(kind=Profile, asset_class=asset_class, ids=ids))

    assert len(found.records) == 5
    assert {record.asset_class for record in found.records} == {asset_class}
    assert again.records == found.records


@pytest.mark.parametrize("metric", METRICS)
async def test_every_metric_is_served(metric: str) -> None:
    ids: dict[str, tuple[int | str, ...]] = {"exchange_reserves": (2_000_000_001,), "etf_assets": (1,)}
    asked = ids.get(metric, (1,) if METRICS[metric].of == "asset" else None)
    found = await _feed().find(Query(kind=MetricSeries, metric=metric, ids=asked, start=NOW - timedelta(days=20)))

    assert found.unavailable == ()
    assert [series.metric for series in found.records] == [metric]
    assert len(found.records[0].points) >= 19


async def test_an_unknown_metric_is_answered_with_those_there_are() -> None:
    found = await _feed().find(Query(kind=MetricSeries, metric="happiness", ids=(1,)))

    assert found.records == ()
    assert "no metric 'happiness'" in found.unavailable[0].reason
    assert "funding_rate" in found.unavailable[0].reason


async def test_refusals_say_why() -> None:
    feed = _feed()
    cases: list[tuple[Query[Any], str]] = [
        (Query(kind=CoinListing, quote_currency="EUR"), "quotes in USD only, not in 'EUR'"),
        (Query(kind=CoinListing, limit=0), "a limit is at least 1, got 0"),
        (Query(kind=CoinListing, as_of=datetime(2009, 1, 3, tzinfo=UTC)), "from 2013-01-01 to 2045-01-01 only"),
        (Query(kind=CoinListing, as_of=datetime(2050, 1, 3, tzinfo=UTC)), "from 2013-01-01 to 2045-01-01 only"),
        (Query(kind=records.Quote), "has no Quote"),
    ]
    for query, reason in cases:
        found: Found[Any] = await feed.find(query)
        assert found.records == ()
        assert reason in found.unavailable[0].reason


@pytest.mark.parametrize("asked", ["²", "9" * 5_000, "-1", "", " 1", "1e3", "١", "0x1", "\x00", "ethereum:" * 900])
@pytest.mark.parametrize("kind", KINDS)
async def test_ids_that_look_like_numbers_and_are_none_are_unknown(kind: type[Any], asked: str) -> None:
    found = await _feed().find(_query(kind, ids=(asked,)))

    assert found.records == ()
    assert len(found.unavailable) == 1
    assert len(found.unavailable[0].field or "") <= 80


async def test_the_altcoin_season_is_known_over_several_windows() -> None:
    found = await _feed().find(Query(kind=AltcoinSeason, ids=(30, "90", 31)))

    assert [record.window_days for record in found.records] == [30, 90]
    assert found.unavailable[0].field == "31"


async def test_spans_cut_raises_unlocks_and_the_calendar() -> None:
    start, end = NOW - timedelta(days=200), NOW + timedelta(days=60)
    raises = (await _feed().find(Query(kind=FundraisingRound, start=start, end=end))).records
    unlocks = (await _feed().find(Query(kind=UnlockSchedule, start=NOW, end=end))).records
    events = (await _feed().find(Query(kind=MacroEvent, start=start, end=end))).records

    assert raises
    assert unlocks
    assert events
    assert all(start <= record.announced_at <= NOW for record in raises)
    assert all(NOW <= unlock.unlock_at < end for record in unlocks for unlock in record.unlocks)
    assert all(start <= record.happens_at < end for record in events)


async def test_short_lists_and_single_coins_have_their_extremes_and_long_ones_do_not() -> None:
    short = (await _feed().find(Query(kind=CoinListing, limit=3))).records
    single = (await _feed().find(Query(kind=CoinListing, ids=(short[2].asset_id,)))).records
    long = (await _feed().find(Query(kind=CoinListing))).records

    assert all(record.ath is not None and record.low_24h is not None for record in short)
    assert single == (short[2],)
    assert all(record.ath is None for record in long)
    assert [record.asset_id for record in long[:3]] == [record.asset_id for record in short]


async def test_parts_of_the_market_agree_across_kinds() -> None:
    feed = _feed()
    market = (await feed.find(Query(kind=GlobalMetrics))).records[0]
    exchanges = (await feed.find(Query(kind=ExchangeListing))).records
    contracts = (await feed.find(Query(kind=DerivativesMarket))).records
    chains = (await feed.find(Query(kind=ChainTvl))).records
    categories = (await feed.find(Query(kind=CategoryListing, ids=("stablecoin",)))).records

    assert sum(row.spot_volume_24h or 0 for row in exchanges) == pytest.approx(market.total_volume_24h)
    assert sum(row.derivative_volume_24h or 0 for row in exchanges) == pytest.approx(market.derivatives_volume_24h)
    assert sum(row.open_interest or 0 for row in exchanges) == pytest.approx(
        sum(row.open_interest_usd or 0 for row in contracts if not row.is_outlier)
    )
    assert len({row.slug for row in chains}) == len(chains)
    assert categories[0].market_cap == pytest.approx(market.stablecoin_market_cap)


async def test_the_market_has_liquidations_of_its_own_under_id_zero() -> None:
    found = await _feed().find(Query(kind=Liquidations, ids=(0,)))

    assert [record.window_hours for record in found.records] == [1, 4, 24, 168, 720]


async def test_trending_lists_and_gas_are_asked_for_by_name() -> None:
    trending = (await _feed().find(Query(kind=TrendingAsset, ids=("most_visited",), limit=4))).records
    gas = (await _feed().find(Query(kind=GasPrice, ids=("base", "ethereum")))).records

    assert [(record.list_name, record.position) for record in trending] == [("most_visited", n) for n in (1, 2, 3, 4)]
    assert [record.network for record in gas] == ["base", "ethereum"]


async def test_impostors_are_flagged_by_the_checker() -> None:
    feed = _feed()
    tokens = (await feed.find(Query(kind=TokenListing))).records
    origins = {coin.asset.asset_id: coin.origin for coin in _world().market.coins}
    fakes = [row.asset_id for row in tokens if origins.get(row.coin_asset_id or 0) == "impostor"]
    checks = (await feed.find(Query(kind=TokenSecurity, ids=tuple(fakes)))).records

    assert len(checks) == len(fakes) > 3
    assert sum(check.statuses["fake_token"] == "detected" for check in checks) >= 0.6 * len(checks)


@settings(max_examples=60, deadline=None)
@given(
    kind=st.sampled_from(KINDS),
    back_minutes=st.integers(0, 60 * 24 * 365 * 11),
    ids=st.none() | st.lists(st.one_of(st.integers(-5, 3_000_000_000), st.text(max_size=30)), max_size=4).map(tuple),
    limit=st.none() | st.integers(1, 30),
)
async def test_no_question_breaks_the_feed_or_sees_the_future(
    kind: type[Any], back_minutes: int, ids: tuple[int | str, ...] | None, limit: int | None
) -> None:
    moment = NOW - timedelta(minutes=back_minutes)
    query = _query(kind, as_of=moment, limit=limit, interval="1d", start=moment - timedelta(days=20))
    if ids is not None or kind not in {CandleSeries, MetricSeries}:
        query = Query(kind=kind, ids=ids, as_of=moment, limit=limit, metric="price", start=moment - timedelta(days=20))

    found = await _feed(LATER).find(query)

    for record in found.records:
        assert record.provenance.visible_from <= moment
        assert visible_at(record, moment) == record or record.candles == ()

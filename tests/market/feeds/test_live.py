"""The live feed: sources in order, failures named, the same question asked once, nothing from after the moment."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import UpstreamRateLimited, UpstreamRejected, UpstreamTimeout, UpstreamUnavailable
from cryptodesk.market.crosswalk import DirectoryCrosswalk
from cryptodesk.market.feeds.live import LiveFeed, LiveSource
from cryptodesk.market.fetching.cache import FreshCache
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.errors import UnreachableSource
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import Query
from cryptodesk.market.records import Candle, CandleSeries, CoinListing, DerivativesMarket, Provenance
from cryptodesk.market.sources._source import Route, Source, SourceContext
from tests.market.feeds.fakes import NOW, listing

POLICY = SourcePolicy(
    base_url="https://vendor.example",
    per_minute=60.0,
    burst=10,
    per_day=None,
    timeout_seconds=5.0,
    connect_seconds=1.0,
    concurrency=4,
    max_body_bytes=1_000_000,
    breaker_failures=5,
    breaker_open_seconds=30.0,
    retries=0,
)


class FakeClient:
    """Answers every request at once, or fails as it is told."""

    def __init__(self, error: Exception | None = None) -> None:
        self.error = error
        self.requests: list[HttpRequest] = []

    async def fetch(self, request: HttpRequest) -> HttpAnswer:
        self.requests.append(request)
        await asyncio.sleep(0)
        if self.error is not None:
            raise self.error
        return HttpAnswer(200, b"{}", {}, NOW)


def _source(name: str, records: Sequence[Any], kind: type[Any] = CoinListing, **route: Any) -> Source:
    def build_query(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
        return [HttpRequest("/quotes", params=(("ids", str(query.ids)),))]

    def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> Sequence[Any]:
        return records

    routes = (Route(kind, build_query, to_records, **{"ttl_seconds": 60.0, **route}),)
    return Source(name, name.title(), POLICY, routes, "https://vendor.example/terms")


def _feed(*links: LiveSource, clock: FixedClock | None = None, **options: Any) -> LiveFeed:
    clock = clock or FixedClock(NOW)
    walk = DirectoryCrosswalk(AssetDirectory(()))
    return LiveFeed(links, cache=FreshCache("test", clock=clock), crosswalk=walk, clock=clock, **options)


async def test_the_preferred_source_answers_alone() -> None:
    second, first = FakeClient(), FakeClient()
    feed = _feed(
        LiveSource(_source("second", [listing(1, "second")], preference=20), second),
        LiveSource(_source("first", [listing(1, "first")], preference=10), first),
    )
    found = await feed.find(Query(kind=CoinListing, ids=(1,)))
    assert [record.provenance.source for record in found.records] == ["first"]
    assert [len(first.requests), len(second.requests)] == [1, 0]


async def test_a_failing_source_is_named_and_the_next_one_answers() -> None:
    for error, reason in (
        (UpstreamRateLimited("slow down", upstream="first"), "rate limited"),
        (UpstreamTimeout("too late", upstream="first"), "timed out"),
        (UpstreamUnavailable("first is down", upstream="first"), "first is down"),
    ):
        feed = _feed(
            LiveSource(_source("first", [], preference=10), FakeClient(error)),
            LiveSource(_source("second", [listing(1, "second")], preference=20), FakeClient()),
        )
        found = await feed.find(Query(kind=CoinListing, ids=(1,)))
        assert [record.provenance.source for record in found.records] == ["second"]
        assert [(gap.source, gap.reason) for gap in found.unavailable] == [("first", reason)]


async def test_the_next_source_is_asked_for_the_ids_that_are_left() -> None:
    second = FakeClient()
    feed = _feed(
        LiveSource(_source("first", [listing(1, "first")], preference=10), FakeClient()),
        LiveSource(_source("second", [listing(2, "second")], preference=20), second),
    )
    found = await feed.find(Query(kind=CoinListing, ids=(1, 2)))
    assert [record.asset_id for record in found.records] == [1, 2]
    assert second.requests[0].params == (("ids", "(2,)"),)


async def test_the_same_question_is_asked_once_while_fresh_and_again_after() -> None:
    clock, client = FixedClock(NOW), FakeClient()
    feed = _feed(LiveSource(_source("first", [listing(1)]), client), clock=clock)
    await asyncio.gather(*(feed.find(Query(kind=CoinListing, ids=(1,))) for _ in range(50)))
    assert len(client.requests) == 1
    clock.moment = NOW + timedelta(seconds=61)
    await feed.find(Query(kind=CoinListing, ids=(1,)))
    assert len(client.requests) == 2


async def test_an_old_value_shown_in_place_of_a_failure_is_said() -> None:
    clock, client = FixedClock(NOW), FakeClient()
    feed = _feed(LiveSource(_source("first", [listing(1)]), client), clock=clock)
    await feed.find(Query(kind=CoinListing, ids=(1,)))
    client.error = UpstreamUnavailable("first is down", upstream="first")
    clock.moment = NOW + timedelta(minutes=5)
    found = await feed.find(Query(kind=CoinListing, ids=(1,)))
    assert len(found.records) == 1
    assert found.unavailable[0].reason == "first is down; older values are shown"


async def test_what_a_source_dates_after_the_question_is_not_shown() -> None:
    feed = _feed(LiveSource(_source("first", [listing(1, as_of=NOW)]), FakeClient()))
    found = await feed.find(Query(kind=CoinListing, ids=(1,), as_of=NOW - timedelta(days=1)))
    assert found.records == ()


async def test_exchanges_are_asked_together_and_a_contract_counts_once() -> None:
    def market(exchange: str, source: str, interest: float | None = 1.0) -> DerivativesMarket:
        return DerivativesMarket(
            asset_id=1,
            exchange=exchange,
            instrument=f"BTC by {source}",
            kind="perpetual",
            open_interest_usd=interest,
            provenance=Provenance(source, "live", NOW),
        )

    feed = _feed(
        LiveSource(_source("okx", [market("OKX", "okx")], DerivativesMarket, preference=10), FakeClient()),
        LiveSource(
            _source(
                "vendor",
                [market("okx", "vendor"), market("bybit", "vendor"), market("binance", "vendor")],
                DerivativesMarket,
                preference=20,
            ),
            FakeClient(),
        ),
        LiveSource(_source("binance", [market("binance", "binance", None)], DerivativesMarket), FakeClient()),
        LiveSource(_source("dead", [], DerivativesMarket), FakeClient(UpstreamTimeout("late", upstream="dead"))),
    )
    found = await feed.find(Query(kind=DerivativesMarket, ids=(1,)))
    assert [(record.exchange, record.provenance.source) for record in found.records] == [
        ("OKX", "okx"),
        ("bybit", "vendor"),
        ("binance", "vendor"),
    ]
    assert [gap.source for gap in found.unavailable] == ["dead"]


async def test_records_are_handed_on_to_be_kept_once_a_fetch() -> None:
    kept: list[tuple[str, int]] = []

    async def keep(source: str, route: Route, query: Query[Any], records: Sequence[Any]) -> None:
        kept.append((source, len(records)))

    feed = _feed(
        LiveSource(_source("first", [listing(1)]), FakeClient()),
        LiveSource(_source("second", [listing(2)]), FakeClient()),
        keep=keep,
    )
    for _ in range(3):
        await feed.find(Query(kind=CoinListing, ids=(1, 2)))
    assert kept == [("first", 1), ("second", 1)]


async def test_a_source_that_cannot_answer_a_query_is_passed_over_without_a_word() -> None:
    mute = Source(
        "mute",
        "Mute",
        POLICY,
        (Route(CoinListing, lambda query, context: (), lambda answers, query, context: (), ttl_seconds=60.0),),
        "https://vendor.example/terms",
    )
    found = await _feed(LiveSource(mute, FakeClient())).find(Query(kind=CoinListing, ids=(1,)))
    assert (found.records, found.unavailable) == ((), ())


async def test_a_long_answer_is_read_beside_the_loop() -> None:
    threads: list[str] = []

    def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> Sequence[Any]:
        threads.append(threading.current_thread().name)
        return [listing(1)]

    class LongClient(FakeClient):
        async def fetch(self, request: HttpRequest) -> HttpAnswer:
            return HttpAnswer(200, b" " * 200_000, {}, NOW)

    route = Route(CoinListing, lambda query, context: [HttpRequest("/all")], to_records, ttl_seconds=60.0)
    source = Source("long", "Long", POLICY, (route,), "https://vendor.example/terms")
    await _feed(LiveSource(source, LongClient())).find(Query(kind=CoinListing))
    assert threads
    assert threads[0] != threading.main_thread().name


async def test_a_plan_that_refuses_a_route_is_not_asked_again_for_an_hour() -> None:
    clock = FixedClock(NOW)
    client = FakeClient(UpstreamRejected("not in your plan", upstream="first", upstream_status=403))
    feed = _feed(LiveSource(_source("first", []), client), clock=clock)
    reasons = []
    for minutes in (0, 5, 10):
        clock.moment = NOW + timedelta(minutes=minutes)
        found = await feed.find(Query(kind=CoinListing, ids=(minutes,)))
        reasons += [gap.reason for gap in found.unavailable]
    assert len(client.requests) == 1
    assert reasons == ["not in your plan"] * 3
    clock.moment = NOW + timedelta(hours=2)
    await feed.find(Query(kind=CoinListing, ids=(7,)))
    assert len(client.requests) == 2


async def test_one_bad_id_does_not_switch_a_route_off() -> None:
    client = FakeClient(UpstreamRejected("no such id", upstream="first", upstream_status=404))
    feed = _feed(LiveSource(_source("first", []), client))
    for asked in (1, 2):
        await feed.find(Query(kind=CoinListing, ids=(asked,)))
    assert len(client.requests) == 2


async def test_without_a_network_two_sources_are_tried_and_then_none_for_a_while() -> None:
    clock = FixedClock(NOW)
    clients = [FakeClient(UnreachableSource("no way", upstream=str(place))) for place in range(5)]
    feed = _feed(*(LiveSource(_source(str(place), []), client) for place, client in enumerate(clients)), clock=clock)
    first = await feed.find(Query(kind=CoinListing, ids=(1,)))
    second = await feed.find(Query(kind=CoinListing, ids=(2,)))
    assert [gap.source for gap in first.unavailable] == ["0", "1"]
    assert [gap.source for gap in second.unavailable] == ["live"]
    assert [len(client.requests) for client in clients] == [1, 1, 0, 0, 0]
    clock.moment = NOW + timedelta(minutes=1)
    await feed.find(Query(kind=CoinListing, ids=(3,)))
    assert [len(client.requests) for client in clients] == [2, 2, 0, 0, 0]


async def test_candles_are_asked_coin_by_coin_so_that_a_refused_one_costs_no_other() -> None:
    def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> Sequence[Any]:
        if query.ids == (2,):
            raise UpstreamRejected("no such instrument", upstream="exchange", upstream_status=400)
        bar = Candle(NOW - timedelta(days=2), 1.0, 1.0, 1.0, 1.0, 1.0)
        return [
            CandleSeries(asked, "1d", "USD", "X", bar.opened_at, Provenance("exchange", "live", NOW), (bar,))
            for asked in query.ids or ()
        ]

    def build_query(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
        return [HttpRequest("/candles", params=(("ids", str(query.ids)),))]

    route = Route(CandleSeries, build_query, to_records, ttl_seconds=60.0)
    source = Source("exchange", "Exchange", POLICY, (route,), "https://vendor.example/terms")
    client = FakeClient()
    found = await _feed(LiveSource(source, client)).find(Query(kind=CandleSeries, ids=(1, 2, 3), interval="1d"))
    assert [series.asset_id for series in found.records] == [1, 3]
    assert [gap.reason for gap in found.unavailable] == ["no such instrument"]
    assert len(client.requests) == 3


async def test_what_is_dated_by_its_fetch_is_seen_the_first_time() -> None:
    clock = FixedClock(NOW)

    class SlowClient(FakeClient):
        async def fetch(self, request: HttpRequest) -> HttpAnswer:
            clock.moment = NOW + timedelta(seconds=1)
            return HttpAnswer(200, b"{}", {}, clock.now())

    feed = _feed(
        LiveSource(_source("first", [listing(1, as_of=NOW + timedelta(seconds=1))]), SlowClient()), clock=clock
    )
    assert len((await feed.find(Query(kind=CoinListing, ids=(1,)))).records) == 1


async def test_questions_that_are_one_request_are_asked_once() -> None:
    client = FakeClient()
    route = Route(
        CoinListing,
        lambda query, context: [HttpRequest("/everything")],
        lambda answers, query, context: [listing(asked) for asked in query.ids or ()],
        ttl_seconds=60.0,
    )
    feed = _feed(LiveSource(Source("list", "List", POLICY, (route,), "https://vendor.example/terms"), client))
    for asked in (1, 2, 3):
        found = await feed.find(Query(kind=CoinListing, ids=(asked,)))
        assert [record.asset_id for record in found.records] == [asked]
    assert len(client.requests) == 1

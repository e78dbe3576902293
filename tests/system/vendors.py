"""Live sources for tests that hold whatever records they are given, and answer questions as vendors do: now."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from cryptodesk.core.clock import Clock
from cryptodesk.market.crosswalk import DirectoryCrosswalk
from cryptodesk.market.feeds.live import Keep, LiveFeed, LiveSource
from cryptodesk.market.fetching.cache import FreshCache
from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import Query, answers
from cryptodesk.market.records import CandleSeries, MetricSeries
from cryptodesk.market.sources._source import Route, Source, SourceContext
from cryptodesk.market.store.choosing import in_own_order, matches
from tests.market.sources.bad_days import POLICY

__all__ = ["live_feed"]


class _Answers:
    def __init__(self, clock: Clock) -> None:
        self._clock = clock

    async def fetch(self, request: HttpRequest) -> HttpAnswer:
        return HttpAnswer(200, b"{}", {}, self._clock.now())


def live_feed(vendors: Mapping[str, Sequence[Any]], clock: Clock, keep: Keep | None = None) -> LiveFeed:
    """Vendors by name, asked in this order. Each gives the first `limit` of what it holds by its own latest order,
    whatever moment is asked about."""
    links = [
        LiveSource(_source(name, records, place), _Answers(clock))
        for place, (name, records) in enumerate(vendors.items())
    ]
    walk = DirectoryCrosswalk(AssetDirectory(()))
    return LiveFeed(links, cache=FreshCache("test", clock=clock), crosswalk=walk, clock=clock, keep=keep)


def _source(name: str, records: Sequence[Any], place: int) -> Source:
    by_kind: dict[type[Any], list[Any]] = {}
    for record in records:
        by_kind.setdefault(type(record), []).append(record)
    routes = tuple(_route(kind, held, place) for kind, held in by_kind.items())
    return Source(name, name.title(), POLICY, routes, "https://vendor.example/terms")


def _route(kind: type[Any], held: Sequence[Any], place: int) -> Route:
    def build_query(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
        return [HttpRequest("/all")]

    def to_records(got: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> Sequence[Any]:
        return in_own_order(kind, _asked(held, query))[: query.limit]

    return Route(kind, build_query, to_records, ttl_seconds=60.0, preference=place, keep_seconds=0.0)


def _asked(held: Iterable[Any], query: Query[Any]) -> Iterable[Any]:
    for record in held:
        is_asked = query.ids is None or any(answers(record, asked) for asked in query.ids)
        is_other_series = isinstance(record, MetricSeries) and query.metric not in (None, record.metric)
        is_other_bars = isinstance(record, CandleSeries) and record.interval != (query.interval or "1d")
        if is_asked and not is_other_series and not is_other_bars and matches(record, query):
            yield record

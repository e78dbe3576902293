"""The live sources as one feed: asked in order of preference, each failure named, the next one tried."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol, TypeVar

from msgspec import Struct, structs

from cryptodesk.core.clock import Clock
from cryptodesk.core.errors import UpstreamError, UpstreamRateLimited, UpstreamTimeout
from cryptodesk.market.fetching.cache import Cached, FreshCache
from cryptodesk.market.fetching.errors import UnreachableSource
from cryptodesk.market.fetching.http import HttpAnswer, HttpRequest
from cryptodesk.market.query import AssetId, Found, Query, Record, Unavailable, answers
from cryptodesk.market.records import CandleSeries, DerivativesMarket, GasPrice, MetricSeries
from cryptodesk.market.sources._source import Crosswalk, Route, Source, SourceContext
from cryptodesk.market.store.record_rows import LISTS
from cryptodesk.market.visibility import visible_at

__all__ = ["SOURCE_PATIENCE_SECONDS", "Keep", "LiveFeed", "LiveSource"]

R = TypeVar("R", bound=Record)
T = TypeVar("T")

# Each source knows its own market only; the answer is all of them together.
_UNITED: frozenset[type[Any]] = frozenset({DerivativesMarket})


class Fetches(Protocol):
    async def fetch(self, request: HttpRequest) -> HttpAnswer: ...


class LiveSource(Struct, frozen=True):
    """A source that is switched on: with its client and the operator's keys for it."""

    source: Source
    client: Fetches
    credentials: Mapping[str, str] = {}


Keep = Callable[[str, Route, Query[Any], Sequence[Any]], Awaitable[None]]

# Vendors have a request for each id: one that they refuse must not cost the others, and each is cached for itself.
_ONE_BY_ONE: frozenset[type[Any]] = frozenset({CandleSeries, MetricSeries, GasPrice})

# Answers longer than this are read in a thread: a list of all coins takes a fifth of a second.
_LONG_ANSWER_BYTES = 100_000
# A plan that does not include a route will not include it in a minute either.
_REFUSED_STATUSES = frozenset({401, 402, 403})
_REFUSED_SECONDS = 3600.0
_SOURCES_OUT_OF_REACH = 2
# Of what a question is ready to wait in all, two sources must have their turn.
SOURCE_PATIENCE_SECONDS = 1.8
_OFFLINE_SECONDS = 30.0
_LETTERS_AND_DIGITS = re.compile(r"[^a-z0-9]+")


class _Way(Struct, frozen=True):
    link: LiveSource
    route: Route


class LiveFeed:
    """A `Feed` over live sources. `keep` is handed fresh records of routes that are worth remembering."""

    def __init__(
        self,
        links: Sequence[LiveSource],
        *,
        cache: FreshCache,
        crosswalk: Crosswalk,
        clock: Clock,
        keep: Keep | None = None,
        patience_seconds: float = SOURCE_PATIENCE_SECONDS,
    ) -> None:
        self._cache = cache
        self._crosswalk = crosswalk
        self._clock = clock
        self._keep = keep
        self._patience_seconds = patience_seconds
        self._under_way: set[asyncio.Task[Any]] = set()
        ways = [_Way(link, route) for link in links for route in link.source.routes]
        self._refused: dict[tuple[str, type[Any]], tuple[float, str]] = {}
        self._unreachable: set[str] = set()
        self._offline_until = float("-inf")
        self._ways = sorted(ways, key=lambda way: (way.route.preference, way.link.source.name))

    async def find(self, query: Query[R]) -> Found[R]:
        if self._clock.unix() < self._offline_until:
            return Found((), (Unavailable("live", "the network could not be reached a moment ago"),))
        if query.kind in _ONE_BY_ONE and query.ids is not None and len(query.ids) > 1:
            return _joined(
                await asyncio.gather(*(self.find(structs.replace(query, ids=(asked,))) for asked in query.ids))
            )
        ways = [way for way in self._ways if way.route.kind is query.kind]
        if query.kind in _UNITED:
            return _united(await asyncio.gather(*(self._ask(way, query) for way in ways)))
        records: list[R] = []
        unavailable: list[Unavailable] = []
        for way in ways:
            if self._clock.unix() < self._offline_until:
                break
            found = await self._ask(way, query)
            records += found.records
            unavailable += found.unavailable
            open_ids = _unanswered(query.ids, records)
            if records and not open_ids:
                break
            query = structs.replace(query, ids=open_ids)
        return Found(tuple(records), tuple(unavailable))

    async def _answer(self, way: _Way, request: HttpRequest) -> HttpAnswer:
        """Kept for itself too: questions after other ids are often the same request, a whole list of megabytes."""
        cached = await self._cache.get(
            (way.link.source.name, request),
            ttl_seconds=way.route.ttl_seconds,
            stale_seconds=0.0,
            fetch=lambda: way.link.client.fetch(request),
            error_stale_seconds=0.0,
        )
        return cached.value

    async def _ask(self, way: _Way, query: Query[R]) -> Found[R]:
        """What one route has; empty where it cannot answer such a query at all."""
        source = way.link.source
        if (refusal := self._recent_refusal(way)) is not None:
            return Found((), (Unavailable(source.name, refusal),))
        context = SourceContext(self._crosswalk, self._clock.now(), way.link.credentials)
        is_past = _is_past_list(query, context.now, way.route)
        # Vendors count from today: what was known of their first rows is not the first of what was known.
        asked = structs.replace(query, limit=None) if is_past else query
        try:
            requests = tuple(way.route.build_query(asked, context))
            if not requests:
                return Found()
            cached = await self._in_time(source.name, self._fetch(way, asked, requests, context))
        except UpstreamError as error:
            self._note_unreachable(source.name, error)
            if error.upstream_status in _REFUSED_STATUSES:
                self._refused[source.name, way.route.kind] = (self._clock.unix() + _REFUSED_SECONDS, _reason(error))
            return Found((), (Unavailable(source.name, _reason(error)),))
        if cached is None:
            return Found((), (Unavailable(source.name, f"no answer within {self._patience_seconds:g} s"),))
        self._unreachable.clear()
        # Not the moment before the fetch: what was just fetched is dated after it.
        seen = _seen(cached.value, query.as_of or self._clock.now())
        if is_past:
            seen = _list_of_then(query, seen, len(cached.value))
        gaps = () if cached.error is None else (Unavailable(source.name, f"{cached.error}; older values are shown"),)
        return Found(seen, gaps)

    async def _in_time(self, name: str, fetch: Coroutine[Any, Any, Cached[T]]) -> Cached[T] | None:
        """None if it takes too long: the next source is asked rather. What was begun goes on, so that a later question
        finds what it brought, and a source that keeps silent is found out; closing the sources ends it."""
        task = asyncio.get_running_loop().create_task(fetch)
        self._under_way.add(task)
        task.add_done_callback(self._under_way.discard)
        is_late = True
        try:
            is_late = not (await asyncio.wait((task,), timeout=self._patience_seconds))[0]
        finally:
            if is_late:
                task.add_done_callback(partial(self._note_late, name))
        return None if is_late else task.result()

    def _note_late(self, name: str, task: asyncio.Task[Any]) -> None:
        if not task.cancelled() and isinstance(error := task.exception(), UpstreamError):
            self._note_unreachable(name, error)

    def _note_unreachable(self, name: str, error: UpstreamError) -> None:
        """Two sources that nothing leads to, and none that answered in between, mean that there is no network."""
        if isinstance(error, UnreachableSource):
            self._unreachable.add(name)
        if len(self._unreachable) >= _SOURCES_OUT_OF_REACH:
            self._offline_until = self._clock.unix() + _OFFLINE_SECONDS
            self._unreachable.clear()

    def _recent_refusal(self, way: _Way) -> str | None:
        until, reason = self._refused.get((way.link.source.name, way.route.kind), (0.0, ""))
        return reason if self._clock.unix() < until else None

    async def _fetch(
        self, way: _Way, query: Query[R], requests: tuple[HttpRequest, ...], context: SourceContext
    ) -> Cached[tuple[R, ...]]:
        route = way.route

        async def fetch() -> tuple[R, ...]:
            answers_got = [await self._answer(way, request) for request in requests]
            records = await _read(route, answers_got, query, context)
            if records and self._keep is not None:
                await self._keep(way.link.source.name, route, timeless, records)
            return records

        # Queries that differ in their moment alone ask the same thing of the vendor.
        timeless = structs.replace(query, as_of=None)
        key = (way.link.source.name, requests, timeless)
        return await self._cache.get(key, ttl_seconds=route.ttl_seconds, stale_seconds=route.stale_seconds, fetch=fetch)


async def _read(route: Route, got: Sequence[HttpAnswer], query: Query[R], context: SourceContext) -> tuple[R, ...]:
    if sum(len(answer.body) for answer in got) > _LONG_ANSWER_BYTES:
        return tuple(await asyncio.to_thread(route.to_records, got, query, context))
    return tuple(route.to_records(got, query, context))


def _seen(records: Sequence[R], moment: datetime) -> tuple[R, ...]:
    visible = (visible_at(record, moment) for record in records)
    return tuple(record for record in visible if record is not None)


def _is_past_list(query: Query[Any], now: datetime, route: Route) -> bool:
    """Whether all there are of a kind is asked for, as known so long ago that the latest answer does not tell."""
    is_past = query.as_of is not None and query.as_of < now - timedelta(seconds=route.ttl_seconds)
    return is_past and query.ids is None


def _list_of_then(query: Query[R], seen: tuple[R, ...], held: int) -> tuple[R, ...]:
    """Of a list of today, the few rows that have not changed since are no list of then."""
    if query.kind.__name__ in LISTS and len(seen) < held:
        return ()
    return seen[: query.limit]


def _unanswered(ids: tuple[AssetId, ...] | None, records: Sequence[Any]) -> tuple[AssetId, ...] | None:
    if ids is None:
        return None
    return tuple(asked for asked in ids if not any(answers(record, asked) for record in records))


def _joined(parts: Sequence[Found[R]]) -> Found[R]:
    gaps = dict.fromkeys(gap for part in parts for gap in part.unavailable)
    return Found(tuple(record for part in parts for record in part.records), tuple(gaps))


def _united(parts: Sequence[Found[R]]) -> Found[R]:
    """All parts together. Contracts of one coin on one exchange come from one part, or they would count twice: vendors
    spell instruments differently. It is the first part that knows their open interest, else the first that has any."""
    owners: dict[tuple[AssetId, str], int] = {}
    for knows_interest in (True, False):
        for number, part in enumerate(parts):
            for record in part.records:
                if not knows_interest or record.open_interest_usd is not None:  # type: ignore[attr-defined]
                    owners.setdefault(_place(record), number)
    records = [
        record for number, part in enumerate(parts) for record in part.records if owners[_place(record)] == number
    ]
    return Found(tuple(records), tuple(gap for part in parts for gap in part.unavailable))


def _place(record: Any) -> tuple[AssetId, str]:
    return record.asset_id, _LETTERS_AND_DIGITS.sub("", record.exchange.casefold())


def _reason(error: UpstreamError) -> str:
    if isinstance(error, UpstreamRateLimited):
        return "rate limited"
    return "timed out" if isinstance(error, UpstreamTimeout) else error.message

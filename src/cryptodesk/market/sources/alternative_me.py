"""The Fear & Greed Index of alternative.me: one value a day since February 2018, of Bitcoin alone, and labelled so.

It stands in where the market's own index is asked for and not to be had. Its numbers and times are texts.
Source: alternative.me/crypto/fear-and-greed-index (Crypto Fear & Greed Index API): 60 requests a minute over ten
minutes; the source is to be named beside the figures.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import msgspec
from msgspec import Struct

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest, SourcePolicy
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import Query
from cryptodesk.market.records import FearGreed, MetricPoint, MetricSeries, Provenance
from cryptodesk.market.sources._bars import DEFAULT_BARS
from cryptodesk.market.sources._figures import count, from_seconds, line
from cryptodesk.market.sources._refusals import Refusal, malformed
from cryptodesk.market.sources._source import Route, Source, SourceContext

__all__ = ["SOURCE"]

_NAME = "alternative_me"
_TTL_SECONDS = 900.0
_KEPT_SECONDS = 3600.0
_SCOPE = "bitcoin"
_NOTE = "Fear & Greed Index of alternative.me, of Bitcoin alone"
_HIGHEST = 100
_MOST_DAYS = 10_000
_DAY = timedelta(days=1)


class _Metadata(Struct, frozen=True):
    error: Any = None


class _Envelope(Struct, frozen=True):
    data: msgspec.Raw
    metadata: _Metadata = _Metadata()


_decode = msgspec.json.Decoder(_Envelope).decode


def _asks_for_mood(query: Query[Any]) -> bool:
    return query.ids is None or not {_SCOPE, "market"}.isdisjoint(str(asked) for asked in query.ids)


def _request(days: int) -> tuple[HttpRequest, ...]:
    """The newest `days` values, that of today among them."""
    if not 0 < days <= _MOST_DAYS:
        return ()
    return (HttpRequest("/fng/", params=(("limit", str(days)), ("format", "json"))),)


def _build_mood(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
    if not _asks_for_mood(query):
        return ()
    moment = min(query.as_of or context.now, context.now)
    # The day's value may be late, so the one before it is asked for as well.
    return _request((context.now.date() - moment.date()).days + 2)


def _to_moods(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[FearGreed, ...]:
    # Of the day, not of the moment: all moments of a day ask the same and share the answer.
    day = (query.as_of or context.now).date()
    moods = [mood for answer in answers for mood in _moods(answer) if mood.provenance.as_of.date() <= day]
    return tuple(sorted(moods, key=lambda mood: mood.provenance.as_of)[-1:])


def _build_series(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
    if not _asks_for_mood(query) or query.metric != "fear_greed" or query.interval not in (None, "1d"):
        return ()
    end = min(query.end or context.now, query.as_of or context.now, context.now)
    start = query.start or end - _DAY * DEFAULT_BARS
    return _request((context.now.date() - start.date()).days + 1) if start < end else ()


def _to_series(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[MetricSeries, ...]:
    moods = {mood.provenance.as_of: mood.index for answer in answers for mood in _moods(answer)}
    points = tuple(
        MetricPoint(at, float(moods[at]))
        for at in sorted(moods)
        if (query.start is None or query.start <= at) and (query.end is None or at < query.end)
    )
    if not points:
        return ()
    origin = Provenance(_NAME, "live", points[-1].at, _NOTE)
    return (
        MetricSeries(
            metric="fear_greed", entity=_SCOPE, unit="index", granularity="1d", provenance=origin, points=points
        ),
    )


def _moods(answer: HttpAnswer) -> list[FearGreed]:
    """Newest first. Raises: UpstreamBadAnswer unless there is a list of values."""
    body = decode_json(_NAME, answer)
    rows = body.get("data") if isinstance(body, dict) else None
    if not isinstance(rows, list):
        raise malformed(_NAME, "expected a list of values")
    found = [mood for mood in (_mood(row, answer) for row in rows) if mood is not None]
    if rows and not found:
        raise malformed(_NAME, "no value can be read")
    return found


def _mood(row: Any, answer: HttpAnswer) -> FearGreed | None:
    if not isinstance(row, dict):
        return None
    index, at, label = (
        count(row.get("value")),
        from_seconds(row.get("timestamp")),
        line(row.get("value_classification"), 40),
    )
    if index is None or index > _HIGHEST or at is None or label is None or at > answer.fetched_at:
        return None
    return FearGreed(index=index, label=label, scope=_SCOPE, provenance=Provenance(_NAME, "live", at, _NOTE))


def check(answer: HttpAnswer) -> None:
    """An error is named in the metadata, whatever the status."""
    error = _decode(answer.body).metadata.error
    if error is not None:
        raise Refusal(_NAME, answer, answer.status, error).busy()


SOURCE = Source(
    name=_NAME,
    title="alternative.me Fear & Greed Index",
    policy=SourcePolicy(
        base_url="https://api.alternative.me",
        per_minute=20,
        burst=5,
        per_day=None,
        timeout_seconds=8,
        connect_seconds=3,
        concurrency=2,
        max_body_bytes=2 * 2**20,
        breaker_failures=4,
        breaker_open_seconds=60,
        retries=1,
    ),
    routes=(
        Route(
            kind=FearGreed,
            build_query=_build_mood,
            to_records=_to_moods,
            ttl_seconds=_TTL_SECONDS,
            stale_seconds=_TTL_SECONDS,
            preference=60,
            keep_seconds=_KEPT_SECONDS,
        ),
        Route(
            kind=MetricSeries,
            build_query=_build_series,
            to_records=_to_series,
            ttl_seconds=_TTL_SECONDS,
            stale_seconds=_TTL_SECONDS,
            preference=60,
        ),
    ),
    terms="https://alternative.me/crypto/fear-and-greed-index/",
    check=check,
)

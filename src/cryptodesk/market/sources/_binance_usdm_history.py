"""What Binance's USDT perpetuals were like day by day: funding as far back as they are traded, open interest a month.

Source: developers.binance.com/docs/derivatives/usds-margined-futures/market-data/rest-api, Get-Funding-Rate-History and
Open-Interest-Statistics.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.fetching.decode import decode_json
from cryptodesk.market.query import Query
from cryptodesk.market.records import MetricPoint, MetricSeries, Provenance
from cryptodesk.market.sources._bars import DEFAULT_BARS, MOST_REQUESTS, ceiling, floor
from cryptodesk.market.sources._figures import from_milliseconds, milliseconds, number, unsigned
from cryptodesk.market.sources._instruments import Naming, asset_ids, launched_at
from cryptodesk.market.sources._refusals import malformed
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = ["NAME", "NAMING", "history_route", "instrument_of"]

NAME = "binance_usdm"
# What is traded by the thousand and more, under a name that says so.
_BY_MANY = {
    symbol: f"1000{symbol}"
    for symbol in ("PEPE", "SHIB", "FLOKI", "BONK", "LUNC", "XEC", "SATS", "RATS", "CAT", "CHEEMS", "WHY")
} | {"MOG": "1000000MOG", "BABYDOGE": "1MBABYDOGE"}
NAMING = Naming(NAME, named_after="USDT", renamed=_BY_MANY)

_TTL_SECONDS = 60.0
_DAY = timedelta(days=1)
_FUNDING_ROWS = 1000
# At six settlements a day, the most that is common, 960 rows of the 1,000 that one answer holds.
_FUNDING_DAYS = 160
# A month is kept; a day less, so that none of it is out of reach when the question arrives.
_INTEREST_DAYS = 29

_OPENED_AT = datetime(2019, 9, 1, tzinfo=UTC)

Metric = Literal["funding_rate", "open_interest"]
Row = tuple[datetime, float]


class _Ask(Struct, frozen=True):
    """Days from `start` until `end` of one metric of one contract, in one answer."""

    metric: Metric
    asset_id: int
    instrument: str
    start: datetime
    end: datetime


def instrument_of(asset_id: int, context: SourceContext) -> str | None:
    """The asset's USDT perpetual, recorded or by its ticker; None where that would be a guess."""
    asset = context.crosswalk.asset(asset_id)
    base = None if asset is None else NAMING.base_of(asset, context.crosswalk)
    return None if base is None or base == "USDT" else NAMING.instrument(base, "USDT")


def history_route(preference: int) -> Route:
    return Route(
        kind=MetricSeries,
        build_query=_build,
        to_records=_to_records,
        ttl_seconds=_TTL_SECONDS,
        stale_seconds=_TTL_SECONDS,
        preference=preference,
    )


def _build(query: Query[Any], context: SourceContext) -> Sequence[HttpRequest]:
    return tuple(_request(ask) for ask in _asks(query, context))


def _request(ask: _Ask) -> HttpRequest:
    span = (
        ("symbol", ask.instrument),
        ("startTime", str(milliseconds(ask.start))),
        ("endTime", str(milliseconds(ask.end) - 1)),
    )
    if ask.metric == "funding_rate":
        return HttpRequest("/fapi/v1/fundingRate", params=(*span, ("limit", str(_FUNDING_ROWS))))
    return HttpRequest("/futures/data/openInterestHist", params=(*span, ("period", "1d"), ("limit", "500")))


def _asks(query: Query[Any], context: SourceContext) -> list[_Ask]:
    if query.interval not in (None, "1d"):
        return []
    # Days that are over, and midnights that have passed: of these there is one more.
    today = floor(min(query.as_of or context.now, context.now), _DAY)
    asked_until = today + _DAY if query.end is None else ceiling(query.end, _DAY)
    end, midnight = min(today, asked_until), min(today + _DAY, asked_until)
    start = end - _DAY * DEFAULT_BARS if query.start is None else ceiling(query.start, _DAY)
    found: list[_Ask] = []
    for asset_id in asset_ids(query):
        instrument = instrument_of(asset_id, context)
        asks: list[_Ask] = []
        if instrument is not None and query.metric in (None, "funding_rate"):
            asks += _funding_asks(asset_id, instrument, max(start, _first_day(asset_id, context)), end)
        if instrument is not None and query.metric in (None, "open_interest"):
            since = max(start, floor(context.now, _DAY) - _DAY * _INTEREST_DAYS)
            asks += [_Ask("open_interest", asset_id, instrument, since, midnight)] if since < midnight else []
        if len(found) + len(asks) <= MOST_REQUESTS:
            found += asks
    return found


def _first_day(asset_id: int, context: SourceContext) -> datetime:
    """The exchange opened its perpetuals in September 2019; before its launch an asset's ticker was another's."""
    asset = context.crosswalk.asset(asset_id)
    launch = None if asset is None or NAME in asset.exchange_symbols else launched_at(asset)
    return _OPENED_AT if launch is None else max(launch, _OPENED_AT)


def _funding_asks(asset_id: int, instrument: str, start: datetime, end: datetime) -> Iterator[_Ask]:
    while start < end:
        until = min(start + _DAY * _FUNDING_DAYS, end)
        yield _Ask("funding_rate", asset_id, instrument, start, until)
        start = until


def _to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[MetricSeries, ...]:
    points: dict[tuple[int, str, Metric], dict[datetime, float]] = defaultdict(dict)
    for ask, answer in zip(_asks(query, context), answers, strict=True):
        read = _funding_days if ask.metric == "funding_rate" else _interest_days
        points[ask.asset_id, ask.instrument, ask.metric] |= read(ask, answer)
    return tuple(_series(*name, held) for name, held in points.items() if held)


def _series(asset_id: int, instrument: str, metric: Metric, held: dict[datetime, float]) -> MetricSeries:
    points = tuple(MetricPoint(at, held[at]) for at in sorted(held))
    last = points[-1].at
    if metric == "funding_rate":
        unit, as_of, what = "percent_per_day", last + _DAY, "sum of the day's settlements"
    else:
        unit, as_of, what = "USD", last, "at midnight UTC, USDT taken for US dollars; the last month is all there is"
    return MetricSeries(
        metric=metric,
        entity=str(asset_id),
        unit=unit,
        granularity="1d",
        provenance=Provenance(NAME, "live", as_of, f"perpetual, Binance {instrument}; {what}"),
        points=points,
    )


def _funding_days(ask: _Ask, answer: HttpAnswer) -> dict[datetime, float]:
    """What longs paid shorts a day, in percent, of the days that are whole."""
    settled = _rows(answer, ask, "fundingTime", "fundingRate")
    until = min(ask.end, floor(answer.fetched_at, _DAY))
    if len(settled) >= _FUNDING_ROWS:
        # Cut off by the limit: of the last day there may be more.
        until = min(until, floor(max(settled), _DAY))
    days: dict[datetime, float] = defaultdict(float)
    for at, rate in settled.items():
        if ask.start <= at < until:
            days[floor(at, _DAY)] += rate * 100
    return days


def _interest_days(ask: _Ask, answer: HttpAnswer) -> dict[datetime, float]:
    held = _rows(answer, ask, "timestamp", "sumOpenInterestValue")
    return {
        at: value
        for at, value in held.items()
        if ask.start <= at < ask.end and floor(at, _DAY) == at <= answer.fetched_at and unsigned(value) is not None
    }


def _rows(answer: HttpAnswer, ask: _Ask, time_key: str, value_key: str) -> dict[datetime, float]:
    """The values by their time. Raises: UpstreamBadAnswer unless it is a list, or if none of it can be read."""
    rows = decode_json(NAME, answer)
    if not isinstance(rows, list):
        raise malformed(NAME, "expected a list")
    found: dict[datetime, float] = {}
    for row in rows:
        if not isinstance(row, dict) or row.get("symbol") != ask.instrument:
            continue
        at, value = from_milliseconds(row.get(time_key)), number(row.get(value_key))
        if at is not None and value is not None:
            found[at] = value
    if rows and not found:
        raise malformed(NAME, "no row can be read")
    return found

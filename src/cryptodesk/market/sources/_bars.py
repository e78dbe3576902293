"""Candles of exchanges: what is asked for which span, and whole bars made of the rows that come."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from msgspec import Struct

from cryptodesk.market.fetching.client import HttpAnswer, HttpRequest
from cryptodesk.market.query import Query
from cryptodesk.market.records import INTERVALS, Candle, CandleSeries, Interval, Provenance
from cryptodesk.market.sources._figures import positive, unsigned
from cryptodesk.market.sources._instruments import Naming, asset_ids, launched_at
from cryptodesk.market.sources._refusals import malformed
from cryptodesk.market.sources._source import Route, SourceContext

__all__ = [
    "DEFAULT_BARS",
    "MOST_REQUESTS",
    "Ask",
    "Bar",
    "SpotMarket",
    "bar",
    "candle_route",
    "ceiling",
    "floor",
    "rows_in",
]

DEFAULT_BARS = 400
# Asked one after another; more would not be answered while somebody waits.
MOST_REQUESTS = 20
_TTL_SECONDS = 300.0
# A Monday: weeks begin on one, and it is the start of every shorter bar too.
_MONDAY = datetime(1970, 1, 5, tzinfo=UTC)


class Bar(Struct, frozen=True):
    """One row of an answer. `is_complete` is what the exchange says of it; None where it says nothing."""

    candle: Candle
    is_complete: bool | None = None


class Ask(Struct, frozen=True):
    """Bars of one instrument opened in `start` <= t < `end`, no more than one answer holds; both on the interval."""

    asset_id: int
    instrument: str
    pair: str
    quote_currency: str
    interval: Interval
    start: datetime
    end: datetime

    @property
    def length(self) -> timedelta:
        return INTERVALS[self.interval]

    @property
    def bars(self) -> int:
        return (self.end - self.start) // self.length


class SpotMarket(Struct, frozen=True):
    """A spot exchange. `quotes` maps a currency asked for to the one it is quoted in there, `intervals` ours to its
    names for them. `reach` is how many bars back from now it remembers, None for all."""

    source: str
    title: str
    naming: Naming
    quotes: Mapping[str, str]
    intervals: Mapping[Interval, str]
    bars_an_answer: int
    reach: int | None = None


def candle_route(
    market: SpotMarket,
    build_request: Callable[[Ask], HttpRequest],
    read_rows: Callable[[HttpAnswer], Sequence[Any]],
    read_bar: Callable[[Any], Bar | None],
    *,
    preference: int,
) -> Route:
    """The route for candles. `read_rows` gives an answer's rows, in any order, and raises UpstreamBadAnswer if there
    are none where they should be; `read_bar` is None for a row that is no bar."""

    def build_query(query: Query[Any], context: SourceContext) -> tuple[HttpRequest, ...]:
        return tuple(build_request(ask) for ask in _asks(market, query, context))

    def to_records(answers: Sequence[HttpAnswer], query: Query[Any], context: SourceContext) -> tuple[Any, ...]:
        held: dict[int, list[tuple[Ask, HttpAnswer]]] = {}
        for ask, answer in zip(_asks(market, query, context), answers, strict=True):
            held.setdefault(ask.asset_id, []).append((ask, answer))
        found = (_series(market, pieces, read_rows, read_bar) for pieces in held.values())
        return tuple(series for series in found if series is not None)

    return Route(
        kind=CandleSeries,
        build_query=build_query,
        to_records=to_records,
        ttl_seconds=_TTL_SECONDS,
        stale_seconds=_TTL_SECONDS,
        preference=preference,
    )


def bar(
    opened_at: datetime | None,
    prices: Sequence[Any],
    volume: Any,
    quote_volume: Any = None,
    *,
    is_complete: bool | None = None,
) -> Bar | None:
    """A bar of [open, high, low, close]; None for one that cannot be: a figure missing, a close outside the range."""
    figures = [positive(price) for price in prices]
    traded = unsigned(volume)
    if opened_at is None or traded is None or None in figures:
        return None
    first, high, low, last = (price for price in figures if price is not None)
    if not low <= min(first, last) <= max(first, last) <= high:
        return None
    return Bar(Candle(opened_at, first, high, low, last, traded, unsigned(quote_volume)), is_complete)


def floor(at: datetime, length: timedelta) -> datetime:
    """The start of the bar that `at` lies in."""
    return at - (at - _MONDAY) % length


def ceiling(at: datetime, length: timedelta) -> datetime:
    """The start of the first bar that does not begin before `at`."""
    begun = floor(at, length)
    return begun if begun == at else begun + length


def rows_in(source: str, value: Any) -> Sequence[Any]:
    """Raises: UpstreamBadAnswer unless it is a list."""
    if not isinstance(value, list):
        raise malformed(source, "expected a list of candles")
    return value


def _asks(market: SpotMarket, query: Query[Any], context: SourceContext) -> list[Ask]:
    """What is asked for, asset by asset, oldest first; whole assets only, as many as there are requests for."""
    interval: Interval = query.interval or "1d"
    span = _span(query, context.now, INTERVALS[interval])
    if interval not in market.intervals or span is None or not _remembers(market, span, interval, context.now):
        return []
    found: list[Ask] = []
    for asset_id in asset_ids(query):
        asks = list(_asks_of(market, asset_id, query, context, span))
        if len(found) + len(asks) <= MOST_REQUESTS:
            found += asks
    return found


def _asks_of(
    market: SpotMarket, asset_id: int, query: Query[Any], context: SourceContext, span: tuple[datetime, datetime]
) -> Iterator[Ask]:
    asset = context.crosswalk.asset(asset_id)
    quote = market.quotes.get(query.quote_currency.upper())
    base = None if asset is None else market.naming.base_of(asset, context.crosswalk)
    if asset is None or base is None or quote is None or quote in (base, asset.symbol.upper()):
        return
    interval: Interval = query.interval or "1d"
    # As everybody spells it: "XDG" in a note would help nobody.
    pair = f"{asset.symbol.upper()}/{quote}"
    start, end = span
    if market.naming.market not in asset.exchange_symbols and (launch := launched_at(asset)) is not None:
        start = max(start, floor(launch, INTERVALS[interval]))
    step = INTERVALS[interval] * market.bars_an_answer
    while start < end:
        until = min(start + step, end)
        yield Ask(asset_id, market.naming.instrument(base, quote), pair, quote, interval, start, until)
        start = until


def _span(query: Query[Any], now: datetime, length: timedelta) -> tuple[datetime, datetime] | None:
    """The bars that are over by the moment of the question, from and until an opening."""
    end = floor(min(query.as_of or now, now), length)
    if query.end is not None:
        end = min(end, ceiling(query.end, length))
    start = end - length * DEFAULT_BARS if query.start is None else ceiling(query.start, length)
    return (start, end) if start < end else None


def _remembers(market: SpotMarket, span: tuple[datetime, datetime], interval: Interval, now: datetime) -> bool:
    length = INTERVALS[interval]
    return market.reach is None or span[0] >= floor(now, length) - length * market.reach


def _series(
    market: SpotMarket,
    pieces: Sequence[tuple[Ask, HttpAnswer]],
    read_rows: Callable[[HttpAnswer], Sequence[Any]],
    read_bar: Callable[[Any], Bar | None],
) -> CandleSeries | None:
    """None where the exchange has no bar of the span. Raises: UpstreamBadAnswer if no row of an answer is a bar."""
    candles: dict[datetime, Candle] = {}
    for ask, answer in pieces:
        rows = read_rows(answer)
        bars = [found for found in map(read_bar, rows) if found is not None]
        if rows and not bars:
            raise malformed(market.source, "no candle can be read")
        candles |= {candle.opened_at: candle for candle in _whole(bars, ask, answer.fetched_at)}
    if not candles:
        return None
    ask = pieces[0][0]
    ordered = tuple(candles[opened_at] for opened_at in sorted(candles))
    return CandleSeries(
        asset_id=ask.asset_id,
        interval=ask.interval,
        quote_currency=ask.quote_currency,
        instrument=ask.instrument,
        record_began_at=ordered[0].opened_at,
        provenance=Provenance(
            market.source, "live", ordered[-1].opened_at + ask.length, f"spot, {market.title} {ask.pair}"
        ),
        candles=ordered,
    )


def _whole(bars: Iterable[Bar], ask: Ask, fetched_at: datetime) -> Iterator[Candle]:
    """The bars that were asked for and are over; one that begins between two openings is of another market."""
    for found in bars:
        opened_at = found.candle.opened_at
        is_asked = ask.start <= opened_at < ask.end and floor(opened_at, ask.length) == opened_at
        if is_asked and found.is_complete is not False and opened_at + ask.length <= fetched_at:
            yield found.candle

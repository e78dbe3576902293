"""A small market for tests: three coins, dollar candles with figures that are easy to check by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, TypeVar

import msgspec

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.query import Found, Query, Record, Unavailable, answers
from cryptodesk.market.records import Asset, Candle, CandleSeries, CoinListing, MetricSeries, Mode, Provenance
from cryptodesk.market.visibility import visible_at
from cryptodesk.tools import ToolRegistry, ToolServices

R = TypeVar("R", bound=Record)

DAY = timedelta(days=1)
NOW = datetime(2026, 9, 12, 6, 0, tzinfo=UTC)
LAST_DAY = datetime(2026, 9, 9, tzinfo=UTC)
NOTE = "a perpetual contract's price"

BITCOIN = Asset(1, "Bitcoin", "BTC", "bitcoin", rank=1, max_supply="21000000", sources=("a", "b"))
ETHEREUM = Asset(1027, "Ethereum", "ETH", "ethereum", rank=2, aliases=("ether",), sources=("a", "c"))
SOLANA = Asset(5426, "Solana", "SOL", "solana", rank=6, sources=("a",))
CARDANO = Asset(2010, "Cardano", "ADA", "cardano", rank=9)
TWIN_ONE = Asset(9001, "Twin One", "TWIN", "twin-one")
TWIN_TWO = Asset(9002, "Twin Two", "TWIN", "twin-two")
SHADOW = Asset(9003, "Bitcoin Shadow", "BTC", "bitcoin-shadow")
ASSETS = (BITCOIN, ETHEREUM, SOLANA, CARDANO, TWIN_ONE, TWIN_TWO, SHADOW)


def rising(start: float, step: float) -> Callable[[int], float]:
    """Close of the day numbered from 0."""
    return lambda index: float(start + step * index)


def make_series(
    asset_id: int | str, closes: Callable[[int], float], days: int = 400, last_day: datetime = LAST_DAY, **changes: Any
) -> CandleSeries:
    """Candles that open at the close before, reach 1 above and 1 below, and trade 1000 units of the quote currency."""
    first_day = last_day - (days - 1) * DAY
    candles = tuple(
        Candle(
            first_day + index * DAY,
            closes(index - 1) if index else closes(0),
            closes(index) + 1,
            closes(index) - 1,
            closes(index),
            10.0,
            1000.0 + index,
        )
        for index in range(days)
    )
    origin = Provenance("exchange_perpetuals", "snapshot", last_day + DAY, NOTE)
    series = CandleSeries(asset_id, "1d", "USDT", f"COIN{asset_id}", first_day, origin, candles)
    return msgspec.structs.replace(series, **changes)


def origin(as_of: datetime = NOW, mode: Mode = "live", source: str = "lister", note: str | None = None) -> Provenance:
    return Provenance(source, mode, as_of, note)


def make_listing(asset: Asset = BITCOIN, as_of: datetime = NOW, **changes: Any) -> CoinListing:
    """A coin's row at 70,000 dollars with twenty million coins, live from one source unless told otherwise."""
    provenance = changes.pop("provenance", None) or origin(as_of)
    figures: dict[str, Any] = {
        "price": 70_000.0,
        "volume_24h": 35e9,
        "market_cap": 1.4e12,
        "circulating_supply": 20e6,
        "rank": 1,
        **changes,
    }
    return CoinListing(
        asset_id=asset.asset_id,
        name=asset.name,
        symbol=asset.symbol,
        slug=asset.slug,
        provenance=provenance,
        **figures,
    )


class FakeFeed:
    """`market.query.Feed` over records held in memory, under the rule of one clock.

    `failing` sources are named as unavailable whenever they would have been asked for that kind of record."""

    def __init__(self, *records: Record, failing: Mapping[type[Any], str] | None = None) -> None:
        self.records = records
        self.queries: list[Query[Any]] = []
        self._failing = failing or {}

    async def find(self, query: Query[R]) -> Found[R]:
        self.queries.append(query)
        moment = query.as_of or NOW
        seen = [visible_at(record, moment) for record in self.records if isinstance(record, query.kind)]
        chosen = [_narrowed(record, query) for record in seen if record is not None and _is_asked(record, query)]
        if query.ids is not None:
            chosen.sort(key=lambda record: next(i for i, asked in enumerate(query.ids or ()) if answers(record, asked)))
        gaps = [Unavailable(self._failing[query.kind], "no answer")] if query.kind in self._failing else []
        return Found(tuple(chosen[: query.limit]), tuple(gaps))


def _is_asked(record: Any, query: Query[Any]) -> bool:
    narrowed = {
        "interval": query.interval,
        "granularity": query.interval,
        "metric": query.metric,
        "asset_class": query.asset_class,
    }
    if any(value is not None and getattr(record, name, value) != value for name, value in narrowed.items()):
        return False
    if getattr(record, "quote_currency", query.quote_currency) not in _as_good_as(query.quote_currency, record):
        return False
    if query.platform is not None and getattr(record, "platform", query.platform) != query.platform:
        return False
    return query.ids is None or any(answers(record, asked) for asked in query.ids)


def _as_good_as(currency: str, record: Any) -> tuple[str, ...]:
    """Candles against a dollar stablecoin count as dollars, as in the store; listings are in what was asked for."""
    return ("USD", "USDT", "USDC") if currency == "USD" and isinstance(record, CandleSeries) else (currency,)


def _narrowed(record: Any, query: Query[Any]) -> Any:
    def is_inside(moment: datetime) -> bool:
        return (query.start is None or moment >= query.start) and (query.end is None or moment < query.end)

    if isinstance(record, CandleSeries):
        return msgspec.structs.replace(
            record, candles=tuple(candle for candle in record.candles if is_inside(candle.opened_at))
        )
    if isinstance(record, MetricSeries):
        return msgspec.structs.replace(record, points=tuple(point for point in record.points if is_inside(point.at)))
    return record


def make_services(
    *records: Record,
    assets: tuple[Asset, ...] = ASSETS,
    now: datetime = NOW,
    failing: Mapping[type[Any], str] | None = None,
) -> ToolServices:
    """Services over the given records; by default Bitcoin at 30,000 + 100 a day, Ether at 2,000 + 1, Solana at 100."""
    shown = records or (
        make_series(1, rising(30_000, 100)),
        make_series(1027, rising(2_000, 1)),
        make_series(5426, rising(100, 0), days=20),
    )
    return ToolServices(FixedClock(now), AssetDirectory(assets), FakeFeed(*shown, failing=failing))


def run_context(*, as_of: datetime | None = None, timeout_seconds: float = 5.0) -> ToolRunContext:
    return ToolRunContext("run-1", "key-1", as_of, timeout_seconds)


async def run_tool(
    name: str,
    arguments: Mapping[str, Any] | str,
    services: ToolServices | None = None,
    *,
    as_of: datetime | None = None,
) -> ToolTrace:
    text = arguments if isinstance(arguments, str) else msgspec.json.encode(arguments).decode()
    registry = ToolRegistry(services or make_services())
    return await registry.run(ToolCallPart("call_1", name, text), run_context(as_of=as_of))


async def output_of(
    name: str, arguments: Mapping[str, Any], services: ToolServices | None = None, **options: Any
) -> Any:
    """The decoded output of a call that must complete."""
    trace = await run_tool(name, arguments, services, **options)
    assert trace.status == "completed", trace.error_message
    assert trace.output is not None
    return msgspec.json.decode(trace.output)

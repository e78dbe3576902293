"""A small market for tests: three coins, dollar candles with figures that are easy to check by hand."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.market.directory import AssetDirectory
from cryptodesk.market.records import Asset, Candle, CandleSeries, Interval, Provenance
from cryptodesk.tools import ToolRegistry, ToolServices

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
    asset_id: int, closes: Callable[[int], float], days: int = 400, last_day: datetime = LAST_DAY, **changes: Any
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


class FakeCandleStore:
    """`market.store.CandleStore` over series held in memory."""

    def __init__(self, *series: CandleSeries) -> None:
        self._series = {item.asset_id: item for item in series}

    async def load_candles(
        self,
        asset_id: int,
        interval: Interval,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
    ) -> CandleSeries | None:
        series = self._series.get(asset_id)
        if series is None or series.interval != interval:
            return None
        visible = [candle for candle in series.candles if as_of is None or candle.opened_at + DAY <= as_of]
        if not visible:
            return None
        asked = tuple(
            candle
            for candle in visible
            if (start is None or candle.opened_at >= start) and (end is None or candle.opened_at < end)
        )
        as_of_bar = (asked or tuple(visible))[-1].opened_at + DAY
        origin = msgspec.structs.replace(series.provenance, as_of=as_of_bar)
        return msgspec.structs.replace(series, candles=asked, provenance=origin)

    async def latest(self, asset_id: int, as_of: datetime | None = None) -> CandleSeries | None:
        series = await self.load_candles(asset_id, "1d", as_of=as_of)
        return None if series is None else msgspec.structs.replace(series, candles=series.candles[-1:])

    async def covered(self, interval: Interval = "1d") -> tuple[int, ...]:
        return tuple(sorted(self._series))


def make_services(*series: CandleSeries, assets: tuple[Asset, ...] = ASSETS, now: datetime = NOW) -> ToolServices:
    """Services over the given candles; by default Bitcoin at 30,000 + 100 a day, Ether at 2,000 + 1, Solana at 100."""
    shown = series or (
        make_series(1, rising(30_000, 100)),
        make_series(1027, rising(2_000, 1)),
        make_series(5426, rising(100, 0), days=20),
    )
    return ToolServices(FixedClock(now), AssetDirectory(assets), FakeCandleStore(*shown))


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

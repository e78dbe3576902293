"""CoinMarketCap, CoinGecko, Binance, alternative.me and DefiLlama on loopback, and a market that asks them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec

from cryptodesk.core.clock import Clock, FixedClock
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.market.fetching.migrations import MIGRATIONS as SOURCE_MIGRATIONS
from cryptodesk.market.market import Market, MarketOptions, load_sources
from cryptodesk.market.migrations import COMPONENT, MIGRATIONS
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from cryptodesk.tools import ToolRegistry, ToolServices
from tests.market.sources.bad_days import Asked, Play, SourceServer
from tests.tools.fakes import run_context

__all__ = ["NOW", "VENDORS", "LocalDesk", "TickingClock", "local_desk", "open_desk_database", "well"]

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)
_PAYLOADS = Path(__file__).parent.parent / "market" / "sources" / "payloads"
# The end of a request's path, and what answers it.
VENDORS: dict[str, dict[str, str]] = {
    "coinmarketcap": {
        "/v3/cryptocurrency/quotes/latest": "coinmarketcap/quotes_v3",
        "/v3/cryptocurrency/listings/latest": "coinmarketcap/quotes_v3",
        "/v3/fear-and-greed/latest": "coinmarketcap/fear_greed_latest",
        "/v1/global-metrics/quotes/latest": "coinmarketcap/global_latest",
    },
    "coingecko": {"/coins/markets": "coingecko/markets", "/global": "coingecko/global"},
    "binance": {"/api/v3/klines": "binance/klines_1d"},
    "alternative_me": {"/fng/": "alternative_me/fng"},
    "defillama": {
        "/protocols": "defillama/protocols", "/overview/fees": "defillama/fees", "/overview/dexs": "defillama/dexs",
    },
}  # fmt: skip


class TickingClock:
    """A millisecond passes each time somebody looks."""

    def __init__(self, moment: datetime = NOW) -> None:
        self.moment = moment

    def now(self) -> datetime:
        self.moment += timedelta(milliseconds=1)
        return self.moment

    def unix(self) -> float:
        return self.now().timestamp()


def well(vendor: str) -> Play:
    """Answers each route of the vendor as documented; any other with 404."""
    bodies = {path: (_PAYLOADS / f"{name}.json").read_bytes() for path, name in VENDORS[vendor].items()}

    async def play(asked: Asked) -> None:
        body = next((body for path, body in bodies.items() if asked.path.endswith(path)), None)
        await asked.answer(body or b'{"status": {"error_code": 404}}', status=200 if body else 404)

    return play


@dataclass
class LocalDesk:
    market: Market
    services: ToolServices
    servers: Mapping[str, SourceServer]

    async def ask(self, tool: str, **arguments: Any) -> Any:
        """The decoded output of a call that completed."""
        call = ToolCallPart("call_1", tool, msgspec.json.encode(arguments).decode())
        trace = await ToolRegistry(self.services).run(call, run_context(timeout_seconds=20.0))
        assert trace.status == "completed", trace.error_message
        return msgspec.json.decode(trace.model_content)


@asynccontextmanager
async def local_desk(folder: Path, clock: Clock | None = None, **options: Any) -> AsyncIterator[LocalDesk]:
    """Every other source is off. `options` are those of the market."""
    clock = clock or FixedClock(NOW)
    async with AsyncExitStack() as stack:
        servers = {vendor: await stack.enter_async_context(SourceServer(well(vendor))) for vendor in VENDORS}
        chosen = MarketOptions(
            sources_off=tuple(load_sources().keys() - VENDORS.keys()),
            addresses={vendor: server.base_url for vendor, server in servers.items()},
            **options,
        )
        database = stack.enter_context(open_desk_database(folder))
        market = await stack.enter_async_context(Market(chosen, database, clock))
        yield LocalDesk(market, ToolServices(clock, market.directory, market.feed), servers)


def open_desk_database(folder: Path) -> SqliteDatabase:
    database = SqliteDatabase(folder / "desk.db")
    apply_migrations(database.path, COMPONENT, MIGRATIONS)
    apply_migrations(database.path, "market_sources", SOURCE_MIGRATIONS)
    return database

"""The composition root: settings → stores → engine → surfaces. The only place that joins the layers."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import sys
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, closing, contextmanager
from datetime import datetime

import msgspec
import uvicorn

import cryptodesk
from cryptodesk.catalog.models import load_models
from cryptodesk.catalog.prices import load_prices
from cryptodesk.core.clock import Clock, SystemClock
from cryptodesk.core.ids import new_id
from cryptodesk.core.messages import ToolCallPart, text_message
from cryptodesk.core.ports import KeyStore, RunSummary
from cryptodesk.core.requests import Caller, RunLimits, RunRequest
from cryptodesk.core.tools import ToolRunContext, ToolTrace
from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, DialectSettings
from cryptodesk.engine import Engine, Settlement
from cryptodesk.ledger.migrations import MIGRATIONS as LEDGER_MIGRATIONS
from cryptodesk.ledger.pricing import PriceBook
from cryptodesk.ledger.store import SqliteLedger
from cryptodesk.market.fetching.migrations import MIGRATIONS as SOURCE_MIGRATIONS
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions, Mention
from cryptodesk.market.market import Market, MarketOptions
from cryptodesk.market.migrations import MIGRATIONS as MARKET_MIGRATIONS
from cryptodesk.market.records import Asset
from cryptodesk.models._kinds import ProviderServices
from cryptodesk.models._router import ModelRouter
from cryptodesk.settings import Settings, SettingsError
from cryptodesk.state.keys import CachedKeyStore, SqliteKeyStore
from cryptodesk.state.migrations import MIGRATIONS as STATE_MIGRATIONS
from cryptodesk.state.ownership import Ownership
from cryptodesk.state.turns import SqliteTurnStore
from cryptodesk.storage.connection import connect_writer
from cryptodesk.storage.migrations import apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase
from cryptodesk.tools import ToolRegistry, ToolServices

__all__ = ["Desk", "create_app", "open_keys", "open_market", "serve_forever"]

log = logging.getLogger("cryptodesk")

LOCAL_CALLER = Caller(account_id="local", key_id="local")
_PURGE_INTERVAL_SECONDS = 3600.0
_LOG_INTERVAL_SECONDS = 0.1
_GC_THRESHOLD = 10_000


class Desk:
    """The product without a surface. Use it in an `async with` block: entering opens the stores, leaving closes all.

    Raises (entering): InternalError for a broken data folder, CatalogError for a wrong model or price file.
    """

    def __init__(self, settings: Settings, clock: Clock | None = None, observer: RunLog | None = None) -> None:
        self.settings = settings
        self.clock: Clock = clock or SystemClock()
        self._database = _open_database(settings)
        self.market = Market(_market_options(settings), self._database, self.clock)
        directory = self.market.directory
        mentions = _Knowledge(AssetMentions(directory), directory)
        table = load_models(settings.own_models_file)
        self.models = ModelRouter(
            table,
            load_prices(settings.own_prices_file),
            services=ProviderServices(self.clock, mentions),
            variables=settings.variables(table.variables),
            fallback_enabled=settings.analyst_fallback,
            enabled_providers=("scripted",) if settings.scripted_models else (),
        )
        self.tools = ToolRegistry(ToolServices(self.clock, directory, self.market.feed))
        self.keys = SqliteKeyStore(self._database)
        self.ledger = SqliteLedger(self._database)
        self._turns = SqliteTurnStore(self._database, retention_seconds=settings.response_retention_hours * 3600.0)
        self.engine = Engine(
            catalog=self.models,
            tools=self.tools,
            turns=self._turns,
            settlement=Settlement(self._database, self._turns, self.ledger, PriceBook()),
            clock=self.clock,
            observer=observer,
        )

    async def __aenter__(self) -> Desk:
        await self.market.__aenter__()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.models.close()
        await self.market.__aexit__()
        self._database.close()

    @property
    def limits(self) -> RunLimits:
        settings = self.settings
        return RunLimits(
            rounds=settings.run_rounds,
            tool_calls=settings.run_tool_calls,
            seconds=settings.run_seconds,
            tokens=settings.run_tokens,
            cost_usd=settings.run_cost_usd,
        )

    async def call_tool(self, name: str, arguments: str, as_of: datetime | None = None) -> ToolTrace:
        """One built-in tool, called outside a run. `arguments` is JSON text."""
        call = ToolCallPart(new_id(), name, arguments)
        return await self.tools.run(
            call, ToolRunContext(new_id(), LOCAL_CALLER.key_id, as_of, self.limits.tool_seconds)
        )

    def question(self, text: str, as_of: datetime | None = None) -> RunRequest:
        """A question asked on this machine: every built-in is offered and the answer is finished text."""
        return RunRequest(
            caller=LOCAL_CALLER,
            dialect="local",
            trace_id=new_id(),
            model_id=self.settings.default_model,
            messages=(text_message("user", text),),
            built_in_tools=tuple(self.tools.names()),
            after_tools="answer",
            stream=True,
            limits=self.limits,
            as_of=as_of,
        )

    async def serve_housekeeping(self) -> None:
        """Deletes responses past their retention, now and every hour. Runs until it is cancelled."""
        while True:
            await self._turns.purge_expired(self.clock.unix())
            await asyncio.sleep(_PURGE_INTERVAL_SECONDS)

    async def release_abandoned_turns(self) -> None:
        """Gives back what a killed server had claimed. Only for the sole server of a data folder."""
        await self._turns.release_abandoned()


class _Knowledge:
    """What the analyst is lent of the asset directory."""

    def __init__(self, mentions: AssetMentions, directory: AssetDirectory) -> None:
        self._mentions = mentions
        self._directory = directory

    def find(self, text: str) -> Sequence[Mention]:
        return self._mentions.find(text)

    def facts(self, asset_id: int | str) -> Asset | None:
        return self._directory.by_id(int(asset_id))


class _Anyone:
    """Lets everybody in as the local account, key or no key."""

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        return LOCAL_CALLER


class RunLog:
    """One JSON line a run on standard error, written out at most every tenth of a second: a write for each run costs
    the interpreter lock each time. Ids, counts and money; never a message's text."""

    def __init__(self) -> None:
        self._lines: list[bytes] = []

    def ended(self, summary: RunSummary) -> None:
        if not self._lines:
            asyncio.get_running_loop().call_later(_LOG_INTERVAL_SECONDS, self.flush)
        self._lines.append(_encode_summary(summary))

    def flush(self) -> None:
        if self._lines:
            lines, self._lines = self._lines, []
            sys.stderr.buffer.write(b"\n".join(lines) + b"\n")
            sys.stderr.buffer.flush()


_encode_summary = msgspec.json.Encoder(decimal_format="string").encode


def _market_options(settings: Settings) -> MarketOptions:
    return MarketOptions(
        mode=settings.data,
        simulated_seed=settings.simulated_seed,
        simulated_coins=settings.simulated_coins,
        patience_seconds=settings.source_patience_seconds,
        sources_off=settings.sources_off,
        addresses=settings.source_addresses,
        proxy=settings.proxy,
        variables=settings.variables,
    )


def _open_database(settings: Settings) -> SqliteDatabase:
    with closing(connect_writer(settings.database_path)) as connection:
        for component, migrations in (
            ("state", STATE_MIGRATIONS),
            ("ledger", LEDGER_MIGRATIONS),
            ("market", MARKET_MIGRATIONS),
            ("market_sources", SOURCE_MIGRATIONS),
        ):
            apply_migrations(connection, component, migrations)
    database = SqliteDatabase(settings.database_path)
    database.open()
    return database


@contextmanager
def open_keys(settings: Settings) -> Iterator[SqliteKeyStore]:
    """The key store of a data folder, for commands."""
    database = _open_database(settings)
    try:
        yield SqliteKeyStore(database)
    finally:
        database.close()


def open_market(settings: Settings, database: SqliteDatabase) -> Market:
    """The market data of an open database, for commands that need nothing else of the product."""
    with closing(connect_writer(settings.database_path)) as connection:
        apply_migrations(connection, "market_sources", SOURCE_MIGRATIONS)
    return Market(_market_options(settings), database, SystemClock())


def create_app(settings: Settings, *, clock: Clock | None = None, say: Callable[[str], None] | None = None) -> ASGIApp:
    """The whole server as an ASGI application; its stores open when its lifespan starts.

    `say` is told what an operator must read once: the first API key.
    Raises: what `Desk` raises; SettingsError for a bootstrap key that cannot be one."""
    run_log = RunLog()
    desk = Desk(settings, clock, run_log)
    _ensure_key(desk, say or (lambda _: None))
    keys: KeyStore = _Anyone() if settings.insecure_no_auth else CachedKeyStore(desk.keys)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with desk:
            with Ownership(settings.home) as ownership:
                if ownership.is_sole:
                    await desk.release_abandoned_turns()
                housekeeping = asyncio.create_task(desk.serve_housekeeping())
                _settle_memory()
                try:
                    yield
                finally:
                    housekeeping.cancel()
                    with contextlib.suppress(asyncio.CancelledError):
                        await housekeeping
                    run_log.flush()

    ports = DialectPorts(
        engine=desk.engine,
        keys=keys,
        clock=desk.clock,
        built_in_tools=frozenset(desk.tools.names()),
        settings=DialectSettings(max_body_bytes=settings.max_body_bytes, body_seconds=settings.body_seconds),
        require_model=desk.models.resolve,
        model_ids=lambda: desk.models.model_ids,
        limits=desk.limits,
    )
    return build_asgi(ports, lifespan)


def _settle_memory() -> None:
    """What was loaded at the start stays for good, so the collector need not walk it again and again (measured: 7 % of
    the CPU under load), and it may run more rarely: a request leaves few cycles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def _ensure_key(desk: Desk, say: Callable[[str], None]) -> None:
    """Takes the bootstrap key, or makes the first key and says it once."""
    settings = desk.settings
    now = desk.clock.now()
    if settings.bootstrap_key is not None:
        try:
            desk.keys.add(settings.bootstrap_key.get_secret_value(), "bootstrap", "main", now)
        except ValueError as error:
            raise SettingsError(f"bootstrap_key: {error}") from None
    elif not settings.insecure_no_auth and not desk.keys.list():
        text, _ = desk.keys.create("first", "main", now)
        say(f"API key: {text}")


class _Server(uvicorn.Server):
    """Says where it listens once it does: the port may have been picked by the system."""

    def __init__(self, config: uvicorn.Config, say: Callable[[str], None]) -> None:
        super().__init__(config)
        self._say = say

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        for server in getattr(self, "servers", ()):
            for socket in server.sockets:
                host, port = socket.getsockname()[:2]
                shown = f"[{host}]" if ":" in host else host
                self._say(f"cryptodesk {cryptodesk.__version__} listening on http://{shown}:{port}")


def serve_forever(settings: Settings, say: Callable[[str], None]) -> None:
    """Serves until SIGINT or SIGTERM; open streams get ten seconds to end."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    config = uvicorn.Config(
        create_app(settings, say=say),
        host=settings.host,
        port=settings.port,
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
        log_config=None,
        server_header=False,
        proxy_headers=False,
        timeout_graceful_shutdown=10,
        backlog=2048,
    )
    _Server(config, say).run()

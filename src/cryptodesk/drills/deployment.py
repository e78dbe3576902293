"""The operator's deployment as a drill runs it: own settings, catalogue, dialects and engine, behind real HTTP on
loopback; a data folder that is thrown away, a provider that plays faults, and no way to a real one."""

from __future__ import annotations

import asyncio
import contextlib
import logging
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path
from typing import Any

import uvicorn
from msgspec import Struct
from pydantic import SecretStr

from cryptodesk.app.catalogue import open_models
from cryptodesk.app.desk import Desk
from cryptodesk.app.server import create_app
from cryptodesk.catalog.models import load_models
from cryptodesk.dialects._ports import ASGIApp
from cryptodesk.drills.catalogue import Served, redirected, served_models, write_catalogue
from cryptodesk.drills.loopback import Upstream
from cryptodesk.drills.provider import FaultyProvider
from cryptodesk.drills.surroundings import DrillTaping, FullDisk, SkewedClock
from cryptodesk.ledger.store import DatabaseLedger
from cryptodesk.models._kinds import ProviderServices
from cryptodesk.settings import Settings
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["RUN_SECONDS", "Deployment", "deployed"]

# A run of a drill lasts no longer than this, so that faults which only the clock ends are seen soon.
RUN_SECONDS = 4.0
_KEY = "cd_drill_0123456789abcdef0123456789abcdef"


class Deployment(Struct, frozen=True):
    """`served` are the models to drill with, by wire, `researcher` the one behind the researched answers."""

    url: str
    desk: Desk
    ledger: DatabaseLedger
    provider: FaultyProvider
    clock: SkewedClock
    disk: FullDisk
    served: dict[str, Served]
    researcher: Served
    retries: int


@asynccontextmanager
async def deployed(own: Settings) -> AsyncIterator[Deployment]:
    """Raises: CatalogError, SettingsError; LookupError where the catalogue has no model of any wire."""
    provider = FaultyProvider()
    with tempfile.TemporaryDirectory(prefix="cryptodesk-drill-") as home, _quiet():
        async with Upstream(provider.reply) as upstream:
            settings, served = _drilled(own, Path(home), upstream.origin)
            clock = SkewedClock()
            desk = Desk(settings, clock, taping=DrillTaping(clock))
            _refuse_foreign_store(desk, Path(home))
            async with _serving(create_app(settings, clock=clock, desk=desk)) as url:
                yield Deployment(
                    url=url,
                    desk=desk,
                    ledger=DatabaseLedger(desk.database),
                    provider=provider,
                    clock=clock,
                    disk=FullDisk(desk),
                    served=served,
                    researcher=_researcher(served, settings.research_model),
                    retries=settings.model_retries,
                )


def _drilled(own: Settings, home: Path, origin: str) -> tuple[Settings, dict[str, Served]]:
    """The operator's settings, with the drill's folder, address, key and times, and the models to drill with."""
    table = redirected(load_models(own.own_models_file), origin)
    models_file = home / "drill-models.toml"
    write_catalogue(table, models_file)
    changes: dict[str, Any] = {
        "home": home,
        "database_url": None,
        "host": "127.0.0.1",
        "port": 0,
        "bootstrap_key": SecretStr(_KEY),
        "insecure_no_auth": False,
        "models_file": models_file,
        "prices_file": own.own_prices_file,
        # A market of today would be another one each day, and would be fetched.
        "data": "snapshot",
        "documents_sync": False,
        "run_seconds": min(own.run_seconds, RUN_SECONDS),
        "run_cost_usd": None,
        # One fault must not hide the next.
        "breaker_failures": 0,
    }
    settings = own.model_copy(update=changes)
    router = open_models(settings, ProviderServices(SkewedClock()))
    served = served_models(router, table, own.default_model)
    if not served:
        raise LookupError("no model of the catalogue that costs something is served over HTTP: nothing to drill")
    researcher = _researcher(served, own.research_model or own.default_model)
    return settings.model_copy(update={"research_model": researcher.model_id}), served


def _researcher(served: dict[str, Served], wanted: str) -> Served:
    """The operator's research model where it is one to drill with."""
    return next((each for each in served.values() if each.model_id == wanted), next(iter(served.values())))


def _refuse_foreign_store(desk: Desk, home: Path) -> None:
    """Raises: RuntimeError if anything would be written outside the drill's own folder."""
    database = desk.database
    if not isinstance(database, SqliteDatabase) or not database.path.resolve().is_relative_to(home.resolve()):
        raise RuntimeError("the drill would write to a ledger that is not its own")


class _Server(uvicorn.Server):
    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self.is_up = asyncio.Event()

    def capture_signals(self) -> Any:
        """An interrupt is for the drill, not for its server."""
        return contextlib.nullcontext()

    async def startup(self, sockets: list[Any] | None = None) -> None:
        try:
            await super().startup(sockets)
        except SystemExit:
            raise RuntimeError("the drill's server did not start; `cryptodesk serve` says why") from None
        self.is_up.set()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.servers[0].sockets[0].getsockname()[1]}"


@asynccontextmanager
async def _serving(app: ASGIApp) -> AsyncIterator[str]:
    """Raises: RuntimeError if the server does not start."""
    config = uvicorn.Config(
        app, host="127.0.0.1", port=0, http="httptools", ws="none", access_log=False, log_config=None, lifespan="on"
    )
    server = _Server(config)
    running, up = asyncio.create_task(server.serve()), asyncio.create_task(server.is_up.wait())
    try:
        await asyncio.wait((running, up), return_when=asyncio.FIRST_COMPLETED)
        if running.done():
            await running
        yield server.url
    finally:
        up.cancel()
        server.should_exit = True
        await running


@contextmanager
def _quiet() -> Iterator[None]:
    """Faults are what is played here: nobody needs to be warned of them."""
    loggers = [logging.getLogger(name) for name in ("cryptodesk", "uvicorn", "aiohttp")]
    levels = [logger.level for logger in loggers]
    for logger in loggers:
        logger.setLevel(logging.CRITICAL + 1)
    try:
        yield
    finally:
        for logger, level in zip(loggers, levels, strict=True):
            logger.setLevel(level)

"""The server: the desk behind its dialects, with its housekeeping and its log."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NoReturn

import uvicorn
from msgspec import structs
from starlette.routing import Route

import cryptodesk
from cryptodesk.app.admitting import Admitting
from cryptodesk.app.connections import ConnectionLimits, allow_descriptors, bounded_protocol
from cryptodesk.app.counting import Counting, Slot, metrics_endpoint
from cryptodesk.app.data_status import DeskData
from cryptodesk.app.desk import LOCAL_CALLER, Desk
from cryptodesk.app.logs import Logs
from cryptodesk.app.mcp import mcp_ports
from cryptodesk.app.readiness import Readiness, readiness_endpoint, settle_cut
from cryptodesk.app.reading import DeskReader
from cryptodesk.core.clock import Clock, SystemClock
from cryptodesk.core.ports import KeyStore
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, DialectSettings
from cryptodesk.mcp.route import MCP_PATH, McpEndpoint
from cryptodesk.settings import Settings, SettingsError
from cryptodesk.state.keys import CachedKeyStore, DatabaseKeyStore
from cryptodesk.web.pages import build_routes as build_pages

__all__ = ["address_text", "create_app", "ensure_key", "serve_forever", "settle_memory"]

log = logging.getLogger("cryptodesk.server")

_GC_THRESHOLD = 10_000
# Settling is a commit; what takes longer than this is settled by whoever starts next.
_SETTLE_SECONDS = 5.0


class _Anyone:
    """Lets everybody in as the local account, key or no key."""

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        return LOCAL_CALLER


def create_app(
    settings: Settings,
    *,
    clock: Clock | None = None,
    say: Callable[[str], None] | None = None,
    desk: Desk | None = None,
    logs: Logs | None = None,
    readiness: Readiness | None = None,
    slot: Slot | None = None,
) -> ASGIApp:
    """The whole server as an ASGI application; its stores open when its lifespan starts.

    `say` is told what an operator must read once: the first API key. `desk` is one that was made of these settings.
    Raises: what `Desk` raises; SettingsError for a bootstrap key that cannot be one."""
    clock = clock or (desk.clock if desk else SystemClock())
    logs = logs or Logs(settings, clock)
    readiness = readiness or Readiness()
    counting = Counting(then=logs.runs, slot=slot, keeps_texts=settings.log_texts)
    admitting = Admitting(settings, counting.observer)
    desk = desk or Desk(settings, clock, admitting.uses, over=counting.over)
    admitting.watch_over(desk)
    data = DeskData(desk)
    counting.watch_over(desk, admitting, data)
    ensure_key(settings, desk.keys, clock, say or (lambda _: None))
    keys: KeyStore = _Anyone() if settings.insecure_no_auth else CachedKeyStore(desk.keys)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with desk:
            with desk.presence() as presence:
                if presence.is_sole:
                    await desk.release_abandoned_turns()
                    await admitting.limits.release_abandoned()
                background = [
                    asyncio.create_task(desk.serve_housekeeping()),
                    asyncio.create_task(desk.serve_ledger()),
                    asyncio.create_task(admitting.limits.serve()),
                    asyncio.create_task(desk.serve_catalogue(log.warning)),
                    asyncio.create_task(desk.serve_documents(is_sole=presence.is_sole)),
                    asyncio.create_task(desk.jobs.serve()),
                    asyncio.create_task(counting.serve()),
                ]
                settle_memory()
                readiness.serve(desk)
                try:
                    yield
                finally:
                    readiness.drain()
                    if left := await settle_cut(lambda: counting.requests.requests, _SETTLE_SECONDS):
                        log.error("%d requests that were cut off could not be settled in time", left)
                    await mcp.close()
                    for task in background:
                        task.cancel()
                    for task in background:
                        with contextlib.suppress(asyncio.CancelledError):
                            await task
                    await admitting.limits.drain()
                    logs.runs.flush()

    dialect_settings = DialectSettings(
        max_body_bytes=settings.max_body_bytes,
        body_seconds=settings.body_seconds,
        default_related_questions=settings.related_questions,
        annotates=settings.annotations,
        openai_tools=settings.openai_tools,
        helper_prompts=settings.helper_prompts,
    )
    ports = DialectPorts(
        engine=desk.engine,
        keys=keys,
        clock=desk.taping.clock(desk.clock, "edge"),
        built_in_tools=frozenset(desk.tools.names()),
        settings=dialect_settings,
        require_model=desk.models.resolve,
        model_ids=lambda: desk.models.model_ids,
        limits=desk.limits,
        research=desk.research,
        research_model=desk.research_model,
        jobs=desk.jobs,
        texts=desk.texts,
        credits=desk.credits,
        money=desk.money,
        data=data,
        answers=desk.answers,
        reader=DeskReader(desk),
        watch=desk.taping.watch(dialect_settings),
    )
    ports = admitting.over(ports)
    mcp = McpEndpoint(mcp_ports(desk, ports))
    routes = [*build_pages(), Route(MCP_PATH, mcp), Route("/readyz", readiness_endpoint(readiness))]
    ports = structs.replace(ports, watch=counting.watch(ports.watch))
    if settings.metrics:
        routes.append(Route("/metrics", metrics_endpoint(counting, settings.metrics_key)))
    return build_asgi(ports, lifespan, routes)


def settle_memory() -> None:
    """What was loaded at the start stays for good, so the collector need not walk it again and again (measured: 7 % of
    the CPU under load), and it may run more rarely: a request leaves few cycles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def ensure_key(settings: Settings, keys: DatabaseKeyStore, clock: Clock, say: Callable[[str], None]) -> None:
    """Takes the bootstrap key, or makes the first key and says it once. Raises: SettingsError."""
    now = clock.now()
    if settings.bootstrap_key is not None:
        try:
            keys.add(settings.bootstrap_key.get_secret_value(), "bootstrap", "main", now)
        except ValueError as error:
            raise SettingsError(f"bootstrap_key: {error}") from None
    elif not settings.insecure_no_auth and not keys.list():
        text, _ = keys.create("first", "main", now)
        say(f"API key: {text}")


class _Server(uvicorn.Server):
    """Says where it listens once it does: the port may have been picked by the system. Told to stop, it is no longer
    ready, goes on for `notice_seconds`, takes no more requests, and gives open answers their time."""

    def __init__(
        self, config: uvicorn.Config, say: Callable[[str], None], readiness: Readiness, notice_seconds: float
    ) -> None:
        super().__init__(config)
        self._say = say
        self._readiness = readiness
        self._notice_seconds = notice_seconds

    async def shutdown(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        self._readiness.drain()
        await asyncio.sleep(self._notice_seconds)
        await super().shutdown(sockets)  # type: ignore[arg-type]

    async def startup(self, sockets: list[object] | None = None) -> None:  # type: ignore[override]
        await super().startup(sockets)  # type: ignore[arg-type]
        for server in getattr(self, "servers", ()):
            for listening in server.sockets:
                self._say(f"cryptodesk {cryptodesk.__version__} listening on {address_text(listening)}")


def address_text(listening: Any) -> str:
    host, port = listening.getsockname()[:2]
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


def _connection_limits(settings: Settings) -> ConnectionLimits:
    most = allow_descriptors(settings.connections)
    if most < settings.connections:
        log.warning("%d connections at most: the system's limit of open files allows no more (ulimit -n)", most)
    return ConnectionLimits(most, settings.header_seconds, settings.max_header_bytes)


def serve_forever(
    settings: Settings, say: Callable[[str], None], listening: socket.socket | None = None, slot: Slot | None = None
) -> None:
    """Serves until SIGINT, or SIGTERM, which ends the process with 0. A worker is handed the socket that it listens on
    and its slot."""
    signal.signal(signal.SIGTERM, _leave)
    clock = SystemClock()
    logs = Logs(settings, clock)
    logs.install()
    readiness = Readiness()
    config = uvicorn.Config(
        create_app(settings, clock=clock, say=say, logs=logs, readiness=readiness, slot=slot),
        host=settings.host,
        port=settings.port,
        http=bounded_protocol(_connection_limits(settings)),
        ws="none",
        access_log=False,
        log_level=settings.log_level,
        log_config=None,
        server_header=False,
        proxy_headers=False,
        # The type says int, but it is handed to `asyncio.wait_for` as it is.
        timeout_graceful_shutdown=settings.drain_seconds,  # type: ignore[arg-type]
        backlog=2048,
    )
    _Server(config, say, readiness, settings.drain_notice_seconds).run([listening] if listening else None)


def _leave(*_: object) -> NoReturn:
    # The server handles the signal itself while it runs, and then raises it anew for whoever had it before: here.
    raise SystemExit(0)

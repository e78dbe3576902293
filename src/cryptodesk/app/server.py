"""The server: the desk behind its dialects, with its housekeeping and its log."""

from __future__ import annotations

import asyncio
import contextlib
import gc
import logging
import signal
import socket
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, NoReturn

import uvicorn
from msgspec import structs
from starlette.routing import Route

import cryptodesk
from cryptodesk.app.access import AddressLimit, Doorkeeper
from cryptodesk.app.admitting import Admitting
from cryptodesk.app.connections import ConnectionLimits, allow_descriptors, bounded_protocol
from cryptodesk.app.counting import Counting, Slot, metrics_endpoint
from cryptodesk.app.data_status import DeskData
from cryptodesk.app.desk import LOCAL_CALLER, Desk
from cryptodesk.app.evidence.desk import EvidenceDesk
from cryptodesk.app.headers import secure_headers
from cryptodesk.app.logs import Logs
from cryptodesk.app.mcp import mcp_ports
from cryptodesk.app.openapi import complete_document
from cryptodesk.app.openapi_page import build_routes as build_reference
from cryptodesk.app.origins import METRICS_PATH, OriginRules, allow_origins, require_known_names
from cryptodesk.app.quoting import ResearchQuotes
from cryptodesk.app.readiness import Readiness, readiness_endpoint, settle_cut
from cryptodesk.app.reading import DeskReader
from cryptodesk.app.starting import Starting
from cryptodesk.app.tracing.opening import open_telemetry
from cryptodesk.core.clock import Clock, SystemClock
from cryptodesk.core.requests import Caller
from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import ASGIApp, DialectPorts, DialectSettings, Receive, Scope, Send
from cryptodesk.ledger.pricing import PriceBook
from cryptodesk.mcp.route import MCP_PATH, McpEndpoint
from cryptodesk.settings import Settings, SettingsError
from cryptodesk.state.keys import CachedKeyStore, DatabaseKeyStore
from cryptodesk.web.pages import build_routes as build_pages

__all__ = ["address_text", "create_app", "ensure_key", "serve_forever", "settle_memory"]

log = logging.getLogger("cryptodesk.server")

_GC_THRESHOLD = 10_000
# Settling is a commit; what takes longer than this is settled by whoever starts next.
_SETTLE_SECONDS = 5.0


class _Mounted:
    """An endpoint that a router takes for an application: a plain function it would hand a request object."""

    def __init__(self, endpoint: ASGIApp) -> None:
        self._endpoint = endpoint

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._endpoint(scope, receive, send)


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
    telemetry = open_telemetry(settings, clock)
    admitting = Admitting(settings, telemetry.observer(counting.observer))
    desk = desk or Desk(settings, clock, admitting.uses, over=telemetry.over(counting.over))
    admitting.watch_over(desk)
    data = DeskData(desk)
    counting.watch_over(desk, admitting, data)
    ensure_key(settings, desk.keys, clock, say or (lambda _: None))
    doorkeeper = _doorkeeper(settings, desk.keys)

    @asynccontextmanager
    async def lifespan() -> AsyncIterator[None]:
        async with desk, telemetry.serving(counting):
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
                settle_generators()
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
        keys=doorkeeper,
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
        money=ResearchQuotes(desk.money, desk.catalog, PriceBook()),
        data=data,
        answers=desk.answers,
        reader=DeskReader(desk),
        watch=desk.taping.watch(dialect_settings),
        evidence=None if desk.recorder is None else EvidenceDesk(settings, desk.recorder.flush),
        history=desk.history if settings.history_days > 0 else None,
    )
    ports = telemetry.ports(admitting.over(ports))
    mcp = McpEndpoint(mcp_ports(desk, ports))
    mcp_route = Route(MCP_PATH, _Mounted(telemetry.watch(counting.watch(None))(mcp)))
    routes = [*build_pages(), *build_reference(), mcp_route, Route("/readyz", readiness_endpoint(readiness))]
    ports = structs.replace(ports, watch=telemetry.watch(counting.watch(ports.watch)))
    if settings.metrics:
        routes.append(Route(METRICS_PATH, metrics_endpoint(counting, settings.metrics_key)))
    mounted = {getattr(route, "path", "") for route in routes}
    app = build_asgi(ports, lifespan, routes, lambda document: complete_document(document, mounted))
    return _behind_the_door(app, settings, doorkeeper)


def _doorkeeper(settings: Settings, keys: DatabaseKeyStore) -> Doorkeeper:
    a_minute = settings.address_requests_a_minute
    limit = None if a_minute is None else AddressLimit(a_minute, settings.trusted_proxies)
    if settings.insecure_no_auth:
        return Doorkeeper(_Anyone(), None, limit)
    return Doorkeeper(CachedKeyStore(keys), keys, limit)


def _behind_the_door(app: ASGIApp, settings: Settings, doorkeeper: Doorkeeper) -> ASGIApp:
    """What every request passes on its way in, and every answer on its way out."""
    rules = OriginRules(
        origins=frozenset(settings.cors_origins),
        hosts=frozenset(name.lower() for name in settings.allowed_hosts),
        is_open=settings.insecure_no_auth,
        has_open_metrics=settings.metrics and settings.metrics_key is None,
    )
    app = allow_origins(require_known_names(doorkeeper.watch(app), rules), rules)
    return secure_headers(app, behind_tls=settings.behind_tls)


def settle_memory() -> None:
    """What was loaded at the start stays for good, so the collector need not walk it again and again (measured: 7 % of
    the CPU under load), and it may run more rarely: a request leaves few cycles behind."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(_GC_THRESHOLD)


def settle_generators() -> None:
    """An event loop remembers every async generator that has begun, to close at its end what nobody did. Every run
    closes its own, whatever becomes of it, so remembering those of each answer (1 % of its work) is for nothing."""
    sys.set_asyncgen_hooks(firstiter=None)


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
    and its slot. Raises: CryptodeskError for what stands in the way of a start."""
    signal.signal(signal.SIGTERM, _leave)
    clock = SystemClock()
    logs = Logs(settings, clock)
    logs.install()
    readiness = Readiness()
    starting = Starting(create_app(settings, clock=clock, say=say, logs=logs, readiness=readiness, slot=slot))
    config = uvicorn.Config(
        starting,
        interface="asgi3",
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
    try:
        _Server(config, say, readiness, settings.drain_notice_seconds).run([listening] if listening else None)
    except SystemExit:
        if starting.failure is None:
            raise
        raise starting.failure from None


def _leave(*_: object) -> NoReturn:
    # The server handles the signal itself while it runs, and then raises it anew for whoever had it before: here.
    raise SystemExit(0)

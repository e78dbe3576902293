"""Whether traces and metrics are sent, as the settings want it; where they are not, everything is as it was."""

from __future__ import annotations

import asyncio
import importlib
import logging
import threading
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Final

from msgspec import structs

from cryptodesk.app.recording.taping import Taping
from cryptodesk.core.clock import Clock
from cryptodesk.core.ports import RunObserver
from cryptodesk.dialects._ports import ASGIApp, DialectPorts
from cryptodesk.settings import Settings, SettingsError

if TYPE_CHECKING:
    from cryptodesk.app.counting import Counting
    from cryptodesk.app.tracing.sending import MetricsSender
    from cryptodesk.app.tracing.spans import Spans

__all__ = ["Telemetry", "check_telemetry", "open_telemetry"]

log = logging.getLogger("cryptodesk.tracing")

Over = Callable[[Taping], Taping]
Watch = Callable[[ASGIApp], ASGIApp]

# What has not been received by then when the server ends is lost: nobody waits longer for a collector that is away.
_LAST_SECONDS: Final = 5.0
_PROTOCOL: Final = "http/protobuf"
_DEFAULT_INTERVAL_MS: Final = 60_000.0


def open_telemetry(settings: Settings, clock: Clock) -> Telemetry:
    """Raises: SettingsError for what cannot be sent as it is wanted, or without the extra that sends it."""
    modules = check_telemetry(settings)
    if modules is None:
        return Telemetry(settings, clock)
    resource, spans = modules.spans.resource_of(), None
    if settings.otel_traces == "otlp":
        spans = _made("OTEL_BSP_*", lambda: modules.spans.Spans(modules.span_exporter(), clock, resource))
    sends_metrics = settings.otel_metrics == "otlp"
    return Telemetry(settings, clock, spans=spans, modules=modules if sends_metrics else None, resource=resource)


def check_telemetry(settings: Settings) -> _Modules | None:
    """What sends; None where nothing is sent. Raises: SettingsError."""
    is_disabled = settings.telemetry("SDK_DISABLED").lower() == "true"
    wanted = [name for name in ("traces", "metrics") if getattr(settings, f"otel_{name}") == "otlp"]
    if is_disabled or not wanted:
        return None
    for name in wanted:
        _check_protocol(settings, name.upper())
    if "metrics" in wanted:
        _interval_seconds(settings)
    return _Modules()


class Telemetry:
    """What of a server is told to a collector. Put it around the parts as they are made; `serving` while it serves."""

    def __init__(
        self,
        settings: Settings,
        clock: Clock,
        *,
        spans: Spans | None = None,
        modules: _Modules | None = None,
        resource: Any = None,
    ) -> None:
        self._settings = settings
        self._clock = clock
        self._modules = modules
        self._resource = resource
        self._interval_seconds = _interval_seconds(settings) if modules is not None else 0.0
        self._exporter = modules.metric_exporter() if modules is not None else None
        self.spans = spans

    # -- where nothing is sent, each gives back what it was given ------------------------------------------------------

    def observer(self, observer: RunObserver) -> RunObserver:
        if self.spans is None:
            return observer
        traced: RunObserver = _load("runs").TracedObserver(observer)
        return traced

    def over(self, inner: Over) -> Over:
        """How a desk's ports are put on."""
        spans = self.spans
        if spans is None:
            return inner
        system = "sqlite" if self._settings.database_url is None else "postgresql"
        traced = _load("taping").TracedTaping
        return lambda taping: traced(inner(taping), spans, system)

    def watch(self, inner: Watch) -> Watch:
        """What every endpoint is put into."""
        spans = self.spans
        if spans is None:
            return inner
        traced = _load("edge").traced_endpoint
        return lambda endpoint: traced(inner(endpoint), spans)

    def ports(self, ports: DialectPorts) -> DialectPorts:
        """Those of the edge, when nothing more is put around their engines."""
        if self.spans is None:
            return ports
        own = _load("edge").OwnIds
        engine, research = own(ports.engine, self._clock.unix), ports.research
        wrapped = None if research is None else own(research, self._clock.unix)
        return structs.replace(ports, engine=engine, research=wrapped)

    @asynccontextmanager
    async def serving(self, counting: Counting) -> AsyncIterator[None]:
        """Sends while the server runs, and what is left once its runs are over."""
        sender = self._sender(counting)
        task = asyncio.create_task(sender.serve()) if sender is not None else None
        try:
            yield
        finally:
            if task is not None:
                task.cancel()
                await asyncio.wait((task,))
            if sender is not None:
                await _send_last(sender)
            if self.spans is not None and not await _in_time(self.spans.close):
                log.warning("spans of the last seconds could not be sent in time")

    def _sender(self, counting: Counting) -> MetricsSender | None:
        if self._modules is None:
            return None
        made: MetricsSender = self._modules.sending.MetricsSender(
            self._exporter,
            lambda: counting.rows(with_shared=counting.is_first),
            self._clock,
            self._resource,
            before=counting.before,
            interval_seconds=self._interval_seconds,
        )
        return made


class _Modules:
    """What the extra brings. Raises: SettingsError without it."""

    def __init__(self) -> None:
        base = "opentelemetry.exporter.otlp.proto.http"
        try:
            self.span_exporter = importlib.import_module(f"{base}.trace_exporter").OTLPSpanExporter
            self.metric_exporter = importlib.import_module(f"{base}.metric_exporter").OTLPMetricExporter
            self.spans, self.sending = _load("spans"), _load("sending")
        except ImportError as error:
            raise SettingsError(
                f"otel_traces and otel_metrics need the package {error.name!r}: "
                "install it with pip install 'cryptodesk[otel]'"
            ) from error


def _load(name: str) -> Any:
    return importlib.import_module(f"cryptodesk.app.tracing.{name}")


def _check_protocol(settings: Settings, signal: str) -> None:
    """Raises: SettingsError. A collector that is spoken to in another protocol would only ever refuse."""
    for name in (f"EXPORTER_OTLP_{signal}_PROTOCOL", "EXPORTER_OTLP_PROTOCOL"):
        wanted = settings.telemetry(name)
        if wanted and wanted != _PROTOCOL:
            raise SettingsError(f"OTEL_{name}: {wanted!r} is not spoken here; set it to {_PROTOCOL} or leave it unset")
        if wanted:
            return


def _interval_seconds(settings: Settings) -> float:
    """Raises: SettingsError."""
    text = settings.telemetry("METRIC_EXPORT_INTERVAL")
    try:
        milliseconds = float(text) if text else _DEFAULT_INTERVAL_MS
    except ValueError:
        milliseconds = 0.0
    if not 0.0 < milliseconds < float("inf"):
        raise SettingsError(f"OTEL_METRIC_EXPORT_INTERVAL: {text!r} is no number of milliseconds above 0")
    return milliseconds / 1e3


def _made(names: str, make: Callable[[], Any]) -> Any:
    try:
        return make()
    except ValueError as error:
        raise SettingsError(f"{names}: {error}") from None


async def _send_last(sender: MetricsSender) -> None:
    try:
        async with asyncio.timeout(_LAST_SECONDS):
            await sender.send()
    except Exception as error:  # the numbers of a server that ends must not keep it from ending
        log.warning("the last metrics could not be sent: %s", type(error).__name__)
    finally:
        sender.close()


async def _in_time(work: Callable[[], None]) -> bool:
    """Whether it was over soon enough; else it is left behind, in a thread that ends with the process."""
    done, loop = asyncio.Event(), asyncio.get_running_loop()

    def run() -> None:
        try:
            work()
        finally:
            if not loop.is_closed():
                loop.call_soon_threadsafe(done.set)

    threading.Thread(target=run, name="cryptodesk-traces", daemon=True).start()
    try:
        async with asyncio.timeout(_LAST_SECONDS):
            await done.wait()
    except TimeoutError:
        return False
    return True

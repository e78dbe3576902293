"""The tracer of a process, and one span of it. The only file that knows the SDK's traces.

No attribute holds what was asked or answered, who asked, or any secret; errors are told by their codes alone.
Source: OpenTelemetry, trace SDK and semantic conventions; W3C, "Trace Context"; settings are the SDK's own OTEL_*.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from time import monotonic_ns
from typing import Final, Literal, TypeAlias
from uuid import UUID, uuid4

from opentelemetry.context import Context
from opentelemetry.sdk.resources import OTELResourceDetector, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.sdk.trace.id_generator import RandomIdGenerator
from opentelemetry.trace import Span as OtelSpan
from opentelemetry.trace import SpanKind, Status, StatusCode, format_span_id, format_trace_id, set_span_in_context
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

import cryptodesk
from cryptodesk.core.clock import Clock

__all__ = ["CURRENT", "Attribute", "Attributes", "Kind", "Span", "Spans", "active", "parent_of", "resource_of"]

Kind = Literal["server", "client", "internal"]
Attribute: TypeAlias = str | bool | int | float | Sequence[str]
Attributes: TypeAlias = Mapping[str, Attribute]

_KINDS: Final = {"server": SpanKind.SERVER, "client": SpanKind.CLIENT, "internal": SpanKind.INTERNAL}
_LONGEST_TEXT: Final = 200
_MOST_TRACESTATE: Final = 512
_NOTHING: Final = Context()


class Span:
    """One span, which begins when it is made. Ending it twice is fine; what is noted after that is passed over."""

    __slots__ = ("_begun_ns", "_is_over", "_otel", "_started_ns", "trace_id", "traceparent")

    def __init__(self, otel: OtelSpan, started_ns: int, begun_ns: int) -> None:
        self._otel = otel
        self._started_ns = started_ns
        self._begun_ns = begun_ns
        # One that the sampler left out has nothing to be told.
        self._is_over = not otel.is_recording()
        context = otel.get_span_context()
        self.trace_id = format_trace_id(context.trace_id)
        self.traceparent = f"00-{self.trace_id}-{format_span_id(context.span_id)}-{context.trace_flags:02x}"

    @property
    def context(self) -> Context:
        """For its children."""
        return set_span_in_context(self._otel, _NOTHING)

    @property
    def elapsed_seconds(self) -> float:
        return (monotonic_ns() - self._begun_ns) / 1e9

    def wall_ns(self, monotonic_ns: int) -> int:
        """That moment in unix nanoseconds, by the wall clock of when the trace began: it may be set meanwhile."""
        return self._started_ns + monotonic_ns - self._begun_ns

    def note(self, attributes: Attributes) -> None:
        if not self._is_over:
            self._otel.set_attributes({name: _bounded(value) for name, value in attributes.items()})

    def fail(self, code: str) -> None:
        if not self._is_over:
            self._otel.set_attribute("error.type", code)
            self._otel.set_status(Status(StatusCode.ERROR))

    def end(self) -> None:
        if not self._is_over:
            self._is_over = True
            self._otel.end(self.wall_ns(monotonic_ns()))


# The span within which this task works; its tasks inherit it.
CURRENT: Final[ContextVar[Span | None]] = ContextVar("span", default=None)


@contextmanager
def active(span: Span) -> Iterator[None]:
    # Not by a token: a coroutine that is collected in the middle is closed in whatever context there is.
    before = CURRENT.get()
    CURRENT.set(span)
    try:
        yield
    finally:
        CURRENT.set(before)


class _Ids(RandomIdGenerator):
    """Trace ids are UUIDs of version 4, so that a dialect that has to tell one tells the same. `wanted` is the next."""

    wanted: int | None = None

    def generate_trace_id(self) -> int:
        wanted, self.wanted = self.wanted, None
        return wanted or UUID(int=super().generate_trace_id(), version=4).int

    def is_trace_id_random(self) -> bool:
        return False


class Spans:
    """Makes spans, which go to `exporter` in batches, in a thread. For one event loop.

    Raises: ValueError for OTEL_BSP_* that do not fit."""

    def __init__(self, exporter: SpanExporter, clock: Clock, resource: Resource | None = None) -> None:
        self._clock = clock
        self._ids = _Ids()
        self._provider = TracerProvider(
            resource=resource or resource_of(), id_generator=self._ids, shutdown_on_exit=False
        )
        self._provider.add_span_processor(BatchSpanProcessor(exporter))
        self._tracer = self._provider.get_tracer("cryptodesk", cryptodesk.__version__)

    def start(
        self,
        name: str,
        kind: Kind = "internal",
        attributes: Attributes | None = None,
        *,
        within: Context | None = None,
        trace_id: str | None = None,
    ) -> Span:
        """A child of the current span, or of `within`. One that has no parent begins the trace `trace_id`."""
        parent = CURRENT.get()
        context = within if within is not None else parent.context if parent is not None else _NOTHING
        self._ids.wanted = _trace_number(trace_id) if context is _NOTHING else None
        begun_ns = monotonic_ns()
        started_ns = int(self._clock.unix() * 1e9) if parent is None else parent.wall_ns(begun_ns)
        kept = {key: _bounded(value) for key, value in (attributes or {}).items()}
        otel = self._tracer.start_span(_bounded_text(name), context, _KINDS[kind], kept, start_time=started_ns)
        return Span(otel, started_ns, begun_ns)

    def flush(self) -> None:
        """Blocks until what has ended is sent, or cannot be."""
        self._provider.force_flush()

    def close(self) -> None:
        """As `flush`; nothing is taken after it."""
        self._provider.shutdown()


def parent_of(headers: Iterable[tuple[bytes, bytes]]) -> Context | None:
    """What a request's `traceparent` says; None where it has none, or none that can be read."""
    found = {name: [value for key, value in headers if key == name.encode()] for name in ("traceparent", "tracestate")}
    if len(found["traceparent"]) != 1:
        return None
    state = b",".join(found["tracestate"])
    carrier = {"traceparent": found["traceparent"][0].decode("latin-1")}
    if 0 < len(state) <= _MOST_TRACESTATE:
        carrier["tracestate"] = state.decode("latin-1")
    context = TraceContextTextMapPropagator().extract(carrier, _NOTHING)
    return None if context is _NOTHING or not context else context


def resource_of() -> Resource:
    """Who tells. What OTEL_SERVICE_NAME and OTEL_RESOURCE_ATTRIBUTES say goes before our own."""
    own = {
        "service.name": "cryptodesk",
        "service.version": cryptodesk.__version__,
        "service.instance.id": str(uuid4()),
    }
    return Resource.create(own).merge(OTELResourceDetector().detect())


def _trace_number(trace_id: str | None) -> int | None:
    try:
        return int(trace_id, 16) if trace_id is not None and len(trace_id) == 32 else None
    except ValueError:
        return None


def _bounded(value: Attribute) -> Attribute:
    return _bounded_text(value) if isinstance(value, str) else value


def _bounded_text(text: str) -> str:
    text = text[:_LONGEST_TEXT]
    return text if text.isprintable() else "".join(character for character in text if character.isprintable())

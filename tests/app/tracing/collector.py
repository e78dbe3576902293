"""An OpenTelemetry collector on loopback: it reads the protobuf that is sent to it, and keeps all of it."""

from __future__ import annotations

import gzip
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from opentelemetry.proto.collector.metrics.v1.metrics_service_pb2 import ExportMetricsServiceRequest
from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.common.v1.common_pb2 import AnyValue, KeyValue
from opentelemetry.proto.trace.v1.trace_pb2 import Span as WireSpan
from opentelemetry.proto.trace.v1.trace_pb2 import Status

SERVER, CLIENT, INTERNAL = WireSpan.SPAN_KIND_SERVER, WireSpan.SPAN_KIND_CLIENT, WireSpan.SPAN_KIND_INTERNAL


@dataclass(frozen=True)
class Seen:
    """One span as it came. Ids are lower-case hex; `parent_id` is empty for a root."""

    name: str
    trace_id: str
    span_id: str
    parent_id: str
    kind: int
    attributes: dict[str, Any]
    is_error: bool
    start: int
    end: int
    text: str


@dataclass
class Collector:
    """`headers` are those of each request, `resource` the attributes of the last."""

    url: str
    spans: list[Seen] = field(default_factory=list)
    metrics: list[Any] = field(default_factory=list)
    resource: dict[str, Any] = field(default_factory=dict)
    headers: list[dict[str, str]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def named(self, beginning: str) -> list[Seen]:
        return [span for span in self.spans if span.name.startswith(beginning)]

    def one(self, beginning: str) -> Seen:
        (found,) = self.named(beginning)
        return found

    def by_id(self, span_id: str) -> Seen:
        (found,) = [span for span in self.spans if span.span_id == span_id]
        return found

    def is_within(self, span: Seen, outer: Seen) -> bool:
        while span.parent_id:
            if span.parent_id == outer.span_id:
                return True
            span = self.by_id(span.parent_id)
        return False

    def points(self, name: str) -> dict[tuple[str, ...], Any]:
        """Of the metric as it was told last, by the values of its labels in the order of their names."""
        (metric,) = [metric for metric in self.metrics[-1] if metric.name == name]
        data = getattr(metric, metric.WhichOneof("data"))
        return {tuple(value for _, value in sorted(_plain(p.attributes).items())): p for p in data.data_points}

    def take(self, path: str, body: bytes) -> None:
        self.paths.append(path)
        if path.endswith("/v1/traces"):
            for resource in ExportTraceServiceRequest.FromString(body).resource_spans:
                self.resource = _plain(resource.resource.attributes)
                self.spans += [_seen(span) for scope in resource.scope_spans for span in scope.spans]
        else:
            told = []
            for group in ExportMetricsServiceRequest.FromString(body).resource_metrics:
                self.resource = _plain(group.resource.attributes)
                told += [metric for scope in group.scope_metrics for metric in scope.metrics]
            self.metrics.append(told)


@contextmanager
def collecting() -> Iterator[Collector]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["content-length"]))
            if self.headers.get("content-encoding") == "gzip":
                body = gzip.decompress(body)
            collector.headers.append({name.lower(): value for name, value in self.headers.items()})
            collector.take(self.path, body)
            self.send_response(200)
            self.send_header("content-length", "0")
            self.end_headers()

        def log_message(self, *_: object) -> None: ...

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    collector = Collector(f"http://127.0.0.1:{server.server_address[1]}")
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield collector
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _seen(span: WireSpan) -> Seen:
    return Seen(
        span.name,
        span.trace_id.hex(),
        span.span_id.hex(),
        span.parent_span_id.hex(),
        span.kind,
        _plain(span.attributes),
        span.status.code == Status.STATUS_CODE_ERROR,
        span.start_time_unix_nano,
        span.end_time_unix_nano,
        str(span),
    )


def _plain(attributes: Sequence[KeyValue]) -> dict[str, Any]:
    return {pair.key: _value(pair.value) for pair in attributes}


def _value(value: AnyValue) -> Any:
    kind = value.WhichOneof("value")
    if kind == "array_value":
        return [_value(each) for each in value.array_value.values]
    return getattr(value, str(kind))

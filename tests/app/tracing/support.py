"""A whole server in process, and a span exporter that keeps what it is given."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from pydantic import SecretStr

from cryptodesk.app.server import create_app
from cryptodesk.app.tracing.spans import Spans
from cryptodesk.core.clock import FixedClock
from cryptodesk.settings import Settings
from tests.asgi import alive
from tests.dialects.support import KEY, Client

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)


@asynccontextmanager
async def serving(home: Path, **settings: Any) -> AsyncIterator[Client]:
    """When this is left, the server has ended and has sent what it had to send."""
    client = Client()
    values = {"bootstrap_key": SecretStr(KEY), "scripted_models": True, "data": "snapshot", "log_format": "off"}
    client.app = create_app(Settings(home=home, **{**values, **settings}))
    async with alive(client.app):
        yield client


def send_to(url: str, monkeypatch: pytest.MonkeyPatch, **variables: str) -> None:
    """Sets the standard variables of OpenTelemetry, here without their beginning."""
    for name, value in {"EXPORTER_OTLP_ENDPOINT": url, **variables}.items():
        monkeypatch.setenv(f"OTEL_{name}", value)


class Kept:
    """A tracer at a fixed moment, and the spans that ended."""

    def __init__(self) -> None:
        self._exporter = InMemorySpanExporter()
        self.spans = Spans(self._exporter, FixedClock(NOW))

    @property
    def ended(self) -> dict[str, ReadableSpan]:
        """By name, the last of each."""
        self.spans.flush()
        return {span.name: span for span in self._exporter.get_finished_spans()}

    def of(self, name: str) -> dict[str, Any]:
        return dict(self.ended[name].attributes or {})

    def failed(self, name: str) -> bool:
        return not self.ended[name].status.is_ok

    def parent(self, name: str) -> str | None:
        """The name of the span that this one is within."""
        parent = self.ended[name].parent
        names = {span.context.span_id: found for found, span in self.ended.items() if span.context is not None}
        return None if parent is None else names.get(parent.span_id)

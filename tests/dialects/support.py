"""A scripted engine, a key store and an in-process client, for tests of the edge."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import ModelNotFound
from cryptodesk.core.events import RunEvent, RunFinished, RunStarted, TextDelta
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.dialects._http import build_asgi
from cryptodesk.dialects._ports import DialectPorts, DialectSettings

KEY = "b54bcf4d-1bca-4e8e-9a24-22ff2c3d462c"
MODEL = "cmc-ai-v1-gpt-5.1"
PATH = "/v1/chat/completions"
NOW = datetime(2026, 9, 24, 16, 5, 10, 255000, tzinfo=UTC)
CALLER = Caller("account-1", "key-1")
BUILT_INS = frozenset(
    f"cmc_{name}"
    for name in (
        "id_lookup",
        "market_data",
        "asset_metadata",
        "technical_analysis",
        "market_overview",
        "signal_list",
        "asset_screener",
        "sentiment",
        "content_search",
        "math_eval",
    )
)
STARTED = RunStarted("C1", 1790266243, "gpt-5.1-2025-11-13", "default")
PLAIN_END = RunFinished("stop", Usage(11, 212, 0, 0), Cost(Decimal("0.00213375")))
PLAIN_RUN: list[list[RunEvent]] = [[STARTED], [TextDelta("Bitcoin"), TextDelta(" is money.")], [PLAIN_END]]


class FakeEngine:
    """Yields the given batches to every request. With `hangs`, waits for ever after them, until it is stopped."""

    def __init__(self, batches: Sequence[list[RunEvent]] = PLAIN_RUN, *, hangs: bool = False) -> None:
        self.batches = batches
        self.hangs = hangs
        self.requests: list[RunRequest] = []
        self.reached_end = asyncio.Event()
        self.stopped = asyncio.Event()
        self.defect: Exception | None = None

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        self.requests.append(request)
        try:
            for batch in self.batches:
                yield batch
            if self.defect is not None:
                raise self.defect
            self.reached_end.set()
            if self.hangs:
                await asyncio.Event().wait()
        finally:
            self.stopped.set()


class Keys:
    """Knows one key; without `is_strict` everybody is let in."""

    def __init__(self, *, is_strict: bool = True) -> None:
        self.is_strict = is_strict

    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        return CALLER if presented_key == KEY or not self.is_strict else None


def require_model(model_id: str) -> None:
    if model_id != MODEL:
        raise ModelNotFound("unknown model", model_id=model_id)


def make_ports(
    engine: Any = None, *, keys: Any = None, settings: DialectSettings | None = None, lists_models: bool = True
) -> DialectPorts:
    return DialectPorts(
        engine if engine is not None else FakeEngine(),
        keys if keys is not None else Keys(),
        FixedClock(NOW),
        BUILT_INS,
        settings or DialectSettings(),
        require_model,
        (lambda: [MODEL]) if lists_models else None,
    )


@asynccontextmanager
async def no_lifespan() -> AsyncIterator[None]:
    yield


class Answer:
    def __init__(self, messages: list[Any]) -> None:
        start, *rest = messages
        self.status: int = start["status"]
        self.header_list: list[tuple[bytes, bytes]] = list(start["headers"])
        self.headers = {name.decode(): value.decode() for name, value in self.header_list}
        self.pieces: list[bytes] = [message.get("body", b"") for message in rest]
        self.body = b"".join(self.pieces)
        assert not rest[-1].get("more_body", False), "the answer was not finished"

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def error(self) -> Any:
        return self.json["error"]

    @property
    def frames(self) -> list[Any]:
        """The JSON frames of a stream, its terminator checked and left out."""
        *frames, done, rest = self.body.decode().split("\n\n")
        assert (done, rest) == ("data:[DONE]", "")
        return [json.loads(frame.removeprefix("data:")) for frame in frames]


class Client:
    """Speaks ASGI to the application. After the body `receive` blocks, until `hang_up()`."""

    def __init__(self, engine: Any = None, **ports: Any) -> None:
        self.engine = engine if engine is not None else FakeEngine()
        self.app = build_asgi(make_ports(self.engine, **ports), no_lifespan)
        self.gone = asyncio.Event()
        self.sent: list[Any] = []

    def hang_up(self) -> None:
        self.gone.set()

    async def call(
        self,
        method: str,
        path: str,
        body: bytes | Sequence[bytes] = b"",
        headers: dict[str, str] | None = None,
        query: str = "",
    ) -> Answer:
        await self.drive(method, path, body, headers, query)
        return Answer(self.sent)

    async def drive(
        self,
        method: str,
        path: str,
        body: bytes | Sequence[bytes] = b"",
        headers: dict[str, str] | None = None,
        query: str = "",
    ) -> None:
        self.sent = []
        pieces = [body] if isinstance(body, bytes) else list(body)

        async def receive() -> Any:
            if pieces:
                piece = pieces.pop(0)
                return {"type": "http.request", "body": piece, "more_body": bool(pieces)}
            await self.gone.wait()
            return {"type": "http.disconnect"}

        await self.app(self.scope(method, path, headers, query), receive, self.send)

    async def send(self, message: Any) -> None:
        self.sent.append(message)

    @staticmethod
    def scope(method: str, path: str, headers: dict[str, str] | None = None, query: str = "") -> dict[str, Any]:
        return {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.lower().encode(), value.encode("latin-1")) for name, value in (headers or {}).items()],
            "client": ("127.0.0.1", 1),
            "server": ("127.0.0.1", 80),
        }

    async def post(self, body: Any, headers: dict[str, str] | None = None, **more: Any) -> Answer:
        """A chat request with a good key. `body` is an object to encode, or bytes as they are."""
        raw = body if isinstance(body, bytes) else json.dumps(body).encode()
        defaults = {"content-type": "application/json", "x-cmc_pro_api_key": KEY}
        return await self.call("POST", PATH, raw, defaults if headers is None else headers, **more)


def chat(**fields: Any) -> dict[str, Any]:
    """The quick-start body with `fields` on top; a field given as None is left out."""
    body = {"model": MODEL, "messages": [{"role": "user", "content": "What is Bitcoin?"}], **fields}
    return {name: value for name, value in body.items() if value is not None}


def custom_tool(name: str = "get_balance", **function: Any) -> dict[str, Any]:
    return {"type": "function", "function": {"name": name, "description": "", **function}}


def built_in(name: str = "cmc_id_lookup") -> dict[str, Any]:
    return {"type": "function", "function": {"name": name}}

"""A whole server in this process, asked by strangers: keys of two accounts, keys that are over, keys for one thing."""

from __future__ import annotations

import asyncio
import json
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from contextvars import ContextVar
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

import cryptodesk.app.server as server_module
import cryptodesk.dialects
from cryptodesk.app.desk import Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.discover import discover
from cryptodesk.dialects._ports import ASGIApp, Dialect
from cryptodesk.settings import Settings
from cryptodesk.state.keys import DatabaseKeyStore, KeyRecord
from cryptodesk.storage.database import Database
from tests.asgi import alive
from tests.dialects.support import Answer, Client

__all__ = ["METRICS_KEY", "MODEL", "NOW", "SECRET", "Tenants", "is_refused", "paths_of", "routes_of", "serving"]

NOW = datetime(2026, 9, 24, 12, tzinfo=UTC)
METRICS_KEY = "metrics-key-0123456789abcdef"
MODEL = "scripted-plain"
# What alice writes, and nobody else may ever read.
SECRET = "zebra-crossing-7f3a"

_IDS = re.compile(rb"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|[0-9a-f]{32}|[0-9a-f]{8}-1\b")
_CMC_REFUSAL = re.compile(rb'"error_code":"100[12]"')
_TRACES = frozenset({"x-server-traceid", "x-request-id"})

_USUAL = {
    "host": "127.0.0.1",
    "content-type": "application/json",
    "accept": "application/json, text/event-stream",
}

Statements = list[tuple[str, str]]
_statements: ContextVar[Statements | None] = ContextVar("statements", default=None)


class Tenants:
    """`keys` are texts by name, `records` what is known of them, `table` the paths that the server mounted."""

    def __init__(self, app: ASGIApp, desk: Desk, clock: FixedClock, table: frozenset[str]) -> None:
        self.app = app
        self.desk = desk
        self.clock = clock
        self.table = table
        self.keys: dict[str, str] = {"nobody": "", "a stranger": "cd_" + "x" * 43, "the metrics": METRICS_KEY}
        self.records: dict[str, KeyRecord] = {}

    def make_keys(self) -> None:
        keys: DatabaseKeyStore = self.desk.keys
        over = NOW - timedelta(seconds=1)
        for name, account, expires_at, scopes in (
            ("alice", "alice-corp", None, ("run", "account")),
            ("bob", "bob-corp", None, ("run", "account")),
            ("carol", "carol-corp", None, ("run", "account")),
            ("expired", "alice-corp", over, ("run", "account")),
            ("revoked", "alice-corp", None, ("run", "account")),
            ("runs", "bob-corp", None, ("run",)),
            ("reads", "bob-corp", None, ("account",)),
        ):
            self.keys[name], self.records[name] = keys.create(name, account, over, expires_at, scopes)  # type: ignore[arg-type]
        keys.revoke(self.records["revoked"].key_id, NOW)
        self.keys["alice's id"] = self.records["alice"].key_id

    async def ask(
        self, who: str, method: str, path: str, body: Any = None, headers: dict[str, str] | None = None
    ) -> Answer:
        """The key goes where every dialect looks for it."""
        key, own = self.keys[who], {**_USUAL, **(headers or {})}
        if key:
            own |= {"authorization": f"Bearer {key}", "x-cmc_pro_api_key": key, "x-messari-api-key": key}
        raw = b"" if body is None else json.dumps(body).encode()
        path, _, query = path.partition("?")
        client = object.__new__(Client)
        client.app, client.gone = self.app, asyncio.Event()
        return await client.call(method, path, raw, own, query)

    async def traced(self, who: str, method: str, path: str, body: Any = None) -> tuple[Any, Statements]:
        """What can be told of an answer, ids and all that names this one request taken out, and the statements that
        the database was given for it."""
        statements: Statements = []
        token = _statements.set(statements)
        try:
            answer = await self.ask(who, method, path, body)
        finally:
            _statements.reset(token)
        headers = sorted(f"{name}: {value}" for name, value in answer.headers.items() if name not in _TRACES)
        return (answer.status, headers, _IDS.sub(b"<id>", answer.body)), statements

    def marks(self) -> dict[str, bytes]:
        """What tells of alice, and of nobody else."""
        record = self.records["alice"]
        return {"text": SECRET.encode(), "account": b"alice-corp", "key id": record.key_id.encode()}


def is_refused(answer: Answer) -> bool:
    """Whether the key was refused, in whichever dialect's words."""
    if answer.status in (401, 403):
        return True
    return answer.status == 200 and _CMC_REFUSAL.search(answer.body) is not None


def paths_of(routes: Any) -> frozenset[str]:
    return frozenset(route.path for route in routes)


def routes_of(ports: Any, extra: Any) -> frozenset[str]:
    """Every path that the application answers, or the beginning of it."""
    dialects: dict[str, Dialect] = discover(cryptodesk.dialects, "DIALECT")
    found = {"/healthz", "/openapi.json"} | paths_of(extra)
    for dialect in dialects.values():
        found |= paths_of(dialect.routes(ports)) | paths_of(dialect.prefixes(ports))
    return frozenset(found)


@contextmanager
def _recorded_statements(database: Database) -> Iterator[None]:
    kind = type(database)
    with pytest.MonkeyPatch.context() as patch:
        for name in ("fetch", "read", "execute", "write"):
            patch.setattr(kind, name, _recording(name, getattr(kind, name)))
        yield


def _recording(name: str, method: Any) -> Any:
    def recorded(self: Any, what: Any, *more: Any) -> Any:
        statements = _statements.get()
        if statements is not None:
            statements.append((name, " ".join(what.split()) if isinstance(what, str) else what.__qualname__))
        return method(self, what, *more)

    return recorded


@asynccontextmanager
async def serving(home: Path, **more: Any) -> AsyncIterator[Tenants]:
    """With keys made, started and ready; `more` are settings."""
    values = {
        "bootstrap_key": SecretStr("cd_bootstrap-key-of-this-test"),
        "metrics_key": SecretStr(METRICS_KEY),
        "scripted_models": True,
        "data": "snapshot",
        "research_model": "scripted-research_good",
        "log_format": "off",
        **more,
    }
    settings = Settings(home=home, **values)
    clock = FixedClock(NOW)
    desk = Desk(settings, clock)
    with pytest.MonkeyPatch.context() as patch, _recorded_statements(desk.database):
        table: list[frozenset[str]] = []
        build = server_module.build_asgi

        def building(ports: Any, lifespan: Any, routes: Any = (), *others: Any, **named: Any) -> ASGIApp:
            table.append(routes_of(ports, routes))
            return build(ports, lifespan, routes, *others, **named)

        patch.setattr(server_module, "build_asgi", building)
        app = server_module.create_app(settings, clock=clock, desk=desk)
        tenants = Tenants(app, desk, clock, table[0])
        tenants.make_keys()
        async with alive(app):
            yield tenants

"""Two real servers, each with a data folder of its own, on one PostgreSQL; asked as anybody would ask them."""

from __future__ import annotations

import http.client
import json
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from msgspec import Struct

from tests.clients.http import CHAT
from tests.clients.server import KEY, RunningServer, environment, running_server

pytest.importorskip("asyncpg")

from cryptodesk.state.keys import DatabaseKeyStore
from cryptodesk.storage.postgres.database import PostgresDatabase

__all__ = ["USUAL", "Answer", "Tenant", "TwoServers", "ask", "chat", "command", "metric", "two_servers", "until"]

# No feeds to fetch, and models that need no key.
USUAL = {"CRYPTODESK_SCRIPTED_MODELS": "1", "CRYPTODESK_DOCUMENTS_SYNC": "false"}
_PATIENCE_SECONDS = 60.0


class Answer(Struct, frozen=True):
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


class Tenant(Struct, frozen=True):
    """A key of an account that nobody else has."""

    key: str
    key_id: str
    account_id: str


class TwoServers:
    """`a` and `b` know nothing of each other but `url`, the database; `books` is that database."""

    def __init__(self, a: RunningServer, b: RunningServer, url: str, books: PostgresDatabase) -> None:
        self.a = a
        self.b = b
        self.url = url
        self.books = books

    @property
    def urls(self) -> tuple[str, str]:
        return self.a.url, self.b.url

    def of(self, number: int) -> str:
        """One after the other in turn."""
        return self.urls[number % 2]

    def new_tenant(self, account_id: str) -> Tenant:
        text, record = DatabaseKeyStore(self.books).create("test", account_id, datetime.now(UTC))
        return Tenant(text, record.key_id, account_id)


@contextmanager
def two_servers(folder: Path, url: str, **extra: str) -> Iterator[TwoServers]:
    with ExitStack() as stack:
        running = [
            stack.enter_context(running_server(folder / name, DATABASE_URL=url, **{**USUAL, **extra})) for name in "ab"
        ]
        books = stack.enter_context(PostgresDatabase(url))
        yield TwoServers(running[0], running[1], url, books)


def ask(url: str, method: str, path: str, body: Any = None, key: str = KEY, **headers: str) -> Answer:
    """Raises: OSError, http.client.HTTPException where the server is gone."""
    parts = urlsplit(url)
    sent = {"Content-Type": "application/json", "Authorization": f"Bearer {key}", "X-CMC_PRO_API_KEY": key, **headers}
    with closing(http.client.HTTPConnection(parts.hostname or "", parts.port, timeout=30)) as connection:
        connection.request(method, path, None if body is None else json.dumps(body), sent)
        answer = connection.getresponse()
        return Answer(answer.status, {k.lower(): v for k, v in answer.getheaders()}, answer.read())


def chat(url: str, text: str = "hi", key: str = KEY, model: str = "scripted-plain", **fields: Any) -> Answer:
    body = {"model": model, "messages": [{"role": "user", "content": text}], **fields}
    return ask(url, "POST", CHAT, body, key)


def metric(url: str, name: str) -> float:
    """A number of the server's page that has no labels."""
    found = re.search(rf"^{name} (\S+)$", ask(url, "GET", "/metrics").body.decode(), re.MULTILINE)
    assert found, name
    return float(found[1])


def command(server: RunningServer, url: str, *arguments: str) -> str:
    """What `cryptodesk …` says on the machine of a server."""
    ran = subprocess.run(
        [sys.executable, "-m", "cryptodesk", *arguments],
        env=environment(server.home, DATABASE_URL=url),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def until(is_so: Callable[[], bool], what: str, limit_seconds: float = _PATIENCE_SECONDS) -> None:
    deadline = time.monotonic() + limit_seconds
    while not is_so():
        assert time.monotonic() < deadline, f"not within {limit_seconds:g} s: {what}"
        time.sleep(0.01)

"""A site on this machine, pages without any, and documents made by hand."""

from __future__ import annotations

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest
from cryptodesk.documents.records import Document
from cryptodesk.documents.sources._source import FetchContext
from cryptodesk.documents.sources._web import url_key
from cryptodesk.documents.store import NewDocument, Subscription, SyncState
from cryptodesk.documents.store._likeness import seen_key, shingles
from cryptodesk.documents.store.opening import open_document_store

__all__ = [
    "NOW",
    "FakePages",
    "Site",
    "context",
    "document",
    "new",
    "open_document_store",
    "page",
    "site",
    "subscription",
]

NOW = datetime(2026, 9, 9, 12, tzinfo=UTC)
Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class Site:
    """Answers by path, and remembers what it was asked."""

    def __init__(self) -> None:
        self.routes: dict[str, Handler | web.Response | tuple[bytes, str]] = {}
        self.requests: list[tuple[str, dict[str, str]]] = []
        self.origin = ""

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.requests]

    def url(self, path: str) -> str:
        return f"{self.origin}{path}"

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append((request.path_qs, {name.lower(): value for name, value in request.headers.items()}))
        route = self.routes.get(request.path)
        if route is None:
            return web.Response(status=404)
        if isinstance(route, tuple):
            return web.Response(body=route[0], headers={"Content-Type": route[1]})
        return route if isinstance(route, web.Response) else await route(request)


@asynccontextmanager
async def site(host: str = "127.0.0.1") -> AsyncIterator[Site]:
    served = Site()
    runner = web.ServerRunner(web.Server(served.answer))
    await runner.setup()
    listener = web.TCPSite(runner, host, 0)
    await listener.start()
    served.origin = f"http://{host}:{runner.addresses[0][1]}"
    try:
        yield served
    finally:
        await runner.cleanup()


class FakePages:
    """Pages by address, without a network. A list is answered one by one, the last one again and again."""

    def __init__(self, answers: Mapping[str, Any] | None = None) -> None:
        self.answers = dict(answers or {})
        self.requests: list[PageRequest] = []
        self.policies: list[FetchPolicy] = []

    async def fetch(self, request: PageRequest, policy: FetchPolicy) -> Page:
        self.requests.append(request)
        self.policies.append(policy)
        answer = self.answers[request.url]
        if isinstance(answer, list):
            answer = answer.pop(0) if len(answer) > 1 else answer[0]
        if isinstance(answer, BaseException):
            raise answer
        return answer if isinstance(answer, Page) else page(answer, request.url)


def page(body: bytes | str, url: str = "https://example.org/feed", **headers: str) -> Page:
    raw = body.encode() if isinstance(body, str) else body
    return Page(url, 200, {name.replace("_", "-"): value for name, value in headers.items()}, raw, NOW)


def context(answers: Mapping[str, Any] | None = None, **changes: Any) -> FetchContext:
    return FetchContext(pages=FakePages(answers), now=NOW, **changes)


def subscription(source: str, address: str, state: SyncState | None = None, **changes: Any) -> Subscription:
    return Subscription(
        subscription_id=1,
        source=source,
        address=address,
        title=address,
        interval_seconds=1800,
        added_at=NOW,
        due_at=NOW,
        state=state or SyncState(),
        **changes,
    )


def document(name: str, text: str = "", **changes: Any) -> Document:
    text = text or f"This is what {name} says."
    fields: dict[str, Any] = {
        "document_id": name,
        "type": "news",
        "source": "rss",
        "publisher": "Paper",
        "title": f"Title of {name}",
        "text": text,
        "fetched_at": NOW,
        "known_at": NOW,
        "content_hash": hashlib.sha256(text.encode()).hexdigest(),
    }
    return Document(**(fields | changes))


def new(name: str, text: str = "", *, warnings: tuple[str, ...] = (), **changes: Any) -> NewDocument:
    made = document(name, text, **changes)
    return NewDocument(
        document=made,
        url_key=url_key(made.url) if made.url else None,
        seen_key=seen_key(made.title, made.text),
        runs=shingles(made.text),
        warnings=warnings,
    )


def database_path(folder: Path) -> Path:
    return folder / "documents.db"

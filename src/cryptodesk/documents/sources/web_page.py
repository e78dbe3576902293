"""Single web pages that an operator listed. Only their own hosts are asked, and robots.txt is obeyed."""

from __future__ import annotations

import asyncio
import contextlib
import sys
from collections.abc import Awaitable, Callable

import msgspec

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest, decode_page
from cryptodesk.documents.sources._feed_xml import parse_moment
from cryptodesk.documents.sources._page_reader import PageText
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.sources._web import host_of, parse_web_address
from cryptodesk.documents.store.records import Problem, Subscription, SyncState

__all__ = ["SOURCE", "fetch_page", "read_apart", "to_documents"]

MAX_PAGE_BYTES = 3_000_000
_READ_SECONDS = 30.0
_PAGE_TYPES = ("text/html", "application/xhtml", "text/plain", "")
_ACCEPT = "text/html, application/xhtml+xml;q=0.9, text/plain;q=0.5"

Read = Callable[[str, str], Awaitable[PageText | None]]


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    return await fetch_page(subscription, context, read_apart)


async def fetch_page(subscription: Subscription, context: FetchContext, read: Read) -> Fetched:
    """Raises: UpstreamBadAnswer if there is no article in the page; what fetching raises."""
    state, host = subscription.state, host_of(subscription.address)
    policy = FetchPolicy(allowed_hosts=frozenset({host}), obeys_robots=True, max_bytes=MAX_PAGE_BYTES)
    page = await context.fetch(
        PageRequest(subscription.address, etag=state.etag, last_modified=state.last_modified, accept=_ACCEPT), policy
    )
    if page.is_unchanged:
        return Fetched(state=state, is_unchanged=True)
    text, is_whole = decode_page(page.body, page.headers.get("content-type", ""))
    kind = page.headers.get("content-type", "").partition(";")[0].strip().lower()
    if not kind.startswith(_PAGE_TYPES[:3]) and kind:
        raise UpstreamBadAnswer(f"{host} sent {kind[:60]!r} where a page was expected", upstream=host)
    found = PageText(text=text) if kind == "text/plain" else await read(text, page.url)
    if found is None or not found.text.strip():
        raise UpstreamBadAnswer(f"{host}: no article was found in the page", upstream=host)
    return to_documents(page, found, subscription.address, is_whole=is_whole)


def to_documents(page: Page, found: PageText, address: str, *, is_whole: bool = True) -> Fetched:
    title = found.title or found.text.strip().splitlines()[0]
    document = RawDocument(
        key=address,
        url=page.url,
        title=title,
        text=found.text,
        publisher=found.site or host_of(page.url),
        author=found.author or None,
        published_at=parse_moment(found.published),
        language=found.language or None,
        warnings=("hidden_text",) if found.is_hiding else (),
    )
    return Fetched(
        documents=(document,),
        problems=() if is_whole else (Problem("page", "some of its characters could not be read"),),
        state=SyncState(etag=page.headers.get("etag"), last_modified=page.headers.get("last-modified")),
        title=title,
    )


async def read_apart(markup: str, url: str) -> PageText | None:
    """The article, found by a process of its own. Raises: UpstreamBadAnswer if that fails or takes too long."""
    host = host_of(url)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "cryptodesk.documents.sources._page_reader", url,
        stdin=asyncio.subprocess.PIPE, stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    try:
        async with asyncio.timeout(_READ_SECONDS):
            answer, _ = await process.communicate(markup.encode("utf-8", "ignore"))
    except TimeoutError:
        raise UpstreamBadAnswer(f"{host}: reading the page took too long", upstream=host) from None
    finally:
        with contextlib.suppress(ProcessLookupError):
            process.kill()
        await process.wait()
    if process.returncode != 0:
        raise UpstreamBadAnswer(f"{host}: the page could not be read", upstream=host)
    return msgspec.json.decode(answer, type=PageText | None)


SOURCE = Source(
    name="web_page",
    title="Web page",
    expects="the address of a page",
    document_type="web_page",
    interval_seconds=86_400,
    fetch=fetch,
    parse_address=parse_web_address,
)

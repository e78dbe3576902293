"""Casts of a Farcaster account or channel, from a node's public HTTP interface.

How often a cast was liked would take a request a cast, so engagement is unknown. Replies are left out. A cast cannot be
edited, and its moment is signed by its author alone: one in the future is not believed.
Source: Snapchain HTTP API (castsByFid, castsByParent, userDataByFid, userNameProofByName).
"""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest
from cryptodesk.documents.sources._json import dict_of, list_of, load_json, text_of
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.store.records import Problem, Subscription

__all__ = ["SOURCE", "to_documents"]

BASE_URL = "https://snapchain.farcaster.xyz"
POLICY = FetchPolicy(max_bytes=4_000_000, max_redirects=0, timeout_seconds=30.0)
_EPOCH = datetime(2021, 1, 1, tzinfo=UTC)
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,15}(?:\.eth)?")
_HASH = re.compile(r"0x[0-9a-f]{40}")
_MOST_AUTHORS = 20


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    """Two requests for an account; one and one for each author for a channel."""
    base = context.base_url or BASE_URL
    kind, _, value = subscription.address.partition(":")
    if kind == "channel":
        url, params = f"{base}/v1/castsByParent", (("url", value),)
    else:
        fid = value if kind == "fid" else await _fid_of(value, base, context)
        url, params = f"{base}/v1/castsByFid", (("fid", fid),)
    page = await context.fetch(PageRequest(url, params=(*params, ("reverse", "1"), ("pageSize", "100"))), POLICY)
    names = await _names_of(_authors(page), base, context)
    return to_documents(page, names)


async def _fid_of(name: str, base: str, context: FetchContext) -> str:
    page = await context.fetch(PageRequest(f"{base}/v1/userNameProofByName", params=(("name", name),)), POLICY)
    fid = text_of(load_json(page, "farcaster").get("fid"))
    if not fid.isdecimal():
        raise UpstreamBadAnswer(f"farcaster knows nobody called {name!r}", upstream="farcaster")
    return fid


async def _names_of(fids: list[str], base: str, context: FetchContext) -> dict[str, str]:
    names: dict[str, str] = {}
    for fid in fids[:_MOST_AUTHORS]:
        params = (("fid", fid), ("user_data_type", "USER_DATA_TYPE_USERNAME"))
        answer = load_json(
            await context.fetch(PageRequest(f"{base}/v1/userDataByFid", params=params), POLICY), "farcaster"
        )
        name = text_of(dict_of(dict_of(answer.get("data")).get("userDataBody")).get("value"))
        if _NAME.fullmatch(name):
            names[fid] = name
    return names


def _authors(page: Page) -> list[str]:
    messages = [dict_of(item) for item in list_of(load_json(page, "farcaster").get("messages"))]
    return list(dict.fromkeys(fid for item in messages if (fid := text_of(dict_of(item.get("data")).get("fid")))))


def to_documents(page: Page, names: dict[str, str]) -> Fetched:
    """`names` are user names by fid; who has none is shown by number. Raises: UpstreamBadAnswer."""
    messages = [dict_of(item) for item in list_of(load_json(page, "farcaster").get("messages"))]
    documents: list[RawDocument] = []
    problems: list[Problem] = []
    for message in messages:
        body = dict_of(dict_of(message.get("data")).get("castAddBody"))
        if not text_of(body.get("text")).strip() or body.get("parentCastId"):
            continue
        found = _document(message, body, names, page.fetched_at)
        if isinstance(found, Problem):
            problems.append(found)
        else:
            documents.append(found)
    return Fetched(documents=documents, problems=tuple(problems))


def _document(
    message: dict[str, Any], body: dict[str, Any], names: dict[str, str], now: datetime
) -> RawDocument | Problem:
    data, cast = dict_of(message.get("data")), text_of(message.get("hash")).lower()
    fid, seconds = text_of(data.get("fid")), data.get("timestamp")
    if not _HASH.fullmatch(cast) or not fid.isdecimal() or not isinstance(seconds, int) or not 0 <= seconds < 2**32:
        return Problem(cast[:60] or "cast", "has no hash, author or date")
    said_at = _EPOCH + timedelta(seconds=seconds)
    text = text_of(body.get("text"))
    name = names.get(fid)
    return RawDocument(
        key=cast,
        url=f"https://farcaster.xyz/{name}/{cast[:10]}" if name else None,
        title=text,
        text=text,
        publisher="Farcaster",
        author=f"@{name}" if name else f"fid {fid}",
        published_at=said_at,
        known_at=min(said_at, now),
    )


def parse_address(text: str) -> str:
    typed = text.strip()
    kind, colon, value = typed.partition(":")
    if kind == "channel" and value.startswith(("https://", "chain://")) and len(value) <= 300:
        return typed
    if colon and kind == "fid" and value.isdecimal() and len(value) <= 12:
        return typed
    name = re.sub(r"^(?:https://(?:farcaster\.xyz|warpcast\.com)/|@|user:)", "", typed).partition("/")[0].lower()
    if not _NAME.fullmatch(name):
        raise ValueError(f"expected a user name, fid:<number> or channel:<parent address>, got {text[:80]!r}")
    return f"user:{name}"


SOURCE = Source(
    name="farcaster",
    title="Farcaster",
    expects="a user name, fid:<number> or channel:<parent address>",
    document_type="social_post",
    interval_seconds=1800,
    fetch=fetch,
    parse_address=parse_address,
    per_day=1_000,
)

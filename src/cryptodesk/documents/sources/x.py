"""Posts on X that match a search of the last seven days. Needs a bearer token, which X sells.

Source: docs.x.com, GET /2/tweets/search/recent.
"""

from __future__ import annotations

import re
from typing import Any

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest
from cryptodesk.documents.sources._json import count_of, dict_of, list_of, load_json, moment_of, text_of
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.store.records import Problem, Subscription, SyncState

__all__ = ["SOURCE", "build_request", "to_documents"]

BASE_URL = "https://api.x.com"
KEY = "X_BEARER_TOKEN"
POLICY = FetchPolicy(max_bytes=4_000_000, max_redirects=0, timeout_seconds=20.0)
_USER = re.compile(r"[A-Za-z0-9_]{1,15}")
_ID = re.compile(r"[0-9]{1,20}")


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    token = context.credentials.get(KEY)
    if not token:
        raise UpstreamUnavailable(f"x is off: it needs {KEY}", upstream="x")
    request = build_request(subscription.address, subscription.state, token, context.base_url)
    return to_documents(await context.fetch(request, POLICY), subscription.state)


def build_request(address: str, state: SyncState, token: str, base_url: str | None = None) -> PageRequest:
    """Only what came after the last post that was seen."""
    params = [
        ("query", f"{address} -is:retweet"),
        ("max_results", "100"),
        ("tweet.fields", "created_at,lang,public_metrics,author_id"),
        ("expansions", "author_id"),
        ("user.fields", "username"),
    ]
    if state.cursor and _ID.fullmatch(state.cursor):
        params.append(("since_id", state.cursor))
    return PageRequest(
        f"{base_url or BASE_URL}/2/tweets/search/recent",
        params=tuple(params),
        headers=(("Authorization", f"Bearer {token}"),),
    )


def to_documents(page: Page, state: SyncState) -> Fetched:
    """Raises: UpstreamBadAnswer if it is no JSON."""
    answer = load_json(page, "x")
    users = [dict_of(user) for user in list_of(dict_of(answer.get("includes")).get("users"))]
    names = {text_of(user.get("id")): text_of(user.get("username")) for user in users}
    documents: list[RawDocument] = []
    problems: list[Problem] = []
    for item in list_of(answer.get("data")):
        post = dict_of(item)
        found = _document(post, names)
        if found is None:
            problems.append(Problem(text_of(post.get("id"))[:40] or "post", "has no id, author, date or text"))
        else:
            documents.append(found)
    newest = text_of(dict_of(answer.get("meta")).get("newest_id"))
    cursor = newest if _ID.fullmatch(newest) else state.cursor
    return Fetched(documents=documents, problems=tuple(problems), state=SyncState(cursor=cursor))


def _document(post: dict[str, Any], names: dict[str, str]) -> RawDocument | None:
    number, text = text_of(post.get("id")), text_of(post.get("text"))
    name, said_at = names.get(text_of(post.get("author_id")), ""), moment_of(post.get("created_at"))
    if not _ID.fullmatch(number) or not _USER.fullmatch(name) or said_at is None or not text.strip():
        return None
    metrics = dict_of(post.get("public_metrics"))
    return RawDocument(
        key=number,
        url=f"https://x.com/{name}/status/{number}",
        title=text,
        text=text,
        publisher="X",
        author=f"@{name}",
        published_at=said_at,
        known_at=said_at,
        language=text_of(post.get("lang")) or None,
        engagement=count_of(
            metrics.get("like_count"),
            metrics.get("retweet_count"),
            metrics.get("reply_count"),
            metrics.get("quote_count"),
        ),
    )


def parse_address(text: str) -> str:
    """An account becomes the search for its posts."""
    typed = " ".join(text.split())
    name = re.sub(r"^(?:https://(?:x|twitter)\.com/|@)", "", typed)
    if name != typed and _USER.fullmatch(name):
        return f"from:{name}"
    if not 1 <= len(typed) <= 480 or typed.startswith("http"):
        raise ValueError(f"expected @account or a search of at most 480 characters, got {text[:80]!r}")
    return typed


SOURCE = Source(
    name="x",
    title="X",
    expects="@account or a search",
    document_type="social_post",
    interval_seconds=3600,
    fetch=fetch,
    parse_address=parse_address,
    per_day=200,
    credentials=(KEY,),
    terms="https://developer.x.com/en/developer-terms/agreement-and-policy",
)

"""News and community posts from CoinMarketCap's content routes. Needs a key whose plan covers them.

Source: CoinMarketCap API, /v1/content/latest, /v1/content/posts/latest and /v1/content/posts/top. Only headlines and
their summaries come, with the ids of the assets they are about.
"""

from __future__ import annotations

from typing import Any

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.documents.fetching import FetchPolicy, Page, PageRequest
from cryptodesk.documents.sources._json import count_of, dict_of, list_of, load_json, moment_of, text_of
from cryptodesk.documents.sources._source import FetchContext, Fetched, RawDocument, Source
from cryptodesk.documents.sources._web import absolute_url
from cryptodesk.documents.store.records import Problem, Subscription

__all__ = ["SOURCE", "build_request", "to_documents"]

BASE_URL = "https://pro-api.coinmarketcap.com"
KEY = "CMC_API_KEY"
POLICY = FetchPolicy(max_bytes=4_000_000, max_redirects=0, timeout_seconds=20.0)
_EXPECTS = "news, posts, posts:<asset id>, top-posts or top-posts:<asset id>"
_ROUTES = {"news": "content/latest", "posts": "content/posts/latest", "top-posts": "content/posts/top"}


async def fetch(subscription: Subscription, context: FetchContext) -> Fetched:
    key = context.credentials.get(KEY)
    if not key:
        raise UpstreamUnavailable(f"coinmarketcap_content is off: it needs {KEY}", upstream="coinmarketcap_content")
    page = await context.fetch(build_request(subscription.address, key, context.base_url), POLICY)
    return to_documents(page)


def build_request(address: str, key: str, base_url: str | None = None) -> PageRequest:
    """`news`, `posts` or `top-posts`, the latter two with an asset's id if wanted: `posts:1`."""
    route, _, asset_id = address.partition(":")
    params = (("news_type", "news"), ("language", "en"), ("limit", "100")) if route == "news" else ()
    return PageRequest(
        f"{base_url or BASE_URL}/v1/{_ROUTES[route]}",
        params=(*params, ("id", asset_id)) if asset_id else params,
        headers=(("X-CMC_PRO_API_KEY", key), ("Accept", "application/json")),
    )


def to_documents(page: Page) -> Fetched:
    """Raises: UpstreamBadAnswer if it is no JSON."""
    body = load_json(page, "coinmarketcap_content").get("data")
    rows = [dict_of(row) for row in (body if isinstance(body, list) else list_of(dict_of(body).get("list")))]
    documents: list[RawDocument] = []
    problems: list[Problem] = []
    for number, row in enumerate(rows, 1):
        found = _post(row) if "text_content" in row else _news(row)
        if found is None:
            problems.append(Problem(text_of(row.get("title"))[:80] or f"row {number}", "has no text, link or date"))
        else:
            documents.append(found)
    return Fetched(documents=documents, problems=tuple(problems))


def _news(row: dict[str, Any]) -> RawDocument | None:
    title, url = text_of(row.get("title")), absolute_url("", text_of(row.get("source_url")))
    released_at = moment_of(row.get("released_at")) or moment_of(row.get("created_at"))
    if not title or url is None or released_at is None:
        return None
    return RawDocument(
        key=url,
        url=url,
        title=title,
        text=text_of(row.get("subtitle")) or title,
        is_markup=True,
        type="news",
        publisher=text_of(row.get("source_name")) or "CoinMarketCap",
        published_at=released_at,
        asset_ids=_asset_ids(row.get("assets")),
    )


def _post(row: dict[str, Any]) -> RawDocument | None:
    text, number = text_of(row.get("text_content")), text_of(row.get("post_id"))
    said_at, owner = moment_of(row.get("post_time")), dict_of(row.get("owner"))
    name = text_of(owner.get("handle")) or text_of(owner.get("nickname"))
    if not text.strip() or not number.isdecimal() or said_at is None or not name:
        return None
    return RawDocument(
        key=f"post {number}",
        url=f"https://coinmarketcap.com/community/post/{number}",
        title=text,
        text=text,
        type="social_post",
        publisher="CoinMarketCap Community",
        author=name if name.startswith("@") else f"@{name}",
        published_at=said_at,
        language=text_of(row.get("language_code")) or None,
        asset_ids=_asset_ids(row.get("currencies")),
        engagement=count_of(row.get("like_count"), row.get("comment_count"), row.get("repost_count")),
    )


def _asset_ids(value: object) -> tuple[int, ...]:
    ids = [dict_of(asset).get("id") for asset in list_of(value)]
    return tuple(found for found in ids if isinstance(found, int) and 0 < found < 10**9)


def parse_address(text: str) -> str:
    route, colon, asset_id = text.strip().lower().partition(":")
    is_right = route in _ROUTES and (not colon or (route != "news" and asset_id.isdecimal() and len(asset_id) < 10))
    if not is_right:
        raise ValueError(f"expected {_EXPECTS}, got {text[:80]!r}")
    return text.strip().lower()


SOURCE = Source(
    name="coinmarketcap_content",
    title="CoinMarketCap content",
    expects=_EXPECTS,
    document_type="news",
    interval_seconds=900,
    fetch=fetch,
    parse_address=parse_address,
    per_day=300,
    credentials=(KEY,),
    terms="https://coinmarketcap.com/terms/",
)

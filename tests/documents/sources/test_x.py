"""Posts on X, only with a key, and only what is new."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.documents.sources.x import SOURCE, build_request, to_documents
from cryptodesk.documents.store import SyncState
from tests.documents.support import FakePages, context, page, subscription

URL = "https://api.x.com/2/tweets/search/recent"
POST = {
    "id": "1234567890123456789", "text": "BTC up", "author_id": "9", "lang": "en",
    "created_at": "2026-09-09T10:00:00.000Z",
    "public_metrics": {"like_count": 1, "retweet_count": 2, "reply_count": 3, "quote_count": 4,
                       "impression_count": 999},
}  # fmt: skip
ANSWER = {
    "data": [POST],
    "includes": {"users": [{"id": "9", "username": "ann"}]},
    "meta": {"newest_id": "1234567890123456789", "result_count": 1},
}


def test_a_post_carries_author_moment_and_engagement() -> None:
    found = to_documents(page(json.dumps(ANSWER)), SyncState())
    (post,) = found.documents
    assert (post.url, post.author, post.engagement) == ("https://x.com/ann/status/1234567890123456789", "@ann", 10)
    assert post.published_at == post.known_at is not None
    assert found.state.cursor == "1234567890123456789"


def test_nothing_new_keeps_the_place_and_broken_posts_are_told() -> None:
    state = SyncState(cursor="5")
    assert to_documents(page('{"meta": {"result_count": 0}}'), state).state == state
    broken: list[Any] = [POST | {"author_id": "8"}, POST | {"id": "x/../y"}, POST | {"created_at": None}, 3]
    found = to_documents(page(json.dumps(ANSWER | {"data": broken})), state)
    assert (found.documents, len(found.problems)) == ([], 4)


async def test_the_key_goes_into_the_header_and_is_never_shown() -> None:
    asked = context({URL: json.dumps(ANSWER)}, credentials={"X_BEARER_TOKEN": "secret"})
    await SOURCE.fetch(subscription("x", "from:ann", SyncState(cursor="5")), asked)
    assert isinstance(asked.pages, FakePages)
    (request,) = asked.pages.requests
    assert request.headers == (("Authorization", "Bearer secret"),)
    assert ("since_id", "5") in request.params
    assert "secret" not in repr(request)
    assert "since_id" not in dict(build_request("a", SyncState(cursor="x y"), "t").params)


async def test_without_a_key_it_is_off_and_says_which_one_it_needs() -> None:
    with pytest.raises(UpstreamUnavailable, match="X_BEARER_TOKEN"):
        await SOURCE.fetch(subscription("x", "from:ann"), context())


@pytest.mark.parametrize(
    ("typed", "address"), [("@ann", "from:ann"), ("https://x.com/ann", "from:ann"), ("bitcoin  etf", "bitcoin etf")]
)
def test_what_is_typed_becomes_a_search(typed: str, address: str) -> None:
    assert SOURCE.parse_address(typed) == address


@pytest.mark.parametrize("typed", ["", "x" * 481, "https://evil.example/"])
def test_what_is_no_search_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        SOURCE.parse_address(typed)

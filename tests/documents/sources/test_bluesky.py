"""Bluesky posts: who said what, when it was indexed, and how it was received."""

from __future__ import annotations

import json
from typing import Any

import pytest

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.documents.sources.bluesky import SOURCE, build_request, to_documents
from tests.documents.support import FakePages, context, page, subscription

URI = "at://did:plc:abc123/app.bsky.feed.post/3kxyz"


def view(text: str = "Bitcoin is up", uri: str = URI, **changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "uri": uri,
        "author": {"did": "did:plc:abc123", "handle": "ann.bsky.social"},
        "record": {"text": text, "createdAt": "2026-09-09T10:00:00.000Z", "langs": ["en"], "tags": ["btc"]},
        "likeCount": 5, "repostCount": 2, "replyCount": 1, "quoteCount": 1,
        "indexedAt": "2026-09-09T10:00:01.500Z",
    }  # fmt: skip
    return made | changes


def read(*views: Any, key: str = "posts") -> Any:
    return to_documents(page(json.dumps({key: list(views)})))


def test_a_post_carries_author_moment_and_engagement() -> None:
    (post,) = read({"post": view()}, key="feed").documents
    assert (post.author, post.publisher, post.engagement) == ("@ann.bsky.social", "Bluesky", 9)
    assert post.url == "https://bsky.app/profile/did:plc:abc123/post/3kxyz"
    assert post.published_at is not None
    assert post.known_at is not None
    assert post.published_at.isoformat() == "2026-09-09T10:00:00+00:00"
    assert post.known_at.isoformat() == "2026-09-09T10:00:01.500000+00:00"
    assert (post.language, post.topics) == ("en", ("btc",))


def test_a_date_that_its_author_made_up_is_not_believed_beyond_the_index() -> None:
    future = view(record={"text": "x", "createdAt": "2030-01-01T00:00:00Z"})
    (post,) = read(future).documents
    assert post.published_at == post.known_at


def test_reposts_and_pictures_are_passed_over_and_broken_posts_told() -> None:
    found = read({"post": view(), "reason": {"by": {}}}, {"post": view(text=" ")}, key="feed")
    assert (found.documents, found.problems) == ([], ())
    found = read(view(uri="https://evil.example/"), view(author={}), view(indexedAt=None), "nonsense", view())
    assert len(found.documents) == 1
    assert [problem.reason for problem in found.problems] == ["has no uri, author or date"] * 3


@pytest.mark.parametrize("body", ["", "[]", "<html>", "{" * 9_000])
def test_an_answer_that_is_no_object_is_told(body: str) -> None:
    with pytest.raises(UpstreamBadAnswer, match="something else than a JSON object"):
        to_documents(page(body))


async def test_accounts_and_searches_have_their_own_route() -> None:
    account = build_request("ann.bsky.social")
    assert account.url == "https://public.api.bsky.app/xrpc/app.bsky.feed.getAuthorFeed"
    assert ("actor", "ann.bsky.social") in account.params
    search = build_request("search:bitcoin etf")
    assert (search.url, search.params[0]) == (
        "https://api.bsky.app/xrpc/app.bsky.feed.searchPosts", ("q", "bitcoin etf"),
    )  # fmt: skip
    asked = context({"http://own/xrpc/app.bsky.feed.getAuthorFeed": json.dumps({"feed": []})}, base_url="http://own")
    assert (await SOURCE.fetch(subscription("bluesky", "ann.bsky.social"), asked)).documents == []
    assert isinstance(asked.pages, FakePages)
    assert asked.pages.policies[0].max_redirects == 0


@pytest.mark.parametrize(
    ("typed", "address"),
    [
        ("@Ann.bsky.social", "ann.bsky.social"),
        ("https://bsky.app/profile/ann.example.org/post/1", "ann.example.org"),
        ("did:plc:abc123", "did:plc:abc123"),
        ("search:  bitcoin   etf", "search:bitcoin etf"),
    ],
)
def test_what_is_typed_becomes_one_form(typed: str, address: str) -> None:
    assert SOURCE.parse_address(typed) == address


@pytest.mark.parametrize("typed", ["ann", "", "search:", "a b.c", "https://evil.example/?x=1"])
def test_what_is_no_account_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        SOURCE.parse_address(typed)

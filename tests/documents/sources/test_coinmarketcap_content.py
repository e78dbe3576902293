"""CoinMarketCap's news and community posts, with the ids that they name."""

from __future__ import annotations

import json

import pytest

from cryptodesk.core.errors import UpstreamUnavailable
from cryptodesk.documents.sources.coinmarketcap_content import SOURCE, build_request, to_documents
from tests.documents.support import FakePages, context, page, subscription

NEWS = {
    "data": [
        {
            "cover": "https://c.example/x.png", "title": "ETF day", "subtitle": "Flows &amp; prices", "type": "NEWS",
            "source_name": "The Paper", "source_url": "https://paper.example/etf", "created_at": "2026-09-09T09:00:00Z",
            "released_at": "2026-09-09T08:00:00Z",
            "assets": [{"id": 1, "symbol": "BTC"}, {"id": "2"}, {"id": -1}, 7],
        },
        {"title": "No link", "released_at": "2026-09-09T08:00:00Z"},
        {"title": "No date", "source_url": "https://paper.example/b"},
        "nonsense",
    ]
}  # fmt: skip
POSTS = {
    "data": {
        "list": [
            {
                "post_id": "123456789", "owner": {"nickname": "Ann"}, "text_content": "$ETH up", "comment_count": "5",
                "like_count": "60", "repost_count": "2", "post_time": "1662643031298", "language_code": "en",
                "currencies": [{"id": 1027}],
            },
            {"post_id": "12", "owner": {}, "text_content": "x", "post_time": "1662643031298"},
        ],
        "last_score": "1662903634322",
    }
}  # fmt: skip


def test_news_carry_their_publisher_and_assets() -> None:
    found = to_documents(page(json.dumps(NEWS)))
    (news,) = found.documents
    assert (news.title, news.url, news.publisher, news.asset_ids) == (
        "ETF day", "https://paper.example/etf", "The Paper", (1,),
    )  # fmt: skip
    assert news.published_at is not None
    assert (news.published_at.hour, news.type, news.is_markup) == (8, "news", True)
    assert len(found.problems) == 3


def test_posts_are_social_with_their_author_and_engagement() -> None:
    found = to_documents(page(json.dumps(POSTS)))
    (post,) = found.documents
    assert (post.type, post.author, post.engagement, post.asset_ids) == ("social_post", "@Ann", 67, (1027,))
    assert post.published_at is not None
    assert post.published_at.isoformat() == "2022-09-08T13:17:11.298000+00:00"
    assert len(found.problems) == 1


async def test_the_key_goes_into_the_header_of_the_right_route() -> None:
    asked = context(
        {"https://pro-api.coinmarketcap.com/v1/content/latest": json.dumps(NEWS)}, credentials={"CMC_API_KEY": "k"}
    )
    assert len((await SOURCE.fetch(subscription("coinmarketcap_content", "news"), asked)).documents) == 1
    assert isinstance(asked.pages, FakePages)
    assert ("X-CMC_PRO_API_KEY", "k") in asked.pages.requests[0].headers
    posts = build_request("posts:1027", "k", "http://own")
    assert (posts.url, posts.params) == ("http://own/v1/content/posts/latest", (("id", "1027"),))
    assert build_request("top-posts", "k").url.endswith("/v1/content/posts/top")
    with pytest.raises(UpstreamUnavailable, match="CMC_API_KEY"):
        await SOURCE.fetch(subscription("coinmarketcap_content", "news"), context())


@pytest.mark.parametrize("typed", ["news", "posts", "Posts:1", "top-posts:1027"])
def test_the_routes_are_addresses(typed: str) -> None:
    assert SOURCE.parse_address(typed) == typed.lower()


@pytest.mark.parametrize("typed", ["", "news:1", "posts:x", "posts:", "alexandria"])
def test_other_addresses_are_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="expected news"):
        SOURCE.parse_address(typed)

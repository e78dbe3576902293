"""What is typed finds its source, or a reason why not."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.documents.intake import SOURCES, guess_source, load_default_feeds, subscribe, subscribe_handbook
from cryptodesk.documents.store import SubscriptionStore
from tests.documents.support import NOW, database_path, open_document_store


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SubscriptionStore]:
    with open_document_store(database_path(tmp_path)) as database:
        yield SubscriptionStore(database)


@pytest.mark.parametrize(
    ("address", "source"),
    [
        ("https://a.example/feed", "rss"),
        ("https://a.example/feed/", "rss"),
        ("a.example/blog/rss.xml", "rss"),
        ("https://a.example/index.xml", "rss"),
        ("https://a.example/?feed=rss2", "rss"),
        ("https://a.example/feed.json", "rss"),
        ("https://a.example/atom.xml?x=1", "rss"),
        ("https://a.example/story", "web_page"),
        ("https://a.example/feedback", "web_page"),
        ("a.example", "web_page"),
        ("http://127.0.0.1:8080/rss", "rss"),
        ("https://www.youtube.com/watch?v=dQw4w9WgXcQ", "youtube"),
        ("https://youtu.be/dQw4w9WgXcQ", "youtube"),
        ("https://bsky.app/profile/ann.bsky.social", "bluesky"),
        ("https://www.reddit.com/r/Bitcoin/", "reddit"),
        ("r/Bitcoin", "reddit"),
        ("https://farcaster.xyz/dwr", "farcaster"),
        ("https://x.com/ann", "x"),
        ("handbook", "handbook"),
    ],
)
def test_an_address_finds_its_source(address: str, source: str) -> None:
    assert guess_source(address) == source


def test_a_folder_and_a_file_find_theirs(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl").write_text("{}")
    assert (guess_source(str(tmp_path)), guess_source(str(tmp_path / "a.jsonl"))) == ("markdown_folder", "jsonl")


@pytest.mark.parametrize("address", ["bitcoin", "", "ftp://a.example/", "no/such/file"])
def test_what_looks_like_nothing_is_refused_with_the_list(address: str) -> None:
    with pytest.raises(InvalidRequest, match="web_page"):
        guess_source(address)


async def test_a_subscription_takes_the_source_s_interval_and_the_operator_s_options(store: SubscriptionStore) -> None:
    found, is_new = await subscribe(store, "a.example/feed", NOW, options={"type": "news", "publisher": "Paper"})
    assert (found.source, found.address, found.title, is_new) == ("rss", "https://a.example/feed", "Paper", True)
    assert (found.interval_seconds, found.options["type"]) == (1800, "news")
    again, is_new = await subscribe(store, "https://a.example/feed", NOW, interval_seconds=3600)
    assert (again.subscription_id, is_new, again.interval_seconds) == (found.subscription_id, False, 3600)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"source": "nothing"}, "no source is called 'nothing'"),
        ({"options": {"type": "poem"}}, "no document type is called 'poem'"),
        ({"interval_seconds": 10}, "at least 300 s"),
        ({"source": "bluesky"}, "bluesky: expected a handle"),
    ],
)
async def test_wrong_options_are_refused(store: SubscriptionStore, changes: dict[str, object], told: str) -> None:
    with pytest.raises(InvalidRequest, match=told):
        await subscribe(store, "https://a.example/feed", NOW, **changes)  # type: ignore[arg-type]
    assert store.all() == []


async def test_the_handbook_is_subscribed_to_once_and_never_made_due_again(store: SubscriptionStore) -> None:
    first = await subscribe_handbook(store, NOW)
    assert await subscribe_handbook(store, NOW + timedelta(days=1)) == first
    assert len(store.all()) == 1


def test_every_source_says_what_it_is() -> None:
    assert set(SOURCES) == {
        "bluesky", "coinmarketcap_content", "farcaster", "handbook", "jsonl", "markdown_folder", "reddit", "rss",
        "web_page", "x", "youtube",
    }  # fmt: skip
    for name, source in SOURCES.items():
        assert source.name == name
        assert source.title
        assert source.expects
        assert source.interval_seconds >= 300
        with pytest.raises(ValueError, match=r"expected|no other address"):
            source.parse_address("")


async def test_every_shipped_feed_can_be_subscribed_to(store: SubscriptionStore) -> None:
    feeds = load_default_feeds()
    assert len({feed.address for feed in feeds}) == len(feeds) >= 10
    for feed in feeds:
        found, is_new = await subscribe(
            store, feed.address, NOW, source=feed.source, options={"type": feed.type, "publisher": feed.publisher}
        )
        assert is_new
        assert found.address.startswith("https://")

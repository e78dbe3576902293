"""The store keeps every text as it was known, tells what changed, and knows a copy when it sees one."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.store import COMPONENT, MIGRATIONS, DocumentStore
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server
from tests.documents.support import NOW, new

__all__ = ["database", "postgres_server"]

HOUR = timedelta(hours=1)
ARTICLE = (
    "The exchange said on Tuesday that it would list the token after a vote of its users, and that trading would begin "
    "once enough liquidity had been brought together by the market makers it works with in Europe and in Asia."
)


@pytest.fixture
def store(database: Database) -> DocumentStore:
    database.migrate(COMPONENT, MIGRATIONS)
    return DocumentStore(database)


async def titles(store: DocumentStore, **query: object) -> list[str]:
    return [found.document_id for found in await store.recent(DocumentQuery(**query))]  # type: ignore[arg-type]


async def outcome(store: DocumentStore, *documents: object, subscription_id: int = 1) -> list[str]:
    saved = await store.save(documents, subscription_id)  # type: ignore[arg-type]
    return [what for _, what, _ in saved.outcomes]


async def test_what_is_kept_comes_back_as_it_was(store: DocumentStore) -> None:
    kept = new(
        "a", url="https://example.org/a", author="Ann", asset_ids=(1, 1027), topics=("etf",), engagement=3,
        published_at=NOW - HOUR, event_at=NOW + HOUR, warnings=("instruction_like",),
    )  # fmt: skip
    assert await outcome(store, kept) == ["added"]
    assert await store.get("a") == kept.document
    assert {name: found.warnings for name, found in (await store.known(["a", "b"])).items()} == {
        "a": ("instruction_like",)
    }
    assert await store.get("b") is None


async def test_the_same_again_changes_nothing(store: DocumentStore) -> None:
    await outcome(store, new("a"))
    sequence = await store.last_sequence()
    assert await outcome(store, new("a", known_at=NOW + HOUR, fetched_at=NOW + HOUR)) == ["unchanged"]
    assert await store.last_sequence() == sequence
    assert (await store.get("a")).known_at == NOW  # type: ignore[union-attr]


async def test_a_new_text_of_the_same_page_is_found_from_its_own_moment_on(store: DocumentStore) -> None:
    await outcome(store, new("a", "first text", url="https://example.org/a"))
    later = new("a", "second text", url="https://example.org/a", known_at=NOW + HOUR)
    assert await outcome(store, later) == ["revised"]
    texts = {
        hours: found.text if (found := await store.get("a", NOW + hours * HOUR)) else None
        for hours in (-1, 0, 0.5, 1, 2)
    }
    assert texts == {-1: None, 0: "first text", 0.5: "first text", 1: "second text", 2: "second text"}
    assert (await store.get("a")).text == "second text"  # type: ignore[union-attr]
    assert await store.count() == 1
    assert (await store.count(NOW - HOUR), await store.count(NOW)) == (0, 1)
    assert [found.text for found in await store.recent(DocumentQuery(as_of=NOW))] == ["first text"]


async def test_two_texts_never_become_known_at_the_same_moment(store: DocumentStore) -> None:
    for text in ("one", "two", "three"):
        await outcome(store, new("a", text))
    assert (await store.get("a")).text == "three"  # type: ignore[union-attr]
    assert (await store.get("a", NOW)).text == "one"  # type: ignore[union-attr]
    assert await store.count() == 1


async def test_the_newest_come_first_and_filters_hold(store: DocumentStore) -> None:
    await outcome(
        store,
        new("old", published_at=NOW - 3 * HOUR, asset_ids=(1,), language="en"),
        new("mid", published_at=NOW - 2 * HOUR, asset_ids=(1, 1027), language="de", type="blog"),
        new("young", published_at=NOW - HOUR, asset_ids=(1027,), source="bluesky", type="social_post"),
        new("undated", known_at=NOW - 2.5 * HOUR),
    )
    assert await titles(store) == ["young", "mid", "undated", "old"]
    assert await titles(store, limit=2) == ["young", "mid"]
    assert await titles(store, limit=0) == []
    assert await titles(store, asset_ids=(1,)) == ["mid", "old"]
    assert await titles(store, asset_ids=(1, 1027)) == ["young", "mid", "old"]
    assert await titles(store, types=("news",)) == ["undated", "old"]
    assert await titles(store, types=("blog", "social_post")) == ["young", "mid"]
    assert await titles(store, sources=("bluesky",)) == ["young"]
    assert await titles(store, language="de") == ["mid"]
    assert await titles(store, asset_ids=(1027,), language="de", types=("blog",)) == ["mid"]
    assert await titles(store, published_after=NOW - 2 * HOUR) == ["young", "mid"]
    assert await titles(store, published_before=NOW - 2 * HOUR) == ["old"]
    assert await titles(store, published_after=NOW - 3 * HOUR, published_before=NOW - HOUR) == ["mid", "old"]


async def test_a_batch_is_kept_whole_or_not_at_all(store: DocumentStore) -> None:
    unkeepable = new("c", asset_ids=(2**63,))
    with pytest.raises((OverflowError, InternalError)):
        await store.save([new("a"), new("b"), unkeepable], 1)
    assert (await store.count(), await store.last_sequence()) == (0, 0)


@pytest.mark.parametrize(
    ("text", "is_copy"),
    [
        (ARTICLE, True),
        (ARTICLE.upper().replace(",", " -"), True),
        (ARTICLE + " Read more on our site.", True),
        (ARTICLE.replace("Tuesday", "Wednesday"), True),
        (ARTICLE.replace("list", "delist").replace("Europe", "Canada").replace("users", "owners"), False),
        ("The exchange said on Tuesday that it would not list the token.", False),
    ],
    ids=["equal", "other letters", "with a footer", "one word", "another story", "short"],
)
async def test_a_copy_from_elsewhere_is_left_out_and_another_story_is_not(
    store: DocumentStore, text: str, is_copy: bool
) -> None:
    await outcome(store, new("first", ARTICLE, url="https://one.example/a"))
    copy = new("second", text, url="https://two.example/b")
    saved = await store.save([copy], 2)
    ((kept_id, what, reason),) = saved.outcomes
    assert what == ("duplicate" if is_copy else "added")
    if is_copy:
        assert kept_id == "first"
        assert reason is not None
        assert reason.endswith("as first")
    assert await store.count() == (1 if is_copy else 2)


async def test_a_copy_may_be_kept_once_the_original_is_gone(store: DocumentStore) -> None:
    await outcome(store, new("first", ARTICLE))
    assert await outcome(store, new("second", ARTICLE), subscription_id=2) == ["duplicate"]
    await store.remove("first")
    assert await outcome(store, new("second", ARTICLE), subscription_id=2) == ["added"]


async def test_of_two_feeds_with_one_page_the_fuller_text_wins(store: DocumentStore) -> None:
    url = "https://www.example.org/a?utm_source=feed"
    await outcome(store, new("a", "A summary of it.", url=url))
    other = new("b", "A summary of it, too.", url="http://example.org/a/")
    assert await outcome(store, other, subscription_id=2) == ["duplicate"]
    whole = new("b", ARTICLE, url="https://example.org/a", source="web_page", known_at=NOW + HOUR)
    assert await outcome(store, whole, subscription_id=2) == ["revised"]
    assert ((await store.get("a")).source, await store.count()) == ("web_page", 1)  # type: ignore[union-attr]
    assert await outcome(store, new("a", "A summary of it.", url=url)) == ["duplicate"]


async def test_a_few_more_likes_are_no_news_and_twice_as_many_are(store: DocumentStore) -> None:
    def post(likes: int | None, hours: int) -> object:
        return new("p", "gm", type="social_post", engagement=likes, known_at=NOW + hours * HOUR)

    assert await outcome(store, post(100, 0)) == ["added"]
    assert await outcome(store, post(110, 1)) == ["unchanged"]
    assert await outcome(store, post(230, 2)) == ["revised"]
    assert (await store.get("p", NOW)).engagement == 100  # type: ignore[union-attr]
    assert (await store.get("p")).engagement == 230  # type: ignore[union-attr]


async def test_the_log_tells_each_change_once_as_it_is_now(store: DocumentStore) -> None:
    await outcome(store, new("a"), new("b"), new("c"))
    first = await store.changes_since(0, 2)
    assert [(change.document_id, change.sequence) for change in first] == [("a", 1), ("b", 2)]
    assert [change.document_id for change in await store.changes_since(2)] == ["c"]
    seen = await store.last_sequence()
    await outcome(store, new("a", "second", known_at=NOW + HOUR))
    await store.remove("b")
    changes = await store.changes_since(seen)
    assert [(change.document_id, change.document and change.document.text) for change in changes] == [
        ("a", "second"),
        ("b", None),
    ]
    assert [change.document_id for change in await store.changes_since(0)] == ["c", "a", "b"]
    assert await store.changes_since(await store.last_sequence()) == []


async def test_every_current_document_can_be_walked(store: DocumentStore) -> None:
    for begin in (0, 400):
        await store.save([new(f"n{begin + number}") for number in range(400)], 1)
    await store.save([new("n0", "another text", known_at=NOW + HOUR)], 1)
    await store.remove("n1")
    found = list(store.every())
    assert len(found) == len({one.document_id for one in found}) == 799
    assert found[-1].text == "another text"


async def test_what_a_subscription_no_longer_has_is_ended_and_still_found_earlier(store: DocumentStore) -> None:
    await outcome(store, new("a"), new("b"))
    await outcome(store, new("c"), subscription_id=2)
    assert await store.retract(["a", "c", "nothing"], 1, NOW + HOUR) == 1
    assert await titles(store) == ["c", "b"]
    assert await store.get("a", NOW) is not None
    assert await store.get("a", NOW + HOUR) is None
    assert (await store.changes_since(3))[0].document is None
    assert await outcome(store, new("a", known_at=NOW + 2 * HOUR)) == ["revised"]
    assert await store.get("a") is not None
    assert await store.get("a", NOW + HOUR) is None


async def test_what_is_removed_is_gone_with_all_its_texts(store: DocumentStore, database: Database) -> None:
    await outcome(store, new("a", ARTICLE, asset_ids=(1,)), new("b"))
    await outcome(store, new("a", "second", known_at=NOW + HOUR))
    await outcome(store, new("c"), subscription_id=2)
    assert await store.remove_of(1) == 2
    assert (await store.get("a", NOW), await store.get("a")) == (None, None)
    assert await titles(store) == ["c"]
    assert {change.document_id for change in await store.changes_since(0) if change.document is None} == {"a", "b"}
    for table in ("document_assets", "document_bands"):
        assert database.read(f"SELECT count(*) FROM {table}") == [(0,)]


async def test_holdings_and_counts_are_of_current_documents(store: DocumentStore) -> None:
    await outcome(store, new("a", published_at=NOW - HOUR), new("b"), new("c", type="blog"))
    await outcome(store, new("d", source="jsonl"), subscription_id=2)
    assert [(held.source, held.type, held.documents) for held in store.holdings()] == [
        ("jsonl", "news", 1),
        ("rss", "blog", 1),
        ("rss", "news", 2),
    ]
    assert store.holdings()[2].first_at == NOW - HOUR
    assert store.counts_by_subscription() == {1: 3, 2: 1}
    assert await store.ids_of(2) == {"d"}


async def test_a_moment_without_a_zone_is_refused(store: DocumentStore) -> None:
    with pytest.raises(TypeError):
        await store.count(datetime(2026, 9, 9))

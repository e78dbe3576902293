"""A sync brings what is new, tells what is wrong, goes on where it was, and never keeps half of anything."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import InternalError
from cryptodesk.documents.fetching import FetchRefused, Page, PageFailed
from cryptodesk.documents.intake import Synced, Syncer, SyncOptions, read_status, subscribe, subscribe_handbook
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.store import (
    COMPONENT,
    MIGRATIONS,
    DocumentStore,
    Identity,
    Subscription,
    SubscriptionStore,
    SyncState,
)
from cryptodesk.storage.database import Database
from tests.contracts.databases import database, postgres_server
from tests.documents.support import NOW, FakePages, page

__all__ = ["database", "postgres_server"]

FEED = "https://paper.example/feed"


def feed(*items: str, title: str = "Paper", link: str = "https://paper.example/") -> str:
    return f"<rss><channel><title>{title}</title><link>{link}</link>{''.join(items)}</channel></rss>"


def item(name: str, text: str = "", **fields: str) -> str:
    more = "".join(f"<{tag}>{value}</{tag}>" for tag, value in fields.items())
    said = text or f"What {name} says is this."
    return f"<item><title>{name}</title><link>/{name}</link><description>{said}</description>{more}</item>"


class Desk:
    """Stores, a clock and pages, joined."""

    def __init__(self, database: Database) -> None:
        self.documents = DocumentStore(database)
        self.subscriptions = SubscriptionStore(database)
        self.clock = FixedClock(NOW)
        self.pages = FakePages()
        self.syncer = Syncer(self.documents, self.subscriptions, self.pages, self.clock)

    async def subscribe(self, address: str = FEED, **changes: Any) -> Subscription:
        return (await subscribe(self.subscriptions, address, self.clock.now(), **changes))[0]

    async def sync(self, number: int = 1, **changes: Any) -> Synced:
        held = await self.subscriptions.get(number)
        assert held is not None
        syncer = (
            Syncer(self.documents, self.subscriptions, self.pages, self.clock, **changes) if changes else self.syncer
        )
        return await syncer.sync(held)

    async def held(self, number: int = 1) -> Subscription:
        held = await self.subscriptions.get(number)
        assert held is not None
        return held

    async def titles(self) -> list[str]:
        return sorted(found.title for found in await self.documents.recent(DocumentQuery(limit=1_000)))

    def wait(self, **span: float) -> None:
        self.clock.moment += timedelta(**span)


@pytest.fixture
def desk(database: Database) -> Desk:
    database.migrate(COMPONENT, MIGRATIONS)
    return Desk(database)


async def test_the_first_sync_brings_everything_and_the_next_what_is_new(desk: Desk) -> None:
    await desk.subscribe(options={"type": "news"})
    desk.pages.answers[FEED] = [
        page(feed(item("one"), item("two")), FEED, etag='"1"'),
        page(feed(item("two"), item("three"), item("one", "Now it says more.")), FEED, etag='"2"'),
    ]
    first = await desk.sync()
    assert (first.added, first.revised, first.unchanged, first.error) == (2, 0, 0, None)
    assert (await desk.held()).state == SyncState(etag='"1"')
    assert ((await desk.held()).title, (await desk.held()).due_at) == ("Paper", NOW + timedelta(seconds=1800))
    desk.wait(hours=1)
    second = await desk.sync()
    assert (second.added, second.revised, second.unchanged) == (1, 1, 1)
    assert desk.pages.requests[1].etag == '"1"'
    assert await desk.titles() == ["one", "three", "two"]


async def test_a_feed_that_did_not_change_keeps_its_problems_and_costs_nothing(desk: Desk) -> None:
    await desk.subscribe()
    unchanged = Page(FEED, 304, {}, b"", NOW, is_unchanged=True)
    desk.pages.answers[FEED] = [page(feed(item("one"), "<item/>"), FEED, etag='"1"'), unchanged]
    await desk.sync()
    sequence = await desk.documents.last_sequence()
    again = await desk.sync()
    assert (again.added, again.unchanged, again.error, again.has_changed) == (0, 0, None, False)
    assert (await desk.held()).state.etag == '"1"'
    assert [problem.reason for problem in desk.subscriptions.problems(1)] == ["has neither id, link nor title"]
    assert await desk.documents.last_sequence() == sequence


async def test_a_broken_item_is_told_and_the_rest_goes_on(desk: Desk) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = feed(
        item("good"),
        item("future", pubDate="Fri, 01 Jan 2100 00:00:00 GMT"),
        item("empty", "<![CDATA[<script>only()</script>]]>").replace("<title>empty</title>", "<title> </title>"),
        item("good"),
        item("script", "<![CDATA[<p>Fine</p><script>steal()</script>]]>"),
    )
    found = await desk.sync()
    assert await desk.titles() == ["future", "good", "script"]
    assert found.added == 3
    told = {problem.reason for problem in desk.subscriptions.problems(1)}
    assert told == {
        "its date 2100-01-01 00:00 is in the future and was left out",
        "its id came before in the same feed",
        "has no text",
    }
    script = next(found for found in await desk.documents.recent(DocumentQuery()) if found.title == "script")
    assert script.text == "Fine"


@pytest.mark.parametrize(
    "answer",
    [
        PageFailed("paper.example did not answer in time", upstream="paper.example"),
        FetchRefused("paper.example sent more than the 8 MB that are taken", upstream="paper.example"),
        FetchRefused("paper.example redirects more than 5 times", upstream="paper.example"),
        "<html>not a feed</html>",
        "",
    ],
    ids=["no answer", "too long", "endless redirects", "a page", "nothing"],
)
async def test_a_failing_feed_is_told_in_the_status_and_left_alone_longer_each_time(desk: Desk, answer: Any) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = answer
    pauses = []
    for _ in range(9):
        found = await desk.sync()
        pauses.append(((await desk.held()).due_at - desk.clock.now()).total_seconds() / 60)
    assert pauses == [30, 60, 120, 240, 480, 960, 1440, 1440, 1440]
    status = read_status(desk.documents, desk.subscriptions, desk.clock.now())
    (told,) = status.subscriptions
    assert (told.state, told.failures, told.error) == ("failing", 9, found.error)
    assert told.error
    desk.pages.answers[FEED] = feed(item("one"))
    assert (await desk.sync()).error is None
    assert ((await desk.held()).failures, (await desk.held()).error) == (0, None)


async def test_a_server_is_left_alone_as_long_as_it_asks_and_a_page_that_is_gone_for_good(desk: Desk) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = PageFailed("later", upstream="paper.example", retry_after_seconds=7_200)
    await desk.sync()
    assert (await desk.held()).due_at == NOW + timedelta(hours=2)
    desk.pages.answers[FEED] = PageFailed("gone", upstream="paper.example", is_gone=True)
    await desk.sync()
    assert not (await desk.held()).is_enabled
    assert read_status(desk.documents, desk.subscriptions, NOW).subscriptions[0].state == "off"


async def test_a_feed_that_becomes_another_is_not_believed_until_the_operator_says_so(desk: Desk) -> None:
    await desk.subscribe()
    casino = page(feed(item("bet"), title="Casino", link="https://casino.example/"), FEED, etag='"9"')
    desk.pages.answers[FEED] = [page(feed(item("one")), FEED), casino]
    await desk.sync()
    found = await desk.sync()
    assert found.error is not None
    assert "now is 'Casino' of casino.example; nothing was taken" in found.error
    assert await desk.titles() == ["one"]
    assert (await desk.held()).identity == Identity("Paper", "paper.example")
    assert (await desk.held()).state.etag is None
    await desk.subscriptions.forget_identity(1, NOW)
    assert (await desk.sync()).added == 1


async def test_a_sync_that_was_broken_off_goes_on_where_it_was(desk: Desk) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = page(feed(*(item(f"n{number}") for number in range(120))), FEED, etag='"1"')
    saves = 0
    save = desk.documents.save

    async def breaking(documents: Any, subscription_id: int) -> Any:
        nonlocal saves
        saves += 1
        if saves == 2:
            raise InternalError("the disk is full")
        return await save(documents, subscription_id)

    desk.documents.save = breaking  # type: ignore[method-assign]
    with pytest.raises(InternalError):
        await desk.sync()
    assert await desk.documents.count() == 50
    assert ((await desk.held()).state.etag, (await desk.held()).succeeded_at) == (None, None)
    desk.documents.save = save  # type: ignore[method-assign]
    found = await desk.sync()
    assert (found.added, found.unchanged, await desk.documents.count()) == (70, 50, 120)
    assert (await desk.held()).state.etag == '"1"'


async def test_copies_across_feeds_are_left_out(desk: Desk) -> None:
    other = "https://other.example/feed"
    await desk.subscribe()
    await desk.subscribe(other)
    story = "A long enough story that nobody would write twice in the very same words. " * 3
    desk.pages.answers[FEED] = feed(item("one", story))
    desk.pages.answers[other] = page(feed(item("copy", story + "Read more there."), item("own")), other)
    await desk.sync(1)
    found = await desk.sync(2)
    assert (found.added, found.duplicates) == (1, 1)
    assert await desk.titles() == ["one", "own"]


async def test_files_that_are_gone_end_and_those_that_stayed_are_not_read_again(desk: Desk, tmp_path: Path) -> None:
    folder = tmp_path / "notes"
    folder.mkdir()
    for name in ("a", "b"):
        (folder / f"{name}.md").write_text(f"# {name}\n\nText of {name}.")
    await desk.subscribe(str(folder))
    assert (await desk.sync()).added == 2
    (folder / "a.md").unlink()
    (folder / "c.md").write_text("# c\n\nText of c.")
    desk.wait(hours=1)
    found = await desk.sync()
    assert (found.added, found.removed, found.unchanged) == (1, 1, 0)
    assert await desk.titles() == ["b", "c"]
    assert await desk.documents.count(NOW) == 2
    (folder / "b.md").unlink()
    (folder / "c.md").unlink()
    assert (await desk.sync()).removed == 2
    folder.rmdir()
    assert "is not there" in ((await desk.sync()).error or "")


async def test_a_note_about_a_page_is_not_the_page_and_stays_when_nothing_changed(desk: Desk, tmp_path: Path) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = feed(item("one"))
    await desk.sync()
    folder = tmp_path / "notes"
    folder.mkdir()
    (folder / "a.md").write_text("---\nurl: https://paper.example/one\n---\n# Note\n\nWe think otherwise, at length.")
    await desk.subscribe(str(folder))
    assert (await desk.sync(2)).added == 1
    (folder / "b.md").write_text("# Other\n\nText.")
    found = await desk.sync(2)
    assert (found.added, found.removed) == (1, 0)
    assert await desk.titles() == ["Note", "Other", "one"]


async def test_a_feed_s_title_cannot_paint_on_the_terminal(desk: Desk) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = feed(item("one"), title="Pa\u202eper\u200b \n news")
    assert (await desk.sync()).title == (await desk.held()).title == "Paper news"


async def test_the_handbook_comes_whole_and_stays(desk: Desk) -> None:
    desk.clock.moment = datetime(2030, 1, 1, tzinfo=UTC)
    await subscribe_handbook(desk.subscriptions, NOW)
    first = await desk.sync()
    assert first.added >= 150
    assert first.problems == ()
    assert await desk.documents.get("handbook:concepts/taproot") is not None
    again = await desk.sync()
    assert (again.added, again.removed, again.has_changed) == (0, 0, False)


async def test_a_source_that_is_off_or_has_spent_its_day_says_so(desk: Desk) -> None:
    await desk.subscribe("r/Bitcoin")
    off = await desk.sync(options=SyncOptions(sources_off=("reddit",)))
    assert off.error == "the source reddit is off"
    await desk.subscriptions.spend("2026-09-09", "reddit", 500)
    assert "budget of 500 syncs is used up" in ((await desk.sync()).error or "")
    desk.wait(days=1)
    desk.pages.answers["https://www.reddit.com/r/Bitcoin/new/.rss"] = feed()
    assert (await desk.sync()).error is None
    assert await desk.subscriptions.spent("2026-09-10", "reddit") == 1


async def test_a_source_gets_its_own_keys_and_address_only(desk: Desk) -> None:
    await desk.subscribe("news", source="coinmarketcap_content")
    url = "http://proxy.lan:8080/v1/content/latest"
    desk.pages.answers[url] = '{"data": []}'
    options = SyncOptions(
        credentials={"CMC_API_KEY": "k", "X_BEARER_TOKEN": "t"},
        base_urls={"coinmarketcap_content": "http://proxy.lan:8080/"},
    )
    assert (await desk.sync(options=options)).error is None
    assert dict(desk.pages.requests[0].headers)["X-CMC_PRO_API_KEY"] == "k"
    assert desk.pages.policies[0].trusted == frozenset({"http://proxy.lan:8080"})
    assert "CMC_API_KEY" in ((await desk.sync()).error or "")


async def test_only_an_address_that_the_operator_called_his_own_is_trusted(desk: Desk) -> None:
    own = "http://wiki.lan:8090/feed"
    await desk.subscribe(own, options={"inside": "yes"})
    await desk.subscribe("http://other.lan/feed")
    desk.pages.answers |= {own: feed(item("a")), "http://other.lan/feed": feed(item("b"))}
    await desk.sync(1)
    await desk.sync(2)
    assert [policy.trusted for policy in desk.pages.policies] == [frozenset({"http://wiki.lan:8090"}), frozenset()]


async def test_assets_are_linked_by_whoever_knows_them(desk: Desk) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = feed(item("Bitcoin rises"))
    await desk.sync(find_assets=lambda text: [1] if "Bitcoin" in text else [])
    assert [found.asset_ids for found in await desk.documents.recent(DocumentQuery(asset_ids=(1,)))] == [(1,)]


async def test_an_answer_that_breaks_its_reader_is_one_failure_and_no_crash(desk: Desk) -> None:
    await desk.subscribe("r/Bitcoin")
    desk.pages.answers["https://www.reddit.com/r/Bitcoin/new/.rss"] = TypeError("a reader's slip")
    assert (await desk.sync()).error == "its answer could not be read (TypeError)"


async def test_what_was_removed_meanwhile_is_not_synced(desk: Desk) -> None:
    held = await desk.subscribe()
    await desk.subscriptions.remove(held.subscription_id)
    assert (await desk.syncer.sync(held)).error == "was removed meanwhile"


async def test_hundreds_of_problems_are_counted_and_the_first_shown(desk: Desk) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = feed(*["<item/>"] * 300, item("good"))
    found = await desk.sync()
    assert found.added == 1
    assert len(found.problems) == 50
    assert found.problems[-1].reason == "251 more problems"


async def test_how_syncs_ended_is_counted_by_source(desk: Desk) -> None:
    await desk.subscribe()
    desk.pages.answers[FEED] = [page(feed(item("one")), FEED), PageFailed("down", upstream="paper.example")]
    assert (await desk.sync()).error is None
    assert (await desk.sync()).error is not None
    assert desk.syncer.outcomes == {("rss", "synced"): 1, ("rss", "failed"): 1}

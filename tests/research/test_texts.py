"""What the desk's texts answer by themselves: extraction in a thread, trends counted at most once a minute."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.entities import AssetMention, extract_entities
from cryptodesk.documents.handbook import Article, load_articles
from cryptodesk.documents.query import DocumentFeed, DocumentQuery, DocumentsFound
from cryptodesk.documents.trending import find_trending
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.market.identity.mentions import AssetMentions
from cryptodesk.research.texts import MOST_QUESTIONS, DeskTexts
from tests.tools.document_fakes import FakeDocuments, make_document
from tests.tools.fakes import NOW

TEXT = "Vitalik Buterin said that Ethereum and $SOL are listed by Coinbase."


class Counting(FakeDocuments):
    """Knows how often and on which loop it was asked."""

    def __init__(self, *documents: Any) -> None:
        super().__init__(*documents)
        self.asked = 0
        self.loops: set[asyncio.AbstractEventLoop] = set()

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        self.asked += 1
        self.loops.add(asyncio.get_running_loop())
        return await super().recent(query)


def no_assets(text: str) -> Sequence[AssetMention]:
    return ()


def name_of(asset_id: int) -> str | None:
    return {1: "Bitcoin", 1027: "Ethereum"}.get(asset_id)


def news(number: int, asset_id: int = 1, **changes: Any) -> Any:
    return make_document(
        f"A day. Number {number}.", number, publisher=f"Paper {number}", asset_ids=(asset_id,), **changes
    )


def texts(feed: DocumentFeed | None = None, clock: FixedClock | None = None, finder: Any = no_assets) -> DeskTexts:
    return DeskTexts(finder, feed, clock or FixedClock(NOW), name_of, load_articles)


async def test_extraction_finds_what_the_extractor_finds_with_the_directorys_assets() -> None:
    find = AssetMentions(AssetDirectory()).find
    found = await texts(finder=find).extract(TEXT)
    assert found == extract_entities(TEXT, find)
    assert {"asset:1027", "person:vitalik-buterin", "exchange:coinbase"} <= {each.entity_id for each in found.entities}


async def test_extraction_runs_beside_the_loop_two_at_once() -> None:
    threads: set[int] = set()
    gate, inside = threading.Event(), threading.Semaphore(0)

    def finder(text: str) -> Sequence[AssetMention]:
        threads.add(threading.get_ident())
        inside.release()
        assert gate.wait(10)
        return ()

    desk = texts(finder=finder)
    running = [asyncio.create_task(desk.extract(f"Text {number}.")) for number in range(4)]
    for _ in range(2):
        await asyncio.to_thread(inside.acquire)
    assert not inside.acquire(blocking=False)
    gate.set()
    await asyncio.gather(*running)
    assert threading.get_ident() not in threads


async def test_trends_are_those_of_the_feed_asked_on_its_own_loop() -> None:
    feed = Counting(*(news(number) for number in range(4)))
    found = await texts(feed).trending(5)
    assert found == await find_trending(feed, NOW, name_of, load_articles(), limit=5)
    assert (found.questions[0].asset_ids, found.documents) == ((1,), 4)
    assert feed.loops == {asyncio.get_running_loop()}


async def test_trends_are_counted_at_most_once_a_minute() -> None:
    feed, clock = Counting(*(news(number) for number in range(4))), FixedClock(NOW)
    desk = texts(feed, clock)
    for seconds in (0, 30, 29.9):
        clock.moment += timedelta(seconds=seconds)
        await desk.trending(5)
    once = feed.asked
    clock.moment += timedelta(seconds=0.1)
    await desk.trending(5)
    assert (once, feed.asked) == (2, 4)


async def test_a_clock_that_was_set_back_is_no_reason_to_keep_a_count() -> None:
    feed, clock = Counting(), FixedClock(NOW)
    desk = texts(feed, clock)
    await desk.trending(5)
    clock.moment -= timedelta(hours=1)
    await desk.trending(5)
    assert feed.asked == 4


async def test_whoever_asks_at_once_shares_one_count() -> None:
    feed = Counting(*(news(number) for number in range(4)))
    desk = texts(feed)
    found = await asyncio.gather(*(desk.trending(limit) for limit in (1, 5, 50, 5)))
    assert feed.asked == 2
    assert [len(each.questions) for each in found] == [1, 5, 50, 5]
    assert found[1] == found[3]


@pytest.mark.parametrize("limit", [1, 3, 5, 50])
async def test_fewer_questions_are_the_first_of_more_with_notes_of_their_own(limit: int) -> None:
    feed = Counting(*(news(number) for number in range(4)), *(news(9 + number, 1027) for number in range(5)))
    assert await texts(feed).trending(limit) == await find_trending(feed, NOW, name_of, load_articles(), limit=limit)


async def test_without_documents_the_handbook_asks() -> None:
    found = await texts(None).trending(3)
    assert found == await find_trending(None, NOW, name_of, load_articles(), limit=3)
    assert [question.article is not None for question in found.questions] == [True] * 3


@pytest.mark.parametrize("limit", [-1, 0, MOST_QUESTIONS + 1])
async def test_a_count_outside_of_the_bounds_is_refused(limit: int) -> None:
    with pytest.raises(ValueError, match="limit must be between 1 and 50"):
        await texts().trending(limit)


async def test_a_count_that_failed_is_made_again() -> None:
    failures: list[Exception] = [OSError("the handbook is gone")]

    def articles() -> Sequence[Article]:
        if failures:
            raise failures.pop()
        return load_articles()

    desk = DeskTexts(no_assets, None, FixedClock(NOW), name_of, articles)
    with pytest.raises(OSError, match="the handbook is gone"):
        await desk.trending(1)
    assert len((await desk.trending(1)).questions) == 1

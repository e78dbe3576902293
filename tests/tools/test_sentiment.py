"""`cmc_sentiment`: an honest ladder of sources, aggregates only, nobody heard too often, nothing from later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from cryptodesk.core.clock import FixedClock
from cryptodesk.market.records import FearGreed, Provenance
from cryptodesk.tools import ToolServices
from cryptodesk.tools._output import encoded_size
from tests.tools.document_fakes import FakeDocuments, make_desk, make_document
from tests.tools.fakes import NOW, FakeFeed, run_tool

GOOD = ("bullish", "rallies", "soars", "surges", "gains")
THINGS = ("solana", "ether", "bitcoin", "cardano", "litecoin", "monero", "tron")


def text_of(number: int, mood: str) -> str:
    """Texts that are no duplicates of one another."""
    return f"{THINGS[number % 7]} topic{'abcdefghij'[number % 10]}{'klmnopqrst'[number // 10 % 10]} {mood} today"


def headlines(count: int, mood: str = "surges", *, start: int = 0, **changes: Any) -> list[Any]:
    return [
        make_document("body", number, **{"title": text_of(number, mood), "publisher": f"Wire {number % 6}", **changes})
        for number in range(start, start + count)
    ]


def posts(count: int, mood: str = "bullish", *, start: int = 0, source: str = "bluesky", **changes: Any) -> list[Any]:
    return [
        make_document(
            text_of(number, mood),
            number,
            **{
                "type": "social_post",
                "source": source,
                "publisher": source.title(),
                "author": f"@author{number}",
                "title": "",
                **changes,
            },
        )
        for number in range(start, start + count)
    ]


def mood_index(
    index: int = 37, scope: str = "market", hours_ago: float = 3, source: str = "coinmarketcap"
) -> FearGreed:
    return FearGreed(
        index=index,
        label="Fear",
        scope=scope,
        provenance=Provenance(source, "live", NOW - timedelta(hours=hours_ago)),
    )


async def ask(services: ToolServices, *, as_of: Any = None, **arguments: Any) -> tuple[Any, Any]:
    trace = await run_tool("cmc_sentiment", arguments, services, as_of=as_of)
    assert trace.status == "completed", trace.error_message
    assert trace.output is not None
    return msgspec.json.decode(trace.output), trace


async def result_of(services: ToolServices, **arguments: Any) -> Any:
    return (await ask(services, **arguments))[0]["sentiment_result"]


def everything() -> list[str]:
    return ["score", "keywords", "volume", "top_authors", "fear_greed"]


async def test_posts_on_x_are_used_alone_where_there_are_enough() -> None:
    desk = make_desk(FakeDocuments(*posts(25, source="x"), *headlines(30, "crashes", start=40)))
    found = await result_of(desk)
    assert (found["source"], found["sample_size"], found["label"]) == ("x", 25, "bullish")
    assert found["positive_pct"] == 100
    assert "fear_greed" not in found


async def test_a_few_posts_on_x_are_not_called_x() -> None:
    desk = make_desk(FakeDocuments(*posts(5, source="x"), *posts(10, start=20), *headlines(15, start=40)))
    found = await result_of(desk, include=["volume"])
    assert (found["source"], found["sample_size"]) == ("open_social_and_news", 30)
    assert found["volume"]["by_source"] == {"rss": 15, "bluesky": 10, "x": 5}
    assert found["volume"]["by_type"] == {"social_post": 15, "news": 15}


async def test_without_documents_fear_and_greed_stands_alone_with_a_null_score() -> None:
    output, trace = await ask(make_desk(None, FakeFeed(mood_index())))
    found = output["sentiment_result"]
    assert (found["source"], found["score"], found["label"]) == ("fear_greed_index", None, "insufficient_data")
    assert found["fear_greed"] == {"index": 37, "value": "Fear", "scope": "market", "as_of": "2026-09-12T03:00:00Z"}
    assert output["source"] == ["coinmarketcap"]
    assert output["unavailable"] == [
        {"field": "score", "reason": "no posts or headlines are at hand: the desk has no documents"}
    ]
    assert trace.citations == ()


async def test_with_nothing_at_all_the_source_is_null_and_the_gaps_are_said() -> None:
    output, _ = await ask(make_desk(None, FakeFeed(failing={FearGreed: "alternative_me"})))
    assert output["sentiment_result"]["source"] is None
    assert output["sentiment_result"]["fear_greed"] is None
    reasons = {gap["reason"] for gap in output["unavailable"]}
    assert "alternative_me: no answer" in reasons
    assert "no source of the index is at hand" in reasons


async def test_fewer_than_twenty_items_are_insufficient_data() -> None:
    desk = make_desk(FakeDocuments(*headlines(19)), FakeFeed(mood_index()))
    output, _ = await ask(desk, include=["score", "keywords"])
    found = output["sentiment_result"]
    assert found["source"] == "open_social_and_news"
    assert found["fear_greed"]["index"] == 37
    assert (found["label"], found["score"], found["positive_pct"], found["sample_size"]) == (
        "insufficient_data",
        None,
        None,
        19,
    )
    assert found["keywords"] == []
    assert output["unavailable"][0]["reason"] == "19 items in the window, at least 20 are needed"


async def test_twenty_items_have_a_mood() -> None:
    assert (await result_of(make_desk(FakeDocuments(*headlines(20)))))["label"] == "bullish"


@pytest.mark.parametrize(("good", "bad", "label"), [(30, 0, "bullish"), (0, 30, "bearish"), (15, 15, "neutral")])
async def test_the_label_follows_the_score(good: int, bad: int, label: str) -> None:
    documents = [*posts(good, "bullish"), *posts(bad, "bearish", start=50)]
    found = await result_of(make_desk(FakeDocuments(*documents)))
    assert found["label"] == label
    assert found["positive_pct"] == pytest.approx(good / 30 * 100)
    assert found["negative_pct"] == pytest.approx(bad / 30 * 100)
    assert found["positive_pct"] + found["neutral_pct"] + found["negative_pct"] == pytest.approx(100)


async def test_one_author_with_many_posts_counts_for_three() -> None:
    loud = posts(60, "bullish", author="@loud")
    others = posts(24, "bearish", start=70)
    found = await result_of(make_desk(FakeDocuments(*loud, *others)), include=["score", "top_authors"])
    assert found["label"] == "bearish"
    assert found["positive_pct"] == pytest.approx(3 / 27 * 100)
    assert found["top_authors"][0] == {"author": "@loud", "network": "bluesky", "items": 60}
    assert len(found["top_authors"]) == 5


async def test_copies_of_a_text_count_once() -> None:
    flood = [
        make_document(
            f"buy this gem now, {number} times", number, type="social_post", source="bluesky", author=f"@bot{number}"
        )
        for number in range(200)
    ]
    found = await result_of(make_desk(FakeDocuments(*flood, *posts(25, "bearish", start=300))), include=["volume"])
    assert found["sample_size"] == 26
    assert found["volume"]["items_before_duplicates"] == 225
    assert found["label"] == "bearish"


async def test_the_change_is_against_the_window_before() -> None:
    documents = [*posts(25, "bullish"), *posts(25, "bearish", start=30, hours_ago=30)]
    now = await result_of(make_desk(FakeDocuments(*documents)), include=["volume"])
    before = await result_of(make_desk(FakeDocuments(*posts(25, "bearish", start=30))))
    assert now["change_vs_previous_window"] == pytest.approx(now["score"] - before["score"])
    assert now["change_vs_previous_window"] > 0.5
    assert (now["volume"]["items"], now["volume"]["previous_items"], now["volume"]["change_pct"]) == (25, 25, 0)


async def test_the_change_is_unavailable_where_the_window_before_is_thin() -> None:
    output, _ = await ask(make_desk(FakeDocuments(*posts(25), *posts(3, start=40, hours_ago=30))))
    assert output["sentiment_result"]["change_vs_previous_window"] is None
    assert output["unavailable"] == [
        {
            "field": "change_vs_previous_window",
            "reason": "3 items in the window before, at least 20 are needed",
        }
    ]


@pytest.mark.parametrize(("window", "count"), [("24h", 20), ("7d", 45), ("30d", 70)])
async def test_each_window_reaches_back_as_far_as_it_says(window: str, count: int) -> None:
    documents = [
        *posts(20, hours_ago=23.9),
        *posts(25, start=20, hours_ago=24 * 7 - 1),
        *posts(25, start=45, hours_ago=24 * 30 - 1),
        *posts(25, start=70, hours_ago=24 * 61),
    ]
    assert (await result_of(make_desk(FakeDocuments(*documents)), window=window))["sample_size"] == count


async def test_a_coin_takes_only_what_is_linked_to_it() -> None:
    documents = [*posts(25, "bullish", asset_ids=(1,)), *posts(25, "bearish", start=30, asset_ids=(1027,))]
    desk = make_desk(FakeDocuments(*documents))
    found = await result_of(desk, scope="coin", id=1)
    assert (found["scope"], found["asset_id"], found["name"], found["label"]) == ("coin", 1, "Bitcoin", "bullish")
    assert (await result_of(desk, scope="coin", id="1027"))["label"] == "bearish"


async def test_a_coin_s_own_name_is_no_keyword() -> None:
    documents = posts(30, asset_ids=(1,))
    for number, document in enumerate(documents):
        documents[number] = msgspec.structs.replace(document, text=f"bitcoin BTC halving {text_of(number, 'bullish')}")
    found = await result_of(make_desk(FakeDocuments(*documents)), scope="coin", id=1)
    words = " ".join(row["keyword"] for row in found["keywords"]).split()
    assert "halving" in words
    assert not {"bitcoin", "btc"} & set(words)


async def test_keywords_come_with_mentions_authors_and_sentiment() -> None:
    documents = [
        msgspec.structs.replace(document, text=f"{document.text} staking") for document in posts(25, "bullish")
    ]
    found = await result_of(make_desk(FakeDocuments(*documents)))
    staking = next(row for row in found["keywords"] if "staking" in row["keyword"])
    assert staking["mentions"] == staking["unique_authors"] == 25
    assert staking["sentiment"] > 0


@pytest.mark.parametrize("given", [None, "", "  "])
async def test_a_coin_without_id_is_an_invalid_argument(given: str | None) -> None:
    arguments: dict[str, Any] = {"scope": "coin"} | ({} if given is None else {"id": given})
    trace = await run_tool("cmc_sentiment", arguments, make_desk(None))
    assert trace.status == "failed"
    assert (trace.error_message or "").startswith("invalid arguments: id: is required")


async def test_an_unknown_coin_is_not_found() -> None:
    trace = await run_tool("cmc_sentiment", {"scope": "coin", "id": 424242}, make_desk(None))
    assert (trace.status, trace.error_message) == ("failed", "asset not found: 424242")


async def test_an_id_beside_the_whole_market_is_said_to_be_unused() -> None:
    output, _ = await ask(make_desk(FakeDocuments(*posts(25))), id=1)
    assert output["sentiment_result"]["asset_id"] is None
    assert "the id was not used: the scope is the whole market" in output["notes"]


async def test_no_post_is_quoted_and_titles_of_posts_are_not_passed_on() -> None:
    secret = "zebra crossing purple elephant bullish"
    documents = [
        msgspec.structs.replace(document, text=f"{secret} {text_of(number, 'soars')}", title=f"{secret} {number}")
        for number, document in enumerate(posts(30))
    ]
    output, trace = await ask(make_desk(FakeDocuments(*documents)), include=everything())
    assert secret not in (trace.output or "")
    assert "zebra crossing purple" not in msgspec.json.encode(trace.citations).decode()
    assert encoded_size(output) < 6_000


async def test_citations_are_public_pages_of_different_publishers_first() -> None:
    documents = [
        *headlines(20, publisher="Busy Wire"),
        *headlines(4, start=30, publisher="Calm Wire", hours_ago=20),
        *headlines(3, start=50, url=None, publisher="No Page"),
        *headlines(2, start=60, url="javascript:alert(1)", publisher="Bad Page"),
    ]
    _, trace = await ask(make_desk(FakeDocuments(*documents)))
    assert trace.citations is not None
    assert len(trace.citations) == 10
    assert [citation.source for citation in trace.citations[:2]] == ["Busy Wire", "Calm Wire"]
    assert {citation.source for citation in trace.citations} == {"Busy Wire", "Calm Wire"}
    assert all(citation.url.startswith("https://") for citation in trace.citations)
    assert trace.citations[0].published_at == "2026-09-12T05:00:00Z"


async def test_other_languages_are_left_out_and_counted() -> None:
    documents = [*posts(25, "bullish"), *posts(9, start=40, language="de")]
    output, _ = await ask(make_desk(FakeDocuments(*documents)))
    assert output["sentiment_result"]["sample_size"] == 25
    assert "9 items in other languages than English were left out" in output["notes"]


async def test_nothing_that_became_known_later_counts() -> None:
    as_of = NOW - timedelta(days=3)
    documents = [
        *posts(25, "bearish", published_at=as_of - timedelta(hours=2)),
        *posts(25, "bullish", start=30),
        *posts(25, "bullish", start=60, published_at=as_of - timedelta(hours=2), known_at=NOW - timedelta(hours=1)),
    ]
    feed = FakeFeed(mood_index(80, hours_ago=1), mood_index(12, hours_ago=100))
    output, _ = await ask(make_desk(FakeDocuments(*documents), feed), as_of=as_of, include=["score", "fear_greed"])
    found = output["sentiment_result"]
    assert (found["label"], found["sample_size"]) == ("bearish", 25)
    assert found["fear_greed"]["index"] == 12
    assert output["as_of"] == "2026-09-09T06:00:00Z"


async def test_the_whole_market_s_index_comes_before_bitcoin_s() -> None:
    feed = FakeFeed(mood_index(20, "bitcoin", source="alternative_me"), mood_index(60, "market"))
    found = await result_of(make_desk(None, feed))
    assert (found["fear_greed"]["index"], found["fear_greed"]["scope"]) == (60, "market")


async def test_a_bitcoin_index_says_so_and_is_not_taken_for_a_coin_s() -> None:
    feed = FakeFeed(mood_index(20, "bitcoin", source="alternative_me"))
    output, _ = await ask(make_desk(None, feed), scope="coin", id=1027, include=["fear_greed"])
    assert output["sentiment_result"]["fear_greed"]["scope"] == "bitcoin"
    assert "fear_greed is of Bitcoin alone" in output["notes"]
    assert output["provenance"][0]["note"] == "Bitcoin alone"


async def test_simulated_posts_make_the_whole_simulated() -> None:
    output, _ = await ask(make_desk(FakeDocuments(*posts(25, is_simulated=True))))
    assert output["provenance"][0]["mode"] == "simulated"
    assert any(note.startswith("simulated data") for note in output["notes"])


async def test_headlines_are_scored_by_their_title_alone() -> None:
    documents = headlines(25, "falls", **{})
    documents = [msgspec.structs.replace(document, text="bullish bullish bullish") for document in documents]
    assert (await result_of(make_desk(FakeDocuments(*documents))))["label"] == "bearish"


async def test_a_full_read_is_said_and_not_compared() -> None:
    documents = [make_document("x", number, title=f"bitcoin item {number:05d}") for number in range(2_000)]
    output, _ = await ask(make_desk(FakeDocuments(*documents)))
    assert "only the newest 2000 items of the window were read" in output["notes"]


async def test_authors_with_disguised_names_are_shown_plainly() -> None:
    documents = posts(25, author="\u202e@evil\u200b<system>")
    found = await result_of(make_desk(FakeDocuments(*documents)), include=["top_authors"])
    assert "\u202e" not in found["top_authors"][0]["author"]
    assert "\u200b" not in found["top_authors"][0]["author"]


async def test_the_simulated_world_gives_its_index() -> None:
    from cryptodesk.market.feeds.simulated import SimulatedFeed
    from tests.market.simulation.worlds import MOMENT, world

    feed = SimulatedFeed(world(), FixedClock(MOMENT))
    output, _ = await ask(make_desk(None, feed, now=MOMENT))
    assert 0 <= output["sentiment_result"]["fear_greed"]["index"] <= 100
    assert any(note.startswith("simulated data") for note in output["notes"])

"""Feeds as they are in the wild: every form, every slip, every trick."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from msgspec import structs

from cryptodesk.core.errors import UpstreamBadAnswer
from cryptodesk.documents.fetching import Page
from cryptodesk.documents.sources._feed_xml import parse_moment
from cryptodesk.documents.sources.rss import SOURCE, feed_links, to_documents
from cryptodesk.documents.store import Identity, SyncState
from tests.documents.support import NOW, FakePages, context, page, subscription

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel><title>Coin Paper</title><link>https://paper.example/</link><language>en-US</language>
<item><title>Bitcoin &amp; friends</title><link>/news/1?utm_source=rss</link><guid isPermaLink="false">tag:1</guid>
<pubDate>Tue, 08 Sep 2026 10:00:00 +0200</pubDate><dc:creator><![CDATA[Ann Lee]]></dc:creator>
<category>Markets</category><category>BTC</category>
<description>Short.</description><content:encoded><![CDATA[<p>The whole <b>story</b>.</p>]]></content:encoded></item>
<item><title>Second</title><link>https://paper.example/news/2</link><guid>https://paper.example/news/2</guid></item>
</channel></rss>"""

ATOM = """<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de"><title type="text">Blatt</title>
<link rel="self" href="https://blatt.example/atom"/><link href="https://blatt.example/"/>
<entry><id>urn:1</id><title>Eins</title><link rel="enclosure" href="https://blatt.example/1.mp3"/>
<link rel="alternate" href="https://blatt.example/1"/><author><name>Kim</name></author>
<published>2026-09-08T08:00:00Z</published><updated>2026-09-08T09:30:00+00:00</updated>
<category term="ETH"/><content type="xhtml">
<div xmlns="http://www.w3.org/1999/xhtml"><p>Text <i>hier</i></p></div></content>
</entry><entry><id>urn:2</id><title>Zwei</title><summary type="text">1 &lt; 2</summary></entry></feed>"""

RDF = """<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
 xmlns:dc="http://purl.org/dc/elements/1.1/"><channel rdf:about="https://old.example/"><title>Old</title>
<link>https://old.example/</link></channel><item rdf:about="https://old.example/1"><title>One</title>
<link>https://old.example/1</link><dc:date>2026-09-01</dc:date><description>Text</description></item></rdf:RDF>"""

JSON_FEED = {
    "version": "https://jsonfeed.org/version/1.1",
    "title": "Jay",
    "home_page_url": "https://jay.example/",
    "items": [
        {
            "id": 7, "url": "https://jay.example/7", "title": "Seven", "content_html": "<p>x</p>",
            "date_published": "2026-09-08T08:00:00Z", "authors": [{"name": "Jay"}],
            "tags": ["eth", 1], "language": "en",
        },
        {"id": "8", "content_text": "plain", "external_url": "https://else.example/"},
        "nonsense",
    ],
}  # fmt: skip


def feed(items: str, title: str = "T") -> str:
    return f"<rss><channel><title>{title}</title><link>https://t.example/</link>{items}</channel></rss>"


def item(number: int, extra: str = "") -> str:
    return f"<item><title>Item {number}</title><guid>g{number}</guid><description>d</description>{extra}</item>"


def test_rss_is_read_whole() -> None:
    found = to_documents(page(RSS, "https://paper.example/feed", etag='"1"', last_modified="yesterday"))
    first, second = found.documents
    assert (first.title, first.key, first.url) == (
        "Bitcoin & friends", "tag:1", "https://paper.example/news/1?utm_source=rss",
    )  # fmt: skip
    assert (first.text, first.is_markup, first.author) == ("<p>The whole <b>story</b>.</p>", True, "Ann Lee")
    assert first.published_at == datetime(2026, 9, 8, 8, tzinfo=UTC)
    assert (first.topics, first.language, first.publisher) == (("Markets", "BTC"), "en-US", "Coin Paper")
    assert (second.text, second.published_at, second.url) == ("", None, "https://paper.example/news/2")
    assert found.identity == Identity("Coin Paper", "paper.example")
    assert found.state == SyncState(etag='"1"', last_modified="yesterday")
    assert found.problems == ()


def test_a_feed_that_moved_for_good_says_where_it_is_now() -> None:
    moved = structs.replace(page(RSS, "https://new.example/feed"), is_moved=True)
    assert to_documents(moved).problems[0].reason == "has moved for good to https://new.example/feed"


def test_atom_is_read_whole() -> None:
    found = to_documents(page(ATOM, "https://blatt.example/atom"))
    first, second = found.documents
    assert (first.key, first.url, first.author, first.language) == ("urn:1", "https://blatt.example/1", "Kim", "de")
    assert "Text" in first.text
    assert "hier" in first.text
    assert first.is_markup
    assert (first.published_at, first.updated_at) == (
        datetime(2026, 9, 8, 8, tzinfo=UTC), datetime(2026, 9, 8, 9, 30, tzinfo=UTC),
    )  # fmt: skip
    assert (second.text, second.is_markup, second.url) == ("1 < 2", False, None)
    assert found.identity == Identity("Blatt", "blatt.example")


def test_rdf_and_json_feed_are_read_as_well() -> None:
    (old,) = to_documents(page(RDF)).documents
    assert (old.title, old.url, old.published_at) == (
        "One", "https://old.example/1", datetime(2026, 9, 1, tzinfo=UTC),
    )  # fmt: skip
    seven, eight = to_documents(page(json.dumps(JSON_FEED))).documents
    assert (seven.key, seven.url, seven.author, seven.topics) == ("7", "https://jay.example/7", "Jay", ("eth", "1"))
    assert seven.is_markup
    assert (eight.text, eight.is_markup, eight.url) == ("plain", False, "https://else.example/")


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Tue, 08 Sep 2026 10:00:00 GMT", datetime(2026, 9, 8, 10, tzinfo=UTC)),
        ("8 Sep 2026 10:00 EDT", datetime(2026, 9, 8, 14, tzinfo=UTC)),
        ("Tue, 08 Sep 26 10:00:00 -0700", datetime(2026, 9, 8, 17, tzinfo=UTC)),
        ("2026-09-08", datetime(2026, 9, 8, tzinfo=UTC)),
        ("2026-09-08T10:00:00.123+02:00", datetime(2026, 9, 8, 8, 0, 0, 123000, tzinfo=UTC)),
        ("  2026-09-08\n10:00:00 ", datetime(2026, 9, 8, 10, tzinfo=UTC)),
        ("", None),
        ("yesterday", None),
        ("Tue, 99 Foo 2026 10:00:00 GMT", None),
        ("0001-01-01T00:00:00+14:00", None),
        ("1970-01-01T00:00:00Z", None),
        ("9" * 400, None),
    ],
)
def test_dates_are_read_as_they_are_written(text: str, expected: datetime | None) -> None:
    assert parse_moment(text) == expected


@pytest.mark.parametrize(
    ("body", "titles", "told"),
    [
        (feed(item(1) + "<item><title>Bro & ken</title>" + item(2)), ["Item 1", "Bro  ken", "Item 2"], "malformed"),
        (RSS[: RSS.index("<item><title>Second")] + "<item><title>Cut", ["Bitcoin & friends", "Cut"], "malformed"),
        (feed("<item><title>a&nbsp;b&hellip;</title></item>"), ["a\xa0b…"], None),
        (feed(item(1) + item(1) + item(2)), ["Item 1", "Item 2"], "its id came before"),
        (feed("<item><description>nothing else</description></item>" + item(1)), ["Item 1"], "neither id"),
        ("\n\ufeff  " + feed(item(1)), ["Item 1"], None),
        ("<?xml version='1.0' encoding='utf-16'?>" + feed(item(1)), ["Item 1"], None),
        (feed("<item><title>x</title><guid>1</guid><link>javascript:alert(1)</link></item>"), ["x"], None),
    ],
    ids=["ampersand and open tag", "cut", "named entities", "twice", "nameless", "mark", "wrong encoding", "script"],
)
def test_a_malformed_feed_is_read_as_far_as_possible(body: str, titles: list[str], told: str | None) -> None:
    found = to_documents(page(body))
    assert [document.title.strip() for document in found.documents] == titles
    assert all(document.url is None or document.url.startswith("http") for document in found.documents)
    reasons = [problem.reason for problem in found.problems]
    assert any(told in reason for reason in reasons) if told else not reasons


@pytest.mark.parametrize(
    ("body", "told"),
    [
        ("<html><head><title>Not found</title></head></html>", "it is a web page"),
        ("", "it is no XML"),
        ("just words", "it is no XML"),
        ("<opml><body/></opml>", "outermost element is 'opml'"),
        ('{"items": []}', "no JSON Feed"),
        ('{"items": [', "broken JSON"),
        ("{" * 5_000, "broken JSON"),
        ("\x00\x01\x02", "it is no XML"),
    ],
)
def test_what_is_no_feed_says_what_it_is(body: str, told: str) -> None:
    with pytest.raises(UpstreamBadAnswer, match=told):
        to_documents(page(body))


def test_a_web_page_names_its_feeds() -> None:
    markup = '<html><head><link rel="alternate" type="application/rss+xml" href="/feed.xml"></head></html>'
    assert feed_links(markup, "https://a.example/b") == ["https://a.example/feed.xml"]
    with pytest.raises(UpstreamBadAnswer, match=r"names the feed https://example.org/feed.xml"):
        to_documents(page(markup))


def test_entities_of_a_feed_s_own_are_never_expanded() -> None:
    doubled = "".join(f"<!ENTITY a{number} '&a{number - 1};&a{number - 1};'>" for number in range(1, 30))
    bomb = f"<!DOCTYPE lolz [<!ENTITY a0 '{'lol' * 1_000}'>{doubled}"
    found = to_documents(page(bomb + "]>" + feed("<item><title>boom &a29;</title><guid>1</guid></item>")))
    assert len(found.documents[0].title) < 100
    outside = '<!DOCTYPE r [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + feed("<item><title>a &x; b</title></item>")
    assert "root:" not in to_documents(page(outside)).documents[0].title


def test_nesting_and_numbers_of_entries_are_bounded() -> None:
    deep = feed("<item><title>x</title><description>" + "<a>" * 100_000 + "</description></item>" + item(1))
    assert to_documents(page(deep)).problems[0].reason.startswith("malformed")
    many = to_documents(page(feed("".join(item(number) for number in range(2_100)))))
    assert len(many.documents) == 2_000
    assert many.problems[0].reason.startswith("too many")


def test_a_feed_in_the_wrong_character_set_is_read_and_what_is_lost_is_told() -> None:
    body = feed("<item><title>Zürich größer</title><guid>1</guid></item>")
    for raw, kind in (
        (body.encode(), "text/xml; charset=iso-8859-1"),
        (body.encode("cp1252"), "text/xml; charset=utf-8"),
    ):
        found = to_documents(Page("https://a.example/", 200, {"content-type": kind}, raw, NOW))
        assert found.documents[0].title == "Zürich größer"
    broken = to_documents(page(body.encode() * 1 + b"<!-- \xff -->"))
    assert "some of its characters" in broken.problems[0].reason


async def test_the_validators_of_the_last_answer_are_sent_and_an_unchanged_feed_keeps_them() -> None:
    state = SyncState(etag='"1"', last_modified="yesterday")
    unchanged = Page("https://a.example/feed", 304, {}, b"", NOW, is_unchanged=True)
    asked = context({"https://a.example/feed": unchanged})
    found = await SOURCE.fetch(subscription("rss", "https://a.example/feed", state), asked)
    assert (found.is_unchanged, found.state, found.documents) == (True, state, ())
    assert isinstance(asked.pages, FakePages)
    assert (asked.pages.requests[0].etag, asked.pages.requests[0].last_modified) == ('"1"', "yesterday")


@pytest.mark.parametrize("typed", ["https://a.example/feed", "a.example/feed", " https://a.example/feed#top "])
def test_an_address_is_brought_into_one_form(typed: str) -> None:
    assert SOURCE.parse_address(typed) == "https://a.example/feed"


@pytest.mark.parametrize(
    "typed", ["ftp://a.example/", "https://u:p@a.example/", "https://", "https://a.example/" + "x" * 2_000]
)
def test_what_is_no_web_address_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="expected"):
        SOURCE.parse_address(typed)

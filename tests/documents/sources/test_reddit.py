"""New posts of a subreddit, without the links under them."""

from __future__ import annotations

import pytest

from cryptodesk.documents.sources.reddit import SOURCE
from tests.documents.support import context, subscription

FEED = """<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom"><title>newest : Bitcoin</title>
<link rel="alternate" href="https://www.reddit.com/r/Bitcoin/new/"/>
<entry><author><name>/u/ann</name><uri>https://www.reddit.com/user/ann</uri></author><category term="Bitcoin"/>
<content type="html">&lt;div class=&quot;md&quot;&gt;&lt;p&gt;I hold &lt;em&gt;one&lt;/em&gt;.&lt;/p&gt;&lt;/div&gt;
 submitted by &lt;a href=&quot;https://www.reddit.com/user/ann&quot;&gt; /u/ann &lt;/a&gt;
 &lt;a href=&quot;x&quot;&gt;[link]&lt;/a&gt;</content>
<id>t3_1</id><link href="https://www.reddit.com/r/Bitcoin/comments/1/a/"/><published>2026-09-09T10:00:00+00:00</published>
<title>One coin</title></entry>
<entry><author><name>/u/bob</name></author>
<content type="html"> submitted by &lt;a href=&quot;y&quot;&gt; /u/bob &lt;/a&gt; [link]</content>
<id>t3_2</id><link href="https://www.reddit.com/r/Bitcoin/comments/2/b/"/><title>Only a title</title></entry>
<entry><content type="html">x</content><id>t3_3</id><title>Nobody's</title></entry></feed>"""


async def test_posts_come_from_the_feed_with_their_authors() -> None:
    asked = context({"https://www.reddit.com/r/Bitcoin/new/.rss": FEED})
    found = await SOURCE.fetch(subscription("reddit", "r/Bitcoin"), asked)
    first, second = found.documents
    assert (first.author, first.publisher, first.engagement) == ("u/ann", "Reddit r/Bitcoin", None)
    assert "I hold <em>one</em>." in first.text
    assert "submitted by" not in first.text
    assert (second.text, second.published_at) == ("Only a title", None)
    assert (found.title, found.identity) == ("r/Bitcoin", None)


@pytest.mark.parametrize("typed", ["r/Bitcoin", "/r/Bitcoin/", "Bitcoin", "https://old.reddit.com/r/Bitcoin/new"])
def test_what_is_typed_becomes_one_form(typed: str) -> None:
    assert SOURCE.parse_address(typed) == "r/Bitcoin"


@pytest.mark.parametrize("typed", ["", "r/", "r/a", "u/ann", "r/a b", "https://evil.example/r/Bitcoin"])
def test_what_is_no_subreddit_is_refused(typed: str) -> None:
    with pytest.raises(ValueError, match="expected a subreddit"):
        SOURCE.parse_address(typed)

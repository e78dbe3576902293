"""The shipped articles as documents."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from cryptodesk.documents.handbook import Article, load_articles
from cryptodesk.documents.sources.handbook import SOURCE, fingerprint, to_documents
from cryptodesk.documents.store import SyncState
from tests.documents.support import context, subscription

ARTICLE = Article("defi", "amms", "AMMs", date(2026, 1, 2), ("pools",), (1027,), ("What is an AMM?",), (), "Text.")


def test_an_article_may_answer_from_the_day_it_was_checked() -> None:
    (found,) = to_documents([ARTICLE])
    checked = datetime(2026, 1, 2, tzinfo=UTC)
    assert (found.key, found.known_at, found.published_at) == ("defi/amms", checked, checked)
    assert (found.topics, found.asset_ids, found.url, found.language) == (("pools",), (1027,), None, "en")


async def test_all_articles_come_once_and_again_only_after_a_change() -> None:
    first = await SOURCE.fetch(subscription("handbook", "shipped"), context())
    assert len(first.documents) == len(load_articles())
    assert first.is_complete
    assert first.state == SyncState(cursor=fingerprint())
    again = await SOURCE.fetch(subscription("handbook", "shipped", first.state), context())
    assert again.is_unchanged


def test_it_has_one_address() -> None:
    assert SOURCE.parse_address("handbook") == SOURCE.parse_address("shipped") == "shipped"
    with pytest.raises(ValueError, match="no other address"):
        SOURCE.parse_address("other")

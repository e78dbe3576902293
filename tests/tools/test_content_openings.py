"""A question that names an article gets its beginning; any other gets the passage that was found."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

from cryptodesk.documents.records import Chunk, Document, Hit
from cryptodesk.tools._content_openings import with_openings

NOW = datetime(2026, 11, 22, tzinfo=UTC)
TEXT = "Restaking pledges the same stake again. " * 20 + "\n\n" + "The risks add up in this way. " * 30


def hit(number: int, **fields: Any) -> Hit:
    known: dict[str, Any] = {
        "document_id": "handbook:defi/restaking",
        "type": "handbook",
        "source": "handbook",
        "publisher": "cryptodesk handbook",
        "title": "Restaking",
        "text": TEXT,
        "fetched_at": NOW,
        "known_at": NOW,
        "content_hash": "0",
    }
    document = Document(**(known | fields))
    return Hit(document, Chunk(document.document_id, number, "The risks add up in this way."), 1.0)


@pytest.mark.parametrize(
    "question",
    ["what is restaking", "What's restaking?", "restaking explained", "please explain to me what restaking means"],
)
def test_a_question_that_names_the_article_gets_its_beginning(question: str) -> None:
    (found,) = with_openings([hit(1)], question)
    assert (found.chunk.number, found.chunk.text[:9]) == (0, "Restaking")


@pytest.mark.parametrize("question", ["what are the risks of restaking", "restaking slashing", "what is this", ""])
def test_a_question_about_more_gets_what_was_found(question: str) -> None:
    assert with_openings([hit(1)], question) == (hit(1),)


@pytest.mark.parametrize("question", ["how was the ronin bridge hacked", "ronin bridge exploit", "ronin theft"])
def test_an_article_on_an_incident_is_named_by_any_word_for_its_end(question: str) -> None:
    (found,) = with_openings([hit(1, title="The Ronin bridge theft")], question)
    assert found.chunk.number == 0


@pytest.mark.parametrize("question", ["exploit", "what was hacked"])
def test_an_end_alone_names_no_article(question: str) -> None:
    assert with_openings([hit(1, title="The Ronin bridge theft")], question)[0].chunk.number == 1


def test_plurals_name_the_same_article() -> None:
    (found,) = with_openings([hit(1, title="Optimistic and ZK rollups")], "what is a zk rollup")
    assert found.chunk.number == 0


def test_only_the_first_passage_of_an_article_is_replaced() -> None:
    assert [found.chunk.number for found in with_openings([hit(1), hit(2)], "restaking")] == [0, 2]


def test_texts_of_others_are_never_replaced() -> None:
    assert with_openings([hit(1, source="rss", type="news")], "restaking")[0].chunk.number == 1


def test_a_document_without_its_text_keeps_what_was_found() -> None:
    assert with_openings([hit(1, text="")], "restaking")[0].chunk.number == 1

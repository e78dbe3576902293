"""The subjects of the handbook: every article is known by its name, and ordinary words are none."""

from __future__ import annotations

import pytest

from cryptodesk.documents.handbook import Article, load_articles
from cryptodesk.models.analyst.reading import read
from cryptodesk.models.analyst.skills._subjects import (
    in_plain_words,
    is_of_incident,
    is_pure,
    subjects_in,
    telling,
)
from tests.models.analyst.desk import TODAY, WORLD

# Those are known by the names of assets and companies.
_NAMED_OTHERWISE = frozenset({"assets", "exchanges", "incidents"})


def _articles() -> list[Article]:
    return [article for article in load_articles() if article.section not in _NAMED_OTHERWISE]


@pytest.mark.parametrize("article", _articles(), ids=lambda article: article.slug)
def test_an_article_is_known_by_its_title_or_one_of_its_topics(article: Article) -> None:
    assert any(subjects_in(name.lower()) for name in (article.title, *article.topics))


@pytest.mark.parametrize(
    "article", [each for each in load_articles() if each.section == "incidents"], ids=lambda article: article.slug
)
def test_every_incident_is_known_by_one_of_its_topics(article: Article) -> None:
    assert any(is_of_incident(read(f"how was {topic} hacked", WORLD, TODAY)) for topic in article.topics)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("what is a centralised exchange", "centralised exchange"),
        ("centralized exchanges", "centralized exchanges"),
        ("realised cap?", "realised cap"),
        ("a 51% attack", "51% attack"),
        ("proof-of-stake", "proof-of-stake"),
        ("merkle trees", "merkle trees"),
        ("eip-1559", "eip-1559"),
    ],
)
def test_one_subject_has_many_spellings(text: str, expected: str) -> None:
    (found,) = subjects_in(text)
    assert text[found.start : found.end] == expected


@pytest.mark.parametrize("text", ["hello there", "price of btc", "what is quuxtoken", "my cat", "how is bitcoin doing"])
def test_ordinary_words_are_no_subjects(text: str) -> None:
    assert not subjects_in(text)


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("what is a merkle tree", True),
        ("whats a merkel tree", True),
        ("maker vs taker fees", True),
        ("lightning network?", True),
        ("what is the hash rate of kaspa", False),
        ("staking rewards of ETH", False),
        ("what is Bitcoin", False),
        ("merkle trees and my cat", False),
        ("", False),
    ],
)
def test_pure_questions_hold_nothing_but_a_subject(question: str, expected: bool) -> None:
    assert is_pure(read(question, WORLD, TODAY)) is expected


def test_what_is_wanted_are_the_words_that_do_not_ask() -> None:
    assert list(telling("wat is a merkle tree pls").values()) == ["merkle", "tree"]
    assert list(telling("what is what").values()) == list(telling("what is what").values())


def test_slips_are_put_right_and_names_left_alone() -> None:
    assert in_plain_words("can you please explain impermanant loss") == "explain impermanent loss"
    assert in_plain_words("Uniswap") == "Uniswap"

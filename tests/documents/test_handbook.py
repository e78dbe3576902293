"""Each article keeps the handbook's form, and no two say the same."""

from __future__ import annotations

import re
from collections import Counter
from datetime import date
from urllib.parse import urlsplit

import pytest

from cryptodesk.catalog.assets import load_assets
from cryptodesk.documents.handbook import Article, HandbookError, find_article, load_articles, parse_article

ARTICLES = load_articles()
KNOWN_ASSETS = {record.asset_id for record in load_assets()}
SECTIONS = {
    "assets",
    "concepts",
    "defi",
    "derivatives",
    "exchanges",
    "incidents",
    "metrics",
    "regulation",
    "stablecoins",
    "tax",
    "trading",
}
# Words in a row that two articles may share: a name, a date, a fixed phrase of law.
MOST_SHARED_WORDS = 12

HEAD = """+++
title = "A title"
date = 2026-11-22
topics = ["a topic"]
assets = [1]
questions = ["What is it?"]
[[sources]]
title = "A source"
url = "https://source.example/page"
+++
"""


def _words(text: str) -> list[str]:
    return re.findall(r"[\w'’-]+", text)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: f"{article.section}/{article.slug}")
def test_an_article_keeps_the_form(article: Article) -> None:
    assert article.section in SECTIONS
    assert re.fullmatch(r"[a-z0-9]+(-[a-z0-9]+)*", article.slug)
    assert 150 <= len(_words(article.body)) <= 420
    assert 1 <= len(article.sources) <= 4
    assert 2 <= len(article.questions) <= 3
    assert all(question.endswith("?") and question not in article.body for question in article.questions)
    assert set(article.assets) <= KNOWN_ASSETS
    assert article.topics
    assert date(2026, 1, 1) <= article.date
    assert not re.search(r"^# |!\[|\]\(", article.body, re.MULTILINE)


@pytest.mark.parametrize("article", ARTICLES, ids=lambda article: f"{article.section}/{article.slug}")
def test_its_sources_are_absolute_addresses_each_named_once(article: Article) -> None:
    addresses = [source.url for source in article.sources]
    assert len(addresses) == len(set(addresses))
    for source in article.sources:
        parts = urlsplit(source.url)
        assert parts.scheme in {"https", "http"}
        assert "." in parts.netloc
        assert not re.search(r"\s", source.url)
        assert source.title.strip() == source.title != ""


def test_titles_and_slugs_are_unique() -> None:
    for names in ([article.title.casefold() for article in ARTICLES], [article.slug for article in ARTICLES]):
        assert [name for name, count in Counter(names).items() if count > 1] == []


def test_no_passage_stands_in_two_articles() -> None:
    owners: dict[tuple[str, ...], str] = {}
    shared = []
    for article in ARTICLES:
        words = [word.casefold() for word in _words(article.body)]
        for run in zip(*(words[start:] for start in range(MOST_SHARED_WORDS + 1)), strict=False):
            if owners.setdefault(run, article.slug) != article.slug:
                shared.append((owners[run], article.slug, " ".join(run)))
    assert shared == []


def test_a_price_of_today_is_nowhere() -> None:
    aging = re.compile(
        r"\b(?:currently|today|right now|at the moment) (?:trad|worth|cost|pric|yield)\w*", re.IGNORECASE
    )
    assert [article.slug for article in ARTICLES if aging.search(article.body)] == []


@pytest.mark.parametrize(
    "text",
    [
        "no head at all",
        HEAD,
        HEAD.replace("2026-11-22", '"yesterday"') + "Body.",
        HEAD.replace('title = "A title"', "") + "Body.",
        HEAD.replace("assets", "asets") + "Body.",
        "before " + HEAD + "Body.",
    ],
)
def test_a_malformed_article_is_refused_by_name(text: str) -> None:
    with pytest.raises(HandbookError, match="concepts/broken"):
        parse_article("concepts", "broken", text)


def test_an_article_is_read_whole() -> None:
    article = parse_article("concepts", "whole", HEAD + "\nFirst.\n\nSecond.\n")
    assert (article.title, article.date, article.assets) == ("A title", date(2026, 11, 22), (1,))
    assert article.sources[0].url == "https://source.example/page"
    assert article.body == "First.\n\nSecond."


def test_each_article_is_found_by_its_title_alone() -> None:
    assert [find_article(article.title) for article in ARTICLES] == list(ARTICLES)
    assert find_article(ARTICLES[0].title[:-1]) is None
    assert find_article("No article of this title") is None

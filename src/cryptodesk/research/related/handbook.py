"""Questions that the handbook answers, near to what was asked: of the same article, of its neighbours, of an asset."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import cache

from msgspec import Struct

from cryptodesk.documents.handbook import Article, load_articles
from cryptodesk.research.related.wording import content_words

__all__ = ["articles_about", "articles_beside", "articles_near", "questions_near"]

# Words that stand in so many articles that they tell nothing.
_COMMON_IN = 25
_LEAST_SHARED = 2
_MOST_ARTICLES = 6
_OF_ASSETS = "assets"
# Words of any request, whatever it is about.
_GENERAL = frozenset({"risk", "market", "price", "crypto", "report", "trade", "trading", "token", "coin", "asset"})


class _Entry(Struct, frozen=True):
    article: Article
    words: frozenset[str]
    title_words: frozenset[str]


def questions_near(text: str, titles: Sequence[str], asset_ids: Iterable[int]) -> tuple[str, ...]:
    """Of the articles that an answer quoted (by title) or that the text is about first, then of the assets'."""
    articles = [*_titled(titles), *articles_near(text)]
    about = [article for asset_id in asset_ids for article in articles_about(asset_id)]
    ordered = dict.fromkeys(article.slug for article in (*articles, *about))
    known = _by_slug()
    return tuple(dict.fromkeys(question for slug in ordered for question in known[slug].questions))


def articles_near(text: str) -> tuple[Article, ...]:
    """By the telling words they share with the text, those in the title counting twice."""
    words = content_words(text) - _GENERAL
    telling = {word for word in words if 0 < _frequency().get(word, 0) <= _COMMON_IN}
    scored = [
        (len(telling & entry.words) + len(telling & entry.title_words), -position, entry.article)
        for position, entry in enumerate(_entries())
    ]
    found = sorted((each for each in scored if each[0] >= _LEAST_SHARED), key=lambda each: (-each[0], -each[1]))
    least = found[0][0] / 2 if found else 0
    return tuple(article for score, _, article in found[:_MOST_ARTICLES] if score >= least)


def articles_beside(article: Article) -> tuple[Article, ...]:
    """Those with the most topics in common, then those of its section; single assets only beside an asset."""
    own = content_words(" ".join((article.title, *article.topics))) - _GENERAL
    scored = [
        (len(own & entry.words) + (entry.article.section == article.section), -position, entry.article)
        for position, entry in enumerate(_entries())
        if entry.article.slug != article.slug and (entry.article.section != _OF_ASSETS or article.section == _OF_ASSETS)
    ]
    found = sorted((each for each in scored if each[0] >= _LEAST_SHARED), key=lambda each: (-each[0], -each[1]))
    return tuple(each for _, _, each in found[:_MOST_ARTICLES])


def articles_about(asset_id: int) -> tuple[Article, ...]:
    """Of the asset first alone, then among others."""
    found = [article for article in load_articles() if asset_id in article.assets]
    return tuple(sorted(found, key=lambda article: (len(article.assets), article.section != _OF_ASSETS)))[
        :_MOST_ARTICLES
    ]


def _titled(titles: Sequence[str]) -> list[Article]:
    """Passages are quoted under the article's title with more behind it."""
    return [one for one in load_articles() for title in titles if title.startswith(one.title)]


@cache
def _by_slug() -> Mapping[str, Article]:
    return {article.slug: article for article in load_articles()}


@cache
def _entries() -> tuple[_Entry, ...]:
    return tuple(
        _Entry(
            article,
            content_words(" ".join((article.title, *article.topics, *article.questions))),
            content_words(article.title),
        )
        for article in load_articles()
    )


@cache
def _frequency() -> Mapping[str, int]:
    counts: dict[str, int] = {}
    for entry in _entries():
        for word in entry.words:
            counts[word] = counts.get(word, 0) + 1
    return counts

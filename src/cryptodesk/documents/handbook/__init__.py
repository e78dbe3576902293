"""The handbook: original, dated, sourced articles that ship with the product, one Markdown file each."""

from cryptodesk.documents.handbook._reader import (
    ADDRESS,
    Article,
    ArticleSource,
    HandbookError,
    find_article,
    fingerprint,
    load_articles,
    parse_article,
)

__all__ = [
    "ADDRESS",
    "Article",
    "ArticleSource",
    "HandbookError",
    "find_article",
    "fingerprint",
    "load_articles",
    "parse_article",
]

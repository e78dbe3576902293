"""The handbook: original, dated, sourced articles that ship with the product, one Markdown file each."""

from cryptodesk.documents.handbook._reader import (
    Article,
    ArticleSource,
    HandbookError,
    find_article,
    load_articles,
    parse_article,
)

__all__ = ["Article", "ArticleSource", "HandbookError", "find_article", "load_articles", "parse_article"]

"""Reads the articles: TOML between two `+++` lines, then Markdown."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Iterator
from datetime import date
from functools import cache
from importlib.resources import files

import msgspec
from msgspec import Struct

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

# What a subscription to it is made to.
ADDRESS = "shipped"

_FENCE = "+++\n"
_HEAD_END = f"\n{_FENCE}"


class HandbookError(ValueError):
    """An article is malformed. The message names it and says what is wrong."""


class ArticleSource(Struct, frozen=True, forbid_unknown_fields=True):
    """Something the article rests on, by its own title."""

    title: str
    url: str


class _Head(Struct, frozen=True, forbid_unknown_fields=True):
    title: str
    date: date
    topics: tuple[str, ...]
    assets: tuple[int, ...]
    questions: tuple[str, ...]
    sources: tuple[ArticleSource, ...]


class Article(Struct, frozen=True):
    """One article. `date` is the day its facts were last checked; `assets` are asset ids; `questions` are what a reader
    may ask that it answers; `body` is Markdown."""

    section: str
    slug: str
    title: str
    date: date
    topics: tuple[str, ...]
    assets: tuple[int, ...]
    questions: tuple[str, ...]
    sources: tuple[ArticleSource, ...]
    body: str


def parse_article(section: str, slug: str, text: str) -> Article:
    """Raises: HandbookError if the head is missing or malformed, or the body is empty."""
    before, fence, rest = text.partition(_FENCE)
    head, closing, body = rest.partition(_FENCE)
    if before or not fence or not closing or not body.strip():
        raise HandbookError(f"{section}/{slug}: expected a head between two +++ lines, then a body")
    try:
        fields = msgspec.convert(tomllib.loads(head), _Head)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise HandbookError(f"{section}/{slug}: {error}") from None
    return Article(
        section, slug, **{name: getattr(fields, name) for name in _Head.__struct_fields__}, body=body.strip()
    )


@cache
def load_articles() -> tuple[Article, ...]:
    """Every article, by section and slug. Raises: HandbookError."""
    return tuple(_read_all())


@cache
def find_article(title: str) -> Article | None:
    """The article of that very title. Quicker than all of them: few are parsed. Raises: HandbookError."""
    likely = (parse_article(*each) for each in _texts() if title in each[2].partition(_HEAD_END)[0])
    found = next((article for article in likely if article.title == title), None)
    # A title may be spelt with escapes.
    return found or next((article for article in load_articles() if article.title == title), None)


def fingerprint() -> str:
    """Changes with any article. Reads every file, and parses none."""
    digest = hashlib.sha256()
    for section, slug, text in _texts():
        body = text.encode()
        digest.update(f"{section}/{slug}.md {len(body)}\n".encode() + body)
    return digest.hexdigest()


def _read_all() -> Iterator[Article]:
    return (parse_article(*each) for each in _texts())


@cache
def _texts() -> tuple[tuple[str, str, str], ...]:
    return tuple(_read_texts())


def _read_texts() -> Iterator[tuple[str, str, str]]:
    """Section, slug and text of each file, in their order."""
    root = files("cryptodesk.documents.handbook")
    for section in sorted((entry for entry in root.iterdir() if entry.is_dir()), key=lambda entry: entry.name):
        for entry in sorted(section.iterdir(), key=lambda entry: entry.name):
            if entry.name.endswith(".md"):
                yield section.name, entry.name.removesuffix(".md"), entry.read_bytes().decode()

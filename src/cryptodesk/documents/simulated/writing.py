"""A finished text with the facts that a document needs beside those of its plan."""

from __future__ import annotations

from datetime import date, datetime
from re import compile as compile_pattern

from msgspec import Struct

from cryptodesk.documents.simulated.names import Publisher

__all__ = ["Written", "address_of", "date_of", "time_of"]

_NOT_SLUG = compile_pattern(r"[^a-z0-9]+")
_SLUG_LENGTH = 60


class Written(Struct, frozen=True, kw_only=True):
    publisher: str
    title: str
    text: str
    author: str | None = None
    url: str | None = None
    topics: tuple[str, ...] = ()
    engagement: int | None = None


def address_of(publisher: Publisher, day: date, title: str, number: int) -> str:
    """A page under a domain that cannot exist."""
    slug = _NOT_SLUG.sub("-", title.lower())[:_SLUG_LENGTH].strip("-") or "text"
    return f"https://{publisher.host}/{day:%Y/%m/%d}/{slug}-{number}"


def date_of(moment: date | datetime) -> str:
    """ "3 March 2026"."""
    return f"{moment:%d %B %Y}".lstrip("0")


def time_of(moment: datetime) -> str:
    return f"{moment:%H:%M} UTC"

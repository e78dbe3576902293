"""What a question asks of documents, in the form in which every index filters by it."""

from __future__ import annotations

from datetime import datetime

from msgspec import Struct

from cryptodesk.documents.index.spelling import encodable
from cryptodesk.documents.query import DocumentQuery

__all__ = ["MOST_HITS", "MOST_QUESTION_CHARACTERS", "Conditions", "conditions_of", "known_until"]

MOST_QUESTION_CHARACTERS = 2_000
MOST_HITS = 100


class Conditions(Struct, frozen=True, kw_only=True):
    """What a passage's document must be; empty and None mean any. Moments are unix seconds: `known_until` included,
    `published_from` included, `published_before` not. A bound on publication leaves undated documents out."""

    types: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    asset_ids: tuple[int, ...] = ()
    language: str | None = None
    known_until: float | None = None
    published_from: float | None = None
    published_before: float | None = None


def conditions_of(query: DocumentQuery, now: datetime) -> Conditions:
    """Raises: ValueError for a moment without a time zone."""
    return Conditions(
        types=query.types,
        sources=tuple(map(encodable, query.sources)),
        asset_ids=query.asset_ids,
        language=None if query.language is None else encodable(query.language),
        known_until=known_until(query.as_of, now),
        published_from=_seconds(query.published_after),
        published_before=_seconds(query.published_before),
    )


def known_until(as_of: datetime | None, now: datetime) -> float:
    """Unix seconds. Raises: ValueError for a moment without a time zone."""
    # What is not known yet answers no question, not even one about a later time.
    asked = _seconds(as_of)
    return now.timestamp() if asked is None else min(asked, now.timestamp())


def _seconds(moment: datetime | None) -> float | None:
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError(f"a search needs moments with a time zone, got {moment!r}")
    return moment.timestamp()

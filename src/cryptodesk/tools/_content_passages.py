"""From hits to numbered passages for the model and citations for the client, in one order and within one size."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from msgspec import UNSET, Struct, UnsetType

from cryptodesk.core.messages import Citation
from cryptodesk.documents.handbook import Article, find_article
from cryptodesk.documents.records import Document, Hit
from cryptodesk.tools._content_clean import TITLE_LENGTH, clean_passage, clean_title, cut, web_address
from cryptodesk.tools._content_types import HANDBOOK, HANDBOOK_NAME, shown_type
from cryptodesk.tools._envelope import encode_time
from cryptodesk.tools._output import encoded_size
from cryptodesk.tools._text import NAME_LIMIT

__all__ = ["MOST_BYTES", "MOST_CHARACTERS", "Candidate", "Passage", "candidate_of", "cite", "deduplicate", "number"]

MOST_CHARACTERS = 1_200
MOST_BYTES = 8_000

_OPEN, _CLOSE = "⟦", "⟧"
# A shorter piece says too little: rather fewer passages.
_FEWEST_CHARACTERS = 240


class Candidate(Struct, frozen=True, kw_only=True):
    """One passage before it has a number. `has_own_page` is False where `url` is of something it only rests on."""

    source: str
    title: str
    url: str | None
    content_type: str
    text: str
    published_at: datetime | None = None
    event_at: datetime | None = None
    warnings: tuple[str, ...] = ()
    is_simulated: bool = False
    has_own_page: bool = True


class Passage(Struct, frozen=True, kw_only=True):
    """What the model sees. `text` is a quotation between ⟦ and ⟧, at most 1,200 characters; `warnings` say what was
    found in it and made harmless."""

    n: int
    source: str
    title: str
    url: str | None
    published_at: str | None
    content_type: str
    text: str
    event_at: str | UnsetType = UNSET
    warnings: tuple[str, ...] | UnsetType = UNSET
    is_simulated: bool | UnsetType = UNSET


def candidate_of(hit: Hit) -> Candidate | None:
    """None where nothing readable is left of the passage."""
    document = hit.document
    article = find_article(document.title) if document.source == HANDBOOK else None
    # The text decides, not what the database says of where it is from.
    is_own = article is not None and hit.chunk.text in article.body
    cleaned = clean_passage(hit.chunk.text, MOST_CHARACTERS - len(_OPEN + _CLOSE), is_own=is_own)
    title = clean_passage(document.title, TITLE_LENGTH, is_own=is_own)
    publisher = clean_passage(document.publisher, NAME_LIMIT)
    name = title.text or publisher.text
    if not cleaned.text or not name:
        return None
    source, name, url = _origin(document, article, name, publisher.text)
    return Candidate(
        source=source,
        title=name,
        url=url,
        content_type=shown_type(document),
        text=cleaned.text,
        published_at=document.published_at,
        event_at=document.event_at,
        warnings=tuple(
            dict.fromkeys([*hit.warnings, *cleaned.all_warnings, *title.all_warnings, *publisher.all_warnings])
        ),
        is_simulated=document.is_simulated,
        has_own_page=document.url is not None,
    )


def _origin(document: Document, article: Article | None, title: str, publisher: str) -> tuple[str, str, str | None]:
    """Publisher, title and address. An article of the handbook has no page: it is cited by the first source it rests
    on, and the title says so."""
    url = web_address(document.url)
    if document.source != HANDBOOK:
        return publisher, title, url
    if url is None and article is not None and article.sources:
        first = article.sources[0]
        return HANDBOOK_NAME, f"{title} (rests on: {clean_title(first.title, is_own=True)})", web_address(first.url)
    return HANDBOOK_NAME, title, url


def deduplicate(candidates: Sequence[Candidate], limit: int) -> list[Candidate]:
    """One passage an address and a title, the best first; suspicious ones after the others, and those that cannot be
    cited last, so that citations keep the passages' numbers."""
    urls: set[str] = set()
    titles: set[str] = set()
    kept: list[Candidate] = []
    for candidate in sorted(candidates, key=lambda one: bool(one.warnings)):
        title = candidate.title.casefold()
        if title in titles or (candidate.has_own_page and candidate.url in urls):
            continue
        titles.add(title)
        urls |= {candidate.url} if candidate.url and candidate.has_own_page else set()
        kept.append(candidate)
    return sorted(kept[:limit], key=lambda one: one.url is None)


def number(candidates: Sequence[Candidate]) -> list[Passage]:
    """Passages from 1 on, of at most `MOST_BYTES` in all: texts are cut evenly, then the last passages left out."""
    for count in range(len(candidates), 0, -1):
        shown = candidates[:count]
        low, high = _FEWEST_CHARACTERS, MOST_CHARACTERS
        if _size(shown, low) > MOST_BYTES and count > 1:
            continue
        while low < high:
            middle = (low + high + 1) // 2
            low, high = (middle, high) if _size(shown, middle) <= MOST_BYTES else (low, middle - 1)
        return _passages(shown, low)
    return []


def cite(candidates: Sequence[Candidate], count: int) -> tuple[Citation, ...]:
    """Of the first `count` candidates those with an address, in their order."""
    return tuple(
        Citation(one.source, one.title, one.url, encode_time(one.published_at) if one.published_at else None)
        for one in candidates[:count]
        if one.url is not None
    )


def _size(candidates: Sequence[Candidate], most: int) -> int:
    return encoded_size(_passages(candidates, most))


def _passages(candidates: Sequence[Candidate], most: int) -> list[Passage]:
    return [_passage(place, candidate, most) for place, candidate in enumerate(candidates, 1)]


def _passage(place: int, candidate: Candidate, most: int) -> Passage:
    return Passage(
        n=place,
        source=candidate.source,
        title=candidate.title,
        url=candidate.url,
        published_at=encode_time(candidate.published_at) if candidate.published_at else None,
        content_type=candidate.content_type,
        text=f"{_OPEN}{cut(candidate.text, most - len(_OPEN + _CLOSE))}{_CLOSE}",
        event_at=encode_time(candidate.event_at) if candidate.event_at else UNSET,
        warnings=candidate.warnings or UNSET,
        is_simulated=candidate.is_simulated or UNSET,
    )

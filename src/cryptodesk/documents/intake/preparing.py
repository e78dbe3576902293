"""From a document as it came to one that can be kept: cleaned, dated, named, hashed and linked to assets. Pure."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from cryptodesk.documents.cleaning import Cleaned, clean_line, clean_markup, clean_text
from cryptodesk.documents.intake.language import detect_language, parse_language
from cryptodesk.documents.records import Document, DocumentType
from cryptodesk.documents.sources._source import RawDocument
from cryptodesk.documents.sources._web import host_of, url_key
from cryptodesk.documents.store._likeness import seen_key, shingles
from cryptodesk.documents.store.records import NewDocument, Problem, Subscription

__all__ = ["FindAssets", "Origin", "Prepared", "document_id", "prepare"]

FindAssets = Callable[[str], Iterable[int]]

# A server's clock may be a little ahead of ours.
_SKEW = timedelta(minutes=10)
_EARLIEST_YEAR = 1990
_MOST_POST = 10_000
_MOST_NAME = 120
_MOST_TOPICS = 12
_MOST_ASSETS = 16
_LINKED_CHARACTERS = 6_000
_SHORT_POST_WORDS = 12
_READABLE_ID = re.compile(r"[a-z0-9][a-z0-9/_.-]{0,99}")


class Origin(Struct, frozen=True):
    """Where a batch comes from, and what stands in for what its documents do not say."""

    subscription_id: int
    source: str
    address: str
    default_type: DocumentType
    publisher: str | None = None
    forced_type: DocumentType | None = None
    is_local: bool = False

    @staticmethod
    def of(subscription: Subscription, default_type: DocumentType, *, is_local: bool = False) -> Origin:
        forced: DocumentType | None = subscription.options.get("type")  # type: ignore[assignment]
        return Origin(
            subscription_id=subscription.subscription_id,
            source=subscription.source,
            address=subscription.address,
            default_type=default_type,
            publisher=subscription.options.get("publisher"),
            forced_type=forced,
            is_local=is_local,
        )


class Prepared(Struct, frozen=True):
    documents: tuple[NewDocument, ...] = ()
    problems: tuple[Problem, ...] = ()


def prepare(
    raw: Sequence[RawDocument], origin: Origin, now: datetime, find_assets: FindAssets | None = None
) -> Prepared:
    """Each that can be kept; for the others, and for what had to be changed, the reason."""
    documents: dict[str, NewDocument] = {}
    problems: list[Problem] = []
    for document in raw:
        item = clean_line(document.title or document.key or document.url or "document", 80)
        try:
            new, changed = _prepare_one(document, origin, now, find_assets)
        except ValueError as error:
            problems.append(Problem(item, clean_line(str(error), 200)))
            continue
        problems += [Problem(item, reason) for reason in changed]
        if new.document.document_id in documents:
            problems.append(Problem(item, "its id came before in the same answer"))
        else:
            documents[new.document.document_id] = new
    return Prepared(tuple(documents.values()), tuple(problems))


def document_id(origin: Origin, key: str, url: str | None) -> str:
    """The same for the same page wherever it comes from; without a page, and for the operator's own files, the name
    within its subscription."""
    if origin.source == "handbook" and _READABLE_ID.fullmatch(key):
        return f"handbook:{key}"
    name = f"page {url_key(url)}" if url and not origin.is_local else f"{origin.source} {origin.address}\n{key}"
    return f"d:{hashlib.sha256(name.encode()).hexdigest()[:24]}"


def _prepare_one(
    raw: RawDocument, origin: Origin, now: datetime, find_assets: FindAssets | None
) -> tuple[NewDocument, list[str]]:
    """Raises: ValueError if there is nothing to keep."""
    kind = origin.forced_type or raw.type or origin.default_type
    is_post = kind == "social_post"
    cleaned = _clean(raw.text, is_markup=raw.is_markup, limit=_MOST_POST if is_post else None)
    title = _clean(raw.title, is_markup=raw.is_markup, limit=4_000)
    text = cleaned.text or title.text
    if not text:
        raise ValueError("has no text")
    changed = ["is longer than is kept, its end was cut"] if cleaned.is_cut else []
    published_at, event_at, reason = _dates(raw, kind, now)
    changed += [reason] if reason else []
    known_at = min(now, max(raw.known_at or now, published_at or raw.known_at or now))
    author = clean_line(raw.author, _MOST_NAME) if raw.author else None
    key = raw.key or (raw.url or "") or hashlib.sha256(f"{raw.title}\n{text}".encode()).hexdigest()
    document = Document(
        document_id=document_id(origin, key, raw.url),
        type=kind,
        source=origin.source,
        publisher=clean_line(origin.publisher or raw.publisher or host_of(raw.url or "") or origin.source, _MOST_NAME),
        title=clean_line(title.text or text, 120 if is_post else 300),
        text=text,
        fetched_at=now,
        known_at=known_at,
        content_hash=hashlib.sha256(text.encode()).hexdigest(),
        url=raw.url,
        author=author or None,
        published_at=published_at,
        updated_at=raw.updated_at if raw.updated_at and raw.updated_at <= now else None,
        # What an article of the handbook is about was chosen by whoever wrote it.
        asset_ids=_assets(raw, title.text, text, None if origin.source == "handbook" else find_assets),
        topics=tuple(dict.fromkeys(topic for name in raw.topics if (topic := clean_line(name, 60))))[:_MOST_TOPICS],
        language=_language(raw, title.text, text, is_post=is_post),
        event_at=event_at,
        engagement=raw.engagement,
    )
    # Two people may say the same few words; nobody writes the same long sentence twice.
    is_chatter = is_post and len(text.split()) < _SHORT_POST_WORDS
    new = NewDocument(
        document=document,
        # A note about a page is not the page.
        url_key=url_key(raw.url) if raw.url and not origin.is_local else None,
        seen_key=seen_key(document.title, text, f"{origin.source} {author}" if is_chatter else ""),
        # Articles of the handbook are our own; a test keeps them apart.
        runs=frozenset() if origin.source == "handbook" else shingles(text),
        warnings=tuple(dict.fromkeys((*raw.warnings, *cleaned.warnings, *title.warnings))),
    )
    return new, changed


def _clean(text: str, *, is_markup: bool, limit: int | None) -> Cleaned:
    clean = clean_markup if is_markup else clean_text
    return clean(text) if limit is None else clean(text, limit)


def _dates(raw: RawDocument, kind: DocumentType, now: datetime) -> tuple[datetime | None, datetime | None, str | None]:
    """When it was published, when what it tells of happens, and what was wrong with that."""
    published_at, event_at = raw.published_at, raw.event_at
    if published_at is None:
        return None, event_at, None
    if published_at.year < _EARLIEST_YEAR:
        return None, event_at, f"its date {published_at:%Y-%m-%d} is too old to be true and was left out"
    if published_at <= now:
        return published_at, event_at, None
    if kind == "macro_event":
        # A calendar dates an entry by the day of the event.
        return None, event_at or published_at, None
    if published_at <= now + _SKEW:
        return now, event_at, None
    return None, event_at, f"its date {published_at:%Y-%m-%d %H:%M} is in the future and was left out"


def _assets(raw: RawDocument, title: str, text: str, find_assets: FindAssets | None) -> tuple[int, ...]:
    """Those that the source names, then those that the text speaks of."""
    found = () if find_assets is None else tuple(find_assets(f"{title}\n{text[:_LINKED_CHARACTERS]}"))
    return tuple(dict.fromkeys((*raw.asset_ids, *found)))[:_MOST_ASSETS]


def _language(raw: RawDocument, title: str, text: str, *, is_post: bool) -> str:
    """A platform knows the language of a post better than its few words do."""
    declared = parse_language(raw.language)
    return declared if is_post and declared else detect_language(f"{title}\n{text}", declared)

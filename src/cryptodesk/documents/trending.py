"""Questions that the documents of the last day or so raise, by what is written about more than before.

Words of a question are ours and names come from our lists: nothing that a document says is repeated, and no single
voice makes a trend. Counting is done over distinct voices; text that looks as if it were written for a machine counts
for nothing."""

from __future__ import annotations

import hashlib
import math
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta
from uuid import UUID, uuid5

from msgspec import Struct

from cryptodesk.documents.fencing import quote
from cryptodesk.documents.handbook import Article
from cryptodesk.documents.orders import find_order
from cryptodesk.documents.query import DocumentFeed, DocumentQuery
from cryptodesk.documents.records import Document, DocumentType
from cryptodesk.documents.trending_words import EVENTS, USUAL_QUESTION, USUAL_TITLE, Event

__all__ = ["DAY", "NameOf", "Trending", "TrendingQuestion", "compute_trending", "find_trending", "handbook_questions"]

DAY = timedelta(days=1)
# The name of an asset by its id; None for one that must not be named.
NameOf = Callable[[int], str | None]

_TYPES: tuple[DocumentType, ...] = (
    "news",
    "rss_item",
    "social_post",
    "blog",
    "research",
    "exchange_announcement",
    "video_transcript",
    "macro_event",
)
_MOST_DOCUMENTS = 5_000
_FEWEST_DOCUMENTS, _FEWEST_VOICES = 3, 2
_VOTES_OF_A_VOICE = 2
_MOST_LINKED = 20
_READ_CHARACTERS = 400
# The event that at least this part of the documents speak of gives the question its words.
_EVENT_SHARE = 0.4
_LETTER_OR_DIGIT = re.compile(r"[^\W_]")
_NAMESPACE = UUID("0c4b1a52-3f9e-5b0d-8a52-61b6f3f0c7d4")


class TrendingQuestion(Struct, frozen=True, kw_only=True):
    """`count` and `previous` are documents of this window and of the one before, a voice counting at most twice.
    `score` is higher for more and for faster growing. `document_ids` are the newest first; of a question from the
    handbook the counts are 0 and `article` names it ("defi/mev")."""

    question: str
    topic_title: str
    topic_id: str
    score: float = 0.0
    count: int = 0
    previous: int = 0
    asset_ids: tuple[int, ...] = ()
    document_ids: tuple[str, ...] = ()
    article: str | None = None
    is_simulated: bool = False


class Trending(Struct, frozen=True):
    """The highest score first, then what the handbook adds. `documents` were counted in this window."""

    questions: tuple[TrendingQuestion, ...]
    documents: int
    notes: tuple[str, ...] = ()


async def find_trending(
    feed: DocumentFeed | None,
    now: datetime,
    name_of: NameOf,
    articles: Sequence[Article] = (),
    *,
    limit: int = 5,
    window: timedelta = DAY,
) -> Trending:
    """At most `limit` questions as of `now`; what is missing comes from the articles, and a note says so.

    Raises: ValueError if `limit` is not positive."""
    if limit < 1:
        raise ValueError(f"limit must be at least 1, got {limit!r}")
    recent, before = await _load(feed, now, now - window), await _load(feed, now - window, now - 2 * window, as_of=now)
    questions = compute_trending(recent, before, name_of)[:limit]
    notes = [] if feed is not None else ["the desk has no documents"]
    if len(questions) < limit:
        added = handbook_questions(articles, now.date(), limit - len(questions))
        questions = (*questions, *added)
        notes += (
            [f"{len(added)} of the questions come from the handbook: too little is written about more"] if added else []
        )
    return Trending(questions, len(recent), tuple(notes))


def compute_trending(
    recent: Sequence[Document], before: Sequence[Document], name_of: NameOf
) -> tuple[TrendingQuestion, ...]:
    """One question an asset that is written about more than before, the highest score first, then by title."""
    now, then = _by_asset(recent), _by_asset(before)
    found = []
    for asset_id, documents in now.items():
        name = name_of(asset_id)
        count, previous = _count(documents), _count(then.get(asset_id, ()))
        is_enough = count >= _FEWEST_DOCUMENTS and len({_voice(document) for document in documents}) >= _FEWEST_VOICES
        if name is not None and is_enough and count > previous and _is_sayable(name):
            found.append(_question(asset_id, name, documents, (count, previous)))
    return tuple(sorted(found, key=lambda one: (-one.score, one.topic_title)))


def handbook_questions(articles: Sequence[Article], day: date, limit: int) -> tuple[TrendingQuestion, ...]:
    """Questions that articles answer, another choice every day, the same all day."""
    askable = [article for article in articles if article.questions]
    chosen = sorted(askable, key=lambda article: _shuffle(day, article))[:limit]
    return tuple(_from_article(article, day) for article in chosen)


async def _load(
    feed: DocumentFeed | None, end: datetime, start: datetime, as_of: datetime | None = None
) -> list[Document]:
    """What was published from `start` on and before `end`, as far as it was known then and speaks to people."""
    if feed is None:
        return []
    moment = as_of or end
    query = DocumentQuery(
        types=_TYPES, published_after=start, published_before=end, as_of=moment, limit=_MOST_DOCUMENTS
    )
    found = await feed.recent(query)
    return [
        document
        for document in found.documents
        if document.known_at <= moment
        and document.published_at is not None
        and start <= document.published_at < end
        and not quote(_read(document)).warnings
    ]


def _by_asset(documents: Sequence[Document]) -> dict[int, list[Document]]:
    """Documents by the assets they are linked to, the newest first; equal texts once."""
    by_asset: dict[int, list[Document]] = defaultdict(list)
    seen: set[str] = set()
    for document in sorted(
        documents, key=lambda one: (one.published_at or one.known_at, one.document_id), reverse=True
    ):
        if document.content_hash not in seen:
            seen.add(document.content_hash)
            for asset_id in dict.fromkeys(document.asset_ids):
                by_asset[asset_id].append(document)
    return by_asset


def _is_sayable(name: str) -> bool:
    """Anybody can give a token a name."""
    return _LETTER_OR_DIGIT.search(name) is not None and name.isprintable() and find_order(name) is None


def _count(documents: Sequence[Document]) -> int:
    voices = Counter(_voice(document) for document in documents)
    return sum(min(count, _VOTES_OF_A_VOICE) for count in voices.values())


def _voice(document: Document) -> str:
    name = (document.author if document.type == "social_post" else None) or document.publisher
    return f"{document.source}:{' '.join(name.casefold().split())[:80]}"


def _question(asset_id: int, name: str, documents: Sequence[Document], counts: tuple[int, int]) -> TrendingQuestion:
    count, previous = counts
    event = _main_event(documents)
    words, title = (event.question, event.title) if event else (USUAL_QUESTION, USUAL_TITLE)
    return TrendingQuestion(
        question=words.format(name=name),
        topic_title=title.format(name=name),
        topic_id=str(uuid5(_NAMESPACE, f"asset:{asset_id}:{event.key if event else ''}")),
        # Twice as much of what is always written about weighs more than a first handful, but not by its size alone.
        score=round((count - previous) / math.sqrt(previous + 1), 4),
        count=count,
        previous=previous,
        asset_ids=(asset_id,),
        document_ids=tuple(document.document_id for document in documents[:_MOST_LINKED]),
        is_simulated=all(document.is_simulated for document in documents),
    )


def _main_event(documents: Sequence[Document]) -> Event | None:
    """What most of the documents are about, in the order of the table where two are level."""
    counts = Counter(event.key for document in documents for event in _events(document))
    most = max((counts[event.key] for event in EVENTS), default=0)
    if most < _EVENT_SHARE * len(documents) or most < _FEWEST_VOICES:
        return None
    return next(event for event in EVENTS if counts[event.key] == most)


def _events(document: Document) -> Iterator[Event]:
    text = _read(document)
    return (event for event in EVENTS if event.pattern.search(text))


def _read(document: Document) -> str:
    return f"{document.title[:_READ_CHARACTERS]}\n{document.text[:_READ_CHARACTERS]}"


def _shuffle(day: date, article: Article) -> str:
    return hashlib.sha256(f"{day.isoformat()}/{article.section}/{article.slug}".encode()).hexdigest()


def _from_article(article: Article, day: date) -> TrendingQuestion:
    number = int(_shuffle(day, article)[:8], 16) % len(article.questions)
    place = f"{article.section}/{article.slug}"
    return TrendingQuestion(
        question=article.questions[number],
        topic_title=article.title,
        topic_id=str(uuid5(_NAMESPACE, place)),
        asset_ids=article.assets,
        article=place,
    )

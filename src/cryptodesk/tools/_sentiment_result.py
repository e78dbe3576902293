"""Puts a sample's mood together into the result of `cmc_sentiment`: aggregates only, never what somebody wrote."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cryptodesk.core.messages import Citation
from cryptodesk.documents.records import Document
from cryptodesk.documents.sentiment import Mood, compute_mood, find_keywords
from cryptodesk.market.records import FearGreed, Mode
from cryptodesk.tools._content_clean import clean_title, web_address
from cryptodesk.tools._envelope import Gap, Origin, encode_time, origin_of
from cryptodesk.tools._sentiment_items import FEWEST_ITEMS, Sample, X, names_of
from cryptodesk.tools._text import clean

__all__ = [
    "FEAR_GREED_ALONE",
    "SentimentOutput",
    "SentimentResult",
    "cite",
    "fear_greed_fields",
    "label_of",
    "mood_fields",
    "sample_origin",
]

FEAR_GREED_ALONE = "fear_greed_index"

_MOST_CITATIONS = 10
_MOST_KEYWORDS = 12
_MOST_AUTHORS = 5
_AUTHOR_LENGTH = 50
# Scores further from zero than this are called by a side.
_SIDE = 0.1
_METHOD = "mean of word-list scores, -1 to 1"


class SentimentResult(Struct, frozen=True, kw_only=True):
    """`source` is the kind of source the score rests on. Scores run from -1 to 1, shares are percent of the votes."""

    scope: str
    asset_id: int | None
    name: str | UnsetType = UNSET
    window: str
    source: str | None
    score: float | None
    label: str
    positive_pct: float | None
    neutral_pct: float | None
    negative_pct: float | None
    sample_size: int
    change_vs_previous_window: float | None
    volume: dict[str, Any] | UnsetType = UNSET
    keywords: list[dict[str, Any]] | UnsetType = UNSET
    top_authors: list[dict[str, Any]] | UnsetType = UNSET
    fear_greed: dict[str, Any] | UnsetType | None = UNSET


class SentimentOutput(Struct, frozen=True, kw_only=True):
    """`source` names the publishers and indices behind the figures, those of most items first."""

    sentiment_result: SentimentResult
    as_of: str
    source: list[str]
    notes: list[str]
    provenance: list[Origin]
    unavailable: list[Gap]


def label_of(mood: Mood) -> str:
    if mood.score is None or mood.sample_size < FEWEST_ITEMS:
        return "insufficient_data"
    if abs(mood.score) <= _SIDE:
        return "neutral"
    return "bullish" if mood.score > 0 else "bearish"


def mood_fields(mood: Mood, before: Sample | None) -> tuple[dict[str, Any], list[Gap]]:
    """The score and its parts; what needs enough items is None where there are fewer."""
    is_enough = mood.sample_size >= FEWEST_ITEMS
    fields: dict[str, Any] = {
        "score": mood.score if is_enough else None,
        "label": label_of(mood),
        "positive_pct": mood.positive_pct if is_enough else None,
        "neutral_pct": mood.neutral_pct if is_enough else None,
        "negative_pct": mood.negative_pct if is_enough else None,
        "sample_size": mood.sample_size,
        "change_vs_previous_window": None,
    }
    if not is_enough:
        too_few = f"{mood.sample_size} items in the window, at least {FEWEST_ITEMS} are needed"
        return fields, [Gap("score", too_few)]
    earlier = compute_mood(before.items) if before is not None else None
    reason = _no_change(earlier, before)
    if reason is not None:
        return fields, [Gap("change_vs_previous_window", reason)]
    if earlier is not None and earlier.score is not None and mood.score is not None:
        fields["change_vs_previous_window"] = mood.score - earlier.score
    return fields, []


def _no_change(earlier: Mood | None, before: Sample | None) -> str | None:
    if earlier is None or before is None:
        return "the window before is not known"
    if before.is_full:
        return "the window before holds more items than are read at once"
    if earlier.sample_size < FEWEST_ITEMS:
        return f"{earlier.sample_size} items in the window before, at least {FEWEST_ITEMS} are needed"
    return None


def keyword_fields(sample: Sample, ignored: Sequence[str]) -> list[dict[str, Any]]:
    found = find_keywords(sample.items, _MOST_KEYWORDS, ignored)
    return [
        {
            "keyword": one.keyword,
            "mentions": one.mentions,
            "unique_authors": one.unique_authors,
            "sentiment": round(one.sentiment, 3),
        }
        for one in found
    ]


def volume_fields(sample: Sample, before: Sample | None) -> dict[str, Any]:
    now, then = len(sample.items), None if before is None or before.is_full else len(before.items)
    return {
        "items": now,
        "items_before_duplicates": sample.collected,
        "unique_authors": len({item.voice for item in sample.items}),
        "by_type": sample.types,
        "by_source": sample.adapters,
        "previous_items": then,
        "change_pct": (now / then - 1) * 100 if then else None,
    }


def author_fields(sample: Sample) -> list[dict[str, Any]]:
    """Handles of posts with how many they wrote, without a word of what."""
    handles = Counter(
        (clean(document.author, _AUTHOR_LENGTH), document.source)
        for document in sample.documents
        if document.author and document.type == "social_post"
    )
    return [
        {"author": author, "network": network, "items": count}
        for (author, network), count in handles.most_common(_MOST_AUTHORS)
    ]


def fear_greed_fields(found: FearGreed) -> dict[str, Any]:
    return {
        "index": found.index,
        "value": clean(found.label),
        "scope": found.scope,
        "as_of": encode_time(found.provenance.as_of),
    }


def sample_origin(sample: Sample, fields: Sequence[str]) -> Origin:
    """Where the aggregates come from, dated by the newest item."""
    newest = max(document.published_at or document.known_at for document in sample.documents)
    mode: Mode = "simulated" if any(document.is_simulated for document in sample.documents) else "computed"
    what = "posts" if sample.source == X else "posts and headlines"
    note = f"{_METHOD}, over {len(sample.items)} distinct {what}; an author counts for at most 3, a newsroom for 12"
    return Origin(tuple(fields), " + ".join(sample.adapters), mode, encode_time(newest), note)


def cite(documents: Sequence[Document]) -> tuple[Citation, ...]:
    """Public pages among what was counted, newest first, one of each publisher before a second of any."""
    usable = [(document, url) for document in documents if (url := web_address(document.url)) is not None]
    rounds: Counter[str] = Counter()
    ranked: list[tuple[int, int]] = []
    for place, (document, _) in enumerate(usable):
        ranked.append((rounds[document.publisher], place))
        rounds[document.publisher] += 1
    citations: dict[str, Citation] = {}
    for _, place in sorted(ranked):
        document, url = usable[place]
        citations.setdefault(url, _citation(document, url))
    return tuple(citations.values())[:_MOST_CITATIONS]


def _citation(document: Document, url: str) -> Citation:
    # The title of a post is what somebody wrote: it is not passed on.
    is_post = document.type == "social_post"
    title = f"Post on {clean(document.publisher)}" if is_post else clean_title(document.title or document.publisher)
    published_at = encode_time(document.published_at) if document.published_at else None
    return Citation(clean(document.publisher), title, url, published_at)


def publishers(sample: Sample) -> list[str]:
    return names_of(sample.documents)


def fear_greed_origin(found: FearGreed) -> Origin:
    note = "Bitcoin alone" if found.scope == "bitcoin" else None
    return origin_of(["fear_greed"], found.provenance, note or found.provenance.note)

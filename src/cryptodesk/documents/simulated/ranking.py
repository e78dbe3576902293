"""Which texts answer some words best: BM25 over the texts of the days looked at.

Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009)."""

from __future__ import annotations

import re
from array import array
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from math import log

from msgspec import Struct

from cryptodesk.documents.records import Document

__all__ = ["TextIndex", "View", "rank", "tokens_of"]

_SATURATION, _LENGTH_WEIGHT = 1.2, 0.75
_MOST_WORDS = 400
_MOST_ASKED = 40
# Letters that stand without blanks are words by themselves.
_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff]|[^\W_\u3040-\u30ff\u3400-\u9fff]+")
_STOP = frozenset(
    (
        *("a", "an", "and", "are", "as", "at", "be", "by", "for", "from", "has", "have", "how", "in", "is", "it"),
        *("its", "of", "on", "or", "that", "the", "this", "to", "was", "were", "what", "when", "where", "which"),
        *("who", "why", "will", "with"),
    )
)


def tokens_of(text: str) -> list[str]:
    """Words that say something, in small letters, without their commonest endings; the first 400."""
    words = _WORD.findall(text[: 12 * _MOST_WORDS].lower())[:_MOST_WORDS]
    return [_stem(word) for word in words if word not in _STOP]


@lru_cache(maxsize=4_096)
def _stem(word: str) -> str:
    if len(word) > 4 and word.endswith("s") and not word.endswith("ss"):
        word = word[:-1]
    for ending in ("ing", "ed"):
        if len(word) > len(ending) + 3 and word.endswith(ending):
            word = word.removesuffix(ending)
            break
    return word[:-1] if len(word) > 4 and word.endswith("e") else word


class TextIndex:
    """Words of some documents, by their places. A title counts twice."""

    __slots__ = ("_postings", "lengths")

    def __init__(self, documents: Iterable[Document]) -> None:
        self.lengths = array("H")
        self._postings: dict[str, array[int]] = {}
        for place, document in enumerate(documents):
            # The title of a post is how its text begins.
            title = "" if document.type == "social_post" else f"{document.title} {document.title} "
            counts = Counter(tokens_of(title + document.text))
            self.lengths.append(min(sum(counts.values()), 65_535))
            for token, count in counts.items():
                # Place and count of a word in one number: a pair of objects would take ten times the room.
                self._postings.setdefault(token, array("L")).append(place << 8 | min(count, 255))

    def counts(self, token: str) -> Iterator[tuple[int, int]]:
        """Places that have the word, and how often it is there."""
        return ((packed >> 8, packed & 255) for packed in self._postings.get(token, ()))


class View(Struct, frozen=True):
    """What of an index may be looked at: all of it, or some places. The others do not even count as texts: how rare a
    word is must not tell of what is not known yet."""

    index: TextIndex
    places: frozenset[int] | None = None

    @property
    def lengths(self) -> Sequence[int]:
        lengths = self.index.lengths
        return lengths if self.places is None else [lengths[place] for place in self.places]

    def counts(self, token: str) -> list[tuple[int, int]]:
        places = self.places
        return [pair for pair in self.index.counts(token) if places is None or pair[0] in places]


def rank(text: str, views: Sequence[View]) -> list[dict[int, float]]:
    """For each view the scores of its places that have one of the words; rare words weigh more."""
    asked = list(dict.fromkeys(tokens_of(text)))[:_MOST_ASKED]
    every = [view.lengths for view in views]
    size = sum(map(len, every))
    mean = max(sum(map(sum, every)) / max(size, 1), 1.0)
    scores: list[dict[int, float]] = [{} for _ in views]
    for token in asked:
        counted = [view.counts(token) for view in views]
        found = sum(map(len, counted))
        weight = log(1 + (size - found + 0.5) / (found + 0.5))
        for view, pairs, own in zip(views, counted, scores, strict=True):
            for place, count in pairs:
                norm = _SATURATION * (1 - _LENGTH_WEIGHT + _LENGTH_WEIGHT * view.index.lengths[place] / mean)
                own[place] = own.get(place, 0.0) + weight * count * (_SATURATION + 1) / (count + norm)
    return scores

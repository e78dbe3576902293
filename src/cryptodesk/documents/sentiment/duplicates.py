"""Texts that say the same in nearly the same words: one of them is enough."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from zlib import crc32

from cryptodesk.documents.sentiment.words import PAUSE, split_sentences

__all__ = ["ALIKE_RATIO", "distinct"]

# Two texts are the same from this share of common word pairs on.
ALIKE_RATIO = 0.7

_MOST_WORDS = 120
# Of the word pairs of two texts, the eight of smallest hash: texts alike to 0.7 share one in 9,999 cases of 10,000.
_MARKS = 8
# Pairs that everybody uses tell little, and looking through all who use them takes long.
_MOST_RIVALS = 64


def distinct(texts: Sequence[str]) -> list[int]:
    """The places of the texts to keep, of each group alike the first. Numbers, links, handles and case do not tell
    texts apart: a bot that posts a new price each minute says one thing."""
    kept: list[int] = []
    shapes: list[frozenset[int]] = []
    buckets: dict[int, list[int]] = {}
    for place, text in enumerate(texts):
        shape = _shape(text)
        marks = sorted(shape)[:_MARKS]
        rivals = {rival for mark in marks for rival in buckets.get(mark, ())}
        if any(_are_alike(shape, shapes[rival]) for rival in rivals):
            continue
        for mark in marks:
            rivals_of = buckets.setdefault(mark, [])
            if len(rivals_of) < _MOST_RIVALS:
                rivals_of.append(len(shapes))
        shapes.append(shape)
        kept.append(place)
    return kept


def _shape(text: str) -> frozenset[int]:
    """Hashes of the pairs of neighbouring words; of a single word, or of none, of the text itself."""
    words = [
        word
        for sentence in split_sentences(text)
        for word in sentence.words
        if word != PAUSE and (word.isalpha() or not any(map(str.isdigit, word)))
    ][:_MOST_WORDS]
    pairs = {f"{first} {second}" for first, second in pairwise(words)}
    return frozenset(crc32(pair.encode()) for pair in pairs or {" ".join(words) or text.strip().lower()})


def _are_alike(one: frozenset[int], other: frozenset[int]) -> bool:
    return len(one & other) >= ALIKE_RATIO * len(one | other)

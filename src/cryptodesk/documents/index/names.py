"""Exact names in a question: what is written or spelt like a name and rare enough to set some passages apart."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from itertools import islice
from typing import Protocol

from cryptodesk.documents.embedding.wordpiece import WordPiece
from cryptodesk.documents.index.spelling import exact_terms, looks_like_name

__all__ = ["NameCounts", "names_in", "possible_names"]

_MOST_NAMES = 12
_FEW_WORDS = 3
# A word in more passages than these is no name that sets some of them apart.
_COMMON_RATIO, _COMMON_COUNT = 0.05, 8

_WORD = re.compile(r"[^\W_]+(?:[-.'/&+][^\W_]+)*")
_ENDS_SENTENCE = re.compile(r"[.!?:]\s*$")


class NameCounts(Protocol):
    """In how many of all passages names are."""

    def __len__(self) -> int: ...

    def name_frequency(self, name: str) -> int: ...


def possible_names(text: str) -> Iterator[str]:
    """All terms whose frequency `names_in` may ask for, for those who have to look them up beforehand."""
    before: list[str] = []
    for match in _WORD.finditer(text):
        parts = list(exact_terms(match.group()))
        yield from parts
        joined = [each + parts[0] for each in before] if parts and parts[0].isdecimal() else []
        yield from joined
        before = [parts[-1], parts[0], *joined[:1]] if parts else []


def names_in(text: str, texts: NameCounts, wordpiece: WordPiece) -> list[tuple[str, float]]:
    """Names of the question that some passage has, with weights that add up to at most 1.

    A name that is nowhere counts as the rarest: what has only the others does not have all."""
    most = max(_COMMON_COUNT, len(texts) * _COMMON_RATIO)
    rarities: dict[str, float] = {}
    unknown = 0.0
    for term in islice(_terms_like_names(text, texts, wordpiece), _MOST_NAMES):
        frequency = texts.name_frequency(term)
        if not frequency:
            unknown += 1.0
        elif frequency <= most:
            rarities[term] = min(math.log1p(len(texts) / frequency) / math.log1p(len(texts)), 1.0)
    total, rarest = unknown + sum(rarities.values()), max(rarities.values(), default=0.0)
    return [(term, rarity / total * rarest) for term, rarity in rarities.items()]


def _terms_like_names(text: str, texts: NameCounts, wordpiece: WordPiece) -> Iterator[str]:
    """Each once, in the order of the text, without what is too short to be a name."""
    words = list(_WORD.finditer(text))
    # A few words without a question around them are a search for just these words.
    all_count = len(words) <= _FEW_WORDS and not text.endswith("?")
    terms: dict[str, None] = {}
    before, end = "", 0
    for match in words:
        word = match.group()
        begins = match.start() == 0 or bool(_ENDS_SENTENCE.search(text[end : match.start()]))
        likely = all_count or looks_like_name(word, begins_sentence=begins)
        parts = _parts(word, before, texts)
        if parts[0] != before and parts[0].startswith(before):
            terms.pop(before, None)
        # What the encoder's vocabulary has to spell in pieces is no common word.
        terms.update((part, None) for part in parts if likely or len(wordpiece.word_ids(part)) > 1)
        before, end = parts[-1], match.end()
    return (term for term in terms if len(term) > 1)


def _parts(word: str, before: str, texts: NameCounts) -> list[str]:
    """The word's terms; of a compound that is known as a whole only the whole, which says more than its parts.

    "EIP 1559" is written "EIP-1559" as often."""
    parts = list(exact_terms(word))
    if before and parts[0].isdecimal() and texts.name_frequency(before + parts[0]):
        return [before + parts[0]]
    return parts[:1] if len(parts) > 1 and texts.name_frequency(parts[0]) else parts

"""Orders to a machine in a text, found with the place where they stand.

A phrase must ask something of orders, roles, tools, secrets or of what to tell a user; single words never do. Many
verbs are orders only where a sentence begins ("ignore the rules") and reporting elsewhere ("traders ignore the
rules"): such a phrase looks at what stands before it."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from functools import lru_cache

from cryptodesk.core.patterns import Pattern
from cryptodesk.documents.order_phrases import ENGLISH, Phrase
from cryptodesk.documents.order_phrases_abroad import ABROAD

__all__ = ["begins_order", "find_order", "holds_order", "in_small", "order_spans"]

# As much of the text before a phrase as its lead can need.
_LEAD_CHARACTERS = 48
_MOST_CACHED, _LONGEST_CACHED = 16_384, 48
_WORDS = Pattern(r"\w+")
# From here on are scripts that are written without spaces, or whose words begin with more than the stem.
_FIRST_OTHER_LETTER = "\u0370"
_PHRASES: tuple[Phrase, ...] = (*ENGLISH, *ABROAD)
_STEMS = frozenset(stem for phrase in _PHRASES for group in phrase.needs for stem in group)
_ANYWHERE = frozenset(stem for stem in _STEMS if max(stem) >= _FIRST_OTHER_LETTER and " " not in stem)
_WHOLE = frozenset(stem for stem in _STEMS if stem.endswith("!"))
_IN_A_ROW = frozenset(stem for stem in _STEMS - _ANYWHERE - _WHOLE if not _WORDS.fullmatch(stem))


def _by_beginning() -> Mapping[str, frozenset[str]]:
    """Stems by what a word must begin with; words in a row by the longest of them, which is the rarest."""
    found: defaultdict[str, set[str]] = defaultdict(set)
    for stem in _STEMS - _ANYWHERE - _WHOLE:
        found[max(_WORDS.findall(stem), key=len)].add(stem)
    return {beginning: frozenset(stems) for beginning, stems in found.items()}


_BY_BEGINNING = _by_beginning()
_LENGTHS = sorted({len(beginning) for beginning in _BY_BEGINNING})


def find_order(text: str) -> str | None:
    """The words of an order to a machine; None for ordinary prose. The time it takes grows with the length alone."""
    span = next(_spans(in_small(text)), None)
    return None if span is None else text[span[0] : span[1]]


def order_spans(text: str) -> list[tuple[int, int]]:
    """Where orders begin and end, in the order of the text; they may overlap."""
    return sorted(_spans(in_small(text)))


def holds_order(small: str) -> bool:
    """As `find_order`, of a text that is in small letters already."""
    return next(_spans(small), None) is not None


def begins_order(word: str) -> bool:
    """Whether the word may be part of an order. `word` is in small letters."""
    return bool(_stems_in(word[:_LONGEST_CACHED]))


def in_small(text: str) -> str:
    """In small letters, every character at its place: one letter alone becomes two when it is made small."""
    return text.replace("İ", "I").lower()


def _spans(small: str) -> Iterator[tuple[int, int]]:
    present = _present(small)
    for phrase in _PHRASES:
        if not present.isdisjoint(phrase.needs[0]) and not any(map(present.isdisjoint, phrase.needs[1:])):
            yield from _of_phrase(phrase, small)


def _present(small: str) -> set[str]:
    """The stems in the text: a pattern costs far more than a look for its words."""
    found: set[str] = set()
    for token in set(small.split()):
        found.update(_stems_in(token) if len(token) <= _LONGEST_CACHED else _find_stems(token))
    return {stem for stem in found if stem not in _IN_A_ROW or stem in small}


@lru_cache(_MOST_CACHED)
def _stems_in(token: str) -> frozenset[str]:
    return _find_stems(token)


def _find_stems(token: str) -> frozenset[str]:
    """What the words of the token begin with or are ("ai!"), and what they may be the longest word of."""
    found: set[str] = set()
    for word in _WORDS.findall(token):
        found |= {f"{word}!"} & _WHOLE
        found.update(*(_BY_BEGINNING.get(word[:length], ()) for length in _LENGTHS))
    if not token.isascii():
        found |= {stem for stem in _ANYWHERE if stem in token}
    return frozenset(found)


def _of_phrase(phrase: Phrase, small: str) -> Iterator[tuple[int, int]]:
    place = 0
    while (found := phrase.pattern.search(small, place)) is not None:
        start, end = found.span()
        is_led = phrase.lead is None or phrase.lead.search(small, max(0, start - _LEAD_CHARACTERS), start) is not None
        if is_led:
            yield start, end
        # What is no order may overlap with one.
        place = end if is_led else start + 1

"""What the texts are about: words and pairs of words that several people use."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cache
from importlib.resources import files

from msgspec import Struct

from cryptodesk.documents.sentiment.aggregate import Item, weights_of
from cryptodesk.documents.sentiment.words import PAUSE, split_sentences

__all__ = ["Keyword", "find_keywords"]

_FEWEST_MENTIONS = 3
_FEWEST_VOICES = 2
# A pair takes the place of its words where they are seldom apart.
_TOGETHER_RATIO = 0.6
_LENGTHS = range(3, 25)


class Keyword(Struct, frozen=True):
    """`mentions` counts texts, `unique_authors` who wrote them; `sentiment` is the weighted mean of their scores."""

    keyword: str
    mentions: int
    unique_authors: int
    sentiment: float


def find_keywords(items: Sequence[Item], limit: int = 12, ignored: Iterable[str] = ()) -> list[Keyword]:
    """Those that most voices use first. A word counts once a text; `ignored` are words of no interest, such as the
    name of what all the texts are about."""
    places: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        for term in dict.fromkeys(_terms(item.text, frozenset(ignored))):
            places.setdefault(term, []).append(place)
    voices = {
        term: len({items[place].voice for place in held})
        for term, held in places.items()
        if len(held) >= _FEWEST_MENTIONS
    }
    common = {term: places[term] for term, count in voices.items() if count >= _FEWEST_VOICES}
    shown = sorted(_without_parts(common), key=lambda term: (-voices[term], -len(places[term]), term))
    weights = weights_of(items)
    return [
        Keyword(term, len(places[term]), voices[term], _sentiment(items, weights, places[term]))
        for term in shown[:limit]
    ]


def _terms(text: str, ignored: frozenset[str]) -> Iterator[str]:
    for sentence in split_sentences(text):
        for first, second in zip(sentence.words, (*sentence.words[1:], PAUSE), strict=True):
            if not _says_something(first, ignored):
                continue
            yield first
            if _says_something(second, ignored) and second != first:
                yield f"{first} {second}"


def _says_something(word: str, ignored: frozenset[str]) -> bool:
    if len(word) not in _LENGTHS or not word.isalnum() or word.isdigit():
        return False
    return word not in ignored and word not in _plain_words()


@cache
def _plain_words() -> frozenset[str]:
    """Words that every text uses."""
    return frozenset((files(__package__) / "plain_words.txt").read_text("utf-8").split())


def _without_parts(places: dict[str, list[int]]) -> list[str]:
    hidden: set[str] = set()
    for term, held in places.items():
        for word in term.split() if " " in term else ():
            if word in places and len(held) >= _TOGETHER_RATIO * len(places[word]):
                hidden.add(word)
    return [term for term in places if term not in hidden]


def _sentiment(items: Sequence[Item], weights: Sequence[float], held: Sequence[int]) -> float:
    whole = sum(weights[place] for place in held)
    return sum(items[place].score.value * weights[place] for place in held) / whole

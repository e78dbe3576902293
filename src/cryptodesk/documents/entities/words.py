"""A passage as words with their places, sentences and surroundings."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence

from msgspec import Struct

__all__ = ["Passage", "Word", "fold"]

_WORD = re.compile(r"[^\W_]+")
_NOT_PROSE = re.compile(
    r"(?:https?://|www\.)[^\s<>\"')\]]{1,2000}|\b[\w.+-]{1,64}@[\w-]{1,63}\.[\w.-]{1,63}", re.IGNORECASE
)
_SENTENCE_END = re.compile(r"[!?:;\n\u2022|]|\.(?=\s|$|[\"”’)])")
_NAME_GAP = re.compile(r"[ \u00a0.\-&’'·]{1,2}")
_SPACE = re.compile(r"[ \u00a0]{1,3}")
_HEADLINE_WORDS = 4


class Word(Struct, frozen=True):
    """`key` is the folded spelling, `sentence` counts from 0."""

    start: int
    end: int
    text: str
    key: str
    sentence: int


class Passage:
    """One text of bounded length. Web and mail addresses, and the `hidden` places, hold no words."""

    def __init__(self, text: str, hidden: Sequence[tuple[int, int]] = ()) -> None:
        self.text = text
        self.prose = _blank(_NOT_PROSE.sub(lambda match: " " * len(match[0]), text), hidden)
        self.words = list(self._read())
        # Where most words have a capital, a capital says nothing.
        long = [word.text for word in self.words if len(word.text) > 3 and word.text.isalpha()]
        capitals = sum(word[0].isupper() for word in long)
        self.is_headline = len(long) >= _HEADLINE_WORDS and capitals > 0.7 * len(long)

    def gap(self, index: int) -> str:
        """What stands between a word and the next."""
        return self.prose[self.words[index].end : self.words[index + 1].start]

    def is_name_gap(self, index: int) -> bool:
        return _NAME_GAP.fullmatch(self.gap(index)) is not None

    def starts_sentence(self, index: int) -> bool:
        return index == 0 or self.words[index - 1].sentence != self.words[index].sentence

    def near(self, first: int, last: int, reach: int) -> Iterator[str]:
        """Keys of the words of the same sentence around a name, the name left out."""
        words, sentence = self.words, self.words[first].sentence
        for index in range(max(first - reach, 0), min(last + reach + 1, len(words))):
            if not first <= index <= last and words[index].sentence == sentence:
                yield words[index].key

    def neighbour(self, index: int, step: int) -> Word | None:
        """The word right beside, with nothing but a space between."""
        other = index + step
        if not 0 <= other < len(self.words):
            return None
        return self.words[other] if _SPACE.fullmatch(self.gap(min(index, other))) else None

    def _read(self) -> Iterator[Word]:
        sentence, end = 0, 0
        for match in _WORD.finditer(self.prose):
            if _SENTENCE_END.search(self.prose, end, match.start() + 1):
                sentence += 1
            end = match.end()
            yield Word(match.start(), end, match[0], fold(match[0]), sentence)


def fold(text: str) -> str:
    """One spelling for small, capital, accented and full-width letters."""
    if text.isascii():
        return text.lower()
    bare = unicodedata.normalize("NFKD", text)
    return "".join(mark for mark in bare if not unicodedata.combining(mark)).casefold()


def _blank(text: str, places: Sequence[tuple[int, int]]) -> str:
    if not places:
        return text
    pieces: list[str] = []
    end = 0
    for start, stop in sorted(places):
        if start >= end:
            pieces += (text[end:start], " " * (stop - start))
            end = stop
    return "".join([*pieces, text[end:]])

"""Text to the token ids of the uncased BERT vocabulary, the way its reference tokenizer makes them.

Source: Devlin et al., BERT (2018), section 3; Wu et al., Google's Neural Machine Translation System (2016), section
4.1.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files

__all__ = ["CLS_ID", "SEP_ID", "UNKNOWN_ID", "WordPiece", "load_wordpiece", "normalise"]

UNKNOWN_ID, CLS_ID, SEP_ID = 100, 101, 102

_VOCABULARY_SIZE = 30_522
_MOST_WORD_CHARACTERS = 100
_MOST_CACHED_WORDS = 50_000
# Far more than 256 tokens can be made of, unless by runs of blanks or of words too long to be known.
_MOST_CHARACTERS = 16_384
_ASCII_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
_ASCII_PARTS = re.compile(r"[a-z0-9]+|[^a-z0-9\s]")
_IDEOGRAPHS = (
    (0x4E00, 0x9FFF),
    (0x3400, 0x4DBF),
    (0x20000, 0x2A6DF),
    (0x2A700, 0x2B73F),
    (0x2B740, 0x2B81F),
    (0x2B920, 0x2CEAF),
    (0xF900, 0xFAFF),
    (0x2F800, 0x2FA1F),
)


class WordPiece:
    """Splits words greedily into the longest pieces of the vocabulary. Safe to share between threads.

    Names of special tokens in a text ("[SEP]") are read as the plain text that they are: text from outside must not be
    able to end a passage."""

    def __init__(self, vocabulary: dict[str, int]) -> None:
        self._vocabulary = vocabulary
        self._longest_piece = max(map(len, vocabulary))
        self.word_ids = lru_cache(maxsize=_MOST_CACHED_WORDS)(self._split)

    def encode(self, text: str, most_tokens: int) -> list[int]:
        """[CLS], the pieces, [SEP]: at most `most_tokens` in all, the end cut off. Raises: ValueError below 2."""
        if most_tokens < 2:
            raise ValueError(f"most_tokens must be at least 2, got {most_tokens!r}")
        ids = [CLS_ID]
        for word in words_of(text[:_MOST_CHARACTERS]):
            ids.extend(self.word_ids(word))
            if len(ids) >= most_tokens:
                break
        return [*ids[: most_tokens - 1], SEP_ID]

    def _split(self, word: str) -> tuple[int, ...]:
        if len(word) > _MOST_WORD_CHARACTERS:
            return (UNKNOWN_ID,)
        ids: list[int] = []
        start = 0
        while start < len(word):
            found = self._longest(word, start)
            if found is None:
                return (UNKNOWN_ID,)
            piece_id, start = found
            ids.append(piece_id)
        return tuple(ids)

    def _longest(self, word: str, start: int) -> tuple[int, int] | None:
        prefix = "##" if start else ""
        for end in range(min(len(word), start + self._longest_piece), start, -1):
            piece_id = self._vocabulary.get(prefix + word[start:end])
            if piece_id is not None:
                return piece_id, end
        return None


@cache
def load_wordpiece() -> WordPiece:
    """The tokenizer with the vendored vocabulary. Raises: ValueError if that file is not the one expected."""
    lines = files(__package__).joinpath("vocabulary.txt").read_text("utf-8").splitlines()
    if len(lines) != _VOCABULARY_SIZE or (lines[CLS_ID], lines[SEP_ID]) != ("[CLS]", "[SEP]"):
        raise ValueError(f"vocabulary.txt: expected the {_VOCABULARY_SIZE} lines of uncased BERT, got {len(lines)}")
    return WordPiece({piece: piece_id for piece_id, piece in enumerate(lines)})


def words_of(text: str) -> Iterator[str]:
    """Lower-case words and single punctuation marks, in the order of the text."""
    if text.isascii():
        for part in _ASCII_PARTS.finditer(_ASCII_CONTROLS.sub("", text).lower()):
            yield part.group()
        return
    for word in normalise(text).split():
        yield from _at_punctuation(word)


def normalise(text: str) -> str:
    """Without control characters and accents, in lower case, ideographs set apart by blanks."""
    cleaned = "".join(map(_clean, text))
    bare = (character for character in unicodedata.normalize("NFD", cleaned) if _category(character) != "Mn")
    # Character by character: str.lower() of a whole text would treat a final sigma in a way of its own.
    return "".join(character.lower() for character in bare)


@lru_cache(maxsize=8_192)
def _clean(character: str) -> str:
    if character in "\t\n\r":
        return " "
    category = _category(character)
    if character in "\x00\ufffd" or category in {"Cc", "Cf", "Co", "Cs"}:
        return ""
    if category in {"Zs", "Zl", "Zp"}:
        return " "
    return f" {character} " if _is_ideograph(ord(character)) else character


def _at_punctuation(word: str) -> Iterator[str]:
    start = 0
    for position, character in enumerate(word):
        if _is_punctuation(character):
            if start < position:
                yield word[start:position]
            yield character
            start = position + 1
    if start < len(word):
        yield word[start:]


@lru_cache(maxsize=8_192)
def _is_punctuation(character: str) -> bool:
    if character.isascii():
        return not character.isalnum()
    return _category(character).startswith("P")


def _is_ideograph(codepoint: int) -> bool:
    return any(first <= codepoint <= last for first, last in _IDEOGRAPHS)


def _category(character: str) -> str:
    return unicodedata.category(character)

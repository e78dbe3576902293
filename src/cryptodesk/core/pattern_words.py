"""What a text must hold for a pattern to match anywhere in it: a look for words costs a hundredth of compiling.

`pattern_words.tsv` beside this file is written by `scripts/write_pattern_words.py` from the patterns themselves. A
pattern is found there by its own text, so one that was changed since is merely unknown.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from functools import cache
from hashlib import blake2b
from importlib.resources import files
from typing import TypeAlias

import msgspec

__all__ = ["FILE_NAME", "Words", "fits", "key_of", "words_of"]

FILE_NAME = "pattern_words.tsv"
_KEY_LENGTH = 16

# Any of these; a list within it is all of those, a list within that any again.
Words: TypeAlias = Sequence["str | Words"]

# The only characters beyond ASCII that a letter of ASCII matches where case is ignored.
_LIKE_ASCII = {0x0130: "i", 0x0131: "i", 0x017F: "s", 0x212A: "k"}


def key_of(pattern: str, flags: int) -> str:
    return blake2b(f"{int(flags)} {pattern}".encode(), digest_size=_KEY_LENGTH // 2).hexdigest()


def words_of(pattern: str, flags: int) -> Words | None:
    """None for a pattern of which nothing is known."""
    line = _table().get(key_of(pattern, flags))
    words: Words | None = None if line is None else msgspec.json.decode(line)
    return words


def fits(words: Words, text: str, flags: int) -> bool:
    """Whether a pattern with these words may match in the text; if not, it matches nowhere in it."""
    if flags & re.IGNORECASE:
        text = (text if text.isascii() else text.translate(_LIKE_ASCII)).lower()
    return _any(words, text)


def _any(words: Words, text: str) -> bool:
    return any(word in text if isinstance(word, str) else _all(word, text) for word in words)


def _all(words: Words, text: str) -> bool:
    return all(word in text if isinstance(word, str) else _any(word, text) for word in words)


@cache
def _table() -> Mapping[str, str]:
    lines = (files(__package__) / FILE_NAME).read_text(encoding="utf-8").rstrip("\n").split("\n")
    return {line[:_KEY_LENGTH]: line[_KEY_LENGTH + 1 :] for line in lines}

"""Regular expressions compiled when a text that they may match is first seen: the desk has over a thousand, and a
question needs few."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from sys import maxsize
from typing import Any

from cryptodesk.core.pattern_words import Words, fits, words_of

__all__ = ["Pattern"]


class Pattern:
    """What `re.compile(pattern, flags)` gives, with its work put off until a text holds the words of a match.

    Raises (when first compiled): re.error for a pattern that is none."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags
        self._looks = 0

    def __repr__(self) -> str:
        return f"Pattern({self.pattern!r})"

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        compiled = re.compile(self.pattern, self.flags)
        # Its own methods take the place of these: from the second use on they cost what they cost there.
        vars(self).update({name: getattr(compiled, name) for name in _METHODS})
        return compiled

    @cached_property
    def _words(self) -> Words | None:
        return words_of(self.pattern, self.flags)

    def _may_match(self, text: str) -> bool:
        if self._words is None or self._looks >= _MOST_LOOKS or fits(self._words, text, self.flags):
            return True
        self._looks += 1
        return False

    def search(self, text: str, pos: int = 0, endpos: int = maxsize, /) -> re.Match[str] | None:
        return self.compiled.search(text, pos, endpos) if self._may_match(text) else None

    def match(self, text: str, pos: int = 0, endpos: int = maxsize, /) -> re.Match[str] | None:
        return self.compiled.match(text, pos, endpos) if self._may_match(text) else None

    def fullmatch(self, text: str, pos: int = 0, endpos: int = maxsize, /) -> re.Match[str] | None:
        return self.compiled.fullmatch(text, pos, endpos) if self._may_match(text) else None

    def finditer(self, text: str, pos: int = 0, endpos: int = maxsize, /) -> Iterator[re.Match[str]]:
        return self.compiled.finditer(text, pos, endpos) if self._may_match(text) else iter(())

    def findall(self, text: str, pos: int = 0, endpos: int = maxsize, /) -> list[Any]:
        return self.compiled.findall(text, pos, endpos) if self._may_match(text) else []

    def sub(self, by: str | Callable[[re.Match[str]], str], text: str, /, count: int = 0) -> str:
        return self.compiled.sub(by, text, count) if self._may_match(text) else text

    def split(self, text: str, /, maxsplit: int = 0) -> list[Any]:
        return self.compiled.split(text, maxsplit) if self._may_match(text) else [text]


# After so many looks in vain they have cost about as much as compiling, which a process that lives on does only once.
_MOST_LOOKS = 100
_METHODS = ("search", "match", "fullmatch", "finditer", "findall", "sub", "split")

"""Regular expressions compiled when they are first used: the desk has over a thousand, and a question needs few."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import cached_property
from sys import maxsize
from typing import Any, Protocol

__all__ = ["Pattern"]


class _Find(Protocol):
    def __call__(self, text: str, pos: int = 0, endpos: int = maxsize, /) -> re.Match[str] | None: ...


class _FindEach(Protocol):
    def __call__(self, text: str, pos: int = 0, endpos: int = maxsize, /) -> Iterator[re.Match[str]]: ...


class _FindAll(Protocol):
    def __call__(self, text: str, pos: int = 0, endpos: int = maxsize, /) -> list[Any]: ...


class _Replace(Protocol):
    def __call__(self, by: str | Callable[[re.Match[str]], str], text: str, /, count: int = 0) -> str: ...


class _Split(Protocol):
    def __call__(self, text: str, /, maxsplit: int = 0) -> list[Any]: ...


class Pattern:
    """What `re.compile(pattern, flags)` gives, with its work put off until then.

    Raises (when first used): re.error for a pattern that is none."""

    def __init__(self, pattern: str, flags: int = 0) -> None:
        self.pattern = pattern
        self.flags = flags

    def __repr__(self) -> str:
        return f"Pattern({self.pattern!r})"

    @cached_property
    def compiled(self) -> re.Pattern[str]:
        return re.compile(self.pattern, self.flags)

    # The compiled pattern's own methods, kept by the instance: from the second use on they cost what they cost there.

    @cached_property
    def search(self) -> _Find:
        return self.compiled.search

    @cached_property
    def match(self) -> _Find:
        return self.compiled.match

    @cached_property
    def fullmatch(self) -> _Find:
        return self.compiled.fullmatch

    @cached_property
    def finditer(self) -> _FindEach:
        return self.compiled.finditer

    @cached_property
    def findall(self) -> _FindAll:
        return self.compiled.findall

    @cached_property
    def sub(self) -> _Replace:
        return self.compiled.sub

    @cached_property
    def split(self) -> _Split:
        return self.compiled.split

"""Numbers of what an answer cites: dense from 1, in the order of mention."""

from __future__ import annotations

from collections.abc import Iterable

from cryptodesk.core.research import CitedSource
from cryptodesk.research.citing.sources import SourceBook

__all__ = ["MOST_SOURCES", "Numbering"]

# Readers of the markers take no more than three digits for a citation.
MOST_SOURCES = 999


class Numbering:
    """One answer's. What the book does not hold gets no number."""

    def __init__(self, book: SourceBook) -> None:
        self._book = book
        self._numbers: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._numbers)

    def number(self, key: str) -> int | None:
        """The number, given now if this is the first mention; None for what is no source of this run."""
        known = self._book.resolve(key)
        if known is None or (known not in self._numbers and len(self._numbers) >= MOST_SOURCES):
            return None
        return self._numbers.setdefault(known, len(self._numbers) + 1)

    def known(self, key: str) -> int | None:
        """The number of what was mentioned before."""
        known = self._book.resolve(key)
        return None if known is None else self._numbers.get(known)

    def keys(self) -> tuple[str, ...]:
        """What was mentioned, in order."""
        return tuple(self._numbers)

    def markers(self, keys: Iterable[str]) -> str:
        """ " [1][2]", lowest number first: each source once; empty for no source."""
        numbers = {number for key in keys if (number := self.number(key)) is not None}
        return f" {''.join(f'[{number}]' for number in sorted(numbers))}" if numbers else ""

    def sources(self) -> tuple[CitedSource, ...]:
        found = []
        for key, number in self._numbers.items():
            one = self._book.source(key)
            found.append(
                CitedSource(number, one.key, one.kind, one.domain, one.title, one.url, one.published_at, one.as_of)
            )
        return tuple(found)

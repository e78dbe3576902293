"""What a question asks of documents, as SQL with parameters."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec import Struct
from msgspec.structs import replace

from cryptodesk.documents.index.conditions import Conditions
from cryptodesk.documents.index.scoring import FRESH_SECONDS
from cryptodesk.documents.postgres.preparing import storable

__all__ = ["Filters"]

_MOST_INTEGER = 2**63


class Filters(Struct, frozen=True):
    """The conditions, and from which moment (unix seconds) on a document that fades must be, if that matters."""

    conditions: Conditions
    fresh_since: float | None = None

    @property
    def is_any(self) -> bool:
        """Whether every passage passes."""
        return self.fresh_since is None and self.conditions == Conditions()

    def fresh_at(self, now: float) -> Filters:
        """The same without what has faded."""
        return replace(self, fresh_since=now - FRESH_SECONDS)

    def sql(self, first: int) -> tuple[str, list[object]]:
        """A condition on a passage `p`, and its parameters, which are numbered from `first` on."""
        clauses = ["TRUE"]
        given: list[object] = []
        for clause, value in self._clauses():
            clauses.append(clause.format(f"${first + len(given)}"))
            given.append(value)
        return " AND ".join(clauses), given

    def _clauses(self) -> Iterator[tuple[str, object]]:
        asked = self.conditions
        if asked.types:
            yield "p.type = ANY({}::text[])", list(asked.types)
        if asked.sources:
            yield "p.source = ANY({}::text[])", list(map(storable, asked.sources))
        if asked.language is not None:
            yield "p.language = {}::text", storable(asked.language)
        if asked.asset_ids:
            ids = [each for each in asked.asset_ids if -_MOST_INTEGER <= each < _MOST_INTEGER]
            yield "p.asset_ids && {}::bigint[]", ids
        if asked.known_until is not None:
            yield "p.known_at <= {}::double precision", asked.known_until
        # A comparison with the missing date of an undated document is not true: it stays out.
        if asked.published_from is not None:
            yield "p.published_at >= {}::double precision", asked.published_from
        if asked.published_before is not None:
            yield "p.published_at < {}::double precision", asked.published_before
        if self.fresh_since is not None:
            yield "(NOT p.fades OR coalesce(p.published_at, p.known_at) > {}::double precision)", self.fresh_since

"""What a section of `cmc_market_overview` is given and what it gives back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, TypeVar

from msgspec import Struct

from cryptodesk.market.query import AssetId, Found, Record
from cryptodesk.market.records import Mode, Provenance
from cryptodesk.tools._envelope import Gap, Origin, computed_mode, encode_time, failed_sources, origin_of
from cryptodesk.tools._tool import ToolContext

__all__ = ["Builder", "Overview", "Section", "joined", "ordered"]

R = TypeVar("R", bound=Record)


class Section(Struct, frozen=True):
    """`fields` of one section, empty where nothing of it is known."""

    fields: dict[str, Any] = {}
    origins: tuple[Origin, ...] = ()
    gaps: tuple[Gap, ...] = ()
    notes: tuple[str, ...] = ()


class Overview(Struct, frozen=True):
    """The question: whose surroundings, and in which currency the market's own figures are given."""

    context: ToolContext
    quote_currency: str

    @property
    def now(self) -> datetime:
        return self.context.now

    async def find(self, kind: type[R], ids: Sequence[AssetId] | None = None, **narrowing: Any) -> Found[R]:
        return await self.context.find(kind, ids, **narrowing)


class Builder:
    """Collects a section's fields. What is None is left out and named as unavailable."""

    def __init__(self, section: str) -> None:
        self._section = section
        self._fields: dict[str, Any] = {}
        self._origins: list[Origin] = []
        self._gaps: list[Gap] = []
        self._notes: dict[str, None] = {}

    def put(self, path: str, value: Any, provenance: Provenance | None, note: str | None = None) -> bool:
        """Whether there was a value. `path` reads `volume24h.total`; without a provenance it counts to the last."""
        if value is None or value in ({}, []):
            return False
        *parents, name = path.split(".")
        holder = self._fields
        for parent in parents:
            holder = holder.setdefault(parent, {})
        holder[name] = value
        if provenance is not None:
            text = "; ".join(dict.fromkeys(filter(None, (note, provenance.note))))
            self._origins.append(origin_of([f"{self._section}.{path}"], provenance, text or None))
        return True

    def miss(self, path: str, reason: str) -> None:
        field = f"{self._section}.{path}" if path else self._section
        self._gaps.append(Gap(field, reason))

    def put_or_miss(
        self, path: str, value: Any, provenance: Provenance | None, reason: str, note: str | None = None
    ) -> None:
        if not self.put(path, value, provenance, note):
            self.miss(path, reason)

    def note(self, text: str) -> None:
        self._notes[text] = None

    def failures(self, *found: Found[Any]) -> None:
        self._gaps += failed_sources(*((self._section, one) for one in found))

    def has(self, name: str) -> bool:
        return name in self._fields

    def build(self, empty_reason: str) -> Section:
        """`empty_reason` stands for all single gaps where nothing at all is known."""
        if not self._fields:
            own = [gap for gap in self._gaps if not gap.field.startswith(f"{self._section}.")]
            return Section(gaps=(Gap(self._section, empty_reason), *own))
        return Section(self._fields, tuple(self._origins), tuple(self._gaps), tuple(self._notes))


def joined(origins: Iterable[Provenance], note: str | None = None, *, is_computed: bool = True) -> Provenance:
    """Of what is computed from several values: their sources, and the time of the oldest."""
    parts = list(origins)
    sources = " + ".join(dict.fromkeys(origin.source for origin in parts))
    mode: Mode = computed_mode([origin.mode for origin in parts]) if is_computed else parts[0].mode
    oldest, newest = min(origin.as_of for origin in parts), max(origin.as_of for origin in parts)
    if newest != oldest:
        note = "; ".join(filter(None, (note, f"parts are of {encode_time(oldest)} to {encode_time(newest)}")))
    return Provenance(sources, mode, oldest, note)


def ordered(values: Mapping[str, float | None]) -> bool:
    """Whether the values that are known do not fall from one to the next."""
    known = [value for value in values.values() if value is not None]
    return known == sorted(known)

"""Origins and gaps of long lists: said once for the list, not once for every row."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from cryptodesk.market.query import Record
from cryptodesk.market.records import Provenance
from cryptodesk.tools._envelope import Gap, Origin, origin_of

__all__ = ["age_days", "list_as_of", "list_origins", "null_gaps"]

_MOST_ORIGINS = 6


def list_origins(fields: Sequence[str], records: Iterable[Record]) -> list[Origin]:
    """One entry for each source and mode, as of its oldest record; notes that differ from row to row are left out."""
    groups: dict[tuple[str, str], list[Provenance]] = {}
    for record in records:
        groups.setdefault((record.provenance.source, record.provenance.mode), []).append(record.provenance)
    origins = []
    for group in list(groups.values())[:_MOST_ORIGINS]:
        oldest = min(group, key=lambda origin: origin.as_of)
        notes = {origin.note for origin in group}
        origin = Provenance(oldest.source, oldest.mode, oldest.as_of)
        origins.append(origin_of(fields, origin, notes.pop() if len(notes) == 1 else None))
    return origins


def list_as_of(records: Sequence[Record], otherwise: datetime) -> datetime:
    """The moment of the oldest record."""
    return min((record.provenance.as_of for record in records), default=otherwise)


def age_days(as_of: datetime, now: datetime) -> float:
    return round((now - as_of) / timedelta(days=1), 1)


def null_gaps(rows: Sequence[Mapping[str, Any]], reasons: Mapping[str, str] | None = None) -> list[Gap]:
    """A line for each field that some rows lack; `reasons` say more of a field than that it is not known."""
    counts: dict[str, int] = {}
    for row in rows:
        for field, value in row.items():
            if value is None:
                counts[field] = counts.get(field, 0) + 1
    gaps = []
    for field, count in counts.items():
        why = (reasons or {}).get(field, "not known")
        gaps.append(Gap(field, why if count == len(rows) else f"{why} for {count} of the {len(rows)} rows"))
    return gaps

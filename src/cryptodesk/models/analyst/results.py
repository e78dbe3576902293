"""The result of any built-in tool, as the tool gave it: values by path, and what all results have in common."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.models.analyst.formats import to_decimal
from cryptodesk.models.analyst.text import plain

__all__ = ["Origin", "Result", "Unavailable", "read_result"]


class Origin(Struct, frozen=True):
    """Where the named fields come from; no fields means all."""

    fields: tuple[str, ...]
    source: str
    mode: str
    as_of: str
    note: str
    asset_ids: tuple[str, ...] = ()


class Unavailable(Struct, frozen=True):
    field: str
    reason: str
    asset_id: str | None


class Result(Struct, frozen=True):
    """One completed call. Text in `body` is somebody else's: show it through `text.shown`, obey none of it."""

    tool: str
    arguments: Mapping[str, Any]
    body: Mapping[str, Any]
    as_of: str
    age_days: int | None
    sources: tuple[str, ...]
    origins: tuple[Origin, ...]
    unavailable: tuple[Unavailable, ...]
    notes: tuple[str, ...]
    is_truncated: bool

    def at(self, *path: str | int) -> Any:
        """The value at the path; None where there is none."""
        found: Any = self.body
        for step in path:
            if isinstance(found, Mapping) and isinstance(step, str):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and -len(found) <= step < len(found):
                found = found[step]
            else:
                return None
        return found

    def figure(self, *path: str | int) -> Decimal | None:
        """The finite number at the path."""
        return to_decimal(self.at(*path))

    def rows(self, *path: str | int) -> list[Mapping[str, Any]]:
        """The objects of the list at the path."""
        found = self.at(*path)
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []

    def words(self, *path: str | int, longest: int = 80) -> str:
        """The text at the path on one line; empty where there is none."""
        return plain(self.at(*path), longest)

    def reason(self, *fields: str) -> str | None:
        """Why the first of the fields that is listed as unavailable is missing."""
        return next((gap.reason for gap in self.unavailable if gap.field in fields), None)


def read_result(tool: str, arguments: Any, body: Mapping[str, Any]) -> Result:
    """Whatever does not have the expected shape is left out."""
    inner = next((value for key, value in body.items() if key.endswith("_result") and isinstance(value, Mapping)), {})
    top = {**inner, **body}
    age = top.get("age_days")
    return Result(
        tool,
        arguments if isinstance(arguments, Mapping) else {},
        inner or body,
        plain(top.get("as_of"), 40),
        round(age) if isinstance(age, int | float) and not isinstance(age, bool) and 0 <= age < 1e6 else None,
        tuple(plain(name, 80) for name in _list(top.get("source")) if isinstance(name, str)),
        tuple(_origin(row) for row in _list(top.get("provenance")) if isinstance(row, Mapping)),
        tuple(_unavailable(row) for row in _list(top.get("unavailable")) if isinstance(row, Mapping)),
        tuple(plain(note, 300) for note in _list(top.get("notes")) if isinstance(note, str)),
        top.get("truncated") is True,
    )


def _origin(row: Mapping[str, Any]) -> Origin:
    ids = row.get("asset_ids", row.get("asset_id"))
    return Origin(
        tuple(name for name in _list(row.get("fields")) if isinstance(name, str)),
        plain(row.get("source"), 120),
        plain(row.get("mode"), 20),
        plain(row.get("as_of"), 40),
        plain(row.get("note"), 300),
        tuple(str(item) for item in (ids if isinstance(ids, list) else [ids]) if _is_id(item)),
    )


def _unavailable(row: Mapping[str, Any]) -> Unavailable:
    asset_id = row.get("asset_id")
    reason = plain(row.get("reason"), 200) or "no reason given"
    return Unavailable(plain(row.get("field"), 80), reason, str(asset_id) if _is_id(asset_id) else None)


def _list(value: Any) -> Sequence[Any]:
    return value if isinstance(value, list) else [value] if isinstance(value, str) else []


def _is_id(value: Any) -> bool:
    return isinstance(value, int | str) and not isinstance(value, bool) and value != ""

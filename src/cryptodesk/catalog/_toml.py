"""Shipped TOML facts, an operator's own laid over them, and errors that name file, entry and field."""

from __future__ import annotations

import tomllib
from importlib import resources
from pathlib import Path
from typing import Any, TypeVar

import msgspec

__all__ = ["CatalogError", "parse_entry", "read_extra", "read_shipped"]

T = TypeVar("T")


class CatalogError(ValueError):
    """A catalogue file is wrong. The message names file, entry and field."""


def read_shipped(file_name: str) -> dict[str, Any]:
    """The tables of a file that ships with the product."""
    text = resources.files("cryptodesk.catalog").joinpath(file_name).read_text(encoding="utf-8")
    return tomllib.loads(text)


def read_extra(path: Path | None, tables: frozenset[str]) -> dict[str, Any]:
    """The tables of an operator's file; empty without one.

    Raises: CatalogError if it cannot be read, is not TOML, or has a table other than `tables`."""
    if path is None:
        return {}
    try:
        found = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise CatalogError(f"{path}: cannot be read: {error.strerror}") from None
    except ValueError as error:  # broken TOML and broken UTF-8 alike
        raise CatalogError(f"{path}: is not valid TOML: {error}") from None
    unknown = sorted(found.keys() - tables)
    if unknown:
        raise CatalogError(f"{path}: unknown table {unknown[0]!r}; known are {', '.join(sorted(tables))}")
    return found


def parse_entry(kind: type[T], raw: object, *, file: str, entry: str) -> T:
    """`raw` as a checked `kind`. Raises: CatalogError naming `file`, `entry` and the field."""
    try:
        return msgspec.convert(raw, kind)
    except msgspec.ValidationError as error:
        raise CatalogError(f"{file}: {entry}: {_named_field(str(error))}") from None


def _named_field(message: str) -> str:
    # msgspec writes the place as a JSON path, "... - at `$.limits.output`"; people think in field names.
    problem, at, place = message.partition(" - at ")
    field = place.partition("$")[2].strip("`").lstrip(".")
    return f"{field}: {problem}" if at else problem

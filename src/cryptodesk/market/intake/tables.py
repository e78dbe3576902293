"""Tables in files, row by row: CSV, JSON lines and JSON, plain or gzipped."""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from itertools import chain
from pathlib import Path
from typing import IO, Any

import msgspec
from msgspec import Struct

from cryptodesk.core.errors import InvalidRequest

__all__ = ["FIELDS", "Line", "Table", "open_table"]

# The names of columns, each with others under which it is met; upper and lower case and signs do not matter.
FIELDS: dict[str, tuple[str, ...]] = {
    "time": ("opened_at", "open_time", "timestamp", "date", "datetime", "unix", "ts", "at", "t"),
    "open": ("o", "open_price"),
    "high": ("h", "high_price"),
    "low": ("l", "low_price"),
    "close": ("c", "close_price", "price"),
    "volume": ("v", "vol", "base_volume", "volume_base"),
    "quote_volume": ("quote_asset_volume", "volume_quote", "turnover", "volume_usd", "volume_usdt"),
    "known_at": ("published_at",),
    "asset": ("asset_id", "coin", "symbol"),
    "interval": ("timeframe", "granularity", "period"),
    "currency": ("quote_currency", "quote"),
    "source": ("exchange",),
    "instrument": ("pair", "market"),
    "metric": ("series",),
    "entity": (),
    "unit": (),
    "value": (),
}
_NAMES = {alias: field for field, aliases in FIELDS.items() for alias in (field, *aliases)}
_NOT_WORD = re.compile(r"[^a-z0-9]+")
_LARGEST_LINE = 64 * 1024
_LARGEST_JSON_BYTES = 256 * 2**20
_ORDER = tuple(FIELDS)


class Line(Struct, frozen=True, gc=False):
    """One row: its line in the file (of JSON its place in the list), and its cells or what is wrong with it."""

    number: int
    cells: Sequence[Any] = ()
    problem: str | None = None


class Table(Struct, frozen=True):
    """`columns` maps a field to its place in the cells of each line; `defaults` are values that hold for all rows."""

    columns: dict[str, int]
    lines: Iterator[Line]
    defaults: dict[str, Any] = {}


@contextmanager
def open_table(path: Path) -> Iterator[Table]:
    """The table of a file, by the end of its name: .csv, .jsonl or .ndjson, .json, each also with .gz.

    Raises: InvalidRequest for a file that cannot be read as one."""
    name = path.name.lower().removesuffix(".gz")
    if not name.endswith((".csv", ".jsonl", ".ndjson", ".json")):
        raise InvalidRequest(f"{str(path)!r} is of no known kind: .csv, .jsonl or .json, each also with .gz")
    try:
        with _open(path) as file:
            if name.endswith(".csv"):
                yield _csv_table(file, path)
            elif name.endswith(".json"):
                yield _json_table(file, path)
            else:
                yield _objects_table(_json_lines(file))
    except (OSError, EOFError, UnicodeDecodeError) as error:
        raise InvalidRequest(f"{str(path)!r} cannot be read: {error}") from error


def _open(path: Path) -> IO[bytes]:
    return gzip.open(path) if path.name.lower().endswith(".gz") else path.open("rb")  # type: ignore[return-value]


def _csv_table(file: IO[bytes], path: Path) -> Table:
    lines = _text_lines(file)
    header: list[str] = []
    for _, text in lines:
        # Some exporters put an address or a title above the header.
        header = next(csv.reader([text]), [])
        if {"time", "close", "value"} & set(_columns(header)):
            break
    columns = _columns(header)
    if "time" not in columns:
        raise InvalidRequest(f"{str(path)!r} has no header with a time column; see `cryptodesk data ingest --help`")
    return Table(columns, _csv_lines(lines, len(header)))


def _columns(header: Sequence[str]) -> dict[str, int]:
    found: dict[str, int] = {}
    for place, title in enumerate(header):
        field = _NAMES.get(_NOT_WORD.sub("_", title.strip().lower()).strip("_"))
        # The field's own name wins over another that may mean it.
        if field is not None and (field not in found or title.strip().lower() == field):
            found[field] = place
    return found


def _csv_lines(lines: Iterator[tuple[int, str]], width: int) -> Iterator[Line]:
    for number, text in lines:
        if not text.strip():
            continue
        if '"' in text:
            cells: Sequence[str] = next(csv.reader([text]), [])
        else:
            cells = text.rstrip("\r\n").split(",")
        if len(cells) != width:
            yield Line(number, (), f"has {len(cells)} cells, the header {width}")
        else:
            yield Line(number, cells)


def _text_lines(file: IO[bytes]) -> Iterator[tuple[int, str]]:
    with io.TextIOWrapper(file, "utf-8-sig", newline="\n") as text:
        number = 0
        while line := text.readline(_LARGEST_LINE + 1):
            number += 1
            if len(line) > _LARGEST_LINE:
                raise OSError(f"line {number} is longer than {_LARGEST_LINE:,} characters")
            yield number, line


def _json_lines(file: IO[bytes]) -> Iterator[Line]:
    decode = msgspec.json.Decoder(dict[str, Any]).decode
    for number, text in _text_lines(file):
        if text.strip():
            try:
                yield Line(number, _cells(decode(text)))
            except msgspec.DecodeError as error:
                yield Line(number, (), f"is no JSON object: {error}")


def _json_table(file: IO[bytes], path: Path) -> Table:
    content = file.read(_LARGEST_JSON_BYTES + 1)
    if len(content) > _LARGEST_JSON_BYTES:
        raise OSError(f"it is larger than {_LARGEST_JSON_BYTES:,} bytes; use JSON lines")
    try:
        document = msgspec.json.decode(content, type=dict[str, Any])
    except msgspec.DecodeError as error:
        raise InvalidRequest(f"{str(path)!r} is no JSON object: {error}") from error
    rows = document.pop("candles", None) or document.pop("points", None)
    if not isinstance(rows, list):
        raise InvalidRequest(f"{str(path)!r} has no list of `candles` or `points`")
    defaults = {_NAMES.get(name, name): value for name, value in document.items() if not isinstance(value, list | dict)}
    return _objects_table(_json_rows(rows), defaults)


def _objects_table(lines: Iterator[Line], defaults: dict[str, Any] | None = None) -> Table:
    """Objects have no header: the fields of the first readable one tell what the table is about."""
    begun: list[Line] = []
    for line in lines:
        begun.append(line)
        if line.problem is None:
            break
    held = begun[-1].cells if begun else ()
    columns = {field: place for place, field in enumerate(_ORDER) if place < len(held) and held[place] is not None}
    optional = {field: _ORDER.index(field) for field in ("known_at", "quote_volume") if columns}
    return Table({**optional, **columns}, chain(begun, lines), defaults or {})


def _json_rows(rows: list[Any]) -> Iterator[Line]:
    for number, row in enumerate(rows, 1):
        if isinstance(row, dict):
            yield Line(number, _cells(row))
        else:
            yield Line(number, (), f"is no object: {str(row)[:40]!r}")


def _cells(row: dict[str, Any]) -> list[Any]:
    # Python counts true as one; a table that holds it as a number is damaged.
    named = {
        _NAMES.get(name.lower(), name): str(value) if isinstance(value, bool) else value for name, value in row.items()
    }
    return [named.get(field) for field in _ORDER]

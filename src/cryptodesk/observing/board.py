"""Where numbers stand: one row of doubles in memory, or in a file that outlives its process.

A file has one writer, the process of its slot, and any number of readers. Being mapped it needs no writing out, so a
process that is killed loses nothing it counted, and the one that takes its slot over counts on.
"""

from __future__ import annotations

import mmap
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Final

import msgspec
from msgspec import Struct

__all__ = ["Board", "FileBoard", "Row", "read_rows"]

_CAPACITY: Final = 65_536
_DOUBLE: Final = 8


class Row(Struct, frozen=True, array_like=True):
    """What stands at a place: the metric, its labels and how many numbers it has."""

    name: str
    labels: tuple[str, ...]
    slots: int


class Board:
    """Numbers in memory. For one event loop."""

    def __init__(self, capacity: int = _CAPACITY) -> None:
        self.rows: list[Row] = []
        self.values: memoryview[float] = memoryview(bytearray(capacity * _DOUBLE)).cast("d")
        self._used = 0

    def add_row(self, row: Row) -> int | None:
        """Where its numbers begin, all 0; None if there is no room."""
        place = self._used
        if place + row.slots > len(self.values):
            return None
        self.rows.append(row)
        self._used += row.slots
        return place

    def read(self) -> Iterator[tuple[Row, list[float]]]:
        return _read(self.rows, self.values)

    def close(self) -> None:
        self.values.release()


class FileBoard(Board):
    """The slot's numbers in a folder, as whoever had the slot before left them.

    Raises: OSError for a folder that cannot be written."""

    def __init__(self, folder: Path, slot: int, capacity: int = _CAPACITY) -> None:
        names, values = _paths(folder, slot)
        descriptor = os.open(values, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            os.ftruncate(descriptor, capacity * _DOUBLE)
            self._map = mmap.mmap(descriptor, capacity * _DOUBLE)
        finally:
            os.close(descriptor)
        self.rows = _load_rows(names)
        self.values = memoryview(self._map).cast("d")
        self._used = sum(row.slots for row in self.rows)
        self._names = names.open("wb", buffering=0)
        self._names.write(b"".join(_line(row) for row in self.rows))

    def add_row(self, row: Row) -> int | None:
        place = super().add_row(row)
        if place is not None:
            self._names.write(_line(row))
        return place

    def close(self) -> None:
        super().close()
        self._map.close()
        self._names.close()


def read_rows(folder: Path, slot: int) -> list[tuple[Row, list[float]]]:
    """What the process of another slot has counted by now; nothing if there was none yet."""
    names, values = _paths(folder, slot)
    try:
        rows = _load_rows(names)
        with values.open("rb") as file:
            numbers = memoryview(file.read(sum(row.slots for row in rows) * _DOUBLE)).cast("d")
    except OSError:
        return []
    return list(_read(rows, numbers))


def _read(rows: list[Row], values: memoryview[float]) -> Iterator[tuple[Row, list[float]]]:
    place = 0
    for row in rows:
        yield row, list(values[place : place + row.slots])
        place += row.slots


def _paths(folder: Path, slot: int) -> tuple[Path, Path]:
    return folder / f"worker-{slot}.names", folder / f"worker-{slot}.values"


def _line(row: Row) -> bytes:
    return msgspec.json.encode(row) + b"\n"


def _load_rows(path: Path) -> list[Row]:
    """A last line that was cut off with its process has no numbers yet."""
    if not path.exists():
        return []
    *lines, _ = path.read_bytes().split(b"\n")
    return [msgspec.json.decode(line, type=Row) for line in lines]

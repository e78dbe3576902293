"""A SQLite file, looked at."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import cast

from cryptodesk.app.upkeep.expecting import expect
from cryptodesk.app.upkeep.findings import find_in_ledger, find_in_tables
from cryptodesk.app.upkeep.history import by_component, find_in_history, is_current
from cryptodesk.app.upkeep.records import Checked, Finding
from cryptodesk.core.errors import InternalError
from cryptodesk.storage.database import Database
from cryptodesk.storage.migrations import Migration
from cryptodesk.storage.snapshot import FileSnapshot, is_served, is_writable

__all__ = ["check_file"]

_RECORD = "SELECT component, version, name FROM schema_migrations ORDER BY component, version"
_SHOWN = 3


def check_file(path: Path, components: Mapping[str, Sequence[Migration]]) -> Checked:
    label = str(path)
    if not path.exists():
        text = "there is none yet: `cryptodesk serve` and `cryptodesk db migrate` make it"
        return Checked(label, (Finding("file", "warning", text), *_disk(path)))
    try:
        with FileSnapshot(path) as snapshot:
            return Checked(label, (*_disk(path), *_inside(snapshot, label, components)))
    except InternalError as error:
        return Checked(label, (Finding("file", "problem", error.message), *_disk(path)), is_reachable=False)


def _disk(path: Path) -> Iterator[Finding]:
    folder = next(each for each in (path.parent, *path.parent.parents) if each.exists())
    shut = [str(place) for place in (path, folder) if place.exists() and not is_writable(place)]
    if shut:
        yield Finding("disk", "problem", f"{shut[0]!r} cannot be written by this user: servers cannot start")
    else:
        yield Finding("disk", "ok", "can be written")
    if path.exists() and is_served(path.parent):
        yield Finding("servers", "ok", "at least one is at work on this folder")


def _inside(snapshot: FileSnapshot, label: str, components: Mapping[str, Sequence[Migration]]) -> Iterator[Finding]:
    yield Finding(
        "SQLite", "ok", f"{sqlite3.sqlite_version}; the file has {snapshot.path.stat().st_size / 1e6:,.1f} MB"
    )
    if damage := snapshot.damage():
        words = (
            f"damaged: {'; '.join(damage[:_SHOWN])}: restore a backup (docs/upgrading.md says what else can be tried)"
        )
        yield Finding("integrity", "problem", words)
        return
    yield Finding("integrity", "ok", "whole")
    if not snapshot.read("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'"):
        yield Finding("schema", "warning", "the file has no tables of cryptodesk; the next start makes them")
        return
    history = by_component(snapshot.read(_RECORD))
    yield from find_in_history(history, label, components)
    current = {name for name, migrations in components.items() if is_current(history, name, migrations)}
    columns = {table.name: table.column_names for table in snapshot.tables()}
    tables = find_in_tables(columns, expect(components), current)
    yield tables
    if "ledger" in current and tables.state == "ok":
        yield find_in_ledger(cast("Database", snapshot))

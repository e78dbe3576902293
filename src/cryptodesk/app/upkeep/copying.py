"""Copies a SQLite file into an empty PostgreSQL: in one transaction, verified row by row before it is committed."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any, cast

from msgspec import Struct

from cryptodesk.app.databases import COMPONENTS, open_database
from cryptodesk.app.upkeep.addressing import name_of
from cryptodesk.app.upkeep.expecting import Expected, expect
from cryptodesk.app.upkeep.history import by_component, is_current, refuse_history
from cryptodesk.app.upkeep.migrating import label_of
from cryptodesk.app.upkeep.records import Copied, CopiedTable
from cryptodesk.app.upkeep.values import Conversion
from cryptodesk.core.errors import InternalError
from cryptodesk.ledger.seals import BOOKS, verify
from cryptodesk.settings import Settings, SettingsError
from cryptodesk.storage.database import Database
from cryptodesk.storage.migrations import Migration
from cryptodesk.storage.rowsum import RowSum
from cryptodesk.storage.shape import Table
from cryptodesk.storage.snapshot import FileSnapshot, is_served

__all__ = ["CopyOptions", "Report", "copy_database"]

Report = Callable[[str, int, int | None], None]

_SOME = 2
_RECORD = "SELECT component, version, name FROM schema_migrations ORDER BY component, version"


class CopyOptions(Struct, frozen=True):
    """`while_served` copies the file as it is at this moment, though a server goes on writing to it."""

    while_served: bool = False
    replace_characters: bool = False


def copy_database(
    settings: Settings,
    source: Path,
    options: CopyOptions = CopyOptions(),  # noqa: B008 - immutable
    report: Report = lambda *_: None,
    components: Mapping[str, Sequence[Migration]] = COMPONENTS,
) -> Copied:
    """Everything of the file, in the database of `settings`; or nothing. The file stays as it is.

    Raises: InternalError, SettingsError, saying what is in the way."""
    if settings.database_url is None:
        raise SettingsError("DATABASE_URL: name the PostgreSQL that is to be filled")
    name_of(settings.database_url.get_secret_value())
    if not options.while_served and is_served(source.parent):
        raise InternalError(
            f"a server is at work on {str(source.parent)!r}: stop it, so that nothing is written that the copy lacks;"
            " or try how the copy goes with --while-served"
        )
    with FileSnapshot(source) as snapshot:
        _check_source(snapshot, components, report)
        with closing(open_database(settings, components)) as database:
            copy = _Copy(snapshot, database, expect(components), options, report)
            return asyncio.run(copy.run())


def _check_source(snapshot: FileSnapshot, components: Mapping[str, Sequence[Migration]], report: Report) -> None:
    label = str(snapshot.path)
    report("check the file", 0, None)
    if damage := snapshot.damage():
        raise InternalError(f"the database {label!r} is damaged: {'; '.join(damage[:3])}; restore it from a backup")
    if not snapshot.read("SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'"):
        raise InternalError(f"the database {label!r} has no tables of cryptodesk")
    history = by_component(snapshot.read(_RECORD))
    refuse_history(history, label, components)
    old = [name for name, migrations in components.items() if not is_current(history, name, migrations)]
    if old:
        raise InternalError(
            f"the schema of {label!r} is an older version's ({', '.join(old)}): back it up, then bring it up to date"
            " with `cryptodesk db migrate --file`"
        )
    report("check the file", 1, 1)


class _Copy:
    def __init__(
        self, snapshot: FileSnapshot, database: Any, expected: Expected, options: CopyOptions, report: Report
    ) -> None:
        self._snapshot = snapshot
        self._database = database
        self._expected = expected
        self._options = options
        self._report = report
        self._target = label_of(database)
        self._rows: dict[str, RowSum] = {}
        self._next_numbers: dict[str, int] = {}
        self._replaced = 0

    async def run(self) -> Copied:
        # Imported late: the driver is an extra of the package.
        loading = importlib.import_module("cryptodesk.storage.postgres.loading").loading
        pool = await self._database.create_pool(1)
        try:
            async with loading(pool, self._target) as load:
                tables = await self._begin(load)
                for table in tables:
                    await self._fill(load, table)
                await self._verify(load, tables)
                if self._snapshot.has_changed and not self._options.while_served:
                    raise InternalError(
                        f"{str(self._snapshot.path)!r} was written to while it was copied: find out who writes, then"
                        " try again; nothing was copied"
                    )
            async with loading(pool, self._target) as load:
                await load.analyze(table.name for table in tables)
        finally:
            await pool.close()
        return await asyncio.to_thread(self._conclude, tables)

    async def _begin(self, load: Any) -> Sequence[Table]:
        if await load.is_served():
            raise InternalError(f"a server is at work on {self._target!r}: stop it; nothing was copied")
        held = {table.name: table for table in self._snapshot.tables()}
        tables = [held.get(table.name) for table in self._expected.tables]
        if lacking := [each.name for each in self._expected.tables if each.name not in held]:
            raise InternalError(
                f"{str(self._snapshot.path)!r} lacks the table {lacking[0]!r} although its schema is up to date:"
                " restore it from a backup"
            )
        found = [table for table in tables if table is not None]
        await load.lock(table.name for table in found)
        for table in found:
            await self._require_empty(load, table)
        return found

    async def _require_empty(self, load: Any, table: Table) -> None:
        first = self._expected.first_rows.get(table.name, ())
        rows = await load.rows(table.name, table.column_names, len(first) + _SOME)
        if not rows:
            return
        if sorted(rows) != sorted(first):
            raise InternalError(
                f"{self._target!r} is not empty: {table.name!r} has rows; name a new database, or a schema of its own;"
                " nothing was copied"
            )
        await load.empty(table.name)

    async def _fill(self, load: Any, table: Table) -> None:
        conversion = Conversion(
            table, await load.column_types(table.name), may_replace=self._options.replace_characters
        )
        total, sums = self._snapshot.count(table), RowSum()
        self._rows[table.name] = sums
        for batch in self._snapshot.rows(table):
            rows = conversion.rows(batch)
            sums.add(rows)
            await load.add(table.name, table.column_names, rows)
            self._report(f"copy {table.name}", sums.rows, total)
        self._replaced += conversion.replaced

    async def _verify(self, load: Any, tables: Sequence[Table]) -> None:
        highest = self._snapshot.highest_numbers()
        for number, table in enumerate(tables, 1):
            written, read = await load.sum_rows(table.name, table.column_names), self._rows[table.name]
            if written != read:
                raise InternalError(
                    f"{table.name!r} is not the same in the copy: {read.rows} rows ({read.hexdigest()[:16]}) were read,"
                    f" {written.rows} ({written.hexdigest()[:16]}) are there; nothing was copied"
                )
            for column, following in (await load.go_on_counting(table.name, highest)).items():
                self._next_numbers[f"{table.name}.{column}"] = following
            self._report("verify", number, len(tables))

    def _conclude(self, tables: Sequence[Table]) -> Copied:
        is_ledger_there = "ledger" in self._expected.component_of.values()
        books = BOOKS if is_ledger_there else ()
        seals = tuple(verify(self._database, book) for book in books)
        known = {table.name for table in tables}
        return Copied(
            source=str(self._snapshot.path),
            target=self._target,
            tables=tuple(
                CopiedTable(
                    self._expected.component_of[table.name],
                    table.name,
                    self._rows[table.name].rows,
                    self._rows[table.name].hexdigest(),
                )
                for table in tables
            ),
            next_numbers=self._next_numbers,
            replaced_texts=self._replaced,
            seals=seals,
            are_seals_same=seals == tuple(verify(cast("Database", self._snapshot), book) for book in books),
            left_out=tuple(table.name for table in self._snapshot.tables() if table.name not in known),
        )

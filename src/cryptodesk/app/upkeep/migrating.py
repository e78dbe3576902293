"""Brings the tables of a database up to date, or leaves them as they are."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any

from cryptodesk.app.databases import COMPONENTS, open_database
from cryptodesk.app.upkeep.history import History, by_component, refuse_history
from cryptodesk.app.upkeep.records import Migrated, Step
from cryptodesk.core.errors import InternalError
from cryptodesk.settings import Settings
from cryptodesk.storage.database import Database
from cryptodesk.storage.migrations import Migration
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["label_of", "migrate_database", "read_history"]

_RECORD = "SELECT component, version, name FROM schema_migrations ORDER BY component, version"


def migrate_database(settings: Settings, components: Mapping[str, Sequence[Migration]] = COMPONENTS) -> Migrated:
    """What was applied now: of several processes that do this at once, each step is applied by one. Servers may go on
    working meanwhile.

    Raises: InternalError for a schema that is newer than this program or another build's, before anything is applied;
    for a step that fails, of which nothing is left. SettingsError for a DATABASE_URL that cannot be used."""
    with closing(open_database(settings, {})) as database:
        label = label_of(database)
        refuse_history(read_history(database), label, components)
        applied = [step for name, steps in components.items() for step in _apply(database, label, name, steps)]
        if isinstance(database, SqliteDatabase):
            return Migrated(label, tuple(applied))
        searching, fault = asyncio.run(_set_up_search(database))
        return Migrated(
            label,
            (*applied, *searching),
            () if fault is None else (f"documents are searched by words and names alone: {fault}",),
        )


def label_of(database: Any) -> str:
    return str(database.path if isinstance(database, SqliteDatabase) else database.label)


def read_history(database: Database) -> History:
    """What was applied to an open database."""
    is_new = isinstance(database, SqliteDatabase) and not database.read(
        "SELECT 1 FROM sqlite_master WHERE name = 'schema_migrations'"
    )
    return {} if is_new else by_component(database.read(_RECORD))


def _apply(database: Database, label: str, component: str, migrations: Sequence[Migration]) -> list[Step]:
    names = {step.version: step.name for step in migrations}
    try:
        versions = database.migrate(component, migrations)
    except InternalError as error:
        raise InternalError(
            f"the {component!r} schema of {label!r} could not be brought up to date: {error.message}. Nothing of the"
            " step that failed is left, and what was applied before it stays: mend the cause and run it again; where a"
            " table is there that no step recorded, restore the backup (docs/upgrading.md)"
        ) from error
    return [Step(component, version, names[version]) for version in versions]


async def _set_up_search(database: Any) -> tuple[list[Step], str | None]:
    # Imported late: the driver is an extra of the package.
    module = importlib.import_module("cryptodesk.documents.postgres")
    pool = await database.create_pool(1)
    try:
        applied, fault = await module.set_up(pool)
    finally:
        await pool.close()
    return [Step(module.COMPONENT, step.version, step.name) for step in applied], fault

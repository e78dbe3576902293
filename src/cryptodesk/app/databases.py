"""The database of a desk: its file, or the PostgreSQL that DATABASE_URL names, with its tables up to date."""

from __future__ import annotations

import importlib
from collections.abc import Mapping, Sequence
from contextlib import closing
from typing import Any, Final

from cryptodesk.core.errors import InternalError
from cryptodesk.documents.store.migrations import MIGRATIONS as DOCUMENT_MIGRATIONS
from cryptodesk.ledger.migrations import MIGRATIONS as LEDGER_MIGRATIONS
from cryptodesk.market.fetching.migrations import MIGRATIONS as SOURCE_MIGRATIONS
from cryptodesk.market.migrations import MIGRATIONS as MARKET_MIGRATIONS
from cryptodesk.settings import Settings, SettingsError
from cryptodesk.state.history_migrations import MIGRATIONS as HISTORY_MIGRATIONS
from cryptodesk.state.migrations import MIGRATIONS as STATE_MIGRATIONS
from cryptodesk.storage.connection import connect_writer
from cryptodesk.storage.database import Database
from cryptodesk.storage.migrations import Migration, apply_migrations
from cryptodesk.storage.sqlite import SqliteDatabase

__all__ = ["COMPONENTS", "driver_options", "open_database"]

COMPONENTS: Final[Mapping[str, Sequence[Migration]]] = {
    "state": STATE_MIGRATIONS,
    "history": HISTORY_MIGRATIONS,
    "ledger": LEDGER_MIGRATIONS,
    "market": MARKET_MIGRATIONS,
    "market_sources": SOURCE_MIGRATIONS,
    "documents": DOCUMENT_MIGRATIONS,
}


def open_database(settings: Settings, components: Mapping[str, Sequence[Migration]] = COMPONENTS) -> Database:
    """Open, with the tables of the components.

    Raises: SettingsError for a DATABASE_URL that cannot be used here, InternalError for a database that cannot."""
    if settings.database_url is None:
        return _open_file(settings, components)
    database = _connect(settings, settings.database_url.get_secret_value())
    try:
        for component, migrations in components.items():
            database.migrate(component, migrations)
    except BaseException:
        database.close()
        raise
    return database


def _open_file(settings: Settings, components: Mapping[str, Sequence[Migration]]) -> Database:
    with closing(connect_writer(settings.database_path)) as connection:
        for component, migrations in components.items():
            apply_migrations(connection, component, migrations)
    database = SqliteDatabase(settings.database_path)
    database.open()
    return database


def driver_options(settings: Settings) -> Any:
    """What the settings ask of the driver for PostgreSQL. Raises: SettingsError where the driver is not installed."""
    # Imported late: the driver is an extra of the package, and a desk on a file needs none.
    try:
        connecting = importlib.import_module("cryptodesk.storage.postgres.connecting")
    except ImportError as error:
        raise SettingsError(
            f"DATABASE_URL needs the package {error.name!r}: install it with pip install 'cryptodesk[postgres]'"
        ) from error
    return connecting.PostgresOptions(
        pool=settings.database_pool,
        connect_seconds=settings.database_connect_seconds,
        statement_seconds=settings.database_statement_seconds,
        through_pooler=settings.database_pooler,
    )


def _connect(settings: Settings, url: str) -> Database:
    options = driver_options(settings)
    driver = importlib.import_module("cryptodesk.storage.postgres.database")
    try:
        database: Database = driver.PostgresDatabase(url, options)
    except InternalError as error:
        raise SettingsError(error.message) from None
    database.open()
    return database

"""A PostgreSQL, looked at."""

from __future__ import annotations

import asyncio
import importlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from typing import TYPE_CHECKING, Final

from cryptodesk.app.databases import driver_options, open_database
from cryptodesk.app.upkeep.addressing import name_of
from cryptodesk.app.upkeep.expecting import expect
from cryptodesk.app.upkeep.findings import find_in_ledger, find_in_tables
from cryptodesk.app.upkeep.history import find_in_history, is_current
from cryptodesk.app.upkeep.records import Checked, Finding
from cryptodesk.core.errors import InternalError
from cryptodesk.settings import Settings
from cryptodesk.storage.migrations import Migration

if TYPE_CHECKING:
    from cryptodesk.storage.postgres.inspecting import ServerFacts

__all__ = ["check_server"]

# The version that tests run against; what is older may do as well.
_TRIED: Final = 18
_LEAST_PGVECTOR: Final = (0, 8)
# Beside those that read: writers of the desk, of documents and of market data, each on the loop that serves and on that
# of threads, a reader of threads, and one that says that the server is there.
_OTHERS: Final = 8
_MOST_SEARCHING: Final = 8

Components = Mapping[str, Sequence[Migration]]


def check_server(settings: Settings, url: str, components: Components) -> Checked:
    """Raises: SettingsError for a URL that is none, or a driver that is missing."""
    options = driver_options(settings)
    inspecting = importlib.import_module("cryptodesk.storage.postgres.inspecting")
    label = name_of(url)
    try:
        facts: ServerFacts = asyncio.run(inspecting.inspect_server(url, options))
    except InternalError as error:
        return Checked(label, (Finding("connection", "problem", error.message),), is_reachable=False)
    findings = [*_server(facts), *_connections(facts, settings), _vectors(facts)]
    return Checked(label, (*findings, *_inside(facts, settings, components)))


def _server(facts: ServerFacts) -> Iterator[Finding]:
    is_tried = facts.version_number // 10_000 >= _TRIED
    tried = "" if is_tried else f"; older than {_TRIED}, with which the desk is tested"
    yield Finding("server", "ok" if is_tried else "warning", f"PostgreSQL {facts.version}{tried}")
    if facts.encoding != "UTF8":
        yield Finding("encoding", "problem", f"{facts.encoding}: make the database with ENCODING 'UTF8'")
    if facts.is_standby or facts.is_read_only:
        kind = "a standby" if facts.is_standby else "read-only"
        yield Finding("writing", "problem", f"the database is {kind}: name the primary in DATABASE_URL")
    elif facts.schema is None:
        yield Finding("writing", "problem", "no schema of search_path exists: create it, or name another")
    elif not facts.may_create:
        text = f"this user may not make tables in {facts.schema!r}: upgrades need GRANT CREATE ON SCHEMA"
        yield Finding("writing", "warning" if facts.applied else "problem", text)
    else:
        yield Finding("writing", "ok", f"in the schema {facts.schema!r}")
    if facts.synchronous_commit == "off":
        text = "synchronous_commit is off: a crash of the server may lose charges that were acknowledged"
        yield Finding("durability", "warning", text)


def _connections(facts: ServerFacts, settings: Settings) -> Iterator[Finding]:
    needed = settings.database_pool + min(settings.database_pool, _MOST_SEARCHING) + _OTHERS
    most = facts.most_connections if facts.connection_limit < 0 else min(facts.connection_limit, facts.most_connections)
    text = f"{facts.connections} of {most} in use; a server process takes up to {needed}"
    if most < needed:
        yield Finding("connections", "warning", f"{text}: raise max_connections, or lower database_pool")
    else:
        yield Finding("connections", "ok", text)


def _vectors(facts: ServerFacts) -> Finding:
    version, available = facts.vector_version, facts.vector_available
    if version is None:
        how = "install it on the server, then run" if available is None else "run"
        text = f"missing: documents are searched by words and names alone; {how} CREATE EXTENSION vector"
        return Finding("pgvector", "warning", text)
    if tuple(int(part) for part in version.split(".")[:2] if part.isdecimal()) < _LEAST_PGVECTOR:
        text = f"{version} is older than 0.8: documents are searched by words and names alone; update the extension"
        return Finding("pgvector", "warning", text)
    if not facts.vector_is_seen:
        text = f"{version}, in a schema that search_path does not name: documents are searched by words and names alone"
        return Finding("pgvector", "warning", text)
    return Finding("pgvector", "ok", version)


def _inside(facts: ServerFacts, settings: Settings, components: Components) -> Iterator[Finding]:
    if not facts.applied:
        yield Finding("schema", "warning", "the database is empty; `cryptodesk db migrate` or the next start fills it")
        return
    known = {**components, **_own_components()}
    yield from find_in_history(facts.applied, facts.label, known)
    current = {name for name, migrations in components.items() if is_current(facts.applied, name, migrations)}
    tables = find_in_tables(facts.columns, expect(components), current)
    yield tables
    if "ledger" in current and "storage" in facts.applied and tables.state == "ok":
        with closing(open_database(settings, {})) as database:
            yield find_in_ledger(database)


def _own_components() -> Components:
    """What only a PostgreSQL has."""
    marks = importlib.import_module("cryptodesk.storage.postgres.marks")
    search = importlib.import_module("cryptodesk.documents.postgres")
    return {marks.COMPONENT: marks.MIGRATIONS, search.COMPONENT: search.MIGRATIONS}

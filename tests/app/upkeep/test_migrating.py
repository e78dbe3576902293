"""Tables are brought up to date once, whoever asks; what is newer, another's or broken is left as it is."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest

from cryptodesk.app.databases import COMPONENTS, open_database
from cryptodesk.app.upkeep import migrate_database
from cryptodesk.core.errors import InternalError
from cryptodesk.settings import Settings
from cryptodesk.storage.migrations import Migration
from tests.app.upkeep.desks import settings_of
from tests.clients.postgres import Server, postgres_server
from tests.clients.server import environment

__all__ = ["postgres_server"]

STATE = COMPONENTS["state"]
ALL = [(name, step.version) for name, steps in COMPONENTS.items() for step in steps]


@pytest.fixture(params=["sqlite", "postgres"])
async def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    if request.param == "sqlite":
        return settings_of(tmp_path / "home")
    pytest.importorskip("asyncpg")
    server: Server = request.getfixturevalue("postgres_server")
    return settings_of(tmp_path / "home", await server.new_schema())


def run(settings: Settings, sql: str) -> None:
    with closing(open_database(settings, {})) as database:
        database.write_blocking(lambda connection: connection.execute(sql) and None)


def recorded(settings: Settings) -> list[tuple[str, int]]:
    with closing(open_database(settings, {})) as database:
        rows = database.read("SELECT component, version FROM schema_migrations WHERE component <> 'storage'")
    return [(component, int(version)) for component, version in rows]


def test_what_was_applied_is_told_and_then_nothing(settings: Settings) -> None:
    done = migrate_database(settings)
    assert [(step.component, step.version) for step in done.applied][: len(ALL)] == ALL
    assert [step.component for step in done.applied[len(ALL) :]] in ([], ["document_search"])
    assert (migrate_database(settings).applied, done.notes) == ((), ())


def test_only_what_is_new_is_applied(settings: Settings) -> None:
    migrate_database(settings, {"state": STATE[:2]})
    done = migrate_database(settings, {"state": STATE})
    assert [step.version for step in done.applied if step.component == "state"] == list(range(3, len(STATE) + 1))


def test_a_newer_schema_is_refused_before_anything_is_applied(settings: Settings) -> None:
    migrate_database(settings, {"ledger": COMPONENTS["ledger"]})
    before = recorded(settings)
    with pytest.raises(InternalError, match=r"written by a newer cryptodesk: its 'ledger' schema"):
        migrate_database(settings, {"state": STATE, "ledger": COMPONENTS["ledger"][:-1]})
    assert recorded(settings) == before


def test_another_builds_schema_is_refused_before_anything_is_applied(settings: Settings) -> None:
    migrate_database(settings, {"state": STATE[:1]})
    other = (Migration(1, "another step", ()),)
    with pytest.raises(InternalError, match="it belongs to another build"):
        migrate_database(settings, {"market": COMPONENTS["market"], "state": other})
    assert ("market", 1) not in recorded(settings)


def test_a_step_that_fails_leaves_nothing_and_is_made_up_for_later(settings: Settings) -> None:
    migrate_database(settings, {"state": STATE[:1]})
    run(settings, "CREATE TABLE research_jobs (left_over INTEGER)")
    with pytest.raises(InternalError, match=r"'state' schema .* Nothing of the step that failed is left"):
        migrate_database(settings, {"state": STATE})
    assert [version for name, version in recorded(settings) if name == "state"] == [1, 2]
    run(settings, "DROP TABLE research_jobs")
    assert migrate_database(settings, {"state": STATE}).applied[0].version == 3


def test_of_two_processes_at_once_each_step_is_applied_by_one(settings: Settings, tmp_path: Path) -> None:
    url = settings.database_url
    extra = {"CRYPTODESK_HOME": str(settings.home)} | ({} if url is None else {"DATABASE_URL": url.get_secret_value()})
    command = [sys.executable, "-m", "cryptodesk", "db", "migrate", "--json"]
    started = [
        subprocess.Popen(command, env=environment(tmp_path, **extra), stdout=subprocess.PIPE, stderr=subprocess.PIPE)
        for _ in range(2)
    ]
    told = [process.communicate(timeout=60) for process in started]
    assert [process.returncode for process in started] == [0, 0], told
    steps = Counter((step["component"], step["version"]) for out, _ in told for step in json.loads(out)["applied"])
    assert set(steps.values()) == {1}
    assert set(ALL) <= set(steps)


async def test_without_pgvector_the_rest_is_done_and_it_is_said(tmp_path: Path, postgres_server: Server) -> None:
    asyncpg = pytest.importorskip("asyncpg")
    dsn = await postgres_server.new_database()
    name = dsn.partition("?")[0].rpartition("/")[2]
    admin = await asyncpg.connect(dsn)
    await admin.execute(f"CREATE ROLE user_{name} LOGIN; GRANT ALL ON SCHEMA public TO user_{name}")
    await admin.close()
    import asyncio

    url = dsn.replace("postgres:@", f"user_{name}:@")
    done = await asyncio.to_thread(migrate_database, settings_of(tmp_path, url))
    assert "searched by words and names alone: the database has no pgvector" in done.notes[0]
    assert done.applied[-1].component == "document_search"

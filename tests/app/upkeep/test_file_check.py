"""A file is looked at and left alone: what is wrong with it is said, with what mends it."""

from __future__ import annotations

import os
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from cryptodesk.app.databases import COMPONENTS, open_database
from cryptodesk.app.upkeep import Checked, check_database
from cryptodesk.app.upkeep.file_check import check_file
from cryptodesk.settings import Settings
from tests.app.upkeep.desks import fill, settings_of


@pytest.fixture
async def settings(tmp_path: Path) -> Settings:
    return await fill(tmp_path / "home")


def states(found: Checked) -> dict[str, str]:
    return {finding.name: finding.state for finding in found.findings}


def text_of(found: Checked, name: str) -> str:
    return next(finding.text for finding in found.findings if finding.name == name)


def write(settings: Settings, sql: str) -> None:
    with closing(sqlite3.connect(settings.database_path, isolation_level=None)) as connection:
        connection.execute(sql)


def test_a_good_file_is_well_in_every_respect(settings: Settings) -> None:
    before = settings.database_path.read_bytes()
    found = check_database(settings)
    assert set(states(found).values()) == {"ok"}
    assert {f"schema {name}" for name in COMPONENTS} <= set(states(found))
    assert text_of(found, "ledger") == "whole; 3 sealed, 1 not yet"
    assert settings.database_path.read_bytes() == before


def test_no_file_is_a_warning_and_none_is_made(tmp_path: Path) -> None:
    found = check_database(settings_of(tmp_path / "new"))
    assert (states(found)["file"], found.has_problem, found.is_reachable) == ("warning", False, True)
    assert list(tmp_path.iterdir()) == []


def test_what_is_no_database_cannot_be_opened(settings: Settings) -> None:
    settings.database_path.write_bytes(b"no database at all" * 1000)
    found = check_database(settings)
    assert (found.is_reachable, found.has_problem) == (False, True)
    assert "is not a SQLite database" in text_of(found, "file")


def test_damage_is_found_and_a_backup_advised(settings: Settings) -> None:
    with settings.database_path.open("r+b") as file:
        file.seek(4096 * 3)
        file.write(b"\xa5" * 4096 * 9)
    found = check_database(settings)
    assert found.has_problem
    assert "restore" in " ".join(finding.text for finding in found.findings if finding.state == "problem")


def test_an_entry_of_the_ledger_that_was_changed_is_named(settings: Settings) -> None:
    write(settings, "DROP TRIGGER ledger_entries_are_never_changed")
    write(settings, "UPDATE ledger_entries SET amount_usd = '9' WHERE position = 2")
    found = check_database(settings)
    assert states(found)["ledger"] == "problem"
    assert "position 2" in text_of(found, "ledger")


def test_an_older_schema_is_a_warning_and_a_newer_one_a_problem(settings: Settings) -> None:
    older = {**COMPONENTS, "ledger": COMPONENTS["ledger"][:-1]}
    found = check_file(settings.database_path, older)
    assert states(found)["schema ledger"] == "problem"
    assert "written by a newer cryptodesk" in text_of(found, "schema ledger")
    write(settings, "DELETE FROM schema_migrations WHERE component = 'ledger' AND version = 10")
    found = check_database(settings)
    assert states(found)["schema ledger"] == "warning"
    assert "version 9 of 10; `cryptodesk db migrate`" in text_of(found, "schema ledger")
    assert "ledger" not in states(found)


def test_steps_that_are_missing_and_parts_that_are_unknown_are_told(settings: Settings) -> None:
    write(settings, "DELETE FROM schema_migrations WHERE component = 'ledger' AND version = 3")
    write(settings, "INSERT INTO schema_migrations VALUES ('plugin', 2, 'x')")
    found = check_database(settings)
    assert text_of(found, "schema ledger") == "steps are missing below version 10: restore a backup"
    assert (states(found)["schema plugin"], found.has_problem) == ("warning", True)


def test_tables_and_columns_that_are_gone_are_named(settings: Settings) -> None:
    write(settings, "DROP TABLE budgets")
    write(settings, "ALTER TABLE ledger_entries DROP COLUMN note")
    found = check_database(settings)
    assert states(found)["tables"] == "problem"
    assert "budgets, ledger_entries.note" in text_of(found, "tables")


def test_a_server_that_is_at_work_is_told_of(settings: Settings) -> None:
    with closing(open_database(settings, {})) as database:
        with database.presence():
            assert states(check_database(settings))["servers"] == "ok"
        assert "servers" not in states(check_database(settings))


@contextmanager
def somebody_else() -> Iterator[None]:
    """A user without rights, for whoever runs the tests as root has them all."""
    if os.geteuid() != 0:
        yield
        return
    os.seteuid(65534)
    try:
        yield
    finally:
        os.seteuid(0)


@pytest.fixture
def shut(settings: Settings) -> Iterator[Path]:
    """The file in a folder in which nothing can be written."""
    folder = Path(tempfile.mkdtemp())
    file = folder / "cryptodesk.db"
    shutil.copy(settings.database_path, file)
    file.chmod(0o444)
    folder.chmod(0o555)
    yield file
    folder.chmod(0o755)
    shutil.rmtree(folder)


def test_what_cannot_be_written_can_still_be_read_and_is_told(shut: Path) -> None:
    check_file(shut, COMPONENTS)  # whatever is imported late
    for beside in shut.parent.glob("cryptodesk.db-*"):
        beside.unlink()
    with somebody_else():
        found = check_file(shut, COMPONENTS)
    assert states(found)["disk"] == "problem"
    assert "cannot be written by this user" in text_of(found, "disk")
    assert (states(found)["integrity"], states(found)["ledger"]) == ("ok", "ok")


def test_changes_beside_a_file_that_cannot_be_written_are_not_overlooked(shut: Path) -> None:
    log = shut.with_name("cryptodesk.db-wal")
    shut.parent.chmod(0o755)
    log.write_bytes(b"x" * 100)
    log.chmod(0o400)
    shut.parent.chmod(0o555)
    with somebody_else():
        found = check_file(shut, COMPONENTS)
    assert not found.is_reachable

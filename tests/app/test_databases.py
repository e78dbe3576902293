"""Which database a desk opens, and what it says of one that it cannot use."""

from __future__ import annotations

from pathlib import Path

import pytest
from pydantic import SecretStr

from cryptodesk.app.databases import COMPONENTS, open_database
from cryptodesk.core.errors import InternalError
from cryptodesk.settings import Settings, SettingsError
from cryptodesk.storage.sqlite import SqliteDatabase
from tests.clients.postgres import postgres_dsn, postgres_server

__all__ = ["postgres_dsn", "postgres_server"]

STATE = {"state": COMPONENTS["state"]}


def settings_of(tmp_path: Path, url: str | None = None) -> Settings:
    return Settings(home=tmp_path, database_url=None if url is None else SecretStr(url), database_connect_seconds=0.2)


def test_without_a_url_it_is_the_file_in_the_data_folder_with_all_tables(tmp_path: Path) -> None:
    database = open_database(settings_of(tmp_path))
    try:
        assert isinstance(database, SqliteDatabase)
        components = {name for (name,) in database.read("SELECT DISTINCT component FROM schema_migrations")}
        assert components == set(COMPONENTS)
    finally:
        database.close()


def test_a_url_opens_postgresql_with_all_tables(tmp_path: Path, postgres_dsn: str) -> None:
    database = open_database(settings_of(tmp_path, postgres_dsn))
    try:
        assert database.read("SELECT count(*) FROM turns") == [(0,)]
        rows = database.read("SELECT component, count(*) FROM schema_migrations GROUP BY component")
        assert dict(rows) == {"storage": 1, **{name: len(steps) for name, steps in COMPONENTS.items()}}
        assert not (tmp_path / "cryptodesk.db").exists()
    finally:
        database.close()


@pytest.mark.parametrize("url", ["mysql://u:pass-word@db/x", "pass-word", "postgresql://u:pass/word@db/x"])
def test_a_url_that_is_none_is_a_wrong_setting_and_is_not_quoted(tmp_path: Path, url: str) -> None:
    with pytest.raises(SettingsError, match="DATABASE_URL") as caught:
        open_database(settings_of(tmp_path, url), STATE)
    assert "pass" not in str(caught.value).replace("password", "")


def test_a_server_that_is_not_there_is_named_without_its_password(tmp_path: Path) -> None:
    with pytest.raises(InternalError, match=r"'127\.0\.0\.1:1/desk' cannot be reached") as caught:
        open_database(settings_of(tmp_path, "postgresql://u:s3cret@127.0.0.1:1/desk"), STATE)
    assert "s3cret" not in str(caught.value)


def test_a_driver_that_is_not_installed_is_asked_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(name: str) -> None:
        raise ImportError("No module named 'asyncpg'", name="asyncpg")

    monkeypatch.setattr("importlib.import_module", fail)
    with pytest.raises(SettingsError, match=r"needs the package 'asyncpg': .* pip install 'cryptodesk\[postgres\]'"):
        open_database(settings_of(tmp_path, "postgresql://db/desk"), STATE)


def test_a_url_is_read_from_the_environment_and_never_shown(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:s3cret@one/desk")
    assert Settings(home=tmp_path).database_url == SecretStr("postgresql://u:s3cret@one/desk")
    monkeypatch.setenv("CRYPTODESK_DATABASE_URL", "postgresql://u:s3cret@two/desk")
    settings = Settings(home=tmp_path)
    assert settings.database_url == SecretStr("postgresql://u:s3cret@two/desk")
    assert "s3cret" not in repr(settings)

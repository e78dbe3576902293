"""The joined library: what ships is found, own files are found once they are synced, and every moment has its texts."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr

from cryptodesk.app.databases import open_database
from cryptodesk.app.library import Library, make_library
from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.intake import subscribe
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.store import COMPONENT, MIGRATIONS
from cryptodesk.settings import Settings
from tests.clients.postgres import Server, postgres_server

__all__ = ["postgres_server"]

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@pytest.fixture(params=["sqlite", "postgres"])
async def settings(request: pytest.FixtureRequest, tmp_path: Path) -> Settings:
    url = None
    if request.param == "postgres":
        pytest.importorskip("asyncpg")
        server: Server = request.getfixturevalue("postgres_server")
        url = SecretStr(await server.new_schema())
    return Settings(home=tmp_path / "home", data="snapshot", database_url=url)


@asynccontextmanager
async def opened(settings: Settings, now: datetime = NOW) -> AsyncIterator[Library]:
    with closing(open_database(settings, {COMPONENT: MIGRATIONS})) as database:
        async with make_library(settings, database, FixedClock(now)) as library:
            await library.open()
            yield library
        await database.aclose()


async def titles(library: Library, text: str, as_of: datetime | None = None) -> list[str]:
    found = await library.feed.search(DocumentQuery(text=text, as_of=as_of, limit=3))
    return [hit.document.title for hit in found.hits]


async def test_the_handbook_answers_on_a_fresh_home(settings: Settings) -> None:
    async with opened(settings) as library:
        assert await library.feed.count() >= 150
        assert any("estaking" in title for title in await titles(library, "what is restaking"))
    if settings.database_url is not None:
        assert not settings.home.exists()


async def test_what_another_process_synced_is_found_after_following(settings: Settings, tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text(
        "# Zebracoin audit\n\nThe zebracoin contract was audited by three friends of its author."
    )
    async with opened(settings) as server, opened(settings) as command:
        subscription, _ = await subscribe(command.subscriptions, str(notes), NOW)
        synced = await command.syncer.sync(subscription)
        assert (synced.added, synced.error) == (1, None)
        await server.follow()
        assert (await titles(server, "zebracoin audit"))[0] == "Zebracoin audit"


async def test_a_moment_before_a_text_was_known_does_not_find_it(tmp_path: Path) -> None:
    settings, notes = Settings(home=tmp_path / "home", data="snapshot"), tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("# Zebracoin\n\nThe zebracoin contract was audited by three friends of its author.")
    async with opened(settings) as library:
        subscription, _ = await subscribe(library.subscriptions, str(notes), NOW)
        await library.syncer.sync(subscription)
        await library.follow()
        assert "Zebracoin" in await titles(library, "zebracoin", NOW)
        assert "Zebracoin" not in await titles(library, "zebracoin", NOW - timedelta(days=1))


async def test_a_lost_index_is_built_anew_from_the_store(tmp_path: Path) -> None:
    settings = Settings(home=tmp_path / "home", data="snapshot")
    async with opened(settings) as library:
        before = await titles(library, "what is restaking")
    for file in sorted((tmp_path / "home" / "documents-index").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    async with opened(settings) as library:
        assert await titles(library, "what is restaking") == before


async def test_all_servers_of_a_postgresql_sync_what_is_due_and_each_feed_once(
    tmp_path: Path, postgres_server: Server
) -> None:
    pytest.importorskip("asyncpg")
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("# Zebracoin\n\nThe zebracoin contract was audited by three friends of its author.")
    url = SecretStr(await postgres_server.new_schema())
    settings = Settings(home=tmp_path / "home", data="snapshot", database_url=url)
    async with opened(settings) as one, opened(settings) as other:
        await subscribe(one.subscriptions, str(notes), NOW)
        tasks = [asyncio.create_task(library.keep_fresh(is_sole=False)) for library in (one, other)]
        async with asyncio.timeout(20):
            while not (await one.subscriptions.fetch_all())[-1].succeeded_at:
                pass
        for task in tasks:
            task.cancel()
        await asyncio.wait(tasks)
        assert [document.title for document in await one.documents.recent(DocumentQuery(limit=1))] == ["Zebracoin"]

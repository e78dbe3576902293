"""The joined library: what ships is found, own files are found once they are synced, and every moment has its texts."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptodesk.app.library import Library, make_library
from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.intake import subscribe
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.store import open_document_store
from cryptodesk.settings import Settings

NOW = datetime(2026, 12, 1, 12, tzinfo=UTC)


@asynccontextmanager
async def opened(home: Path, now: datetime = NOW) -> AsyncIterator[Library]:
    settings = Settings(home=home, data="snapshot")
    with open_document_store(settings.database_path) as database:
        async with make_library(settings, database, FixedClock(now)) as library:
            await library.open()
            yield library


async def titles(library: Library, text: str, as_of: datetime | None = None) -> list[str]:
    found = await library.feed.search(DocumentQuery(text=text, as_of=as_of, limit=3))
    return [hit.document.title for hit in found.hits]


async def test_the_handbook_answers_on_a_fresh_home(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as library:
        assert await library.feed.count() >= 150
        assert any("estaking" in title for title in await titles(library, "what is restaking"))


async def test_what_another_process_synced_is_found_after_following(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text(
        "# Zebracoin audit\n\nThe zebracoin contract was audited by three friends of its author."
    )
    async with opened(tmp_path / "home") as server, opened(tmp_path / "home") as command:
        subscription, _ = await subscribe(command.subscriptions, str(notes), NOW)
        synced = await command.syncer.sync(subscription)
        assert (synced.added, synced.error) == (1, None)
        await server.follow()
        assert (await titles(server, "zebracoin audit"))[0] == "Zebracoin audit"


async def test_a_moment_before_a_text_was_known_does_not_find_it(tmp_path: Path) -> None:
    notes = tmp_path / "notes"
    notes.mkdir()
    (notes / "a.md").write_text("# Zebracoin\n\nThe zebracoin contract was audited by three friends of its author.")
    async with opened(tmp_path / "home") as library:
        subscription, _ = await subscribe(library.subscriptions, str(notes), NOW)
        await library.syncer.sync(subscription)
        await library.follow()
        assert "Zebracoin" in await titles(library, "zebracoin", NOW)
        assert "Zebracoin" not in await titles(library, "zebracoin", NOW - timedelta(days=1))


async def test_a_lost_index_is_built_anew_from_the_store(tmp_path: Path) -> None:
    async with opened(tmp_path / "home") as library:
        before = await titles(library, "what is restaking")
    for file in sorted((tmp_path / "home" / "documents-index").rglob("*"), reverse=True):
        file.rmdir() if file.is_dir() else file.unlink()
    async with opened(tmp_path / "home") as library:
        assert await titles(library, "what is restaking") == before

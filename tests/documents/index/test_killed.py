"""A writer that is killed in the middle leaves the index as it was."""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path

import pytest

from cryptodesk.documents.query import DocumentQuery
from tests.documents.index.fixtures import CountingEncoder, document, open_index

WRITER = """
import asyncio, os, signal, sys
from pathlib import Path
from cryptodesk.documents.index import fulltext, index, manifest, writer
from tests.documents.index.fixtures import document, open_index

def die(*_given, **_named):
    os.kill(os.getpid(), signal.SIGKILL)

def half(folder, saved):
    (folder / "manifest.json.new").write_bytes(b"half")
    die()

def after(call):
    def wrapped(*given, **named):
        call(*given, **named)
        die()
    return wrapped

async def main(folder, point):
    async with open_index(folder) as opened:
        if point == "writing a part":
            writer.write_part = after(writer.write_part)
        elif point == "writing texts":
            writer.write_full_text = after(writer.write_full_text)
        elif point == "within texts":
            fulltext._record = die
        elif point == "before the manifest":
            index.save_manifest = die
        elif point == "within the manifest":
            index.save_manifest = half
        elif point == "before sweeping":
            index.sweep = die
        await opened.apply([document(2, "Second text about rollups.")], ["d1"])

asyncio.run(main(Path(sys.argv[1]), sys.argv[2]))
"""


@pytest.mark.parametrize(
    ("point", "found"),
    [
        ("writing a part", ["d1"]),
        ("writing texts", ["d1"]),
        ("within texts", ["d1"]),
        ("before the manifest", ["d1"]),
        ("within the manifest", ["d1"]),
        ("before sweeping", ["d2"]),
    ],
)
async def test_the_index_is_whole_after_a_kill(tmp_path: Path, point: str, found: list[str]) -> None:
    encoder = CountingEncoder()
    async with open_index(tmp_path, [document(1, "First text about staking.")]):
        pass
    died = subprocess.run([sys.executable, "-c", WRITER, str(tmp_path), point], check=False)  # noqa: ASYNC221
    assert died.returncode == -signal.SIGKILL

    def unread() -> list[object]:
        raise AssertionError("the index was rebuilt although its old state is whole")

    async with open_index(tmp_path, unread, encoder=encoder) as index:  # type: ignore[arg-type]
        hits = await index.search(DocumentQuery(text="text about staking and rollups"))
        assert [hit.document.document_id for hit in hits.hits] == found, (
            hits.notes,
            index.status(),
            await index.contents(),
        )
        await index.apply([document(3, "Third text about bridges.")], ["d1", "d2"])
        hits = await index.search(DocumentQuery(text="text about bridges"))
        assert [hit.document.document_id for hit in hits.hits] == ["d3"]

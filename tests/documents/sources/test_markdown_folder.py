"""Folders of the operator's own files: read once, again when written, ended when gone."""

from __future__ import annotations

import os
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.documents.sources.markdown_folder import SOURCE, parse_markdown, read_folder
from cryptodesk.documents.store import SyncState
from tests.documents.support import NOW

HEAD = """---
title: "The note"
date: 2026-09-01
author: Ann
type: diligence
publisher: Our desk
url: https://wiki.example/note
tags: [defi, lending]
language: en
nested:
  - passed over
---
# Another heading

Text.
"""


def test_a_head_says_more_about_the_file() -> None:
    found = parse_markdown(HEAD, "a/note.md")
    assert (found.key, found.title, found.type, found.author) == ("a/note.md", "The note", "diligence", "Ann")
    assert (found.publisher, found.url, found.topics) == ("Our desk", "https://wiki.example/note", ("defi", "lending"))
    assert found.published_at == datetime(2026, 9, 1, tzinfo=UTC)
    assert found.text.startswith("# Another heading")


@pytest.mark.parametrize(
    ("text", "title"),
    [
        ("# A heading #\n\nText", "A heading"),
        ("Text without one", "my note"),
        ("---\nno: end\n\nText", "my note"),
        ('+++\ntitle = "In TOML"\n+++\nText', "In TOML"),
        ("---\ntype: nonsense\n---\nText", "my note"),
    ],
)
def test_a_file_without_a_title_is_called_by_its_heading_or_name(text: str, title: str) -> None:
    found = parse_markdown(text, "my-note.md")
    assert (found.title, found.type) == (title, None)


def test_only_what_was_written_since_is_read_again(tmp_path: Path) -> None:
    (tmp_path / "sub").mkdir()
    (tmp_path / "a.md").write_text("# A\n\nText")
    (tmp_path / "sub" / "b.txt").write_text("B")
    (tmp_path / "c.pdf").write_text("C")
    first = read_folder(tmp_path, SyncState(), NOW)
    assert [document.key for document in first.documents] == ["a.md", "sub/b.txt"]
    again = read_folder(tmp_path, first.state, NOW)
    assert (again.is_unchanged, again.documents, again.kept) == (True, [], frozenset({"a.md", "sub/b.txt"}))
    (tmp_path / "a.md").write_text("# A\n\nAnother text")
    (tmp_path / "sub" / "b.txt").unlink()
    third = read_folder(tmp_path, again.state, NOW)
    assert ([document.key for document in third.documents], third.kept) == (["a.md"], frozenset())
    assert third.is_complete
    assert not third.is_unchanged


def test_what_cannot_be_read_is_told_each_time_and_not_taken_for_gone(tmp_path: Path) -> None:
    (tmp_path / "good.md").write_text("Text")
    (tmp_path / "binary.md").write_bytes(b"\x00\x01\xff\xfe" * 100)
    (tmp_path / "long.md").write_bytes(b"x" * 2_000_001)
    found = read_folder(tmp_path, SyncState(), NOW)
    assert [document.key for document in found.documents] == ["good.md"]
    assert {problem.item: problem.reason for problem in found.problems} == {
        "binary.md": "is no text", "long.md": "is longer than 2 MB",
    }  # fmt: skip
    again = read_folder(tmp_path, found.state, NOW)
    assert again.problems == found.problems
    assert not again.is_unchanged
    assert again.kept == frozenset({"good.md", "binary.md", "long.md"})


def test_no_link_leads_out_of_the_folder_and_hidden_files_stay_hidden(tmp_path: Path) -> None:
    inside = tmp_path / "inside"
    inside.mkdir()
    (tmp_path / "secret.md").write_text("secret")
    os.symlink(tmp_path / "secret.md", inside / "link.md")
    (inside / ".git").mkdir()
    (inside / ".git" / "x.md").write_text("x")
    (inside / "a.md").write_text("a")
    found = read_folder(inside, SyncState(), NOW)
    assert [document.key for document in found.documents] == ["a.md"]


def test_a_folder_that_is_gone_is_no_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidRequest, match="is not there"):
        read_folder(tmp_path / "gone", SyncState(cursor='{"a.md": "1"}'), NOW)
    with pytest.raises(ValueError, match="expected a folder"):
        SOURCE.parse_address(str(tmp_path / "gone"))


def test_a_cursor_of_another_form_reads_everything_anew(tmp_path: Path) -> None:
    (tmp_path / "a.md").write_text("a")
    assert len(read_folder(tmp_path, SyncState(cursor="[1]"), NOW).documents) == 1

"""JSON lines: what is right is taken, what is wrong is told by its line."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from cryptodesk.core.errors import InvalidRequest
from cryptodesk.documents.sources._source import RawDocument
from cryptodesk.documents.sources.jsonl import parse_line, read_file
from cryptodesk.documents.store import Problem, SyncState


def line(**fields: object) -> bytes:
    return json.dumps(fields).encode() + b"\n"


def test_every_field_of_a_line_is_taken() -> None:
    found = parse_line(
        line(
            id="1", text="Text", title="Title", url="https://a.example/1", type="macro_event", publisher="P",
            author="A",
            published_at="2026-09-01T00:00:00Z", event_at="2026-10-01T12:30:00+02:00",
            language="en", asset_ids=[1, 1027],
            topics=["rates"], engagement=3, unknown="passed over",
        ),
        1,
    )  # fmt: skip
    assert isinstance(found, RawDocument)
    assert (found.key, found.type, found.asset_ids, found.engagement) == ("1", "macro_event", (1, 1027), 3)
    assert found.event_at is not None
    assert found.event_at.isoformat() == "2026-10-01T12:30:00+02:00"


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        (b"{", "truncated"),
        (b"[]", "object"),
        (b'{"title": "x"}', "text"),
        (line(text=1), "str"),
        (line(text="x", type="poem"), "poem"),
        (line(text="x", published_at="2026-09-01T00:00:00"), "time zone"),
        (line(text="x", published_at="yesterday"), "RFC3339"),
        (line(text="x", asset_ids=[-1]), ">= 1"),
        (line(text="x", asset_ids=[2**60]), "<"),
        (b'{"text": "\xff"}', "utf-8"),
        (b'{"text": ' + b"[" * 100_000, "expected"),
    ],
)
def test_a_wrong_line_is_told_with_its_number(raw: bytes, told: str) -> None:
    found = parse_line(raw, 7)
    assert isinstance(found, Problem)
    assert found.item == "line 7"
    assert told.lower() in found.reason.lower()


def test_the_rest_of_a_file_goes_on_after_a_wrong_line(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(line(text="one") + b"\n{broken\n" + b'{"text": "' + b"x" * 2_100_000 + b'"}\n' + line(text="two"))
    found = read_file(file, SyncState())
    assert [document.text for document in found.documents] == ["one", "two"]
    assert [problem.item for problem in found.problems] == ["line 3", "line 4"]
    assert found.problems[1].reason == "is longer than 2 MB"
    # A line that could not be read may be a document that is still there.
    assert not found.is_complete


def test_a_file_that_was_not_written_since_is_not_read_again(tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    file.write_bytes(line(text="one"))
    first = read_file(file, SyncState())
    assert first.is_complete
    assert read_file(file, first.state).is_unchanged
    file.write_bytes(line(text="another"))
    assert not read_file(file, first.state).is_unchanged
    file.unlink()
    with pytest.raises(InvalidRequest, match="is not there"):
        read_file(file, first.state)

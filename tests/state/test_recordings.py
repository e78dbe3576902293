"""Recordings at rest: found by run id, whole or not at all, bounded in age and size."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cryptodesk.core.errors import InternalError
from cryptodesk.state import recordings
from cryptodesk.state.recordings import RecordingStore

NOW = 1_790_000_000.0
DAY = 86_400.0


@pytest.fixture(autouse=True)
def opened() -> Iterator[list[RecordingStore]]:
    """Every store of a test; closed behind it."""
    _opened.clear()
    yield _opened
    for one in _opened:
        one.close()


_opened: list[RecordingStore] = []


def store(folder: Path, *, most_bytes: int = 1 << 30) -> RecordingStore:
    made = RecordingStore(folder, retention_seconds=DAY, most_bytes=most_bytes)
    _opened.append(made)
    return made


def run_id(number: int, at: float = NOW) -> str:
    return f"{int(at * 1000):012x}{number:020x}"


def segments(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.rec"))


def age(path: Path, at: float) -> None:
    os.utime(path, (at, at))


def test_what_was_appended_is_found_with_what_its_segment_has_in_common(tmp_path: Path) -> None:
    written = store(tmp_path)
    written.append(b"common", [(run_id(1), b"one"), (run_id(2), b"two" * 1000)], NOW)
    written.append(b"common", [(run_id(3), b"")], NOW)
    found = store(tmp_path).find(run_id(2))
    assert found is not None
    assert (found.common, found.body) == (b"common", b"two" * 1000)
    assert list(store(tmp_path).run_ids()) == [run_id(1), run_id(2), run_id(3)]
    assert store(tmp_path).find(run_id(4)) is None


@pytest.mark.parametrize("wrong", ["", "nope", "../../etc/passwd", "G" * 32, "0" * 31])
def test_what_is_no_run_id_is_not_found(tmp_path: Path, wrong: str) -> None:
    store(tmp_path).append(b"", [(run_id(1), b"x")], NOW)
    assert store(tmp_path).find(wrong) is None


def test_of_a_run_recorded_twice_the_later_one_is_found(tmp_path: Path) -> None:
    written = store(tmp_path)
    written.append(b"", [(run_id(1), b"first"), (run_id(1), b"second")], NOW)
    found = written.find(run_id(1))
    assert found is not None
    assert found.body == b"second"


@pytest.mark.parametrize("cut", [1, 3, 20, 28, 40])
def test_a_process_killed_while_writing_loses_its_last_recording_alone(tmp_path: Path, cut: int) -> None:
    store(tmp_path).append(b"c", [(run_id(1), b"first"), (run_id(2), b"second" * 10)], NOW)
    (segment,) = segments(tmp_path)
    segment.write_bytes(segment.read_bytes()[:-cut])
    assert list(store(tmp_path).run_ids()) == [run_id(1)]
    assert store(tmp_path).find(run_id(1)) is not None


def test_a_changed_recording_is_refused_not_played(tmp_path: Path) -> None:
    store(tmp_path).append(b"c", [(run_id(1), b"the price is 100")], NOW)
    (segment,) = segments(tmp_path)
    segment.write_bytes(segment.read_bytes().replace(b"100", b"900"))
    with pytest.raises(InternalError, match="changed after it was written"):
        store(tmp_path).find(run_id(1))


def test_other_files_of_the_folder_are_left_alone(tmp_path: Path) -> None:
    (tmp_path / "notes.txt").write_text("mine")
    (tmp_path / "1790000000000-0123abcd.rec").write_bytes(b"something else")
    written = store(tmp_path)
    written.append(b"", [(run_id(1), b"x")], NOW)
    assert list(written.run_ids()) == [run_id(1)]
    assert (tmp_path / "notes.txt").exists()


def test_files_are_readable_by_their_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "recordings"
    store(folder).append(b"", [(run_id(1), b"x")], NOW)
    (segment,) = segments(folder)
    assert (folder.stat().st_mode & 0o777, segment.stat().st_mode & 0o777) == (0o700, 0o600)


def test_two_processes_write_into_files_of_their_own(tmp_path: Path) -> None:
    one, other = store(tmp_path), store(tmp_path)
    one.append(b"1", [(run_id(1), b"one")], NOW)
    other.append(b"2", [(run_id(2), b"other")], NOW)
    assert len(segments(tmp_path)) == 2
    found = one.find(run_id(2))
    assert found is not None
    assert found.common == b"2"


def test_segments_past_their_retention_are_deleted_and_the_open_one_is_not(tmp_path: Path) -> None:
    written = store(tmp_path)
    written.append(b"", [(run_id(1), b"old")], NOW)
    written.close()
    written.append(b"", [(run_id(2), b"open")], NOW + 1)
    for segment in segments(tmp_path):
        age(segment, NOW)
    assert written.purge(NOW + DAY - 1) == 0
    assert written.purge(NOW + DAY) == 1
    assert list(written.run_ids()) == [run_id(2)]


def test_the_oldest_segments_go_when_all_are_too_large(tmp_path: Path) -> None:
    written = store(tmp_path, most_bytes=2500)
    for number in range(4):
        written.append(b"", [(run_id(number), b"x" * 1000)], NOW + number)
        written.close()
    assert written.purge(NOW) == 2
    assert list(written.run_ids()) == [run_id(2), run_id(3)]


def test_a_full_segment_is_followed_by_another(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(recordings, "SEGMENT_BYTES", 100)
    written = store(tmp_path)
    for number in range(3):
        written.append(b"c", [(run_id(number), b"x" * 200)], NOW + number)
    assert len(segments(tmp_path)) == 3
    assert [written.find(run_id(number)) is not None for number in range(3)] == [True, True, True]


def test_a_segment_written_before_a_run_began_is_not_read_for_it(tmp_path: Path) -> None:
    written = store(tmp_path)
    late = run_id(1, NOW + 3600)
    written.append(b"", [(late, b"x")], NOW)
    (segment,) = segments(tmp_path)
    age(segment, NOW)
    assert written.find(late) is None
    age(segment, NOW + 3600)
    assert written.find(late) is not None


def test_nothing_to_write_makes_no_file(tmp_path: Path) -> None:
    store(tmp_path).append(b"", [], NOW)
    assert segments(tmp_path) == []

"""The manifest is one state or the other, and tells a damaged file."""

from __future__ import annotations

from itertools import pairwise
from pathlib import Path

import pytest

from cryptodesk.documents.index.manifest import (
    FileSeal,
    IndexDamaged,
    Manifest,
    load_manifest,
    save_manifest,
    seal,
    stamp,
    verify,
)

STATE = Manifest(generation=3, model="m", next_key=9, parts=("part-1", "part-3"), texts="texts-3", gone="gone-3")


def test_a_state_is_read_back(tmp_path: Path) -> None:
    assert load_manifest(tmp_path) is None

    save_manifest(tmp_path, STATE)

    assert load_manifest(tmp_path) == STATE
    assert [entry.name for entry in tmp_path.iterdir()] == ["manifest.json"]


def test_every_replacement_changes_the_stamp(tmp_path: Path) -> None:
    stamps = [stamp(tmp_path)]
    for _ in range(3):
        save_manifest(tmp_path, STATE)
        stamps.append(stamp(tmp_path))

    assert stamps[0] is None
    assert all(before != after for before, after in pairwise(stamps))


def test_any_changed_byte_is_found(tmp_path: Path) -> None:
    save_manifest(tmp_path, STATE)
    path = tmp_path / "manifest.json"
    content = path.read_bytes()
    for at in range(0, len(content), 7):
        path.write_bytes(content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :])
        with pytest.raises(IndexDamaged):
            load_manifest(tmp_path)
    path.write_bytes(content[:-3])
    with pytest.raises(IndexDamaged, match="not whole"):
        load_manifest(tmp_path)


def test_another_format_is_said(tmp_path: Path) -> None:
    save_manifest(tmp_path, Manifest(format=99))

    with pytest.raises(IndexDamaged, match="format 99, this version reads 1"):
        load_manifest(tmp_path)


def test_files_are_checked_by_size_and_content(tmp_path: Path) -> None:
    (tmp_path / "part-1").write_bytes(b"content")
    sealed = Manifest(files=seal(tmp_path, ["part-1"]))
    verify(tmp_path, sealed)

    (tmp_path / "part-1").write_bytes(b"cOntent")
    with pytest.raises(IndexDamaged, match="part-1 is damaged"):
        verify(tmp_path, sealed)
    (tmp_path / "part-1").unlink()
    with pytest.raises(IndexDamaged, match="part-1 cannot be read"):
        verify(tmp_path, sealed)


def test_a_seal_is_crc_32_of_all_of_a_file(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"123456789")

    assert seal(tmp_path, ["a"]) == {"a": FileSeal(9, 0xCBF43926)}

"""Arrays come back as they were written; a file that is not whole is refused."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cryptodesk.documents.index.container import ContainerError, pack_texts, read_arrays, unpack_text, write_arrays


def test_arrays_of_every_shape_and_type_are_read_back(tmp_path: Path) -> None:
    arrays = {
        "rows": np.arange(12, dtype=np.int8).reshape(3, 4),
        "none": np.zeros((0, 384), np.float16),
        "big": np.array([2**63 + 1], np.uint64),
        "times": np.array([1.5, np.nan]),
        "sliced": np.arange(20)[::3],
    }

    write_arrays(tmp_path / "a", arrays)
    found = read_arrays(tmp_path / "a")

    assert list(found) == list(arrays)
    for name, array in arrays.items():
        assert found[name].dtype == array.dtype
        np.testing.assert_array_equal(found[name], array)


def test_what_was_read_cannot_be_changed(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a", {"x": np.zeros(3)})

    with pytest.raises(ValueError, match="read-only"):
        read_arrays(tmp_path / "a")["x"][0] = 1


def test_a_file_is_never_overwritten(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a", {"x": np.zeros(3)})

    with pytest.raises(FileExistsError):
        write_arrays(tmp_path / "a", {"x": np.ones(3)})


@pytest.mark.parametrize("content", [b"", b"short", b"CDARRAY1" + b"\xff" * 8, b"x" * 500])
def test_another_file_is_refused(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "a").write_bytes(content)

    with pytest.raises(ContainerError):
        read_arrays(tmp_path / "a")


def test_a_file_that_was_cut_off_is_refused(tmp_path: Path) -> None:
    write_arrays(tmp_path / "a", {"x": np.zeros(1_000)})
    (tmp_path / "b").write_bytes((tmp_path / "a").read_bytes()[:4_000])

    with pytest.raises(ContainerError):
        read_arrays(tmp_path / "b")


def test_texts_are_found_by_their_number() -> None:
    texts = [b"", b"one", "zwölf".encode(), b""]

    content, ends = pack_texts(texts)

    assert [unpack_text(content, ends, number) for number in range(4)] == texts
    assert pack_texts([])[1].shape == (0,)

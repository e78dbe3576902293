"""Vectors are found again by what they were made of; losing them does no harm."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from cryptodesk.documents.index.vector_cache import VectorCache
from tests.documents.index.fixtures import unit_vectors


def _hash(number: int) -> bytes:
    return number.to_bytes(32, "little")


def test_many_vectors_are_found_again_after_closing(tmp_path: Path) -> None:
    vectors = unit_vectors(1_200).astype(np.float16)
    cache = VectorCache(tmp_path / "v.db")
    cache.keep({_hash(number): vectors[number] for number in range(1_200)})
    cache.close()

    again = VectorCache(tmp_path / "v.db")
    found = again.find([_hash(number) for number in range(0, 2_000, 2)])
    again.close()

    assert len(found) == 600
    np.testing.assert_array_equal(found[_hash(1_198)], vectors[1_198])


def test_what_is_forgotten_is_not_found(tmp_path: Path) -> None:
    cache = VectorCache(tmp_path / "v.db")
    cache.keep({_hash(1): np.ones(384), _hash(2): np.zeros(384)})
    cache.forget([_hash(1)])

    assert list(cache.find([_hash(1), _hash(2)])) == [_hash(2)]
    cache.close()


@pytest.mark.parametrize("content", [b"x" * 5_000, b"SQLite format 3\0" + b"\xff" * 5_000])
def test_a_damaged_file_is_begun_anew(tmp_path: Path, content: bytes) -> None:
    (tmp_path / "v.db").write_bytes(content)

    cache = VectorCache(tmp_path / "v.db")

    assert cache.find([_hash(1)]) == {}
    cache.keep({_hash(1): np.ones(384)})
    assert list(cache.find([_hash(1)])) == [_hash(1)]
    cache.close()

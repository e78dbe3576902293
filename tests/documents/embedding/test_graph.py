"""The graph that is written from the weights computes what the model file computes."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import onnxruntime
import pytest

from cryptodesk.documents.embedding._graph import build_encoder, build_probe
from cryptodesk.documents.embedding._wire import WireError, read_tensors
from cryptodesk.documents.embedding.model import find_model
from cryptodesk.documents.embedding.wordpiece import load_wordpiece

TEXTS = (
    "Bitcoin",
    "Why did rollup fees fall after the Dencun upgrade?",
    "A validator that signs two different blocks for one slot is slashed: it loses part of its stake and must leave.",
    "比特币是一种去中心化的数字货币。",
    "x " * 250,
)


def _session(model: bytes) -> Any:
    return onnxruntime.InferenceSession(model, providers=["CPUExecutionProvider"])


@pytest.fixture(scope="module")
def content() -> bytes:
    return find_model().read_bytes()


@pytest.fixture(scope="module")
def expected(content: bytes) -> list[Any]:
    session = _session(content)
    found = []
    for ids in _ids():
        tokens = np.array([ids], np.int64)
        feed = {"input_ids": tokens, "attention_mask": np.ones_like(tokens), "token_type_ids": np.zeros_like(tokens)}
        found.append(session.run(None, feed)[0][0].mean(axis=0))
    return found


def _ids() -> Sequence[list[int]]:
    return [load_wordpiece().encode(text, 256) for text in TEXTS]


def _means(model: bytes) -> list[Any]:
    session = _session(model)
    feeds = [{"input_ids": np.array([ids], np.int64), "position_ids": np.arange(len(ids))} for ids in _ids()]
    return [session.run(["mean"], feed)[0][0] for feed in feeds]


def test_the_float_graph_computes_what_the_file_computes(content: bytes, expected: list[Any]) -> None:
    found = _means(build_encoder(read_tensors(content), integers=False))

    for ours, theirs in zip(found, expected, strict=True):
        np.testing.assert_allclose(ours, theirs, atol=2e-5)


def test_the_integer_graph_points_the_same_way(content: bytes, expected: list[Any]) -> None:
    found = _means(build_encoder(read_tensors(content), integers=True))

    for ours, theirs in zip(found, expected, strict=True):
        assert float(ours @ theirs / np.linalg.norm(ours) / np.linalg.norm(theirs)) > 0.97


def test_the_integer_graph_keeps_the_embeddings_packed(content: bytes) -> None:
    assert len(build_encoder(read_tensors(content), integers=True)) < 1.01 * len(content)


def test_the_probe_multiplies_the_largest_integers() -> None:
    product = _session(build_probe(2, 4)).run(["y"], {"x": np.array([[0, 1, 1, 1], [1, 1, 0, 0]], np.float32)})[0]

    np.testing.assert_allclose(product[:, 0], [381.0, 254.0], rtol=0.6)


def test_weights_that_are_missing_are_named(content: bytes) -> None:
    weights = read_tensors(content)
    del weights["inner.encoder.layer.3.output.dense.bias"]

    with pytest.raises(WireError, match=r"layer\.3\.output\.dense\.bias"):
        build_encoder(weights, integers=True)

"""The layers in numpy compute what the runtime computes with the same integers."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

import numpy as np
import onnxruntime
import pytest

from cryptodesk.documents.embedding import _layers, load_encoder, load_light_encoder
from cryptodesk.documents.embedding._layers import NumpySession
from cryptodesk.documents.embedding._wire import WireError, read_tensors
from cryptodesk.documents.embedding.model import find_model, multiplies_exactly

TEXTS = (
    "what is restaking",
    "Bitcoin",
    "Why did rollup fees fall after the Dencun upgrade?",
    "A validator that signs two different blocks for one slot is slashed: it loses part of its stake and must leave.",
    "比特币是一种去中心化的数字货币。",
    "how do perpetual futures work",
    "x " * 250,
)


@pytest.fixture(scope="module")
def weights() -> Mapping[str, Any]:
    return read_tensors(find_model().read_bytes())


@pytest.fixture(scope="module")
def cosines() -> list[float]:
    light, runtime = load_light_encoder(), load_encoder()
    return [float(light.encode(text) @ runtime.encode(text)) for text in TEXTS]


def test_every_text_has_nearly_the_vector_of_the_runtime(cosines: list[float]) -> None:
    assert min(cosines) > 0.98


@pytest.mark.skipif(not multiplies_exactly(onnxruntime), reason="the runtime multiplies floats on this processor")
def test_most_texts_have_the_very_vector_of_the_runtime(cosines: list[float]) -> None:
    assert sum(cosine > 0.999_999 for cosine in cosines) > len(TEXTS) / 2


def test_products_are_those_of_whole_numbers(weights: Mapping[str, Any]) -> None:
    session = NumpySession(weights)
    matrix = session._matrices[5]
    x = np.random.default_rng(7).normal(1.0, 3.0, (5, 1_536)).astype(np.float32)

    (found,) = session._products(x, [matrix])

    rounded, zero, step = _layers._rounded(x)
    assert (rounded.min(), rounded.max()) == (0, 255)
    whole = (rounded.astype(np.int64) - zero) @ weights[f"{matrix}_q"].astype(np.int64)
    np.testing.assert_allclose(found, whole * (step * weights[f"{matrix}_scale"][0]).astype(np.float64), rtol=1e-6)
    np.testing.assert_allclose((rounded - zero) * step, x, atol=float(step))


@pytest.mark.parametrize("x", [np.zeros((2, 3)), np.full((2, 3), 4.0), np.full((2, 3), -4.0)])
def test_zero_is_rounded_to_itself_wherever_the_numbers_lie(x: Any) -> None:
    rounded, zero, step = _layers._rounded(x.astype(np.float32))

    np.testing.assert_allclose((rounded - zero) * step, x, atol=1e-6)


def test_the_error_function_is_exact_to_a_last_place() -> None:
    x = np.linspace(-6, 6, 20_001).astype(np.float32)

    np.testing.assert_allclose(_layers._erf(x), [math.erf(number) for number in x.tolist()], atol=1.2e-7)


def test_a_file_without_the_weights_is_refused(weights: Mapping[str, Any]) -> None:
    lacking = dict(weights)
    del lacking[next(name for name in weights if name.startswith("val_") and name.endswith("_q"))]

    with pytest.raises(WireError, match="lacks a weight"):
        NumpySession(lacking)

"""The wire format is read as it is written, and what is not it is refused."""

from __future__ import annotations

import numpy as np
import onnxruntime
import pytest

from cryptodesk.documents.embedding import _wire as wire
from cryptodesk.documents.embedding._wire import FLOAT, Tensor, WireError, read_tensors


def _model(*constants: Tensor) -> bytes:
    nodes = [wire.node("Gemm", ["x", "w"], ["y"], alpha=0.5, transB=1)]
    return wire.model(nodes, constants, [wire.value("x", FLOAT, ["n", 2])], wire.value("y", FLOAT, ["n", 3]))


@pytest.mark.parametrize("dtype", [np.float32, np.int8, np.int64])
def test_a_tensor_is_read_back(dtype: type[np.generic]) -> None:
    array = np.arange(-3, 3).reshape(3, 2).astype(dtype)

    found = read_tensors(_model(Tensor("w", array)))

    assert found["w"].dtype == dtype
    np.testing.assert_array_equal(found["w"], array)


def test_a_written_model_runs_with_its_attributes() -> None:
    session = onnxruntime.InferenceSession(_model(Tensor("w", np.array([[1, 2], [3, 4], [5, 6]], np.float32))))

    product = session.run(["y"], {"x": np.array([[2, 4]], np.float32)})[0]

    np.testing.assert_allclose(product, [[5, 11, 17]])


def test_large_and_negative_numbers_survive() -> None:
    array = np.array([2**62, -1, -(2**40)], np.int64)

    np.testing.assert_array_equal(read_tensors(_model(Tensor("w", array)))["w"], array)


@pytest.mark.parametrize("content", [b"", b"\x08\x0a", b"\xff" * 40, b"<html>not found</html>"])
def test_other_bytes_are_refused(content: bytes) -> None:
    with pytest.raises(WireError, match="not a readable ONNX model"):
        read_tensors(content)


def test_a_model_that_was_cut_off_is_refused() -> None:
    content = _model(Tensor("w", np.ones((30, 40), np.float32)))

    with pytest.raises(WireError):
        read_tensors(content[: len(content) // 2])

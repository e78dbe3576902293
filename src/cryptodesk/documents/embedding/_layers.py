"""The encoder's layers in numpy: a session that is there at once, but takes some three times as long for a text.

For a process that asks a question or two, loading the runtime and its graph takes longer than all of its work. The
numbers are those of the graph with integers: what enters a matrix is rounded to bytes in the same way, and the products
are whole numbers.

Source: BERT (Devlin et al., 2018) for the layers; ONNX, "DynamicQuantizeLinear" for the rounding.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numkong
import numpy as np
import numpy.typing as npt

from cryptodesk.documents.embedding._graph import DIMENSIONS, EMBEDDINGS, EPSILON, HEADS, LAYERS, matrices_of
from cryptodesk.documents.embedding._wire import WireError

__all__ = ["NumpySession"]

Array = npt.NDArray[Any]
Floats = npt.NDArray[np.float32]

_BYTE, _HALF = 255, 128
# The error function by two polynomials that meet here, to a unit in the last place: an error any larger would round
# more numbers to another byte than the runtime does.
# Source: N. Juffa, minimax polynomials for erff().
_ERF_MEETING, _ERF_REACH = np.float32(0.921875), np.float32(3.925)
_ERF_NEAR = (-5.99104969e-4, 4.99339588e-3, -2.67667342e-2, 1.12818025e-1, -3.76124859e-1, 1.28379121e-1)
_ERF_FAR = (1.72948930e-5, -3.83208680e-4, 3.88393435e-3, -2.42545605e-2, 1.06777847e-1, 6.34846687e-1, 1.28717512e-1)


class NumpySession:
    """Runs what the graph of `build_encoder` runs. Safe to be called from several threads at once."""

    def __init__(self, weights: Mapping[str, Array]) -> None:
        """Raises: WireError if weights are missing."""
        self._weights = weights
        self._matrices = matrices_of(weights)
        # Transposed when first used. Not numpy's own product: its library spreads small ones over threads, which
        # takes ten times as long where another process keeps a core busy.
        self._packed: dict[str, Any] = {}
        if len(self._matrices) != LAYERS * 6 or f"{EMBEDDINGS}LayerNorm.weight" not in weights:
            raise WireError("the model file lacks a weight")

    def run(self, _outputs: Sequence[str], feed: Mapping[str, Array]) -> list[Floats]:
        """`mean` (1, 384) of `input_ids` (1, n) at `position_ids` (n)."""
        x = self._embedded(feed["input_ids"][0], feed["position_ids"])
        for layer in range(LAYERS):
            x = self._layer(x, layer)
        return [x.mean(axis=0, keepdims=True)]

    def _embedded(self, ids: Array, places: Array) -> Floats:
        kind: Floats = self._weights[f"{EMBEDDINGS}token_type_embeddings.weight"][0]
        both = self._rows("word_embeddings", ids) + self._rows("position_embeddings", places)
        return self._normalised(both + kind, f"{EMBEDDINGS}LayerNorm")

    def _rows(self, table: str, numbers: Array) -> Floats:
        stem = f"{EMBEDDINGS}{table}.weight"
        rows: Floats = self._weights[f"{stem}_q"][numbers].astype(np.float32) * self._weights[f"{stem}_scale"][numbers]
        return rows

    def _layer(self, x: Floats, layer: int) -> Floats:
        stem, matrices = f"inner.encoder.layer.{layer}.", self._matrices[layer * 6 : layer * 6 + 6]
        attended = self._attended(x, stem, matrices)
        (inner,) = self._products(attended, matrices[4:5])
        bent = _gelu(inner + self._weights[f"{stem}intermediate.dense.bias"])
        (outer,) = self._products(bent, matrices[5:6])
        return self._normalised(outer + self._weights[f"{stem}output.dense.bias"] + attended, f"{stem}output.LayerNorm")

    def _attended(self, x: Floats, stem: str, matrices: Sequence[str]) -> Floats:
        parts = zip(self._products(x, matrices[:3]), ("query", "key", "value"), strict=True)
        query, key, value = (
            _by_head(each + self._weights[f"{stem}attention.self.{name}.bias"]) for each, name in parts
        )
        weights = _softmax(query @ key.transpose(0, 2, 1) / np.float32(np.sqrt(DIMENSIONS // HEADS)))
        heads = (weights @ value).transpose(1, 0, 2).reshape(len(x), DIMENSIONS)
        (mixed,) = self._products(heads, matrices[3:4])
        total = mixed + self._weights[f"{stem}attention.output.dense.bias"] + x
        return self._normalised(total, f"{stem}attention.output.LayerNorm")

    def _products(self, x: Floats, matrices: Sequence[str]) -> list[Floats]:
        """`x` times each matrix. What is rounded is rounded once for all of them."""
        rounded, zero, step = _rounded(x)
        # Signed bytes are multiplied. A row of ones gives the sums of columns, by which the zero is put right.
        signed = np.concatenate([rounded - _HALF, np.ones((1, x.shape[1]), np.float32)]).astype(np.int8)
        found: list[Floats] = []
        for matrix in matrices:
            products = np.asarray(numkong.dots_packed(signed, self._pack(matrix)))
            whole = products[:-1] + (_HALF - zero) * products[-1]
            found.append(whole.astype(np.float32) * (step * self._weights[f"{matrix}_scale"][0]))
        return found

    def _pack(self, matrix: str) -> Any:
        packed = self._packed.get(matrix)
        if packed is None:
            turned = np.ascontiguousarray(self._weights[f"{matrix}_q"].T)
            packed = self._packed[matrix] = numkong.dots_pack(turned, dtype="int8")
        return packed

    def _normalised(self, x: Floats, stem: str) -> Floats:
        apart = x - x.mean(axis=-1, keepdims=True)
        spread = np.sqrt(np.square(apart).mean(axis=-1, keepdims=True) + np.float32(EPSILON))
        found: Floats = apart / spread * self._weights[f"{stem}.weight"] + self._weights[f"{stem}.bias"]
        return found


def _rounded(x: Floats) -> tuple[Floats, int, np.float32]:
    """`x` as whole numbers of 0 to 255, the one that stands for zero, and what one of them is worth."""
    low, high = min(np.float32(0), x.min()), max(np.float32(0), x.max())
    step = np.float32((high - low) / np.float32(_BYTE)) or np.float32(1)
    zero = np.rint(np.clip(-low / step, 0, _BYTE))
    rounded: Floats = np.clip(np.rint(x / step) + zero, 0, _BYTE)
    return rounded, int(zero), step


def _by_head(x: Floats) -> Floats:
    return x.reshape(len(x), HEADS, DIMENSIONS // HEADS).transpose(1, 0, 2)


def _softmax(x: Floats) -> Floats:
    raised = np.exp(x - x.max(axis=-1, keepdims=True))
    found: Floats = raised / raised.sum(axis=-1, keepdims=True)
    return found


def _gelu(x: Floats) -> Floats:
    found: Floats = np.float32(0.5) * x * (np.float32(1) + _erf(x * np.float32(np.sqrt(0.5))))
    return found


def _erf(x: Floats) -> Floats:
    size = np.minimum(np.abs(x), _ERF_REACH)
    near = _polynomial(_ERF_NEAR, x * x) * x + x
    far = np.copysign(1 - np.exp(-(_polynomial(_ERF_FAR, size) * size + size)), x)
    found: Floats = np.where(size > _ERF_MEETING, far, near)
    return found


def _polynomial(terms: Sequence[float], x: Floats) -> Floats:
    """The highest power first."""
    total = np.full_like(x, terms[0])
    for term in terms[1:]:
        total = total * x + np.float32(term)
    return total

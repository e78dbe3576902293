"""The encoder's graph, written anew from the weights of the model file.

The file keeps its weights as int8 but computes in float32, which is 2.5 times slower than integers on a processor that
multiplies them without overflow, and unpacks itself into four times its size. Here the same weights are used as they
are: embeddings are unpacked row by row, and matrices multiplied as integers where that is exact.

Source: BERT (Devlin et al., 2018) for the layers; onnxruntime, "Contrib Operators".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from cryptodesk.documents.embedding import _wire as wire
from cryptodesk.documents.embedding._wire import CONTRIBUTED, FLOAT, INT64, Tensor, WireError

__all__ = [
    "DIMENSIONS",
    "EMBEDDINGS",
    "EPSILON",
    "HEADS",
    "LAYERS",
    "build_encoder",
    "build_probe",
    "matrices_of",
]

DIMENSIONS = 384

Array = npt.NDArray[Any]

LAYERS, HEADS = 6, 12
EPSILON = 1e-12
EMBEDDINGS = "inner.embeddings."


class _Graph:
    """Nodes and constants in the order in which they were added; every method returns the name of what it made."""

    def __init__(self, weights: Mapping[str, Array], *, integers: bool) -> None:
        self.weights = weights
        self.integers = integers
        self.nodes: list[bytes] = []
        self.constants: list[Tensor] = []

    def constant(self, name: str, array: Array) -> str:
        self.constants.append(Tensor(name, array))
        return name

    def run(self, op: str, inputs: Sequence[str], output: str, domain: str = "", **attributes: float) -> str:
        self.nodes.append(wire.node(op, inputs, [output], domain, **attributes))
        return output

    def embed(self, table: str, ids: str) -> str:
        stem = f"{EMBEDDINGS}{table}.weight"
        rows = self.run("Gather", [self.constant(f"{table}.q", self.weights[f"{stem}_q"]), ids], f"{table}.rows")
        scales = self.run("Gather", [self.constant(f"{table}.s", self.weights[f"{stem}_scale"]), ids], f"{table}.by")
        return self.run("Mul", [self.run("Cast", [rows], f"{table}.cast", to=FLOAT), scales], table)

    def multiply(self, x: str, matrices: Sequence[str], biases: Sequence[str], name: str) -> str:
        """`x` times the matrices side by side, plus their biases, which may be none."""
        packed = np.concatenate([self.weights[f"{matrix}_q"] for matrix in matrices], axis=1)
        scales = np.concatenate([self.weights[f"{matrix}_scale"] for matrix in matrices], axis=1)
        bias = [self.constant(f"{name}.b", np.concatenate([self.weights[bias] for bias in biases]))] if biases else []
        if self.integers:
            inputs = [
                x,
                self.constant(f"{name}.w", packed),
                self.constant(f"{name}.s", scales[0]),
                *(["", *bias] if bias else []),
            ]
            return self.run("DynamicQuantizeMatMul", inputs, name, CONTRIBUTED)
        weights = self.constant(f"{name}.w", packed.astype(np.float32) * scales)
        if not bias:
            return self.run("MatMul", [x, weights], name)
        return self.run("Add", [self.run("MatMul", [x, weights], f"{name}.product"), *bias], name)

    def normalise(self, x: str, stem: str, name: str) -> str:
        inputs = [
            x,
            self.constant(f"{name}.w", self.weights[f"{stem}.weight"]),
            self.constant(f"{name}.b", self.weights[f"{stem}.bias"]),
        ]
        return self.run("LayerNormalization", inputs, name, axis=-1, epsilon=EPSILON)


def matrices_of(weights: Mapping[str, Array]) -> list[str]:
    """The stems of the matrices' names, six a layer: query, key, value, what mixes the heads, inner, outer."""
    return [name[:-2] for name in weights if name.startswith("val_") and name.endswith("_q")]


def build_encoder(weights: Mapping[str, Array], *, integers: bool) -> bytes:
    """A model from `input_ids` (1, n) and `position_ids` (n) to `mean` (1, 384): the mean over all tokens.

    One text a run: nothing is padded, and integers are scaled by this text alone, so a text has one vector whatever
    else waits. Raises: WireError if weights are missing."""
    try:
        graph = _Graph(weights, integers=integers)
        x = _embeddings(graph)
        matrices = matrices_of(weights)
        for layer in range(LAYERS):
            x = _layer(graph, x, layer, matrices[layer * 6 : layer * 6 + 6])
        graph.run("ReduceMean", [x, graph.constant("tokens", np.array([1], np.int64))], "mean", keepdims=0)
    except (KeyError, ValueError, IndexError) as error:
        raise WireError(f"the model file lacks a weight: {error}") from None
    inputs = [wire.value("input_ids", INT64, [1, "n"]), wire.value("position_ids", INT64, ["n"])]
    return wire.model(graph.nodes, graph.constants, inputs, wire.value("mean", FLOAT, [1, DIMENSIONS]))


def _embeddings(graph: _Graph) -> str:
    words = graph.embed("word_embeddings", "input_ids")
    places = graph.embed("position_embeddings", "position_ids")
    kind = graph.constant("kind", graph.weights[f"{EMBEDDINGS}token_type_embeddings.weight"][0])
    both = graph.run("Add", [words, places], "embedded")
    return graph.normalise(graph.run("Add", [both, kind], "typed"), f"{EMBEDDINGS}LayerNorm", "start")


def _layer(graph: _Graph, x: str, layer: int, matrices: Sequence[str]) -> str:
    stem, name = f"inner.encoder.layer.{layer}.", f"l{layer}."
    attended = _attention(graph, x, stem, name, matrices)
    inner = graph.multiply(attended, matrices[4:5], (), f"{name}inner")
    bias = graph.constant(f"{name}bias", graph.weights[f"{stem}intermediate.dense.bias"])
    bent = graph.run("BiasGelu", [inner, bias], f"{name}gelu", CONTRIBUTED)
    outer = graph.multiply(bent, matrices[5:6], [f"{stem}output.dense.bias"], f"{name}outer")
    return graph.normalise(graph.run("Add", [outer, attended], f"{name}sum"), f"{stem}output.LayerNorm", f"{name}end")


def _attention(graph: _Graph, x: str, stem: str, name: str, matrices: Sequence[str]) -> str:
    biases = [f"{stem}attention.self.{part}.bias" for part in ("query", "key", "value")]
    joint = graph.multiply(x, matrices[:3], biases, f"{name}qkv")
    parts = [f"{name}q", f"{name}k", f"{name}v"]
    sizes = graph.constant(f"{name}sizes", np.full(3, DIMENSIONS, np.int64))
    graph.nodes.append(wire.node("Split", [joint, sizes], parts, axis=-1))
    heads = graph.run("MultiHeadAttention", parts, f"{name}heads", CONTRIBUTED, num_heads=HEADS)
    mixed = graph.multiply(heads, matrices[3:4], [f"{stem}attention.output.dense.bias"], f"{name}mixed")
    total = graph.run("Add", [mixed, x], f"{name}around")
    return graph.normalise(total, f"{stem}attention.output.LayerNorm", f"{name}attended")


def build_probe(rows: int, columns: int) -> bytes:
    """A model from `x` (rows, columns) to `y`: `x` times a matrix of the largest integers, multiplied as integers."""
    weights: dict[str, Array] = {
        "val_q": np.full((columns, 16), 127, np.int8),
        "val_scale": np.ones((1, 16), np.float32),
    }
    graph = _Graph(weights, integers=True)
    graph.multiply("x", ["val"], (), "y")
    inputs = [wire.value("x", FLOAT, [rows, columns])]
    return wire.model(graph.nodes, graph.constants, inputs, wire.value("y", FLOAT, [rows, 16]))

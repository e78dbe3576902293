"""Vectors made small: as bytes, and as one bit a number."""

from __future__ import annotations

import numpy as np

from cryptodesk.documents.index.container import Array

__all__ = ["INT8_REACH", "quantise", "sign_bits"]

INT8_REACH = 127

_BLOCK_ROWS = 8_192


def quantise(vectors: Array) -> tuple[Array, Array]:
    """The vectors as int8, and what each is to be multiplied by; zeros stay zeros, with 0."""
    coarse = np.empty(vectors.shape, np.int8)
    scales = np.empty(len(vectors), np.float32)
    for at in range(0, len(vectors), _BLOCK_ROWS):
        rows = slice(at, at + _BLOCK_ROWS)
        block = vectors[rows].astype(np.float32)
        steps = np.abs(block).max(axis=1, initial=0.0) / INT8_REACH
        coarse[rows] = np.rint(block / np.where(steps > 0, steps, 1.0)[:, None])
        scales[rows] = steps
    return coarse, scales


def sign_bits(vectors: Array) -> Array:
    """The signs of the numbers, 64 of them in a word: a row for each word, a column for each vector.

    Source: Charikar, Similarity estimation techniques from rounding algorithms (2002)."""
    packed = np.packbits(vectors > 0, axis=1)
    return np.ascontiguousarray(packed.view(np.uint64).T)

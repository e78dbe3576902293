"""The vector side of a search: a scan of signs in large parts, then one of bytes, then a closer look at the best."""

from __future__ import annotations

import numkong
import numpy as np
import numpy.typing as npt

from cryptodesk.documents.embedding import DIMENSIONS
from cryptodesk.documents.index.container import Array
from cryptodesk.documents.index.part import Part
from cryptodesk.documents.index.quantising import INT8_REACH, sign_bits

__all__ = ["Floats", "best_of", "rescore", "scan", "scan_signs"]

Floats = npt.NDArray[np.float32]

# Of two random vectors at an angle, the share of signs that differ is that angle's share of a half turn.
_COSINES = np.cos(np.pi * np.arange(DIMENSIONS + 1) / DIMENSIONS).astype(np.float32)
# Blocks of rows by which the best are found: at least so many for each row that is wanted, and of these sizes.
_BLOCKS_PER_ROW, _LEAST_IN_BLOCK, _MOST_IN_BLOCK = 3, 8, 64


def scan(part: Part, question: Floats, rows: Array | None = None) -> Floats:
    """The cosine of each row (all, or those given) with the question, to about 0.005."""
    if rows is None:
        return _products(part.coarse, question) * part.scales
    return _products(part.coarse[rows], question) * part.scales[rows]


def scan_signs(signs: Array, question: Floats) -> Floats:
    """The cosine of each row as far as the signs of its numbers tell: enough to leave most rows out."""
    own = sign_bits(question.reshape(1, -1))[:, 0]
    differing = np.bitwise_count(signs[0] ^ own[0]).astype(np.uint16)
    for words, word in zip(signs[1:], own[1:], strict=True):
        differing += np.bitwise_count(words ^ word)
    found: Floats = _COSINES[differing]
    return found


def _products(coarse: Array, question: Floats) -> Floats:
    largest = float(np.abs(question).max(initial=0.0))
    if not largest or not len(coarse):
        return np.zeros(len(coarse), np.float32)
    step = largest / INT8_REACH
    coarse_question = np.rint(question / step).astype(np.int8).reshape(1, -1)
    products = np.asarray(numkong.cdist(coarse_question, coarse, metric="dot"))
    found: Floats = np.multiply(products.reshape(-1), step, dtype=np.float32, casting="same_kind")
    return found


def rescore(part: Part, question: Floats, rows: Array) -> Floats:
    """The cosine of these rows to about 0.001: the question is not rounded."""
    found: Floats = part.coarse[rows].astype(np.float32) @ question * part.scales[rows]
    return found


def best_of(scores: Floats, limit: int) -> Array:
    """Positions of the highest scores, in no order."""
    if len(scores) <= limit:
        return np.arange(len(scores))
    block = min(len(scores) // (_BLOCKS_PER_ROW * limit), _MOST_IN_BLOCK)
    if block < _LEAST_IN_BLOCK:
        return np.argpartition(scores, len(scores) - limit)[len(scores) - limit :]
    # The best rows lie in the blocks that have the best maxima, and in the rest behind the last whole block. Rows of a
    # block lie `width` apart: so the maxima are taken of long stretches at once.
    width = len(scores) // block
    blocks = best_of(scores[: block * width].reshape(block, width).max(axis=0), limit)
    rows = (blocks[:, None] + np.arange(block) * width).reshape(-1)
    rows = np.concatenate([rows, np.arange(block * width, len(scores))])
    found: Array = rows[best_of(scores[rows], limit)]
    return found

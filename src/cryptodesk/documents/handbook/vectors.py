"""The vectors of the handbook's passages, which ship with it: so a fresh desk searches it without computing them.

The file is derived: `python scripts/embed_handbook.py` writes it. Without it, or with one that is not whole, the
passages are embedded like any others."""

from __future__ import annotations

import logging
import zlib
from collections.abc import Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from cryptodesk.documents.embedding import DIMENSIONS

__all__ = ["FILE_NAME", "pack_vectors", "parse_vectors", "shipped_vectors"]

_LOG = logging.getLogger(__name__)

Array = npt.NDArray[Any]

FILE_NAME = "vectors.bin"
_MAGIC = b"CDVECTS1"
_KEY_BYTES, _CRC_BYTES = 32, 4
_REACH = 127


def shipped_vectors(keys: Sequence[bytes]) -> Mapping[bytes, Array]:
    """The vectors of those keys that ship. A file that is missing or not whole ships none."""
    held = _load()
    return {key: held[key] for key in keys if key in held}


@cache
def _load() -> Mapping[bytes, Array]:
    try:
        return parse_vectors((files("cryptodesk.documents.handbook") / FILE_NAME).read_bytes())
    except (OSError, ValueError) as error:
        _LOG.info("vectors of the handbook are computed anew: %s", error)
        return {}


def pack_vectors(vectors: Mapping[bytes, Array]) -> bytes:
    """The file's content: the keys in ascending order, then each vector's scale, then the vectors as bytes.

    The same vectors give the same bytes. What an index keeps of a vector is no finer."""
    keys = sorted(vectors)
    rows = np.stack([np.asarray(vectors[key], np.float32) for key in keys])
    scales = (np.abs(rows).max(axis=1) / _REACH).astype("<f4")
    coarse = np.rint(rows / np.where(scales > 0, scales, 1.0)[:, None]).astype(np.int8)
    size = np.array(rows.shape, "<u4")
    body: bytes = _MAGIC + size.tobytes() + b"".join(keys) + scales.tobytes() + coarse.tobytes()
    return body + zlib.crc32(body).to_bytes(_CRC_BYTES, "little")


def parse_vectors(content: bytes) -> Mapping[bytes, Array]:
    """Vectors as half floats, by key. Raises: ValueError if the content is not whole."""
    body, crc = content[:-_CRC_BYTES], content[-_CRC_BYTES:]
    if not body.startswith(_MAGIC) or zlib.crc32(body).to_bytes(_CRC_BYTES, "little") != crc:
        raise ValueError(f"{FILE_NAME} is not whole")
    at = len(_MAGIC)
    count, width = map(int, np.frombuffer(body, "<u4", 2, at))
    if width != DIMENSIONS:
        raise ValueError(f"{FILE_NAME} has vectors of {width} numbers")
    at += 8
    keys = [body[start : start + _KEY_BYTES] for start in range(at, at + count * _KEY_BYTES, _KEY_BYTES)]
    at += count * _KEY_BYTES
    scales = np.frombuffer(body, "<f4", count, at)
    coarse = np.frombuffer(body, np.int8, count * width, at + scales.nbytes).reshape(count, width)
    return dict(zip(keys, (coarse * scales[:, None]).astype(np.float16), strict=True))

"""Arrays in one file, mapped into memory when read: written once, never changed."""

from __future__ import annotations

import mmap
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec
import numpy as np
import numpy.typing as npt
from msgspec import Struct

__all__ = ["Array", "ContainerError", "pack_texts", "read_arrays", "take_texts", "unpack_text", "write_arrays"]

Array = npt.NDArray[Any]

_MAGIC = b"CDARRAY1"
_ALIGNMENT = 64


class ContainerError(ValueError):
    """The file is not whole, or not one of ours."""


class _Place(Struct, frozen=True):
    name: str
    dtype: Any
    shape: tuple[int, ...]
    at: int
    size: int


def write_arrays(path: Path, arrays: Mapping[str, Array]) -> None:
    """Writes the file and sees it on disk. The path must not exist yet."""
    places = _places(arrays)
    head = msgspec.json.encode(places)
    with path.open("xb") as file:
        file.write(_MAGIC + len(head).to_bytes(8, "little") + head)
        start = _aligned(file.tell())
        for place in places:
            file.seek(start + place.at)
            file.write(np.ascontiguousarray(arrays[place.name]).data.cast("B") if place.size else b"")
        file.truncate(max(file.tell(), start))
        file.flush()
        os.fsync(file.fileno())


def _places(arrays: Mapping[str, Array]) -> list[_Place]:
    places: list[_Place] = []
    at = 0
    for name, array in arrays.items():
        dtype = array.dtype.descr if array.dtype.names else array.dtype.str
        places.append(_Place(name, dtype, array.shape, at, array.nbytes))
        at = _aligned(at + array.nbytes)
    return places


def _aligned(at: int) -> int:
    return -(-at // _ALIGNMENT) * _ALIGNMENT


def read_arrays(path: Path) -> dict[str, Array]:
    """The arrays by name, read-only; pages come in as they are looked at. Raises: ContainerError, OSError."""
    with path.open("rb") as file:
        content = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) if os.path.getsize(path) else b""
    if content[: len(_MAGIC)] != _MAGIC:
        raise ContainerError(f"{path.name}: not a file of arrays")
    size = int.from_bytes(content[8:16], "little")
    try:
        places = msgspec.json.decode(content[16 : 16 + size], type=list[_Place])
        return {place.name: _array(content, _aligned(16 + size), place) for place in places}
    except (msgspec.MsgspecError, ValueError, TypeError) as error:
        raise ContainerError(f"{path.name}: {error}") from None


def _array(content: mmap.mmap | bytes, start: int, place: _Place) -> Array:
    described = place.dtype
    dtype = np.dtype(described if isinstance(described, str) else [tuple(field) for field in described])
    count = place.size // dtype.itemsize
    return np.frombuffer(content, dtype, count, start + place.at if count else 0).reshape(place.shape)


def pack_texts(texts: Sequence[bytes]) -> tuple[Array, Array]:
    """Their bytes one after the other, and where each ends."""
    ends = np.cumsum([len(text) for text in texts], dtype=np.uint64)
    return np.frombuffer(b"".join(texts), np.uint8), ends


def take_texts(content: Array, ends: Array, numbers: Array) -> tuple[Array, Array]:
    """The bytes of these texts, one after the other, and the size of each. The numbers ascend."""
    starts = np.concatenate([np.zeros(1, np.uint64), ends[:-1]]) if len(ends) else ends
    sizes = (ends - starts)[numbers]
    if len(numbers) == len(ends):
        return content, sizes
    spans = zip(starts[numbers].tolist(), ends[numbers].tolist(), strict=True)
    pieces = [content[start:end] for start, end in spans]
    return np.concatenate([content[:0], *pieces]), sizes


def unpack_text(content: Array, ends: Array, number: int) -> bytes:
    start = int(ends[number - 1]) if number else 0
    return content[start : int(ends[number])].tobytes()

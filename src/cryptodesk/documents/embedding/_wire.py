"""Just enough of the protobuf wire format to read the tensors of an ONNX file and to write a graph.

Source: Protocol Buffers documentation, "Encoding"; ONNX IR specification, `onnx.proto` (field numbers).
"""

from __future__ import annotations

import mmap
import struct
from collections.abc import Iterator, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt
from msgspec import Struct

__all__ = ["FLOAT", "INT64", "Buffer", "Tensor", "WireError", "model", "node", "read_tensors", "value"]

FLOAT, INT64 = 1, 7

Array = npt.NDArray[Any]
Buffer: TypeAlias = bytes | mmap.mmap

_DTYPES: dict[int, type[np.generic]] = {FLOAT: np.float32, 3: np.int8, INT64: np.int64, 9: np.bool_}
_CODES = {np.dtype(dtype): code for code, dtype in _DTYPES.items()}
_VARINT, _FIXED64, _BYTES, _FIXED32 = 0, 1, 2, 5
_IR_VERSION, _OPSET = 10, 18
CONTRIBUTED = "com.microsoft"


class WireError(ValueError):
    """The bytes are not the ONNX file that was expected."""


class Tensor(Struct, frozen=True):
    """A named constant of a graph."""

    name: str
    array: Array


def read_tensors(content: Buffer) -> dict[str, Array]:
    """The constants of a model file by name; arrays look into `content`. Raises: WireError."""
    try:
        graph = next(part for field, part in _fields(memoryview(content)) if field == 7)
        return dict(_tensor_of(part) for field, part in _fields(_message(graph)) if field == 5)
    except (IndexError, StopIteration, KeyError, ValueError) as error:
        raise WireError(f"not a readable ONNX model: {error}") from None


def _tensor_of(part: int | memoryview) -> tuple[str, Array]:
    dims: list[int] = []
    name, code, raw = "", 0, memoryview(b"")
    for field, found in _fields(_message(part)):
        if field == 1:
            dims += [found] if isinstance(found, int) else list(_varints(found))
        elif field == 2 and isinstance(found, int):
            code = found
        elif field == 8:
            name = bytes(_message(found)).decode()
        elif field == 9:
            raw = _message(found)
    return name, np.frombuffer(raw, _DTYPES[code]).reshape(dims)


def _message(part: int | memoryview) -> memoryview:
    if isinstance(part, int):
        raise WireError("expected a message, found a number")
    return part


def _fields(view: memoryview) -> Iterator[tuple[int, int | memoryview]]:
    at = 0
    while at < len(view):
        tag, at = _varint(view, at)
        kind = tag & 7
        if kind == _VARINT:
            number, at = _varint(view, at)
            yield tag >> 3, number
            continue
        if kind == _BYTES:
            length, at = _varint(view, at)
        else:
            length = {_FIXED64: 8, _FIXED32: 4}[kind]
        yield tag >> 3, view[at : at + length]
        at += length


def _varints(view: memoryview) -> Iterator[int]:
    at = 0
    while at < len(view):
        number, at = _varint(view, at)
        yield number


def _varint(view: memoryview, at: int) -> tuple[int, int]:
    number = shift = 0
    while True:
        byte = view[at]
        at += 1
        number |= (byte & 0x7F) << shift
        if byte < 0x80:
            return number, at
        shift += 7


def node(op: str, inputs: Sequence[str], outputs: Sequence[str], domain: str = "", **attributes: float) -> bytes:
    """One operation. Whole numbers become integer attributes, others float ones."""
    parts = [_text(1, name) for name in inputs] + [_text(2, name) for name in outputs]
    parts += [_text(3, outputs[0]), _text(4, op)]
    parts += [_block(5, _attribute(name, number)) for name, number in attributes.items()]
    return b"".join([*parts, _text(7, domain)] if domain else parts)


def _attribute(name: str, number: float) -> bytes:
    if isinstance(number, int):
        return _text(1, name) + _number(3, number) + _number(20, 2)
    return _text(1, name) + _encode(2 << 3 | _FIXED32) + struct.pack("<f", number) + _number(20, 1)


def _constant(constant: Tensor) -> tuple[bytes, memoryview]:
    """The field of a graph that holds the constant, in two pieces: millions of weights are not copied to join them."""
    array = np.ascontiguousarray(constant.array)
    raw = array.data.cast("B") if array.size else memoryview(b"")
    dims = b"".join(_number(1, size) for size in array.shape)
    head = dims + _number(2, _CODES[array.dtype]) + _text(8, constant.name) + _opening(9, len(raw))
    return _opening(5, len(head) + len(raw)) + head, raw


def value(name: str, code: int, dims: Sequence[int | str]) -> bytes:
    """An input or output: its element type, and its sizes or their names."""
    shape = b"".join(_block(1, _number(1, dim) if isinstance(dim, int) else _text(2, dim)) for dim in dims)
    return _text(1, name) + _block(2, _block(1, _number(1, code) + _block(2, shape)))


def model(nodes: Sequence[bytes], constants: Sequence[Tensor], inputs: Sequence[bytes], output: bytes) -> bytes:
    """A whole model file."""
    graph: list[bytes | memoryview] = [_block(1, part) for part in nodes]
    graph.append(_text(2, "encoder"))
    graph += [piece for constant in constants for piece in _constant(constant)]
    graph += [*(_block(11, part) for part in inputs), _block(12, output)]
    opsets = _block(8, _number(2, _OPSET)) + _block(8, _text(1, CONTRIBUTED) + _number(2, 1))
    return b"".join([_number(1, _IR_VERSION), opsets, _opening(7, sum(map(len, graph))), *graph])


def _number(field: int, number: int) -> bytes:
    return _encode(field << 3 | _VARINT) + _encode(number & 0xFFFF_FFFF_FFFF_FFFF)


def _text(field: int, text: str) -> bytes:
    return _block(field, text.encode())


def _block(field: int, content: bytes) -> bytes:
    return _opening(field, len(content)) + content


def _opening(field: int, size: int) -> bytes:
    return _encode(field << 3 | _BYTES) + _encode(size)


def _encode(number: int) -> bytes:
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= 7
    out.append(number)
    return bytes(out)

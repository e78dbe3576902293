"""Records as bytes: JSON lines without defaults, packed some at a time."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import Any, Generic, TypeVar

import msgspec
from msgspec import NODEFAULT, structs

from cryptodesk.market.query import Record
from cryptodesk.market.records import Provenance
from cryptodesk.market.store.holdings import as_stored_mode

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

__all__ = ["RECORDS_A_PAGE", "Reader", "encode_record", "pack", "unpack"]

R = TypeVar("R", bound=Record)

# A list packed 64 at a time takes a fifth of its plain size, and one record is found in about 0.1 ms.
RECORDS_A_PAGE = 64
# A page is a few hundred kilobytes at most; more is not ours.
_LARGEST_PAGE_BYTES = 64 * 2**20

_encode = msgspec.json.Encoder().encode


def encode_record(record: Record) -> bytes:
    """One line of JSON without what is a default, so that it can still be read when fields were added."""
    held = {}
    for name, default in _defaults(type(record)):
        value = getattr(record, name)
        if value != default:
            held[name] = value
    return _encode(held)


@lru_cache(maxsize=64)
def _defaults(kind: type[Any]) -> tuple[tuple[str, object], ...]:
    return tuple(
        (field.name, field.default if field.default_factory is NODEFAULT else field.default_factory())
        for field in structs.fields(kind)
    )


@lru_cache(maxsize=64)
def _decoder(kind: type[Any]) -> msgspec.json.Decoder[Any]:
    return msgspec.json.Decoder(kind)


@lru_cache(maxsize=64)
def _shareable(kind: type[Any]) -> tuple[str, ...]:
    names = {field.name for field in structs.fields(kind)}
    return tuple(name for name in ("tags", "platform", "exchange", "category") if name in names)


def pack(lines: Sequence[bytes]) -> bytes:
    return zstd.compress(b"\n".join(lines), options={zstd.CompressionParameter.checksum_flag: 1})


def unpack(body: bytes) -> list[bytes]:
    """Raises: ValueError for a page that is damaged or of an absurd size."""
    try:
        unpacker = zstd.ZstdDecompressor()
        text = unpacker.decompress(body, _LARGEST_PAGE_BYTES)
    except zstd.ZstdError as error:
        raise ValueError(f"a page of records is damaged: {error}") from error
    if not unpacker.eof:
        raise ValueError("a page of records is cut short")
    return text.split(b"\n")


class Reader(Generic[R]):
    """Reads lines of one kind. Equal provenances, tag lists and chains of its records are one object each, which keeps
    a list of many thousands small. `unreadable` counts lines that do not fit the kind any more."""

    def __init__(self, kind: type[R]) -> None:
        self.unreadable = 0
        self._decode = _decoder(kind).decode
        self._provenances: dict[Provenance, Provenance] = {}
        self._shared: dict[Any, Any] = {}
        self._shareable = _shareable(kind)

    def read(self, line: bytes) -> R | None:
        try:
            record: R = self._decode(line)
        except msgspec.DecodeError:
            self.unreadable += 1
            return None
        self._share(record)
        return record

    def read_all(self, lines: Iterable[bytes]) -> list[R]:
        return [record for line in lines if (record := self.read(line)) is not None]

    def _share(self, record: Any) -> None:
        stored = record.provenance
        provenance = self._provenances.get(stored)
        if provenance is None:
            provenance = structs.replace(stored, mode=as_stored_mode(stored.mode))
            self._provenances[stored] = provenance
        structs.force_setattr(record, "provenance", provenance)
        for name in self._shareable:
            value = getattr(record, name)
            if value:
                structs.force_setattr(record, name, self._shared.setdefault(value, value))

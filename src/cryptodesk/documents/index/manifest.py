"""The manifest: which files are the index. It is replaced whole and last, so a reader sees one state or the other."""

from __future__ import annotations

import os
import zlib
from collections.abc import Iterable
from pathlib import Path

import msgspec
from msgspec import Struct

__all__ = [
    "FORMAT",
    "FileSeal",
    "IndexDamaged",
    "Manifest",
    "load_manifest",
    "save_manifest",
    "seal",
    "stamp",
    "verify",
]

FORMAT = 1

_NAME = "manifest.json"
_BLOCK_BYTES = 1 << 20


class IndexDamaged(ValueError):
    """The files are not those of a whole index of this version. The message says what is wrong."""


class FileSeal(Struct, frozen=True):
    """What a file held when it was written. `crc` is CRC-32 of all of it: it finds damage, not malice."""

    size: int
    crc: int


class Manifest(Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """One state of the index. `parts` are in ascending order of their keys, every key is below `next_key`, `model` is
    empty before there is any passage. `gone` holds the keys that are no longer found, `given_up` counts
    passages whose text could not be embedded although others could."""

    format: int = FORMAT
    generation: int = 0
    model: str = ""
    next_key: int = 0
    parts: tuple[str, ...] = ()
    texts: str = ""
    gone: str | None = None
    given_up: int = 0
    files: dict[str, FileSeal] = {}


def load_manifest(folder: Path) -> Manifest | None:
    """None if there is none yet. Raises: IndexDamaged."""
    try:
        content = (folder / _NAME).read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise IndexDamaged(f"the manifest cannot be read: {error.strerror}") from None
    body, _, crc = content.rpartition(b"\n")
    if not body or f"{zlib.crc32(body):08x}".encode() != crc:
        raise IndexDamaged("the manifest is not whole")
    try:
        manifest = msgspec.json.decode(body, type=Manifest)
    except msgspec.MsgspecError as error:
        raise IndexDamaged(f"the manifest is of another version: {error}") from None
    if manifest.format != FORMAT:
        raise IndexDamaged(f"the index has format {manifest.format}, this version reads {FORMAT}")
    return manifest


def save_manifest(folder: Path, manifest: Manifest) -> None:
    """Replaces the manifest; after a crash there is the old one or the new one."""
    body = msgspec.json.encode(manifest)
    draft = folder / f"{_NAME}.new"
    with draft.open("wb") as file:
        file.write(body + b"\n" + f"{zlib.crc32(body):08x}".encode())
        file.flush()
        os.fsync(file.fileno())
    os.replace(draft, folder / _NAME)
    _sync_folder(folder)


def _sync_folder(folder: Path) -> None:
    if os.name == "nt":  # a folder cannot be opened there, and renames are on disk when they return
        return
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def stamp(folder: Path) -> tuple[int, int] | None:
    """Changes when the manifest was replaced; None without one."""
    try:
        status = os.stat(folder / _NAME)
    except OSError:
        return None
    return status.st_mtime_ns, status.st_ino


def seal(folder: Path, names: Iterable[str]) -> dict[str, FileSeal]:
    """Of files just written."""
    return {name: _seal(folder / name) for name in names}


def verify(folder: Path, manifest: Manifest) -> None:
    """Reads every file. Raises: IndexDamaged for the first that is missing or differs."""
    for name, expected in manifest.files.items():
        try:
            if os.path.getsize(folder / name) != expected.size or _seal(folder / name) != expected:
                raise IndexDamaged(f"{name} is damaged")
        except OSError as error:
            raise IndexDamaged(f"{name} cannot be read: {error.strerror}") from None


def _seal(path: Path) -> FileSeal:
    crc = size = 0
    with path.open("rb") as file:
        while block := file.read(_BLOCK_BYTES):
            crc = zlib.crc32(block, crc)
            size += len(block)
    return FileSeal(size, crc)

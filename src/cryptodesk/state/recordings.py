"""Recordings of runs in files of their own: appended in batches, found by run id, deleted a file at a time.

A file ("segment") belongs to the process that writes it, so no two processes wait for each other. It begins with what
all its runs have in common. Each frame has its length, a checksum and the run's id before it; what a killed process
left half-written at the end is passed over."""

from __future__ import annotations

import logging
import os
import re
import struct
import zlib
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import IO

from msgspec import Struct

from cryptodesk.core.errors import InternalError

__all__ = ["SEGMENT_BYTES", "RecordingStore", "StoredRecording"]

log = logging.getLogger("cryptodesk.state.recordings")

SEGMENT_BYTES = 32 * 2**20
_MAGIC = b"cryptodesk recordings 1\n"
_HEAD = struct.Struct("<II16s")
_COMMON = bytes(16)
_NAME = re.compile(r"(?P<begun_ms>[0-9]{13})-[0-9a-f]{8}\.rec")
_RUN_ID = re.compile(r"[0-9a-f]{32}")
_LONGEST_FRAME = 2**30


class StoredRecording(Struct, frozen=True):
    """One run's bytes, and those that its segment begins with."""

    run_id: str
    common: bytes
    body: bytes


class RecordingStore:
    """`most_bytes` bounds all segments together: the oldest go first. Not for several threads at once."""

    def __init__(self, folder: Path, *, retention_seconds: float, most_bytes: int) -> None:
        self._folder = folder
        self._retention_seconds = retention_seconds
        self._most_bytes = most_bytes
        self._file: IO[bytes] | None = None
        self._path: Path | None = None
        self._written = 0

    def append(self, common: bytes, frames: Sequence[tuple[str, bytes]], now: float) -> None:
        """One write for all of them. Raises: OSError."""
        if not frames:
            return
        if self._file is not None and self._written >= SEGMENT_BYTES:
            self.close()
            self.purge(now)
        if self._file is None:
            self._file = self._begin(common, now)
        pieces = [piece for run_id, body in frames for piece in (_frame_head(bytes.fromhex(run_id), body), body)]
        self._written += self._file.write(b"".join(pieces))

    def close(self) -> None:
        if self._file is not None:
            self._file.close()
            self._file = self._path = None
            self._written = 0

    def find(self, run_id: str) -> StoredRecording | None:
        """The latest of this run's; None where there is none, or not any more.

        Raises: InternalError if it is not what was written."""
        if not _RUN_ID.fullmatch(run_id):
            return None
        wanted, begun_at = bytes.fromhex(run_id), int(run_id[:12], 16) / 1000
        for path in reversed(self._segments()):
            # What was written last is later than each of the segment's runs began; a second for a coarse file clock.
            if path.stat().st_mtime + 1 >= begun_at and (found := _find_in(path, wanted)) is not None:
                return found
        return None

    def run_ids(self) -> Iterator[str]:
        """Of all runs that are kept, the oldest first."""
        for path in self._segments():
            with path.open("rb") as file:
                for name, _, _ in _frames(file):
                    if name != _COMMON:
                        yield name.hex()

    def purge(self, now: float) -> int:
        """How many segments were deleted: those past their retention, then the oldest of too many bytes."""
        deleted = 0
        kept: list[tuple[Path, int]] = []
        for path in self._segments():
            found = path.stat()
            if path != self._path and found.st_mtime <= now - self._retention_seconds:
                deleted += _delete(path)
            else:
                kept.append((path, found.st_size))
        total = sum(size for _, size in kept)
        for path, size in kept:
            if total <= self._most_bytes or path == self._path:
                break
            deleted += _delete(path)
            total -= size
        return deleted

    def _segments(self) -> list[Path]:
        try:
            names = os.listdir(self._folder)
        except OSError:
            return []
        return [self._folder / name for name in sorted(names) if _NAME.fullmatch(name)]

    def _begin(self, common: bytes, now: float) -> IO[bytes]:
        self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        path = self._folder / f"{int(now * 1000):013d}-{os.urandom(4).hex()}.rec"
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        file = os.fdopen(descriptor, "wb", buffering=0)
        self._path = path
        self._written = file.write(_MAGIC + _frame_head(_COMMON, common) + common)
        return file


def _frame_head(name: bytes, body: bytes) -> bytes:
    return _HEAD.pack(len(body), zlib.crc32(body), name)


def _find_in(path: Path, wanted: bytes) -> StoredRecording | None:
    common, found = b"", None
    try:
        with path.open("rb") as file:
            for name, at, size in _frames(file):
                if name in (_COMMON, wanted):
                    body = _body(file, at, size)
                    if name == _COMMON:
                        common = body
                    else:
                        found = StoredRecording(wanted.hex(), common, body)
    except OSError:
        return None  # deleted a moment ago by whoever purges
    return found


def _frames(file: IO[bytes]) -> Iterator[tuple[bytes, int, int]]:
    """Name, place and size of each whole frame; the file may be read elsewhere in between."""
    if file.read(len(_MAGIC)) != _MAGIC:
        log.warning("%s is no file of recordings of this version: passed over", getattr(file, "name", "?"))
        return
    at, end = len(_MAGIC), os.fstat(file.fileno()).st_size
    while at + _HEAD.size <= end:
        file.seek(at)
        size, _, name = _HEAD.unpack(file.read(_HEAD.size))
        at += _HEAD.size
        if size > _LONGEST_FRAME or at + size > end:
            return
        yield name, at, size
        at += size


def _body(file: IO[bytes], at: int, size: int) -> bytes:
    """Raises: InternalError if it is not what was written."""
    file.seek(at - _HEAD.size)
    _, checksum, _ = _HEAD.unpack(file.read(_HEAD.size))
    body = file.read(size)
    if zlib.crc32(body) != checksum:
        raise InternalError("a recording of this run was changed after it was written, or the disk is damaged")
    return body


def _delete(path: Path) -> int:
    try:
        path.unlink()
    except OSError:
        return 0  # somebody else did
    return 1

"""Disks for a data folder that can be filled, freed and made read-only: a small tmpfs where this user may mount one."""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

if sys.platform != "win32":
    import resource

__all__ = ["Disk", "may_mount", "remount", "small_disk"]

_MEGABYTES = 48
_PIECE = bytes(64 * 1024)
_BALLAST = "ballast"


class Disk:
    """`folder` is the data folder on it; `kind` says in words what it is. `is_real`: it is full for whoever comes."""

    is_real = False

    def __init__(self, folder: Path, kind: str) -> None:
        self.folder = folder
        self.kind = kind

    def fill(self, pid: int) -> None:
        """Leaves no room for a byte, at least for the process `pid`."""
        raise NotImplementedError

    def free(self, pid: int | None) -> None:
        """`pid` is None where the process that had no room is gone."""
        raise NotImplementedError


class _Mounted(Disk):
    is_real = True

    def fill(self, pid: int) -> None:
        with (self.folder.parent / _BALLAST).open("ab", buffering=0) as ballast, contextlib.suppress(OSError):
            piece = _PIECE
            while piece:
                try:
                    ballast.write(piece)
                except OSError:
                    piece = piece[: len(piece) // 2]

    def free(self, pid: int | None) -> None:
        (self.folder.parent / _BALLAST).unlink(missing_ok=True)


class _Limited(Disk):
    """Every write of the process to a file fails: the limit of a file's size is put to nothing from outside."""

    def fill(self, pid: int) -> None:
        resource.prlimit(pid, resource.RLIMIT_FSIZE, (0, resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]))

    def free(self, pid: int | None) -> None:
        if pid is not None:
            hard = resource.prlimit(pid, resource.RLIMIT_FSIZE)[1]
            resource.prlimit(pid, resource.RLIMIT_FSIZE, (hard, hard))


def may_mount(folder: Path) -> bool:
    """Whether this user may mount a small tmpfs. Leaves nothing behind."""
    if os.name != "posix" or os.geteuid() != 0 or not sys.platform.startswith("linux"):
        return False
    trial = folder / "trial"
    trial.mkdir()
    try:
        return _mount(trial) and _unmount(trial)
    finally:
        trial.rmdir()


@contextmanager
def small_disk(folder: Path, *, mounts: bool | None = None) -> Iterator[Disk]:
    """With an empty data folder. `mounts` says which kind; by itself, a tmpfs where one may be mounted."""
    place = folder / "disk"
    place.mkdir()
    if may_mount(folder) if mounts is None else mounts:
        _mount(place)
        try:
            (place / "home").mkdir()
            yield _Mounted(place / "home", f"a tmpfs of {_MEGABYTES} MB, filled to the last byte")
        finally:
            _unmount(place)
    else:
        (place / "home").mkdir()
        yield _Limited(place / "home", "no write to any file succeeds (RLIMIT_FSIZE 0, set from outside)")


def _mount(place: Path) -> bool:
    return _call("mount", "-t", "tmpfs", "-o", f"size={_MEGABYTES}m,mode=0700", "tmpfs", str(place))


def remount(place: Path, *, read_only: bool) -> bool:
    """Whether it could be done: nobody may have a file open for writing."""
    return _call("mount", "-o", f"remount,{'ro' if read_only else 'rw'}", str(place))


def _unmount(place: Path) -> bool:
    return _call("umount", str(place)) or _call("umount", "--lazy", str(place))


def _call(program: str, *arguments: str) -> bool:
    found = shutil.which(program)
    if found is None:
        return False
    return subprocess.run([found, *arguments], capture_output=True, check=False).returncode == 0

"""Tells a server whether it is the only one on its data folder."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Protocol, Self

from cryptodesk.core.errors import InternalError

if sys.platform != "win32":
    import fcntl

__all__ = ["FolderPresence", "Presence"]

_FILE_NAME = "servers.lock"


class Presence(Protocol):
    """A `with` block in which this process is known to serve. `is_sole` says whether, on entering, no other did."""

    @property
    def is_sole(self) -> bool: ...

    def __enter__(self) -> Self: ...

    def __exit__(self, *_: object) -> None: ...


class FolderPresence:
    """A `with` block in which this process is known to serve the folder. `is_sole` says whether, on entering, no other
    process did: only then is a claim in the database surely a dead process's, if it is acted on before serving.

    The system forgets the lock when the process ends, however it ends. Nobody is ever kept from serving. Where the
    system has no `flock` nobody is known to be alone, and abandoned claims wait until they lapse."""

    def __init__(self, folder: Path) -> None:
        self.is_sole = False
        self._path = folder / _FILE_NAME
        self._descriptor: int | None = None

    def __enter__(self) -> FolderPresence:
        """Raises: InternalError if the folder cannot be written."""
        try:
            self._path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            self._descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            self.is_sole = _share(self._descriptor)
        except OSError as error:
            raise InternalError(f"the data folder {str(self._path.parent)!r} cannot be used: {error}") from error
        return self

    def __exit__(self, *_: object) -> None:
        self.is_sole = False
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


if sys.platform == "win32":

    def _share(descriptor: int) -> bool:
        return False

else:

    def _share(descriptor: int) -> bool:
        """Takes the lock that all servers share; whether nobody else held it."""
        try:
            # Whoever holds the shared lock refuses the exclusive one, so getting it proves to be alone.
            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            is_sole = False
        else:
            is_sole = True
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return is_sole

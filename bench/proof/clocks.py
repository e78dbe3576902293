"""A wall clock for servers that can be put forward and back under them, all at once."""

from __future__ import annotations

import mmap
import os
import shutil
import struct
import subprocess
import sys
import time
from pathlib import Path

__all__ = ["MovableClock", "build_shim"]

_SOURCE = Path(__file__).with_name("clock_shim.c")


def build_shim(folder: Path) -> Path | str:
    """The library, built in the folder; or why there is none."""
    compiler = shutil.which(os.environ.get("CC", "cc"))
    if not sys.platform.startswith("linux") or compiler is None:
        return "needs Linux and a C compiler (cc, or CC)"
    library = folder / "clock_shim.so"
    command = [compiler, "-O2", "-shared", "-fPIC", "-o", str(library), str(_SOURCE)]
    built = subprocess.run(command, capture_output=True, text=True, check=False)
    return f"the clock could not be built: {built.stderr[-300:]}" if built.returncode else library


class MovableClock:
    """`environment` is what servers are started with. The clock of whoever makes it stays right."""

    def __init__(self, folder: Path, library: Path) -> None:
        path = folder / "clock"
        path.write_bytes(bytes(8))
        self.environment = {"LD_PRELOAD": str(library), "PROOF_CLOCK": str(path)}
        with path.open("r+b") as file:
            self._offset = mmap.mmap(file.fileno(), 8)
        self._ahead_ns = 0

    @property
    def ahead_seconds(self) -> float:
        return self._ahead_ns / 1e9

    def put(self, ahead_seconds: float) -> None:
        """So far before the right time; behind it where negative."""
        self._ahead_ns = round(ahead_seconds * 1e9)
        self._offset[:8] = struct.pack("=q", self._ahead_ns)

    def unix(self) -> float:
        """What the servers take for the present."""
        return time.time() + self.ahead_seconds

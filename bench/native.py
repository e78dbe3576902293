"""The mock upstream and the load driver: built from C once, started, and their results read."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Sequence
from pathlib import Path

import msgspec

from bench.machine import Cores, ProcessGroup, spawn

__all__ = [
    "BEGIN_MARK",
    "END_MARK",
    "BenchError",
    "Latency",
    "LoadResult",
    "build",
    "build_folder",
    "hold_command",
    "load_command",
    "start_mock",
]

SOURCES = Path(__file__).parent
BEGIN_MARK = "mock-answer-begins"
END_MARK = "mock-answer-ends"


class BenchError(Exception):
    """The bench cannot run or go on; the message says what would help."""


class Latency(msgspec.Struct, frozen=True):
    """Milliseconds, nearest rank."""

    p50: float
    p90: float
    p99: float
    mean: float


class LoadResult(msgspec.Struct, frozen=True):
    """What one run of the driver saw in its window. Latencies are None when no good answer came."""

    answers: int
    errors: int
    seconds: float
    bytes_per_answer: float
    window_bytes: int
    total_ms: Latency | None
    begin_ms: Latency | None
    first_error: str = ""

    @property
    def work(self) -> float:
        """Good answers' worth of bytes that came in the window: an answer it cuts counts by its part, so that a
        stream as long as a fifth of the window is not counted as 4 one time and 5 the next."""
        is_clean = self.errors == 0 and self.answers > 0
        return self.window_bytes / self.bytes_per_answer if is_clean else float(self.answers)

    @property
    def rate(self) -> float:
        """Good answers per second."""
        return self.work / self.seconds if self.seconds > 0 else 0.0


def build_folder() -> Path:
    return SOURCES / "bin"


def build(folder: Path | None = None) -> Path:
    """The folder with `mock` and `load`, compiled again when their source is newer. Raises: BenchError."""
    folder = folder or build_folder()
    compiler = shutil.which(os.environ.get("CC", "cc"))
    folder.mkdir(parents=True, exist_ok=True)
    for name in ("mock", "load"):
        source, binary = SOURCES / f"{name}.c", folder / name
        if binary.exists() and binary.stat().st_mtime >= source.stat().st_mtime:
            continue
        if compiler is None:
            raise BenchError("no C compiler: the mock upstream and the load driver are C. Install one (cc) or set CC.")
        built = subprocess.run(
            [compiler, "-O2", "-Wall", "-o", str(binary), str(source), "-lm"],
            capture_output=True,
            text=True,
            check=False,
        )
        if built.returncode:
            raise BenchError(f"{compiler} could not compile {source.name} (Linux is needed):\n{built.stderr}")
    return folder


def start_mock(folder: Path, cores: Cores, log: Path) -> tuple[ProcessGroup, int]:
    """The running mock and its port."""
    mock = spawn([str(folder / "mock")], core=cores.driver, log=log, pipes=True)
    assert mock.process.stdout is not None
    line = mock.process.stdout.readline()
    if not line.strip().isdigit():
        mock.stop()
        raise BenchError(f"the mock upstream did not start: {log.read_text(errors='replace')[-400:]!r}")
    return mock, int(line)


def load_command(
    folder: Path,
    *,
    port: int,
    path: str,
    body: Path,
    headers: Sequence[str],
    holds: Sequence[str],
    frames: int,
    connections: int,
    warm_seconds: float,
    seconds: float,
) -> list[str]:
    command = [str(folder / "load"), f"--port={port}", f"--path={path}", f"--body={body}"]
    command += [f"--connections={connections}", f"--warm={warm_seconds:g}", f"--seconds={seconds:g}"]
    command += [f"--begin={BEGIN_MARK}", f"--frames={frames}"]
    command += [f"--holds={text}" for text in (END_MARK, *holds)]
    return command + [f"--header={header}" for header in headers]


def hold_command(command: list[str]) -> list[str]:
    """The same request once a connection, kept open until the driver's standard input ends."""
    return [*command, "--hold"]

"""What is measured outside the load runs: memory, and the time from start to the first good answer."""

from __future__ import annotations

import contextlib
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median

import msgspec
from msgspec import Struct

from bench.machine import Cores, spawn
from bench.native import BenchError, hold_command
from bench.servers import Server, free_port, last_lines, start_server, wait_for_answer
from bench.targets import HELD, PRODUCT_KEY, Target, product_environment

__all__ = ["Memory", "Starts", "measure_memory", "measure_starts"]

QUICK_START = {"model": "cmc-ai-v1-gpt-5.1", "messages": [{"role": "user", "content": "What is Bitcoin?"}]}
ASKED = "What is the price of Bitcoin and Ethereum?"


class Memory(Struct, frozen=True):
    """Bytes resident: after the first answer, and what each of `open_streams` adds on top of as many.
    `start_seconds` is the time to that answer."""

    target: str
    start_seconds: float
    idle_bytes: int
    open_streams: int
    stream_bytes: float | None
    problem: str = ""


class Starts(Struct, frozen=True):
    """Seconds from the start of the process, each the median of `runs`; None where it failed, with the reason."""

    runs: int
    fresh_seconds: float | None = None
    prepared_seconds: float | None = None
    ask_seconds: float | None = None
    problems: tuple[str, ...] = ()


def measure_memory(target: Target, upstream: str, cores: Cores, binaries: Path, scratch: Path, streams: int) -> Memory:
    """Of a server of its own: one that was under load has memory that it keeps. Raises: BenchError."""
    server = start_server(target, upstream, cores, scratch)
    try:
        assert server.group is not None
        assert server.start_seconds is not None
        server.group.wait_until_idle()
        with contextlib.suppress(BenchError), _open_streams(server, binaries, cores, 1):
            pass  # what the first stream loads is no cost of a stream
        server.group.wait_until_idle()
        idle = server.group.resident_bytes()
        try:
            # The first ones live on memory that starting has left free: the cost of one is seen on top of them.
            with _open_streams(server, binaries, cores, streams):
                before = server.group.resident_bytes()
                with _open_streams(server, binaries, cores, streams):
                    added = server.group.resident_bytes() - before
        except BenchError as error:
            return Memory(target.name, server.start_seconds, idle, streams, None, str(error))
        return Memory(target.name, server.start_seconds, idle, streams, max(0, added) / streams)
    finally:
        server.stop()


@contextlib.contextmanager
def _open_streams(server: Server, binaries: Path, cores: Cores, count: int) -> Iterator[None]:
    """`count` streams that have begun to answer, for the time of the context. Raises: BenchError."""
    command = hold_command(server.command(binaries, HELD, connections=count, warm_seconds=0, seconds=40))
    driver = spawn(command, core=cores.driver, log=server.place.folder / "hold.log", pipes=True)
    watchdog = threading.Timer(60, driver.process.kill)
    watchdog.start()
    try:
        assert driver.process.stdout is not None
        line = driver.process.stdout.readline()
        if not line.startswith(b"open "):
            raise BenchError(f"{count} streams could not be opened: {line.decode(errors='replace').strip()}")
        yield
    finally:
        watchdog.cancel()
        driver.stop()


def measure_starts(scratch: Path, runs: int) -> Starts:
    """The product alone, with nothing set but its data folder: the analyst answers. Not pinned, as for a user."""
    problems: list[str] = []

    def timed(what: str, run: Callable[[], float]) -> float | None:
        try:
            return median(run() for _ in range(runs))
        except (BenchError, subprocess.TimeoutExpired) as error:
            problems.append(f"{what}: {error}")
            return None

    prepared = Path(tempfile.mkdtemp(prefix="prepared-", dir=scratch))
    return Starts(
        runs,
        fresh_seconds=timed("start on a fresh home", lambda: _start_seconds(scratch, None)),
        prepared_seconds=timed("start on a prepared home", lambda: _prepared_seconds(scratch, prepared)),
        ask_seconds=timed("ask", lambda: _ask_seconds(prepared)),
        problems=tuple(problems),
    )


def _prepared_seconds(scratch: Path, home: Path) -> float:
    if not any(home.iterdir()):
        _start_seconds(scratch, home)
    return _start_seconds(scratch, home)


def _start_seconds(scratch: Path, home: Path | None) -> float:
    place = home or Path(tempfile.mkdtemp(prefix="fresh-", dir=scratch))
    port, log = free_port(), scratch / "start.log"
    began = time.monotonic()
    group = spawn(
        [sys.executable, "-m", "cryptodesk", "serve"],
        core=None,
        log=log,
        env=product_environment(place, port),
        folder=scratch,
    )
    try:
        key = (f"X-CMC_PRO_API_KEY: {PRODUCT_KEY}",)
        path = "/v1/chat/completions"
        wait_for_answer(group, port, path, key, msgspec.json.encode(QUICK_START), b'"finish_reason":"stop"', 30)
        return time.monotonic() - began
    except BenchError as error:
        raise BenchError(f"{error}{last_lines(log)}") from None
    finally:
        group.stop()
        if home is None:
            shutil.rmtree(place, ignore_errors=True)


def _ask_seconds(home: Path) -> float:
    began = time.monotonic()
    answered = subprocess.run(
        [sys.executable, "-m", "cryptodesk", "ask", ASKED],
        env=product_environment(home),
        cwd=home,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        timeout=30,
        check=False,
    )
    seconds = time.monotonic() - began
    if answered.returncode or b"Bitcoin" not in answered.stdout:
        said = answered.stderr.decode(errors="replace").strip().splitlines() or ["nothing on standard error"]
        raise BenchError(f"`cryptodesk ask` gave status {answered.returncode}: {said[-1]}")
    return seconds

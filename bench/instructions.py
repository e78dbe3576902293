"""`python -m bench.instructions [mode]`: how many instructions an answer takes, as valgrind counts them.

Times on a machine that others use differ by a tenth and more from run to run, instructions by less than a hundredth: a
change of a few per cent shows. What they leave out: the kernel's work, the disk, and what caches miss."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from msgspec import Struct
from msgspec.structs import replace

from bench.machine import Cores, choose_cores
from bench.native import BenchError, LoadResult, build, start_mock
from bench.rounds import read_result
from bench.servers import Server, start_server
from bench.targets import FLOOR, MODES, PRODUCT, YARDSTICK, Launch, Mode, Place, Target

__all__ = ["Instructions", "count", "main", "read_threads", "table"]

CONNECTIONS = 16
WARM_SECONDS = 3.0
SECONDS = 12.0
# Under valgrind everything takes some thirty times as long.
START_SECONDS = 240.0
# What a server does once after its start, texts read into an empty store above all, is no part of an answer.
SETTLE_SECONDS = 8.0
_THREAD = re.compile(r"-(\d+)$")
_OUT = "calls"


class Instructions(Struct, frozen=True):
    """Of one answer, in thousands: of the thread with the event loop, and of all others together."""

    target: str
    loop: float
    others: float

    @property
    def total(self) -> float:
        return self.loop + self.others


def count(target: Target, mode: Mode, upstream: str, cores: Cores, binaries: Path, scratch: Path) -> Instructions:
    """Raises: BenchError."""

    def launch(place: Place) -> Launch:
        assert target.launch is not None
        plain = target.launch(place)
        options = ["--tool=callgrind", "--instr-atstart=no", "--separate-threads=yes"]
        options += [f"--callgrind-out-file={place.folder / _OUT}", f"--log-file={place.folder / 'valgrind.log'}"]
        return Launch(["valgrind", *options, *plain.command], plain.env)

    slow = replace(target, launch=launch, start_limit_seconds=START_SECONDS)
    server = start_server(slow, upstream, cores, scratch)
    try:
        time.sleep(SETTLE_SECONDS)
        _load(server, binaries, mode, WARM_SECONDS)
        _control(server, "--instr=on")
        loaded = _load(server, binaries, mode, SECONDS)
        _control(server, "--instr=off")
        _control(server, "--dump")
        threads = read_threads(server.place.folder)
    finally:
        server.stop()
    first = min(threads)
    thousands = {thread: instructions / loaded.work / 1e3 for thread, instructions in threads.items()}
    return Instructions(target.name, thousands[first], sum(thousands.values()) - thousands[first])


def _load(server: Server, binaries: Path, mode: Mode, seconds: float) -> LoadResult:
    command = server.command(binaries, mode, connections=CONNECTIONS, warm_seconds=0, seconds=seconds)
    said = subprocess.run(command, check=True, capture_output=True, timeout=seconds + 60).stdout
    loaded = read_result(said.strip().splitlines()[-1])
    if loaded.errors or not loaded.answers:
        raise BenchError(f"{server.name}: {loaded.answers} answers, {loaded.errors} errors {loaded.first_error}")
    return loaded


def _control(server: Server, order: str) -> None:
    assert server.group is not None
    command = ["callgrind_control", order, str(server.group.leader)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
    if done.returncode:
        raise BenchError(f"callgrind_control {order} failed: {(done.stderr or done.stdout).strip()}")


def read_threads(folder: Path) -> dict[int, int]:
    """Instructions by thread, in the order in which they were started: the most that any dump of a thread says."""
    found: dict[int, int] = {}
    for file in folder.glob(f"{_OUT}*"):
        thread = _THREAD.search(file.name)
        for line in file.read_text().splitlines() if thread else ():
            if thread and line.startswith("totals:"):
                number = int(thread[1])
                found[number] = max(found.get(number, 0), int(line.split()[1]))
    if not found:
        raise BenchError("valgrind wrote no counts")
    return found


def table(counted: Sequence[Instructions]) -> str:
    """The first is what the others are divided by."""
    base = counted[0].total
    lines = ["| target | event loop, thousands | other threads | together |", "|---|--:|--:|--:|"]
    lines += [
        f"| {each.target} | {each.loop:,.0f} | {each.others:,.0f} | {each.total:,.0f} ({each.total / base:.2f}x) |"
        for each in counted
    ]
    return "\n".join(lines)


def main() -> int:
    name = sys.argv[1] if len(sys.argv) > 1 else "buffered"
    if name not in MODES:
        print(f"bench.instructions: the mode is one of {', '.join(MODES)}, got {name!r}", file=sys.stderr)
        return 2
    if shutil.which("valgrind") is None:
        print("bench.instructions: needs valgrind, a package of most systems", file=sys.stderr)
        return 2
    try:
        cores, binaries = choose_cores(), build()
        with tempfile.TemporaryDirectory(prefix="bench-instructions-") as folder:
            scratch = Path(folder)
            mock, port = start_mock(binaries, cores, scratch / "mock.log")
            try:
                upstream = f"http://127.0.0.1:{port}/v1"
                targets = (YARDSTICK, FLOOR, PRODUCT)
                counted = [count(target, MODES[name], upstream, cores, binaries, scratch) for target in targets]
            finally:
                mock.stop()
    except BenchError as error:
        print(f"bench.instructions: {error}", file=sys.stderr)
        return 2
    print(f"{name}, {CONNECTIONS} connections: instructions of an answer\n\n{table(counted)}")
    return 0


if __name__ == "__main__":
    sys.exit(main())

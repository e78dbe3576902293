"""The load runs: all targets in turn under each load, so that other work on the machine hits all alike."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import msgspec
from msgspec import Struct

from bench.machine import Cores, CpuClock, host_busy_seconds, spawn
from bench.native import BenchError, LoadResult
from bench.servers import Server
from bench.targets import Mode

__all__ = ["Plan", "Sample", "read_result", "rotate", "run_rounds"]


class Plan(Struct, frozen=True):
    modes: tuple[Mode, ...]
    connections: tuple[int, ...]
    rounds: int
    warm_seconds: float
    seconds: float

    def warm_seconds_for(self, connections: int) -> float:
        """Longer for many: a server opens one connection to its upstream for each, and that is not what is measured."""
        return self.warm_seconds + connections / 400


class Sample(Struct, frozen=True):
    """One target under one load in one round. `others_ratio` is the share of the server core that processes
    outside the bench used meanwhile: where it is high the rates of that cell say little."""

    round: int
    mode: str
    connections: int
    target: str
    load: LoadResult
    cpu_us: float | None
    resident_bytes: int | None
    others_ratio: float | None


def rotate(names: Sequence[Server], by: int) -> list[Server]:
    """The same servers, another one first each round: none is always measured after the same neighbour."""
    shift = by % len(names)
    return [*names[shift:], *names[:shift]]


def read_result(line: bytes) -> LoadResult:
    """Raises: BenchError if the driver printed something else."""
    try:
        return msgspec.json.decode(line, type=LoadResult)
    except msgspec.MsgspecError as error:
        raise BenchError(f"the load driver printed {line[:200]!r}: {error}") from None


def run_rounds(
    plan: Plan, servers: Sequence[Server], cores: Cores, binaries: Path, log: Path, tell: Callable[[str], None]
) -> Iterator[Sample]:
    for number in range(plan.rounds):
        for mode in plan.modes:
            for connections in plan.connections:
                tell(f"round {number + 1}/{plan.rounds}: {mode.name}, {connections} connections")
                for server in rotate(servers, number):
                    yield _measure(plan, number, mode, connections, server, cores, binaries, log)


def _measure(
    plan: Plan, number: int, mode: Mode, connections: int, server: Server, cores: Cores, binaries: Path, log: Path
) -> Sample:
    warm_seconds = plan.warm_seconds_for(connections)
    command = server.command(binaries, mode, connections=connections, warm_seconds=warm_seconds, seconds=plan.seconds)
    driver = spawn(command, core=cores.driver, log=log, pipes=True)
    # The driver bounds itself; this is for the case that it cannot.
    watchdog = threading.Timer(warm_seconds + plan.seconds + 30, driver.process.kill)
    watchdog.start()
    try:
        output = driver.process.stdout
        assert output is not None
        _expect(output.readline(), b"begin\n", log)
        clock = CpuClock(server.group.leader) if server.group else None
        busy_before = host_busy_seconds(cores.server)
        _expect(output.readline(), b"end\n", log)
        cpu_seconds = clock.seconds() if clock else None
        busy = host_busy_seconds(cores.server) - busy_before
        resident = server.group.resident_bytes() if server.group else None
        load = read_result(output.readline())
    finally:
        watchdog.cancel()
        driver.stop()
    if server.group:
        server.group.wait_until_idle()  # what it still does for answers nobody waits for is not the next one's cost
    return Sample(
        round=number,
        mode=mode.name,
        connections=connections,
        target=server.name,
        load=load,
        cpu_us=cpu_seconds / load.work * 1e6 if cpu_seconds is not None and load.work else None,
        resident_bytes=resident,
        others_ratio=max(0.0, busy - cpu_seconds) / load.seconds
        if cpu_seconds is not None and cores.server is not None and load.seconds
        else None,
    )


def _expect(line: bytes, wanted: bytes, log: Path) -> None:
    if line != wanted:
        raise BenchError(f"the load driver printed {line!r} for {wanted!r}: {log.read_text(errors='replace')[-400:]}")

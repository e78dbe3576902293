"""Processes and what they cost: groups to start and stop, cores to pin to, CPU and memory read from /proc. Linux."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import IO

from msgspec import Struct

__all__ = ["Cores", "CpuClock", "ProcessGroup", "choose_cores", "group_pids", "host_busy_seconds", "spawn"]

PROC = Path("/proc")
TICKS_PER_SECOND = os.sysconf("SC_CLK_TCK")
PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")


class Cores(Struct, frozen=True):
    """Where servers run, and where mock, driver and the bench itself run. None: wherever the kernel likes."""

    server: int | None
    driver: int | None


def choose_cores(*, pin: bool = True) -> Cores:
    """The first two cores this process may use; no pinning when there is only one."""
    if not pin or not hasattr(os, "sched_setaffinity"):
        return Cores(None, None)
    allowed = sorted(os.sched_getaffinity(0))
    return Cores(allowed[0], allowed[1]) if len(allowed) > 1 else Cores(None, None)


@contextlib.contextmanager
def _on_core(core: int | None) -> Iterator[None]:
    """A child inherits the affinity of its parent at the moment it is started."""
    if core is None:
        yield
        return
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, {core})
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _stat_fields(pid: int) -> list[str]:
    text = (PROC / str(pid) / "stat").read_text()
    return text[text.rindex(")") + 2 :].split()  # the name in parentheses may hold spaces


def group_pids(leader: int) -> list[int]:
    """Live processes of the session or process group `leader` leads."""
    found = []
    for entry in PROC.iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError):
                fields = _stat_fields(int(entry.name))
                if str(leader) in (fields[2], fields[3]) and fields[0] != "Z":
                    found.append(int(entry.name))
    return found


class CpuClock:
    """CPU seconds a process group uses, from the moment this is made.

    Reads nanoseconds a thread; a thread that ends takes its share with it, so the coarser count of whole
    processes (ticks, user and system) is used where it is higher by more than its own resolution."""

    def __init__(self, leader: int) -> None:
        self._leader = leader
        self._threads = _thread_seconds(leader)
        self._ticks = _tick_seconds(leader)

    def seconds(self) -> float:
        threads = sum(
            seconds - self._threads.get(thread, 0.0) for thread, seconds in _thread_seconds(self._leader).items()
        )
        ticks = _tick_seconds(self._leader) - self._ticks
        return ticks if ticks > threads + 4 / TICKS_PER_SECOND else threads


def _thread_seconds(leader: int) -> dict[int, float]:
    found: dict[int, float] = {}
    for pid in group_pids(leader):
        with contextlib.suppress(OSError):
            for task in (PROC / str(pid) / "task").iterdir():
                with contextlib.suppress(OSError, ValueError):
                    found[int(task.name)] = int((task / "schedstat").read_text().split()[0]) / 1e9
    return found


def _tick_seconds(leader: int) -> float:
    total = 0
    for pid in group_pids(leader):
        with contextlib.suppress(OSError):
            fields = _stat_fields(pid)
            total += int(fields[11]) + int(fields[12])
    return total / TICKS_PER_SECOND


def host_busy_seconds(core: int | None) -> float:
    """Seconds `core` (None: all cores) has been busy since boot, whoever used it; ticks."""
    name = "cpu" if core is None else f"cpu{core}"
    for line in (PROC / "stat").read_text().splitlines():
        fields = line.split()
        if fields and fields[0] == name:
            user, nice, system, _idle, _iowait, irq, softirq, *_ = (int(field) for field in fields[1:])
            return (user + nice + system + irq + softirq) / TICKS_PER_SECOND
    return 0.0


class ProcessGroup:
    """A process in a session of its own, and whatever it starts."""

    def __init__(self, process: subprocess.Popen[bytes], log: IO[bytes]) -> None:
        self.process = process
        self._log = log

    @property
    def leader(self) -> int:
        return self.process.pid

    def resident_bytes(self) -> int:
        """Resident memory of the whole group; pages that two processes share count twice."""
        total = 0
        for pid in group_pids(self.leader):
            with contextlib.suppress(OSError):
                total += int(_stat_fields(pid)[21]) * PAGE_BYTES
        return total

    def stop(self, patience_seconds: float = 5.0) -> None:
        """Asks the group to end, then makes it; returns when nothing of it is left."""
        for request in (signal.SIGTERM, signal.SIGKILL):
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self.leader, request)
            until = time.monotonic() + patience_seconds
            while time.monotonic() < until and (self.process.poll() is None or group_pids(self.leader)):
                time.sleep(0.02)
            if self.process.poll() is not None and not group_pids(self.leader):
                break
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self._log.close()

    def wait_until_idle(self, limit_seconds: float = 20.0) -> None:
        """Returns once the group has used under a tenth of a core for a tenth of a second, or at the limit."""
        until = time.monotonic() + limit_seconds
        while time.monotonic() < until:
            clock = CpuClock(self.leader)
            time.sleep(0.1)
            if clock.seconds() < 0.01:
                return


def spawn(
    command: Sequence[str],
    *,
    core: int | None,
    log: Path,
    env: Mapping[str, str] | None = None,
    folder: Path | None = None,
    pipes: bool = False,
) -> ProcessGroup:
    """`command` in a session of its own. With `pipes` its standard input and output can be used, else both go to
    nothing and the log. Raises: OSError if it cannot be started."""
    log_file = log.open("ab")
    with _on_core(core):
        process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE if pipes else subprocess.DEVNULL,
            stdout=subprocess.PIPE if pipes else log_file,
            stderr=log_file,
            env=dict(env) if env is not None else None,
            cwd=folder,
            start_new_session=True,
            bufsize=0,
        )
    return ProcessGroup(process, log_file)

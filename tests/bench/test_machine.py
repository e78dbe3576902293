from __future__ import annotations

import os
import sys
from pathlib import Path

import pytest
from bench.machine import Cores, CpuClock, choose_cores, group_pids, host_busy_seconds, spawn

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="reads /proc")

# Starts a child of its own, says so, and waits; neither ends when merely asked.
STUBBORN = """
import signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
if len(sys.argv) == 1:
    child = subprocess.Popen([sys.executable, "-c", sys.orig_argv[2], "child"])
else:
    print("up", flush=True)
time.sleep(300)
"""
BUSY = "print('up', flush=True); import time\nwhile time.process_time() < 60: pass"


def test_a_group_is_stopped_with_the_children_that_will_not_go(tmp_path: Path) -> None:
    group = spawn([sys.executable, "-c", STUBBORN], core=None, log=tmp_path / "log", pipes=True)
    assert group.process.stdout is not None
    assert group.process.stdout.readline() == b"up\n"
    assert len(group_pids(group.leader)) == 2
    group.stop(patience_seconds=0.05)
    assert group.process.poll() is not None
    assert group_pids(group.leader) == []


def test_stopping_what_has_ended_is_fine(tmp_path: Path) -> None:
    group = spawn([sys.executable, "-c", "pass"], core=None, log=tmp_path / "log")
    group.process.wait(timeout=30)
    group.stop()
    group.stop()
    assert group.process.returncode == 0


def test_cpu_time_of_a_busy_group_is_seen_from_outside(tmp_path: Path) -> None:
    group = spawn([sys.executable, "-c", BUSY], core=None, log=tmp_path / "log", pipes=True)
    try:
        assert group.process.stdout is not None
        assert group.process.stdout.readline() == b"up\n"
        clock = CpuClock(group.leader)
        used = 0.0
        while used <= 0.02:  # as long as it takes: the machine may be busy
            used = clock.seconds()
        assert group.resident_bytes() > 1_000_000
    finally:
        group.stop(patience_seconds=0.05)
    assert clock.seconds() == 0


def test_a_child_runs_on_the_core_it_is_given_and_the_parent_stays_where_it_was(tmp_path: Path) -> None:
    before = os.sched_getaffinity(0)
    core = max(before)
    group = spawn(
        [sys.executable, "-c", "import os; print(os.sched_getaffinity(0))"], core=core, log=tmp_path / "log", pipes=True
    )
    assert group.process.stdout is not None
    assert group.process.stdout.readline().decode().strip() == str({core})
    assert os.sched_getaffinity(0) == before
    group.stop()


def test_one_core_is_not_shared_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {5})
    assert choose_cores() == Cores(None, None)
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: {7, 3, 5})
    assert choose_cores() == Cores(3, 5)
    assert choose_cores(pin=False) == Cores(None, None)


def test_a_busy_core_is_part_of_the_busy_machine() -> None:
    assert 0 < host_busy_seconds(0) <= host_busy_seconds(None)
    assert host_busy_seconds(99_999) == 0

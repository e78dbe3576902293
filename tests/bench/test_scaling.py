"""What `python -m bench.scaling` makes of its options and of what it measured."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

pytest.importorskip("asyncpg")

from bench.scaling.__main__ import read_plan, render
from bench.scaling.measuring import Measured
from bench.scaling.quota import QuotaError, held_to


def measured(servers: int, rate: float, **changes: float) -> Measured:
    known = {"server_us": 900.0, "database_us": 250.0, "clients_us": 40.0, "held_us": 1000.0, "held_share": 0.5}
    line = {"transaction_us": 8000.0, "waiting": 0.1, "client_share": 0.7, "disk_share": 0.2}
    return Measured(servers=servers, rate=rate, **{**known, **line, "answers_a_transaction": 8.0, **changes})


def test_servers_are_compared_round_by_round() -> None:
    # A machine that is half as fast in the second round says nothing about two servers against one.
    found = [measured(1, 100), measured(2, 190), measured(2, 85), measured(1, 50), measured(1, 100), measured(2, 180)]
    lines = render(0.2, found).splitlines()
    assert lines[1] == "each server held to 0.2 of a core"
    (two,) = (line for line in lines if line.startswith("| 2 |"))
    assert [cell.strip() for cell in two.strip("|").split("|")][1:3] == ["180", "1.80 (1.70-1.90)"]


def test_what_is_computed_is_said_to_be_computed() -> None:
    said = render(0.0, [measured(1, 100), measured(2, 150, transaction_us=4000.0, server_us=500.0)])
    assert "Computed: the writers' line, held as long as here, ends at 250 transactions/s" in said
    assert "a core to itself at 2,000 answers/s" in said


@pytest.mark.parametrize(
    "wrong",
    [
        ["--servers", "0"],
        ["--servers", "two"],
        ["--shares", "1.5"],
        ["--connections", "0"],
        ["--rounds", "0"],
        ["--seconds", "0"],
    ],
)
def test_options_that_make_no_sense_are_refused(wrong: list[str], capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        read_plan(wrong)
    assert ended.value.code == 2
    assert "error:" in capsys.readouterr().err


def test_options_are_read() -> None:
    plan = read_plan(["--servers", "1,4", "--shares", "0.1", "--no-disk"])
    assert (plan.servers, plan.shares, plan.waits_for_disk) == ((1, 4), (0.1,), False)


def test_a_process_is_held_to_its_share_and_let_go() -> None:
    process = subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE)
    groups = Path(f"/proc/{process.pid}/cgroup")
    try:
        before = groups.read_text() if groups.exists() else ""
        try:
            with held_to(0.25, [process.pid]):
                assert f"/bench-{os.getpid()}-{process.pid}" in groups.read_text()
        except QuotaError as error:
            pytest.skip(str(error))
        assert groups.read_text() == before
    finally:
        process.kill()
        process.communicate()

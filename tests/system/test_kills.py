"""kill -9 in turn, of servers on one data folder under load: the short form of `python -m bench.survival`."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest
from bench.survival.books import check
from bench.survival.drive import DATABASE, Drive, drive

from cryptodesk.core.clock import SystemClock

KILLS = 10


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="servers are forked, which is tried on Linux alone")
def test_ten_kills_lose_no_acknowledged_answer_and_leave_no_difference_unexplained(tmp_path: Path) -> None:
    driven = asyncio.run(drive(tmp_path, Drive(KILLS, servers=2, seed=3)))
    found = check(tmp_path / DATABASE, driven.acknowledged, driven.billed, SystemClock().unix())
    assert (found.faults, driven.refused) == ((), [])
    assert driven.kills >= KILLS
    assert 0 < found.acknowledged <= found.charged <= found.held
    assert found.lapsed == found.open_holds
    assert found.billed_usd - found.charged_usd == found.killed_usd

"""kill -9 storms: servers on one data folder die in turn under load, each a little after it began to serve."""

from __future__ import annotations

import asyncio
import sys

from bench.proof.books import figures_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part
from bench.survival.books import check
from bench.survival.drive import DATABASE, Drive, drive
from cryptodesk.core.clock import SystemClock

__all__ = ["PART"]

_SERVERS = 3
_TOLD_EVERY = 100


async def _run(effort: Effort) -> Outcome:
    if not sys.platform.startswith("linux"):
        return Outcome(skipped="servers are forked, which is tried on Linux alone")

    def say(kills: int) -> None:
        if kills % _TOLD_EVERY == 0:
            effort.say(f"{kills} kills")

    driven = await drive(effort.folder, Drive(effort.count, _SERVERS, effort.seed), say)
    now = SystemClock().unix()
    finding = await asyncio.to_thread(check, effort.folder / DATABASE, driven.acknowledged, driven.billed, now)
    kills = Figure("kills with -9", f"{driven.kills:,} in {driven.seconds:.0f} s, {_SERVERS} servers on one folder")
    faults = [*finding.faults[:20], *driven.refused[:20]]
    return Outcome([kills, *figures_of(finding)], faults, how="`bench.survival`; half of the questions are streams")


PART = Part(
    title="kill -9",
    does="Servers on one data folder are killed at random moments of their lives while clients ask.",
    counts="kills",
    long=Amount(1_000, 0, 1_800),
    short=Amount(4, 0, 110),
    run=_run,
)

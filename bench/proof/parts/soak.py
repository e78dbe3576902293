"""A server under a steady load: whether its memory grows, and how little of a slope so short a time can tell."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

from bench.proof.books import read_books
from bench.proof.fit import Line, fit
from bench.proof.load import acknowledged, asking, clients_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, ProofError
from bench.proof.server import ServerProcess, desk_environment, resident_kb, servers
from bench.survival.drive import DATABASE
from bench.survival.upstream import BillingUpstream

__all__ = ["PART", "verdict"]

_CLIENTS = 8
_PAUSE_SECONDS = 0.15
# Then what goes on the fastest has ended: the caches of pages fill up with what was recorded.
_SETTLE_SHARE = 0.05
_SAMPLE_SECONDS = 0.5
_BLOCKS = 60
_MOST_MB_AN_HOUR = 1.0
_JUDGED_SECONDS = 600.0
_MB_AN_HOUR = 1_024 * 3_600 / 1e6  # of a kB in a second
_LINES_TOLD = 10
_WARM_SECONDS = 900.0
# As many as there are numbers left for questions, and some to spare.
_MOST_ANSWERS = 60_000


async def _run(effort: Effort) -> Outcome:
    if not sys.platform.startswith("linux"):
        return Outcome(skipped="memory is read from /proc")
    async with BillingUpstream(effort.seed) as upstream:
        env = desk_environment(effort.folder, upstream.url)
        async with servers(1, env, effort.folder) as (server,):
            clients = clients_of([server], effort.seed)
            async with asking(clients, _CLIENTS):
                await acknowledged(clients, effort.count, "to fill what fills up", _WARM_SECONDS)
                clients.pause_seconds = max(_PAUSE_SECONDS, _CLIENTS * effort.seconds / _MOST_ANSWERS)
                await asyncio.sleep(effort.seconds * _SETTLE_SHARE)
                before = len(clients.acknowledged)
                samples = await _sample(server, effort)
                answers = len(clients.acknowledged) - before
            faults = server.defects()
            code = await server.stop()
        stored_mb = _stored_mb(effort.folder)
        figures, found = await read_books(effort.folder, clients, upstream)
    faults += [f"the server ended with {code}"] if code else []
    block = effort.seconds / _BLOCKS
    whole, own_part = (fit([(sample[0], sample[of] * _MB_AN_HOUR) for sample in samples], block) for of in (1, 2))
    broken = Figure("answers that were not whole", str(clients.broken), "0", not clients.broken)
    own = [
        Figure("answers while it was measured", f"{answers:,} in {effort.seconds:g} s"),
        *_figures(whole, own_part, samples, effort.seconds),
        Figure("data folder afterwards", f"{stored_mb:.0f} MB"),
        broken,
    ]
    how = (
        f"{_CLIENTS} clients, half of the questions as streams; {effort.count:,} answers as fast as they come fill the "
        f"caches first; resident memory every {_SAMPLE_SECONDS:g} s, least squares through {whole.points} means, the "
        f"error widened for neighbours that are alike (r = {whole.likeness:.2f})"
    )
    return Outcome([*own, *figures], [*faults, *found], how)


async def _sample(server: ServerProcess, effort: Effort) -> list[tuple[float, int, int]]:
    """Seconds, resident kB, and those of them that no file backs."""
    loop = asyncio.get_running_loop()
    began, found, told = loop.time(), [], 0
    while (at := loop.time() - began) < effort.seconds:
        if server.is_over:
            raise ProofError("the server ended by itself")
        found.append((at, *resident_kb(server.pid)))
        if at > told * effort.seconds / _LINES_TOLD:
            told += 1
            effort.say(f"{at:.0f} s: {found[-1][1] / 1e3:.1f} MB")
        await asyncio.sleep(min(_SAMPLE_SECONDS, effort.seconds / _BLOCKS / 3))
    return found


def _figures(whole: Line, own: Line, samples: list[tuple[float, int, int]], seconds: float) -> list[Figure]:
    first, last = samples[0][1] * 1.024e-3, samples[-1][1] * 1.024e-3
    is_judged = seconds >= _JUDGED_SECONDS
    goal = f"under {_MOST_MB_AN_HOUR:g} MB an hour" if is_judged else ""
    return [
        Figure("resident memory at the beginning; at the end", f"{first:.1f} MB; {last:.1f} MB"),
        Figure("slope of resident memory", _words(whole), goal, verdict(whole) if is_judged else None),
        Figure("of memory that no file backs", _words(own)),
        Figure("least slope that this run could tell from none", f"{2 * whole.slope_error:.2f} MB an hour"),
    ]


def verdict(line: Line) -> bool | None:
    """Met where two standard errors more are still under the goal, missed where two fewer are over it, else unknown."""
    if line.high < _MOST_MB_AN_HOUR:
        return True
    return False if line.low > _MOST_MB_AN_HOUR else None


def _words(line: Line) -> str:
    return f"{line.slope:+.2f} MB an hour, standard error {line.slope_error:.2f}"


def _stored_mb(folder: Path) -> float:
    return sum(path.stat().st_size for path in folder.glob(f"{DATABASE}*")) / 1e6


PART = Part(
    title="Soak",
    does="A server is asked steadily, and its resident memory is fitted by a line.",
    counts="answers to warm up with",
    long=Amount(25_000, 600, 2_400),
    short=Amount(20, 1, 110),
    run=_run,
)

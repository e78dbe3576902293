"""A thousand streams open at once: what they take in memory, and that each is answered to its end and charged."""

from __future__ import annotations

import asyncio
import re
import sys

import aiohttp

from bench.proof.books import read_books
from bench.proof.load import acknowledged, asking
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, until
from bench.proof.server import ServerProcess, desk_environment, resident_kb, servers
from bench.survival.clients import Clients
from bench.survival.drive import KEY
from bench.survival.upstream import BillingUpstream

__all__ = ["PART"]

_MOST_MB = 400
_GOAL_STREAMS = 1_000
_OPEN_SECONDS = 60.0
_OPEN = re.compile(r"^cryptodesk_streams_open(?:\{[^}]*\})? ([0-9.]+)", re.MULTILINE)


async def _run(effort: Effort) -> Outcome:
    if not sys.platform.startswith("linux"):
        return Outcome(skipped="memory is read from /proc")
    gate = asyncio.Event()
    async with BillingUpstream(effort.seed, gate) as upstream:
        env = desk_environment(effort.folder, upstream.url, CRYPTODESK_RUNS_AT_ONCE=str(effort.count + 64))
        async with servers(1, env, effort.folder) as (server,):
            clients = Clients([server], KEY, effort.seed, stream_share=1.0)
            gate.set()
            async with asking(clients, 1):
                await acknowledged(clients, 5, "one after the other")
            idle_kb, _ = resident_kb(server.pid)
            gate.clear()
            done = len(clients.acknowledged)
            try:
                async with asking(clients, effort.count):
                    seconds = await until(
                        lambda: upstream.streaming >= effort.count, f"{effort.count} open streams", _OPEN_SECONDS
                    )
                    opened = await _open_streams(server)
                    open_kb, _ = resident_kb(server.pid)
                    effort.say(f"{opened} open, {open_kb / 1e3:.0f} MB")
                    asyncio.get_running_loop().call_soon(gate.set)
            finally:
                gate.set()
            whole = len(clients.acknowledged) - done
            faults = server.defects()
            code = await server.stop()
        figures, found = await read_books(effort.folder, clients, upstream)
    faults += [f"the server ended with {code}"] if code else []
    faults += [] if opened >= effort.count else [f"the server says that {opened} streams are open"]
    is_goal = effort.count >= _GOAL_STREAMS
    resident = open_kb * 1024 / 1e6
    own = [
        Figure("streams open at once", f"{opened:,}, opened within {seconds:.1f} s"),
        Figure(
            "resident memory of the server, with them",
            f"{resident:.0f} MB",
            f"under {_MOST_MB} MB" if is_goal else "",
            resident < _MOST_MB if is_goal else None,
        ),
        Figure(
            "before them; what each adds",
            f"{idle_kb * 1024 / 1e6:.0f} MB; {(open_kb - idle_kb) * 1.024 / opened:.0f} KB",
        ),
        Figure("of them answered to their end", f"{whole:,}", "all", whole >= effort.count),
    ]
    return Outcome([*own, *figures], [*faults, *found], how="one process; each stream waits behind its first piece")


async def _open_streams(server: ServerProcess) -> int:
    """As many as the server itself says."""
    async with (
        aiohttp.ClientSession() as session,
        session.get(f"http://127.0.0.1:{server.port}/metrics") as response,
    ):
        found = _OPEN.search(await response.text())
        return int(float(found[1])) if found else 0


PART = Part(
    title="A thousand open streams",
    does="So many streams are held open at once behind their first words; then all of them go on to their end.",
    counts="streams",
    long=Amount(1_000, 0, 300),
    short=Amount(50, 0, 110),
    run=_run,
)

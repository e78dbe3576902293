"""The file of the database locked by somebody else, read-only, and damaged; each time it comes back."""

from __future__ import annotations

import asyncio
import os
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from bench.proof.books import read_books
from bench.proof.disks import Disk, remount, small_disk
from bench.proof.load import BUSY, acknowledged, asking, clients_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, ProofError
from bench.proof.server import ServerProcess, desk_environment
from bench.survival.clients import Clients
from bench.survival.drive import DATABASE
from bench.survival.upstream import BillingUpstream

__all__ = ["PART"]

_CLIENTS = 4
_ANSWERS = 15
_BRIEF_SECONDS = 0.3
# As long as a writer of the product waits for its turn, and some.
_SURELY_TOLD_SECONDS = 11.0


async def _run(effort: Effort) -> Outcome:
    with small_disk(effort.folder) as disk:
        async with BillingUpstream(effort.seed) as upstream:
            env = desk_environment(disk.folder, upstream.url)
            server = ServerProcess(env, effort.folder / "server.log")
            try:
                await server.start()
                clients = clients_of([server], effort.seed, may_refuse=BUSY)
                async with asking(clients, _CLIENTS):
                    locks = await _lock(clients, disk.folder / DATABASE, effort)
                codes = [await server.stop()]
                starts = [
                    Figure("a server that is started on a read-only disk", await _start_read_only(server, disk)),
                    Figure("on a file that is no database", await _start_damaged(effort, upstream.url)),
                ]
                await server.start()
                async with asking(clients, _CLIENTS):
                    await acknowledged(clients, _ANSWERS, "once the disk can be written again")
                codes.append(await server.stop())
            finally:
                await server.kill()
        figures, faults = await read_books(disk.folder, clients, upstream)
    faults += [f"a server that was told to stop ended with {code}" for code in codes if code]
    return Outcome([*locks, *starts, *figures], faults, how=disk.kind.split(",", maxsplit=1)[0])


async def _lock(clients: Clients, path: Path, effort: Effort) -> list[Figure]:
    """Another process keeps the writers out: briefly, and then for the time of the effort."""
    await acknowledged(clients, _ANSWERS, "before the database is locked")
    waited = 0.0
    for number in range(effort.count):
        with _locked(path):
            await asyncio.sleep(_BRIEF_SECONDS)
        waited = max(waited, await acknowledged(clients, 1, "after a brief lock"))
        effort.say(f"locked {number + 1} times")
    told = clients.turned_away.total() + clients.cut + clients.broken
    brief = Figure(
        f"requests told of {effort.count} locks of {_BRIEF_SECONDS:g} s", str(told), "0: they wait", not told
    )
    with _locked(path):
        await asyncio.sleep(effort.seconds)
    waited = max(waited, await acknowledged(clients, _ANSWERS, "after a long lock"))
    refusals = clients.turned_away.total()
    is_told = effort.seconds < _SURELY_TOLD_SECONDS or refusals + clients.cut > 0
    return [
        brief,
        Figure(
            f"of one of {effort.seconds:g} s: with a 503; in mid-answer, with an error frame",
            f"{refusals:,}; {clients.cut:,}",
            "some" if effort.seconds >= _SURELY_TOLD_SECONDS else "",
            is_told if effort.seconds >= _SURELY_TOLD_SECONDS else None,
        ),
        Figure("answers that ended without a word", str(clients.broken), "0", not clients.broken),
        Figure("first answers after the lock, without a restart", f"{waited:.2f} s at most"),
    ]


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with closing(sqlite3.connect(path, timeout=10, isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        try:
            yield
        finally:
            other.execute("ROLLBACK")


async def _start_read_only(server: ServerProcess, disk: Disk) -> str:
    if disk.is_real:
        if not remount(disk.folder.parent, read_only=True):
            return "not tried: the disk could not be mounted anew"
        try:
            return await refused_start(server)
        finally:
            remount(disk.folder.parent, read_only=False)
    if os.geteuid() == 0:
        return "not tried: nothing is read-only for this user"
    modes = {path: path.stat().st_mode for path in (disk.folder, *disk.folder.iterdir())}
    for path in modes:
        path.chmod(0o500 if path.is_dir() else 0o400)
    try:
        return await refused_start(server)
    finally:
        for path, mode in modes.items():
            path.chmod(mode)


async def _start_damaged(effort: Effort, upstream: str) -> str:
    home = effort.folder / "damaged"
    home.mkdir()
    (home / DATABASE).write_bytes(b"this was a database once. " * 400)
    server = ServerProcess(desk_environment(home, upstream), effort.folder / "damaged.log")
    try:
        return await refused_start(server)
    finally:
        await server.kill()
        shutil.rmtree(home)


async def refused_start(server: ServerProcess) -> str:
    """How it ended. Raises: ProofError if it served, or ended without a clear word."""
    await server.begin()
    code, said = await server.ended(), server.said()
    if not code or "Traceback" in said or "a defect" in said or DATABASE not in said:
        raise ProofError(f"a start that had to be refused ended with {code} and said: {said[-600:]}")
    return f"ends with exit code {code} and a line that names the file"


PART = Part(
    title="Database locked, read-only, damaged",
    does="Another process locks the file of the database while clients ask; then servers are started on a read-only "
    "disk and on a damaged file.",
    counts="brief locks",
    long=Amount(20, 15, 600),
    short=Amount(1, 0.3, 110),
    run=_run,
)

"""A disk that fills up under load and is freed again, and a server that is started on a full one."""

from __future__ import annotations

import sys
from collections.abc import Iterator

from bench.proof.books import read_books
from bench.proof.disks import Disk, small_disk
from bench.proof.load import BUSY, acknowledged, asking, clients_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, ProofError, until
from bench.proof.server import ServerProcess, desk_environment
from bench.survival.clients import Clients
from bench.survival.upstream import BillingUpstream

__all__ = ["PART", "prove_on"]

_CLIENTS = 4
_ANSWERS = 15
_REFUSALS = 15
_CLEAR = "disk is full"
_NOT_TRIED = "not tried: that needs a disk of its own, which this user may not mount"


async def _run(effort: Effort) -> Outcome:
    if not sys.platform.startswith("linux"):
        return Outcome(skipped="disks are filled by means of Linux")
    with small_disk(effort.folder) as disk:
        return await prove_on(disk, effort)


async def prove_on(disk: Disk, effort: Effort) -> Outcome:
    async with BillingUpstream(effort.seed) as upstream:
        env = desk_environment(disk.folder, upstream.url, CRYPTODESK_LOG_FILE=str(disk.folder / "desk.log"))
        server = ServerProcess(env, effort.folder / "server.log")
        try:
            await server.start()
            clients = clients_of([server], effort.seed, may_refuse=BUSY)
            recovered: list[float] = []
            async with asking(clients, _CLIENTS):
                for number in range(effort.count):
                    recovered.append(await _fill_and_free(server, clients, disk))
                    effort.say(f"filled and freed {number + 1} times")
                started = await _start_while_full(server, clients, disk) if disk.is_real else _NOT_TRIED
            code = await server.stop()
        finally:
            await server.kill()
    figures, faults = await read_books(disk.folder, clients, upstream)
    faults += [f"the server ended with {code}"] if code else []
    own = [*_figures(effort.count, clients, recovered), Figure("a server that is started on a full disk", started)]
    return Outcome([*own, *figures], faults, how=f"{disk.kind}; the log of the server is on it too")


def _figures(count: int, clients: Clients, recovered: list[float]) -> Iterator[Figure]:
    yield Figure("times that the disk was full", str(count))
    told = clients.turned_away.total()
    yield Figure("requests told so with a 503; in mid-answer, with an error frame", f"{told:,}; {clients.cut:,}")
    yield Figure(
        "answers that ended without a word", str(clients.broken), "0 but for the kill", clients.broken <= _CLIENTS
    )
    yield Figure("first answer after space was freed, without a restart", f"{max(recovered):.2f} s at most")


async def _fill_and_free(server: ServerProcess, clients: Clients, disk: Disk) -> float:
    await acknowledged(clients, _ANSWERS, "on a disk with room")
    disk.fill(server.pid)
    try:
        before = _told(clients)
        await until(lambda: _told(clients) - before >= _REFUSALS, f"{_REFUSALS} refusals on a full disk")
    finally:
        disk.free(server.pid)
    seconds = await acknowledged(clients, 1, "after space was freed")
    if server.is_over:
        raise ProofError("the server did not outlive the full disk")
    return seconds


def _told(clients: Clients) -> int:
    return clients.turned_away.total() + clients.cut


async def _start_while_full(server: ServerProcess, clients: Clients, disk: Disk) -> str:
    """What a server does that was killed while the disk was full and is started before it is freed."""
    disk.fill(server.pid)
    before = _told(clients)
    await until(lambda: _told(clients) > before, "a refusal on a full disk")
    await server.kill()
    found = await _attempt(server, disk)
    disk.free(None)
    await server.start()
    await acknowledged(clients, _ANSWERS, "after a start with room again")
    return found


async def _attempt(server: ServerProcess, disk: Disk) -> str:
    await server.begin()
    try:
        disk.fill(server.pid)
        await until(lambda: server.is_over or "listening on" in server.said(), "a start, or its end, on a full disk")
        if not server.is_over:
            return "serves, and refuses what it cannot record"
        code, said = await server.ended(), server.said()
        if "Traceback" in said or _CLEAR not in said or not code:
            raise ProofError(f"a start on a full disk ended with {code} and no clear word: {said[-600:]}")
        return f"ends with exit code {code} and a line that says that the disk is full"
    finally:
        await server.kill()


PART = Part(
    title="Disk full",
    does="The disk under the data folder fills up while clients ask, is freed, and once the server is killed and "
    "started while it is full.",
    counts="times that the disk is filled",
    long=Amount(20, 0, 900),
    short=Amount(1, 0, 110),
    run=_run,
)

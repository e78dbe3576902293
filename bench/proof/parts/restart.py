"""Restarts under load, in good order and with -9 in turn: nothing that a client has is lost by either."""

from __future__ import annotations

import asyncio

from bench.proof.books import read_books
from bench.proof.load import acknowledged, asking, clients_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part
from bench.proof.resumables import SCRIPTED, Resumables
from bench.proof.server import ServerProcess, desk_environment, servers
from bench.survival.clients import Clients
from bench.survival.upstream import BillingUpstream

__all__ = ["PART"]

_SERVERS = 2
_CLIENTS = 8
_ANSWERS_BETWEEN = 20
# A request that was on its way to the server when it left the balance arrives.
_BALANCE_SECONDS = 0.05


async def _run(effort: Effort) -> Outcome:
    async with BillingUpstream(effort.seed) as upstream:
        env = desk_environment(effort.folder, upstream.url, CRYPTODESK_SCRIPTED_MODELS="true")
        async with servers(_SERVERS, env, effort.folder) as slots:
            clients, resumables = clients_of(slots, effort.seed), Resumables(slots)
            over = asyncio.Event()
            opening = asyncio.ensure_future(resumables.open_on(over.is_set))
            async with asking(clients, _CLIENTS):
                restarts = await _restart(slots, clients, effort)
            over.set()
            await opening
            kept = len(resumables.waiting)
            await slots[0].stop()
            await slots[0].start()  # so that all of them are resumed by a process that has seen none
            port = slots[0].port
            assert port is not None
            await resumables.resume_all(port)
            faults = [fault for slot in slots for fault in slot.defects()]
            codes = [await slot.stop() for slot in slots]
        figures, found = await read_books(effort.folder, clients, upstream, others=SCRIPTED)
    faults += [f"a server that was told to stop ended with {code}" for code in (*restarts.codes, *codes) if code]
    own = [
        Figure("restarts with SIGTERM; with -9", f"{restarts.stopped}; {restarts.killed}"),
        Figure("answers cut off by a SIGTERM", str(restarts.cut), "0", restarts.cut == 0),
        Figure(
            "responses left waiting; resumed, once each, by a new process",
            f"{kept:,}; {resumables.resumed:,}",
            "the same",
            kept == resumables.resumed > 0,
        ),
    ]
    how = f"{_SERVERS} servers on one folder, restarted in turn under {_CLIENTS} clients"
    return Outcome([*own, *figures], [*faults, *resumables.faults[:10], *found], how)


class _Restarts:
    def __init__(self) -> None:
        self.stopped = self.killed = self.cut = 0
        self.codes: list[int] = []


async def _restart(slots: list[ServerProcess], clients: Clients, effort: Effort) -> _Restarts:
    """One server at a time, taken out of the balance first when it is told to stop."""
    done = _Restarts()
    for number in range(effort.count):
        slot = slots[number // 2 % len(slots)]
        await acknowledged(clients, _ANSWERS_BETWEEN, "before a restart")
        if number % 2:
            await slot.kill()
            done.killed += 1
            await acknowledged(clients, _ANSWERS_BETWEEN, "after a kill")
        else:
            broken, slot.port = clients.broken, None
            await asyncio.sleep(_BALANCE_SECONDS)
            done.codes.append(await slot.stop())
            done.cut += clients.broken - broken
            done.stopped += 1
        await slot.start()
        effort.say(f"{number + 1} restarts")
    return done


PART = Part(
    title="Restart under load",
    does="Two servers on one folder are stopped, killed and started anew while clients ask and leave responses that "
    "wait for a tool's result.",
    counts="restarts",
    long=Amount(40, 0, 900),
    short=Amount(2, 0, 110),
    run=_run,
)

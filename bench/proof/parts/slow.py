"""Slow, silent, half-open and vanishing clients beside others that behave and must not notice."""

from __future__ import annotations

import asyncio
import os
import sys
from collections import Counter
from pathlib import Path

from bench.proof.books import read_books, unreleased
from bench.proof.load import acknowledged, asking, clients_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, ProofError, until
from bench.proof.resumables import SCRIPTED
from bench.proof.rude import RUDE, can_vanish, open_sockets
from bench.proof.server import ServerProcess, desk_environment, servers
from bench.survival.drive import DATABASE
from bench.survival.upstream import BillingUpstream

__all__ = ["PART"]

_CLIENTS = 4
_ANSWERS = 30
# A client that does not read is hung up on after a minute, which the short form has no time for.
_NEVER_READS = "never read"
_WRITE_SECONDS = 60.0
_SHORT_SECONDS = 1.0
_BESIDE_SECONDS = 20.0


async def _run(effort: Effort) -> Outcome:
    if not sys.platform.startswith("linux"):
        return Outcome(skipped="what is left open is looked up in /proc")
    names = [name for name in RUDE if name != _NEVER_READS or effort.seconds > _SHORT_SECONDS]
    patience = {"CRYPTODESK_HEADER_SECONDS": f"{effort.seconds:g}", "CRYPTODESK_BODY_SECONDS": f"{effort.seconds:g}"}
    async with BillingUpstream(effort.seed) as upstream:
        env = desk_environment(effort.folder, upstream.url, CRYPTODESK_SCRIPTED_MODELS="true", **patience)
        async with servers(1, env, effort.folder) as (server,):
            clients = clients_of([server], effort.seed)
            async with asking(clients, _CLIENTS):
                await acknowledged(clients, _ANSWERS, "before the others come")
                before = _descriptors(server)
                told, seconds = await _be_rude(server, names, effort)
                await acknowledged(clients, _ANSWERS, "beside and after them")
                left = await _what_is_left(server, effort.folder / DATABASE, before)
            faults = server.defects()
            code = await server.stop()
        figures, found = await read_books(effort.folder, clients, upstream, others=SCRIPTED)
    faults += [f"the server ended with {code}"] if code else []
    wrong = [f"{name}: {sorted(set(told[name]) - RUDE[name][1])}" for name in names if set(told[name]) - RUDE[name][1]]
    own = [
        *(Figure(f"{told[name].total()} that {name} were told", _words(told[name])) for name in names),
        Figure("all of them were rid of", f"{seconds:.1f} s"),
        Figure("answers to the others that were not whole", str(clients.broken), "0", not clients.broken),
        Figure("connections, descriptors and holds left behind", left, "none", left == "none"),
    ]
    vanishing = "without a word to the server" if can_vanish() else "with a reset: this user may not do it without"
    times = f"{effort.seconds:g} s for a head and a body"
    how = f"{_CLIENTS} clients that behave beside them; {times}; they vanish {vanishing}"
    return Outcome([*own, *figures], [*faults, *(f"not to be told: {line}" for line in wrong), *found], how)


async def _be_rude(server: ServerProcess, names: list[str], effort: Effort) -> tuple[dict[str, Counter[str]], float]:
    """What each kind was told, of `count` of each at once, and how long that took."""
    port, loop = server.port, asyncio.get_running_loop()
    assert port is not None
    began = loop.time()
    limit = effort.seconds + _BESIDE_SECONDS + (_WRITE_SECONDS if _NEVER_READS in names else 0)

    async def kind(name: str) -> Counter[str]:
        each = (asyncio.wait_for(RUDE[name][0](port), limit) for _ in range(effort.count))
        done = await asyncio.gather(*each, return_exceptions=True)
        effort.say(f"those that {name} are done")
        return Counter(each if isinstance(each, str) else type(each).__name__ for each in done)

    told = await asyncio.gather(*map(kind, names))
    return dict(zip(names, told, strict=True)), loop.time() - began


def _words(told: Counter[str]) -> str:
    return ", ".join(f"{what} ({count})" for what, count in told.most_common())


async def _what_is_left(server: ServerProcess, path: Path, before: int) -> str:
    """Once the server has had the time that it gives to a head."""
    port = server.port
    assert port is not None
    most = _descriptors_allowed(before)

    def is_clean() -> bool:
        return len(open_sockets(port)) <= _CLIENTS and _descriptors(server) <= most and unreleased(path) <= _CLIENTS

    try:
        await until(is_clean, "a clean server", _BESIDE_SECONDS)
    except ProofError:
        return f"{len(open_sockets(port))} connections, {_descriptors(server)} of {before}, {unreleased(path)} holds"
    return "none"


def _descriptors(server: ServerProcess) -> int:
    return len(os.listdir(f"/proc/{server.pid}/fd"))


def _descriptors_allowed(before: int) -> int:
    """Pools of connections to the provider and of readers grow a little by themselves."""
    return before + 2 * _CLIENTS


PART = Part(
    title="Slow and half-open clients",
    does="Clients drip their requests, fall silent, never read, reset and vanish, while others ask as usual.",
    counts="clients of each kind",
    long=Amount(100, 3, 300),
    short=Amount(5, 1, 110),
    run=_run,
)

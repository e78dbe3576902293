"""Four server processes on one folder, and a limit of requests a minute: each window admits exactly that many."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from bench.proof.books import read_books
from bench.proof.clocks import MovableClock, build_shim
from bench.proof.load import asking, clients_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, until
from bench.proof.server import desk_environment, servers
from bench.survival.clients import Clients
from bench.survival.drive import DATABASE
from bench.survival.upstream import BillingUpstream

__all__ = ["PART"]

_SERVERS = 4
_CLIENTS = 16
_LIMIT = 37
_REFUSALS = 60
_MINUTE = 60.0
_REFUSED = frozenset({429})
_USES = "SELECT used FROM limit_uses WHERE counter LIKE '%minute%'"


async def _run(effort: Effort) -> Outcome:
    library = build_shim(effort.folder)
    if isinstance(library, str):
        return Outcome(skipped=f"windows are minutes, which the clock is put forward to: that {library}")
    clock = MovableClock(effort.folder, library)
    limits = {"CRYPTODESK_ACCOUNT_LIMITS": f'{{"requests_a_minute": {_LIMIT}}}', **clock.environment}
    async with BillingUpstream(effort.seed) as upstream:
        env = desk_environment(effort.folder, upstream.url, **limits)
        async with servers(_SERVERS, env, effort.folder) as slots:
            clients = clients_of(slots, effort.seed, may_refuse=_REFUSED)
            windows = [await _window(clock, clients, effort, number) for number in range(effort.count)]
            faults = [fault for slot in slots for fault in slot.defects()]
            codes = [await slot.stop() for slot in slots]
        counted = _counted(effort.folder / DATABASE)
        figures, found = await read_books(effort.folder, clients, upstream)
    faults += [f"a server that was told to stop ended with {code}" for code in codes if code]
    exact = sum(window == _LIMIT for window in windows)
    own = [
        Figure(
            f"windows in which {_SERVERS} processes admitted exactly {_LIMIT} of more",
            f"{exact} of {len(windows)}",
            "all",
            exact == len(windows),
        ),
        Figure("requests refused with a 429", f"{clients.turned_away.total():,}"),
        Figure("most that the desk itself counted in a window", str(counted), f"{_LIMIT}", counted == _LIMIT),
    ]
    how = (
        f"{_CLIENTS} clients over {_SERVERS} servers on one folder; their clock is put to the beginning of each minute"
    )
    return Outcome([*own, *figures], [*faults, *found], how)


async def _window(clock: MovableClock, clients: Clients, effort: Effort, number: int) -> int:
    """How many were answered in a minute of its own, of as many as were refused besides."""
    clock.put(clock.ahead_seconds + _MINUTE - clock.unix() % _MINUTE + 1)
    before, refused = len(clients.acknowledged), clients.turned_away.total()
    async with asking(clients, _CLIENTS):
        await until(lambda: clients.turned_away.total() - refused >= _REFUSALS, f"{_REFUSALS} refusals in a minute")
    admitted = len(clients.acknowledged) - before
    effort.say(f"window {number + 1}: {admitted} of {admitted + clients.turned_away.total() - refused} admitted")
    return admitted


def _counted(path: Path) -> int:
    with closing(sqlite3.connect(path)) as database:
        return max((used for (used,) in database.execute(_USES)), default=0)


PART = Part(
    title="Exact limits over processes",
    does="Four server processes on one folder share a limit of requests a minute, and are asked for more.",
    counts="windows",
    long=Amount(60, 0, 900),
    short=Amount(1, 0, 110),
    run=_run,
)

"""The wall clock jumps forward and back under servers that are asked all the time."""

from __future__ import annotations

import asyncio
import sqlite3
from collections import Counter
from contextlib import closing
from pathlib import Path

from bench.proof.books import read_books
from bench.proof.clocks import MovableClock, build_shim
from bench.proof.load import acknowledged, asking, clients_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part
from bench.proof.resumables import SCRIPTED, Resumables
from bench.proof.server import desk_environment, servers
from bench.survival.clients import Clients
from bench.survival.drive import DATABASE
from bench.survival.upstream import BillingUpstream

__all__ = ["PART"]

_SERVERS = 2
_CLIENTS = 6
_ANSWERS = 15
_HOUR, _DAY = 3_600.0, 86_400.0
# Where the clock stands after each jump, in seconds before the right time. An hour and less must not end a response
# that can be resumed for a day; the days come when none is left.
_NEAR = (1.0, -1.0, 90.0, -90.0, _HOUR, -_HOUR)
_FAR = (_DAY, -_DAY, 30 * _DAY, -30 * _DAY, 400 * _DAY, 0.0)


async def _run(effort: Effort) -> Outcome:
    library = build_shim(effort.folder)
    if isinstance(library, str):
        return Outcome(skipped=library)
    clock = MovableClock(effort.folder, library)
    async with BillingUpstream(effort.seed) as upstream:
        env = desk_environment(effort.folder, upstream.url, CRYPTODESK_SCRIPTED_MODELS="true", **clock.environment)
        async with servers(_SERVERS, env, effort.folder) as slots:
            clients, resumables = clients_of(slots, effort.seed), Resumables(slots)
            async with asking(clients, _CLIENTS):
                near = await _jump(clock, clients, _NEAR, effort, resumables)
                clock.put(0)
                kept = len(resumables.waiting)
                assert slots[0].port is not None
                await resumables.resume_all(slots[0].port)
                far = await _jump(clock, clients, _FAR, effort)
                clock.put(0)
                await acknowledged(clients, _ANSWERS, "with the clock put right")
            faults = [fault for slot in slots for fault in slot.defects()]
            codes = [await slot.stop() for slot in slots]
        figures, found = await read_books(effort.folder, clients, upstream, others=SCRIPTED)
    faults += [f"a server that was told to stop ended with {code}" for code in codes if code]
    days = _span_days(effort.folder / DATABASE)
    own = [
        Figure("days between the first and the last line of the ledger", f"{days:.0f}", "430", days > 429),
        Figure("jumps of up to an hour; of a day to 400 days, either way", f"{near.total()}; {far.total()}"),
        Figure("answers that were not whole", str(clients.broken), "0", not clients.broken),
        Figure(
            "responses left waiting over the shorter jumps; resumed, once each",
            f"{kept:,}; {resumables.resumed:,}",
            "the same",
            kept == resumables.resumed > 0,
        ),
    ]
    how = "the wall clock of the servers' processes, by a library put before the C library; the clocks of timers go on"
    return Outcome([*own, *figures], [*faults, *resumables.faults[:10], *found], how)


async def _jump(
    clock: MovableClock, clients: Clients, places: tuple[float, ...], effort: Effort, opening: Resumables | None = None
) -> Counter[float]:
    """The places are gone round `count` times over. How often the clock stood at each."""
    done: Counter[float] = Counter()
    over = asyncio.Event()
    turns = None if opening is None else asyncio.ensure_future(opening.open_on(over.is_set))
    for place in places * effort.count:
        clock.put(place)
        done[place] += 1
        await acknowledged(clients, _ANSWERS, f"with the clock {place:+g} s off")
        effort.say(f"the clock is {place:+g} s off")
    over.set()
    if turns is not None:
        await turns
    return done


def _span_days(path: Path) -> float:
    """That the clock has moved at all is seen in what the servers wrote."""
    with closing(sqlite3.connect(path)) as database:
        (seconds,) = database.execute("SELECT max(created_at) - min(created_at) FROM ledger_entries").fetchone()
    return float(seconds or 0) / _DAY


PART = Part(
    title="Clock jumps",
    does="The wall clock of two servers jumps by seconds, an hour, days and months, either way, while clients ask.",
    counts="rounds of twelve jumps",
    long=Amount(10, 0, 900),
    short=Amount(1, 0, 110),
    run=_run,
)

"""PostgreSQL stopped, crashed and started again under two servers that are asked all the time."""

from __future__ import annotations

import asyncio

from bench.proof.ledger_lines import read_by_command
from bench.proof.load import BUSY, acknowledged, asking, clients_of
from bench.proof.part import Amount, Effort, Figure, Outcome, Part, ProofError
from bench.proof.postgres import Postgres, postgres
from bench.proof.server import ServerProcess, desk_environment
from bench.survival.clients import Clients
from bench.survival.upstream import BillingUpstream

__all__ = ["PART"]

_SERVERS = 2
_CLIENTS = 6
_ANSWERS = 15
_NOT_YET = "cannot be kept in PostgreSQL"


async def _run(effort: Effort) -> Outcome:
    try:
        async with postgres() as database:
            return await _prove(database, effort)
    except ImportError as error:
        return Outcome(skipped=f"there is no PostgreSQL to do it to: {error}")


async def _prove(database: Postgres, effort: Effort) -> Outcome:
    async with BillingUpstream(effort.seed) as upstream:
        env = desk_environment(
            effort.folder, upstream.url, DATABASE_URL=database.url, CRYPTODESK_DATABASE_CONNECT_SECONDS="1"
        )
        slots = [ServerProcess(env, effort.folder / f"server-{number}.log") for number in range(_SERVERS)]
        try:
            for slot in slots:
                await slot.start()
            clients = clients_of(slots, effort.seed, may_refuse=BUSY)
            back: list[float] = []
            async with asking(clients, _CLIENTS):
                for number in range(effort.count):
                    back.append(await _away(database, clients, effort, crashes=bool(number % 2)))
                    effort.say(f"stopped {number + 1} times")
            codes = [await slot.stop() for slot in slots]
        except ProofError as error:
            if _NOT_YET in str(error):
                return Outcome(skipped="the ledger of this version cannot be kept in PostgreSQL")
            raise
        finally:
            for slot in slots:
                await slot.kill()
        figures, faults = await read_by_command(env, effort.folder, clients, upstream)
    faults += [f"a server that was told to stop ended with {code}" for code in codes if code]
    how = f"{_SERVERS} servers, {_CLIENTS} clients; it stays away for {effort.seconds:g} s; commits are written through"
    return Outcome([*_figures(effort.count, clients, back), *figures], faults, how)


def _figures(count: int, clients: Clients, back: list[float]) -> list[Figure]:
    return [
        Figure("stopped in good order; crashed", f"{(count + 1) // 2}; {count // 2}"),
        Figure(
            "requests told so with a 503; in mid-answer, with an error frame",
            f"{clients.turned_away.total():,}; {clients.cut:,}",
        ),
        Figure("answers that ended without a word", str(clients.broken), "0", not clients.broken),
        Figure("first answer after it was back, without a restart", f"{max(back):.2f} s at most"),
    ]


async def _away(database: Postgres, clients: Clients, effort: Effort, *, crashes: bool) -> float:
    await acknowledged(clients, _ANSWERS, "with the database there")
    await (database.crash() if crashes else database.halt())
    try:
        await asyncio.sleep(effort.seconds)
    finally:
        await database.start()
    return await acknowledged(clients, 1, "after the database was back")


PART = Part(
    title="PostgreSQL gone and back",
    does="The PostgreSQL behind two servers is stopped, or crashes, while clients ask, and is started again.",
    counts="times that it goes away",
    long=Amount(20, 8, 900),
    short=Amount(2, 0.5, 110),
    run=_run,
)

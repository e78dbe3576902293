"""`python -m bench.scaling`: one server process against several on one PostgreSQL, all on this machine.

Rates say how it scales only where there are cores for everybody: servers, PostgreSQL, driver and mock. Where there are
not, two things still do: what an answer costs each of them at one and at several servers, and servers that the kernel
holds to a share of a core, small enough that all of them find room."""

from __future__ import annotations

import argparse
import asyncio
import os
import platform
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, nullcontext
from pathlib import Path
from statistics import median

import asyncpg
from msgspec import Struct

from bench.machine import Cores
from bench.native import BenchError, build, start_mock
from bench.proof.postgres import postgres
from bench.scaling.measuring import Measured, Tried, measure, start
from bench.scaling.quota import QuotaError, held_to
from bench.targets import MODES

__all__ = ["Plan", "main", "read_plan", "render"]

_GOAL = 1.6


class Plan(Struct, frozen=True):
    servers: tuple[int, ...]
    connections: int
    rounds: int
    seconds: float
    shares: tuple[float, ...]
    waits_for_disk: bool = True


def read_plan(arguments: Sequence[str]) -> Plan:
    """Raises: SystemExit with a message for wrong ones."""
    parser = argparse.ArgumentParser(prog="python -m bench.scaling", description="Servers on one PostgreSQL.")
    parser.add_argument("--servers", default="1,2", help="how many at once (default %(default)s)")
    parser.add_argument("--connections", type=int, default=32, help="to each server (default %(default)s)")
    parser.add_argument("--rounds", type=int, default=5, help="of all, in turn (default %(default)s)")
    parser.add_argument("--seconds", type=float, default=3.0, help="length of one load (default %(default)s)")
    parser.add_argument("--shares", default="0,0.15", help="of a core that each has; 0: no limit (default %(default)s)")
    parser.add_argument(
        "--no-disk", action="store_true", help="commits do not wait for the disk: shows what it has to do with it"
    )
    given = parser.parse_args(arguments)
    try:
        servers = tuple(int(word) for word in given.servers.split(","))
        shares = tuple(float(word) for word in given.shares.split(","))
    except ValueError as error:
        parser.error(str(error))
    if not all(1 <= count <= 16 for count in servers) or not all(0 <= share <= 1 for share in shares):
        parser.error("servers are 1..16, shares 0..1")
    if not 1 <= given.connections <= 1024 or given.rounds < 1 or not 0.2 <= given.seconds <= 60:
        parser.error("1 to 1024 connections, a round or more and 0.2 to 60 seconds")
    return Plan(servers, given.connections, given.rounds, given.seconds, shares, not given.no_disk)


async def _run(plan: Plan) -> None:
    async with postgres() as database:
        if not plan.waits_for_disk:
            await _forget_the_disk(database.url)
        await asyncio.to_thread(_measure_all, plan, database.url)


async def _forget_the_disk(url: str) -> None:
    connection = await asyncpg.connect(url)
    await connection.execute("ALTER DATABASE desk SET synchronous_commit = off")
    await connection.close()


def _measure_all(plan: Plan, url: str) -> None:
    with ExitStack() as stack:
        scratch = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="scaling-", ignore_cleanup_errors=True)))
        binaries = build()
        mock, port = start_mock(binaries, Cores(None, None), scratch / "mock.log")
        stack.callback(mock.stop)
        servers = start(max(plan.servers), url, f"http://127.0.0.1:{port}/v1", scratch)
        for server in servers:
            stack.callback(server.stop)
        tried = Tried(
            servers, mock, binaries, scratch / "load.log", url, MODES["buffered"], plan.connections, 0.5, plan.seconds
        )
        print(_machine(plan))
        for share in plan.shares:
            try:
                print(render(share, list(_rounds(plan, tried, share))), flush=True)
            except QuotaError as error:
                print(f"\nShares: {error}")


def _rounds(plan: Plan, tried: Tried, share: float) -> Iterator[Measured]:
    """In turn, so that other work on the machine hits all alike. Raises: QuotaError."""
    leaders = [server.group.leader for server in tried.servers if server.group is not None]
    for count in plan.servers:  # connections, plans and pools are made once, and are not what is measured
        measure(tried, count)
    with held_to(share, leaders) if share else nullcontext():
        for number in range(plan.rounds):
            for count in plan.servers if number % 2 == 0 else plan.servers[::-1]:
                print(f"share {share:g}, round {number + 1}, {count} servers", file=sys.stderr, flush=True)
                yield measure(tried, count)


def render(share: float, found: Sequence[Measured]) -> str:
    """A table of medians, and what the first line has to do with the others."""
    title = f"each server held to {share:g} of a core" if share else "no limit but the machine"
    lines = [
        f"\n{title}\n",
        "| servers | answers/s | of the first | CPU us an answer: server | PostgreSQL | driver, mock |"
        " lock held: us an answer | us a transaction | of it for the server, the disk % | % of the time |"
        " waiting | answers a transaction |",
        "|" + "--:|" * 12,
    ]
    groups = {each.servers: [other for other in found if other.servers == each.servers] for each in found}
    first = min(groups)
    for count, group in sorted(groups.items()):
        lines.append(_line(count, group, _ratios(group, groups[first])))
    return "\n".join([*lines, "", *_bounds(groups)])


def _ratios(group: Sequence[Measured], first: Sequence[Measured]) -> list[float]:
    """Round by round: what else the machine does changes from one to the next."""
    return [each.rate / other.rate for each, other in zip(group, first, strict=True)]


def _line(count: int, group: Sequence[Measured], ratios: Sequence[float]) -> str:
    def middle(name: str) -> float:
        return median(getattr(each, name) for each in group)

    ratio = f"{median(ratios):.2f} ({min(ratios):.2f}-{max(ratios):.2f})"
    costs = " | ".join(
        f"{middle(name):,.0f}" for name in ("server_us", "database_us", "clients_us", "held_us", "transaction_us")
    )
    line = f"{middle('client_share') * 100:.0f}, {middle('disk_share') * 100:.0f} | {middle('held_share') * 100:.0f} | "
    line += f"{middle('waiting'):.2f} | {middle('answers_a_transaction'):.1f}"
    return f"| {count} | {middle('rate'):,.0f} | {ratio} | {costs} | {line} |"


def _bounds(groups: dict[int, list[Measured]]) -> list[str]:
    """What follows for a machine with more cores, said as what it is: computed."""
    group = groups[max(groups)]
    most = median(1e6 / each.transaction_us for each in group if each.transaction_us)
    least_us = median(each.server_us for each in group)
    return [
        f"Computed: the writers' line, held as long as here, ends at {most:,.0f} transactions/s of up to 256 pieces of"
        f" work each; a server process with a core to itself at {1e6 / least_us:,.0f} answers/s.",
    ]


def _machine(plan: Plan) -> str:
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    load = ", ".join(f"{each:.1f}" for each in os.getloadavg())
    commits = "commits wait for the disk" if plan.waits_for_disk else "commits do not wait for the disk"
    return f"{platform.machine()}, {cores} cores, load before {load}; {commits}; goal: two at least {_GOAL} times one"


def main() -> int:
    try:
        asyncio.run(_run(read_plan(sys.argv[1:])))
    except (BenchError, ImportError) as error:
        print(f"bench.scaling: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    raise SystemExit(main())

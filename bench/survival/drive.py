"""The whole: a provider, clients, and servers that are killed in turn, each a little after it began to serve."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from random import Random

from msgspec import Struct

from bench.survival.clients import Acknowledged, Clients
from bench.survival.servers import Nursery, ServerSlot
from bench.survival.upstream import BillingUpstream
from bench.targets import clean_environment

__all__ = ["DATABASE", "KEY", "Drive", "Driven", "drive"]

KEY = "survival-5b1c7e0f42a94d6c8e3a9d7f10b26c54"
DATABASE = "cryptodesk.db"
_LONGEST_LIFE_SECONDS = 0.8
_CLIENTS_A_SERVER = 4


class Drive(Struct, frozen=True):
    """How many kills, over how many servers on one folder, and by which random numbers."""

    kills: int
    servers: int = 3
    seed: int = 1


class Driven(Struct, frozen=True):
    acknowledged: list[Acknowledged]
    billed: dict[int, int]
    broken: int
    refused: list[str]
    kills: int
    seconds: float


async def drive(folder: Path, plan: Drive, say: Callable[[int], None] = lambda _: None) -> Driven:
    """`say` hears of each kill. All servers are killed in the end; nothing was ever stopped in good order."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    random = Random(plan.seed)
    async with (
        BillingUpstream(plan.seed) as upstream,
        Nursery(_environment(folder, upstream.url), folder / "servers.log") as nursery,
    ):
        slots = [ServerSlot(nursery) for _ in range(plan.servers)]
        clients = Clients(slots, KEY, plan.seed)
        is_over = asyncio.Event()
        asking = asyncio.ensure_future(clients.run(_CLIENTS_A_SERVER * plan.servers, is_over.is_set))
        try:
            kills = await _kill(slots, plan.kills, random, say, asking)
        finally:
            is_over.set()
            for slot in slots:
                await slot.kill()
            await asyncio.gather(asking, return_exceptions=True)
        asking.result()
    billed = dict(upstream.billed)
    return Driven(clients.acknowledged, billed, clients.broken, clients.refused, kills, loop.time() - began)


async def _kill(
    slots: list[ServerSlot], wanted: int, random: Random, say: Callable[[int], None], asking: asyncio.Future[None]
) -> int:
    killed = 0

    async def keep(slot: ServerSlot) -> None:
        nonlocal killed
        while killed < wanted and not asking.done():
            await slot.start()
            await asyncio.sleep(random.random() * _LONGEST_LIFE_SECONDS)
            await slot.kill()
            killed += 1
            say(killed)

    await slots[0].start()  # alone, so that no two set the folder up
    await slots[0].kill()
    async with asyncio.TaskGroup() as group:
        for slot in slots:
            group.create_task(keep(slot))
    return killed


def _environment(folder: Path, upstream: str) -> dict[str, str]:
    return clean_environment() | {
        "CRYPTODESK_HOME": str(folder),
        "CRYPTODESK_BOOTSTRAP_KEY": KEY,
        "CRYPTODESK_DATA": "snapshot",
        "CRYPTODESK_OPENAI_BASE_URL": upstream,
        "OPENAI_API_KEY": "sk-survival",
    }

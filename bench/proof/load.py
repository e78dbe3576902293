"""Clients that ask while something is done to the servers."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from bench.proof.part import until
from bench.survival.clients import Clients, Place
from bench.survival.drive import KEY

__all__ = ["BUSY", "acknowledged", "asking", "clients_of"]

# What a server may say while its disk, its database or its places fail it.
BUSY = frozenset({503})


def clients_of(
    slots: Sequence[Place], seed: int, *, may_refuse: frozenset[int] = frozenset(), pause_seconds: float = 0.0
) -> Clients:
    return Clients(slots, KEY, seed, may_refuse=may_refuse, pause_seconds=pause_seconds)


@asynccontextmanager
async def asking(clients: Clients, at_once: int) -> AsyncIterator[None]:
    """They ask for the time of the context, and have their answers at its end."""
    over = asyncio.Event()
    running = asyncio.ensure_future(clients.run(at_once, over.is_set))
    try:
        yield
    finally:
        over.set()
        await running


async def acknowledged(clients: Clients, more: int, what: str, limit_seconds: float = 60.0) -> float:
    """Returns once so many more answers came: the seconds. Raises: ProofError if they do not."""
    wanted = len(clients.acknowledged) + more
    return await until(lambda: len(clients.acknowledged) >= wanted, f"{more} answers {what}", limit_seconds)

"""What the simulated world costs: making one of 20,000 coins, listing it at a moment, and a year of candles."""

from __future__ import annotations

import gc
import time
import tracemalloc
from collections.abc import Callable, Sequence

from bench.components import Component, Figure, microseconds_per_call
from cryptodesk.market.identity.directory import load_directory_assets
from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.days import DAY_MINUTES, to_day

__all__ = ["COMPONENT"]

SIZE = 20_000
SEED = 7
ROUNDS = 5
HISTORY_DAYS = 365
_FIRST_MINUTE = to_day(2026, 3, 2) * DAY_MINUTES + 927


def measure() -> Sequence[Figure]:
    assets = load_directory_assets()
    world = SimulatedWorld(SEED, assets, SIZE)
    # What a world computes once in its life is not part of a list.
    world.listings.everyone(_FIRST_MINUTE)
    how = f"CPU, {SIZE:,} coins of which {len(world.listings.everyone(_FIRST_MINUTE)):,} are alive, best of {ROUNDS}"
    return [
        Figure("simulated world: make", _best(lambda _: SimulatedWorld(SEED, assets, SIZE)), "ms", how),
        Figure("simulated world: memory", _megabytes(), "MB", f"{SIZE:,} coins, nothing asked yet"),
        Figure("simulated world: list of all at another day", _best(_list_after(world, DAY_MINUTES)), "ms", how),
        Figure("simulated world: list of all a minute later", _best(_list_after(world, 1)), "ms", how),
        Figure(
            "simulated world: 365 days of 5 assets",
            microseconds_per_call(lambda: _histories(world)) / 1e3,
            "ms",
            "CPU, bars of these years asked for before",
            goal=5.0,
        ),
    ]


def _best(call: Callable[[int], object]) -> float:
    """Milliseconds of CPU of the quickest of some rounds; `call` is given the number of the round."""
    spent = []
    for number in range(1, ROUNDS + 1):
        gc.collect()
        began = time.process_time()
        call(number)
        spent.append(time.process_time() - began)
    return min(spent) * 1e3


def _list_after(world: SimulatedWorld, step_minutes: int) -> Callable[[int], object]:
    first = _FIRST_MINUTE + (400 * DAY_MINUTES if step_minutes > 1 else 0)
    world.listings.everyone(first)
    return lambda number: world.listings.everyone(first + number * step_minutes)


def _histories(world: SimulatedWorld) -> None:
    end = to_day(2026, 3, 2) * DAY_MINUTES
    for place in range(5):
        world.market.candles.between(world.market.track(place), "1d", end - HISTORY_DAYS * DAY_MINUTES, end)


def _megabytes() -> float:
    tracemalloc.start()
    try:
        world = SimulatedWorld(SEED, load_directory_assets(), SIZE)
        taken, _ = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del world
    return taken / 1e6


COMPONENT = Component("simulated world", measure)

"""What a part of the proof is, and what comes of it. A public module of `bench.proof.parts` declares `PART`."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path

from msgspec import Struct

__all__ = ["Amount", "Effort", "Figure", "Outcome", "Part", "ProofError", "until"]

_LOOK_SECONDS = 0.01


class ProofError(Exception):
    """What should have happened did not; the message says what. It is a fault of the part."""


class Amount(Struct, frozen=True):
    """How much of it. What is counted is said by the part; `limit_seconds` bounds the whole."""

    count: int
    seconds: float
    limit_seconds: float


class Effort(Struct, frozen=True):
    """What a part is run with: an amount, an empty folder of its own, random numbers, and whom to tell of progress."""

    count: int
    seconds: float
    folder: Path
    seed: int
    say: Callable[[str], None] = lambda _: None


class Figure(Struct, frozen=True):
    """`goal` and `is_met` where there is a goal; `is_met` is None where this run cannot tell."""

    name: str
    value: str
    goal: str = ""
    is_met: bool | None = None


class Outcome(Struct, frozen=True):
    """`how` says what was done with which means, `faults` what should not have been; `skipped` is the reason why
    nothing was measured at all."""

    figures: Sequence[Figure] = ()
    faults: Sequence[str] = ()
    how: str = ""
    skipped: str = ""

    @property
    def is_kept(self) -> bool:
        return not self.faults and all(figure.is_met is not False for figure in self.figures)


class Part(Struct, frozen=True):
    """`does` is a sentence or two for readers of the page; `counts` names what `count` counts."""

    title: str
    does: str
    counts: str
    long: Amount
    short: Amount
    run: Callable[[Effort], Awaitable[Outcome]]


async def until(is_so: Callable[[], bool], what: str, limit_seconds: float = 60.0) -> float:
    """The seconds it took. Raises: ProofError if it was not so within the limit."""
    loop = asyncio.get_running_loop()
    began = loop.time()
    while not is_so():
        if loop.time() - began > limit_seconds:
            raise ProofError(f"not within {limit_seconds:g} s: {what}")
        await asyncio.sleep(_LOOK_SECONDS)
    return loop.time() - began

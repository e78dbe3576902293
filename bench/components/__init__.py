"""Small measurements of single parts. A public module of this package declares `COMPONENT`; no list is kept."""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from statistics import median

from msgspec import Struct

__all__ = ["Component", "Figure", "microseconds_per_call", "run_components"]


class Figure(Struct, frozen=True):
    """One measured value. `goal` is its upper bound, if there is one; `note` says how it was measured."""

    name: str
    value: float | None
    unit: str
    note: str = ""
    goal: float | None = None


class Component(Struct, frozen=True):
    """`measure` takes a few seconds at most and leaves nothing behind. If it fails, that is a line of the report."""

    name: str
    measure: Callable[[], Sequence[Figure]]


def microseconds_per_call(call: Callable[[], object], *, repeats: int = 5, seconds: float = 0.1) -> float:
    """CPU time of one call in this process: the median of `repeats` series of about `seconds` each."""
    calls, spent = 1, 0.0
    while spent < seconds:
        spent = _series(call, calls)
        calls = max(calls * 2, int(calls * seconds / spent) + 1) if 0 < spent < seconds else calls
        if spent == 0:
            calls *= 10
    return median(_series(call, calls) / calls for _ in range(repeats)) * 1e6


def _series(call: Callable[[], object], calls: int) -> float:
    began = time.process_time()
    for _ in range(calls):
        call()
    return time.process_time() - began


def run_components(components: Sequence[Component]) -> tuple[list[Figure], list[str]]:
    """All figures, and a line for each component that failed."""
    figures: list[Figure] = []
    problems: list[str] = []
    for component in components:
        try:
            figures.extend(component.measure())
        except Exception as error:  # whatever is wrong with one part must not hide the others
            problems.append(f"component {component.name} failed: {type(error).__name__}: {error}")
    return figures, problems

"""The goals, one line each: what is measured, the bound, and whether it is met. Stated as ratios of one run."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence

from msgspec import Struct

from bench.components import Figure
from bench.components.stored_turn import CPU_FIGURE
from bench.stages import Memory, Starts
from bench.summary import Row, Summary, divide

__all__ = ["Goal", "check_goals"]


class Goal(Struct, frozen=True):
    """`is_met` is None when a part was not measured in this run."""

    name: str
    bound: float
    at_most: bool
    unit: str
    measured: float | None

    @property
    def is_met(self) -> bool | None:
        if self.measured is None:
            return None
        return self.measured <= self.bound if self.at_most else self.measured >= self.bound


def check_goals(
    summary: Summary,
    memory: Sequence[Memory],
    starts: Starts | None,
    figures: Sequence[Figure],
    *,
    product: str = "cryptodesk",
) -> list[Goal]:
    return [
        *_load_goals(summary, product),
        *_steadiness_goals(summary, product),
        *_memory_goals({entry.target: entry for entry in memory}.get(product)),
        *_start_goals(starts),
        _store_goal(summary, figures, product),
        *(
            Goal(figure.name, figure.goal, True, figure.unit, figure.value)
            for figure in figures
            if figure.goal is not None
        ),
    ]


def _load_goals(summary: Summary, product: str) -> Iterator[Goal]:
    def of(mode: str, connections: int, pick: Callable[[Row], float | None], target: str = product) -> float | None:
        row = summary.row(mode, connections, target)
        return None if row is None or not row.answers else pick(row)

    def rate_over(mode: str, peer: str) -> float | None:
        return divide(of(mode, 16, lambda row: row.rate), of(mode, 16, lambda row: row.rate, peer))

    yield Goal("buffered c16: CPU per request / yardstick", 3, True, "x", of("buffered", 16, lambda row: row.cpu_ratio))
    yield Goal("buffered c1: added p50 / yardstick", 2.5, True, "x", of("buffered", 1, lambda row: row.added_p50_ratio))
    yield Goal("buffered c16: requests/s / LiteLLM", 25, False, "x", rate_over("buffered", "litellm"))
    yield Goal("buffered c16: requests/s / Portkey", 2, False, "x", rate_over("buffered", "portkey"))
    yield Goal("dense c16: streams/s / yardstick", 0.35, False, "x", of("dense", 16, lambda row: row.rate_ratio))
    yield Goal("dense c16: streams/s / LiteLLM", 40, False, "x", rate_over("dense", "litellm"))
    yield Goal("dense c16: streams/s / Portkey", 2, False, "x", rate_over("dense", "portkey"))
    yield Goal("paced c16: first byte added", 4, True, "ms", of("paced", 16, lambda row: row.added_begin_ms))
    yield Goal("paced c16: CPU per chunk / yardstick", 2, True, "x", of("paced", 16, lambda row: row.cpu_ratio))


def _steadiness_goals(summary: Summary, product: str) -> Iterator[Goal]:
    for mode in ("buffered", "dense", "paced"):
        base = summary.row(mode, 16, product)
        for connections in (64, 256):
            row = summary.row(mode, connections, product)
            ratio = divide(row.rate, base.rate) if row and base else None
            yield Goal(f"{mode} c{connections}: rate / c16", 0.9, False, "x", ratio)
    loaded = [row for row in summary.rows if row.target == product]
    # A load under which nothing was answered counts as a failure too.
    failures = sum(row.errors + (not row.answers) for row in loaded)
    yield Goal("errors under any load", 0, True, "", float(failures) if loaded else None)


def _memory_goals(memory: Memory | None) -> Iterator[Goal]:
    stream = memory.stream_bytes if memory else None
    yield Goal("memory idle", 130, True, "MB", memory.idle_bytes / 1e6 if memory else None)
    yield Goal("memory per open stream", 100, True, "KB", None if stream is None else stream / 1e3)


def _store_goal(summary: Summary, figures: Sequence[Figure], product: str) -> Goal:
    """On one core a part's share of the CPU is its share of the throughput."""
    row = summary.row("buffered", 16, product)
    store_us = next((figure.value for figure in figures if figure.name == CPU_FIGURE), None)
    share = divide(store_us, row.cpu_us) if row else None
    return Goal("store and ledger: share of a buffered request's CPU", 0.25, True, "", share)


def _start_goals(starts: Starts | None) -> Iterator[Goal]:
    named: Mapping[str, float | None] = {
        "start to first good answer, fresh home": starts.fresh_seconds if starts else None,
        "start to first good answer, prepared home": starts.prepared_seconds if starts else None,
        "`cryptodesk ask`, whole": starts.ask_seconds if starts else None,
    }
    for name, seconds in named.items():
        yield Goal(name, 1.5, True, "s", seconds)

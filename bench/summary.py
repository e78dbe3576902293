"""From samples to one row for each target under each load: medians over the rounds, and ratios to the yardstick."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from statistics import median

from msgspec import Struct

from bench.native import Latency, LoadResult
from bench.rounds import Sample

__all__ = ["Row", "Summary", "divide", "summarize"]

# Below this the clock and the scheduler speak, not the server: no ratio is taken to less.
LEAST_ADDED_MS = 0.02
# With fewer answers than this for each connection only the fast ones ended within the window: no latency is given.
LEAST_ANSWERS_A_CONNECTION = 2


class Row(Struct, frozen=True):
    """Figures of one target under one load. `added_*` are milliseconds over the mock itself, reached directly;
    `begin` is the first piece of content. A ratio is to the yardstick. None: not measured."""

    mode: str
    connections: int
    target: str
    answers: int
    errors: int
    first_error: str
    rate: float
    rate_ratio: float | None
    cpu_us: float | None
    cpu_ratio: float | None
    added_p50_ms: float | None
    added_p50_ratio: float | None
    added_p99_ms: float | None
    added_p99_ratio: float | None
    added_begin_ms: float | None
    added_begin_ratio: float | None
    resident_bytes: int | None
    others_ratio: float | None


class Summary(Struct, frozen=True):
    rows: tuple[Row, ...]

    def row(self, mode: str, connections: int, target: str) -> Row | None:
        wanted = (mode, connections, target)
        return next((row for row in self.rows if (row.mode, row.connections, row.target) == wanted), None)


def divide(a: float | None, b: float | None, *, least: float = 0.0) -> float | None:
    """a / b; None where either is missing or b is not above `least`."""
    return a / b if a is not None and b is not None and b > least else None


def _middle(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None


def summarize(samples: Sequence[Sample], *, baseline: str = "yardstick", direct: str = "mock") -> Summary:
    """Rows in the order in which the loads and the targets were first seen."""
    cells: dict[tuple[str, int, str], list[Sample]] = {}
    for sample in samples:
        cells.setdefault((sample.mode, sample.connections, sample.target), []).append(sample)
    return Summary(tuple(_row(cells, *key, baseline=baseline, direct=direct) for key in _in_order(cells)))


def _in_order(keys: Iterable[tuple[str, int, str]]) -> list[tuple[str, int, str]]:
    every = list(keys)
    loads = list(dict.fromkeys(key[:2] for key in every))
    targets = list(dict.fromkeys(key[2] for key in every))
    return sorted(every, key=lambda key: (loads.index(key[:2]), targets.index(key[2])))


def _row(
    cells: dict[tuple[str, int, str], list[Sample]],
    mode: str,
    connections: int,
    target: str,
    *,
    baseline: str,
    direct: str,
) -> Row:
    mine = cells[mode, connections, target]
    base = cells.get((mode, connections, baseline), [])
    mock = cells.get((mode, connections, direct), [])

    def added(samples: Sequence[Sample], pick: Callable[[LoadResult], float | None]) -> float | None:
        enough = [one for one in samples if one.load.work >= LEAST_ANSWERS_A_CONNECTION * one.connections]
        return _middle(_minus(pick(a.load), pick(b.load)) for a, b in _by_round(enough, mock))

    def added_with_ratio(pick: Callable[[LoadResult], float | None]) -> tuple[float | None, float | None]:
        # A ratio of medians: in a single round the difference of two small numbers may be anything.
        own = added(mine, pick)
        return own, divide(own, added(base, pick), least=LEAST_ADDED_MS)

    p50, p50_ratio = added_with_ratio(lambda load: _pick(load.total_ms, "p50"))
    p99, p99_ratio = added_with_ratio(lambda load: _pick(load.total_ms, "p99"))
    begin, begin_ratio = added_with_ratio(lambda load: _pick(load.begin_ms, "p50"))
    resident = _middle(sample.resident_bytes for sample in mine)
    return Row(
        mode=mode,
        connections=connections,
        target=target,
        answers=sum(sample.load.answers for sample in mine),
        errors=sum(sample.load.errors for sample in mine),
        first_error=next((sample.load.first_error for sample in mine if sample.load.first_error), ""),
        rate=median(sample.load.rate for sample in mine),
        rate_ratio=_middle(divide(a.load.rate, b.load.rate) for a, b in _by_round(mine, base)),
        cpu_us=_middle(sample.cpu_us for sample in mine),
        cpu_ratio=_middle(divide(a.cpu_us, b.cpu_us) for a, b in _by_round(mine, base)),
        added_p50_ms=p50,
        added_p50_ratio=p50_ratio,
        added_p99_ms=p99,
        added_p99_ratio=p99_ratio,
        added_begin_ms=begin,
        added_begin_ratio=begin_ratio,
        resident_bytes=None if resident is None else round(resident),
        others_ratio=_middle(sample.others_ratio for sample in mine),
    )


def _by_round(samples: Sequence[Sample], others: Sequence[Sample]) -> list[tuple[Sample, Sample]]:
    """Pairs taken in the same round, so that what slows the machine down slows both."""
    at = {other.round: other for other in others}
    return [(sample, at[sample.round]) for sample in samples if sample.round in at]


def _pick(latency: Latency | None, name: str) -> float | None:
    return None if latency is None else getattr(latency, name)


def _minus(a: float | None, b: float | None) -> float | None:
    return None if a is None or b is None else a - b

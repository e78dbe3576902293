"""The run as text for people: one table for each load, then memory, starts, components and goals."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from msgspec import Struct

from bench.components import Figure
from bench.goals import Goal
from bench.rounds import Sample
from bench.stages import Memory, Starts
from bench.summary import Row, Summary

__all__ = ["Environment", "Results", "format_number", "format_table", "render"]

MISSING = "-"


class Environment(Struct, frozen=True):
    """Where and when, so that two result files are compared with open eyes."""

    began_at: str
    python: str
    versions: dict[str, str]
    processor: str
    cores: int
    server_core: int | None
    load_average: float
    options: dict[str, object]


class Results(Struct, frozen=True):
    """Everything a run found; the JSON file is this. `failures` is what should have been measured and was not."""

    environment: Environment
    summary: Summary
    memory: tuple[Memory, ...]
    starts: Starts | None
    figures: tuple[Figure, ...]
    goals: tuple[Goal, ...]
    notes: tuple[str, ...]
    failures: tuple[str, ...]
    samples: tuple[Sample, ...]


def format_number(value: float | None) -> str:
    """Three significant digits, never an exponent."""
    if value is None:
        return MISSING
    size = abs(value)
    return f"{value:.0f}" if size >= 100 else f"{value:.1f}" if size >= 10 else f"{value:.2f}"


def _with_ratio(value: float | None, ratio: float | None) -> str:
    return format_number(value) if ratio is None else f"{format_number(value)} ({format_number(ratio)}x)"


def format_table(header: Sequence[str], rows: Sequence[Sequence[str]]) -> str:
    """Columns as wide as their longest cell, all but the first to the right; Markdown, so that it can be pasted."""
    widths = [max(len(line[column]) for line in (header, *rows)) for column in range(len(header))]

    def line(cells: Sequence[str]) -> str:
        first, *rest = (
            cell.ljust(width) if column == 0 else cell.rjust(width)
            for column, (cell, width) in enumerate(zip(cells, widths, strict=True))
        )
        return f"| {' | '.join((first, *rest))} |"

    rule = "|".join(f"{'-' * (width + 1)}{'-' if column == 0 else ':'}" for column, width in enumerate(widths))
    return "\n".join((line(header), f"|{rule}|", *(line(row) for row in rows)))


def render(results: Results) -> str:
    return "\n\n".join(part for part in _parts(results) if part)


def _parts(results: Results) -> Iterator[str]:
    yield _render_environment(results.environment)
    for mode, connections in dict.fromkeys((row.mode, row.connections) for row in results.summary.rows):
        yield _render_load(
            mode,
            connections,
            [row for row in results.summary.rows if (row.mode, row.connections) == (mode, connections)],
        )
    yield _render_memory(results.memory)
    yield _render_starts(results.starts)
    yield _render_figures(results.figures)
    yield _render_goals(results.goals)
    yield "\n".join(f"note: {note}" for note in results.notes)
    yield "\n".join(f"FAILED: {failure}" for failure in results.failures)


def _render_environment(environment: Environment) -> str:
    versions = ", ".join(f"{name} {version}" for name, version in environment.versions.items())
    pinned = "not pinned" if environment.server_core is None else f"servers on core {environment.server_core}"
    return (
        f"{environment.began_at}  Python {environment.python}, {versions}\n"
        f"{environment.processor}, {environment.cores} cores, {pinned}, "
        f"load average {environment.load_average:.1f} before\n"
        "(…x): ratio to the yardstick in this run. added: over the mock reached directly. "
        "others: share of the servers' core that other programs took."
    )


def _render_load(mode: str, connections: int, rows: Sequence[Row]) -> str:
    mock = next((row for row in rows if row.target == "mock"), None)
    direct = f"   (mock reached directly: {format_number(mock.rate)}/s)" if mock else ""
    header = [
        "target",
        "answers/s",
        "CPU us/answer",
        "added p50 ms",
        "added p99 ms",
        "first byte ms",
        "others",
        "errors",
    ]
    lines = [
        [
            row.target,
            _with_ratio(row.rate, row.rate_ratio),
            _with_ratio(row.cpu_us, row.cpu_ratio),
            _with_ratio(row.added_p50_ms, row.added_p50_ratio),
            _with_ratio(row.added_p99_ms, row.added_p99_ratio),
            _with_ratio(row.added_begin_ms, row.added_begin_ratio) if mode != "buffered" else MISSING,
            MISSING if row.others_ratio is None else f"{row.others_ratio:.0%}",
            str(row.errors),
        ]
        for row in rows
        if row.target != "mock"
    ]
    errors = [f"  {row.target}: {row.first_error}" for row in rows if row.first_error]
    silent = [f"  {row.target}: no answer within the window" for row in rows if not row.answers and not row.errors]
    title = f"## {mode}, {connections} connection{'s' if connections != 1 else ''}{direct}"
    return "\n".join((title, format_table(header, lines), *errors, *silent))


def _render_memory(memory: Sequence[Memory]) -> str:
    if not memory:
        return ""
    header = ["target", "idle MB", "KB per open stream", "open streams", "start s"]
    lines = [
        [
            entry.target,
            format_number(entry.idle_bytes / 1e6),
            format_number(None if entry.stream_bytes is None else entry.stream_bytes / 1e3),
            str(entry.open_streams),
            format_number(entry.start_seconds),
        ]
        for entry in memory
    ]
    problems = [f"  {entry.target}: {entry.problem}" for entry in memory if entry.problem]
    return "\n".join(("## memory, and start to the first answer from the mock", format_table(header, lines), *problems))


def _render_starts(starts: Starts | None) -> str:
    if starts is None:
        return ""
    lines = [
        ["serve on a fresh home, first good answer", format_number(starts.fresh_seconds)],
        ["serve on a prepared home, first good answer", format_number(starts.prepared_seconds)],
        ["cryptodesk ask, whole", format_number(starts.ask_seconds)],
    ]
    title = f"## from nothing, no key set (median of {starts.runs})"
    return "\n".join((title, format_table(["what", "seconds"], lines)))


def _render_figures(figures: Sequence[Figure]) -> str:
    if not figures:
        return ""
    lines = [[figure.name, format_number(figure.value), figure.unit, figure.note] for figure in figures]
    return "\n".join(("## components", format_table(["what", "figure", "unit", "how"], lines)))


def _render_goals(goals: Sequence[Goal]) -> str:
    if not goals:
        return ""
    words = {True: "met", False: "NOT MET", None: "not measured"}
    lines = [
        [
            goal.name,
            f"{'<=' if goal.at_most else '>='} {goal.bound:g} {goal.unit}".rstrip(),
            format_number(goal.measured),
            words[goal.is_met],
        ]
        for goal in goals
    ]
    return "\n".join(("## goals", format_table(["goal", "bound", "measured", "result"], lines)))

"""What the first search costs: on a fresh data folder, where the handbook is taken in and indexed first, and in a later
process, which finds the index. Each is a process of its own; CPU time counts all its threads.

`python -m bench.components.handbook_first_search` prints each step."""

# ruff: noqa: PLC0415 - what importing costs is measured too
from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import msgspec

from bench.components import Component, Figure

__all__ = ["COMPONENT"]

NOW = datetime(2026, 11, 23, tzinfo=UTC)
QUESTIONS = ("What is restaking?", "How are funding rates paid?")
FRESH_GOAL_SECONDS, TAKEN_IN_GOAL_SECONDS, LATER_GOAL_SECONDS = 1.5, 0.7, 0.6
IDLE_GOAL_MB = 130.0
_TAKEN_IN = ("sync", "index")


class _Steps:
    """CPU seconds of each step, from the start of the process, and the memory after it."""

    def __init__(self) -> None:
        self.seconds: dict[str, float] = {}
        self.memory_mb: dict[str, float] = {}
        self._last = 0.0

    def done(self, name: str) -> None:
        now = time.process_time()
        self.seconds[name], self._last = now - self._last, now
        self.memory_mb[name] = _resident_mb()


class _Measured(msgspec.Struct):
    seconds: dict[str, float]
    memory_mb: dict[str, float]
    passages: int


def measure() -> Sequence[Figure]:
    with _folder() as folder:
        fresh, later = _in_process("--fresh", folder), _in_process("--later", folder)
    return [*_figures("fresh folder", fresh, FRESH_GOAL_SECONDS), *_figures("later process", later, LATER_GOAL_SECONDS)]


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="bench-handbook-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _in_process(which: str, folder: Path) -> _Measured:
    command = [sys.executable, "-m", "bench.components.handbook_first_search", which, str(folder)]
    answer = subprocess.run(command, capture_output=True, check=True)
    return msgspec.json.decode(answer.stdout.splitlines()[-1], type=_Measured)


def _figures(name: str, found: _Measured, goal: float) -> Iterator[Figure]:
    until_answer = [step for step in found.seconds if step != "second search"]
    total = sum(found.seconds[step] for step in until_answer)
    steps = ", ".join(f"{step} {found.seconds[step]:.2f}" for step in until_answer)
    yield Figure(f"{name}: before the first answer, CPU", total, "s", steps, goal)
    if "sync" in found.seconds:
        taken_in = sum(found.seconds[step] for step in _TAKEN_IN)
        note = f"{found.passages} passages, their vectors shipped"
        yield Figure(f"{name}: handbook taken in, CPU", taken_in, "s", note, TAKEN_IN_GOAL_SECONDS)
    yield Figure(f"{name}: second search, CPU", found.seconds["second search"] * 1e3, "ms", "with its embedding")
    opened = found.memory_mb["index" if "index" in found.memory_mb else "open"]
    yield Figure(f"{name}: memory before a search", opened, "MB", "documents alone", IDLE_GOAL_MB)
    added = found.memory_mb["second search"] - opened
    yield Figure(f"{name}: memory that searching adds", added, "MB", "the model and its runtime")


async def _fresh(folder: Path) -> _Measured:
    steps = _Steps()
    steps.done("interpreter")
    from cryptodesk.core.clock import FixedClock
    from cryptodesk.documents.fetching import PageClient
    from cryptodesk.documents.intake import IndexFollower, Syncer, subscribe_handbook
    from cryptodesk.documents.store import DocumentStore, SubscriptionStore, open_document_store

    _import_search()
    steps.done("imports")
    clock = FixedClock(NOW)
    with open_document_store(folder / "desk.db") as database:
        documents, subscriptions = DocumentStore(database), SubscriptionStore(database)
        subscription = await subscribe_handbook(subscriptions, NOW)
        await Syncer(documents, subscriptions, PageClient(clock), clock).sync(subscription)
        steps.done("sync")
        async with _index(folder, documents.every) as index:
            await IndexFollower(documents, index).follow()
            steps.done("index")
            return await _search(index, steps)


async def _later(folder: Path) -> _Measured:
    steps = _Steps()
    steps.done("interpreter")
    _import_search()
    steps.done("imports")
    async with _index(folder, tuple) as index:
        steps.done("open")
        return await _search(index, steps)


def _import_search() -> None:
    import cryptodesk.documents.handbook.vectors
    import cryptodesk.documents.index  # noqa: F401 - its time is measured


@asynccontextmanager
async def _index(folder: Path, documents: Callable[[], Iterable[Any]]) -> AsyncIterator[Any]:
    from cryptodesk.core.clock import FixedClock
    from cryptodesk.documents.embedding import Embedder
    from cryptodesk.documents.handbook.vectors import shipped_vectors
    from cryptodesk.documents.index import DocumentIndex

    embedder = Embedder()
    index = DocumentIndex(folder / "index", embedder, FixedClock(NOW), documents, shipped=shipped_vectors)
    try:
        await index.open()
        yield index
    finally:
        index.close()
        embedder.close()


async def _search(index: Any, steps: _Steps) -> _Measured:
    from cryptodesk.documents.query import DocumentQuery

    for name, question in zip(("first search", "second search"), QUESTIONS, strict=True):
        found = await index.search(DocumentQuery(text=question))
        if not found.hits or found.notes:
            raise RuntimeError(f"the search was not whole: {found.notes}")
        steps.done(name)
    return _Measured(steps.seconds, steps.memory_mb, index.status().passages)


def _resident_mb() -> float:
    line = next(each for each in Path("/proc/self/status").read_text().splitlines() if each.startswith("VmRSS"))
    return float(line.split()[1]) / 1e3


COMPONENT = Component("handbook_first_search", measure)


def _main(arguments: Sequence[str]) -> None:
    if arguments:
        run = _fresh if arguments[0] == "--fresh" else _later
        print(msgspec.json.encode(asyncio.run(run(Path(arguments[1])))).decode())
        return
    for figure in measure():
        print(f"{figure.name:<50}{figure.value or 0:>9.2f} {figure.unit}  {figure.note}")


if __name__ == "__main__":
    _main(sys.argv[1:])

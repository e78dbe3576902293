"""What an answer of the embedded analyst costs from question to last word, on the data that ship with the product."""

from __future__ import annotations

import asyncio
import multiprocessing
import tempfile
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing.managers import SyncManager
from pathlib import Path
from statistics import quantiles
from threading import Barrier

from bench.components import Component, Figure
from bench.components._served import as_served, questions_with
from cryptodesk.app.desk import Desk
from cryptodesk.settings import Settings

__all__ = ["COMPONENT"]

_OWN_QUESTIONS = ("cmc id of solana and bnb", "12.5% of 8400")
_ROUNDS, _AT_ONCE, _PROCESSES = 5, 8, 2
_START_SECONDS = 60.0


async def _timed(desk: Desk, question: str) -> float:
    began = time.perf_counter()
    async for _ in desk.engine.run(desk.question(question)):
        pass
    return (time.perf_counter() - began) * 1e3


async def _rate(desk: Desk, questions: Sequence[str]) -> float:
    places = asyncio.Semaphore(_AT_ONCE)

    async def one(question: str) -> None:
        async with places:
            await _timed(desk, question)

    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        for question in [*questions] * _ROUNDS:
            group.create_task(one(question))
    return len(questions) * _ROUNDS / (time.perf_counter() - began)


async def _measure(home: Path) -> list[Figure]:
    questions = questions_with(*_OWN_QUESTIONS)
    async with Desk(Settings(home=home, data="snapshot")) as desk:
        for question in questions:
            await _timed(desk, question)
        with as_served():
            alone = [await _timed(desk, question) for _ in range(_ROUNDS) for question in questions]
            rate = await _rate(desk, questions)
    cuts = quantiles(alone, n=100)
    how = f"{len(questions)} kinds of question, warm, one at a time, tools and ledger included"
    return [
        Figure("analyst: an answer, p50", cuts[49], "ms", how, 15.0),
        Figure("analyst: an answer, p99", cuts[98], "ms", how, 60.0),
        Figure("analyst: answers, one process", rate, "/s", f"{_AT_ONCE} at once"),
    ]


async def _measure_beside(home: Path, ready: Barrier) -> float:
    questions = questions_with(*_OWN_QUESTIONS)
    async with Desk(Settings(home=home, data="snapshot")) as desk:
        for question in questions:
            await _timed(desk, question)
        await asyncio.to_thread(ready.wait, _START_SECONDS)
        with as_served():
            return await _rate(desk, questions)


def _in_process(home: Path, ready: Barrier) -> float:
    return asyncio.run(_measure_beside(home, ready))


def _measure_side_by_side(folder: Path) -> Figure:
    """What processes that begin together answer in all, each with a data folder of its own."""
    context = multiprocessing.get_context("spawn")
    with SyncManager(ctx=context) as manager, ProcessPoolExecutor(_PROCESSES, context) as pool:
        ready = manager.Barrier(_PROCESSES)
        running = [pool.submit(_in_process, folder / str(place), ready) for place in range(_PROCESSES)]
        rate = sum(each.result() for each in running)
    how = f"{_PROCESSES} processes, {_AT_ONCE} at once in each (goal: at least 150)"
    return Figure("analyst: answers, two processes", rate, "/s", how)


def measure() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-analyst-") as folder:
        alone = asyncio.run(_measure(Path(folder)))
        return [*alone, _measure_side_by_side(Path(folder))]


COMPONENT = Component("analyst_answers", measure)

if __name__ == "__main__":
    for figure in measure():
        print(f"{figure.name:40} {figure.value:10.2f} {figure.unit}  {figure.note}")

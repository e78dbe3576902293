"""What a researched answer costs in code, with chart and citations, on the data that ship and the handbook's index; and
how evenly a hundred streams at once are served."""

from __future__ import annotations

import asyncio
import tempfile
import time
from collections.abc import Sequence
from pathlib import Path
from statistics import median, quantiles

from msgspec import Struct

from bench.components import Component, Figure
from bench.components._served import as_served, questions_with
from cryptodesk.app.desk import Desk
from cryptodesk.core.events import Progress, RunFailed
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ResearchOptions
from cryptodesk.research.graph import Graph, Node
from cryptodesk.settings import Settings

__all__ = ["COMPONENT"]

_OWN_QUESTIONS = ("what is restaking", "how do optimistic rollups differ from ZK rollups")
_ROUNDS, _STREAMS, _RUNS = 5, 100, 2_000
_RELATED = 3


class _Timed(Struct, frozen=True):
    """Milliseconds from the question on. `finished_at` is on the clock of all streams."""

    first_ms: float
    whole_ms: float
    finished_at: float
    has_failed: bool


def _request(desk: Desk, question: str) -> RunRequest:
    asked = desk.question(question)
    options = ResearchOptions(related_questions=_RELATED, may_clarify=False)
    return RunRequest(
        caller=asked.caller,
        dialect="bench",
        trace_id=asked.trace_id,
        model_id="cryptodesk-analyst",
        messages=asked.messages,
        built_in_tools=asked.built_in_tools,
        stream=True,
        limits=asked.limits,
        research=options,
    )


async def _timed(desk: Desk, question: str) -> _Timed:
    began = time.perf_counter()
    first = 0.0
    has_failed = False
    async for batch in desk.research.run(_request(desk, question)):
        if not first and any(isinstance(event, Progress) for event in batch):
            first = time.perf_counter()
        has_failed |= isinstance(batch[-1], RunFailed)
    ended = time.perf_counter()
    return _Timed((first - began) * 1e3, (ended - began) * 1e3, ended, has_failed)


async def _streams(desk: Desk, questions: Sequence[str]) -> list[Figure]:
    """Questions of one kind, so that what differs is the turn that each stream gets."""
    began = time.perf_counter()
    async with asyncio.TaskGroup() as group:
        running = [group.create_task(_timed(desk, questions[at % len(questions)])) for at in range(_STREAMS)]
    found = [task.result() for task in running]
    ends = sorted(one.finished_at - began for one in found)
    how = f"{_STREAMS} at once, four questions of one kind"
    return [
        Figure("research: streams that failed", float(sum(one.has_failed for one in found)), "", how, 0.0),
        Figure("research: streams, last to finish / median", ends[-1] / median(ends), "x", how, 2.0),
        Figure("research: streams", _STREAMS / ends[-1], "/s", how),
        Figure("research: streams, first progress at the latest", max(one.first_ms for one in found), "ms", how),
    ]


async def _nothing(_: list[str]) -> str:
    return ""


async def _graph_overhead_ms() -> float:
    """Of five nodes without work, two of them side by side."""
    after = ((), ("0",), ("0",), ("1", "2"), ("3",))
    nodes = [
        Node[list[str]](name=str(at), does="nothing", rules=_nothing, after=names) for at, names in enumerate(after)
    ]
    graph = Graph(nodes)
    state: list[str] = []

    async def run(node: Node[list[str]]) -> None:
        await node.rules(state)

    began = time.perf_counter()
    for _ in range(_RUNS):
        await graph.run(run)
    return (time.perf_counter() - began) / _RUNS * 1e3


async def _measure(home: Path) -> list[Figure]:
    questions = questions_with(*_OWN_QUESTIONS)
    async with Desk(Settings(home=home, data="snapshot")) as desk:
        for question in questions:
            await _timed(desk, question)
        with as_served():
            alone = [await _timed(desk, question) for _ in range(_ROUNDS) for question in questions]
            streams = await _streams(desk, [f"price of {name}" for name in ("Bitcoin", "Ethereum", "Solana", "XRP")])
            overhead_ms = await _graph_overhead_ms()
    whole = quantiles([one.whole_ms for one in alone], n=100)
    how = f"{len(questions)} kinds of question, warm, one at a time, chart, citations and {_RELATED} related questions"
    return [
        Figure("research: an answer in code, p50", whole[49], "ms", how, 80.0),
        Figure("research: an answer in code, p99", whole[98], "ms", how, 250.0),
        Figure("research: first progress, p99", quantiles([one.first_ms for one in alone], n=100)[98], "ms", how, 20.0),
        Figure("research: graph of five empty nodes", overhead_ms, "ms", "a whole run of it", 0.1),
        *streams,
    ]


def measure() -> Sequence[Figure]:
    with tempfile.TemporaryDirectory(prefix="bench-research-") as folder:
        return asyncio.run(_measure(Path(folder)))


COMPONENT = Component("research_answers", measure)

if __name__ == "__main__":
    for figure in measure():
        print(f"{figure.name:50} {figure.value:10.3f} {figure.unit}  {figure.note}")

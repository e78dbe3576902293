"""The graph: a typed table of nodes, run as soon as what they stand on is there."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import Generic, TypeVar

from msgspec import Struct

__all__ = ["Form", "Graph", "Node", "NodeBudget"]

S = TypeVar("S")

# One form of a node: it reads and writes the state, and says in a few words what it did.
Form = Callable[[S], Awaitable[str]]


class NodeBudget(Struct, frozen=True):
    """What one node may use, whatever is left of the run: seconds in each of its forms, calls of a language model, and
    tokens after which no further call is made. `least_seconds` are its form's in code even where the run's time is up:
    an answer from what there is beats none."""

    seconds: float = 30.0
    model_calls: int = 1
    tokens: int = 20_000
    least_seconds: float = 0.0


class Node(Struct, Generic[S], frozen=True, kw_only=True):
    """One step. `after` names the nodes whose work it reads; `does` says in a line what it is for.

    `rules` is its form in code, which every node has; `model` that of a language model, used where one is configured.
    `runs_on_question_back` nodes run even when the answer is a question to the user. Of one that `sends_text` while its
    model writes, code cannot take over once a part was sent."""

    name: str
    does: str
    rules: Form[S]
    model: Form[S] | None = None
    after: tuple[str, ...] = ()
    budget: NodeBudget = NodeBudget()
    runs_on_question_back: bool = False
    sends_text: bool = False


class Graph(Generic[S]):
    """Raises (constructor): ValueError for a node that stands on one that is not before it, or a name used twice."""

    def __init__(self, nodes: Sequence[Node[S]]) -> None:
        known: set[str] = set()
        for node in nodes:
            missing = [name for name in node.after if name not in known]
            if missing or node.name in known:
                raise ValueError(f"node {node.name!r}: {'unknown ' + ', '.join(missing) if missing else 'used twice'}")
            known.add(node.name)
        self.nodes = tuple(nodes)

    async def run(self, run_node: Callable[[Node[S]], Awaitable[None]]) -> None:
        """Every node once, those that do not stand on each other side by side. An error of one, or a cancellation,
        cancels all that are running."""
        tasks: dict[str, asyncio.Task[None]] = {}
        async with asyncio.TaskGroup() as group:
            for node in self.nodes:
                before = [tasks[name] for name in node.after]
                tasks[node.name] = group.create_task(_when_ready(node, before, run_node))


async def _when_ready(
    node: Node[S], before: Sequence[asyncio.Task[None]], run_node: Callable[[Node[S]], Awaitable[None]]
) -> None:
    for task in before:
        if not task.done():
            await asyncio.wait((task,))
        if task.cancelled() or task.exception() is not None:
            # The group is coming down; whoever failed is told of by it.
            raise asyncio.CancelledError
    await run_node(node)

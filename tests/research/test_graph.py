"""The graph: nodes run when what they stand on is there, side by side, and come down together."""

from __future__ import annotations

import asyncio

import pytest

from cryptodesk.research.graph import Graph, Node


async def nothing(state: list[str]) -> str:
    return ""


def node(name: str, *after: str) -> Node[list[str]]:
    return Node[list[str]](name=name, does="nothing", rules=nothing, after=after)


async def test_a_node_runs_after_those_it_stands_on() -> None:
    order: list[str] = []

    async def run(one: Node[list[str]]) -> None:
        order.append(one.name)

    await Graph([node("a"), node("b", "a"), node("c", "a"), node("d", "b", "c")]).run(run)
    assert order[0] == "a"
    assert order[-1] == "d"
    assert sorted(order) == ["a", "b", "c", "d"]


async def test_nodes_that_do_not_stand_on_each_other_run_side_by_side() -> None:
    both = asyncio.Barrier(2)

    async def run(one: Node[list[str]]) -> None:
        if one.name in "bc":
            async with asyncio.timeout(5):
                await both.wait()

    await Graph([node("a"), node("b", "a"), node("c", "a")]).run(run)


async def test_an_error_cancels_every_running_node_and_none_begins_after_it() -> None:
    begun: list[str] = []
    cancelled: list[str] = []

    async def run(one: Node[list[str]]) -> None:
        begun.append(one.name)
        if one.name == "bad":
            raise RuntimeError("broken")
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(one.name)
            raise

    with pytest.raises(ExceptionGroup) as caught:
        await Graph([node("slow"), node("bad"), node("next", "bad")]).run(run)
    assert [str(error) for error in caught.value.exceptions] == ["broken"]
    assert begun == ["slow", "bad"]
    assert cancelled == ["slow"]


async def test_a_cancelled_run_cancels_every_branch() -> None:
    cancelled: list[str] = []
    both = asyncio.Barrier(3)

    async def run(one: Node[list[str]]) -> None:
        try:
            await both.wait()
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(one.name)
            raise

    running = asyncio.create_task(Graph([node("a"), node("b")]).run(run))
    await both.wait()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert sorted(cancelled) == ["a", "b"]


@pytest.mark.parametrize(
    ("nodes", "said"),
    [((("b", "a"),), "unknown a"), ((("a",), ("a",)), "used twice"), ((("a", "a"),), "unknown a")],
    ids=["unknown", "twice", "itself"],
)
def test_a_table_that_cannot_run_is_refused(nodes: tuple[tuple[str, ...], ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        Graph([node(*one) for one in nodes])

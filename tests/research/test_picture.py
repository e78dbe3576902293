"""The picture of the graph, and that the one in the docs is that of the code."""

from __future__ import annotations

import importlib.util
from pathlib import Path
from types import ModuleType

import pytest

from cryptodesk.research.graph import Graph, Node, NodeBudget
from cryptodesk.research.nodes import NODES
from cryptodesk.research.picture import draw_graph, list_nodes
from cryptodesk.research.state import ResearchState

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def script() -> ModuleType:
    spec = importlib.util.spec_from_file_location("draw_graph", ROOT / "scripts" / "draw_graph.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


async def _nothing(state: ResearchState) -> str:
    return ""


def test_the_page_shows_the_graph_of_the_code(script: ModuleType) -> None:
    text = script.PAGE.read_text("utf-8")
    assert script.redrawn(text) == text


def test_another_graph_would_change_the_page(script: ModuleType) -> None:
    text = script.PAGE.read_text("utf-8")
    old = text.replace("| `plan` |", "| `planning` |")
    assert old != text
    assert script.redrawn(old) == text


def test_a_page_without_a_place_for_it_is_refused(script: ModuleType) -> None:
    with pytest.raises(ValueError, match="lacks the lines"):
        script.redrawn("# Nothing\n")


def test_every_edge_and_every_end_is_drawn() -> None:
    nodes = (
        Node[ResearchState](name="a", does="begins", rules=_nothing),
        Node[ResearchState](name="b", does="ends", rules=_nothing, after=("a",)),
    )
    lines = draw_graph(nodes).splitlines()
    assert [line.strip() for line in lines if "-->" in line] == ["question --> a", "a --> b", "b --> answer"]


def test_the_table_tells_forms_and_budgets() -> None:
    one = Node[ResearchState](name="a", does="begins", rules=_nothing, budget=NodeBudget(seconds=2.5))
    two = Node[ResearchState](
        name="b", does="ends", rules=_nothing, model=_nothing, budget=NodeBudget(model_calls=3, tokens=9_000)
    )
    assert list_nodes((one, two)).splitlines()[2:] == [
        "| `a` | begins | rules | 2.5 |  |  |",
        "| `b` | ends | model, rules | 30 | 3 | 9,000 |",
    ]


def test_the_nodes_make_a_graph_with_every_form_in_code() -> None:
    names = [node.name for node in Graph(NODES).nodes]
    assert names == ["plan", "quantitative", "qualitative", "reconcile", "charts", "write", "verify", "relate"]
    assert [node.name for node in NODES if node.model is None] == ["charts", "verify"]

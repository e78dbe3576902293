"""The graph as a picture, drawn from the table of its nodes, so that the two cannot differ."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from cryptodesk.research.graph import Node

__all__ = ["draw_graph", "list_nodes"]


def draw_graph(nodes: Sequence[Node[Any]]) -> str:
    """A flow chart in Mermaid."""
    lines = ["flowchart TD", "  question([question])", "  answer([answer])"]
    lines += [f'  {node.name}["{node.name}"]' for node in nodes]
    for node in nodes:
        lines += [f"  {before} --> {node.name}" for before in node.after or ("question",)]
    stood_on = {name for node in nodes for name in node.after}
    lines += [f"  {node.name} --> answer" for node in nodes if node.name not in stood_on]
    return "\n".join(lines)


def list_nodes(nodes: Sequence[Node[Any]]) -> str:
    """A table in Markdown: what each node does, its forms and its budget."""
    head = "| node | what it does | forms | seconds | model calls | tokens |\n|---|---|---|--:|--:|--:|"
    return "\n".join((head, *map(_row, nodes)))


def _row(node: Node[Any]) -> str:
    forms = "model, rules" if node.model is not None else "rules"
    budget = node.budget
    calls, tokens = (str(budget.model_calls), f"{budget.tokens:,}") if node.model is not None else ("", "")
    return f"| `{node.name}` | {node.does} | {forms} | {budget.seconds:g} | {calls} | {tokens} |"

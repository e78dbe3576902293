"""Draws the research graph into docs/research.md, from the table of its nodes.

python scripts/draw_graph.py            # writes the picture and the table anew
python scripts/draw_graph.py --check    # tells whether they are those of the code
"""

from __future__ import annotations

import sys
from pathlib import Path

from cryptodesk.research.nodes import NODES
from cryptodesk.research.picture import draw_graph, list_nodes

PAGE = Path(__file__).parents[1] / "docs" / "research.md"
BEGIN, END = "<!-- graph: python scripts/draw_graph.py -->", "<!-- end of graph -->"


def redrawn(text: str) -> str:
    """The page with the picture of today. Raises: ValueError if the page has no place for it."""
    before, begin, rest = text.partition(BEGIN)
    _, end, after = rest.partition(END)
    if not begin or not end:
        raise ValueError(f"{PAGE.name} lacks the lines {BEGIN} and {END}")
    return f"{before}{BEGIN}\n\n```mermaid\n{draw_graph(NODES)}\n```\n\n{list_nodes(NODES)}\n\n{END}{after}"


def main() -> int:
    text = PAGE.read_text("utf-8")
    wanted = redrawn(text)
    if "--check" in sys.argv[1:]:
        print("the picture is that of the code" if text == wanted else "the picture is old: run this script")
        return int(text != wanted)
    PAGE.write_text(wanted, "utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())

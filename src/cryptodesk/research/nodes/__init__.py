"""The nodes of the research graph, one file each, in the order in which they are drawn."""

from __future__ import annotations

from cryptodesk.research.graph import Node
from cryptodesk.research.nodes.charts import CHARTS
from cryptodesk.research.nodes.plan import PLAN
from cryptodesk.research.nodes.qualitative import QUALITATIVE
from cryptodesk.research.nodes.quantitative import QUANTITATIVE
from cryptodesk.research.nodes.reconcile import RECONCILE
from cryptodesk.research.nodes.relate import RELATE
from cryptodesk.research.nodes.verify import VERIFY
from cryptodesk.research.nodes.write import WRITE
from cryptodesk.research.state import ResearchState

__all__ = ["NODES"]

NODES: tuple[Node[ResearchState], ...] = (
    PLAN,
    QUANTITATIVE,
    QUALITATIVE,
    RECONCILE,
    CHARTS,
    WRITE,
    VERIFY,
    RELATE,
)

"""Charts: chosen from what was asked, drawn from the series behind the answer."""

from __future__ import annotations

from cryptodesk.research.charting.choosing import choose_charts
from cryptodesk.research.charting.drawing import draw_charts
from cryptodesk.research.graph import Node, NodeBudget
from cryptodesk.research.state import Finding, ResearchState

__all__ = ["CHARTS", "draw_by_rules"]

_MOST = {"succinct": 1, "balanced": 2, "verbose": 3}


async def draw_by_rules(state: ResearchState) -> str:
    specs = state.chart_wishes or choose_charts(state.plans, state.now, _MOST[state.options.verbosity])
    if not specs:
        return "no chart would add to this answer"
    services = state.services
    drawn = await draw_charts(specs, services.metrics, services.feed, services.entity_of, state.run.request.as_of)
    state.charts = drawn.charts
    state.findings += [Finding("chart", gap) for gap in drawn.gaps]
    return f"{len(drawn.charts)} charts" + (f"; not drawn: {'; '.join(drawn.gaps)}" if drawn.gaps else "")


CHARTS = Node[ResearchState](
    name="charts",
    does="chooses and draws the charts that the question asks for",
    rules=draw_by_rules,
    after=("plan",),
    budget=NodeBudget(seconds=20.0),
)

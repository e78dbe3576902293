"""Charts: which a question deserves, at which granularity, and how they are drawn from the market's data."""

from cryptodesk.research.charting.choosing import choose_charts
from cryptodesk.research.charting.drawing import DrawnCharts, draw_charts
from cryptodesk.research.charting.specs import MARKET, MOST_ENTITIES, ChartSpec

__all__ = ["MARKET", "MOST_ENTITIES", "ChartSpec", "DrawnCharts", "choose_charts", "draw_charts"]

"""Any metric of the catalogue over time: one query for tools, charts and research."""

from cryptodesk.market.metrics.desk import MetricAnswer, MetricDesk, MetricQuery

__all__ = ["MetricAnswer", "MetricDesk", "MetricQuery"]

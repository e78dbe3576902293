"""What the research desk is lent by the composition root."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Sequence
from datetime import date, datetime

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.ports import ModelCatalog, Provider, RunObserver, ToolRunner, Verifier
from cryptodesk.core.research import ChartEntity
from cryptodesk.documents.query import DocumentFeed
from cryptodesk.engine.settlement import Settlement
from cryptodesk.market.metrics.desk import MetricDesk
from cryptodesk.market.query import Feed
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.ties import TieBreaks
from cryptodesk.research.planning import PlanCheck
from cryptodesk.research.related import DataMode

__all__ = ["BreakTies", "ResearchServices"]

# A question, the user's turns before it and the moment it is about, to what the head says of its close calls.
BreakTies = Callable[[str, Sequence[str], datetime], Awaitable[TieBreaks]]


class ResearchServices(Struct, frozen=True, kw_only=True):
    """`analyst` is the embedded analyst, and `analyst_route` the way it is charged: it does by rules what a node's
    language model does not. `plan_check` is the day's, kept between runs. `verifier` is needed for
    citations too; `reports_verification` is
    False where the operator has switched checking off. With `checks_entailment` a model reads every citation of a
    model's answer before it is sent."""

    clock: Clock
    catalog: ModelCatalog
    tools: ToolRunner
    documents: DocumentFeed
    feed: Feed
    metrics: MetricDesk
    knowledge: AssetKnowledge
    break_ties: BreakTies
    entity_of: Callable[[int | str], ChartEntity]
    analyst: Provider
    analyst_route: ModelRoute
    settlement: Settlement
    verifier: Verifier
    plan_check: Callable[[date], PlanCheck]
    data: DataMode = "auto"
    reports_verification: bool = True
    checks_entailment: bool = False
    observer: RunObserver | None = None

"""The research desk put together, and what stands beside it: jobs, texts, credits.

The graph is opened when something is first asked of it, for it imports much."""

from __future__ import annotations

import importlib
from collections.abc import AsyncGenerator, Callable, Sequence
from datetime import date, datetime
from functools import cache, lru_cache
from typing import TYPE_CHECKING, Any

from cryptodesk.core.events import RunEvent
from cryptodesk.core.ports import RunObserver
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.research import ChartEntity
from cryptodesk.engine import Settlement
from cryptodesk.market.identity.directory import AssetDirectory
from cryptodesk.models.analyst.ties import TieBreaks

if TYPE_CHECKING:
    from cryptodesk.app.desk import Desk
    from cryptodesk.research.engine import ResearchEngine
    from cryptodesk.research.texts import DeskTexts

__all__ = ["LateResearch", "LateTexts", "chart_entities", "open_research", "open_texts"]

_ANALYST = "cryptodesk-analyst"


class LateResearch:
    """A run engine that is made at its first run."""

    def __init__(self, make: Callable[[], ResearchEngine]) -> None:
        self._opened = cache(make)

    def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        return self._opened().run(request)


class LateTexts:
    """Text services that are made when first asked."""

    def __init__(self, make: Callable[[], DeskTexts]) -> None:
        self._opened = cache(make)

    async def extract(self, text: str) -> Any:
        return await self._opened().extract(text)

    async def trending(self, limit: int) -> Any:
        return await self._opened().trending(limit)


def open_research(desk: Desk, settlement: Settlement, observer: RunObserver | None) -> ResearchEngine:
    """The engine over the parts of an open desk."""
    engine = importlib.import_module("cryptodesk.research.engine")
    graph, nodes = (importlib.import_module(f"cryptodesk.research.{name}") for name in ("graph", "nodes"))
    services = importlib.import_module("cryptodesk.research.services")
    planning = importlib.import_module("cryptodesk.research.planning")
    metrics = importlib.import_module("cryptodesk.market.metrics.desk")
    verifier = importlib.import_module("cryptodesk.verification.verifier")
    taping, feed = desk.taping, desk.taping.feed(desk.market.feed)
    policy = desk.settings.verification
    route = desk.models.resolve(_ANALYST)[0]
    specs = [desk.tools.spec(name) for name in desk.tools.names()]

    async def break_ties(question: str, earlier: Sequence[str], now: datetime) -> TieBreaks:
        return await desk.break_ties(question, earlier, now)

    @lru_cache(maxsize=2)
    def plan_check(today: date) -> Any:
        return planning.PlanCheck(desk.knowledge, specs, today)

    opened: ResearchEngine = engine.ResearchEngine(
        services.ResearchServices(
            clock=taping.clock(desk.clock, "research"),
            catalog=desk.catalog,
            tools=taping.tools(desk.tools),
            documents=taping.documents(desk.documents),
            feed=feed,
            metrics=metrics.MetricDesk(feed, taping.clock(desk.clock, "metrics")),
            knowledge=desk.knowledge,
            break_ties=taping.ties(break_ties),
            entity_of=chart_entities(desk.market.directory),
            analyst=taping.provider(desk.models.provider(route.provider), route),
            analyst_route=route,
            settlement=settlement,
            # Citations rest on the check, so it is made even where the operator wants to hear nothing of it.
            verifier=verifier.AnswerVerifier("mark" if policy == "off" else policy),
            plan_check=plan_check,
            reports_verification=policy != "off",
            checks_entailment=desk.settings.citation_entailment,
            data=desk.settings.data,
            observer=observer,
        ),
        graph=graph.Graph(taping.nodes(nodes.NODES)),
        new_id=taping.new_id,
    )
    return opened


def open_texts(desk: Desk) -> DeskTexts:
    """What the desk's texts answer by themselves: entities of a text, questions that trend."""
    texts = importlib.import_module("cryptodesk.research.texts")
    handbook = importlib.import_module("cryptodesk.documents.handbook")
    directory = desk.market.directory

    def name_of(asset_id: int) -> str | None:
        asset = directory.by_id(asset_id)
        return None if asset is None else asset.name

    opened: DeskTexts = texts.DeskTexts(desk.mentions.find, desk.documents, desk.clock, name_of, handbook.load_articles)
    return opened


def chart_entities(directory: AssetDirectory) -> Callable[[int | str], ChartEntity]:
    """Names for a chart's series; what is no known asset is named by its id."""

    def entity_of(entity: int | str) -> ChartEntity:
        asset = directory.by_id(int(entity)) if str(entity).isdigit() else None
        if asset is None:
            return ChartEntity("market", str(entity), str(entity).replace("-", " ").title(), str(entity))
        return ChartEntity("asset", str(entity), asset.name, asset.slug, asset.symbol)

    return entity_of

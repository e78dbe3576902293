"""What the tests of the graph share: a state over fakes for one node, and the whole desk for all of them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, cast

import msgspec

from cryptodesk.app.desk import LOCAL_CALLER, Desk
from cryptodesk.core.clock import FixedClock
from cryptodesk.core.deadline import Deadline
from cryptodesk.core.events import Progress, RunEvent, RunFold
from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.core.messages import Message, ToolCallPart, text_message
from cryptodesk.core.requests import RunLimits, RunRequest
from cryptodesk.core.research import ChartEntity, ResearchOptions, ResearchOutcome
from cryptodesk.core.tools import ToolTrace
from cryptodesk.documents.query import DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.records import Chunk, Document, Hit
from cryptodesk.engine import Settlement
from cryptodesk.engine.state import RunState
from cryptodesk.models.analyst.followups import understand
from cryptodesk.models.analyst.provider import Analyst
from cryptodesk.models.analyst.ties import NO_BREAKS
from cryptodesk.research.planning import PlanCheck
from cryptodesk.research.services import ResearchServices
from cryptodesk.research.state import ResearchState, Task, Thread
from cryptodesk.settings import load_settings
from cryptodesk.verification.verifier import AnswerVerifier
from tests.engine.fakes import (
    CALLER,
    FakeCatalog,
    FakeDatabase,
    FakeLedger,
    FakePricing,
    FakeProvider,
    FakeTools,
    FakeTurns,
    Recorder,
)
from tests.research.planned import KNOWLEDGE, SPECS

__all__ = [
    "MOMENTS",
    "NOW",
    "FakeDocuments",
    "Fakes",
    "Seen",
    "analysed",
    "asked",
    "hit",
    "open_desk",
    "request_of",
    "seen",
    "state_of",
    "thread_with",
    "trace",
]  # fmt: skip

NOW = datetime(2026, 11, 22, 7, tzinfo=UTC)
MOMENTS = {"snapshot": datetime(2026, 9, 10, 12, tzinfo=UTC), "simulated": datetime(2026, 11, 21, 12, tzinfo=UTC)}
FREE = ModelPrice("free@2026-01-01", Decimal(0), Decimal(0), Decimal(0))
ANALYST_ROUTE = ModelRoute("analyst", "analyst", "cryptodesk-analyst-1", FREE, None, False)


def hit(document_id: str = "handbook/a", text: str = "Restaking reuses stake.", number: int = 0, **fields: Any) -> Hit:
    defaults: dict[str, Any] = {
        "document_id": document_id,
        "type": "handbook",
        "source": "handbook",
        "publisher": "Some house",
        "title": f"About {document_id}",
        "text": text,
        "fetched_at": NOW,
        "known_at": datetime(2026, 1, 1, tzinfo=UTC),
        "content_hash": "0" * 64,
    }
    warnings = fields.pop("warnings", ())
    return Hit(Document(**(defaults | fields)), Chunk(document_id, number, text), 1.0, warnings)


class FakeDocuments:
    """Finds what it is given, for every query alike."""

    def __init__(self, *hits: Hit) -> None:
        self.hits = hits
        self.queries: list[DocumentQuery] = []

    async def search(self, query: DocumentQuery) -> HitsFound:
        self.queries.append(query)
        return HitsFound(self.hits)

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        return DocumentsFound()

    async def count(self, as_of: datetime | None = None) -> int:
        return len(self.hits)


class Fakes:
    """Stand-ins for what the research desk is lent. `answers` are those of a language model; none, no model."""

    def __init__(self, *answers: Any, hits: Sequence[Hit] = (), analyst: Sequence[Any] = ()) -> None:
        self.model = FakeProvider(*answers)
        self.analyst = FakeProvider(*analyst)
        self.tools = FakeTools()
        self.documents = FakeDocuments(*hits)
        self.ledger = FakeLedger()
        self.log = Recorder()
        self.has_model = bool(answers)
        clock = FixedClock(NOW)
        analyst_provider = self.analyst if analyst else Analyst("analyst", KNOWLEDGE, clock)
        catalog = FakeCatalog(fake=self.model) if answers else _NoModel()
        self.services = ResearchServices(
            clock=clock,
            catalog=cast("Any", catalog),
            tools=self.tools,
            documents=self.documents,
            feed=cast("Any", None),
            metrics=cast("Any", None),
            knowledge=KNOWLEDGE,
            break_ties=_no_ties,
            entity_of=lambda one: ChartEntity("asset", str(one), str(one)),
            analyst=cast("Any", analyst_provider),
            analyst_route=ANALYST_ROUTE,
            settlement=Settlement(FakeDatabase(), FakeTurns(), self.ledger, FakePricing()),  # type: ignore[arg-type]
            verifier=AnswerVerifier("mark"),
            plan_check=lambda today: PlanCheck(KNOWLEDGE, SPECS, today),
            observer=self.log,
        )


class _NoModel:
    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        return [ANALYST_ROUTE]


async def _no_ties(question: str, earlier: Sequence[str], now: datetime) -> Any:
    return NO_BREAKS


def asked(
    *texts: str, options: ResearchOptions | None = None, limits: RunLimits | None = None, **fields: Any
) -> RunRequest:
    """The user's turns, answered in between."""
    messages: list[Message] = []
    for text in texts:
        messages += [text_message("assistant", "An answer.")] if messages else []
        messages.append(text_message("user", text))
    defaults: dict[str, Any] = {
        "caller": CALLER,
        "dialect": "test",
        "trace_id": "0" * 32,
        "model_id": "model",
        "messages": tuple(messages),
        "built_in_tools": ("lookup", "market", "maths"),
        "stream": True,
        "limits": limits or RunLimits(),
        "research": options or ResearchOptions(),
    }
    return RunRequest(**(defaults | fields))


def state_of(fakes: Fakes, *texts: str, **fields: Any) -> ResearchState:
    """Only within a running loop. The model of the fakes is the run's."""
    request = asked(*(texts or ("How did Bitcoin do?",)), **fields)
    run = RunState(request, "run1", NOW.timestamp(), Deadline(request.limits.seconds))
    state = ResearchState(run, request.research or ResearchOptions(), fakes.services, NOW)
    if fakes.has_model:
        state.model_routes = tuple(fakes.services.catalog.resolve("model"))
    state.plans = understand(state.question, state.earlier, KNOWLEDGE, NOW.date())
    return state


def trace(
    call_id: str, name: str, output: object, arguments: str = "{}", *, failed: bool = False
) -> tuple[ToolCallPart, ToolTrace]:
    text = output if isinstance(output, str) else msgspec.json.encode(output).decode()
    status: Any = "failed" if failed else "completed"
    return ToolCallPart(call_id, name, arguments), ToolTrace(call_id, name, arguments, status, text, output=text)


def thread_with(question: str, *traces: tuple[ToolCallPart, ToolTrace], text: str = "", section: str = "") -> Thread:
    thread = Thread(Task(question, section), (text_message("user", question),))
    thread.traces = list(traces)
    thread.text = text
    return thread


@asynccontextmanager
async def open_desk(home: Path, mode: str = "snapshot", **settings: Any) -> AsyncIterator[Desk]:
    """The product over the data that ship with it or over the simulated world, with scripted models."""
    given = {"data": mode, "home": home, "scripted_models": True, "documents_sync": False} | settings
    async with Desk(load_settings(**given), FixedClock(MOMENTS[mode])) as desk:
        yield desk


def request_of(desk: Desk, *texts: str, model: str = "cryptodesk-analyst", **fields: Any) -> RunRequest:
    names = tuple(desk.tools.names())
    limits = fields.pop("limits", None) or desk.limits
    return asked(
        *texts, **({"caller": LOCAL_CALLER, "model_id": model, "built_in_tools": names, "limits": limits} | fields)
    )


class Seen(RunFold):
    """A run's events, folded and in order."""

    def __init__(self) -> None:
        super().__init__()
        self.events: list[RunEvent] = []

    @property
    def outcome(self) -> ResearchOutcome:
        assert self.finished is not None, self.failed
        assert self.finished.research is not None
        return self.finished.research

    @property
    def forms(self) -> dict[str, str]:
        """Which form of each node did its work."""
        return {step.node: step.form for step in self.outcome.steps if step.status == "completed"}

    def why(self, node: str) -> str:
        """What is told of a node's form in code."""
        return next(step.detail for step in self.outcome.steps if step.node == node and step.form == "rules")

    @property
    def progress(self) -> list[Progress]:
        return [event for event in self.events if isinstance(event, Progress)]


async def seen(engine: Any, request: RunRequest) -> Seen:
    fold = Seen()
    async for batch in engine.run(request):
        for event in batch:
            fold.events.append(event)
            fold.add(event)
    return fold


async def analysed(desk: Desk, *texts: str, **fields: Any) -> Seen:
    return await seen(desk.research, request_of(desk, *texts, **fields))

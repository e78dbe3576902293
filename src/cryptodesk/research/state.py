"""What a researched answer knows of itself while its graph runs: one slot for each thing a node finds out."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from cryptodesk.core.events import ComputedFigure, RunEvent
from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.messages import Message, ToolCallPart, text_message
from cryptodesk.core.research import Chart, ResearchOptions, ResearchStep
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.verification import Verification
from cryptodesk.documents.query import DocumentQuery
from cryptodesk.documents.records import Hit
from cryptodesk.engine.limits import CallKey, call_key
from cryptodesk.engine.state import RunState
from cryptodesk.models.analyst.questions import Plan
from cryptodesk.research.charting.specs import ChartSpec
from cryptodesk.research.citing.numbering import Numbering
from cryptodesk.research.citing.sources import SourceBook
from cryptodesk.research.clarifying import Clarification
from cryptodesk.research.outbox import Outbox
from cryptodesk.research.services import ResearchServices

__all__ = ["Finding", "ResearchState", "Task", "Thread"]


class Task(Struct, frozen=True):
    """One question that a thread of the research is about; the whole of an answer has one, a report several."""

    question: str
    section: str = ""


class Thread:
    """A quantitative agent's work on one task: its conversation with the tools, and what was written from it.

    `text` and `computed` are the analyst's, once it has nothing more to ask; empty where a model gathers."""

    __slots__ = ("computed", "messages", "task", "text", "traces")

    def __init__(self, task: Task, messages: Sequence[Message]) -> None:
        self.task = task
        self.messages = list(messages)
        self.traces: list[tuple[ToolCallPart, ToolTrace]] = []
        self.text = ""
        self.computed: tuple[ComputedFigure, ...] = ()


class Finding(Struct, frozen=True):
    """Something the reader must know of the evidence: what contradicts, is old, or is missing."""

    kind: str
    text: str


class ResearchState:
    """Read by every node, written by one each: see the comments."""

    def __init__(self, run: RunState, options: ResearchOptions, services: ResearchServices, now: datetime) -> None:
        self.run = run
        self.options = options
        self.services = services
        self.now = now
        self.outbox: Outbox[RunEvent] = Outbox()
        users = [message.text for message in run.request.messages if message.role == "user"]
        self.question = users[-1] if users else ""
        self.earlier = tuple(users[:-1])
        self.model_routes: tuple[ModelRoute, ...] = ()
        self.steps: dict[str, ResearchStep] = {}
        # The bound that a model met; code goes on beyond it.
        self.model_limit: str | None = None
        self.tokens_under_way = 0
        # plan
        self.plans: tuple[Plan, ...] = ()
        self.datasets: tuple[str, ...] = ()
        self.wants_texts = False
        self.tasks: tuple[Task, ...] = ()
        self.queries: tuple[DocumentQuery, ...] = ()
        self.chart_wishes: tuple[ChartSpec, ...] = ()
        self.clarification: Clarification | None = None
        # quantitative, and reconcile where a second round is due
        self.threads: list[Thread] = []
        # qualitative, and reconcile
        self.hits: list[Hit] = []
        self.notes: list[str] = []
        # reconcile
        self.findings: list[Finding] = []
        # charts
        self.charts: tuple[Chart, ...] = ()
        # write and verify
        self.book = SourceBook()
        self.numbering = Numbering(self.book)
        self.draft = ""
        self.text = ""
        self.verification: Verification | None = None
        # relate
        self.related: tuple[str, ...] = ()

    @property
    def messages(self) -> tuple[Message, ...]:
        """The conversation; its last turn is the question that it settles, where it answers a question back."""
        given = self.run.request.messages
        last = max((at for at, message in enumerate(given) if message.role == "user"), default=-1)
        if last < 0 or given[last].text == self.question:
            return given
        return (*given[:last], text_message("user", self.question), *given[last + 1 :])

    @property
    def today(self) -> date:
        return self.now.date()

    @property
    def traces(self) -> list[tuple[ToolCallPart, ToolTrace]]:
        """Every finished tool call of the run, in the order of the tasks; the same call of two tasks once."""
        seen: dict[CallKey, tuple[ToolCallPart, ToolTrace]] = {}
        for thread in self.threads:
            for call, trace in thread.traces:
                seen.setdefault(call_key(call), (call, trace))
        return list(seen.values())

    @property
    def has_model(self) -> bool:
        return bool(self.model_routes)

    @property
    def is_question_back(self) -> bool:
        return self.clarification is not None

    def emit(self, *events: RunEvent) -> None:
        self.outbox.put(*events)

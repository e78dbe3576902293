"""What a run knows of itself while it goes on."""

from __future__ import annotations

from msgspec import Struct

from cryptodesk.core.deadline import Deadline
from cryptodesk.core.events import (
    CallPieces,
    ModelEvent,
    ModelFinished,
    ReasoningDelta,
    RunStarted,
    TextDelta,
    ToolCallDelta,
)
from cryptodesk.core.generation import FinishReason, ModelRoute
from cryptodesk.core.messages import Message, TextPart, ToolCallPart
from cryptodesk.core.money import Hold, HoldWanted
from cryptodesk.core.ports import Claim
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.tools import ToolSpec, ToolTrace
from cryptodesk.core.usage import Usage
from cryptodesk.core.verification import Verification
from cryptodesk.engine.cost_cap import CostCap
from cryptodesk.engine.estimates import estimate_usage
from cryptodesk.engine.limits import RepeatGuard

__all__ = ["Round", "RunState", "Spending"]


class Spending(Struct, frozen=True):
    """Tokens that one model call used on one route."""

    route: ModelRoute
    usage: Usage
    is_estimated: bool


class Round:
    """One model call: what was sent and what has come back so far. `tools` are those of the request that was sent."""

    __slots__ = ("_calls", "finished", "messages", "route", "text", "tools", "written")

    def __init__(self, messages: tuple[Message, ...]) -> None:
        self.messages = messages
        self.tools: tuple[ToolSpec, ...] = ()
        self.route: ModelRoute | None = None
        self.finished: ModelFinished | None = None
        self.text: list[str] = []
        self.written = 0
        self._calls = CallPieces()

    def add(self, batch: list[ModelEvent]) -> None:
        for event in batch:
            if type(event) is TextDelta:
                self.text.append(event.text)
                self.written += len(event.text)
            elif isinstance(event, ToolCallDelta):
                self._calls.add(event)
                self.written += len(event.arguments)
            elif isinstance(event, ReasoningDelta):
                self.written += len(event.text)
            elif isinstance(event, ModelFinished):
                self.finished = event

    @property
    def calls(self) -> tuple[ToolCallPart, ...]:
        """The calls of this round in index order, ids distinct; a call written without arguments has `{}`."""
        calls: list[ToolCallPart] = []
        for index, written in self._calls.calls():
            is_usable = written.call_id and all(written.call_id != call.call_id for call in calls)
            distinct = written.call_id if is_usable else f"{written.call_id or 'call'}_{index}"
            calls.append(ToolCallPart(distinct, written.name, written.arguments or "{}"))
        return tuple(calls)

    @property
    def argumentless(self) -> tuple[int, ...]:
        """Indexes of the calls that were written without any arguments text."""
        return tuple(index for index, call in self._calls.calls() if not call.arguments)

    def spending(self) -> Spending | None:
        """Reported usage, else an estimate that is marked; None when no upstream was reached."""
        if self.route is None:
            return None
        if self.finished is not None and self.finished.usage is not None:
            return Spending(self.route, self.finished.usage, False)
        return Spending(self.route, estimate_usage(self.messages, self.written, self.tools), True)


class RunState:
    __slots__ = (
        "built_in_specs",
        "built_in_tools",
        "cap",
        "claim",
        "client_calls",
        "client_tools",
        "conversation",
        "created_at",
        "current",
        "deadline",
        "finish_reason",
        "hold",
        "hold_wanted",
        "limit",
        "repeats",
        "request",
        "routes",
        "run_id",
        "settled",
        "spendings",
        "started",
        "tool_calls_run",
        "traces",
        "verification",
        "wrote_text",
    )

    def __init__(self, request: RunRequest, run_id: str, created_at: float, deadline: Deadline) -> None:
        self.request = request
        self.run_id = run_id
        self.created_at = created_at
        self.deadline = deadline
        self.routes: tuple[ModelRoute, ...] = ()
        self.claim: Claim | None = None
        self.hold_wanted: HoldWanted | None = None
        self.hold: Hold | None = None
        self.cap: CostCap | None = None
        self.conversation: list[Message] = list(request.messages)
        self.built_in_tools = request.built_in_tools
        self.built_in_specs: tuple[ToolSpec, ...] = ()
        self.client_tools = request.client_tools
        self.started: RunStarted | None = None
        self.current: Round | None = None
        self.spendings: list[Spending] = []
        self.traces: list[ToolTrace] = []
        self.client_calls: tuple[ToolCallPart, ...] = ()
        self.tool_calls_run = 0
        self.repeats = RepeatGuard()
        self.finish_reason: FinishReason = "stop"
        self.limit: str | None = None
        self.wrote_text = False
        self.verification: Verification | None = None
        self.settled = False

    @property
    def tools(self) -> tuple[ToolSpec, ...]:
        """All that the model may call: ours, then the caller's."""
        return (*self.built_in_specs, *self.client_tools)

    def close_round(self) -> None:
        """Counts the current round's tokens; once."""
        if self.current is not None:
            spending = self.current.spending()
            if spending is not None:
                self.spendings.append(spending)
            self.current = None

    def say(self, round_: Round, calls: tuple[ToolCallPart, ...]) -> None:
        """Appends what the model said in a round, and which calls of it are honoured, to the conversation."""
        text = "".join(round_.text)
        parts = (*((TextPart(text),) if text or not calls else ()), *calls)
        self.conversation.append(Message("assistant", parts))

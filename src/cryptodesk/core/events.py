"""What happens in a run, in order; and the fold that makes the buffered result of the same events.

Providers speak the model events, the engine the run events. Both travel in batches (lists): what one network read
brought is passed on, encoded and written at once, so a burst of chunks costs one write.
"""

from __future__ import annotations

from msgspec import Struct

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.generation import FinishReason
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.research import ResearchOutcome, ResearchStep
from cryptodesk.core.tools import ToolTrace
from cryptodesk.core.usage import Cost, RunReceipt, Usage
from cryptodesk.core.verification import Verification

__all__ = [
    "CallPieces",
    "ComputedFigure",
    "ModelEvent",
    "ModelFinished",
    "ModelStarted",
    "Progress",
    "ReasoningDelta",
    "RunEvent",
    "RunFailed",
    "RunFinished",
    "RunFold",
    "RunStarted",
    "TextDelta",
    "ToolCallDelta",
    "ToolCallFinished",
    "ToolCallStarted",
]


class TextDelta(Struct, frozen=True, gc=False):
    text: str


class ReasoningDelta(Struct, frozen=True, gc=False):
    text: str


class ToolCallDelta(Struct, frozen=True, gc=False):
    """A piece of a call the model is writing. `call_id` and `name` come with the first piece of an `index`."""

    index: int
    call_id: str | None
    name: str | None
    arguments: str


class ModelStarted(Struct, frozen=True):
    """First event of a provider: the model that really answers."""

    model: str
    service_tier: str = "default"


class ComputedFigure(Struct, frozen=True, omit_defaults=True):
    """A figure of the text that code worked out or copied from tool results, and what it is of. `field` is its name in
    the result, or code's own; `unit` is a currency code, "percent", a symbol (coins) or empty. Without an asset it is
    of the market, of several assets or of mere arithmetic."""

    value: float
    field: str = ""
    unit: str = ""
    asset: str = ""
    symbol: str = ""
    asset_id: int | str | None = None
    as_of: str = ""


class ModelFinished(Struct, frozen=True):
    """Last event of a provider. It may also come before, as soon as the upstream said why it stopped and what was used;
    the later one holds. `usage` is None when the upstream never said; it is then estimated and marked.

    `computed` are the figures of the text that the provider's own code wrote. A language model computes nothing: what
    it says stands or falls with the results alone."""

    finish_reason: FinishReason
    usage: Usage | None
    computed: tuple[ComputedFigure, ...] = ()


ModelEvent = ModelStarted | TextDelta | ReasoningDelta | ToolCallDelta | ModelFinished


class RunStarted(Struct, frozen=True):
    """First event of a run that began to answer. `created_at` is unix seconds."""

    run_id: str
    created_at: int
    model: str
    service_tier: str


class ToolCallStarted(Struct, frozen=True):
    call: ToolCallPart


class ToolCallFinished(Struct, frozen=True):
    trace: ToolTrace


class RunFinished(Struct, frozen=True):
    """Last event of a run that ended well. `limit` names the bound that ended it early, in words for people.
    `verification` is None where no figure was to be checked: no tool had run, or checking is off. `research`
    is what a researched answer carries beside its text. `receipt` is there for who asked."""

    finish_reason: FinishReason
    usage: Usage
    cost: Cost
    usage_is_estimated: bool = False
    limit: str | None = None
    verification: Verification | None = None
    research: ResearchOutcome | None = None
    receipt: RunReceipt | None = None


class Progress(Struct, frozen=True):
    """A step of a researched answer began or ended. For people and traces; never a part of the answer."""

    step: ResearchStep


class RunFailed(Struct, frozen=True):
    """Last event of a run that failed. Nothing follows it."""

    error: CryptodeskError


RunEvent = (
    RunStarted
    | TextDelta
    | ReasoningDelta
    | ToolCallDelta
    | ToolCallStarted
    | ToolCallFinished
    | Progress
    | RunFinished
    | RunFailed
)


class CallPieces:
    """Calls put together from their pieces."""

    __slots__ = ("_calls",)

    def __init__(self) -> None:
        self._calls: dict[int, tuple[str, str, list[str]]] = {}

    def add(self, piece: ToolCallDelta) -> None:
        call = self._calls.get(piece.index)
        if call is None:
            call = self._calls[piece.index] = (piece.call_id or "", piece.name or "", [])
        call[2].append(piece.arguments)

    def calls(self) -> list[tuple[int, ToolCallPart]]:
        """Each call with its index, in index order; id, name or arguments are empty where none came."""
        return [
            (index, ToolCallPart(call_id, name, "".join(arguments)))
            for index, (call_id, name, arguments) in sorted(self._calls.items())
        ]


class RunFold:
    """The buffered result: fold every event in, then read the fields. The only way a whole body is made."""

    __slots__ = ("_calls", "_reasoning", "_text", "failed", "finished", "started", "traces")

    def __init__(self) -> None:
        self.started: RunStarted | None = None
        self.finished: RunFinished | None = None
        self.failed: RunFailed | None = None
        self.traces: list[ToolTrace] = []
        self._text: list[str] = []
        self._reasoning: list[str] = []
        self._calls = CallPieces()

    def add(self, event: RunEvent) -> None:
        kind = type(event)
        if kind is TextDelta:
            self._text.append(event.text)  # type: ignore[union-attr]
        elif kind is ReasoningDelta:
            self._reasoning.append(event.text)  # type: ignore[union-attr]
        elif kind is RunStarted:
            self.started = event  # type: ignore[assignment]
        elif kind is RunFinished:
            self.finished = event  # type: ignore[assignment]
        elif kind is RunFailed:
            self.failed = event  # type: ignore[assignment]
        elif kind is ToolCallDelta:
            self._calls.add(event)  # type: ignore[arg-type]
        elif kind is ToolCallFinished:
            self.traces.append(event.trace)  # type: ignore[union-attr]

    @property
    def text(self) -> str:
        return "".join(self._text)

    @property
    def reasoning(self) -> str:
        return "".join(self._reasoning)

    @property
    def tool_calls(self) -> tuple[ToolCallPart, ...]:
        """Calls for the caller to run, in index order, with whole arguments."""
        return tuple(call for _, call in self._calls.calls())

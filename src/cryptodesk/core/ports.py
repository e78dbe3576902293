"""What the engine and the dialects need from below, as protocols. Adapters live in the layers between."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Literal, Protocol

from msgspec import Struct

from cryptodesk.core.events import ComputedFigure, ModelEvent
from cryptodesk.core.generation import ModelRequest, ModelRoute
from cryptodesk.core.messages import Message, ToolCallPart
from cryptodesk.core.requests import Caller
from cryptodesk.core.resilience import Resilience
from cryptodesk.core.tools import ToolRunContext, ToolSpec, ToolTrace
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.core.verification import Verification

__all__ = [
    "AnswerCheck",
    "Batch",
    "Claim",
    "Database",
    "Entry",
    "EntryKind",
    "KeyStore",
    "Ledger",
    "ModelCatalog",
    "Pricing",
    "Provider",
    "RunObserver",
    "RunSummary",
    "StoredTurn",
    "ToolRunner",
    "TurnState",
    "TurnStore",
    "Verifier",
]


class Batch(Protocol):
    """Writes that become durable together or not at all. Stores add to it, its owner commits."""

    def commit(self) -> Awaitable[None]:
        """Returns once the writes are on disk. Raises: InternalError if they are not."""
        ...


class Database(Protocol):
    def batch(self) -> Batch: ...


class Provider(Protocol):
    """A vendor of language models (or the embedded analyst)."""

    name: str

    def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        """Batches of events: `ModelStarted` first, `ModelFinished` last. Closing the iterator closes the upstream.

        Raises: UpstreamError, RunError, OutputLimitTooLow."""
        ...

    async def close(self) -> None: ...


class ModelCatalog(Protocol):
    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        """Routes to try in order, at least one. Raises: ModelNotFound."""
        ...

    def provider(self, name: str) -> Provider: ...

    @property
    def resilience(self) -> Resilience:
        """What is done about routes that fail."""
        ...


class Pricing(Protocol):
    def cost(self, route: ModelRoute, usage: Usage, *, built_in_listed: bool) -> Cost: ...


class ToolRunner(Protocol):
    def spec(self, name: str) -> ToolSpec:
        """The canonical specification. Raises: KeyError for a name that is not a built-in tool."""
        ...

    def names(self) -> Sequence[str]: ...

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        """Never raises for a failing tool: the trace says so."""
        ...


TurnState = Literal["built_in_open", "client_open", "completed"]


class StoredTurn(Struct, frozen=True):
    """A finished turn as it is kept for its follow-up: all messages up to and including its own, and its tools.

    `state` says what may follow: a synthesis, results of the calls in `pending_call_ids`, or nothing."""

    turn_id: str
    key_id: str
    state: TurnState
    created_at: float
    messages: tuple[Message, ...]
    built_in_tools: tuple[str, ...] = ()
    client_tools: tuple[ToolSpec, ...] = ()
    pending_call_ids: tuple[str, ...] = ()


class Claim(Struct, frozen=True):
    """The exclusive right to follow up `turn`, held until it is consumed, released or lapsed."""

    claim_id: str
    turn: StoredTurn


class TurnStore(Protocol):
    async def claim(self, turn_id: str, key_id: str, *, claim_id: str, now: float, lapses_at: float) -> Claim:
        """Of any number of claims at once exactly one wins.

        Raises: TurnNotFound, TurnCompleted (also of an answer that nothing can follow, and while somebody else holds
        the claim)."""
        ...

    async def release(self, claim: Claim) -> None:
        """Gives the right back, so that another request may follow the turn up."""
        ...

    def consume(self, batch: Batch, claim: Claim, *, completes: bool) -> None:
        """Ends the claim; the turn is then completed, or open again when the follow-up was cut short."""
        ...

    def save(self, batch: Batch, turn: StoredTurn) -> None: ...


class AnswerCheck(Protocol):
    """Reads one run's answer beside its tool results. Not for several threads."""

    def add_result(self, call: ToolCallPart, output: str) -> None:
        """What a built-in tool returned, as JSON text."""
        ...

    def add_computed(self, figures: Sequence[ComputedFigure]) -> None:
        """Figures that the provider's own code wrote, before the text that has them is judged."""
        ...

    def feed(self, text: str) -> str:
        """What of the text so far may be sent now: all of it, unless the policy changes figures."""
        ...

    def finish(self) -> tuple[str, Verification]:
        """The rest of the text, and what was found out. May take milliseconds: call it in a thread."""
        ...


class Verifier(Protocol):
    @property
    def changes_text(self) -> bool:
        """Whether the policy repairs or cuts what is wrong."""
        ...

    def begin(self, messages: Sequence[Message], now: datetime, *, is_json: bool) -> AnswerCheck | None:
        """A check for a run with this conversation, which is looked at for the user's own words; None where checking is
        off. The text of a JSON answer is never changed."""
        ...


EntryKind = Literal["hold", "charge", "surcharge", "release", "credit", "refund"]


class Entry(Struct, frozen=True):
    """One line of the ledger, never changed. `amount_usd` is exact; a hold and a charge are positive, a release and a
    credit negative. It is no number where the price of a marked model is unknown.

    `entry_id` is unique and begins with the run's id and a colon; an entry of no run has an empty `run_id`."""

    entry_id: str
    account_id: str
    key_id: str
    run_id: str
    kind: EntryKind
    amount_usd: Decimal
    created_at: float
    model_id: str
    served_by: str
    price_version: str
    usage: Usage
    usage_is_estimated: bool = False
    outcome: Literal["finished", "cancelled", "failed"] = "finished"
    note: str = ""  # an operator's words; a credit has them


class Ledger(Protocol):
    def record(self, batch: Batch, entries: Sequence[Entry]) -> None: ...


class KeyStore(Protocol):
    async def authenticate(self, presented_key: str, now: datetime) -> Caller | None:
        """Whose key this is; None if it is unknown, revoked or expired."""
        ...


class RunSummary(Struct, frozen=True):
    """What the log says of a run that ended. `code` is the error's code, None unless it failed. `figures_bound` are
    those of the answer that a tool result bears out, derived ones among them."""

    run_id: str
    trace_id: str
    dialect: str
    account_id: str
    key_id: str
    model_id: str
    served_by: str | None
    outcome: Literal["finished", "cancelled", "failed"]
    code: str | None
    finish_reason: str | None
    tool_calls: int
    usage: Usage
    amount_usd: Decimal
    duration_ms: float
    figures_bound: int = 0
    figures_contradicted: int = 0
    figures_unbound: int = 0


class RunObserver(Protocol):
    def ended(self, summary: RunSummary) -> None: ...

"""What a dialect declares, and what the edge is given to work with."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, MutableMapping, Sequence
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, Literal, Protocol

from msgspec import Struct

from cryptodesk.core.clock import Clock
from cryptodesk.core.events import RunEvent
from cryptodesk.core.jobs import ResearchJobs
from cryptodesk.core.limits import LimitState
from cryptodesk.core.money import MoneyDesk
from cryptodesk.core.ports import KeyStore
from cryptodesk.core.requests import Caller, RunLimits, RunRequest
from cryptodesk.ledger.credits import CreditAllowance
from cryptodesk.ledger.idempotency import AnswerStore
from cryptodesk.state.history import DatabaseHistory

if TYPE_CHECKING:
    # Types alone: a server that is asked for neither starts without them.
    from cryptodesk.documents.entities.records import Entities
    from cryptodesk.documents.intake.status import DocumentStatus
    from cryptodesk.documents.trending import Trending
    from cryptodesk.market.intake.status import DataStatus

__all__ = [
    "ASGIApp",
    "CreditMeter",
    "DataDesk",
    "DataReport",
    "Dialect",
    "DialectPorts",
    "DialectRoute",
    "DialectSettings",
    "EvidenceFiles",
    "Message",
    "NamedAsset",
    "QuestionReader",
    "ReadAsset",
    "Receive",
    "RunEngine",
    "Scope",
    "Send",
    "TextServices",
    "Topic",
]

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
ASGIApp = Callable[[Scope, Receive, Send], Awaitable[None]]


class RunEngine(Protocol):
    def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        """`RunStarted` or `RunFailed` first, `RunFinished` or `RunFailed` last. Raises nothing but cancellation.
        Who asks for it closes it."""
        ...


class TextServices(Protocol):
    """What the desk's texts answer by themselves, without a question to a model."""

    async def extract(self, text: str) -> Entities: ...

    async def trending(self, limit: int) -> Trending: ...


class CreditMeter(Protocol):
    async def allowance(self, caller: Caller) -> CreditAllowance: ...


class DataReport(Struct, frozen=True):
    """What market data and documents there are; `mode` is how the desk was started."""

    mode: str
    market: DataStatus
    documents: DocumentStatus | None = None


class DataDesk(Protocol):
    async def report(self) -> DataReport: ...


class EvidenceFiles(Protocol):
    async def file_of(self, caller: Caller, run_id: str) -> bytes | None:
        """What `cryptodesk evidence` writes; None for a run that is not this key's, or of which nothing is recorded."""
        ...


class NamedAsset(Struct, frozen=True):
    asset_id: int
    name: str
    symbol: str


class ReadAsset(Struct, frozen=True, omit_defaults=True):
    """What `text`, at `start`:`end` of the question, was taken for; `rivals` are other assets called the same.
    `confidence` is 0 to 1. `is_close_call` says that the choice has to be shown; `warning` why."""

    start: int
    end: int
    text: str
    asset_id: int
    name: str
    symbol: str
    confidence: float
    rivals: tuple[NamedAsset, ...] = ()
    is_close_call: bool = False
    warning: str | None = None


class Topic(Struct, frozen=True):
    """`name` is the analyst's for what is asked ("quote", "volatility"), `measures` what of it, `period` in words."""

    name: str
    measures: tuple[str, ...] = ()
    period: str | None = None


class QuestionReader(Protocol):
    """What the embedded analyst makes of a text. Costs nothing; may take milliseconds."""

    def assets(self, text: str, as_of: datetime | None = None) -> Sequence[ReadAsset]:
        """Assets that the text names, in its order; with `as_of` only those known by then."""
        ...

    def topics(self, text: str, earlier: Sequence[str] = ()) -> Sequence[Topic]:
        """What is asked; nothing where it is not of the desk's field."""
        ...

    def follow_ups(self, text: str, earlier: Sequence[str], most: int) -> Sequence[str]:
        """Questions to go on with, each of which the desk can answer."""
        ...


class DialectSettings(Struct, frozen=True):
    """Bounds of the edge. `body_seconds` is for the whole body, `write_seconds` for one write to a client that has
    stopped reading. A client's hang-up is looked for once a run has lasted `watch_after_seconds`. A researched answer
    that was begun and is silent is kept open by a filler every `fill_seconds`; it has `default_related_questions`
    where the request asks for no number, and OpenAI's `annotations` beside `metadata` if the desk `annotates`.
    `openai_tools` says what the strict OpenAI dialect offers unasked; `helper_prompts` that it answers the prompts of
    chat applications for titles, tags and questions by itself."""

    max_body_bytes: int = 4 * 1024 * 1024
    body_seconds: float = 30.0
    write_seconds: float = 60.0
    watch_after_seconds: float = 0.05
    allow_query_key: bool = True
    fill_seconds: float = 5.0
    default_related_questions: int = 2
    annotates: bool = True
    openai_tools: Literal["on", "off", "research"] = "on"
    helper_prompts: bool = True


class DialectPorts(Struct, frozen=True):
    """The edge's collaborators.

    `keys` is asked with an empty string when a request brings no key, so that a store may let anyone in.
    `require_model` raises ModelNotFound for an id that cannot be served; it is asked only where an unknown model
    has to be told before another fault. `model_ids` lists what `GET /v1/models` shows; without it that path is unknown.
    `limits` bound every run. `research` answers with the research graph, by the model `research_model` where the
    request cannot name one; `jobs`, `texts`, `credits`, `money` and `data` stand behind the routes beside the chat.
    A dialect leaves out the routes whose collaborator is missing. `answers` keeps those of an `Idempotency-Key`, which
    is passed over without it. `reader` tells what a question names; `limit_headers` are sent with every answer to a
    caller, where a dialect has headers for limits; `limit_states` looks them up; `turn_away` refuses whom nothing
    can be run for now. `watch` is what every endpoint is put into by whoever records requests. `evidence` makes the
    file that proves a run; `history` keeps conversations for keys.
    """

    engine: RunEngine
    keys: KeyStore
    clock: Clock
    built_in_tools: frozenset[str]
    settings: DialectSettings = DialectSettings()
    require_model: Callable[[str], object] | None = None
    model_ids: Callable[[], Sequence[str]] | None = None
    limits: RunLimits = RunLimits()
    research: RunEngine | None = None
    research_model: str = ""
    jobs: ResearchJobs | None = None
    texts: TextServices | None = None
    credits: CreditMeter | None = None
    money: MoneyDesk | None = None
    data: DataDesk | None = None
    answers: AnswerStore | None = None
    reader: QuestionReader | None = None
    limit_headers: Callable[[Caller], Sequence[tuple[bytes, bytes]]] | None = None
    limit_states: Callable[[Caller], Awaitable[Sequence[LimitState]]] | None = None
    turn_away: Callable[[Caller], None] | None = None
    watch: Callable[[ASGIApp], ASGIApp] | None = None
    evidence: EvidenceFiles | None = None
    history: DatabaseHistory | None = None

    def refuse_early(self, caller: Caller) -> None:
        """Before a body is read. Raises: Overloaded, RateLimited where it is known by then that nothing will be run."""
        if self.turn_away is not None:
            self.turn_away(caller)

    @property
    def built_in_order(self) -> tuple[str, ...]:
        return _in_order(self.built_in_tools)


@lru_cache(maxsize=8)
def _in_order(names: frozenset[str]) -> tuple[str, ...]:
    return tuple(sorted(names))


class DialectRoute(Struct, frozen=True):
    """One exact path. The endpoint answers every method, the wrong ones too."""

    path: str
    endpoint: ASGIApp


def _no_routes(ports: DialectPorts) -> Sequence[DialectRoute]:
    return ()


class Dialect(Struct, frozen=True):
    """`openapi` gives the `paths` and `components` of what `routes` mounts, in OpenAPI 3.1. `prefixes` are routes whose
    path is only the beginning: they answer what no exact path does, so that a dialect has its own 404."""

    name: str
    routes: Callable[[DialectPorts], Sequence[DialectRoute]]
    openapi: Callable[[DialectPorts], dict[str, Any]]
    prefixes: Callable[[DialectPorts], Sequence[DialectRoute]] = _no_routes

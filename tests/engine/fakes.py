"""Stand-ins for every port of the engine: they keep what they are given and do what the test says."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Sequence
from datetime import UTC, datetime
from decimal import Decimal

from cryptodesk.core.clock import FixedClock
from cryptodesk.core.errors import CryptodeskError, ModelNotFound, TurnCompleted, TurnNotFound
from cryptodesk.core.events import (
    ModelEvent,
    ModelFinished,
    ModelStarted,
    RunEvent,
    RunFold,
    TextDelta,
    ToolCallDelta,
)
from cryptodesk.core.generation import FinishReason, ModelPrice, ModelRequest, ModelRoute
from cryptodesk.core.messages import ToolCallPart, text_message
from cryptodesk.core.ports import Claim, Entry, RunSummary, StoredTurn, Verifier
from cryptodesk.core.requests import Caller, RunRequest
from cryptodesk.core.resilience import BreakerRule, Resilience, RetryRule
from cryptodesk.core.tools import ToolRunContext, ToolSpec, ToolTrace
from cryptodesk.core.usage import Cost, Usage
from cryptodesk.engine import Engine, Settlement

NOW = datetime(2026, 9, 24, 16, 5, 10, tzinfo=UTC)
CALLER = Caller("acct", "key")
USAGE = Usage(input_tokens=100, output_tokens=10)
# One USD per token either way, so that money in the tests is the count of tokens.
PRICE = ModelPrice("test@2026-01-01", Decimal(1_000_000), Decimal(0), Decimal(1_000_000))

Script = Callable[[ModelRequest], AsyncIterator[list[ModelEvent]]]
Answer = list[list[ModelEvent]] | CryptodeskError | Script


def says(*texts: str, usage: Usage | None = USAGE, reason: FinishReason = "stop") -> list[list[ModelEvent]]:
    """One batch a text, as a streaming upstream would bring them."""
    batches: list[list[ModelEvent]] = [[TextDelta(text)] for text in texts] or [[]]
    return [[ModelStarted("upstream-1"), *batches[0]], *batches[1:], [ModelFinished(reason, usage)]]


def calls(*wanted: tuple[str, str], text: str = "", usage: Usage | None = USAGE) -> list[list[ModelEvent]]:
    """One batch with the (name, arguments) calls; ids are call_0, call_1, ... within the round."""
    deltas = [ToolCallDelta(i, f"call_{i}", name, arguments) for i, (name, arguments) in enumerate(wanted)]
    said = [TextDelta(text)] if text else []
    return [[ModelStarted("upstream-1"), *said, *deltas, ModelFinished("tool_calls", usage)]]


class FakeProvider:
    """Answers each request with the next answer; the last one repeats."""

    name = "fake"

    def __init__(self, *answers: Answer) -> None:
        self.answers = list(answers)
        self.requests: list[ModelRequest] = []
        self.closed_early = 0

    async def stream(self, request: ModelRequest) -> AsyncIterator[list[ModelEvent]]:
        self.requests.append(request)
        answer = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if isinstance(answer, CryptodeskError):
            raise answer
        if callable(answer):
            async for batch in answer(request):
                yield batch
            return
        try:
            for batch in answer:
                yield batch
        except GeneratorExit:
            self.closed_early += 1
            raise

    async def close(self) -> None:
        pass


class FakeCatalog:
    """A route for each provider, in the order given. Nothing is asked twice unless a test says so."""

    def __init__(self, **providers: FakeProvider) -> None:
        self.providers = providers
        self.resilience = Resilience(RetryRule(retries=0), BreakerRule(failures=0))

    def resolve(self, model_id: str) -> Sequence[ModelRoute]:
        if model_id != "model":
            raise ModelNotFound("no such model", model_id=model_id)
        return [ModelRoute(model_id, name, f"{name}-upstream", PRICE) for name in self.providers]

    def provider(self, name: str) -> FakeProvider:
        return self.providers[name]


class FakePricing:
    def cost(self, route: ModelRoute, usage: Usage, *, built_in_listed: bool) -> Cost:
        tokens = Decimal(usage.input_tokens + usage.output_tokens)
        return Cost(tokens, tokens / 10 if built_in_listed else Decimal(0))


class FakeBatch:
    def __init__(self) -> None:
        self.writes: list[Callable[[], None]] = []

    async def commit(self) -> None:
        for write in self.writes:
            write()


class FakeDatabase:
    def batch(self) -> FakeBatch:
        return FakeBatch()


class FakeTurns:
    def __init__(self) -> None:
        self.turns: dict[str, StoredTurn] = {}
        self.claimed: set[str] = set()
        self.completed: set[str] = set()
        self.released: list[str] = []

    async def claim(self, turn_id: str, key_id: str, *, claim_id: str, now: float, lapses_at: float) -> Claim:
        turn = self.turns.get(turn_id)
        if turn is None or turn.key_id != key_id:
            raise TurnNotFound("not found", turn_id=turn_id)
        if turn.state == "completed" or turn_id in self.claimed | self.completed:
            raise TurnCompleted("conversation is already completed")
        self.claimed.add(turn_id)
        return Claim(claim_id, turn)

    async def release(self, claim: Claim) -> None:
        self.claimed.discard(claim.turn.turn_id)
        self.released.append(claim.turn.turn_id)

    def consume(self, batch: FakeBatch, claim: Claim, *, completes: bool) -> None:
        def write() -> None:
            self.claimed.discard(claim.turn.turn_id)
            if completes:
                self.completed.add(claim.turn.turn_id)

        batch.writes.append(write)

    def save(self, batch: FakeBatch, turn: StoredTurn) -> None:
        batch.writes.append(lambda: self.turns.__setitem__(turn.turn_id, turn))


class FakeLedger:
    def __init__(self) -> None:
        self.entries: list[Entry] = []

    def record(self, batch: FakeBatch, entries: Sequence[Entry]) -> None:
        kept = list(entries)
        batch.writes.append(lambda: self.entries.extend(kept))


class FakeTools:
    """`lookup` resolves, `market` and `maths` do the rest; each returns its name and arguments."""

    def __init__(self) -> None:
        self.ran: list[ToolCallPart] = []
        self.contexts: list[ToolRunContext] = []
        self.failing: set[str] = set()
        self.gate: asyncio.Event | None = None
        self.side_by_side = 0
        self._running = 0

    def names(self) -> Sequence[str]:
        return ("lookup", "market", "maths")

    def spec(self, name: str) -> ToolSpec:
        if name not in self.names():
            raise KeyError(name)
        return ToolSpec(name, name, {}, built_in=True, is_resolver=name == "lookup", advice=f"How to use {name}.")

    async def run(self, call: ToolCallPart, context: ToolRunContext) -> ToolTrace:
        self.ran.append(call)
        self.contexts.append(context)
        self._running += 1
        self.side_by_side = max(self.side_by_side, self._running)
        await asyncio.sleep(0)
        if self.gate is not None:
            await self.gate.wait()
        self._running -= 1
        if call.name in self.failing:
            return ToolTrace(call.call_id, call.name, call.arguments, "failed", "it broke", error_message="it broke")
        output = f'{{"{call.name}":{call.arguments}}}'
        return ToolTrace(call.call_id, call.name, call.arguments, "completed", output, output=output)


class Recorder:
    def __init__(self) -> None:
        self.summaries: list[RunSummary] = []

    def ended(self, summary: RunSummary) -> None:
        self.summaries.append(summary)


class Desk:
    """An engine over fakes, and everything they kept."""

    def __init__(self, *answers: Answer, verifier: Verifier | None = None, **providers: FakeProvider) -> None:
        self.provider = FakeProvider(*answers) if answers else next(iter(providers.values()))
        self.tools = FakeTools()
        self.turns = FakeTurns()
        self.ledger = FakeLedger()
        self.log = Recorder()
        numbers = iter(range(1, 1000))
        self.engine = Engine(
            catalog=FakeCatalog(**(providers or {"fake": self.provider})),  # type: ignore[arg-type]
            tools=self.tools,
            turns=self.turns,  # type: ignore[arg-type]
            settlement=Settlement(FakeDatabase(), self.turns, self.ledger, FakePricing()),  # type: ignore[arg-type]
            clock=FixedClock(NOW),
            observer=self.log,
            verifier=verifier,
            new_id=lambda now: f"run{next(numbers)}",
        )

    async def events(self, request: RunRequest) -> list[RunEvent]:
        return [event async for batch in self.engine.run(request) for event in batch]

    async def result(self, request: RunRequest) -> RunFold:
        fold = RunFold()
        for event in await self.events(request):
            fold.add(event)
        return fold


def ask(text: str = "hello", **fields: object) -> RunRequest:
    defaults: dict[str, object] = {
        "caller": CALLER,
        "dialect": "test",
        "trace_id": "0" * 32,
        "model_id": "model",
        "messages": (text_message("user", text),) if text else (),
    }
    return RunRequest(**(defaults | fields))  # type: ignore[arg-type]

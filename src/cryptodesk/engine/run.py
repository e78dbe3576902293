"""The run: from a request to its events. One path for every dialect, streamed or buffered."""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections.abc import AsyncGenerator, Callable

from cryptodesk.core.clock import Clock
from cryptodesk.core.deadline import Deadline
from cryptodesk.core.errors import CryptodeskError, RunTimeout
from cryptodesk.core.events import (
    ModelEvent,
    ModelStarted,
    ReasoningDelta,
    RunEvent,
    RunFailed,
    RunFinished,
    RunStarted,
    TextDelta,
    ToolCallDelta,
)
from cryptodesk.core.generation import ModelRequest, ModelRoute, ToolChoice
from cryptodesk.core.ids import new_time_ordered_id
from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.ports import (
    ModelCatalog,
    RunObserver,
    ToolRunner,
    TurnStore,
    Verifier,
)
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.usage import Cost
from cryptodesk.core.worst_case import RunShape, bounded_tokens, smaller_limit
from cryptodesk.engine.call_model import ModelCall
from cryptodesk.engine.call_tools import ToolCaller
from cryptodesk.engine.checking import AnswerChecking
from cryptodesk.engine.conversation import resumed_conversation
from cryptodesk.engine.cost_cap import CostCap
from cryptodesk.engine.ending import RunEnding
from cryptodesk.engine.limits import cap_limit, notice, rounds_limit, seconds_limit, tokens_limit
from cryptodesk.engine.prelude import with_prelude
from cryptodesk.engine.settlement import Settlement, is_estimated, total_usage
from cryptodesk.engine.state import Round, RunState

__all__ = ["Engine"]

log = logging.getLogger("cryptodesk.engine")

# A claim outlives its run by this much, so that it can lapse only when the process that held it is gone.
_CLAIM_GRACE_SECONDS = 60.0


class Engine:
    def __init__(
        self,
        *,
        catalog: ModelCatalog,
        tools: ToolRunner,
        turns: TurnStore,
        settlement: Settlement,
        clock: Clock,
        observer: RunObserver | None = None,
        verifier: Verifier | None = None,
        new_id: Callable[[float], str] = new_time_ordered_id,
    ) -> None:
        self._catalog = catalog
        self._tools = tools
        self._tool_caller = ToolCaller(tools)
        self._turns = turns
        self._verifier = verifier
        self._clock = clock
        self._new_id = new_id
        self._settlement = settlement
        self._ending = RunEnding(settlement, clock, observer)

    async def run(self, request: RunRequest) -> AsyncGenerator[list[RunEvent], None]:
        """Batches of events: `RunStarted` first and `RunFinished` or `RunFailed` last; `RunFailed` may be the only one.

        Never raises, save when its consumer is cancelled or closes it: then the upstream is closed at once, the claim
        given back and what was used charged as an estimate.
        """
        now = self._clock.unix()
        state = RunState(request, self._new_id(now), now, Deadline(request.limits.seconds))
        try:
            state.routes = tuple(self._catalog.resolve(request.model_id))
            if request.resume_from is not None:
                await self._follow_up(state, request.resume_from)
            state.built_in_specs = tuple(map(self._tools.spec, state.built_in_tools))
            if self._settlement.reserving.is_needed(state):
                sent = self._next_input(state)
                await self._settlement.reserving.open(state, self._largest(state, sent), sent)
            checking = AnswerChecking.of(self._verifier, state, self._clock)
            answer = self._answer(state)
            try:
                async for batch in answer:
                    visible = batch if checking is None else checking.pass_on(batch)
                    if visible:
                        yield visible
            finally:
                await answer.aclose()
            if checking is not None:
                rest, state.verification = await checking.finish()
                if rest:
                    yield rest
            cost = await self._ending.finish(state)
            yield [self._finished(state, cost)]
        except CryptodeskError as error:
            await self._ending.fail(state, error)
            yield [RunFailed(error)]
        except Exception:
            yield [RunFailed(await self._ending.fail_by_defect(state))]
        except (asyncio.CancelledError, GeneratorExit):
            await self._ending.cancel(state)
            raise
        finally:
            state.deadline.close()

    def _finished(self, state: RunState, cost: Cost) -> RunFinished:
        usage, receipt = total_usage(state.spendings), self._settlement.receipt(state, cost)
        return RunFinished(
            state.finish_reason,
            usage,
            cost,
            is_estimated(state.spendings),
            state.limit,
            state.verification,
            receipt=receipt,
        )

    async def _follow_up(self, state: RunState, turn_id: str) -> None:
        """Claims the turn and joins its conversation."""
        request = state.request
        now = self._clock.unix()
        claiming = asyncio.ensure_future(
            self._turns.claim(
                turn_id,
                request.caller.key_id,
                claim_id=state.run_id,
                now=now,
                lapses_at=now + request.limits.seconds + _CLAIM_GRACE_SECONDS,
            )
        )
        try:
            state.claim = await asyncio.shield(claiming)
        except asyncio.CancelledError:
            # The claim may be won all the same; it must be known, so that it is given back.
            with contextlib.suppress(CryptodeskError):
                state.claim = await claiming
            raise
        turn = state.claim.turn
        state.conversation = list(resumed_conversation(turn, request.messages))
        state.built_in_tools = request.built_in_tools or turn.built_in_tools
        state.client_tools = request.client_tools or turn.client_tools

    @staticmethod
    def _largest(state: RunState, sent: int) -> RunShape:
        """The run at its largest by its limits, if its first call reads `sent` tokens."""
        request = state.request
        calls_tools = bool(state.built_in_tools)
        return RunShape(
            input_tokens=sent,
            calls=request.limits.rounds if calls_tools else 1,
            tool_calls=request.limits.tool_calls if calls_tools else 0,
            output_tokens=request.max_output_tokens,
            built_in_listed=bool(request.built_in_tools),
        )

    # -- the rounds ------------------------------------------------------------------------------------------------

    async def _answer(self, state: RunState) -> AsyncGenerator[list[RunEvent], None]:
        """Model calls and tool calls in turn until there is an answer, a hand-over to the caller, or a limit."""
        rounds_done = 0
        choice = self._first_choice(state)
        while True:
            current = self._begin_round(state, choice)
            offers_built_ins = bool(state.built_in_tools) and choice != "none"
            # While a built-in call may still make the text void, it is held back.
            held: list[RunEvent] | None = [] if offers_built_ins and state.request.after_tools == "return" else None
            keeps_calls = not offers_built_ins and choice != "none"
            call = self._call_model(state, current, choice)
            try:
                while (arrived := await call.next_batch()) is not None:
                    events = self._visible(state, current, arrived, held, keeps_calls)
                    if events:
                        yield events
            except TimeoutError:
                yield self._out_of_time(state)
                return
            finally:
                await call.close()
            if held and not state.traces and not self._tool_caller.split(current.calls)[0]:
                state.wrote_text = bool(current.text)
                yield held
            rounds_done += 1
            calls = current.calls if choice != "none" else ()  # calls that were forbidden are not honoured
            built_in, client = self._tool_caller.split(calls)
            state.say(current, calls)
            state.close_round()
            if built_in:
                async for batch in self._tool_caller.run(state, built_in):
                    yield batch
            if client or not built_in:
                last = self._end(state, current, client)
                if last:
                    yield last
                return
            owed = self._after_tools(state, built_in, rounds_done)
            if owed is not None:
                yield owed
                return
            if state.request.after_tools == "answer":
                # Past a limit the last round writes from what there is.
                choice = "auto" if state.limit is None else "none"

    def _after_tools(
        self, state: RunState, built_in: tuple[ToolCallPart, ...], rounds_done: int
    ) -> list[RunEvent] | None:
        """None where another round follows; else the events that are still owed."""
        self._check_limits(state, rounds_done)
        if not self._tool_caller.goes_on(state, built_in, rounds_done):
            state.finish_reason = "tool_calls"
            return []
        if state.cap is not None and not self._covers_answer(state, state.cap):
            return self._stop(state, cap_limit(state.cap.limit_usd))
        return None

    def _first_choice(self, state: RunState) -> ToolChoice:
        request = state.request
        asked = request.tool_choice
        lists_tools = bool(request.built_in_tools or request.client_tools)
        if not lists_tools:
            return "none"
        if request.resume_from is not None and asked is None:
            # A synthesis is asked for the text, unless its request lists tools and leaves the choice open on purpose.
            return "auto" if state.claim is not None and state.claim.turn.state == "client_open" else "none"
        return asked or "auto"

    def _check_limits(self, state: RunState, rounds_done: int) -> None:
        """Notes the first bound that is met after a round of tools, unless one was met already."""
        limits = state.request.limits
        answers = state.request.after_tools == "answer"
        if state.limit is not None:
            return
        if answers and rounds_done >= limits.rounds - 1:
            state.limit = rounds_limit(limits)
        elif limits.tokens is not None and total_usage(state.spendings).total_tokens >= limits.tokens:
            state.limit = tokens_limit(limits)
        elif state.cap is not None and not state.cap.covers_step(
            state.routes[0], self._next_input(state), self._settlement.cost(state).total_usd
        ):
            state.limit = cap_limit(state.cap.limit_usd)

    def _covers_answer(self, state: RunState, cap: CostCap) -> bool:
        """Whether another call of the model can be paid."""
        return cap.covers_answer(state.routes[0], self._next_input(state), self._settlement.cost(state).total_usd)

    def _next_input(self, state: RunState) -> int:
        messages = with_prelude(state.conversation, state.built_in_specs, may_call=True)
        return bounded_tokens(messages, state.tools)

    def _begin_round(self, state: RunState, choice: ToolChoice) -> Round:
        messages = with_prelude(state.conversation, state.built_in_specs, may_call=choice != "none")
        state.current = Round(messages)
        return state.current

    def _call_model(self, state: RunState, current: Round, choice: ToolChoice) -> ModelCall:
        return ModelCall(
            self._catalog, state.routes, current, lambda route: self._ask(state, current, choice, route), state.deadline
        )

    def _visible(
        self,
        state: RunState,
        current: Round,
        batch: list[ModelEvent],
        held: list[RunEvent] | None,
        keeps_calls: bool,
    ) -> list[RunEvent]:
        """The events of a batch that the caller sees now. Calls are passed on live only where all are the caller's
        own; where text is held back it goes to `held`."""
        out: list[RunEvent] = []
        said: list[RunEvent] = out if held is None else held
        for event in batch:
            kind = type(event)
            if kind is TextDelta or kind is ReasoningDelta or (kind is ToolCallDelta and keeps_calls):
                said.append(event)  # type: ignore[arg-type]
            elif kind is ModelStarted and state.started is None:
                out.append(self._start(state, current, event))  # type: ignore[arg-type]
        if held is None and current.text:
            state.wrote_text = True
        return out

    @staticmethod
    def _start(state: RunState, current: Round, event: ModelStarted) -> RunStarted:
        state.started = RunStarted(state.run_id, int(state.created_at), event.model, event.service_tier)
        if current.route is not None:
            # Whoever began to answer goes on: the caller has been told its name.
            state.routes = (current.route,)
        return state.started

    def _ask(self, state: RunState, current: Round, choice: ToolChoice, route: ModelRoute) -> ModelRequest:
        request = state.request
        tools = state.tools
        most = smaller_limit(request.max_output_tokens, route.max_output_tokens)
        if state.cap is not None:
            sent = bounded_tokens(current.messages, tools)
            most = state.cap.output_tokens(route, sent, most, self._settlement.cost(state).total_usd)
        return ModelRequest(
            upstream_model=route.upstream_model,
            messages=current.messages,
            tools=tools,
            tool_choice=choice,
            response_format=request.response_format,
            temperature=request.temperature,
            max_output_tokens=most,
            reasoning_effort=request.reasoning_effort,
            stream=request.stream,
            as_of=request.as_of,
        )

    # -- ends ------------------------------------------------------------------------------------------------------

    def _end(self, state: RunState, current: Round, client: tuple[ToolCallPart, ...]) -> list[RunEvent]:
        """Ends the run after its last round. The events that are still owed: calls not passed on live, a notice."""
        state.client_calls = client
        if client:
            state.finish_reason = "tool_calls"
            if state.built_in_tools:
                return [ToolCallDelta(i, call.call_id, call.name, call.arguments) for i, call in enumerate(client)]
            return [ToolCallDelta(index, None, None, "{}") for index in current.argumentless]
        if state.traces and state.request.after_tools == "return":
            # Only a round after id look-ups gets here: its text is void, the traces are the answer.
            state.finish_reason = "tool_calls"
            return []
        reason = current.finished.finish_reason if current.finished is not None else "stop"
        state.finish_reason = "stop" if reason == "tool_calls" else reason
        if state.limit is not None and state.finish_reason == "stop":
            return [TextDelta(notice(state.limit, wrote_text=state.wrote_text))]
        return []

    def _out_of_time(self, state: RunState) -> list[RunEvent]:
        """Time is up: what was gathered is handed over and the answer says so.

        Raises: RunTimeout when nothing was gathered."""
        state.limit = seconds_limit(state.request.limits)
        current = state.current
        if state.started is None or not (state.traces or state.wrote_text):
            raise RunTimeout(f"No answer began within {state.request.limits.seconds:g} seconds.")
        if current is not None:
            state.say(current, ())
        return self._stop(state, state.limit)

    @staticmethod
    def _stop(state: RunState, limit: str) -> list[RunEvent]:
        """Hands over what was gathered, and says why there is no more."""
        state.limit = limit
        if state.traces and state.request.after_tools == "return":
            state.finish_reason = "tool_calls"
            return []
        state.finish_reason = "length"
        return [TextDelta(notice(state.limit, wrote_text=state.wrote_text))]

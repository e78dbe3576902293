"""One call of a language model from within a node: on the first route that answers, within the node's and the run's
budgets, charged to the run."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any, TypeVar

import msgspec

from cryptodesk.core.deadline import Deadline
from cryptodesk.core.errors import BudgetSpent, UpstreamBadAnswer
from cryptodesk.core.events import TextDelta
from cryptodesk.core.generation import ModelRequest, ModelRoute, ResponseFormat, ToolChoice
from cryptodesk.core.messages import Message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.worst_case import bounded_tokens
from cryptodesk.engine.call_model import ModelCall
from cryptodesk.engine.estimates import estimate_usage
from cryptodesk.engine.limits import cap_limit, tokens_limit
from cryptodesk.engine.settlement import total_usage
from cryptodesk.engine.state import Round
from cryptodesk.research.purse import purse
from cryptodesk.research.state import ResearchState

__all__ = ["MOST_OUTPUT_TOKENS", "ModelAsk", "ask_model", "ask_model_for"]

T = TypeVar("T", bound=msgspec.Struct)

MOST_OUTPUT_TOKENS = 2_000


class ModelAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What a node asks of its model. `seconds` is for the whole answer."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice = "auto"
    response_format: ResponseFormat | None = None
    max_output_tokens: int | None = MOST_OUTPUT_TOKENS
    seconds: float = 60.0


async def ask_model(state: ResearchState, ask: ModelAsk, on_text: Callable[[str], None] | None = None) -> Round:
    """The round as it came; `on_text` is told every piece of text as it arrives.

    Raises: UpstreamError, TimeoutError, RunError (BudgetSpent where calls, tokens or money of the node or of the run
    are used up)."""
    _check_budget(state)
    spender = purse.get()
    if spender is not None:
        spender.take_call()
    current = Round(ask.messages)
    # Calls side by side must not each take the last of the budget for theirs alone.
    sent_tokens = estimate_usage(ask.messages, 0).total_tokens
    state.tokens_under_way += sent_tokens
    deadline = Deadline(min(ask.seconds, state.run.deadline.remaining(ask.seconds)))
    set_aside = _SetAside(state)
    call = ModelCall(
        state.services.catalog,
        state.model_routes,
        current,
        lambda route: _request(state, ask, route, set_aside),
        deadline,
    )
    try:
        while (batch := await call.next_batch()) is not None:
            if on_text is not None:
                for event in batch:
                    if type(event) is TextDelta:
                        on_text(event.text)
    finally:
        state.tokens_under_way -= sent_tokens
        set_aside.end()
        # A call that the cap forbade was never made.
        spending = current.spending() if set_aside.was_granted else None
        deadline.close()
        if spending is not None:
            state.run.spendings.append(spending)
            if spender is not None:
                spender.spend(spending.usage)
        await call.close()
    return current


async def ask_model_for(state: ResearchState, ask: ModelAsk, kind: type[T], schema_name: str) -> T:
    """An object of `kind`, decoded from the model's JSON; anything around the object is passed over.

    Raises: what `ask_model` raises; UpstreamBadAnswer where there is no such object in the answer."""
    asked = msgspec.structs.replace(ask, response_format=ResponseFormat("json_schema", schema_name, _schema(kind)))
    answer = await ask_model(state, asked)
    text = "".join(answer.text)
    upstream = answer.route.provider if answer.route is not None else "none"
    try:
        return msgspec.json.decode(_object_in(text), type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise UpstreamBadAnswer(f"the model's plan cannot be read: {error}", upstream=upstream) from None


@cache
def _schema(kind: type) -> dict[str, Any]:
    return msgspec.json.schema(kind)


def _object_in(text: str) -> bytes:
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1].encode("utf-8", "replace") if 0 <= start < end else b""


class _SetAside:
    """What the call that is under way may cost, kept from the calls beside it."""

    def __init__(self, state: ResearchState) -> None:
        self._state = state
        self._number: int | None = None
        self.was_granted = False

    def begin(self, route: ModelRoute, ask: ModelAsk, most: int | None) -> int | None:
        """How much the call may write. Raises: BudgetSpent."""
        self.end()
        self.was_granted = False
        cap = self._state.run.cap
        if cap is None:
            self.was_granted = True
            return most
        sent = bounded_tokens(ask.messages, ask.tools)
        spent_usd = self._state.services.settlement.cost(self._state.run).total_usd
        try:
            allowed = cap.output_tokens(route, sent, most, spent_usd)
        except BudgetSpent:
            self._state.model_limit = cap_limit(cap.limit_usd)
            raise
        self._number = cap.begin(route, sent, allowed)
        self.was_granted = True
        return allowed

    def end(self) -> None:
        cap, number = self._state.run.cap, self._number
        if cap is not None and number is not None:
            cap.end(number)
            self._number = None


def _request(state: ResearchState, ask: ModelAsk, route: ModelRoute, set_aside: _SetAside) -> ModelRequest:
    request = state.run.request
    limits = [limit for limit in (ask.max_output_tokens, route.max_output_tokens) if limit is not None]
    return ModelRequest(
        upstream_model=route.upstream_model,
        messages=ask.messages,
        tools=ask.tools,
        tool_choice=ask.tool_choice if ask.tools else "none",
        response_format=ask.response_format,
        temperature=request.temperature,
        max_output_tokens=set_aside.begin(route, ask, min(limits, default=None)),
        reasoning_effort=request.reasoning_effort,
        stream=True,
        as_of=request.as_of,
    )


def _check_budget(state: ResearchState) -> None:
    """Raises: BudgetSpent."""
    limits = state.run.request.limits
    used = total_usage(state.run.spendings).total_tokens + state.tokens_under_way
    if limits.tokens is not None and used >= limits.tokens:
        state.model_limit = tokens_limit(limits)
        raise BudgetSpent(f"{state.model_limit[:1].upper()}{state.model_limit[1:]}.")

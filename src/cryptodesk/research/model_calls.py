"""One call of a language model from within a node: on the first route that answers, within the node's and the run's
budgets, charged to the run."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import msgspec

from cryptodesk.core.deadline import Deadline
from cryptodesk.core.errors import BudgetSpent, UpstreamBadAnswer
from cryptodesk.core.events import TextDelta
from cryptodesk.core.generation import ModelRequest, ModelRoute, ResponseFormat, ToolChoice
from cryptodesk.core.messages import Message
from cryptodesk.core.tools import ToolSpec
from cryptodesk.engine.call_model import ModelCall
from cryptodesk.engine.settlement import total_usage
from cryptodesk.engine.state import Round
from cryptodesk.research.purse import purse
from cryptodesk.research.state import ResearchState

__all__ = ["ModelAsk", "ask_model", "ask_model_for"]

T = TypeVar("T")


class ModelAsk(msgspec.Struct, frozen=True, kw_only=True):
    """What a node asks of its model. `seconds` is for the whole answer."""

    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice = "auto"
    response_format: ResponseFormat | None = None
    max_output_tokens: int | None = 2_000
    seconds: float = 60.0


async def ask_model(state: ResearchState, ask: ModelAsk, on_text: Callable[[str], None] | None = None) -> Round:
    """The round as it came; `on_text` is told every piece of text as it arrives.

    Raises: UpstreamError, TimeoutError, RunError (BudgetSpent where calls, tokens or money of the node or of the run
    are used up)."""
    _check_budget(state)
    spender = purse.get()
    if spender is not None:
        spender.take_call()
    state.model_calls += 1
    current = Round(ask.messages)
    deadline = Deadline(min(ask.seconds, state.run.deadline.remaining(ask.seconds)))
    call = ModelCall(
        state.services.catalog, state.model_routes, current, lambda route: _request(state, ask, route), deadline
    )
    try:
        while (batch := await call.next_batch()) is not None:
            if on_text is not None:
                for event in batch:
                    if type(event) is TextDelta:
                        on_text(event.text)
    finally:
        await call.close()
        deadline.close()
        spending = current.spending()
        if spending is not None:
            state.run.spendings.append(spending)
            if spender is not None:
                spender.spend(spending.usage)
    return current


async def ask_model_for(state: ResearchState, ask: ModelAsk, kind: type[T], schema_name: str) -> T:
    """An object of `kind`, decoded from the model's JSON; anything around the object is passed over.

    Raises: what `ask_model` raises; UpstreamBadAnswer where there is no such object in the answer."""
    schema = msgspec.json.schema(kind)
    asked = msgspec.structs.replace(ask, response_format=ResponseFormat("json_schema", schema_name, schema))
    answer = await ask_model(state, asked)
    text = "".join(answer.text)
    upstream = answer.route.provider if answer.route is not None else "none"
    try:
        return msgspec.json.decode(_object_in(text), type=kind)
    except (msgspec.DecodeError, msgspec.ValidationError, RecursionError) as error:
        raise UpstreamBadAnswer(f"the model's plan cannot be read: {error}", upstream=upstream) from None


def _object_in(text: str) -> bytes:
    start, end = text.find("{"), text.rfind("}")
    return text[start : end + 1].encode("utf-8", "replace") if 0 <= start < end else b""


def _request(state: ResearchState, ask: ModelAsk, route: ModelRoute) -> ModelRequest:
    request = state.run.request
    limits = [ask.max_output_tokens, route.max_output_tokens]
    return ModelRequest(
        upstream_model=route.upstream_model,
        messages=ask.messages,
        tools=ask.tools,
        tool_choice=ask.tool_choice if ask.tools else "none",
        response_format=ask.response_format,
        temperature=request.temperature,
        max_output_tokens=min((limit for limit in limits if limit is not None), default=None),
        reasoning_effort=request.reasoning_effort,
        stream=True,
        as_of=request.as_of,
    )


def _check_budget(state: ResearchState) -> None:
    limits, spendings = state.run.request.limits, state.run.spendings
    if limits.tokens is not None and total_usage(spendings).total_tokens >= limits.tokens:
        raise BudgetSpent(f"The run's limit of {limits.tokens} tokens is used up.")
    if limits.cost_usd is not None and state.services.settlement.cost(state.run).total_usd >= limits.cost_usd:
        raise BudgetSpent(f"The run's cost limit of {limits.cost_usd} USD is used up.")

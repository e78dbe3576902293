"""Asks one model tiny questions: does it answer, call tools and keep to a JSON schema, and what does that take.

The questions go to the model's own provider, past the run: no fallback, no tool of the desk, nothing in the ledger.
"""

from __future__ import annotations

import time
from contextlib import aclosing
from decimal import Decimal

import msgspec
from msgspec import Struct, structs

from cryptodesk.core.errors import CryptodeskError
from cryptodesk.core.events import ModelEvent, ModelFinished, ModelStarted, ReasoningDelta, TextDelta, ToolCallDelta
from cryptodesk.core.generation import ModelRequest, ModelRoute, ResponseFormat
from cryptodesk.core.messages import text_message
from cryptodesk.core.ports import Provider
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage
from cryptodesk.ledger.pricing import PriceBook

__all__ = ["ProbeReport", "ProbeStep", "probe_model"]

# Room for a model that thinks before it says a word.
_MOST_TOKENS = 2000

_COLOUR = {
    "type": "object",
    "properties": {"colour": {"type": "string"}},
    "required": ["colour"],
    "additionalProperties": False,
}
_TOOL = ToolSpec("name_colour", "Takes the name of a colour.", _COLOUR)


class ProbeStep(Struct, frozen=True):
    """How one question went. `problem` says in words what was wrong, None if nothing was; the seconds are None where
    no event came."""

    name: str
    problem: str | None
    first_byte_seconds: float | None = None
    seconds: float = 0.0
    usage: Usage | None = None
    cost_usd: Decimal | None = None
    answered_by: str | None = None


class ProbeReport(Struct, frozen=True):
    """`steps` are the answer, tools and JSON, in this order; the last two are left out where the first failed."""

    route: ModelRoute
    steps: tuple[ProbeStep, ...]

    @property
    def is_well(self) -> bool:
        return all(step.problem is None for step in self.steps)

    @property
    def cost_usd(self) -> Decimal | None:
        """What all questions cost; None where a usage or a price is not known."""
        costs = [step.cost_usd for step in self.steps]
        known = [cost for cost in costs if cost is not None and not cost.is_nan()]
        return sum(known, Decimal(0)) if len(known) == len(costs) else None


async def probe_model(route: ModelRoute, provider: Provider) -> ProbeReport:
    """Never raises for a model that fails: the step says so."""
    question = ModelRequest(
        route.upstream_model,
        (text_message("user", "Reply with the single word: ready"),),
        max_output_tokens=min(_MOST_TOKENS, route.max_output_tokens or _MOST_TOKENS),
        stream=True,
    )
    answer = await _step("answer", route, provider, question)
    if answer.problem is not None:
        return ProbeReport(route, (answer,))
    colour = structs.replace(question, messages=(text_message("user", "Name the colour of a clear sky."),))
    tools = structs.replace(colour, tools=(_TOOL,), tool_choice="required")
    schema = structs.replace(colour, response_format=ResponseFormat("json_schema", "colour", _COLOUR, strict=True))
    steps = (answer, await _step("tools", route, provider, tools), await _step("json", route, provider, schema))
    return ProbeReport(route, steps)


async def _step(name: str, route: ModelRoute, provider: Provider, request: ModelRequest) -> ProbeStep:
    heard = _Heard()
    started = time.perf_counter()
    first: float | None = None
    problem: str | None = None
    try:
        async with aclosing(provider.stream(request)) as batches:  # type: ignore[type-var]
            async for batch in batches:
                first = time.perf_counter() - started if first is None else first
                heard.add(batch)
    except CryptodeskError as error:
        problem = error.message
    usage = heard.usage
    cost = None if usage is None else PriceBook().cost(route, usage, built_in_listed=False).tokens_usd
    problem = problem or heard.problem(name)
    return ProbeStep(name, problem, first, time.perf_counter() - started, usage, cost, heard.model)


class _Heard:
    def __init__(self) -> None:
        self.text = self.reasoning = ""
        self.calls: dict[int, list[str]] = {}
        self.model: str | None = None
        self.finished: ModelFinished | None = None

    @property
    def usage(self) -> Usage | None:
        return None if self.finished is None else self.finished.usage

    def add(self, batch: list[ModelEvent]) -> None:
        for event in batch:
            match event:
                case ModelStarted(model):
                    self.model = model
                case TextDelta(text):
                    self.text += text
                case ReasoningDelta(text):
                    self.reasoning += text
                case ToolCallDelta(index, _, name, arguments):
                    self.calls.setdefault(index, [name or ""]).append(arguments)
                case ModelFinished():
                    self.finished = event

    def problem(self, step: str) -> str | None:
        if self.finished is None:
            return "the answer has no end"
        if self.finished.finish_reason == "length":
            return f"no answer within {_MOST_TOKENS} tokens"
        if step == "tools":
            return self._tool_problem()
        if not self.text.strip():
            return "the answer has no text"
        return self._json_problem() if step == "json" else None

    def _tool_problem(self) -> str | None:
        if not self.calls:
            return "asked to call a tool, it answered in words"
        name, *arguments = self.calls[min(self.calls)]
        if name != _TOOL.name:
            return f"called {name!r}, which it was not offered"
        return None if _is_colour("".join(arguments)) else "called the tool with arguments that do not fit its schema"

    def _json_problem(self) -> str | None:
        return None if _is_colour(self.text) else "the answer does not fit the JSON schema that was asked for"


def _is_colour(text: str) -> bool:
    try:
        found = msgspec.json.decode(text)
    except msgspec.DecodeError:
        return False
    return isinstance(found, dict) and set(found) == {"colour"} and isinstance(found["colour"], str)

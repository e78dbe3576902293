"""What a request would cost, before anything is asked of a model."""

from __future__ import annotations

from decimal import Decimal
from math import ceil

from msgspec import Struct, structs

from cryptodesk.core.generation import ModelRoute
from cryptodesk.core.money import Quote
from cryptodesk.core.ports import ModelCatalog, Pricing, ToolRunner
from cryptodesk.core.requests import RunRequest
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage, decimal_text, estimate_tokens
from cryptodesk.core.worst_case import RunShape, bounded_tokens, characters_of, compute_run_usd
from cryptodesk.ledger.history import PastRuns, load_past_runs
from cryptodesk.storage.database import Database

__all__ = ["Quoter"]

_SHORT_ANSWER_TOKENS = 50
# What is taken for a usual run where the ledger knows none.
_USUAL = PastRuns(0, calls=1, grown_tokens=0, output_tokens=500)
_USUAL_WITH_TOOLS = PastRuns(0, calls=1, grown_tokens=0, output_tokens=150)
# Of the results that a second turn reads.
_USUAL_RESULT_TOKENS = 3_000
_MOST_RESULT_TOKENS = 4_000
# The engine's own rules for tools, in bytes, beside the advice of each tool.
_RULES_BYTES = 4_096


class _Sizes(Struct, frozen=True):
    """Input tokens of the first call: about so many, and at most so many."""

    likely: int
    most: int


class Quoter:
    def __init__(self, database: Database, catalog: ModelCatalog, pricing: Pricing, tools: ToolRunner) -> None:
        self._database = database
        self._catalog = catalog
        self._pricing = pricing
        self._tools = tools

    async def quote(self, request: RunRequest) -> Quote:
        """Calls no model. Raises: ModelNotFound."""
        routes = tuple(self._catalog.resolve(request.model_id))
        route = routes[0]
        specs = tuple(self._tools.spec(name) for name in request.built_in_tools)
        sizes = _sizes(request, specs)
        if all(each.price.is_free for each in routes):
            nothing = Decimal(0)
            words = ("The model is free.",)
            return Quote(request.model_id, route.price.version, nothing, nothing, nothing, sizes.likely, words)
        low = self._cost(route, Usage(sizes.likely, _SHORT_ANSWER_TOKENS), request)
        likely, likely_basis = await self._likely(request, route, sizes.likely)
        worst, worst_basis = self._worst(request, routes, sizes.most)
        basis = (f"low: one call, {_SHORT_ANSWER_TOKENS} tokens of answer", likely_basis, worst_basis, *_notes(request))
        if not worst.is_nan():
            low = min(low, worst)
            likely = max(low, min(likely, worst))
        return Quote(request.model_id, route.price.version, low, likely, worst, sizes.likely, basis)

    async def _likely(self, request: RunRequest, route: ModelRoute, sent: int) -> tuple[Decimal, str]:
        listed = bool(request.built_in_tools)
        past = await load_past_runs(self._database, request.caller.account_id, request.model_id, built_in_listed=listed)
        usual = past or (_USUAL_WITH_TOOLS if listed else _USUAL)
        first = Usage(ceil(sent * usual.calls + usual.grown_tokens), ceil(usual.output_tokens))
        amount = self._cost(route, first, request)
        words = (
            f"likely: the mean of the account's last {past.runs} finished runs of this model "
            f"({past.calls:.1f} calls, {past.output_tokens:.0f} tokens written)"
            if past
            else f"likely: no run of this model yet, so {usual.output_tokens:.0f} tokens of answer are assumed"
        )
        if _has_second_turn(request):
            second = Usage(sent + first.output_tokens + _USUAL_RESULT_TOKENS, int(_USUAL.output_tokens))
            amount += self._cost(route, second, request)
            words += (
                f"; and a second turn that reads {_USUAL_RESULT_TOKENS} tokens of results and writes "
                f"{_USUAL.output_tokens:.0f}"
            )
        return amount, words

    def _worst(self, request: RunRequest, routes: tuple[ModelRoute, ...], sent: int) -> tuple[Decimal, str]:
        limits, listed = request.limits, bool(request.built_in_tools)
        calls, tool_calls = (limits.rounds, limits.tool_calls) if listed else (1, 0)
        shape = RunShape(sent, calls, tool_calls, request.max_output_tokens, listed)
        amount = compute_run_usd(self._pricing, routes, shape)
        words = f"worst: {calls} calls with their whole output, {tool_calls} tool calls, every byte counted as a token"
        cap = limits.cost_usd
        if cap is not None and not amount.is_nan() and cap < amount:
            amount, words = cap, f"worst: the request's cost limit of {decimal_text(cap)} USD"
        if _has_second_turn(request):
            amount += self._second_worst(request, routes, shape)
            words += "; and a second turn that reads all of it"
        return amount, words

    def _second_worst(self, request: RunRequest, routes: tuple[ModelRoute, ...], first: RunShape) -> Decimal:
        written = max(
            (
                min(n for n in (first.output_tokens, route.max_output_tokens, 16_384) if n is not None)
                for route in routes
            ),
            default=0,
        )
        read = first.input_tokens + first.calls * written + first.tool_calls * _MOST_RESULT_TOKENS
        second = compute_run_usd(
            self._pricing, routes, structs.replace(first, input_tokens=read, calls=1, tool_calls=0)
        )
        cap = request.limits.cost_usd
        return second if cap is None or second.is_nan() else min(second, cap)

    def _cost(self, route: ModelRoute, usage: Usage, request: RunRequest) -> Decimal:
        return self._pricing.cost(route, usage, built_in_listed=bool(request.built_in_tools)).total_usd


def _sizes(request: RunRequest, specs: tuple[ToolSpec, ...]) -> _Sizes:
    tools = (*specs, *request.client_tools)
    advice = sum(len(spec.advice.encode()) for spec in specs)
    rules = advice + _RULES_BYTES if specs else 0
    return _Sizes(
        estimate_tokens(characters_of(request.messages, tools) + rules),
        bounded_tokens(request.messages, tools) + rules,
    )


def _has_second_turn(request: RunRequest) -> bool:
    """Whether results of built-in tools are handed to the caller, who then asks for the text."""
    return bool(request.built_in_tools) and request.after_tools == "return" and request.resume_from is None


def _notes(request: RunRequest) -> tuple[str, ...]:
    if request.resume_from is None:
        return ()
    return ("The earlier turns that this request resumes are not counted.",)

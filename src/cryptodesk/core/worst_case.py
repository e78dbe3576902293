"""The most that a call, and a run of calls, can cost by its limits: what holds, caps and quotes rest on.

A token stands for at least one byte of what is sent, so the bytes of a request bound its tokens; vendors wrap messages
and tools in a few tokens of their own, which the allowances here are for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, Context, Decimal

import msgspec
from msgspec import Struct

from cryptodesk.core.generation import ModelPrice, ModelRoute, PriceTier
from cryptodesk.core.messages import Message, TextPart, ToolCallPart
from cryptodesk.core.ports import Pricing
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Usage

__all__ = [
    "LEAST_OUTPUT_TOKENS",
    "RunShape",
    "affordable_output_tokens",
    "bounded_tokens",
    "characters_of",
    "compute_call_usd",
    "compute_run_usd",
    "is_free",
]

# Below this no vendor answers at all.
LEAST_OUTPUT_TOKENS = 16
# For a model whose longest answer nobody knows.
UNKNOWN_OUTPUT_TOKENS = 16_384
# What the results of one built-in call are expected to add, at most, to the next call's input.
TOOL_RESULT_TOKENS = 4_000

_PER_REQUEST, _PER_MESSAGE, _PER_TOOL = 256, 32, 64
_MILLION = 1_000_000
# Exact for sums and products of money; a division is cut, never rounded up.
_WIDE = Context(prec=120, Emin=MIN_EMIN, Emax=MAX_EMAX, rounding=ROUND_DOWN)


class RunShape(Struct, frozen=True):
    """A run by its limits: calls of a model, each of at most `output_tokens` (None: the model's own limit), and
    built-in calls between them. Where the conversation `grows`, each call reads what earlier ones wrote and brought."""

    input_tokens: int
    calls: int
    tool_calls: int
    output_tokens: int | None
    built_in_listed: bool
    grows: bool = True


def bounded_tokens(messages: Iterable[Message], tools: Sequence[ToolSpec]) -> int:
    """A bound that the input tokens of one call never pass."""
    size = _PER_REQUEST
    for message in messages:
        size += _PER_MESSAGE + sum(_bytes(text) for text in _texts(message))
    for tool in tools:
        parameters = len(msgspec.json.encode(tool.parameters))
        size += _PER_TOOL + _bytes(tool.name) + _bytes(tool.description) + parameters
    return size


def characters_of(messages: Iterable[Message], tools: Sequence[ToolSpec]) -> int:
    """Characters that are sent, for an estimate of the tokens."""
    said = sum(len(text) for message in messages for text in _texts(message))
    return said + sum(
        len(tool.name) + len(tool.description) + len(msgspec.json.encode(tool.parameters)) for tool in tools
    )


def is_free(price: ModelPrice) -> bool:
    """Whether nothing that is called at this price can cost anything; never of an unknown one."""
    return not price.as_reported and _costs_nothing(price) and all(_costs_nothing(tier) for tier in price.tiers)


def _costs_nothing(rates: ModelPrice | PriceTier) -> bool:
    always = (rates.input_usd, rates.cache_read_usd, rates.output_usd)
    sometimes = (rates.cache_write_usd, rates.cache_write_1h_usd, rates.reasoning_usd)
    return not any(always) and not any(sometimes)


def compute_call_usd(
    pricing: Pricing, route: ModelRoute, input_tokens: int, output_tokens: int, *, built_in_listed: bool
) -> Decimal:
    """Of one call, in the dearest way its tokens can be counted. NaN for an unknown price."""
    usages = [Usage(input_tokens, output_tokens)]
    price = route.price
    rates = price.rates(input_tokens)
    if rates.reasoning_usd is not None:
        usages.append(Usage(input_tokens, 0, reasoning_tokens=output_tokens))
    if rates.cache_write_usd is not None or rates.cache_write_1h_usd is not None:
        usages += [
            msgspec.structs.replace(usage, cache_write_tokens=input_tokens, cache_write_1h_tokens=hours)
            for usage in usages
            for hours in (0, input_tokens)
        ]
    costs = [pricing.cost(route, usage, built_in_listed=built_in_listed) for usage in usages]
    return max(_WIDE.add(cost.tokens_usd, cost.surcharge_usd) for cost in costs)


def compute_run_usd(pricing: Pricing, routes: Iterable[ModelRoute], shape: RunShape) -> Decimal:
    """Of a whole run on the dearest of its routes. NaN if any of them has no known price."""
    totals = []
    for route in routes:
        if not route.price.is_known:
            return Decimal("NaN")
        if not is_free(route.price):
            totals.append(_run_usd(pricing, route, shape))
    return max(totals, default=Decimal(0))


def affordable_output_tokens(
    pricing: Pricing, route: ModelRoute, input_tokens: int, room_usd: Decimal, *, built_in_listed: bool
) -> int | None:
    """How many tokens a call may write so that it costs no more than `room_usd`; below 0 if its input alone costs more,
    None where writing costs nothing."""
    start = compute_call_usd(pricing, route, input_tokens, 0, built_in_listed=built_in_listed)
    million = compute_call_usd(pricing, route, input_tokens, _MILLION, built_in_listed=built_in_listed)
    rate = _WIDE.subtract(million, start)
    room = _WIDE.subtract(room_usd, start)
    if room < 0:
        return -1
    return int(_WIDE.divide(_WIDE.multiply(room, Decimal(_MILLION)), rate)) if rate else None


def _run_usd(pricing: Pricing, route: ModelRoute, shape: RunShape) -> Decimal:
    output = min((n for n in (shape.output_tokens, route.max_output_tokens) if n is not None), default=None)
    output = UNKNOWN_OUTPUT_TOKENS if output is None else output
    growth = output + -(-shape.tool_calls // max(1, shape.calls)) * TOOL_RESULT_TOKENS if shape.grows else 0
    total = Decimal(0)
    for number in range(shape.calls):
        sent = shape.input_tokens + number * growth
        cost = compute_call_usd(pricing, route, sent, output, built_in_listed=shape.built_in_listed)
        total = _WIDE.add(total, cost)
    return total


def _texts(message: Message) -> Iterable[str]:
    for part in message.parts:
        if isinstance(part, TextPart):
            yield part.text
        elif isinstance(part, ToolCallPart):
            yield part.name
            yield part.arguments
        else:
            yield part.content


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))

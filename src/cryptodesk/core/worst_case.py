"""The most that a call, and a run of calls, can cost by its limits: what holds, caps and quotes rest on.

A token stands for at least one byte of what is sent, so the bytes of a request bound its tokens; vendors wrap messages
and tools in a few tokens of their own, which the allowances here are for."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import MAX_EMAX, MIN_EMIN, ROUND_DOWN, Context, Decimal
from functools import lru_cache, reduce

import msgspec
from msgspec import Struct

from cryptodesk.core.generation import ModelPrice, ModelRoute, PriceTier
from cryptodesk.core.messages import Message, Part, TextPart, ToolCallPart
from cryptodesk.core.ports import Pricing
from cryptodesk.core.tools import ToolSpec
from cryptodesk.core.usage import Cost, Usage

__all__ = [
    "LEAST_OUTPUT_TOKENS",
    "RunShape",
    "affordable_output_tokens",
    "bounded_tokens",
    "characters_of",
    "compute_call_usd",
    "compute_run_usd",
    "smaller_limit",
]

# Below this no vendor answers at all.
LEAST_OUTPUT_TOKENS = 16
# For a model whose longest answer nobody knows.
UNKNOWN_OUTPUT_TOKENS = 16_384
# What the results of one built-in call are expected to add, at most, to the next call's input.
TOOL_RESULT_TOKENS = 4_000

_PER_REQUEST, _PER_MESSAGE, _PER_TOOL = 256, 32, 64
_MILLION = 1_000_000
_NOTHING = Decimal(0)
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
        size += _PER_MESSAGE
        for part in message.parts:  # spelled out: a generator of texts costs more than counting them
            if type(part) is TextPart and part.text.isascii():
                size += len(part.text)
            else:
                size += sum(map(_bytes, _texts_of(part)))
    for tool in tools:
        # Our own are few and the same in every request; a caller's would only fill the memory.
        size += _PER_TOOL + (_own_tool_bytes(_Same(tool)) if tool.built_in else _tool_bytes(tool))
    return size


def characters_of(messages: Iterable[Message], tools: Sequence[ToolSpec]) -> int:
    """Characters that are sent, for an estimate of the tokens."""
    said = sum(len(text) for message in messages for text in _texts(message))
    return said + sum(
        len(tool.name) + len(tool.description) + len(msgspec.json.encode(tool.parameters)) for tool in tools
    )


def compute_call_usd(
    pricing: Pricing, route: ModelRoute, input_tokens: int, output_tokens: int, *, built_in_listed: bool
) -> Decimal:
    """Of one call, in the dearest way its tokens can be counted. NaN for an unknown price."""
    rates = route.price.rates(input_tokens)
    if _counts_plainly(rates):
        return _total_usd(pricing.cost(route, Usage(input_tokens, output_tokens), built_in_listed=built_in_listed))
    usages = [Usage(input_tokens, output_tokens)]
    if rates.reasoning_usd is not None:
        usages.append(Usage(input_tokens, 0, reasoning_tokens=output_tokens))
    if rates.cache_write_usd is not None or rates.cache_write_1h_usd is not None:
        usages += [
            msgspec.structs.replace(usage, cache_write_tokens=input_tokens, cache_write_1h_tokens=hours)
            for usage in usages
            for hours in (0, input_tokens)
        ]
    return max(_total_usd(pricing.cost(route, usage, built_in_listed=built_in_listed)) for usage in usages)


def compute_run_usd(pricing: Pricing, routes: Iterable[ModelRoute], shape: RunShape) -> Decimal:
    """Of a whole run on the dearest of its routes. NaN if any of them has no known price."""
    dearest = _NOTHING
    for route in routes:
        if not route.price.is_known:
            return Decimal("NaN")
        if not route.price.is_free:
            dearest = max(dearest, _run_usd(pricing, route, shape))
    return dearest


def smaller_limit(limit: int | None, other: int | None) -> int | None:
    """The smaller of two limits, of which None is none."""
    if limit is None or other is None:
        return other if limit is None else limit
    return min(limit, other)


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


def _total_usd(cost: Cost) -> Decimal:
    return _WIDE.add(cost.tokens_usd, cost.surcharge_usd) if cost.surcharge_usd else cost.tokens_usd


def _counts_plainly(rates: ModelPrice | PriceTier) -> bool:
    """Whether a token has one rate when it is read and one when it is written."""
    return rates.reasoning_usd is None and rates.cache_write_usd is None and rates.cache_write_1h_usd is None


def _run_usd(pricing: Pricing, route: ModelRoute, shape: RunShape) -> Decimal:
    output = smaller_limit(shape.output_tokens, route.max_output_tokens)
    if output is None:
        output = UNKNOWN_OUTPUT_TOKENS
    if shape.calls == 1:
        return compute_call_usd(pricing, route, shape.input_tokens, output, built_in_listed=shape.built_in_listed)
    growth = output + -(-shape.tool_calls // max(1, shape.calls)) * TOOL_RESULT_TOKENS if shape.grows else 0
    costs = [
        compute_call_usd(pricing, route, sent, output, built_in_listed=shape.built_in_listed)
        for sent in _inputs(route.price, shape, growth)
    ]
    if len(costs) < shape.calls:  # the first and the last of a row that rises evenly
        return _WIDE.multiply(_WIDE.add(*costs), Decimal(shape.calls) / 2)
    return reduce(_WIDE.add, costs, Decimal(0))


def _inputs(price: ModelPrice, shape: RunShape, growth: int) -> list[int]:
    """The tokens that each call reads; of the first and the last alone, where the costs between rise evenly."""
    if shape.calls > 2 and not price.tiers and _counts_plainly(price):
        return [shape.input_tokens, shape.input_tokens + (shape.calls - 1) * growth]
    return [shape.input_tokens + number * growth for number in range(shape.calls)]


def _texts(message: Message) -> Iterable[str]:
    for part in message.parts:
        yield from _texts_of(part)


def _texts_of(part: Part) -> tuple[str, ...]:
    if isinstance(part, TextPart):
        return (part.text,)
    if isinstance(part, ToolCallPart):
        return part.name, part.arguments
    return (part.content,)


class _Same:
    """Equal to itself alone: a schema is a dict and has no hash, and comparing it would cost what is to be saved."""

    __slots__ = ("tool",)

    def __init__(self, tool: ToolSpec) -> None:
        self.tool = tool

    def __hash__(self) -> int:
        return id(self.tool)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Same) and self.tool is other.tool


@lru_cache(maxsize=256)
def _own_tool_bytes(key: _Same) -> int:
    return _tool_bytes(key.tool)


def _tool_bytes(tool: ToolSpec) -> int:
    return _bytes(tool.name) + _bytes(tool.description) + len(msgspec.json.encode(tool.parameters))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))

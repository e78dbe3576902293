"""What bounds one run, and the words with which it says that a bound was met."""

from __future__ import annotations

from decimal import Decimal

import msgspec

from cryptodesk.core.messages import ToolCallPart
from cryptodesk.core.requests import RunLimits
from cryptodesk.core.usage import decimal_text

__all__ = [
    "CallKey",
    "RepeatGuard",
    "call_key",
    "cap_limit",
    "notice",
    "rounds_limit",
    "seconds_limit",
    "tokens_limit",
    "tool_calls_limit",
]

CallKey = tuple[str, bytes]


class RepeatGuard:
    """Knows the calls of a run, so that the same question is not asked twice."""

    def __init__(self) -> None:
        self._seen: dict[CallKey, str] = {}

    def earlier(self, call: ToolCallPart) -> str | None:
        """What the same call returned before in this run; None if it is new."""
        return self._seen.get(call_key(call))

    def remember(self, call: ToolCallPart, content: str) -> None:
        self._seen[call_key(call)] = content


def call_key(call: ToolCallPart) -> CallKey:
    """Equal for calls that ask a tool for the same thing, however their arguments are written."""
    try:
        canonical = msgspec.json.encode(msgspec.json.decode(call.arguments), order="deterministic")
    except (msgspec.DecodeError, RecursionError):
        canonical = call.arguments.encode("utf-8", "surrogatepass")
    return call.name, canonical


def rounds_limit(limits: RunLimits) -> str:
    return f"the limit of {limits.rounds} rounds was reached"


def tool_calls_limit(limits: RunLimits) -> str:
    return f"the limit of {limits.tool_calls} tool calls was reached"


def tokens_limit(limits: RunLimits) -> str:
    return f"the limit of {limits.tokens} tokens was reached"


def cap_limit(limit_usd: Decimal) -> str:
    return f"the cost limit of {decimal_text(limit_usd)} USD was reached"


def seconds_limit(limits: RunLimits) -> str:
    return f"the time limit of {limits.seconds:g} seconds was reached"


def notice(limit: str, *, wrote_text: bool) -> str:
    """The sentence that ends an answer cut short."""
    if wrote_text:
        return f"\n\n[Stopped early: {limit}. The answer above uses what was gathered until then.]"
    return f"I could not finish this answer: {limit}."

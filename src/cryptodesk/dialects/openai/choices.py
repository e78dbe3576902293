"""What this dialect decides where OpenAI's own service would differ, one constant each; see docs/dialects/openai.md."""

from __future__ import annotations

from typing import Final

__all__ = [
    "ARGUMENTS_OF_NOTHING",
    "COMPLETION_ID_PREFIX",
    "EFFORTS",
    "KEEP_ALIVE",
    "MAX_COMPLETION_TOKENS",
    "MAX_NAME_CHARACTERS",
    "MAX_SCHEMA_NESTING",
    "MAX_STOPS",
    "MAX_TOOLS",
    "OWNED_BY",
    "REFUSED",
    "REQUEST_ID_PREFIX",
    "SERVICE_TIERS",
    "STREAM_HEADERS",
    "VERBOSITIES",
]

# OpenAI's clients and log readers know these two forms.
COMPLETION_ID_PREFIX: Final = "chatcmpl-"
REQUEST_ID_PREFIX: Final = "req_"

OWNED_BY: Final = "cryptodesk"

# Anything above a 32-bit integer is a client's mistake and breaks upstream parsers.
MAX_COMPLETION_TOKENS: Final = 2**31 - 1

# OpenAI's own bounds.
MAX_TOOLS: Final = 128
MAX_NAME_CHARACTERS: Final = 64
MAX_STOPS: Final = 4

# A schema nested deeper than this is refused, so that no later step can run out of stack.
MAX_SCHEMA_NESTING: Final = 64

# A tool without `parameters` takes no arguments.
ARGUMENTS_OF_NOTHING: Final = {"type": "object", "properties": {}, "required": [], "additionalProperties": False}

# What is written, by OpenAI's word for it. The core knows four degrees; its neighbours take the nearest.
EFFORTS: Final = {
    "none": "minimal",
    "minimal": "minimal",
    "low": "low",
    "medium": "medium",
    "high": "high",
    "xhigh": "high",
}
VERBOSITIES: Final = {"low": "succinct", "medium": "balanced", "high": "verbose"}

# Tiers that OpenAI's schema lists; what else an upstream says is not passed on.
SERVICE_TIERS: Final = frozenset({"auto", "default", "flex", "scale", "priority"})

# Parameters that change what an answer means and that nothing here can honour, with what to do instead.
REFUSED: Final = {
    "logit_bias": "Ask for a JSON schema with an 'enum' instead.",
    "audio": "Answers are text.",
    "functions": "Send 'tools' instead.",
    "function_call": "Send 'tool_choice' instead.",
}

# Some proxies hold frames back or cut a silent connection.
STREAM_HEADERS: Final = (
    (b"content-type", b"text/event-stream; charset=utf-8"),
    (b"cache-control", b"no-cache"),
    (b"x-accel-buffering", b"no"),
)
KEEP_ALIVE: Final = b": keep-alive\n\n"

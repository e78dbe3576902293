"""One call of a language model: what is asked of a provider, and the facts about the model that answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Any, Literal

from msgspec import Struct

from cryptodesk.core.messages import Message
from cryptodesk.core.tools import ToolSpec

__all__ = [
    "FinishReason",
    "ModelPrice",
    "ModelRequest",
    "ModelRoute",
    "PriceTier",
    "ReasoningEffort",
    "ResponseFormat",
    "ToolChoice",
]

FinishReason = Literal["stop", "length", "tool_calls", "content_filter"]
ToolChoice = Literal["auto", "required", "none"]
ReasoningEffort = Literal["minimal", "low", "medium", "high"]


class ResponseFormat(Struct, frozen=True):
    """`json_schema` carries the schema with its name and strictness; `json_object` carries nothing."""

    kind: Literal["json_object", "json_schema"]
    name: str = "response"
    schema: dict[str, Any] | None = None
    strict: bool = False


class PriceTier(Struct, frozen=True):
    """USD per million tokens of every token of a call that reads more than `above_input_tokens`."""

    above_input_tokens: int
    input_usd: Decimal
    cache_read_usd: Decimal
    output_usd: Decimal
    cache_write_usd: Decimal | None = None
    cache_write_1h_usd: Decimal | None = None
    reasoning_usd: Decimal | None = None


class ModelPrice(Struct, frozen=True):
    """USD per million tokens. `version` names the dated entry the figures come from.

    What is written to a cache costs what fresh input does where no rate is given, what is kept for an hour what other
    writing does, and reasoning what output does. `tiers` are ascending; the last one a call is above holds for all of
    its tokens. With `as_reported` the upstream's own charge is taken where it tells one."""

    version: str
    input_usd: Decimal
    cache_read_usd: Decimal
    output_usd: Decimal
    cache_write_usd: Decimal | None = None
    cache_write_1h_usd: Decimal | None = None
    reasoning_usd: Decimal | None = None
    tiers: tuple[PriceTier, ...] = ()
    as_reported: bool = False

    @classmethod
    def unknown(cls, name: str) -> ModelPrice:
        """The mark of a model that is served although nobody knows its price: no figure, and never 0."""
        nothing = Decimal("NaN")
        return cls(f"unknown: {name}", nothing, nothing, nothing)

    @property
    def is_known(self) -> bool:
        return not self.input_usd.is_nan()

    def rates(self, input_tokens: int) -> ModelPrice | PriceTier:
        """The rates of a call that reads so many tokens."""
        found: ModelPrice | PriceTier = self
        for tier in self.tiers:
            if input_tokens > tier.above_input_tokens:
                found = tier
        return found


class ModelRoute(Struct, frozen=True):
    """One way to serve a public model id: which provider, under which upstream name, at which price.

    `is_language_model` is False for the embedded analyst, which follows rules and no prompt."""

    model_id: str
    provider: str
    upstream_model: str
    price: ModelPrice
    max_output_tokens: int | None = None
    is_language_model: bool = True


class ModelRequest(Struct, frozen=True):
    """What a provider is asked. `stream` tells how the caller reads; the answer is events either way. `as_of` is the
    moment that the question is about, for providers that know what day it is; None is now."""

    upstream_model: str
    messages: tuple[Message, ...]
    tools: tuple[ToolSpec, ...] = ()
    tool_choice: ToolChoice = "auto"
    response_format: ResponseFormat | None = None
    temperature: float | None = None
    max_output_tokens: int | None = None
    reasoning_effort: ReasoningEffort | None = None
    stream: bool = False
    as_of: datetime | None = None

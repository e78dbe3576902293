"""One call of a language model: what is asked of a provider, and the facts about the model that answers."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from functools import cached_property
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
    "WholeRates",
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


class WholeRates(Struct, frozen=True):
    """The rates of a token as whole numbers of `unit_usd`: an answer's cost is then a sum of integers, which is exact
    and a fraction of the work that decimals are. `ten_usd` is what 10 US dollars are."""

    input: int
    cache_read: int
    output: int
    cache_write: int
    cache_write_1h: int
    reasoning: int
    unit_usd: Decimal
    ten_usd: int

    @classmethod
    def of(cls, rates: ModelPrice | PriceTier) -> WholeRates:
        """Of rates that are known. What has no rate of its own has that of what it is a kind of."""
        written = rates.input_usd if rates.cache_write_usd is None else rates.cache_write_usd
        for_an_hour = written if rates.cache_write_1h_usd is None else rates.cache_write_1h_usd
        reasoning = rates.output_usd if rates.reasoning_usd is None else rates.reasoning_usd
        ratios = [
            rate.as_integer_ratio()
            for rate in (rates.input_usd, rates.cache_read_usd, rates.output_usd, written, for_an_hour, reasoning)
        ]
        places = 0
        while any(10**places % under for _, under in ratios):
            places += 1
        fresh, read, out, kept, kept_1h, thought = (over * 10**places // under for over, under in ratios)
        # Rates are per million tokens.
        return cls(fresh, read, out, kept, kept_1h, thought, Decimal((0, (1,), -places - 6)), 10 ** (places + 7))


class PriceTier(Struct, frozen=True, dict=True):
    """USD per million tokens of every token of a call that reads more than `above_input_tokens`."""

    above_input_tokens: int
    input_usd: Decimal
    cache_read_usd: Decimal
    output_usd: Decimal
    cache_write_usd: Decimal | None = None
    cache_write_1h_usd: Decimal | None = None
    reasoning_usd: Decimal | None = None

    @cached_property
    def whole(self) -> WholeRates | None:
        return WholeRates.of(self)


class ModelPrice(Struct, frozen=True, dict=True):
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

    @cached_property
    def is_known(self) -> bool:
        return not self.input_usd.is_nan()

    @cached_property
    def is_free(self) -> bool:
        """Whether nothing that is called at this price can cost anything; never of an unknown one."""
        return not (self.as_reported or _costs(self) or any(_costs(tier) for tier in self.tiers))

    @cached_property
    def whole(self) -> WholeRates | None:
        """None of an unknown price. Without the tiers, which have their own."""
        return WholeRates.of(self) if self.is_known else None

    def rates(self, input_tokens: int) -> ModelPrice | PriceTier:
        """The rates of a call that reads so many tokens."""
        found: ModelPrice | PriceTier = self
        for tier in self.tiers:
            if input_tokens > tier.above_input_tokens:
                found = tier
        return found


def _costs(rates: ModelPrice | PriceTier) -> bool:
    always = rates.input_usd or rates.output_usd or rates.cache_read_usd
    return bool(always or rates.cache_write_usd or rates.cache_write_1h_usd or rates.reasoning_usd)


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

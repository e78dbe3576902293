"""Token counts and what they cost."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

__all__ = ["Cost", "Usage"]


class Usage(Struct, frozen=True):
    """Tokens of one run. `input_tokens` includes `cache_read_tokens`; `output_tokens` excludes `reasoning_tokens`."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: Usage) -> Usage:
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
        )

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens + self.reasoning_tokens


class Cost(Struct, frozen=True):
    """Exact charge in USD: the token cost, and the surcharge for listed built-in tools beside it."""

    tokens_usd: Decimal
    surcharge_usd: Decimal = Decimal(0)

    @property
    def total_usd(self) -> Decimal:
        return self.tokens_usd + self.surcharge_usd

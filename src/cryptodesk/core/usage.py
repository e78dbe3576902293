"""Token counts and what they cost."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

__all__ = ["CHARACTERS_PER_TOKEN", "Cost", "RunReceipt", "Usage", "decimal_text", "estimate_tokens"]

CHARACTERS_PER_TOKEN = 4


class Usage(Struct, frozen=True):
    """Tokens of one run. `input_tokens` includes `cache_read_tokens` and `cache_write_tokens`, which includes
    `cache_write_1h_tokens`; `output_tokens` excludes `reasoning_tokens`.

    `reported_usd` is what the upstream says it charged for the tokens; None where it says nothing."""

    input_tokens: int = 0
    output_tokens: int = 0
    cache_read_tokens: int = 0
    reasoning_tokens: int = 0
    cache_write_tokens: int = 0
    cache_write_1h_tokens: int = 0
    reported_usd: Decimal | None = None

    def __add__(self, other: Usage) -> Usage:
        mine, others = self.reported_usd, other.reported_usd
        return Usage(
            self.input_tokens + other.input_tokens,
            self.output_tokens + other.output_tokens,
            self.cache_read_tokens + other.cache_read_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
            self.cache_write_tokens + other.cache_write_tokens,
            self.cache_write_1h_tokens + other.cache_write_1h_tokens,
            others if mine is None else mine if others is None else mine + others,
        )

    @property
    def total_tokens(self) -> int:
        return self.input_tokens + self.output_tokens + self.reasoning_tokens


class Cost(Struct, frozen=True):
    """Exact charge in USD: the token cost, and the surcharge for listed built-in tools beside it.

    An unknown price gives amounts that are no number (NaN), never 0: whatever is added to one stays unknown."""

    tokens_usd: Decimal
    surcharge_usd: Decimal = Decimal(0)

    def __add__(self, other: Cost) -> Cost:
        return Cost(self.tokens_usd + other.tokens_usd, self.surcharge_usd + other.surcharge_usd)

    @property
    def total_usd(self) -> Decimal:
        return self.tokens_usd + self.surcharge_usd

    @property
    def is_known(self) -> bool:
        return not self.tokens_usd.is_nan()


class RunReceipt(Struct, frozen=True):
    """What an answer says of its own money: what was charged, what had been set aside for it before (0 for a model that
    is free), and the price entries that the charge rests on."""

    run_id: str
    total_usd: Decimal
    held_usd: Decimal
    price_versions: tuple[str, ...]
    is_estimated: bool


def decimal_text(amount: Decimal) -> str:
    """Every digit of the amount: no exponent, no trailing zeros; "unknown" for one that is no number."""
    if amount.is_nan():
        return "unknown"
    text = format(amount, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def estimate_tokens(characters: int) -> int:
    """About four characters a token, rounded up: 0 for nothing. For texts that no tokenizer has counted."""
    return -(-characters // CHARACTERS_PER_TOKEN)

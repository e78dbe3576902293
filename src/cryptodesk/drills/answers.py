"""What the fault-playing provider says, whatever wire it says it on: text, reasoning, calls, and what it counts."""

from __future__ import annotations

from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.generation import ModelPrice

__all__ = ["Call", "Counted", "Frame", "Said", "billed_usd", "counted_for", "tokens_of"]

_PER_TOKEN = 4
_MILLION = Decimal(1_000_000)


class Call(Struct, frozen=True):
    """A tool call; `arguments` is JSON text, or what should have been."""

    call_id: str
    name: str
    arguments: str


class Counted(Struct, frozen=True):
    """Tokens as the provider counts them. `input_tokens` includes `cached_tokens`, `output_tokens` excludes
    `reasoning_tokens`."""

    input_tokens: int = 0
    cached_tokens: int = 0
    output_tokens: int = 0
    reasoning_tokens: int = 0

    def __add__(self, other: Counted) -> Counted:
        return Counted(
            self.input_tokens + other.input_tokens,
            self.cached_tokens + other.cached_tokens,
            self.output_tokens + other.output_tokens,
            self.reasoning_tokens + other.reasoning_tokens,
        )

    @property
    def written_tokens(self) -> int:
        return self.output_tokens + self.reasoning_tokens


class Said(Struct, frozen=True):
    """One answer. `text` and `reasoning` are in the pieces in which a stream brings them."""

    text: tuple[str, ...] = ()
    reasoning: tuple[str, ...] = ()
    calls: tuple[Call, ...] = ()
    counted: Counted = Counted()

    @property
    def words(self) -> str:
        return "".join(self.text)


class Frame(Struct, frozen=True):
    """Bytes that go out at once. `says`: a word, a thought or a call is in it; `ends`: it tells why the answer stops;
    `reports`: it tells the tokens of the whole answer. `written_tokens` is what the provider counts for it,
    `characters` what there is to read in it: of text, of thoughts and of arguments."""

    data: bytes
    says: bool = False
    ends: bool = False
    reports: bool = False
    written_tokens: int = 0
    characters: int = 0


def tokens_of(text: str) -> int:
    return -(-len(text) // _PER_TOKEN)


def counted_for(said: Said, input_tokens: int, cached_tokens: int = 0) -> Counted:
    """The provider counts each piece by itself."""
    calls = sum(tokens_of(call.name) + tokens_of(call.arguments) for call in said.calls)
    written = sum(map(tokens_of, said.text)) + calls
    return Counted(input_tokens, cached_tokens, written, sum(map(tokens_of, said.reasoning)))


def billed_usd(price: ModelPrice, counted: Counted) -> Decimal:
    """What a provider with this price list asks for, worked out apart from the desk's own price book."""
    rates = price.rates(counted.input_tokens)
    reasoning_usd = rates.output_usd if rates.reasoning_usd is None else rates.reasoning_usd
    fresh = counted.input_tokens - counted.cached_tokens
    return (
        rates.input_usd * fresh
        + rates.cache_read_usd * counted.cached_tokens
        + rates.output_usd * counted.output_tokens
        + reasoning_usd * counted.reasoning_tokens
    ) / _MILLION

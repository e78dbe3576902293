"""What a run costs: token counts times the price its route carries, and the surcharge for listed built-in tools."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation

from cryptodesk.core.generation import ModelPrice, ModelRoute
from cryptodesk.core.usage import Cost, Usage

__all__ = ["SURCHARGE_RATIO", "PriceBook"]

# Source: CMC Chat Completions, notes on billing: 10 % on requests whose `tools` lists a built-in, called or not.
SURCHARGE_RATIO = Decimal("0.1")

# Money is never rounded: a product that did not fit would raise instead. 60 digits hold far more than any bill.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])


class PriceBook:
    """`core.ports.Pricing`. Holds no state: the route carries the dated price."""

    def cost(self, route: ModelRoute, usage: Usage, *, built_in_listed: bool) -> Cost:
        """Exact USD, without trailing zeros or exponent."""
        tokens_usd = _tokens_usd(route.price, usage)
        if not built_in_listed:
            return Cost(_plain(tokens_usd))
        return Cost(_plain(tokens_usd), _plain(_EXACT.multiply(tokens_usd, SURCHARGE_RATIO)))


def _tokens_usd(price: ModelPrice, usage: Usage) -> Decimal:
    fresh = usage.input_tokens - usage.cache_read_tokens
    written = usage.output_tokens + usage.reasoning_tokens
    total = _EXACT.multiply(price.input_usd, Decimal(fresh))
    total = _EXACT.fma(price.cache_read_usd, Decimal(usage.cache_read_tokens), total)
    total = _EXACT.fma(price.output_usd, Decimal(written), total)
    return _EXACT.scaleb(total, -6)  # prices are per million tokens


def _plain(amount: Decimal) -> Decimal:
    shortest = _EXACT.normalize(amount)
    # Decimal writes 10 dollars as 1E+1 once normalized, and a wire format must not.
    return _EXACT.quantize(shortest, Decimal(1)) if shortest.as_tuple().exponent > 0 else shortest  # type: ignore[operator]

"""What a run costs: token counts times the price its route carries, and the surcharge for listed built-in tools."""

from __future__ import annotations

from decimal import Context, Decimal, Inexact, InvalidOperation

from cryptodesk.core.generation import ModelPrice, ModelRoute, PriceTier
from cryptodesk.core.usage import Cost, Usage

__all__ = ["SURCHARGE_RATIO", "PriceBook"]

# Source: CMC Chat Completions, notes on billing: 10 % on requests whose `tools` lists a built-in, called or not.
SURCHARGE_RATIO = Decimal("0.1")

# Money is never rounded: a product that did not fit would raise instead. 60 digits hold far more than any bill.
_EXACT = Context(prec=60, traps=[Inexact, InvalidOperation])


class PriceBook:
    """`core.ports.Pricing`. Holds no state: the route carries the dated price."""

    def cost(self, route: ModelRoute, usage: Usage, *, built_in_listed: bool) -> Cost:
        """Exact USD of one call, without trailing zeros or exponent; no number where the price is unknown."""
        tokens_usd = _tokens_usd(route.price, usage)
        if not built_in_listed:
            return Cost(_plain(tokens_usd))
        return Cost(_plain(tokens_usd), _plain(_EXACT.multiply(tokens_usd, SURCHARGE_RATIO)))


def _tokens_usd(price: ModelPrice, usage: Usage) -> Decimal:
    if usage.reported_usd is not None and price.as_reported:
        return usage.reported_usd
    rates = price.rates(usage.input_tokens) if price.tiers else price
    fresh = max(usage.input_tokens - usage.cache_read_tokens - usage.cache_write_tokens, 0)
    total = _EXACT.multiply(rates.input_usd, Decimal(fresh))
    total = _EXACT.fma(rates.cache_read_usd, Decimal(usage.cache_read_tokens), total)
    if usage.cache_write_tokens:
        total = _EXACT.add(total, _written_usd(rates, usage))
    if rates.reasoning_usd is None:
        total = _EXACT.fma(rates.output_usd, Decimal(usage.output_tokens + usage.reasoning_tokens), total)
    else:
        total = _EXACT.fma(rates.output_usd, Decimal(usage.output_tokens), total)
        total = _EXACT.fma(rates.reasoning_usd, Decimal(usage.reasoning_tokens), total)
    return _EXACT.scaleb(total, -6)  # prices are per million tokens


def _written_usd(rates: ModelPrice | PriceTier, usage: Usage) -> Decimal:
    written = rates.input_usd if rates.cache_write_usd is None else rates.cache_write_usd
    for_an_hour = written if rates.cache_write_1h_usd is None else rates.cache_write_1h_usd
    total = _EXACT.multiply(written, Decimal(usage.cache_write_tokens - usage.cache_write_1h_tokens))
    return _EXACT.fma(for_an_hour, Decimal(usage.cache_write_1h_tokens), total)


def _plain(amount: Decimal) -> Decimal:
    if amount.is_nan():
        return amount
    shortest = _EXACT.normalize(amount)
    # Decimal writes 10 dollars as 1E+1 once normalized, and a wire format must not.
    return _EXACT.quantize(shortest, Decimal(1)) if shortest.as_tuple().exponent > 0 else shortest  # type: ignore[operator]

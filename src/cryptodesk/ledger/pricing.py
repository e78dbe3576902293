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
_ONE = Decimal(1)
_UNKNOWN = Decimal("NaN")


class PriceBook:
    """`core.ports.Pricing`. Holds no state: the route carries the dated price."""

    def cost(self, route: ModelRoute, usage: Usage, *, built_in_listed: bool) -> Cost:
        """Exact USD of one call, without trailing zeros or exponent; no number where the price is unknown."""
        tokens_usd = _tokens_usd(route.price, usage)
        if not built_in_listed:
            return Cost(tokens_usd)
        return Cost(tokens_usd, _plain(_EXACT.multiply(tokens_usd, SURCHARGE_RATIO)))


def _tokens_usd(price: ModelPrice, usage: Usage) -> Decimal:
    if usage.reported_usd is not None and price.as_reported:
        return _plain(usage.reported_usd)
    rates = price.rates(usage.input_tokens).whole if price.tiers else price.whole
    if rates is None:
        return _UNKNOWN
    read, written, for_an_hour = usage.cache_read_tokens, usage.cache_write_tokens, usage.cache_write_1h_tokens
    units = (
        rates.input * max(usage.input_tokens - read - written, 0)
        + rates.cache_read * read
        + rates.cache_write * (written - for_an_hour)
        + rates.cache_write_1h * for_an_hour
        + rates.output * usage.output_tokens
        + rates.reasoning * usage.reasoning_tokens
    )
    amount = _EXACT.normalize(_EXACT.multiply(rates.unit_usd, units))
    return amount if units % rates.ten_usd else _without_exponent(amount)


def _plain(amount: Decimal) -> Decimal:
    if amount.is_nan():
        return amount
    shortest = _EXACT.normalize(amount)
    return _without_exponent(shortest) if shortest.as_tuple().exponent > 0 else shortest  # type: ignore[operator]


def _without_exponent(amount: Decimal) -> Decimal:
    """Decimal writes 10 dollars as 1E+1 once normalized, and a wire format must not."""
    return _EXACT.quantize(amount, _ONE)

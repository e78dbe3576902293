"""List prices as `genai-prices` publishes them: the only file that reads that package, which is imported late.

Nothing of it that reaches the network is used: the prices are those of the installed version, so the same release
always charges the same. A model is found by its exact name. The package also guesses from beginnings of names, which is
right for a statistic and wrong for a bill.
"""

from __future__ import annotations

import importlib
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime, time
from decimal import Decimal
from typing import Any

from cryptodesk.catalog._hours import Hours
from cryptodesk.core.generation import ModelPrice, PriceTier

__all__ = ["PublishedPrices", "load_published"]

_RATES = {
    "input_mtok": "input_usd",
    "cache_read_mtok": "cache_read_usd",
    "output_mtok": "output_usd",
    "cache_write_mtok": "cache_write_usd",
    "cache_write_1h_mtok": "cache_write_1h_usd",
    "output_reasoning_mtok": "reasoning_usd",
}
# What is billed for things the desk never sends nor asks for.
_UNUSED = ("audio", "image", "video", "searches", "mchars")


class PublishedPrices:
    """Prices by `provider/model` in the package's spelling. `version` is the package's."""

    def __init__(self, version: str, providers: Iterable[Any]) -> None:
        self.version = version
        self._providers = {provider.id: provider for provider in providers}
        self._models: dict[str, dict[str, Any]] = {}

    def find(self, name: str, moment: datetime) -> ModelPrice | None:
        """The price in force at `moment`; None if the package has none, or one that cannot be put into rates."""
        model = self._model(name)
        if model is None:
            return None
        # Its rule: of those whose condition is met, the last one counts.
        for constraint, prices in reversed(_conditional(model)):
            if _holds(constraint, moment):
                provider, _, _ = name.partition("/")
                return _price(f"genai-prices {self.version}: {provider}/{model.id}{_since(constraint)}", prices)
        return None

    def next_change(self, name: str, moment: datetime) -> datetime | None:
        model = self._model(name)
        if model is None:
            return None
        constraints = [constraint for constraint, _ in _conditional(model) if constraint is not None]
        return min((edge for each in constraints for edge in _edges(each, moment)), default=None)

    def _model(self, name: str) -> Any:
        provider, slash, model = name.partition("/")
        if not slash or provider not in self._providers:
            return None
        if provider not in self._models:
            models = self._providers[provider].models
            # The model's own name wins over what others are also called.
            by_name = {also.lower(): each for each in models for also in _exact_names(each.match)}
            self._models[provider] = by_name | {each.id.lower(): each for each in models}
        return self._models[provider].get(model.lower())


def load_published() -> PublishedPrices | None:
    """None where the package is not installed."""
    try:
        package = importlib.import_module("genai_prices")
        shipped = importlib.import_module("genai_prices.data")
    except ModuleNotFoundError:
        return None
    return PublishedPrices(package.__version__, shipped.providers)


def _conditional(model: Any) -> list[tuple[Any, Any]]:
    if isinstance(model.prices, list):
        return [(each.constraint, each.prices) for each in model.prices]
    return [(None, model.prices)]


def _exact_names(match: Any) -> Iterator[str]:
    """The names that a match rule spells out in full."""
    if (whole := getattr(match, "equals", None)) is not None:
        yield whole
    for clause in getattr(match, "or_", ()):
        yield from _exact_names(clause)


def _hours(constraint: Any) -> Hours:
    return Hours(_utc(constraint.start_time), _utc(constraint.end_time))


def _utc(moment: time) -> time:
    if moment.tzinfo is None:
        return moment
    return datetime.combine(datetime(2000, 1, 2, tzinfo=UTC).date(), moment).astimezone(UTC).time()


def _holds(constraint: Any, moment: datetime) -> bool:
    if constraint is None:
        return True
    if hasattr(constraint, "start_date"):
        return bool(moment.astimezone(UTC).date() >= constraint.start_date)
    return moment in _hours(constraint)


def _edges(constraint: Any, moment: datetime) -> Iterator[datetime]:
    if not hasattr(constraint, "start_date"):
        yield _hours(constraint).next_edge(moment)
        return
    start = datetime.combine(constraint.start_date, time(), UTC)
    if start > moment:
        yield start


def _since(constraint: Any) -> str:
    if constraint is None:
        return ""
    if hasattr(constraint, "start_date"):
        return f" from {constraint.start_date.isoformat()}"
    return f" {_hours(constraint)}"


def _price(version: str, prices: Any) -> ModelPrice | None:
    said = {key: value for key, value in vars(prices).items() if value is not None and not key.startswith("_")}
    if any(key not in _RATES and not any(unit in key for unit in _UNUSED) for key in said):
        return None  # a unit that is not understood, such as a fee for each request
    if "input_mtok" not in said or "output_mtok" not in said:
        return None
    starts = sorted({tier.start for key in _RATES for tier in getattr(said.get(key), "tiers", ())})
    rates = [_rates(said, start + 1) for start in (-1, *starts)]
    if not all(_is_amount(rate) for each in rates for rate in each.values()):
        return None
    tiers = tuple(PriceTier(start, **each) for start, each in zip(starts, rates[1:], strict=True))
    return ModelPrice(version, **rates[0], tiers=tiers)


def _rates(said: dict[str, Any], input_tokens: int) -> dict[str, Any]:
    """The rates of a call that reads so many tokens. Reading from a cache without a rate is reading."""
    rates = {ours: _rate(said[theirs], input_tokens) for theirs, ours in _RATES.items() if theirs in said}
    return {"cache_read_usd": rates["input_usd"]} | rates


def _rate(price: Any, input_tokens: int) -> Any:
    found = getattr(price, "base", price)
    for tier in getattr(price, "tiers", ()):
        if input_tokens > tier.start:
            found = tier.price
    return found


def _is_amount(rate: object) -> bool:
    return isinstance(rate, Decimal) and rate.is_finite() and rate >= 0

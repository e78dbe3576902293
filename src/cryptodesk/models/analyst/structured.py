"""The answer as JSON where the request asks for it: an object of facts, or an object of the caller's schema."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import msgspec

from cryptodesk.core.generation import ResponseFormat
from cryptodesk.models.analyst.schema_fill import NOTHING, fill
from cryptodesk.models.analyst.writer.draft import Draft, Fact

__all__ = ["encode_answer"]


def encode_answer(draft: Draft, wanted: ResponseFormat | None, known: Sequence[Fact] = ()) -> str:
    """The text itself, or JSON. `known` are facts the text left out, which a schema may ask for all the same.

    A schema that admits no object found for it gets the plain object of facts."""
    if wanted is None:
        return draft.text
    if wanted.kind == "json_schema" and wanted.schema is not None:
        filled = fill(wanted.schema, _Facts(draft.text, (*draft.facts, *known)).suggest)
        if filled is not NOTHING:
            return _encoded(filled)
    return _encoded({"answer": draft.text, "facts": [msgspec.to_builtins(fact) for fact in draft.facts]})


def _encoded(value: Any) -> str:
    return msgspec.json.encode(value).decode()


# Words of a property's name -> fields of facts that fill it, besides the field of the same name.
_ALIASES: Mapping[str, Sequence[str]] = {
    "price": ("price", "period_end", "close", "converted"),
    "current_price": ("price",),
    "value": ("price", "result", "converted", "worth", "close"),
    "amount": ("converted", "worth", "result"),
    "result": ("result", "converted", "worth"),
    "change": ("period_change_pct", "percent_change_24h", "percent_change_7d", "percent_change_30d", "change_pct"),
    "percent_change": ("period_change_pct", "percent_change_24h", "percent_change_7d", "percent_change_30d"),
    "change_24h": ("percent_change_24h",),
    "change_7d": ("percent_change_7d",),
    "change_30d": ("percent_change_30d",),
    "marketcap": ("market_cap",),
    "mcap": ("market_cap",),
    "volume": ("volume_24h", "period_volume"),
    "supply": ("circulating_supply",),
    "high": ("period_high", "high", "high_24h", "ath"),
    "low": ("period_low", "low", "low_24h", "atl"),
    "all_time_high": ("ath",),
    "id": ("asset_id",),
    "cmc_id": ("asset_id",),
    "description": ("summary",),
}
_TEXTS = frozenset(
    {"answer", "text", "summary", "response", "explanation", "message", "content", "reasoning", "comment", "details"}
)
_UP = frozenset({"up", "rise", "rose", "rising", "positive", "increase", "increased", "increasing", "gain", "higher"})
_DOWN = frozenset(
    {"down", "fall", "fell", "falling", "negative", "decrease", "decreased", "decreasing", "loss", "lower"}
)
_FLAT = frozenset({"flat", "unchanged", "neutral", "none", "sideways", "stable"})
_NAMES = frozenset({"name", "asset", "coin", "asset_name", "coin_name", "cryptocurrency", "token"})
_SYMBOLS = frozenset({"symbol", "ticker"})


class _Facts:
    """What the facts offer for a property of a name."""

    def __init__(self, text: str, facts: Sequence[Fact]) -> None:
        self._text = text
        self._facts = facts

    def suggest(self, name: str, schema: Mapping[str, Any]) -> Iterable[Any]:
        key = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", name).lower()
        yield from self._by_field(key)
        if key in _NAMES:
            yield from (fact.asset for fact in self._facts if fact.asset)
        if key in _SYMBOLS or key in _NAMES:
            yield from (fact.symbol for fact in self._facts if fact.symbol)
        if key in {"unit", "currency"}:
            yield from (fact.unit for fact in self._facts if fact.unit)
        if key in {"as_of", "date", "timestamp", "time", "updated_at", "last_updated"}:
            yield from (text for fact in self._facts if fact.as_of for text in (fact.as_of, fact.as_of[:10]))
        if key in {"source", "sources"}:
            yield from (fact.source for fact in self._facts if fact.source)
        if key in _TEXTS:
            yield self._text
        if isinstance(schema.get("enum"), list):
            yield from self._directions(schema["enum"])

    def _directions(self, choices: Sequence[Any]) -> Iterable[str]:
        """The choice that tells which way the price went, where the choices are such words."""
        change = next((fact.value for fact in self._facts if "change" in fact.field and fact.unit == "percent"), None)
        if isinstance(change, int | float):
            words = _FLAT if round(change, 2) == 0 else _UP if change > 0 else _DOWN
            yield from (choice for choice in choices if isinstance(choice, str) and choice.lower() in words)

    def _by_field(self, key: str) -> Iterable[Any]:
        bare = re.sub(r"_(?:usd|eur|pct|percent|in_usd|coins)$", "", key)
        for field in dict.fromkeys((key, bare, *_ALIASES.get(key, ()), *_ALIASES.get(bare, ()))):
            for fact in self._facts:
                if fact.field == field and fact.value is not None:
                    yield from _shapes(fact)


def _shapes(fact: Fact) -> Iterable[Any]:
    """The value, and as text for a schema that wants text."""
    yield fact.value
    if isinstance(fact.value, int | float):
        yield f"{fact.value:.15g}"

"""Who a number is of: coins, exchanges, categories, keywords, as results name them, and the whole market."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from types import MappingProxyType
from typing import Any, NamedTuple

from cryptodesk.catalog.assets import load_assets
from cryptodesk.verification.vocabulary import load_vocabulary, words_of

__all__ = ["MARKET", "Entities", "Entity", "Name", "NameTable", "catalog_labels", "catalog_names", "catalog_tickers"]


class Entity(NamedTuple):
    """`key` is the id as text where there is one. `parent` is the key of what it is a part of: an exchange among the
    markets of a coin. `symbol` and `names` are as the result spells them."""

    key: str
    name: str
    symbol: str = ""
    slug: str = ""
    parent: str = ""


class Name(NamedTuple):
    """A spelling of an entity: the words after the first, whose it is, and how strictly the letters must agree."""

    rest: tuple[str, ...]
    key: str
    spelling: str
    is_symbol: bool
    is_known: bool


NameTable = Mapping[str, list[Name]]

MARKET = Entity("market", "the whole market")

_IDS = ("asset_id", "id")
_NAMES = ("name", "categoryName", "exchange", "keyword", "title", "author", "network")
_PARTS = {"btc": "BTC", "eth": "ETH", "bitcoin": "BTC", "ethereum": "ETH"}
_SHORTEST = 2
_LONGEST_ODD_ALIAS = 3


class Entities:
    """The entities met so far. The same id is the same entity whichever result it stands in."""

    def __init__(self) -> None:
        self.by_key: dict[str, Entity] = {}
        self._names: dict[str, list[Name]] | None = None
        self._parts: dict[str, Entity] = {}

    def of(self, node: Mapping[str, Any], path: tuple[str | int, ...], outer: Entity | None) -> Entity | None:
        """The entity that an object describes; the one around it where it names none."""
        if node.get("scope") == "market":
            return None
        key = node.get("asset_id", node.get("id"))
        if type(key) is int or (type(key) is str and key):
            return self._known(str(key), node, "")
        name = next((node[field] for field in _NAMES if type(node.get(field)) is str and node[field]), None)
        if name is not None and "passages" not in path:
            parent = outer.key if outer is not None else ""
            return self._known(f"{parent}>{name.lower()}" if parent else name.lower(), node, parent, name)
        if path and type(path[-1]) is str and path[-1] in _PARTS and outer is None:
            return self._part(_PARTS[path[-1]])
        return outer

    def part(self, key: str | int) -> Entity | None:
        """The coin that a field is named after: "funding_rate.btc"."""
        return self._part(_PARTS[key]) if type(key) is str and key in _PARTS else None

    def _part(self, symbol: str) -> Entity:
        if symbol not in self._parts:
            record = next((one for one in load_assets() if one.symbol == symbol), None)
            node = {"name": record.name, "symbol": symbol, "slug": record.slug} if record else {"symbol": symbol}
            self._parts[symbol] = self._known(str(record.asset_id) if record else symbol.lower(), node, "")
        return self._parts[symbol]

    def add(self, key: str, name: str, symbol: str) -> None:
        """One that is known from elsewhere than a result."""
        if key not in self.by_key:
            self._known(key, {"name": name, "symbol": symbol}, "")

    def _known(self, key: str, node: Mapping[str, Any], parent: str, name: str = "") -> Entity:
        known = self.by_key.get(key)
        if known is not None and (known.symbol or not node.get("symbol")):
            return known
        name = name or next((node[field] for field in _NAMES if type(node.get(field)) is str), "")
        symbol, slug = node.get("symbol"), node.get("slug")
        entity = Entity(
            key, name, symbol if type(symbol) is str else "", slug if type(slug) is str else "", parent
        )  # fmt: skip
        self.by_key[key] = entity
        self._names = None
        return entity

    def names(self) -> NameTable:
        """First word -> spellings that begin with it, longest first."""
        if self._names is None:
            table: dict[str, list[Name]] = {}
            for entity in self.by_key.values():
                _enter(table, entity.key, (entity.name,), entity.symbol, is_known=True)
                if entity.slug and "-" in entity.slug:
                    _enter(table, entity.key, (entity.slug,), "", is_known=True)
            for rows in table.values():
                rows.sort(key=lambda name: -len(name.rest))
            self._names = table
        return self._names

    def is_namesake(self, key: str, others: Iterable[str]) -> bool:
        """Whether one of the others has the same name: a chain is known by it, its coin by a number."""
        if key.isdigit():
            return False
        name = self.label(key).lower()
        return any(self.label(other).lower() == name for other in others)

    def label(self, key: str) -> str:
        known = self.by_key.get(key)
        if known is not None:
            return known.name or known.symbol or key
        return MARKET.name if key == MARKET.key else catalog_labels().get(key, key)


def _enter(table: dict[str, list[Name]], key: str, names: Iterable[str], symbol: str, *, is_known: bool) -> None:
    for name in names:
        words = words_of(name)
        # A token that calls itself "Price" must not take the word from the prose.
        if words and len(name) >= _SHORTEST and not _is_phrase(words):
            table.setdefault(words[0], []).append(Name(words[1:], key, name, False, is_known))
    if len(symbol) >= _SHORTEST and symbol not in load_vocabulary().stop_symbols:
        words = words_of(symbol)
        if words:
            table.setdefault(words[0], []).append(Name(words[1:], key, symbol, True, is_known))


def _is_phrase(words: tuple[str, ...]) -> bool:
    return any(rest == words[1:] for rest, _ in load_vocabulary().phrases.get(words[0], ()))


@cache
def catalog_names() -> NameTable:
    """Spellings of the shipped assets: they tell that a figure is said of an asset no result speaks of."""
    table: dict[str, list[Name]] = {}
    for record in load_assets():
        if (record.is_active and record.rank is not None) or record.asset_id < 100_000:
            names = (record.name, *(alias for alias in record.aliases if len(alias) > _LONGEST_ODD_ALIAS))
            _enter(table, str(record.asset_id), names, record.symbol, is_known=False)
    for rows in table.values():
        rows.sort(key=lambda name: -len(name.rest))
    return table


@cache
def catalog_tickers() -> Mapping[str, str]:
    """Ticker -> id of a shipped asset."""
    found: dict[str, str] = {}
    for rows in catalog_names().values():
        for name in rows:
            if name.is_symbol:
                found.setdefault(name.spelling, name.key)
    return MappingProxyType(found)


@cache
def catalog_labels() -> Mapping[str, str]:
    return {str(record.asset_id): record.name for record in load_assets()}

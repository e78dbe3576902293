"""Which assets a word may mean: exact keys by dictionary, then prefix, word, substring and spelling mistakes."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import lru_cache

from msgspec import Struct
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from cryptodesk.catalog.assets import load_assets
from cryptodesk.market.records import Asset, AssetMatch, MatchKind
from cryptodesk.market.text import normalise

__all__ = ["AssetDirectory", "is_address", "load_directory_assets"]

FUZZY_LETTERS = 5
FUZZY_DISTANCE = 2
FUZZY_RATIO = 75.0
_SUBSTRING_LETTERS = 3
_MOST_CACHED = 4096
_MOST_RIVALS = 10

_EVM_ADDRESS = re.compile(r"0x[0-9a-f]{40}", re.IGNORECASE)
_BASE58_ADDRESS = re.compile(r"[1-9A-HJ-NP-Za-km-z]{32,44}")
_PAIR = re.compile(r"([a-z0-9]{2,12})[/_-](?:usdt|usdc|usd|busd|fdusd|eur|btc|eth)(?:[-_](?:perp|swap))?")
_WORD = re.compile(r"[^\W_]+")

# Strength of each kind of match: kinds of one class are told apart by rank alone.
_CLASS: dict[MatchKind, int] = {
    "exact_id": 0,
    "exact_address": 0,
    "exact_symbol": 1,
    "exact_slug": 2,
    "exact_name": 2,
    "exact_alias": 2,
    "former_symbol": 2,
    "prefix": 3,
    "word": 4,
    "substring": 5,
    "fuzzy": 6,
}
_SCORE: dict[MatchKind, float] = {
    "exact_id": 1.0,
    "exact_address": 1.0,
    "exact_symbol": 0.98,
    "exact_slug": 0.97,
    "exact_name": 0.97,
    "exact_alias": 0.95,
    "former_symbol": 0.9,
    "prefix": 0.7,
    "word": 0.6,
    "substring": 0.5,
    "fuzzy": 0.4,
}


class _Found(Struct, frozen=True):
    """`closeness` is 0..1 within the kind: how much of the key was asked for."""

    asset: Asset
    kind: MatchKind
    closeness: float = 0.0

    @property
    def order(self) -> tuple[int, float, bool, float, int, str]:
        rank = float("inf") if self.asset.rank is None else float(self.asset.rank)
        spelling = -self.closeness if self.kind == "fuzzy" else 0.0
        # Among the unranked, what more public records list is what more people mean.
        records = -len(self.asset.sources)
        return (_CLASS[self.kind], spelling, not self.asset.is_active, rank, records, self.asset.name)


class AssetDirectory:
    """Immutable after construction; safe to share between threads."""

    def __init__(self, assets: Iterable[Asset] | None = None) -> None:
        self.assets: tuple[Asset, ...] = tuple(load_directory_assets() if assets is None else assets)
        self._by_id = {asset.asset_id: asset for asset in self.assets}
        self._exact: dict[str, list[_Found]] = defaultdict(list)
        self._by_address: dict[str, list[Asset]] = defaultdict(list)
        for asset in self.assets:
            self._index(asset)
        self._keys = sorted(self._exact)
        self._by_word: dict[str, list[str]] = defaultdict(list)
        for key in self._keys:
            for word in set(_WORD.findall(key)) - {key}:
                self._by_word[word].append(key)
        self._fuzzy_keys = [key for key in self._keys if len(key) >= FUZZY_LETTERS and not key.isdigit()]
        self._search: Callable[[str], tuple[AssetMatch, ...]] = lru_cache(maxsize=_MOST_CACHED)(self._search_afresh)

    def by_id(self, asset_id: int) -> Asset | None:
        return self._by_id.get(asset_id)

    def exact(self, query: str) -> tuple[AssetMatch, ...]:
        """Assets whose id, address, symbol, slug, name, alias or former symbol is the query, likeliest first."""
        return _to_matches(_ranked(self._find_exact(query)))

    def lookup(self, query: str, limit: int = 5) -> list[AssetMatch]:
        """Assets the query may mean: by strength of match, then rank ascending, unranked last, then name.

        Spelling mistakes are considered only where nothing else matches. A query shaped like an address matches
        token addresses alone. Empty for an empty query. Raises: ValueError if `limit` is not positive."""
        if limit < 1:
            raise ValueError(f"limit must be at least 1, got {limit!r}")
        return list(self._search(query[:400])[:limit])

    def _index(self, asset: Asset) -> None:
        keys: dict[str, MatchKind] = {}
        self._claim(keys, "exact_symbol", (asset.symbol,))
        self._claim(keys, "exact_name", (asset.name,))
        self._claim(keys, "exact_slug", (asset.slug, asset.slug.replace("-", " ")))
        self._claim(keys, "exact_alias", (*asset.aliases, *asset.exchange_symbols.values()))
        self._claim(keys, "former_symbol", asset.former_symbols)
        for key, kind in keys.items():
            self._exact[key].append(_Found(asset, kind))
        if asset.token_address:
            self._by_address[_address_key(asset.token_address)].append(asset)

    @staticmethod
    def _claim(keys: dict[str, MatchKind], kind: MatchKind, texts: Sequence[str]) -> None:
        for text in texts:
            key = normalise(text)
            if key:
                keys.setdefault(key, kind)

    def _search_afresh(self, query: str) -> tuple[AssetMatch, ...]:
        if _address_of(query):
            return _to_matches(_ranked(self._find_address(query)))
        text = _without_marks(normalise(query))
        found = self._find_exact(query)
        if any(match.kind == "exact_id" for match in found):
            return _to_matches(_ranked(found))
        found += self._find_partial(text)
        return _to_matches(_ranked(found or self._find_fuzzy(text)))

    def _find_exact(self, query: str) -> list[_Found]:
        if _address_of(query):
            return self._find_address(query)
        text = _without_marks(normalise(query))
        if normalise(query).startswith("$"):
            symbols = [found for found in self._exact.get(text, ()) if found.kind == "exact_symbol"]
            if symbols:
                return list(symbols)
        found = list(self._exact.get(text, ()))
        if text.isascii() and text.isdigit() and int(text) in self._by_id:
            found.append(_Found(self._by_id[int(text)], "exact_id"))
        if not found and (pair := _PAIR.fullmatch(text)):
            found = [match for match in self._exact.get(pair[1], ()) if match.kind == "exact_symbol"]
        return found

    def _find_address(self, query: str) -> list[_Found]:
        platform, address = _address_of(query) or ("", "")
        holders = self._by_address.get(_address_key(address), ())
        return [_Found(asset, "exact_address") for asset in holders if not platform or asset.platform == platform]

    def _find_partial(self, text: str) -> Iterator[_Found]:
        if not text:
            return
        for key in self._prefixed(text):
            yield from self._of(key, "prefix", len(text) / len(key))
        for key in self._by_word.get(text, ()):
            yield from self._of(key, "word", len(text) / len(key))
        if len(text) >= _SUBSTRING_LETTERS:
            for key in self._keys:
                if text in key:
                    yield from self._of(key, "substring", len(text) / len(key))

    def _prefixed(self, text: str) -> Iterator[str]:
        for index in range(bisect_left(self._keys, text), len(self._keys)):
            if not self._keys[index].startswith(text):
                return
            if self._keys[index] != text:
                yield self._keys[index]

    def _find_fuzzy(self, text: str) -> list[_Found]:
        """Spelling mistakes in the whole query, else in its single words."""
        found = list(self._similar(text))
        if not found:
            for word in dict.fromkeys(_WORD.findall(text)):
                found += self._similar(word)
        return found

    def _similar(self, text: str) -> Iterator[_Found]:
        if len(text) < FUZZY_LETTERS:
            return
        close = process.extract(
            text, self._fuzzy_keys, scorer=OSA.distance, processor=None, score_cutoff=FUZZY_DISTANCE, limit=50
        )
        for key, _, _ in close:
            ratio = fuzz.ratio(text, key)
            if ratio >= FUZZY_RATIO:
                yield from self._of(key, "fuzzy", ratio / 100)

    def _of(self, key: str, kind: MatchKind, closeness: float) -> Iterator[_Found]:
        for found in self._exact[key]:
            yield _Found(found.asset, kind, closeness)


def load_directory_assets() -> tuple[Asset, ...]:
    """The shipped catalogue as market records. Raises: catalog.assets.CatalogError if it is malformed."""
    return tuple(
        Asset(
            asset_id=record.asset_id,
            name=record.name,
            symbol=record.symbol,
            slug=record.slug,
            rank=record.rank,
            is_active=record.is_active,
            aliases=record.aliases,
            former_symbols=record.former_symbols,
            platform=record.platform,
            token_address=record.token_address,
            summary=record.summary,
            launched=record.launched,
            max_supply=record.max_supply,
            exchange_symbols=dict(record.exchange_symbols),
            coingecko_id=record.coingecko_id,
            sources=record.verified_by,
            verified_at=record.verified_at,
        )
        for record in load_assets()
    )


def is_address(text: str) -> bool:
    """Whether the text is shaped like a token address, alone or after a platform ("ethereum:0x…")."""
    return _address_of(text) is not None


def _address_of(query: str) -> tuple[str, str] | None:
    """(platform or "", address); base58 letters keep their case, which carries meaning."""
    platform, _, address = query.strip().rpartition(":")
    if _EVM_ADDRESS.fullmatch(address) or _BASE58_ADDRESS.fullmatch(address):
        return platform.strip().casefold(), address
    return None


def _address_key(address: str) -> str:
    return address.lower() if address.startswith(("0x", "0X")) else address


def _without_marks(text: str) -> str:
    return text.strip(" $#\"'`“”‘’«»()[]{}<>?!.,;:")


def _ranked(found: Iterable[_Found]) -> list[_Found]:
    """Best first, each asset once, by its best match."""
    best: dict[int, _Found] = {}
    for match in sorted(found, key=lambda match: match.order):
        best.setdefault(match.asset.asset_id, match)
    return list(best.values())


def _to_matches(ranked: Sequence[_Found]) -> tuple[AssetMatch, ...]:
    by_class: dict[int, list[int]] = defaultdict(list)
    for found in ranked:
        by_class[_CLASS[found.kind]].append(found.asset.asset_id)
    return tuple(
        AssetMatch(
            found.asset,
            found.kind,
            round(_SCORE[found.kind] + 0.1 * found.closeness, 4) if found.closeness else _SCORE[found.kind],
            tuple(other for other in by_class[_CLASS[found.kind]] if other != found.asset.asset_id)[:_MOST_RIVALS],
        )
        for found in ranked
    )

"""Which assets a word may mean: exact keys by dictionary, then prefix, word, substring and spelling mistakes."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping
from datetime import date, datetime
from functools import cache, lru_cache

from msgspec.structs import replace

from cryptodesk.catalog.assets import AssetRecord, load_assets
from cryptodesk.catalog.tail import TAIL_PUBLISHED_ON, TailColumns, load_catalogued
from cryptodesk.core.patterns import Pattern
from cryptodesk.market.identity.history import NameHistory, day_of, old_names
from cryptodesk.market.identity.keys import KeyHit, KeyTable
from cryptodesk.market.identity.names import address_key
from cryptodesk.market.identity.ranking import EXACT_KINDS, Candidate, judge, match_kind, rank_candidates
from cryptodesk.market.identity.tail import LongTail
from cryptodesk.market.identity.text import disguise, normalise, skeleton
from cryptodesk.market.identity.verdicts import impostor_warning, to_match
from cryptodesk.market.records.assets import OWN_ID_BASE, Asset, AssetChange, AssetMatch, MatchKind

__all__ = ["AssetDirectory", "is_address", "load_directory_assets"]

_MOST_CACHED = 1024
_MOST_MATCHES = 25
_MOST_CHARACTERS = 400
_ID_DIGITS = 19

_SHORTEST_ADDRESS = 32
_EVM_ADDRESS = Pattern(r"0x[0-9a-f]{40}", re.IGNORECASE)
_BASE58_ADDRESS = Pattern(r"[1-9A-HJ-NP-Za-km-z]{32,44}")
_PAIR = Pattern(r"([a-z0-9]{2,12})[/_-](?:usdt|usdc|usd|busd|fdusd|eur|btc|eth)(?:[-_](?:perp|swap))?")

Found = Candidate[Asset]


class AssetDirectory:
    """Immutable after construction; safe to share between threads.

    Holds the assets given, or all that ship: the verified catalogue (`assets`) and behind it the long tail, which is
    read at the first question and yields to the catalogue. `ranks` are current ranks by asset id, as of the caller's
    data; they replace those of the assets."""

    def __init__(
        self,
        assets: Iterable[Asset] | None = None,
        *,
        tail: LongTail | None = None,
        ranks: Mapping[int, int] | None = None,
    ) -> None:
        self.tail = LongTail() if assets is None and tail is None else tail
        self._ranks = dict(ranks or {})
        given = load_directory_assets() if assets is None else assets
        self.assets: tuple[Asset, ...] = tuple(map(self._with_rank, given))
        # Best known first, so that a search that stops early has seen what most people mean.
        self._ordered = sorted(self.assets, key=_standing)
        self._by_id = {asset.asset_id: asset for asset in self.assets}
        self._by_address: dict[str, list[Asset]] = defaultdict(list)
        self._by_gecko = {asset.coingecko_id: asset for asset in self.assets if asset.coingecko_id}
        self.history = NameHistory(self.assets)
        self._keys = KeyTable()
        self._own_keys: dict[int, tuple[str, str]] = {}
        for position, asset in enumerate(self._ordered):
            self._index(position, asset)
        # Told once: who is no impostor now costs nothing to ask.
        self._impostors: dict[int, str] = dict(self._find_impostors())
        self._exact: Callable[[str, date | None], tuple[AssetMatch, ...]]
        self._exact = lru_cache(maxsize=_MOST_CACHED)(self._exact_afresh)
        self._search: Callable[[str, date | None], tuple[AssetMatch, ...]]
        self._search = lru_cache(maxsize=_MOST_CACHED)(self._search_afresh)

    def with_ranks(self, ranks: Mapping[int, int]) -> AssetDirectory:
        """The same assets under current ranks by asset id, for instance those of a listing."""
        return AssetDirectory(self.assets, tail=self.tail, ranks=ranks)

    def __len__(self) -> int:
        return len(self.assets) + (len(self.tail) if self.tail else 0)

    def by_id(self, asset_id: int) -> Asset | None:
        found = self._by_id.get(asset_id)
        if found is None and self.tail is not None and asset_id >= OWN_ID_BASE:
            row = self.tail.row_of(asset_id)
            return None if row is None else self._tail_asset(row)
        return found

    def by_coingecko_id(self, coingecko_id: str) -> Asset | None:
        found = self._by_gecko.get(coingecko_id)
        if found is None and self.tail is not None:
            row = self.tail.row_of_gecko(coingecko_id)
            return None if row is None else self._tail_asset(row)
        return found

    def exact(self, query: str, as_of: date | datetime | None = None) -> tuple[AssetMatch, ...]:
        """Assets whose id, address, symbol, slug, name, alias or former symbol is the query, likeliest first.

        With `as_of` only assets known by then, under the names they had. Raises: ValueError for a time without zone."""
        return self._exact(query[:_MOST_CHARACTERS], day_of(as_of))

    def lookup(self, query: str, limit: int = 5, as_of: date | datetime | None = None) -> list[AssetMatch]:
        """Assets the query may mean: by strength of match, then rank ascending, unranked last, then name.

        Spelling mistakes are considered only where nothing well known matches. A query shaped like an address matches
        token addresses alone. Empty for an empty query. Raises: ValueError if `limit` is not positive."""
        if limit < 1:
            raise ValueError(f"limit must be at least 1, got {limit!r}")
        return list(self._search(query[:_MOST_CHARACTERS], day_of(as_of))[:limit])

    def bearers(self, key: str, as_of: date | None = None) -> list[Found]:
        """Whoever bears a normalised text exactly, well known assets first; the text is not read as a pair or an id."""
        found = self.known_bearers(key, as_of)
        if self.tail is not None and _has_tail(as_of):
            found += self._obscure(self.tail.exact(key))
        return found

    def known_bearers(self, key: str, as_of: date | None = None) -> list[Found]:
        """The same without the long tail."""
        if as_of is not None:
            return list(self._known(self._keys.exact(key), as_of))
        found = [(self._ordered[position], EXACT_KINDS[kind]) for position, kind in self._keys.bearers(key)]
        return [Candidate(asset.asset_id, asset, match, 0.0, key) for asset, match in found]

    def foremost_bearers(self, key: str, as_of: date | None = None) -> list[tuple[Asset, MatchKind]]:
        """The two best known of them and how they match, or all where a day makes a difference."""
        if as_of is not None:
            return [(one.named, one.match) for one in self.known_bearers(key, as_of)]
        return [(self._ordered[position], EXACT_KINDS[kind]) for position, kind in self._keys.bearers(key, 2)]

    def own_keys(self, asset: Asset, as_of: date | None = None) -> tuple[str, str]:
        """The asset's ticker and name as keys; of a day, the asset has to be as it was seen then."""
        known = self._own_keys.get(asset.asset_id) if as_of is None else None
        return known or (normalise(asset.symbol), normalise(asset.name))

    def is_known(self, key: str, beside: Asset) -> bool:
        """Whether a well known asset other than the given one may bear a normalised text; quicker than asking who."""
        return self._keys.is_shared(key) or (beside.is_obscure and key in self._keys)

    def impostor(self, asset: Asset, as_of: date | None = None) -> str | None:
        """What is to be said of an asset that a far better known one shares its ticker or name with."""
        if as_of is None and self._by_id.get(asset.asset_id) is asset:
            return self._impostors.get(asset.asset_id)
        return impostor_warning(self, asset, as_of)

    def _find_impostors(self) -> Iterator[tuple[int, str]]:
        for asset in self._by_id.values():
            told = impostor_warning(self, asset, None)
            if told:
                yield asset.asset_id, told

    def _with_rank(self, asset: Asset) -> Asset:
        rank = self._ranks.get(asset.asset_id)
        return asset if rank is None else replace(asset, rank=rank)

    def _tail_asset(self, row: int) -> Asset:
        assert self.tail is not None  # noqa: S101  rows are only found where there is a tail
        return self._with_rank(self.tail.asset(row))

    def _index(self, position: int, asset: Asset) -> None:
        add = self._keys.add
        symbol, name = self._own_keys[asset.asset_id] = normalise(asset.symbol), normalise(asset.name)
        add(symbol, position, "symbol")
        add(name, position, "name")
        add(normalise(asset.slug), position, "slug")
        if "-" in asset.slug:
            add(normalise(asset.slug.replace("-", " ")), position, "slug")
        for alias in (*asset.aliases, *asset.exchange_symbols.values(), *old_names(asset)):
            add(normalise(alias), position, "alias")
        for symbol in (*asset.former_symbols, *(change.symbol or "" for change in asset.changes)):
            add(normalise(symbol), position, "former")
        if asset.token_address:
            self._by_address[address_key(asset.token_address)].append(asset)

    def _exact_afresh(self, query: str, day: date | None) -> tuple[AssetMatch, ...]:
        return self._judged(self._find_exact(query, day), query, day)

    def _search_afresh(self, query: str, day: date | None) -> tuple[AssetMatch, ...]:
        found = self._find_exact(query, day)
        if _address_of(query) or any(match.match == "exact_id" for match in found):
            return self._judged(found, query, day)
        text = _without_marks(normalise(query))
        found += self._known(self._keys.partial(text), day)
        if all(match.named.is_obscure for match in found):
            found += self._find_alike(query, text, day, is_borne=any(not match.is_guess for match in found))
        return self._judged(found, query, day)

    def _find_alike(self, query: str, text: str, day: date | None, is_borne: bool) -> Iterator[Found]:
        """Where nothing well known matches: misspelt and disguised names, and whatever the long tail holds."""
        shape = _without_marks(skeleton(query))
        if shape != text:
            for candidate in self._known(self._keys.exact(shape), day):
                yield Candidate(candidate.id, candidate.named, "lookalike", 0.0, candidate.key)
        # A name that the long tail bears exactly is a slip of the pen only as a whole.
        hits = self._keys.similar(shape) if is_borne else self._keys.misspelt(shape)
        alike = list(self._known(hits, day))
        yield from alike
        if self.tail is not None and _has_tail(day):
            partial = list(self._obscure(self.tail.keys.partial(text)))
            yield from partial
            if not is_borne and not partial:
                yield from self._obscure(self.tail.keys.similar(text))

    def _find_exact(self, query: str, day: date | None) -> list[Found]:
        if _address_of(query):
            return self._find_address(query, day)
        folded = normalise(query)
        text = _without_marks(folded)
        found = self.bearers(folded, day) or self.bearers(text, day)
        if folded.startswith("$") and (symbols := [one for one in found if one.match == "exact_symbol"]):
            return symbols
        if not found and "-" in text:
            found = self.bearers(text.replace("-", " "), day)
        asset = self.by_id(int(text)) if text.isascii() and text.isdigit() and len(text) < _ID_DIGITS else None
        if asset is not None and self.history.is_known(asset, day):
            found.append(Candidate(asset.asset_id, asset, "exact_id", 0.0, text))
        if not found and (pair := _PAIR.fullmatch(text)):
            found = [one for one in self.bearers(pair[1], day) if one.match == "exact_symbol"]
        return found

    def _find_address(self, query: str, day: date | None) -> list[Found]:
        platform, address = _address_of(query) or ("", "")
        return [
            Candidate(asset.asset_id, self.history.seen_on(asset, day), "exact_address", 0.0, address)
            for asset in self._by_address.get(address_key(address), ())
            if (not platform or asset.platform == platform) and self.history.is_known(asset, day)
        ]

    def _known(self, hits: Iterable[KeyHit], day: date | None) -> Iterator[Found]:
        for hit in hits:
            asset = self._ordered[hit.position]
            if day is None:
                yield Candidate(asset.asset_id, asset, match_kind(hit), _closeness(hit), hit.key)
            elif self.history.is_known(asset, day):
                kind = self.history.kind_on(asset, hit, day)
                if kind is not None:
                    yield Candidate(asset.asset_id, self.history.seen_on(asset, day), kind, _closeness(hit), hit.key)

    def _obscure(self, hits: Iterable[KeyHit]) -> Iterator[Found]:
        for hit in hits:
            asset = self._tail_asset(hit.position)
            kind = self.history.kind_on(asset, hit, None)
            if kind is not None:
                yield Candidate(asset.asset_id, asset, kind, _closeness(hit), hit.key)

    def _judged(self, found: Iterable[Found], query: str, day: date | None) -> tuple[AssetMatch, ...]:
        ranked = rank_candidates(found)[:_MOST_MATCHES]
        hidden = disguise(query)
        judged = zip(ranked, judge(ranked), strict=True)
        return tuple([to_match(self, one, verdict, hidden, day) for one, verdict in judged])


@cache
def load_directory_assets() -> tuple[Asset, ...]:
    """The shipped catalogue as market records. Raises: catalog.assets.CatalogError if it is malformed."""
    tail = load_catalogued()
    return tuple(_to_asset(record, tail) for record in load_assets())


def _to_asset(record: AssetRecord, tail: TailColumns) -> Asset:
    row = tail.find(record.asset_id)
    old = tail.row(row) if row is not None else None
    aliases = record.aliases
    if old is not None and normalise(old.name) not in {normalise(record.name), *aliases}:
        aliases = (*aliases, normalise(old.name))
    return Asset(
        asset_id=record.asset_id,
        name=record.name,
        symbol=record.symbol,
        slug=record.slug,
        rank=record.rank,
        is_active=record.is_active,
        aliases=aliases,
        former_symbols=record.former_symbols,
        platform=record.platform,
        token_address=record.token_address,
        summary=record.summary,
        launched=record.launched,
        max_supply=record.max_supply,
        exchange_symbols=dict(record.exchange_symbols),
        coingecko_id=record.coingecko_id or (old.coingecko_id if old else None),
        sources=record.verified_by,
        verified_at=record.verified_at,
        changes=tuple(
            AssetChange(change.on, change.symbol, change.name, change.asset_id, change.ratio)
            for change in record.changes
        ),
        successor_id=record.successor_id,
        known_from=TAIL_PUBLISHED_ON if old else record.verified_at,
        prior_rank=old.rank if old else None,
        coinpaprika_id=old.coinpaprika_id if old else None,
    )


def is_address(text: str) -> bool:
    """Whether the text is shaped like a token address, alone or after a platform ("ethereum:0x…")."""
    return _address_of(text) is not None


def _address_of(query: str) -> tuple[str, str] | None:
    """(platform or "", address); base58 letters keep their case, which carries meaning."""
    if len(query) < _SHORTEST_ADDRESS:
        return None
    platform, _, address = query.strip().rpartition(":")
    if _EVM_ADDRESS.fullmatch(address) or _BASE58_ADDRESS.fullmatch(address):
        return platform.strip().casefold(), address
    return None


def _has_tail(day: date | None) -> bool:
    return day is None or day >= LongTail.known_from


def _closeness(hit: KeyHit) -> float:
    return 0.0 if hit.how == "exact" else hit.closeness


def _without_marks(text: str) -> str:
    return text.strip(" $#\"'`“”‘’«»()[]{}<>?!.,;:")


def _standing(asset: Asset) -> tuple[bool, int, int, int, str]:
    return (not asset.is_active, asset.rank or 10**9, -len(asset.sources), asset.prior_rank or 10**9, asset.name)

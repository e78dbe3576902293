"""Looking up anything that has a name: exchanges, categories, NFT collections, onchain tokens."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator
from functools import lru_cache
from typing import Generic, TypeVar

from msgspec import Struct

from cryptodesk.market.identity.keys import KeyHit, KeyTable
from cryptodesk.market.identity.ranking import Candidate, Verdict, judge, match_kind, rank_candidates
from cryptodesk.market.identity.text import disguise, normalise, plain, skeleton
from cryptodesk.market.records.assets import MatchKind

__all__ = ["Name", "NameIndex", "NameMatch", "address_key"]

T = TypeVar("T")

_MOST_CACHED = 1024
_MOST_MATCHES = 50
_MOST_CHARACTERS = 400
_MARKS = " $#\"'`“”‘’«»()[]{}<>?!.,;:"


class Name(Struct, frozen=True, kw_only=True):
    """How one thing is called. `id` is unique; `rank` is 1 for the largest; `address` with `platform` names a token
    beyond doubt. Nothing of it need be trusted: it is only compared and shortened."""

    id: int | str
    name: str
    symbol: str = ""
    slug: str = ""
    aliases: tuple[str, ...] = ()
    rank: int | None = None
    is_active: bool = True
    platform: str | None = None
    address: str | None = None
    is_obscure: bool = False
    prior_rank: int | None = None
    sources: tuple[str, ...] = ()


class NameMatch(Struct, Generic[T], frozen=True):
    """One thing that a query may mean; the fields say what `AssetMatch` says of assets."""

    item: T
    id: int | str
    match: MatchKind
    score: float
    rivals: tuple[int | str, ...]
    confidence: float
    is_close_call: bool
    reasons: tuple[str, ...]
    warning: str | None


class NameIndex(Generic[T]):
    """Immutable after construction; safe to share between threads."""

    def __init__(self, items: Iterable[T], describe: Callable[[T], Name]) -> None:
        pairs = [(describe(item), item) for item in items]
        pairs.sort(key=lambda pair: (not pair[0].is_active, pair[0].rank or 10**9, pair[0].name))
        self._names = [name for name, _ in pairs]
        self._items = [item for _, item in pairs]
        self._keys = KeyTable()
        self._by_id = {normalise(str(name.id)): position for position, name in enumerate(self._names)}
        self._by_address: dict[str, list[int]] = {}
        for position, name in enumerate(self._names):
            self._index(position, name)
        self._search: Callable[[str], tuple[NameMatch[T], ...]] = lru_cache(maxsize=_MOST_CACHED)(self._search_afresh)

    def __len__(self) -> int:
        return len(self._items)

    def lookup(self, query: str, limit: int = 5) -> list[NameMatch[T]]:
        """What the query may mean, likeliest first: an id, an address, then names, parts of names and misspelt names.

        Empty where nothing matches. Raises: ValueError if `limit` is not positive."""
        if limit < 1:
            raise ValueError(f"limit must be at least 1, got {limit!r}")
        return list(self._search(query[:_MOST_CHARACTERS])[:limit])

    def exact(self, query: str) -> tuple[NameMatch[T], ...]:
        """Only what bears the query as its id, address, symbol, slug, name or alias."""
        return tuple(match for match in self._search(query[:_MOST_CHARACTERS]) if match.match.startswith("exact_"))

    def _index(self, position: int, name: Name) -> None:
        for text, kind in ((name.symbol, "symbol"), (name.name, "name"), (name.slug, "slug")):
            self._keys.add(normalise(text), position, kind)  # type: ignore[arg-type]
        self._keys.add(normalise(name.slug.replace("-", " ")), position, "slug")
        for alias in name.aliases:
            self._keys.add(normalise(alias), position, "alias")
        if name.address:
            self._by_address.setdefault(address_key(name.address), []).append(position)

    def _search_afresh(self, query: str) -> tuple[NameMatch[T], ...]:
        text = normalise(query).strip(_MARKS)
        if not text:
            return ()
        found = list(self._beyond_doubt(query, text))
        if not found:
            found = [self._candidate(hit.position, match_kind(hit), hit.closeness, hit.key) for hit in self._hits(text)]
        if not found and (shape := skeleton(query).strip(_MARKS)) != text:
            found = [self._candidate(hit.position, "lookalike", 0.0, hit.key) for hit in self._keys.exact(shape)]
        if not found:
            found = [
                self._candidate(hit.position, "fuzzy", hit.closeness, hit.key) for hit in self._keys.misspelt(text)
            ]
        ranked = rank_candidates(found)[:_MOST_MATCHES]
        return tuple(self._match(one, verdict, query) for one, verdict in zip(ranked, judge(ranked), strict=True))

    def _hits(self, text: str) -> Iterator[KeyHit]:
        yield from self._keys.exact(text)
        yield from self._keys.partial(text)

    def _beyond_doubt(self, query: str, text: str) -> Iterator[Candidate[Name]]:
        platform, _, address = query.strip().rpartition(":")
        for position in self._by_address.get(address_key(address), ()):
            if platform.strip().casefold() in {"", (self._names[position].platform or "").casefold()}:
                yield self._candidate(position, "exact_address", 0.0, address)
        if text in self._by_id:
            yield self._candidate(self._by_id[text], "exact_id", 0.0, text)

    def _candidate(self, position: int, match: MatchKind, closeness: float, key: str) -> Candidate[Name]:
        return Candidate(position, self._names[position], match, closeness, key)

    def _match(self, one: Candidate[Name], verdict: Verdict, query: str) -> NameMatch[T]:
        return NameMatch(
            item=self._items[self._position(one.id)],
            id=one.named.id,
            match=one.match,
            score=one.score,
            rivals=tuple(self._names[self._position(rival)].id for rival in verdict.rivals),
            confidence=verdict.confidence,
            is_close_call=verdict.is_close_call,
            reasons=_reasons(one),
            warning=self._warning(one, query),
        )

    @staticmethod
    def _position(number: Hashable) -> int:
        assert isinstance(number, int)  # noqa: S101  candidates of this index are numbered by position
        return number

    def _warning(self, one: Candidate[Name], query: str) -> str | None:
        hidden = disguise(query)
        if one.match == "lookalike":
            return f"the text only looks like {plain(one.key)!r}: {hidden or 'it uses letters of another alphabet'}"
        return f"the text was cleaned: {hidden}" if hidden else None


def address_key(address: str) -> str:
    """Hexadecimal addresses in small letters; in base58 the case carries meaning."""
    return address.lower() if address.startswith(("0x", "0X")) else address


_WAYS: dict[MatchKind, str] = {
    "exact_id": "the id",
    "exact_address": "the contract address",
    "exact_symbol": "the ticker",
    "exact_slug": "the slug",
    "exact_name": "the name",
    "exact_alias": "another name",
    "former_symbol": "a former ticker",
    "prefix": "begins with it",
    "word": "holds it as a word",
    "substring": "holds it",
    "fuzzy": "is spelt much like it",
    "lookalike": "looks like it",
}


def _reasons(one: Candidate[Name]) -> tuple[str, ...]:
    way = f"{_WAYS[one.match]}: {plain(one.key)!r}"
    return (way, f"rank {one.named.rank:,}") if one.named.rank is not None else (way,)

"""Which assets a question speaks of, and where."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Sequence

from msgspec import Struct
from rapidfuzz import process
from rapidfuzz.distance import OSA

from cryptodesk.market.directory import AssetDirectory
from cryptodesk.market.english import ACRONYMS, EVERYDAY, FUNCTION_WORDS, LOOKALIKES
from cryptodesk.market.prose import Prose
from cryptodesk.market.records import Asset
from cryptodesk.market.text import normalise

__all__ = ["AssetMentions", "Mention"]

MAX_TEXT = 20_000
# In a catalogue of every asset there is, a ticker in small letters beyond this rank is rather a word or a slip.
_PROMINENT_RANK = 500
_SELECTED_ASSETS = 1_000
_TYPO_LETTERS = 5
_TWO_SLIPS_LETTERS = 7
_QUOTES = ("usdt", "usdc", "fdusd", "busd", "usd", "eur")
_PLURALS = ("s", "es")
_INFLECTIONS = ("al", "ed", "er", "ers", "ing", "ings", "ly", "ish", "ist", "ists", "ism", "ity", "ian", "ians", "y")
_SPLIT = re.compile(r"[^\W_]+")


class Mention(Struct, frozen=True):
    """`text` is what stands at `start`:`end` of the question. `confidence` is 0..1. `is_ticker_word` tells that it is
    also an everyday English word, taken for an asset by its context; `rivals` are ids of assets called the same."""

    start: int
    end: int
    text: str
    asset_id: int
    symbol: str
    name: str
    confidence: float
    is_ticker_word: bool = False
    rivals: tuple[int, ...] = ()


class _Candidate(Struct):
    """Words `first`..`last` that may name one of `assets`, likeliest first. Confidence 0 until context decides."""

    first: int
    last: int
    start: int
    end: int
    assets: Sequence[Asset]
    confidence: float
    is_everyday: bool = False


class AssetMentions:
    """Finds assets in prose. Immutable after construction; safe to share between threads."""

    def __init__(self, directory: AssetDirectory) -> None:
        self._names: dict[tuple[str, ...], list[Asset]] = defaultdict(list)
        self._symbols: dict[str, list[Asset]] = defaultdict(list)
        self._is_selection = len(directory.assets) <= _SELECTED_ASSETS
        ranked = sorted(directory.assets, key=_likelihood)
        for asset in ranked:
            self._add_names(asset)
            self._add_symbol(asset.symbol, asset)
        borne = {normalise(asset.symbol) for asset in ranked if asset.is_active}
        for asset in ranked:
            for symbol in asset.former_symbols:
                if normalise(symbol) not in borne:  # a former ticker yields to whoever bears it now
                    self._add_symbol(symbol, asset)
        self._longest = max(map(len, self._names), default=1)
        self._typo_keys = [
            name[0]
            for name in self._names
            if len(name) == 1 and len(name[0]) >= _TYPO_LETTERS and name[0].isalpha() and name[0] not in EVERYDAY
        ]

    def find(self, text: str) -> list[Mention]:
        """Mentions in the order of the text, never overlapping; an asset named twice is found twice.

        Words that are also English count only by their context. Empty where nothing is certain enough. Only the first
        20,000 characters are read."""
        prose = Prose(text[:MAX_TEXT], self._symbols.keys())
        candidates = list(self._candidates(prose))
        self._settle_by_context(prose, candidates)
        candidates = [candidate for candidate in candidates if candidate.confidence > 0]
        taken = {index for candidate in candidates for index in range(candidate.first, candidate.last + 1)}
        candidates += self._misspelt(prose, taken)
        return [_to_mention(prose, candidate) for candidate in sorted(candidates, key=lambda found: found.start)]

    def _add_names(self, asset: Asset) -> None:
        for name in (asset.name, asset.slug, *asset.aliases):
            words = tuple(_SPLIT.findall(normalise(name)))
            if words and asset not in self._names[words]:
                self._names[words].append(asset)

    def _add_symbol(self, symbol: str, asset: Asset) -> None:
        key = normalise(symbol)
        if key and asset not in self._symbols[key]:
            self._symbols[key].append(asset)

    def _candidates(self, prose: Prose) -> Iterator[_Candidate]:
        index = 0
        while index < len(prose.words):
            candidate = self._pair(prose, index) or self._name(prose, index) or self._symbol(prose, index)
            if candidate is None:
                index += 1
            else:
                yield candidate
                index = candidate.last + 1

    def _pair(self, prose: Prose, index: int) -> _Candidate | None:
        """ "SOL/USDT", "btc-usd", "ETHUSDT": the traded asset, the currency is part of the mention."""
        word = prose.words[index]
        if index + 1 < len(prose.words) and prose.words[index + 1].key in _QUOTES and prose.is_pair_gap(index):
            assets = self._symbols.get(word.key)
            if assets and word.key not in _QUOTES:
                return _Candidate(
                    index, index + 1, word.start, prose.words[index + 1].end, assets, 0.97, word.key in EVERYDAY
                )
        for quote in _QUOTES:
            assets = self._symbols.get(word.key.removesuffix(quote)) if word.key.endswith(quote) else None
            if assets and word.key not in self._symbols and word.key not in EVERYDAY:
                return _Candidate(index, index, word.start, word.end, assets, 0.95)
        return None

    def _name(self, prose: Prose, index: int) -> _Candidate | None:
        for count in range(min(self._longest, len(prose.words) - index), 0, -1):
            words = prose.words[index : index + count]
            keys = tuple(word.key for word in words)
            assets = self._names.get(keys)
            if assets and prose.is_one_name(index, count):
                if count == 1 and (keys[0] in self._symbols or words[0].is_ticker):
                    return None  # the rules for tickers are the stricter ones
                is_everyday = all(key in EVERYDAY or len(key) < 3 for key in keys) and not _says_coin(keys)
                confidence = 0.0 if is_everyday or prose.is_in_other_company(index, count) else 0.97
                return _Candidate(
                    index, index + count - 1, words[0].start, words[-1].end, assets, confidence, is_everyday
                )
        return None

    def _symbol(self, prose: Prose, index: int) -> _Candidate | None:
        word = prose.words[index]
        assets = self._symbols.get(word.key) or (self._names.get((word.key,)) if word.is_ticker else None)
        if not assets or (word.key.isdigit() and not word.is_ticker):
            return None
        is_everyday = word.key in EVERYDAY
        confidence = self._ticker_confidence(prose, index, assets)
        start = word.start - 1 if word.is_ticker else word.start
        return _Candidate(index, index, start, word.end, assets, confidence, is_everyday)

    def _ticker_confidence(self, prose: Prose, index: int, assets: Sequence[Asset]) -> float:
        """0 where the spelling alone does not tell."""
        word = prose.words[index]
        if word.is_ticker:
            return 0.99
        if word.key in ACRONYMS or len(word.key) < 2 or prose.is_compound(index):
            return 0.0
        if word.text.isupper() and not prose.is_shouting:
            return (
                0.0
                if word.key == "gas" and prose.is_in_other_company(index, 1)
                else 0.85
                if word.key in EVERYDAY
                else 0.95
            )
        if word.key in EVERYDAY or len(word.key) < 3 or prose.is_in_other_company(index, 1):
            return 0.0
        if (word.key,) in self._names:
            return 0.95
        return 0.9 if self._is_prominent(assets[0]) else 0.0

    def _settle_by_context(self, prose: Prose, candidates: list[_Candidate]) -> None:
        """Gives the undecided candidates that their context makes assets a confidence. Lists are read both ways."""
        for positions in (range(len(candidates)), range(len(candidates) - 1, -1, -1)) * 2:
            for position in positions:
                candidate = candidates[position]
                if candidate.confidence == 0:
                    before = candidates[position - 1] if position else None
                    after = candidates[position + 1] if position + 1 < len(candidates) else None
                    candidate.confidence = prose.confidence(
                        candidate.first,
                        candidate.last,
                        listed_after=before.end if before and before.confidence else None,
                        listed_before=after.start if after and after.confidence else None,
                        is_prominent=self._is_prominent(candidate.assets[0]),
                    )

    def _is_prominent(self, asset: Asset) -> bool:
        if self._is_selection:
            return asset.is_active
        return asset.is_active and asset.rank is not None and asset.rank <= _PROMINENT_RANK

    def _misspelt(self, prose: Prose, taken: set[int]) -> Iterator[_Candidate]:
        for index, word in enumerate(prose.words):
            if index not in taken and self._may_be_misspelt(word.key):
                found = self._closest(word.key)
                if found and not prose.is_compound(index):
                    name, confidence = found
                    yield _Candidate(index, index, word.start, word.end, self._names[(name,)], confidence)

    def _may_be_misspelt(self, key: str) -> bool:
        is_word = key in EVERYDAY or key in LOOKALIKES or (key,) in self._names
        return len(key) >= _TYPO_LETTERS and key.isalpha() and not is_word

    def _closest(self, key: str) -> tuple[str, float] | None:
        """The name meant by a misspelt or plural word, and how sure that is."""
        slips = 2 if len(key) >= _TWO_SLIPS_LETTERS else 1
        close = process.extract(key, self._typo_keys, scorer=OSA.distance, processor=None, score_cutoff=slips, limit=5)
        for name, distance, _ in close:
            ending = key.removeprefix(name)
            if ending in _PLURALS:
                return name, 0.9
            is_near = distance == 1 and (len(key) > _TYPO_LETTERS or key[0] == name[0])
            if ending not in _INFLECTIONS and (is_near or (key[0] == name[0] and len(name) >= _TWO_SLIPS_LETTERS)):
                return name, 0.7 if distance == 1 else 0.55
        return None


def _says_coin(keys: Sequence[str]) -> bool:
    """Whether a name of several words ends in the kind of thing it is, as in "trump coin"."""
    return len(keys) > 1 and keys[-1] in {"coin", "token"} and keys[0] not in FUNCTION_WORDS


def _to_mention(prose: Prose, candidate: _Candidate) -> Mention:
    asset, *others = candidate.assets
    return Mention(
        candidate.start,
        candidate.end,
        prose.text[candidate.start : candidate.end],
        asset.asset_id,
        asset.symbol,
        asset.name,
        round(candidate.confidence * _lead(asset, others), 4),
        candidate.is_everyday,
        tuple(other.asset_id for other in others),
    )


def _lead(asset: Asset, others: Sequence[Asset]) -> float:
    """How far the likeliest asset is ahead of those called the same: 1 when alone, near 1 when far larger or when
    nothing else of that name is still current."""
    if not others:
        return 1.0
    if not asset.is_active:
        return 0.6
    rivals = [other for other in others if other.is_active]
    if not rivals:
        return 0.97
    if asset.rank is None:
        return 0.6
    ranks = [other.rank for other in rivals if other.rank is not None]
    return 0.97 if all(rank >= 5 * asset.rank for rank in ranks) else 0.7


def _likelihood(asset: Asset) -> tuple[bool, float, int, str]:
    rank = float("inf") if asset.rank is None else float(asset.rank)
    return (not asset.is_active, rank, -len(asset.sources), asset.name)

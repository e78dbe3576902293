"""Which assets bear a name made of words, or a ticker: now, or on a day."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from datetime import date
from typing import NamedTuple

from cryptodesk.core.patterns import Pattern
from cryptodesk.market.identity.history import NameHistory, old_names
from cryptodesk.market.identity.keys import KeyHit, KeyKind
from cryptodesk.market.identity.text import normalise
from cryptodesk.market.records.assets import Asset

__all__ = ["Claim", "Claims", "Names"]

_SPLIT = Pattern(r"[^\W_]+")
_MOST_WORDS = 8


class Claim(NamedTuple):
    asset: Asset
    kind: KeyKind


class Names:
    """All claims of a set of assets, likeliest asset first. Immutable; safe to share between threads."""

    def __init__(self, assets: Iterable[Asset]) -> None:
        self.by_words: dict[tuple[str, ...], list[Claim]] = defaultdict(list)
        self.by_symbol: dict[str, list[Claim]] = defaultdict(list)
        for asset in sorted(assets, key=_likelihood):
            self._add(asset)
        self.longest = min(max(map(len, self.by_words), default=1), _MOST_WORDS)
        self._now = Claims(self, None, None)

    def on(self, day: date | None, history: NameHistory) -> Claims:
        return self._now if day is None else Claims(self, day, history)

    def _add(self, asset: Asset) -> None:
        kinds: list[tuple[KeyKind, Iterable[str]]] = [
            ("name", (asset.name,)),
            ("slug", (asset.slug,)),
            ("alias", (*asset.aliases, *old_names(asset))),
        ]
        for kind, texts in kinds:
            for text in texts:
                words = tuple(_SPLIT.findall(normalise(text)))
                if words:
                    _claim(self.by_words[words], asset, kind)
        _claim(self.by_symbol[normalise(asset.symbol)], asset, "symbol")
        for symbol in (*asset.former_symbols, *(change.symbol or "" for change in asset.changes)):
            if key := normalise(symbol):
                _claim(self.by_symbol[key], asset, "former")


class Claims:
    """The claims that hold on a day; None for all that hold by now."""

    def __init__(self, names: Names, day: date | None, history: NameHistory | None) -> None:
        self._names = names
        self._day = day
        self._history = history

    def name(self, words: tuple[str, ...]) -> Sequence[Asset]:
        claims = self._names.by_words.get(words)
        if not claims:
            return ()
        held = self._held(claims, " ".join(words))
        return [claim.asset for claim in held]

    def symbol(self, key: str) -> Sequence[Asset]:
        """Its bearers; those who had the ticker once only where no current asset has it."""
        claims = self._names.by_symbol.get(key)
        if not claims:
            return ()
        held = self._held(claims, key)
        present = [claim.asset for claim in held if claim.kind == "symbol" and claim.asset.is_active]
        if present:
            return present + [claim.asset for claim in held if claim.kind == "symbol" and not claim.asset.is_active]
        return [claim.asset for claim in held]

    def _held(self, claims: Sequence[Claim], key: str) -> Sequence[Claim]:
        if self._day is None or self._history is None:
            return claims
        held = []
        for asset, kind in claims:
            if self._history.is_known(asset, self._day):
                match = self._history.kind_on(asset, KeyHit(0, kind, "exact", 1.0, key), self._day)
                if match is not None:
                    now: KeyKind = "symbol" if match == "exact_symbol" else kind
                    held.append(Claim(self._history.seen_on(asset, self._day), now))
        return held


def _claim(claims: list[Claim], asset: Asset, kind: KeyKind) -> None:
    if all(claim.asset is not asset for claim in claims):
        claims.append(Claim(asset, kind))


def _likelihood(asset: Asset) -> tuple[bool, float, int, str]:
    rank = float("inf") if asset.rank is None else float(asset.rank)
    return (not asset.is_active, rank, -len(asset.sources), asset.name)

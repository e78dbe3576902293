"""What is said of a match: why it matches, how sure that is, and what it must not be mistaken for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from typing import Protocol

from cryptodesk.market.history import NameHistory
from cryptodesk.market.ranking import Candidate, Verdict, is_clearly_ahead
from cryptodesk.market.records.assets import OWN_ID_BASE, SIMULATED_ID_BASE, Asset, AssetMatch, MatchKind
from cryptodesk.market.text import disguise, normalise, plain

__all__ = ["Bearers", "describe", "impostor_warning", "rename_warning", "to_match"]

_WAYS: dict[MatchKind, str] = {
    "exact_id": "its id is {}",
    "exact_address": "its contract address is {}",
    "exact_symbol": "its ticker is {}",
    "exact_slug": "its slug is {}",
    "exact_name": "its name is {}",
    "exact_alias": "it is also called {}",
    "former_symbol": "its ticker was {}",
    "prefix": "{} begins with the text",
    "word": "{} holds the text as a word",
    "substring": "{} holds the text",
    "fuzzy": "{} is spelt much like the text",
    "lookalike": "{} looks like the text",
}


class Bearers(Protocol):
    """What the directory is asked for here."""

    @property
    def history(self) -> NameHistory: ...

    def is_known(self, key: str, beside: Asset) -> bool: ...

    def foremost_bearers(self, key: str, as_of: date | None = None) -> Sequence[Candidate[Asset]]: ...

    def known_bearers(self, key: str, as_of: date | None = None) -> Sequence[Candidate[Asset]]: ...


def describe(asset: Asset) -> str:
    return f"{plain(asset.name)} ({plain(asset.symbol)}, id {asset.asset_id})"


def to_match(directory: Bearers, one: Candidate[Asset], verdict: Verdict, query: str, day: date | None) -> AssetMatch:
    return AssetMatch(
        asset=one.named,
        match=one.match,
        score=one.score,
        rivals=tuple(rival for rival in verdict.rivals if isinstance(rival, int)),
        confidence=verdict.confidence,
        is_close_call=verdict.is_close_call,
        reasons=tuple(_reasons(one, day)),
        warning=_warning(directory, one, verdict, query, day),
    )


def _reasons(one: Candidate[Asset], day: date | None) -> Iterator[str]:
    asset = one.named
    yield _WAYS[one.match].format(f"“{plain(one.key, 44)}”")
    if asset.rank is not None:
        yield f"rank {asset.rank:,}"
    elif asset.sources:
        yield f"verified by {len(asset.sources)} public records"
    elif OWN_ID_BASE <= asset.asset_id < SIMULATED_ID_BASE:
        yield "named only in lists published in January 2023"
    if day is not None:
        if asset.launched:
            yield f"launched in {asset.launched}"
        else:
            known = asset.known_from
            yield f"on record since {known}" if known else "no date of its beginning is on record"


def _warning(directory: Bearers, one: Candidate[Asset], verdict: Verdict, query: str, day: date | None) -> str | None:
    original = impostor_warning(directory, one.named, day)
    if original is None and isinstance(verdict.lookalike, Asset):
        original = f"not {describe(verdict.lookalike)}, a far better known asset of much the same name"
    told = original or rename_warning(directory, one.named, one.key, day)
    return "; ".join(part for part in (_disguised(one, query), told) if part) or None


def _disguised(one: Candidate[Asset], query: str) -> str | None:
    hidden = disguise(query)
    if one.match == "lookalike":
        return f"the text only looks like “{plain(one.key)}”: {hidden or 'it uses letters of another alphabet'}"
    return f"the text was cleaned, for {hidden}" if hidden else None


def rename_warning(directory: Bearers, asset: Asset, key: str, day: date | None) -> str | None:
    """What became of an old name, or whose old ticker the asset bears now."""
    told = directory.history.tell(asset, key, day)
    if told is not None or normalise(asset.symbol) != key or not directory.is_known(key, asset):
        return told
    for other in directory.known_bearers(key, day):
        if other.match == "former_symbol" and other.id != asset.asset_id:
            return directory.history.tell(other.named, key, day)
    return None


def impostor_warning(directory: Bearers, asset: Asset, day: date | None) -> str | None:
    """Names a far better known asset that bears the same ticker or name."""
    if not asset.is_active and not asset.is_obscure:
        return None  # one that was replaced is no impostor of its successor
    for text, what in ((asset.symbol, "ticker"), (asset.name, "name")):
        key = normalise(text)
        for other in directory.foremost_bearers(key, day) if directory.is_known(key, asset) else ():
            if other.id != asset.asset_id and _is_original(other, asset):
                return f"not {describe(other.named)}, a far better known asset that bears the same {what}"
    return None


def _is_original(other: Candidate[Asset], asset: Asset) -> bool:
    if other.match not in {"exact_symbol", "exact_name", "exact_slug", "exact_alias"}:
        return False
    return is_clearly_ahead(other.named, asset) or (asset.is_obscure and not other.named.is_obscure)

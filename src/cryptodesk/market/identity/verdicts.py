"""What is said of a match: why it matches, how sure that is, and what it must not be mistaken for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from cryptodesk.market.identity.history import NameHistory
from cryptodesk.market.identity.ranking import Candidate, Verdict, is_clearly_ahead
from cryptodesk.market.identity.text import plain
from cryptodesk.market.records.assets import OWN_ID_BASE, SIMULATED_ID_BASE, Asset, AssetMatch, MatchKind

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
_BORNE_NOW = frozenset({"exact_symbol", "exact_name", "exact_slug", "exact_alias"})


class Bearers(Protocol):
    """What the directory is asked for here."""

    @property
    def history(self) -> NameHistory: ...

    def own_keys(self, asset: Asset, as_of: date | None = None) -> tuple[str, str]: ...

    def is_known(self, key: str, beside: Asset) -> bool: ...

    def impostor(self, asset: Asset, as_of: date | None = None) -> str | None: ...

    def foremost_bearers(self, key: str, as_of: date | None = None) -> Sequence[tuple[Asset, MatchKind]]: ...

    def known_bearers(self, key: str, as_of: date | None = None) -> Sequence[Candidate[Asset]]: ...


def describe(asset: Asset) -> str:
    return f"{plain(asset.name)} ({plain(asset.symbol)}, id {asset.asset_id})"


def to_match(
    directory: Bearers, one: Candidate[Asset], verdict: Verdict, hidden: str | None, day: date | None
) -> AssetMatch:
    """`hidden` says how the query hides what it is."""
    return AssetMatch(
        asset=one.named,
        match=one.match,
        score=one.score,
        rivals=tuple([rival for rival in verdict.rivals if isinstance(rival, int)]),
        confidence=verdict.confidence,
        is_close_call=verdict.is_close_call,
        reasons=_reasons(one, day),
        warning=_warning(directory, one, verdict, hidden, day),
    )


def _reasons(one: Candidate[Asset], day: date | None) -> tuple[str, ...]:
    way = _WAYS[one.match].format(f"“{plain(one.key, 44)}”")
    standing = _standing(one.named, day)
    known = () if standing is None else (standing,)
    return (way, *known) if day is None else (way, *known, _beginning(one.named))


def _standing(asset: Asset, day: date | None) -> str | None:
    # The catalogue's rank is as old as the check of the identity.
    is_told = day is None or (asset.verified_at is not None and asset.verified_at <= day)
    if asset.rank is not None and is_told:
        return f"rank {asset.rank:,}"
    if asset.sources:
        return f"verified by {len(asset.sources)} public records"
    is_of_old_lists = OWN_ID_BASE <= asset.asset_id < SIMULATED_ID_BASE
    return "named only in lists published in January 2023" if is_of_old_lists else None


def _beginning(asset: Asset) -> str:
    if asset.launched:
        return f"launched in {asset.launched}"
    return f"on record since {asset.known_from}" if asset.known_from else "no date of its beginning is on record"


def _warning(
    directory: Bearers, one: Candidate[Asset], verdict: Verdict, hidden: str | None, day: date | None
) -> str | None:
    original = directory.impostor(one.named, day)
    if original is None and isinstance(verdict.lookalike, Asset):
        original = f"not {describe(verdict.lookalike)}, a far better known asset of much the same name"
    told = original or rename_warning(directory, one.named, one.key, day)
    disguised = _disguised(one, hidden)
    return f"{disguised}; {told}" if disguised and told else disguised or told


def _disguised(one: Candidate[Asset], hidden: str | None) -> str | None:
    if one.match == "lookalike":
        return f"the text only looks like “{plain(one.key)}”: {hidden or 'it uses letters of another alphabet'}"
    return f"the text was cleaned, for {hidden}" if hidden else None


def rename_warning(directory: Bearers, asset: Asset, key: str, day: date | None) -> str | None:
    """What became of an old name, or whose old ticker the asset bears now."""
    told = directory.history.tell(asset, key, day)
    if told is not None or not directory.is_known(key, asset) or directory.own_keys(asset, day)[0] != key:
        return told
    for other in directory.known_bearers(key, day):
        if other.match == "former_symbol" and other.id != asset.asset_id:
            return directory.history.tell(other.named, key, day)
    return None


def impostor_warning(directory: Bearers, asset: Asset, day: date | None) -> str | None:
    """Names a far better known asset that bears the same ticker or name."""
    if not asset.is_active and not asset.is_obscure:
        return None  # one that was replaced is no impostor of its successor
    for key, what in zip(directory.own_keys(asset, day), ("ticker", "name"), strict=True):
        if directory.is_known(key, asset):
            for other, match in directory.foremost_bearers(key, day):
                if other.asset_id != asset.asset_id and match in _BORNE_NOW and _is_original(other, asset):
                    return f"not {describe(other)}, a far better known asset that bears the same {what}"
    return None


def _is_original(other: Asset, asset: Asset) -> bool:
    return is_clearly_ahead(other, asset) or (asset.is_obscure and not other.is_obscure)

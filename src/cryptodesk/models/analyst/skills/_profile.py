"""Rows of the metadata tool: each with its asset, its result, and why what it lacks is missing."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.formats import to_decimal
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.skills._own import own_results
from cryptodesk.models.analyst.skills._skill import Ask
from cryptodesk.models.analyst.text import plain, shown
from cryptodesk.models.analyst.tool_names import ASSET_METADATA
from cryptodesk.models.analyst.writer.draft import Fact, Setting, as_number, join_names
from cryptodesk.models.analyst.writer.sourcing import result_fact_source

__all__ = ["CHAINS", "Profile", "chain_in", "metadata_calls", "names_asset", "profiles", "unanswered", "without_chain"]

_MOST = 5
# What a question calls a network, and the names a contract's platform has.
CHAINS: Mapping[str, tuple[str, ...]] = {
    "ethereum": ("ethereum",),
    "eth": ("ethereum",),
    "mainnet": ("ethereum",),
    "bsc": ("bsc", "bnb-smart-chain", "binance-smart-chain", "bnb-chain", "bnb"),
    "bnb chain": ("bsc", "bnb-smart-chain", "binance-smart-chain", "bnb-chain", "bnb"),
    "bnb smart chain": ("bsc", "bnb-smart-chain", "binance-smart-chain", "bnb-chain", "bnb"),
    "bnb": ("bsc", "bnb-smart-chain", "binance-smart-chain", "bnb-chain", "bnb"),
    "solana": ("solana",),
    "sol": ("solana",),
    "base": ("base",),
    "arbitrum": ("arbitrum", "arbitrum-one"),
    "optimism": ("optimism", "optimistic-ethereum"),
    "polygon": ("polygon", "polygon-pos", "matic"),
    "avalanche": ("avalanche", "avalanche-c-chain", "avax"),
    "tron": ("tron", "tron20"),
    "sui": ("sui",),
    "ton": ("ton", "toncoin"),
}
_CHAIN = Pattern(rf"\b(?:on|for) (?:the )?(?P<chain>{'|'.join(sorted(CHAINS, key=len, reverse=True))})\b")
_PRONOUN = Pattern(r"\b(?:it|its|it's|they|them|their)\b")


class Profile(Struct, frozen=True):
    """What the metadata tool gave of one asset; text in it is somebody else's."""

    asset: AssetRef
    row: Mapping[str, Any]
    result: Result

    @property
    def name(self) -> str:
        return shown(self.asset.label, 90)

    @property
    def short(self) -> str:
        return shown(self.asset.name, 60) or self.name

    @property
    def symbol(self) -> str:
        return shown(self.asset.symbol, 24)

    def at(self, *path: str | int) -> Any:
        found: Any = self.row
        for step in path:
            if isinstance(found, Mapping) and isinstance(step, str):
                found = found.get(step)
            elif isinstance(found, list) and isinstance(step, int) and 0 <= step < len(found):
                found = found[step]
            else:
                return None
        return found

    def figure(self, *path: str | int) -> Decimal | None:
        return to_decimal(self.at(*path))

    def words(self, *path: str | int, longest: int = 200) -> str:
        return shown(self.at(*path), longest)

    def rows(self, *path: str | int) -> list[Mapping[str, Any]]:
        found = self.at(*path)
        return [row for row in found if isinstance(row, Mapping)] if isinstance(found, list) else []

    def reason(self, *fields: str) -> str:
        """Why the first of the fields that is listed as unavailable is missing."""
        for gap in self.result.unavailable:
            if gap.field in fields and gap.asset_id in {None, str(self.asset.asset_id)}:
                return shown(gap.reason, 200)
        return "the result does not have it"

    def fact(self, field: str, value: Decimal | str, unit: str = "") -> Fact:
        as_of, source = result_fact_source(self.result, field)
        shown_value = value if isinstance(value, str) else as_number(value)
        asset = self.asset
        return Fact(field, shown_value, unit, asset.name, asset.symbol, asset.asset_id, as_of, source)


def metadata_calls(ask: Ask, *fields: str) -> Sequence[Call]:
    """One call for all assets; none where no asset has an id."""
    if not ask.ids:
        return ()
    ids = list(ask.ids)[:_MOST]
    return (Call(ASSET_METADATA, {"asset_type": "coin", "ids": ids, "fields": list(fields)}),)


def profiles(setting: Setting, calls: Callable[[Ask], Sequence[Call]]) -> tuple[Profile, ...]:
    """In the order of the question; an asset without a row is left out."""
    results = own_results(setting, calls, ASSET_METADATA)
    found = [(asset, result, _row_of(result, asset)) for asset in setting.resolved.assets for result in results]
    return tuple(Profile(asset, row, result) for asset, result, row in found if row is not None)


def _row_of(result: Result, asset: AssetRef) -> Mapping[str, Any] | None:
    rows = result.rows("results")
    return next((row for row in rows if str(row.get("id")) == str(asset.asset_id)), None)


def unanswered(setting: Setting, found: Sequence[Profile], evidence: Evidence) -> str:
    """What is said of assets that the tool has no row of."""
    known = {str(profile.asset.asset_id) for profile in found}
    absent = [shown(a.label, 90) for a in setting.resolved.assets if str(a.asset_id) not in known]
    if not absent:
        return ""
    failure = plain(evidence.failure(ASSET_METADATA), 160)
    return f"There is no record of {join_names(absent)}{f': {shown(failure, 160)}' if failure else ''}."


def names_asset(reading: Reading) -> bool:
    """An asset is named, known or not, or a word stands for one of the questions before."""
    return reading.has_asset or _PRONOUN.search(reading.masked) is not None


def chain_in(reading: Reading) -> str:
    """The network that the question asks about ("on Ethereum"); empty where it names none."""
    found = _CHAIN.search(reading.lowered)
    return found["chain"] if found else ""


def without_chain(reading: Reading) -> tuple[AssetRef, ...] | None:
    """The assets without one that only says on which network; None where nothing is to be left out."""
    found = _CHAIN.search(reading.lowered)
    if found is None or len(reading.assets) < 2:
        return None
    kept = tuple(asset for asset in reading.assets if not found.start("chain") <= asset.start < found.end("chain"))
    return kept if kept and len(kept) < len(reading.assets) else None

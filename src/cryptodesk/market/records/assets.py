"""Who is who: identities, and the answers to a question after one."""

from __future__ import annotations

from calendar import monthrange
from datetime import date
from typing import Literal

from msgspec import Struct

from cryptodesk.catalog.assets import OWN_ID_BASE, SIMULATED_ID_BASE

__all__ = [
    "OWN_ID_BASE",
    "SIMULATED_ID_BASE",
    "Asset",
    "AssetChange",
    "AssetMatch",
    "MatchKind",
    "end_of_period",
]

MatchKind = Literal[
    "exact_id",
    "exact_address",
    "exact_symbol",
    "exact_slug",
    "exact_name",
    "exact_alias",
    "former_symbol",
    "prefix",
    "word",
    "substring",
    "fuzzy",
    "lookalike",
]


def end_of_period(text: str) -> date:
    """The last day of an ISO year ("2019"), month ("2019-04") or day: what happened in it had happened by then.

    Raises: ValueError for anything else."""
    parts = [int(part) for part in text.split("-")]
    year, month = parts[0], parts[1] if len(parts) > 1 else 12
    return date(year, month, parts[2] if len(parts) > 2 else monthrange(year, month)[1])


class AssetChange(Struct, frozen=True):
    """Until `on` (a year, month or day) the asset was called `symbol` and `name`, where given. With `asset_id` it was
    another asset then, which this one replaced; `ratio` is how many new coins stand for an old one."""

    on: str
    symbol: str | None = None
    name: str | None = None
    asset_id: int | None = None
    ratio: str | None = None


class Asset(Struct, frozen=True):
    """One crypto asset. `asset_id` is CoinMarketCap's below `OWN_ID_BASE`; `rank` is 1 for the largest, None if
    unranked; `max_supply` is in coins, as exact decimal text; `exchange_symbols` maps a market ("binance_usdm") to the
    asset's instrument there ("BTCUSDT"); `sources` are the records its identity was checked against, on `verified_at`.

    `known_from` is the day of the first record that names it, for assets without a launch date. `prior_rank` is the
    place in an old list: it settles ties between namesakes and is never shown as a rank."""

    asset_id: int
    name: str
    symbol: str
    slug: str
    rank: int | None = None
    is_active: bool = True
    aliases: tuple[str, ...] = ()
    former_symbols: tuple[str, ...] = ()
    platform: str | None = None
    token_address: str | None = None
    summary: str = ""
    launched: str | None = None
    max_supply: str | None = None
    exchange_symbols: dict[str, str] = {}
    coingecko_id: str | None = None
    sources: tuple[str, ...] = ()
    verified_at: date | None = None
    changes: tuple[AssetChange, ...] = ()
    successor_id: int | None = None
    known_from: date | None = None
    prior_rank: int | None = None
    coinpaprika_id: str | None = None

    @property
    def first_known(self) -> date | None:
        """The day from which the asset exists for a question of that time; None where no record is dated."""
        return end_of_period(self.launched) if self.launched else self.known_from

    @property
    def is_obscure(self) -> bool:
        """Whether nothing but an old list names it: no verified id and no current rank."""
        return self.rank is None and OWN_ID_BASE <= self.asset_id < SIMULATED_ID_BASE


class AssetMatch(Struct, frozen=True):
    """An asset a query may mean. `score` is the strength of the match, 0..1, whoever else matches; `confidence` is how
    sure it is that this asset is meant. `rivals` are ids of other assets that match in the same way.

    `is_close_call` says that an answer must name the choice or ask back. `reasons` are short parts of a sentence;
    `warning` names what a reader may mistake the asset for: an impostor's original, an old or a new name."""

    asset: Asset
    match: MatchKind
    score: float
    rivals: tuple[int, ...] = ()
    confidence: float = 0.0
    is_close_call: bool = False
    reasons: tuple[str, ...] = ()
    warning: str | None = None

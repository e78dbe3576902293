"""Sums over the ranked coins: the market's size and trade, who leads it, and how many beat the leader."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property, lru_cache
from heapq import nlargest
from math import exp

from msgspec import Struct

from cryptodesk.market.simulation.days import DAY_MINUTES, DAYS
from cryptodesk.market.simulation.factors import SECTORS
from cryptodesk.market.simulation.market import BITCOIN_ID, ETHEREUM_ID, Market

__all__ = ["SEASON_COINS", "MidnightCaps", "Totals", "TotalsBook"]

SEASON_COINS = 50
_LARGEST_KEPT = 120
_DEFI = {"defi", "decentralized-exchange", "lending", "liquid-staking", "oracles"}


class Totals(Struct, frozen=True, gc=False):
    """US dollars; volumes are of the last 24 hours. Bitcoin's and Ethereum's caps are None where they do not exist."""

    cap: float
    volume: float
    cex_volume: float
    dex_volume: float
    bitcoin_cap: float | None
    ethereum_cap: float | None
    defi_cap: float
    defi_volume: float
    stable_cap: float
    stable_volume: float
    coins: int


class MidnightCaps(Struct, frozen=True, gc=False):
    """`largest` are places among the ranked, the largest first."""

    cap: float
    bitcoin_cap: float | None
    ethereum_cap: float | None
    largest: tuple[int, ...]


class TotalsBook:
    def __init__(self, market: Market) -> None:
        self._market = market
        self.at = lru_cache(maxsize=1024)(self._at)
        self.caps_on = lru_cache(maxsize=DAYS)(self._caps_on)
        self.volume_on = lru_cache(maxsize=DAYS)(self._volume_on)
        self.season_at = lru_cache(maxsize=DAYS)(self._season_at)

    @cached_property
    def _places(self) -> dict[int, int]:
        """Asset id -> place among the ranked."""
        return {self._market.coins[place].asset.asset_id: own for own, place in enumerate(self._market.ranked)}

    @cached_property
    def _groups(self) -> tuple[frozenset[int], frozenset[int], frozenset[int]]:
        """Places among the ranked: of DeFi, of stablecoins, and of those that cannot make a season."""
        coins = [self._market.coins[place] for place in self._market.ranked]
        defi = frozenset(own for own, coin in enumerate(coins) if SECTORS[coin.sector] in _DEFI)
        stable = frozenset(own for own, coin in enumerate(coins) if coin.is_stable)
        pegged = {own for own, coin in enumerate(coins) if coin.target_id is not None}
        bitcoin = {self._places[BITCOIN_ID]} if BITCOIN_ID in self._places else set()
        return defi, stable, frozenset(stable | pegged | bitcoin)

    def _at(self, minute: int) -> Totals:
        frame = self._market.ranked_frame(minute)
        defi, stable, _ = self._groups
        caps, volumes, alive = frame.caps, frame.volumes, frame.alive
        dex_shares = self._dex_shares
        dex = sum([volumes[own] * dex_shares[own] for own in alive])
        volume = sum([volumes[own] for own in alive])
        living = set(alive)
        return Totals(
            cap=sum([caps[own] for own in alive]),
            volume=volume,
            cex_volume=volume - dex,
            dex_volume=dex,
            bitcoin_cap=self._cap_of(BITCOIN_ID, living, caps),
            ethereum_cap=self._cap_of(ETHEREUM_ID, living, caps),
            defi_cap=sum([caps[own] for own in alive if own in defi]),
            defi_volume=sum([volumes[own] for own in alive if own in defi]),
            stable_cap=sum([caps[own] for own in alive if own in stable]),
            stable_volume=sum([volumes[own] for own in alive if own in stable]),
            coins=len(alive),
        )

    @cached_property
    def _dex_shares(self) -> list[float]:
        return [self._market.coins[place].dex_share for place in self._market.ranked]

    def _cap_of(self, asset_id: int, living: set[int], caps: Sequence[float]) -> float | None:
        own = self._places.get(asset_id)
        return caps[own] if own is not None and own in living else None

    def _caps_on(self, day: int) -> MidnightCaps:
        """At a midnight: a third of the work of `at`."""
        book = self._market.ranked_prices
        logs: Sequence[float] = book.log_column(day * DAY_MINUTES) if book.gappy else book.column(day)
        supplies = book.supply_column(day)
        alive = self._market.ranked_alive_on(day)
        caps = [exp(logs[own]) * supplies[own] for own in alive]
        return MidnightCaps(
            sum(caps),
            self._midnight_cap(BITCOIN_ID, day, logs, supplies),
            self._midnight_cap(ETHEREUM_ID, day, logs, supplies),
            tuple(own for _, own in nlargest(_LARGEST_KEPT, zip(caps, alive, strict=True))),
        )

    def _midnight_cap(self, asset_id: int, day: int, logs: Sequence[float], supplies: Sequence[float]) -> float | None:
        own = self._places.get(asset_id)
        if own is None or not self._market.is_alive(self._market.ranked[own], day * DAY_MINUTES):
            return None
        return exp(logs[own]) * supplies[own]

    def _volume_on(self, day: int) -> float:
        """What was traded in a whole day."""
        volumes = self._market.ranked_prices.volume_column(day)
        return sum([volumes[own] for own in self._market.ranked_alive_on(day)])

    def _season_at(self, minute: int, window_days: int = 90) -> int | None:
        """The share, in percent, of the largest altcoins that beat Bitcoin over the window. Stablecoins, coins that
        follow another one and coins younger than the window do not count. None without Bitcoin."""
        bitcoin = self._places.get(BITCOIN_ID)
        earlier = minute - window_days * DAY_MINUTES
        if bitcoin is None or not self._market.is_alive(self._market.ranked[bitcoin], max(earlier, 0)):
            return None
        largest = self._season_coins(minute, earlier)
        if not largest:
            return None
        book = self._market.ranked_prices
        to_beat = book.log_at(bitcoin, minute) - book.log_at(bitcoin, earlier)
        beat = sum(book.log_at(own, minute) - book.log_at(own, earlier) > to_beat for own in largest)
        return round(100 * beat / len(largest))

    def _season_coins(self, minute: int, earlier: int) -> list[int]:
        excluded = self._groups[2]
        coins, ranked = self._market.coins, self._market.ranked

        def counts(own: int) -> bool:
            return own not in excluded and coins[ranked[own]].born * DAY_MINUTES <= earlier

        day, within = divmod(minute, DAY_MINUTES)
        if not within:
            largest = [own for own in self.caps_on(day).largest if counts(own)]
            if len(largest) >= SEASON_COINS:
                return largest[:SEASON_COINS]
        frame = self._market.ranked_frame(minute)
        return nlargest(SEASON_COINS, filter(counts, frame.alive), key=frame.caps.__getitem__)

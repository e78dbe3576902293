"""Coins as rows: the whole market at a minute, or single coins with their extremes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property, lru_cache
from math import exp, expm1

from msgspec import structs

from cryptodesk.market.records import CoinListing
from cryptodesk.market.simulation.categories import CategoryBook
from cryptodesk.market.simulation.coins import Coin
from cryptodesk.market.simulation.days import DAY_MINUTES, midnight, moment_of
from cryptodesk.market.simulation.defi import DefiBook
from cryptodesk.market.simulation.extremes import ExtremeBook
from cryptodesk.market.simulation.market import Market

__all__ = ["DETAILED_ROWS", "ListingBook"]

# Extremes cost some milliseconds a coin when first asked for, so long lists go without.
DETAILED_ROWS = 50
_LISTS_KEPT = 2
_WINDOWS_MINUTES = tuple(days * DAY_MINUTES for days in (7, 30, 60, 90, 365))
_HOUR = 60


class ListingBook:
    def __init__(self, market: Market, defi: DefiBook, categories: CategoryBook) -> None:
        self._market = market
        self._defi = defi
        self._categories = categories
        self._extremes = ExtremeBook(market)
        self.everyone = lru_cache(maxsize=_LISTS_KEPT)(self._everyone)
        self.ranks = lru_cache(maxsize=_LISTS_KEPT)(self._ranks)

    def of(self, place: int, minute: int) -> CoinListing:
        """One coin with everything that is known of it. It has to be alive."""
        row = self.plain(place, minute)
        market = self._market
        ever, lately = self._extremes.since_birth(place, minute), self._extremes.last_day(place, minute)
        unit = market.prices.unit(place, minute)
        return structs.replace(
            row,
            ath=exp(ever.high) * unit,
            ath_time=moment_of(ever.high_minute),
            atl=exp(ever.low) * unit,
            atl_time=moment_of(ever.low_minute),
            high_24h=exp(lately.high) * unit,
            low_24h=exp(lately.low) * unit,
        )

    def plain(self, place: int, minute: int) -> CoinListing:
        """One coin as in a list of all."""
        market = self._market
        backs = (0, _HOUR, DAY_MINUTES, *_WINDOWS_MINUTES)
        logs = [market.prices.log_at(place, max(minute - back, 0)) for back in backs]
        ranks, total = self.ranks(minute)
        volume, before = market.volume_24h(place, minute), market.volume_24h(place, minute - DAY_MINUTES)
        supply = market.prices.supplies.at(place, minute // DAY_MINUTES)
        return self._row(place, minute, logs, (supply, volume, before), (ranks.get(place), total))

    def detailed(self, row: CoinListing, minute: int) -> CoinListing:
        return self.of(self._market.place_of[row.asset_id], minute)

    def _ranks(self, minute: int) -> tuple[dict[int, int], float]:
        """Each ranked coin's place by market cap, and the whole market's cap."""
        frame, ranked = self._market.ranked_frame(minute), self._market.ranked
        order = sorted(frame.alive, key=frame.caps.__getitem__, reverse=True)
        total = sum(map(frame.caps.__getitem__, frame.alive))
        return {ranked[place]: rank for rank, place in enumerate(order, 1)}, total

    def _everyone(self, minute: int) -> tuple[CoinListing, ...]:
        """All coins alive, by rank; then the unranked, by their own account of their size."""
        prices, frame = self._market.prices, self._market.frame(minute)
        ranks, total = self.ranks(minute)
        last = len(ranks) + 1
        order = sorted(frame.alive, key=lambda place: (ranks.get(place, last), -frame.caps[place]))
        before = self._market.frame(minute - DAY_MINUTES)
        hour = prices.log_column(minute - _HOUR)
        past = [prices.log_column(max(minute - back, 0)) for back in _WINDOWS_MINUTES]
        columns = (frame.logs, hour, before.logs, *past)
        return tuple(
            [
                self._row(
                    place,
                    minute,
                    [column[place] for column in columns],
                    (frame.supplies[place], frame.volumes[place], before.volumes[place]),
                    (ranks.get(place), total),
                )
                for place in order
            ]
        )

    def _row(
        self,
        place: int,
        minute: int,
        logs: Sequence[float],
        amounts: tuple[float, float, float],
        standing: tuple[int | None, float],
    ) -> CoinListing:
        coin, added, most, pairs, tags = self._fixed[place]
        asset = coin.asset
        name, symbol = (asset.name, asset.symbol) if coin.rename is None else self._market.name_at(place, minute)
        unit = 1.0 if coin.redenomination is None else self._market.prices.unit(place, minute)
        supply, volume, before = amounts
        rank, total = standing
        now, hour, day, week, month, two, three, year = logs
        price = exp(now)
        cap = price * supply
        age = minute - coin.born * DAY_MINUTES
        days = age // DAY_MINUTES
        dex = volume * coin.dex_share
        return CoinListing(
            asset_id=asset.asset_id,
            name=name,
            symbol=symbol,
            slug=asset.slug,
            provenance=self._market.stamp(minute),
            rank=rank,
            price=price * unit,
            volume_24h=volume,
            # Yesterday's 24 hours are whole only from the coin's third day on.
            volume_change_24h=(volume / before - 1.0) * 100 if days >= 2 and before else None,
            cex_volume_24h=volume - dex,
            dex_volume_24h=dex,
            market_cap=cap,
            market_cap_dominance=cap / total * 100 if rank is not None else None,
            fully_diluted_market_cap=price * most if most is not None else cap,
            percent_change_1h=expm1(now - hour) * 100 if age >= _HOUR else None,
            percent_change_24h=expm1(now - day) * 100 if days >= 1 else None,
            percent_change_7d=expm1(now - week) * 100 if days >= 7 else None,
            percent_change_30d=expm1(now - month) * 100 if days >= 30 else None,
            percent_change_60d=expm1(now - two) * 100 if days >= 60 else None,
            percent_change_90d=expm1(now - three) * 100 if days >= 90 else None,
            percent_change_1y=expm1(now - year) * 100 if days >= 365 else None,
            circulating_supply=supply / unit,
            total_supply=(most if most is not None and place in self._schedules else supply) / unit,
            max_supply=most / unit if most is not None else None,
            infinite_supply=most is None,
            num_market_pairs=pairs + (600 // rank if rank else 0),
            tvl=self._defi.tvl_of(place, minute) if place in self._defi.protocols else None,
            date_added=added,
            tags=tags,
            platform=asset.platform,
            token_address=asset.token_address,
        )

    @cached_property
    def _schedules(self) -> frozenset[int]:
        return frozenset(self._market.prices.supplies.schedules)

    @cached_property
    def _fixed(self) -> list[tuple[Coin, datetime, float | None, int, tuple[str, ...]]]:
        """What never changes of each coin: itself, its birth, its most coins, its markets at the least, its tags."""
        supplies, tags = self._market.prices.supplies, self._categories.tags
        dates: dict[int, datetime] = {}
        return [
            (
                coin,
                dates.setdefault(coin.born, midnight(coin.born)),
                supplies.most(place),
                3 + int((coin.key >> 5) % 40 * coin.dex_share),
                tags[place],
            )
            for place, coin in enumerate(self._market.coins)
        ]

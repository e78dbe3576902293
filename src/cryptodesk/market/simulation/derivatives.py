"""Perpetuals and futures: interest that follows the trend, funding that follows the premium, and forced exits."""

from __future__ import annotations

from datetime import timedelta
from functools import cached_property, lru_cache
from math import exp, tanh

from cryptodesk.market.records import DerivativesMarket, Liquidations
from cryptodesk.market.simulation.days import DAY_MINUTES, midnight
from cryptodesk.market.simulation.exchanges import VENUES, ExchangeBook
from cryptodesk.market.simulation.market import BITCOIN_ID, ETHEREUM_ID, Market

__all__ = ["LIQUIDATION_WINDOWS_HOURS", "WHOLE_MARKET", "DerivativesBook"]

WHOLE_MARKET = 0
LIQUIDATION_WINDOWS_HOURS = (1, 4, 24, 168, 720)

_MOST_COINS = 220
_YOUNGEST_DAYS = 21
_WEEK = 7 * DAY_MINUTES
_OUTLIER_VENUE = VENUES - 1
_OUTLIER_MULTIPLE = 20.0
_MOST_PREMIUM = 0.0075
_FUTURES_DAYS = 91
_FUTURES_SHARE = 0.08
_QUIET_MOVE = 0.025


class DerivativesBook:
    def __init__(self, market: Market, exchanges: ExchangeBook) -> None:
        self._market = market
        self._exchanges = exchanges
        self._total = lru_cache(maxsize=32_768)(self._compute_open_interest)
        self.rows = lru_cache(maxsize=4)(self._rows)
        self._day = lru_cache(maxsize=32_768)(self._liquidated_on)
        self._market_day = lru_cache(maxsize=8_192)(self._market_liquidated_on)

    @cached_property
    def places(self) -> tuple[int, ...]:
        """Coins that have perpetuals, the largest on the anchor day first."""
        coins = self._market.coins
        able = [
            place
            for place in self._market.ranked
            if (coins[place].asset.rank or _MOST_COINS + 1) <= _MOST_COINS
            and not coins[place].is_stable
            and coins[place].target_id is None
        ]
        return tuple(sorted(able, key=lambda place: coins[place].asset.rank or 0))

    def has_market(self, place: int, minute: int) -> bool:
        """Whether the coin is old enough to have derivatives."""
        coin = self._market.coins[place]
        return place in self._able and coin.born + _YOUNGEST_DAYS <= minute // DAY_MINUTES < coin.ends

    @cached_property
    def _able(self) -> frozenset[int]:
        return frozenset(self.places)

    def trend(self, place: int, minute: int) -> float:
        """The price's logarithmic return over a week."""
        prices = self._market.prices
        return prices.log_at(place, minute) - prices.log_at(place, minute - _WEEK)

    def premium(self, place: int, minute: int) -> float:
        """What perpetuals cost above the coin itself, as a ratio over eight hours: buyers chase what rises."""
        noise = self._market.drift(f"premium {place}", minute, 0.00003)
        return max(-_MOST_PREMIUM, min(0.00004 + 0.0006 * tanh(3 * self.trend(place, minute)) + noise, _MOST_PREMIUM))

    def funding_pct_8h(self, place: int, minute: int) -> float:
        return self.premium(place, minute) * 100

    def open_interest(self, place: int, minute: int) -> float:
        """Of all contracts on a coin, without the reports that nobody believes, in US dollars."""
        return self._total(place, minute)

    def _compute_open_interest(self, place: int, minute: int) -> float:
        ratio = 0.02 + 0.05 * self._market.draw(f"interest {place}")
        trend = max(-0.6, min(self.trend(place, minute), 0.6))
        return self._market.cap(place, minute) * ratio * exp(0.6 * trend)

    def markets(self, place: int, minute: int) -> tuple[DerivativesMarket, ...]:
        """A row for each contract: perpetuals by venue, then quarterly futures of the two largest coins."""
        if not self.has_market(place, minute):
            return ()
        venues = self._venues(place, minute)
        volume = self._market.volume_24h(place, minute) * (1.5 + 3 * self._market.draw(f"leverage {place}"))
        total = self.open_interest(place, minute)
        has_futures = self._market.coins[place].asset.asset_id in {BITCOIN_ID, ETHEREUM_ID} and bool(venues)
        perpetual_share = 1 - _FUTURES_SHARE if has_futures else 1.0
        rows = [
            self._perpetual(place, minute, venue, (total * share * perpetual_share, volume * share * perpetual_share))
            for venue, share in venues
        ]
        if has_futures:
            rows.append(self._future(place, minute, venues[0][0], (total * _FUTURES_SHARE, volume * _FUTURES_SHARE)))
        return tuple(rows)

    def _venues(self, place: int, minute: int) -> list[tuple[int, float]]:
        """Exchanges with a perpetual on the coin and their shares of it; shares of believable ones make 1."""
        listed = [
            venue
            for venue in range(VENUES)
            if self._exchanges.is_open(venue, minute)
            and self._market.draw(f"perp {place} {venue}") < 0.95 - 0.07 * venue
        ]
        weights = [0.5 + self._market.draw(f"perp share {place} {venue}") / (1 + venue) for venue in listed]
        whole = sum(weight for venue, weight in zip(listed, weights, strict=True) if venue != _OUTLIER_VENUE)
        return [(venue, weight / whole) for venue, weight in zip(listed, weights, strict=True)] if whole else []

    def _perpetual(self, place: int, minute: int, venue: int, sizes: tuple[float, float]) -> DerivativesMarket:
        market = self._market
        is_outlier = venue == _OUTLIER_VENUE
        period = (8, 4, 8, 1)[venue % 4]
        premium = self.premium(place, minute) * (0.8 + 0.4 * market.draw(f"venue premium {venue}"))
        price = market.price(place, minute)
        day, hours = divmod(minute, DAY_MINUTES)
        next_hour = (hours // 60 // period + 1) * period
        return DerivativesMarket(
            asset_id=market.coins[place].asset.asset_id,
            exchange=self._exchanges.name_of(venue),
            instrument=f"{market.name_at(place, minute)[1][:20]}-USDT-PERP",
            kind="perpetual",
            provenance=market.stamp(minute),
            open_interest_usd=sizes[0] * (_OUTLIER_MULTIPLE if is_outlier else 1.0),
            volume_24h_usd=sizes[1],
            funding_rate_pct=premium * 100 * period / 8,
            funding_period_hours=float(period),
            next_funding_at=midnight(day) + timedelta(hours=next_hour),
            mark_price=price * (1 + premium),
            index_price=price,
            is_outlier=is_outlier,
            exclusions=("reported open interest does not fit the volume",) if is_outlier else (),
        )

    def _future(self, place: int, minute: int, venue: int, sizes: tuple[float, float]) -> DerivativesMarket:
        market = self._market
        price = market.price(place, minute)
        expires_on = (minute // DAY_MINUTES // _FUTURES_DAYS + 1) * _FUTURES_DAYS
        remaining = (expires_on * DAY_MINUTES - minute) / (365 * DAY_MINUTES)
        return DerivativesMarket(
            asset_id=market.coins[place].asset.asset_id,
            exchange=self._exchanges.name_of(venue),
            instrument=f"{market.name_at(place, minute)[1]}-USD-{midnight(expires_on):%y%m%d}",
            kind="future",
            provenance=market.stamp(minute),
            open_interest_usd=sizes[0],
            volume_24h_usd=sizes[1],
            mark_price=price * exp(remaining * 400 * self.premium(place, minute)),
            index_price=price,
        )

    def _rows(self, minute: int) -> tuple[DerivativesMarket, ...]:
        """All contracts, the coins with most open interest first."""
        coins = [place for place in self.places if self.has_market(place, minute)]
        coins.sort(key=lambda place: -self.open_interest(place, minute))
        return tuple(row for place in coins for row in self.markets(place, minute))

    def liquidations(self, asset_id: int, minute: int) -> tuple[Liquidations, ...]:
        """One record a window. Empty for a coin without derivatives."""
        place = self._market.place_of.get(asset_id)
        if asset_id != WHOLE_MARKET and (place is None or not self.has_market(place, minute)):
            return ()
        return tuple(self._window(asset_id, place, hours, minute) for hours in LIQUIDATION_WINDOWS_HOURS)

    def _window(self, asset_id: int, place: int | None, hours: int, minute: int) -> Liquidations:
        longs, shorts = self._between(place if asset_id else None, minute - hours * 60, minute)
        return Liquidations(
            asset_id=asset_id,
            window_hours=hours,
            provenance=self._market.stamp(minute),
            total_usd=longs + shorts,
            long_usd=longs,
            short_usd=shorts,
        )

    def liquidated_between(self, place: int | None, start: int, end: int) -> float:
        """Of a coin, or of the whole market, in US dollars."""
        return sum(self._between(place, start, end))

    def _between(self, place: int | None, start: int, end: int) -> tuple[float, float]:
        longs = shorts = 0.0
        for day in range(start // DAY_MINUTES, (end - 1) // DAY_MINUTES + 1):
            since = max(start - day * DAY_MINUTES, 0)
            until = min(end - day * DAY_MINUTES, DAY_MINUTES)
            share = self._share(day, until) - self._share(day, since)
            long_usd, short_usd = self.liquidated_on(place, day)
            longs, shorts = longs + long_usd * share, shorts + short_usd * share
        return longs, shorts

    def _share(self, day: int, within: int) -> float:
        """How much of a day's liquidations is done by a minute: they come with the market's own moves."""
        return self._market.shapes.traded[self._market.factors.shapes[day]][within]

    def liquidated_on(self, place: int | None, day: int) -> tuple[float, float]:
        """Longs and shorts of a coin, or of the whole market, closed by force in a day, in US dollars."""
        return self._market_day(day) if place is None else self._day(place, day)

    def _market_liquidated_on(self, day: int) -> tuple[float, float]:
        each = [self._day(place, day) for place in self.places if self.has_market(place, day * DAY_MINUTES)]
        return sum(longs for longs, _ in each), sum(shorts for _, shorts in each)

    def _liquidated_on(self, place: int, day: int) -> tuple[float, float]:
        if not self.has_market(place, day * DAY_MINUTES):
            return 0.0, 0.0
        prices = self._market.prices
        move = prices.level(place, day + 1) - prices.level(place, day)
        reach = max(0.0, abs(move) - _QUIET_MOVE)
        total = self.open_interest(place, day * DAY_MINUTES) * min(0.004 + 1.1 * reach, 0.35)
        long_share = 0.5 - 0.45 * tanh(25 * move)
        return total * long_share, total * (1 - long_share)

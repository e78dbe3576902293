"""Figures of the whole market, of networks and of funds, all derived from the coins' own prices."""

from __future__ import annotations

from functools import lru_cache
from heapq import nlargest
from math import exp, floor, tanh

from cryptodesk.catalog.platforms import load_platforms
from cryptodesk.market.records import (
    AltcoinSeason,
    EtfAssets,
    FearGreed,
    GasPrice,
    GlobalMetrics,
    IndexValue,
    TrendingAsset,
)
from cryptodesk.market.simulation.days import DAY_MINUTES, to_day, weekday_of
from cryptodesk.market.simulation.derivatives import DerivativesBook
from cryptodesk.market.simulation.exchanges import ExchangeBook
from cryptodesk.market.simulation.market import BITCOIN_ID, ETHEREUM_ID, Market
from cryptodesk.market.simulation.randomness import Draws
from cryptodesk.market.simulation.totals import Totals, TotalsBook

__all__ = ["TRENDING_LISTS", "OverviewBook"]

TRENDING_LISTS = ("trending", "most_visited", "community_trending")

_TRENDING_ROWS = 30
_INDICES = {"cmc20": 20, "cmc100": 100}
_INDEX_UNIT = 1.5e10
# First trading days of the spot funds in the United States.
_ETF_BORN = {BITCOIN_ID: to_day(2024, 1, 11), ETHEREUM_ID: to_day(2024, 7, 23)}
_ETF_SHARE = {BITCOIN_ID: 0.06, ETHEREUM_ID: 0.045}
_ETF_CLOSE_MINUTE = 21 * 60
_SATURDAY = 5
_GAS_GWEI = {"ethereum": 9.0, "bsc": 0.6, "polygon": 28.0, "avalanche": 2.0, "fantom": 6.0, "gnosis": 0.9}
_LAYER_2_GWEI = 0.02
_BLOCK_SECONDS = {"ethereum": 12, "bsc": 1, "polygon": 2, "avalanche": 2}
_LABELS = ((20, "Extreme fear"), (40, "Fear"), (60, "Neutral"), (80, "Greed"), (101, "Extreme greed"))


class OverviewBook:
    def __init__(
        self, market: Market, totals: TotalsBook, exchanges: ExchangeBook, derivatives: DerivativesBook
    ) -> None:
        self._market = market
        self._totals = totals
        self._exchanges = exchanges
        self._derivatives = derivatives
        self.trending = lru_cache(maxsize=4)(self._trending)

    def global_metrics(self, minute: int) -> GlobalMetrics:
        now, before = self._totals.at(minute), self._totals.at(minute - DAY_MINUTES)
        derivatives = [row for row in self._derivatives.rows(minute) if not row.is_outlier]
        exchanges = [place for place in range(len(self._exchanges.all)) if self._exchanges.is_open(place, minute)]
        return GlobalMetrics(
            provenance=self._market.stamp(minute, note="sums over the ranked coins"),
            total_market_cap=now.cap,
            total_market_cap_yesterday=before.cap,
            total_volume_24h=now.volume,
            total_volume_24h_yesterday=before.volume,
            altcoin_market_cap=now.cap - now.bitcoin_cap if now.bitcoin_cap is not None else None,
            btc_dominance=_share(now.bitcoin_cap, now),
            btc_dominance_yesterday=_share(before.bitcoin_cap, before),
            eth_dominance=_share(now.ethereum_cap, now),
            eth_dominance_yesterday=_share(before.ethereum_cap, before),
            defi_volume_24h=now.defi_volume,
            defi_market_cap=now.defi_cap,
            stablecoin_volume_24h=now.stable_volume,
            stablecoin_market_cap=now.stable_cap,
            derivatives_volume_24h=sum(row.volume_24h_usd or 0.0 for row in derivatives),
            active_cryptocurrencies=len(self._market.frame(minute).alive),
            active_exchanges=len(exchanges),
            active_market_pairs=sum(int(30 + 1_500 * self._exchanges.all[place].weight) for place in exchanges),
        )

    def fear_greed_index(self, minute: int) -> int:
        """From the market's own momentum over a week and a month, and from how nervous it is."""
        day = minute // DAY_MINUTES
        now = self._level(minute)
        month = now - self._level(max(minute - 30 * DAY_MINUTES, 0))
        week = now - self._level(max(minute - 7 * DAY_MINUTES, 0))
        nerves = self._market.factors.nerves[max(day - 1, 0)]
        index = 50 + 26 * tanh(4 * month) + 20 * tanh(7 * week) - 9 * (nerves - 1)
        return max(1, min(round(index), 99))

    def _level(self, minute: int) -> float:
        day, within = divmod(minute, DAY_MINUTES)
        market, trend = self._market.factors.market, self._market.factors.trend
        first, last = market[day] + trend[day], market[day + 1] + trend[day + 1]
        return first + (last - first) * within / DAY_MINUTES

    def fear_greed(self, minute: int) -> FearGreed:
        index = self.fear_greed_index(minute)
        label = next(label for below, label in _LABELS if index < below)
        return FearGreed(index=index, label=label, provenance=self._market.stamp(minute))

    def altcoin_season(self, minute: int, window_days: int) -> AltcoinSeason | None:
        index = self._totals.season_at(minute, window_days)
        if index is None:
            return None
        return AltcoinSeason(index=index, provenance=self._market.stamp(minute), window_days=window_days)

    def etf_holdings(self, asset_id: int, day: int) -> float | None:
        """Coins that the funds hold after a day's close; they change on trading days only. None before the first."""
        born = _ETF_BORN.get(asset_id)
        if born is None or day < born:
            return None
        weekday = weekday_of(day)
        traded = day - max(weekday - _SATURDAY + 1, 0)
        place = self._market.place_of[asset_id]
        supply = self._market.coins[place].supply
        grown = 1 - 0.75 * exp(-(traded - born) / 420)
        wave = self._market.drift(f"etf {asset_id}", traded * DAY_MINUTES, 0.05)
        return supply * _ETF_SHARE[asset_id] * grown * (1 + wave)

    def etf(self, asset_id: int, minute: int) -> EtfAssets | None:
        """As of the last close of trading, valued at that moment."""
        day, within = divmod(minute, DAY_MINUTES)
        closed = day if within >= _ETF_CLOSE_MINUTE else day - 1
        closed -= max(weekday_of(closed) - _SATURDAY + 1, 0)
        place = self._market.place_of.get(asset_id)
        held = self.etf_holdings(asset_id, closed) if place is not None else None
        if held is None or place is None:
            return None
        moment = closed * DAY_MINUTES + _ETF_CLOSE_MINUTE
        price = self._market.price(place, moment)
        before = self.etf_holdings(asset_id, closed - 1)
        return EtfAssets(
            asset_id=asset_id,
            provenance=self._market.stamp(moment),
            assets_usd=held * price,
            net_flow_usd=(held - before) * price if before is not None else held * price,
            holdings_coins=held,
        )

    def etfs(self, minute: int) -> tuple[EtfAssets, ...]:
        return tuple(row for asset_id in _ETF_BORN if (row := self.etf(asset_id, minute)) is not None)

    def networks(self) -> tuple[str, ...]:
        """Slugs of the networks whose gas is known, Ethereum first."""
        return tuple(platform.slug for platform in load_platforms() if platform.chain_id is not None)

    def base_fee_gwei(self, network: str, minute: int) -> float:
        """Higher on nervous days and in the afternoon."""
        day, within = divmod(minute, DAY_MINUTES)
        usual = _GAS_GWEI.get(network, _LAYER_2_GWEI)
        hours = within / 60
        busy = 0.5 * exp(-(((hours - 15) / 5) ** 2))
        noise = self._market.drift(f"gas {network}", minute, 0.45) + 0.5 * (self._market.factors.nerves[day] - 1)
        return usual * exp(noise + busy)

    def gas(self, network: str, minute: int) -> GasPrice:
        base = self.base_fee_gwei(network, minute)
        return GasPrice(
            network=network,
            provenance=self._market.stamp(minute),
            base_fee_gwei=base,
            slow_gwei=base * 1.02,
            standard_gwei=base * 1.08,
            fast_gwei=base * 1.25,
            block_number=minute * 60 // _BLOCK_SECONDS.get(network, 2),
        )

    def indices(self, minute: int) -> tuple[IndexValue, ...]:
        """The largest coins by cap, without stablecoins and those that follow another, and the same ones a day ago."""
        frame, market = self._market.ranked_frame(minute), self._market
        before = market.ranked_frame(minute - DAY_MINUTES)
        living = set(before.alive)
        able = [
            own
            for own in frame.alive
            if own in living and not market.coins[market.ranked[own]].is_stable and not self._follows(own)
        ]
        rows = []
        for name, size in _INDICES.items():
            largest = nlargest(size, able, key=frame.caps.__getitem__)
            value = sum(frame.caps[own] for own in largest) / _INDEX_UNIT
            then = sum(exp(before.logs[own]) * frame.supplies[own] for own in largest) / _INDEX_UNIT
            change = (value / then - 1) * 100 if then else None
            rows.append(IndexValue(name=name, provenance=market.stamp(minute), value=value, percent_change_24h=change))
        return tuple(rows)

    def _follows(self, own: int) -> bool:
        return self._market.coins[self._market.ranked[own]].target_id is not None

    def _trending(self, list_name: str, minute: int) -> tuple[TrendingAsset, ...]:
        """By attention: size, the day's move, and what nobody can explain. Lists change by the hour."""
        hour = floor(minute / 60) * 60
        frame, market = self._market.ranked_frame(hour), self._market
        before = market.ranked_prices.log_column(max(hour - DAY_MINUTES, 0))
        salt = Draws(market.seed, "trending", list_name, hour // DAY_MINUTES).word() | 1
        weight = {"most_visited": 0.9, "trending": 0.25}.get(list_name, 0.4)

        def attention(own: int) -> float:
            luck = ((own * 2_654_435_761 * salt) >> 11) % 1_000 / 1_000
            move = abs(frame.logs[own] - before[own])
            return float(frame.caps[own] ** weight * (0.02 + move) * (0.2 + luck**6 * 6))

        top = nlargest(_TRENDING_ROWS, frame.alive, key=attention)
        return tuple(self._trending_row(list_name, position, own, hour) for position, own in enumerate(top, 1))

    def _trending_row(self, list_name: str, position: int, own: int, hour: int) -> TrendingAsset:
        place = self._market.ranked[own]
        name, symbol = self._market.name_at(place, hour)
        stamp = self._market.stamp(hour)
        return TrendingAsset(
            list_name=list_name,
            position=position,
            name=name,
            symbol=symbol,
            provenance=stamp,
            asset_id=self._market.coins[place].asset.asset_id,
            listed_at=stamp.as_of,
        )


def _share(cap: float | None, totals: Totals) -> float | None:
    return cap / totals.cap * 100 if cap is not None and totals.cap else None

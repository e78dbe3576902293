"""Tokens by their contract: the coins that live on a chain, and the launches of the last weeks."""

from __future__ import annotations

from functools import lru_cache
from math import exp, expm1

from cryptodesk.market.records import TokenListing
from cryptodesk.market.simulation.addresses import token_id
from cryptodesk.market.simulation.candles import Track, log_within
from cryptodesk.market.simulation.days import DAY_MINUTES, midnight, moment_of
from cryptodesk.market.simulation.launches import Launch, LaunchBook
from cryptodesk.market.simulation.market import Market

__all__ = ["RISKY_ORIGINS", "TokenBook"]

RISKY_ORIGINS = frozenset({"impostor", "lookalike", "hostile"})

_LISTS_KEPT = 2
_USUAL_TRADE_USD = 350.0
_WINDOWS_MINUTES = (60, DAY_MINUTES, 7 * DAY_MINUTES)


class TokenBook:
    def __init__(self, market: Market) -> None:
        self._market = market
        self.launches = LaunchBook(market)
        self.rows = lru_cache(maxsize=_LISTS_KEPT)(self._rows)

    def find(self, asset_id: str) -> int | Launch | None:
        """The place of the coin, or the launch, that has this id in any spelling; None if there is none."""
        platform, _, address = asset_id.partition(":")
        wanted = token_id(platform, address)
        place = self._market.place_of_token.get(wanted)
        return place if place is not None else self.launches.find(wanted)

    def track(self, asset_id: str) -> Track | None:
        found = self.find(asset_id)
        return self._market.track(found) if isinstance(found, int) else found

    def listing(self, asset_id: str, minute: int) -> TokenListing | None:
        """None for an unknown token, and for one that is not there at the minute."""
        found = self.find(asset_id)
        if isinstance(found, int):
            return self._of_coin(found, minute) if self._market.is_alive(found, minute) else None
        return self._of_launch(found, minute) if found is not None and found.is_alive(minute) else None

    def _rows(self, minute: int) -> tuple[TokenListing, ...]:
        """All tokens, the deepest pools first."""
        rows = [self._of_launch(launch, minute) for launch in self.launches.alive(minute)]
        market = self._market
        frame = market.frame(minute)
        past = [market.prices.log_column(max(minute - back, 0)) for back in _WINDOWS_MINUTES]
        for place in frame.alive:
            if market.coins[place].asset.token_address:
                logs = (frame.logs[place], *(column[place] for column in past))
                rows.append(self._coin_row(place, minute, logs, frame.supplies[place], frame.volumes[place]))
        rows.sort(key=lambda row: -(row.liquidity or 0.0))
        return tuple(rows)

    def _of_coin(self, place: int, minute: int) -> TokenListing:
        prices = self._market.prices
        logs = tuple(prices.log_at(place, max(minute - back, 0)) for back in (0, *_WINDOWS_MINUTES))
        supply = prices.supplies.at(place, minute // DAY_MINUTES)
        return self._coin_row(place, minute, logs, supply, self._market.volume_24h(place, minute))

    def _coin_row(self, place: int, minute: int, logs: tuple[float, ...], supply: float, volume: float) -> TokenListing:
        market = self._market
        coin = market.coins[place]
        name, symbol = market.name_at(place, minute)
        cap = exp(logs[0]) * supply
        most = market.prices.supplies.most(place)
        age = minute - coin.born * DAY_MINUTES
        changes = [
            expm1(logs[0] - log) * 100 if age >= back else None
            for log, back in zip(logs[1:], _WINDOWS_MINUTES, strict=True)
        ]
        is_risky = coin.origin in RISKY_ORIGINS
        platform = coin.asset.platform or ""
        return self._row(
            (
                token_id(platform, coin.asset.token_address or ""),
                name,
                symbol,
                platform,
                coin.asset.token_address or "",
            ),
            minute,
            (exp(logs[0]) * market.prices.unit(place, minute), cap, exp(logs[0]) * most if most else cap),
            (volume * coin.dex_share, changes),
            (coin.key, is_risky, None, age // DAY_MINUTES),
            (coin.born * DAY_MINUTES, coin.asset.asset_id),
        )

    def _of_launch(self, launch: Launch, minute: int) -> TokenListing:
        now = self.launch_log(launch, minute)
        changes = [
            expm1(now - self.launch_log(launch, minute - back)) * 100 if minute - back >= launch.first_minute else None
            for back in _WINDOWS_MINUTES
        ]
        cap = launch.cap_at_level(now)
        first = launch.level(launch.first_day)
        gain = exp(max(self.launch_log(launch, launch.first_minute), now) - first)
        is_risky = launch.is_rug or launch.is_honeypot
        return self._row(
            (str(launch.key), launch.name, launch.symbol, launch.platform, launch.address),
            minute,
            (exp(now), cap, cap),
            (self._launch_volume(launch, minute), changes),
            (launch.mixer, is_risky, gain if (launch.mixer >> 4) % 6 == 0 else None, 0),
            (launch.first_minute, None),
        )

    def launch_log(self, launch: Launch, minute: int) -> float:
        day, within = divmod(minute, DAY_MINUTES)
        path = launch.path(day)
        return log_within(path, self._market.shapes.bridges[path.shape], within)

    def _launch_volume(self, launch: Launch, minute: int) -> float:
        day, within = divmod(minute, DAY_MINUTES)
        traded, path = self._market.shapes.traded, launch.path(day)
        volume = path.quote_volume * (traded[path.shape][within] - traded[path.shape][path.since])
        if day > launch.first_day:
            before = launch.path(day - 1)
            volume += before.quote_volume * (1 - traded[before.shape][max(within, before.since)])
        return volume

    def _row(
        self,
        identity: tuple[str, str, str, str, str],
        minute: int,
        sizes: tuple[float, float, float],
        trade: tuple[float, list[float | None]],
        temper: tuple[int, bool, float | None, int],
        origin: tuple[int, int | None],
    ) -> TokenListing:
        asset_id, name, symbol, platform, address = identity
        price, cap, diluted = sizes
        volume, changes = trade
        mixer, is_risky, gain, age_days = temper
        trades = int(volume / _USUAL_TRADE_USD)
        day_change = changes[1] if changes[1] is not None else 0.0
        buys = int(trades * (0.5 + 0.3 * max(-1.0, min(day_change / 60, 1.0))))
        holders = 12 + int((cap / 900) ** 0.8) + age_days // 5
        born, coin_id = origin
        return TokenListing(
            asset_id=asset_id,
            name=name,
            symbol=symbol,
            platform=platform,
            address=address,
            provenance=self._market.stamp(minute),
            price=price,
            percent_change_1h=changes[0],
            percent_change_24h=changes[1],
            percent_change_7d=changes[2],
            volume_24h=volume,
            liquidity=cap * (0.02 + (mixer >> 9) % 97 / 1_000) * (0.1 if is_risky else 1.0),
            market_cap=cap,
            fdv=diluted,
            holders=holders,
            buys_24h=buys,
            sells_24h=trades - buys,
            unique_buyers_24h=min(int(buys * 0.6), holders),
            unique_sellers_24h=min(int((trades - buys) * 0.6), holders),
            top_holders_pct=60.0 + mixer % 30 if is_risky else 8.0 + mixer % 40,
            developer_pct=5.0 + mixer % 20 if is_risky else mixer % 50 / 10,
            security_level="high" if is_risky else ("medium" if (mixer >> 3) % 7 == 0 else "low"),
            push_count=1 + mixer % 9 if gain is not None else None,
            max_gain_multiple=gain,
            first_priced_at=moment_of(born) if born % DAY_MINUTES else midnight(born // DAY_MINUTES),
            coin_asset_id=coin_id,
        )

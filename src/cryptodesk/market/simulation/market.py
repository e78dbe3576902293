"""The market that all else in the world is derived from: coins, their prices, volumes and sizes at any minute."""

from __future__ import annotations

from array import array
from collections.abc import Sequence
from functools import cached_property, lru_cache
from math import exp, expm1
from operator import mul

from msgspec import Struct

from cryptodesk.market.records import Asset, Provenance
from cryptodesk.market.simulation.addresses import token_id
from cryptodesk.market.simulation.candles import CandleBook
from cryptodesk.market.simulation.coins import Coin
from cryptodesk.market.simulation.days import DAY_MINUTES, moment_of
from cryptodesk.market.simulation.factors import PICKS, Factors
from cryptodesk.market.simulation.population import build_coins
from cryptodesk.market.simulation.prices import DayPath, PriceBook
from cryptodesk.market.simulation.randomness import fraction
from cryptodesk.market.simulation.shapes import Shapes

__all__ = ["BITCOIN_ID", "ETHEREUM_ID", "SOURCE", "CoinTrack", "Frame", "Market"]

SOURCE = "simulated_world"
BITCOIN_ID = 1
ETHEREUM_ID = 1027

# A frame of 20,000 coins takes 2 MB, one of the ranked a sixth of that.
_FRAMES_KEPT = 3
_RANKED_FRAMES_KEPT = 8
# The usual height of the bank of walks, by its memory: 1 / sqrt(1 - 0.999 ** 2).
_BANK_SPREAD = 22.4


class Frame(Struct, frozen=True):
    """Columns of some coins at one minute. `alive` are places in the columns; values of the others mean nothing.

    `logs` are of prices in first units, `caps` and `volumes` (of the last 24 hours) in US dollars."""

    minute: int
    alive: tuple[int, ...]
    logs: Sequence[float]
    supplies: Sequence[float]
    caps: Sequence[float]
    volumes: Sequence[float]


class CoinTrack:
    """A coin as a market over time."""

    __slots__ = ("_index", "_prices", "end_minute", "first_minute", "key")

    def __init__(self, prices: PriceBook, index: int, coin: Coin) -> None:
        self.key: int | str = coin.asset.asset_id
        self.first_minute = coin.born * DAY_MINUTES
        self.end_minute = coin.ends * DAY_MINUTES
        self._prices = prices
        self._index = index

    def path(self, day: int) -> DayPath | None:
        return self._prices.path(self._index, day)

    # Blocks of bars are kept by their market.
    def __eq__(self, other: object) -> bool:
        return isinstance(other, CoinTrack) and other.key == self.key

    def __hash__(self) -> int:
        return hash(self.key)


class _Columns:
    """Frames over one price book."""

    def __init__(self, prices: PriceBook, coins: Sequence[Coin], kept: int) -> None:
        self._prices = prices
        self._lives = [(coin.born, coin.ends) for coin in coins]
        self._born_on: dict[int, list[int]] = {}
        for place, coin in enumerate(coins):
            self._born_on.setdefault(coin.born, []).append(place)
        self.frame = lru_cache(maxsize=kept)(self._build)

    def alive_on(self, day: int) -> tuple[int, ...]:
        return tuple([place for place, (born, ends) in enumerate(self._lives) if born <= day < ends])

    def _build(self, minute: int) -> Frame:
        day = minute // DAY_MINUTES
        logs = self._prices.log_column(minute)
        supplies = self._prices.supply_column(day)
        caps = array("d", map(mul, map(exp, logs), supplies))
        return Frame(minute, self.alive_on(day), array("d", logs), supplies, caps, self._volumes(minute))

    def _volumes(self, minute: int) -> Sequence[float]:
        """What was traded today so far, and yesterday since the same time of day."""
        day, within = divmod(minute, DAY_MINUTES)
        prices, mask = self._prices, PICKS - 1
        before = prices.volume_column(day - 1)[:]
        for place in self._born_on.get(day, ()):
            before[place] = 0.0
        if not within:
            return before
        done = [traded[within] for traded in prices.shapes.traded]
        today = prices.choices(day, done)
        yesterday = prices.choices(day - 1, [1.0 - share for share in done])
        key, key_before = prices.factors.keys[day], prices.factors.keys[day - 1]
        volumes = [
            now * today[(own * key >> 20) & mask] + then * yesterday[(own * key_before >> 20) & mask]
            for now, then, own in zip(prices.volume_column(day), before, prices.keys, strict=True)
        ]
        return array("d", volumes)


class Market:
    def __init__(self, seed: int, assets: Sequence[Asset], size: int) -> None:
        self.seed = seed
        self.factors = Factors(seed)
        self.shapes = Shapes(seed)
        self.coins = build_coins(seed, assets, size)
        self.prices = PriceBook(seed, self.coins, self.factors, self.shapes)
        self.candles = CandleBook(self.shapes)
        self.place_of = {coin.asset.asset_id: place for place, coin in enumerate(self.coins)}
        self._everyone = _Columns(self.prices, self.coins, _FRAMES_KEPT)
        self.stamp = lru_cache(maxsize=256)(self._stamp)
        self.draw = lru_cache(maxsize=8192)(self._draw)

    @cached_property
    def place_of_token(self) -> dict[str, int]:
        return {
            token_id(coin.asset.platform, coin.asset.token_address): place
            for place, coin in enumerate(self.coins)
            if coin.asset.platform and coin.asset.token_address
        }

    @cached_property
    def ranked(self) -> tuple[int, ...]:
        """Places of the coins that totals are made of."""
        return tuple(place for place, coin in enumerate(self.coins) if coin.is_ranked)

    @cached_property
    def ranked_prices(self) -> PriceBook:
        """The same prices of the ranked coins alone: years of totals are summed over a few thousand coins."""
        coins = [self.coins[place] for place in self.ranked]
        return PriceBook(self.seed, coins, self.factors, self.shapes, self.prices.bank)

    @cached_property
    def _ranked_columns(self) -> _Columns:
        return _Columns(self.ranked_prices, [self.coins[place] for place in self.ranked], _RANKED_FRAMES_KEPT)

    def frame(self, minute: int) -> Frame:
        """All coins at a minute."""
        return self._everyone.frame(minute)

    def ranked_frame(self, minute: int) -> Frame:
        """The ranked coins at a minute; its places are places in `ranked`."""
        return self._ranked_columns.frame(minute)

    def ranked_alive_on(self, day: int) -> tuple[int, ...]:
        return self._ranked_columns.alive_on(day)

    def track(self, place: int) -> CoinTrack:
        return CoinTrack(self.prices, place, self.coins[place])

    def is_alive(self, place: int, minute: int) -> bool:
        coin = self.coins[place]
        return coin.born * DAY_MINUTES <= minute < coin.ends * DAY_MINUTES

    def name_at(self, place: int, minute: int) -> tuple[str, str]:
        """Name and ticker as they were."""
        coin = self.coins[place]
        if coin.rename is not None and minute < coin.rename.day * DAY_MINUTES:
            return coin.rename.name, coin.rename.symbol
        return coin.asset.name, coin.asset.symbol

    def price(self, place: int, minute: int) -> float:
        return exp(self.prices.log_at(place, minute)) * self.prices.unit(place, minute)

    def supply(self, place: int, minute: int) -> float:
        return self.prices.supplies.at(place, minute // DAY_MINUTES) / self.prices.unit(place, minute)

    def cap(self, place: int, minute: int) -> float:
        return exp(self.prices.log_at(place, minute)) * self.prices.supplies.at(place, minute // DAY_MINUTES)

    def volume_24h(self, place: int, minute: int) -> float:
        day, within = divmod(minute, DAY_MINUTES)
        before = 0.0 if day <= self.coins[place].born else self.prices.quote_volume(place, day - 1)
        if not within:
            return before
        traded = self.shapes.traded
        today = self.prices.quote_volume(place, day) * traded[self.prices.shape(place, day)][within]
        return today + before * (1.0 - traded[self.prices.shape(place, day - 1)][within])

    def change_pct(self, place: int, minute: int, back_minutes: int) -> float | None:
        """The price's change over the last minutes; None where the coin is younger."""
        earlier = minute - back_minutes
        if earlier < self.coins[place].born * DAY_MINUTES:
            return None
        return expm1(self.prices.log_at(place, minute) - self.prices.log_at(place, earlier)) * 100

    def drift(self, label: str, minute: int, spread: float) -> float:
        """A slowly changing number about 0 that belongs to a label, continuous in time; `spread` is its usual size."""
        offset = int(self.draw(label) * (len(self.prices.bank) - len(self.factors.market)))
        day, within = divmod(minute, DAY_MINUTES)
        first, last = self.prices.bank[offset + day], self.prices.bank[offset + day + 1]
        return (first + (last - first) * within / DAY_MINUTES) * spread / _BANK_SPREAD

    def _draw(self, label: str) -> float:
        """0 < value < 1, for ever the same for a label."""
        return fraction(self.seed, "label", label)

    def _stamp(self, minute: int, known: int | None = None, note: str | None = None) -> Provenance:
        text = f"seed {self.seed}"
        return Provenance(
            SOURCE,
            "simulated",
            moment_of(minute),
            f"{text}; {note}" if note else text,
            None if known is None else moment_of(known),
        )

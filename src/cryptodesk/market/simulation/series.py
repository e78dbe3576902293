"""Any metric over time, read from the same numbers as the rows of the moment."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from math import exp
from typing import Literal

from msgspec import Struct

from cryptodesk.market.records import INTERVALS, Interval, MetricPoint, MetricSeries
from cryptodesk.market.simulation.addresses import number_of
from cryptodesk.market.simulation.candles import CandleBook, Track
from cryptodesk.market.simulation.days import DAY_MINUTES, moment_of, weekday_of
from cryptodesk.market.simulation.defi import DefiBook
from cryptodesk.market.simulation.derivatives import DerivativesBook
from cryptodesk.market.simulation.exchanges import ExchangeBook
from cryptodesk.market.simulation.market import Market
from cryptodesk.market.simulation.overview import OverviewBook
from cryptodesk.market.simulation.tokens import TokenBook
from cryptodesk.market.simulation.totals import MidnightCaps, Totals, TotalsBook

__all__ = ["MARKET", "METRICS", "Metric", "SeriesBook", "Span", "UnknownEntity"]

# The entity of a metric of the whole market.
MARKET = "market"
_MARKET_NAMES = frozenset({MARKET, "USD", "0", "total", "all"})

_Value = Callable[[int], float | None]
# From an entity, and the minute at which it is asked for.
_Reader = Callable[[int | str, int], _Value]


class UnknownEntity(LookupError):
    """The world has no such thing, or this metric not of it."""


class Metric(Struct, frozen=True):
    """How a metric is read. A sum belongs to the bucket that starts at its point, other values to the moment itself.

    `of` says what it is of; where `is_heavy`, points within a day are worth at most `HEAVY_POINTS`."""

    unit: str
    of: Literal["asset", "market", "either", "place"]
    is_sum: bool = False
    is_heavy: bool = False


METRICS: dict[str, Metric] = {
    "price": Metric("USD", "asset"),
    "market_cap": Metric("USD", "asset"),
    "volume": Metric("USD", "asset", is_sum=True),
    "total_market_cap": Metric("USD", "market", is_heavy=True),
    "total_volume": Metric("USD", "market", is_sum=True, is_heavy=True),
    "btc_dominance": Metric("percent", "market", is_heavy=True),
    "eth_dominance": Metric("percent", "market", is_heavy=True),
    "circulating_supply": Metric("coins", "asset"),
    "fear_greed": Metric("index", "market"),
    "altcoin_season": Metric("index", "market", is_heavy=True),
    "tvl": Metric("USD", "either", is_heavy=True),
    "stablecoin_supply": Metric("USD", "either"),
    "open_interest": Metric("USD", "either", is_heavy=True),
    "funding_rate": Metric("percent_per_day", "asset", is_sum=True),
    "etf_assets": Metric("USD", "asset"),
    "gas_base_fee": Metric("gwei", "place"),
    "exchange_reserves": Metric("USD", "place"),
    "liquidations": Metric("USD", "either", is_sum=True),
}

_STEPS: dict[str, int] = {"1h": 60, "1d": DAY_MINUTES, "1w": 7 * DAY_MINUTES}
_HEAVY_POINTS = 240
# Minutes from one settlement of funding to the next.
_SETTLED = 8 * 60
_MOST_POINTS = 20_000
_DEFAULT_DAYS = 365


class Span(Struct, frozen=True):
    """The points asked for, in minutes: `start` <= t < `end`, known at `now`."""

    start: int
    end: int
    now: int
    granularity: str


class SeriesBook:
    def __init__(
        self,
        market: Market,
        totals: TotalsBook,
        tokens: TokenBook,
        defi: DefiBook,
        derivatives: DerivativesBook,
        exchanges: ExchangeBook,
        overview: OverviewBook,
    ) -> None:
        self._market = market
        self._totals = totals
        self._tokens = tokens
        self._defi = defi
        self._derivatives = derivatives
        self._exchanges = exchanges
        self._overview = overview
        self._readers: dict[str, _Reader] = {
            "price": self._price,
            "market_cap": self._market_cap,
            "total_market_cap": self._total_market_cap,
            "btc_dominance": lambda _, __: self._dominance(lambda sums: sums.bitcoin_cap),
            "eth_dominance": lambda _, __: self._dominance(lambda sums: sums.ethereum_cap),
            "circulating_supply": self._circulating_supply,
            "fear_greed": lambda _, __: lambda minute: float(self._overview.fear_greed_index(minute)),
            "altcoin_season": self._altcoin_season,
            "tvl": self._tvl,
            "stablecoin_supply": self._stablecoin_supply,
            "open_interest": self._open_interest,
            "etf_assets": self._etf_assets,
            "gas_base_fee": self._gas,
            "exchange_reserves": self._reserves,
        }

    def granularity(self, interval: Interval | None) -> str:
        """The nearest one that is kept: "1h", "1d" or "1w"."""
        if interval is None:
            return "1d"
        length = int(INTERVALS[interval].total_seconds()) // 60
        return "1h" if length < DAY_MINUTES else interval

    def span(self, start: int | None, end: int | None, now: int, granularity: str) -> Span:
        """A year back from the end where no start is given."""
        until = min(end, now + 1) if end is not None else now + 1
        return Span(
            max(start if start is not None else until - _DEFAULT_DAYS * DAY_MINUTES, 0), until, now, granularity
        )

    def find(self, slug: str, entity: int | str | None, span: Span) -> MetricSeries | None:
        """None where there is no point in the span.

        Raises: UnknownEntity; ValueError if so many points were asked for that the answer would not come in time."""
        metric = METRICS[slug]
        of = self._entity(slug, metric, entity)
        minutes = self._minutes(metric, span)
        if metric.is_sum:
            points = self._sums(slug, of, minutes, _STEPS[span.granularity])
        else:
            read = self._readers[slug](of, span.now)
            points = [(minute, value) for minute in minutes if (value := read(minute)) is not None]
        if not points:
            return None
        last = points[-1][0] + (_STEPS[span.granularity] if metric.is_sum else 0)
        return MetricSeries(
            metric=slug,
            entity=str(of),
            unit=metric.unit if slug != "stablecoin_supply" or of == MARKET else self._stable_unit(of),
            granularity=span.granularity,
            provenance=self._market.stamp(last),
            points=tuple(MetricPoint(moment_of(minute), value) for minute, value in points),
        )

    @staticmethod
    def _entity(slug: str, metric: Metric, entity: int | str | None) -> int | str:
        is_market = entity is None or str(entity) in _MARKET_NAMES
        if metric.of == "market" or (metric.of == "either" and is_market):
            if not is_market and metric.of == "market":
                raise UnknownEntity(f"{slug} is of the whole market, not of {entity!r}")
            return MARKET
        if entity is None:
            raise UnknownEntity(f"{slug} needs to be told of what")
        number = number_of(entity)
        return str(entity) if number is None or metric.of == "place" else number

    def _minutes(self, metric: Metric, span: Span) -> Sequence[int]:
        step = _STEPS[span.granularity]
        # Weeks start on Mondays.
        phase = -weekday_of(0) * DAY_MINUTES if span.granularity == "1w" else 0
        first = span.start + (phase - span.start) % step
        last = min(span.end, span.now + 1 - (step if metric.is_sum else 0))
        minutes = range(first, last, step)
        most = _HEAVY_POINTS if metric.is_heavy and span.granularity == "1h" else _MOST_POINTS
        if len(minutes) > most:
            raise ValueError(f"{len(minutes)} points asked for, at most {most} of this metric and granularity")
        return minutes

    def _place(self, entity: int | str) -> int:
        place = self._market.place_of.get(entity) if isinstance(entity, int) else None
        if place is None:
            raise UnknownEntity(f"no coin {entity!r} in the simulated world")
        return place

    def _price(self, entity: int | str, now: int) -> _Value:
        if isinstance(entity, str):
            return self._token_price(entity, now)
        place, market = self._place(entity), self._market
        unit = market.prices.unit(place, now)

        def read(minute: int) -> float | None:
            return exp(market.prices.log_at(place, minute)) * unit if market.is_alive(place, minute) else None

        return read

    def _token_price(self, entity: str, now: int) -> _Value:
        found = self._tokens.find(entity)
        if found is None:
            raise UnknownEntity(f"no token {entity!r} in the simulated world")
        if isinstance(found, int):
            return self._price(self._market.coins[found].asset.asset_id, now)

        def read(minute: int) -> float | None:
            listing = self._tokens.listing(entity, minute)
            return listing.price if listing else None

        return read

    def _market_cap(self, entity: int | str, now: int) -> _Value:
        place, market = self._place(entity), self._market

        def read(minute: int) -> float | None:
            return market.cap(place, minute) if market.is_alive(place, minute) else None

        return read

    def _total_market_cap(self, _: int | str, now: int) -> _Value:
        def read(minute: int) -> float:
            day, within = divmod(minute, DAY_MINUTES)
            return self._totals.at(minute).cap if within else self._totals.caps_on(day).cap

        return read

    def _dominance(self, cap_of: Callable[[Totals | MidnightCaps], float | None]) -> _Value:
        def read(minute: int) -> float | None:
            day, within = divmod(minute, DAY_MINUTES)
            sums = self._totals.at(minute) if within else self._totals.caps_on(day)
            cap = cap_of(sums)
            return cap / sums.cap * 100 if cap is not None and sums.cap else None

        return read

    def _circulating_supply(self, entity: int | str, now: int) -> _Value:
        place, market = self._place(entity), self._market
        return lambda minute: market.supply(place, minute) if market.is_alive(place, minute) else None

    def _altcoin_season(self, _: int | str, now: int) -> _Value:
        def read(minute: int) -> float | None:
            index = self._totals.season_at(minute, 90)
            return None if index is None else float(index)

        return read

    def _tvl(self, entity: int | str, now: int) -> _Value:
        if entity == MARKET:
            return self._defi.total_tvl
        places = [place for place in self._defi.protocols if self._is_named(place, entity)]
        if places:
            return lambda minute: self._defi.tvl_of(places[0], minute)
        if self._defi.tvl_on(str(entity), DAY_MINUTES) is None:
            raise UnknownEntity(f"no chain or protocol {entity!r} in the simulated world")
        return lambda minute: self._defi.tvl_on(str(entity), minute) or None

    def _is_named(self, place: int, entity: int | str) -> bool:
        asset = self._market.coins[place].asset
        return entity in {asset.slug, asset.asset_id}

    def _stable_place(self, entity: int | str) -> int:
        for place in self._defi.stablecoins:
            if self._is_named(place, entity):
                return place
        raise UnknownEntity(f"no stablecoin {entity!r} in the simulated world")

    def _stable_unit(self, entity: int | str) -> str:
        return self._market.coins[self._stable_place(entity)].currency or "USD"

    def _stablecoin_supply(self, entity: int | str, now: int) -> _Value:
        market = self._market
        if entity == MARKET:
            places: Iterable[int] = self._defi.stablecoins
            return lambda minute: sum(market.cap(place, minute) for place in places if market.is_alive(place, minute))
        place = self._stable_place(entity)
        return lambda minute: market.supply(place, minute) if market.is_alive(place, minute) else None

    def _open_interest(self, entity: int | str, now: int) -> _Value:
        book = self._derivatives
        if entity == MARKET:
            return lambda minute: sum(
                book.open_interest(place, minute) for place in book.places if book.has_market(place, minute)
            )
        place = self._place(entity)
        return lambda minute: book.open_interest(place, minute) if book.has_market(place, minute) else None

    def _etf_assets(self, entity: int | str, now: int) -> _Value:
        asset_id = self._market.coins[self._place(entity)].asset.asset_id

        def read(minute: int) -> float | None:
            row = self._overview.etf(asset_id, minute)
            return row.assets_usd if row else None

        return read

    def _gas(self, entity: int | str, now: int) -> _Value:
        network = str(entity)
        if network not in self._overview.networks():
            raise UnknownEntity(f"no gas of {entity!r} in the simulated world")
        return lambda minute: self._overview.base_fee_gwei(network, minute)

    def _reserves(self, entity: int | str, now: int) -> _Value:
        place = self._exchanges.place_of.get(number_of(entity) or 0)
        if place is None:
            raise UnknownEntity(f"no exchange {entity!r} in the simulated world")

        def read(minute: int) -> float | None:
            reserves = self._exchanges.reserves(place, minute) if self._exchanges.is_open(place, minute) else None
            return reserves.total_usd if reserves else None

        return read

    def _sums(self, slug: str, entity: int | str, minutes: Sequence[int], step: int) -> list[tuple[int, float]]:
        if slug == "volume":
            return self._volumes(entity, minutes, step)
        if slug == "liquidations":
            return self._liquidations(entity, minutes, step)
        if slug == "funding_rate":
            return self._funding(entity, minutes, step)
        if step < DAY_MINUTES:
            raise ValueError("the whole market's volume is kept by the day and the week")
        days = step // DAY_MINUTES
        return [
            (minute, sum(self._totals.volume_on(minute // DAY_MINUTES + day) for day in range(days)))
            for minute in minutes
        ]

    def _funding(self, entity: int | str, minutes: Sequence[int], step: int) -> list[tuple[int, float]]:
        """What longs paid over each bucket: every eight hours are settled at their end."""
        if step < DAY_MINUTES:
            raise ValueError("funding is kept by the day and the week")
        place, book = self._place(entity), self._derivatives
        return [
            (minute, sum(book.funding_pct_8h(place, minute + end) for end in range(_SETTLED, step + 1, _SETTLED)))
            for minute in minutes
            if book.has_market(place, minute)
        ]

    def _volumes(self, entity: int | str, minutes: Sequence[int], step: int) -> list[tuple[int, float]]:
        track: Track | None = (
            self._market.track(self._place(entity)) if isinstance(entity, int) else self._tokens.track(entity)
        )
        if track is None:
            raise UnknownEntity(f"no token {entity!r} in the simulated world")
        if not minutes:
            return []
        interval: Interval = "1h" if step < DAY_MINUTES else "1d"
        bars = self._candles.between(track, interval, minutes[0], minutes[-1] + step)
        sums: dict[int, float] = {}
        first = moment_of(minutes[0])
        for bar in bars:
            bucket = int((bar.opened_at - first).total_seconds()) // 60 // step
            sums[bucket] = sums.get(bucket, 0.0) + (bar.quote_volume or 0.0)
        return [(minutes[bucket], value) for bucket, value in sums.items()]

    @property
    def _candles(self) -> CandleBook:
        return self._market.candles

    def _liquidations(self, entity: int | str, minutes: Sequence[int], step: int) -> list[tuple[int, float]]:
        place = None if entity == MARKET else self._place(entity)
        book = self._derivatives
        if step < DAY_MINUTES:
            return [(minute, book.liquidated_between(place, minute, minute + step)) for minute in minutes]
        days = step // DAY_MINUTES
        return [
            (minute, sum(sum(book.liquidated_on(place, minute // DAY_MINUTES + day)) for day in range(days)))
            for minute in minutes
        ]

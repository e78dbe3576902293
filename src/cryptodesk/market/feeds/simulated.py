"""The simulated world as a feed: any record of any moment, and nothing that is not known by then."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import Any, TypeVar, cast

from msgspec import structs

from cryptodesk.catalog.platforms import find_platform
from cryptodesk.core.clock import Clock
from cryptodesk.market.query import AssetId, Found, Query, Record, Unavailable, entity_of
from cryptodesk.market.records import (
    INTERVALS,
    AltcoinSeason,
    Candle,
    CandleSeries,
    CategoryListing,
    ChainTvl,
    CoinListing,
    DerivativesMarket,
    EtfAssets,
    ExchangeListing,
    ExchangeReserves,
    FearGreed,
    FundraisingRound,
    GasPrice,
    GlobalMetrics,
    Holders,
    IndexValue,
    Interval,
    Liquidations,
    MacroEvent,
    MetricSeries,
    NftListing,
    Profile,
    ProtocolTvl,
    Provenance,
    Stablecoin,
    TokenListing,
    TokenPools,
    TokenSecurity,
    TrendingAsset,
    UnlockSchedule,
)
from cryptodesk.market.simulation.addresses import number_of, token_id
from cryptodesk.market.simulation.candles import Track
from cryptodesk.market.simulation.days import EPOCH, minute_of, moment_of
from cryptodesk.market.simulation.derivatives import WHOLE_MARKET
from cryptodesk.market.simulation.listings import DETAILED_ROWS
from cryptodesk.market.simulation.market import SOURCE
from cryptodesk.market.simulation.overview import TRENDING_LISTS
from cryptodesk.market.simulation.series import METRICS, UnknownEntity
from cryptodesk.market.simulation.world import FIRST_MOMENT, LAST_MOMENT, SimulatedWorld

__all__ = ["MOST_BARS", "SimulatedFeed"]

R = TypeVar("R", bound=Record)

# Bars of one market in one answer: all of its days, or five months by the five minutes.
MOST_BARS = 50_000
# Members of an answer about all of them, where each costs some work and the question sets no limit.
_MOST_UNASKED = 100
_SEASON_WINDOWS_DAYS = (7, 30, 60, 90, 365)
_USUAL_SEASON_DAYS = 90

_Finder = Callable[["_Ask"], Iterable[Any]]


class _Refused(Exception):
    """The question cannot be answered. The text says why."""


class _Ask:
    """One question at one minute, and what could not be found for it."""

    def __init__(self, query: Query[Any], minute: int) -> None:
        self.query = query
        self.minute = minute
        self.gaps: list[Unavailable] = []

    def miss(self, asked: AssetId | None, reason: str) -> None:
        self.gaps.append(Unavailable(SOURCE, reason, None if asked is None else str(asked)[:80]))

    def each(self, find: Callable[[AssetId], Any | None]) -> Iterator[Any]:
        """What `find` has for each id asked for; a gap for each it has nothing for."""
        for asked in self.query.ids or ():
            found = find(asked)
            if found is None:
                self.miss(asked, "there is no such thing in the simulated world at this moment")
            else:
                yield found

    def among(self, rows: Sequence[Any]) -> Iterator[Any]:
        """All rows, or those that answer an id, in the order of the ids."""
        if self.query.ids is None:
            yield from rows
            return
        for asked in self.query.ids:
            matching = [row for row in rows if _is_of(row, asked)]
            if not matching:
                self.miss(asked, "there is no such thing in the simulated world at this moment")
            yield from matching

    @property
    def most(self) -> int:
        """How many members to look at where all were asked for."""
        return _MOST_UNASKED if self.query.limit is None else self.query.limit


class SimulatedFeed:
    """A `Feed` over a world. The work is done in a thread, so that the event loop stays free.

    Lists of more than DETAILED_ROWS coins go without all-time and daily highs and lows. Pools, security, holders,
    candles and profiles of all there are, without a limit, are those of the first hundred."""

    def __init__(self, world: SimulatedWorld, clock: Clock) -> None:
        self._world = world
        self._clock = clock
        self._finders: dict[type[Any], _Finder] = {
            **self._finders_of_members(),
            **self._finders_over_time(),
            **self._finders_of_the_market(),
        }

    def _finders_of_members(self) -> dict[type[Any], _Finder]:
        return {
            CoinListing: self._coins,
            TokenListing: self._tokens,
            ExchangeListing: self._exchanges,
            CategoryListing: lambda ask: ask.among(self._world.categories.rows(ask.minute)),
            NftListing: lambda ask: ask.among(self._world.nfts.rows(ask.minute)),
            Profile: self._profiles,
            TokenPools: lambda ask: self._of_tokens(ask, self._world.onchain.pools),
            TokenSecurity: lambda ask: self._of_tokens(ask, self._world.onchain.security),
            Holders: self._holders,
            DerivativesMarket: self._derivatives,
            Liquidations: self._liquidations,
            ExchangeReserves: self._reserves,
        }

    def _finders_over_time(self) -> dict[type[Any], _Finder]:
        return {
            CandleSeries: self._candles,
            MetricSeries: self._series,
            UnlockSchedule: self._unlocks,
            FundraisingRound: self._rounds,
            MacroEvent: self._macro,
        }

    def _finders_of_the_market(self) -> dict[type[Any], _Finder]:
        world = self._world
        return {
            GlobalMetrics: lambda ask: ask.among([world.overview.global_metrics(ask.minute)]),
            FearGreed: lambda ask: ask.among([world.overview.fear_greed(ask.minute)]),
            AltcoinSeason: self._altcoin_season,
            EtfAssets: lambda ask: ask.among(world.overview.etfs(ask.minute)),
            IndexValue: lambda ask: ask.among(world.overview.indices(ask.minute)),
            GasPrice: self._gas,
            ProtocolTvl: lambda ask: ask.among(world.defi.protocol_rows(ask.minute)),
            ChainTvl: lambda ask: ask.among(world.defi.chain_rows(ask.minute)),
            Stablecoin: lambda ask: ask.among(world.defi.stablecoin_rows(ask.minute)),
            TrendingAsset: self._trending,
        }

    @property
    def kinds(self) -> tuple[type[Any], ...]:
        """Every kind of record that the world has."""
        return tuple(self._finders)

    async def find(self, query: Query[R]) -> Found[R]:
        moment = query.as_of or self._clock.now()
        refusal = self._refusal(query)
        if not FIRST_MOMENT <= moment < LAST_MOMENT:
            refusal = f"the simulated world can be asked from {FIRST_MOMENT:%Y-%m-%d} to {LAST_MOMENT:%Y-%m-%d} only"
        if refusal is not None:
            return Found((), (Unavailable(SOURCE, refusal),))
        return await asyncio.to_thread(self._find, query, minute_of(moment))

    def _refusal(self, query: Query[Any]) -> str | None:
        if query.kind not in self._finders:
            return f"the simulated world has no {query.kind.__name__}"
        if query.quote_currency.upper() != "USD":
            return f"the simulated world quotes in USD only, not in {query.quote_currency[:12]!r}"
        if query.limit is not None and query.limit < 1:
            return f"a limit is at least 1, got {query.limit!r}"
        if query.platform is not None and find_platform(query.platform) is None:
            return f"no chain is called {query.platform[:40]!r}"
        return None

    def _find(self, query: Query[R], minute: int) -> Found[R]:
        ask = _Ask(query, minute)
        try:
            rows = list(self._finders[query.kind](ask))
        except _Refused as refusal:
            return Found((), (Unavailable(SOURCE, str(refusal)),))
        platform = find_platform(query.platform) if query.platform is not None else None
        if platform is not None and rows and hasattr(rows[0], "platform"):
            rows = [row for row in rows if row.platform == platform.slug]
        return Found(cast("tuple[R, ...]", tuple(rows[: query.limit])), tuple(ask.gaps))

    def _place(self, asked: AssetId, minute: int) -> int | None:
        """The place of a coin that is alive, by its number."""
        place = self._world.market.place_of.get(number_of(asked) or 0)
        return place if place is not None and self._world.market.is_alive(place, minute) else None

    def _coins(self, ask: _Ask) -> Iterable[CoinListing]:
        listings, query = self._world.listings, ask.query
        if query.ids is not None:
            read = listings.of if len(query.ids) <= DETAILED_ROWS else listings.plain
            return list(ask.each(lambda asked: self._coin(asked, ask.minute, read)))
        rows = listings.everyone(ask.minute)
        if query.platform is None and query.limit is not None and query.limit <= DETAILED_ROWS:
            return [listings.detailed(row, ask.minute) for row in rows[: query.limit]]
        return rows

    def _coin(self, asked: AssetId, minute: int, read: Callable[[int, int], CoinListing]) -> CoinListing | None:
        place = self._place(asked, minute)
        return None if place is None else read(place, minute)

    def _tokens(self, ask: _Ask) -> Iterable[TokenListing]:
        if ask.query.ids is None:
            return self._world.tokens.rows(ask.minute)
        return ask.each(lambda asked: self._world.tokens.listing(str(asked), ask.minute))

    def _of_tokens(self, ask: _Ask, read: Callable[[str, int], Any | None]) -> Iterable[Any]:
        if ask.query.ids is None:
            return [read(asset_id, ask.minute) for asset_id in self._token_ids(ask)]
        return ask.each(lambda asked: read(str(asked), ask.minute))

    def _token_ids(self, ask: _Ask) -> list[str]:
        platform = find_platform(ask.query.platform) if ask.query.platform is not None else None
        rows = self._world.tokens.rows(ask.minute)
        return [row.asset_id for row in rows if platform is None or row.platform == platform.slug][: ask.most]

    def _holders(self, ask: _Ask) -> Iterable[Holders]:
        if ask.query.ids is None:
            return [
                holders
                for row in self._world.listings.everyone(ask.minute)[: ask.most]
                if (holders := self._world.onchain.holders(row.asset_id, ask.minute)) is not None
            ]
        return ask.each(lambda asked: self._world.onchain.holders(asked, ask.minute))

    def _exchanges(self, ask: _Ask) -> Iterable[ExchangeListing]:
        """Central ones by spot volume, then the others."""
        exchanges, minute = self._world.exchanges, ask.minute
        sums: dict[str, tuple[float, float]] = {}
        for row in self._world.derivatives.rows(minute):
            if not row.is_outlier:
                volume, interest = sums.get(row.exchange, (0.0, 0.0))
                sums[row.exchange] = volume + (row.volume_24h_usd or 0.0), interest + (row.open_interest_usd or 0.0)
        rows = [
            exchanges.listing(place, minute, sums.get(exchange.name))
            for place, exchange in enumerate(exchanges.all)
            if exchanges.is_open(place, minute)
        ]
        return ask.among(sorted(rows, key=lambda row: (row.kind, row.rank)))

    def _reserves(self, ask: _Ask) -> Iterable[ExchangeReserves]:
        exchanges, minute = self._world.exchanges, ask.minute
        each = (
            exchanges.reserves(place, minute) for place in range(len(exchanges.all)) if exchanges.is_open(place, minute)
        )
        rows = [reserves for reserves in each if reserves is not None]
        return ask.among(sorted(rows, key=lambda row: -(row.total_usd or 0.0)))

    def _profiles(self, ask: _Ask) -> Iterable[Profile]:
        asset_class = ask.query.asset_class or "coin"
        find: Callable[[AssetId], Profile | None] = {
            "coin": lambda asked: self._coin_profile(asked, ask.minute),
            "onchain_token": lambda asked: self._world.profiles.token(str(asked), ask.minute),
            "exchange": lambda asked: self._exchange_profile(asked, ask.minute),
            "category": lambda asked: self._world.profiles.category(str(asked), ask.minute),
            "nft": lambda asked: self._world.profiles.nft(str(asked), ask.minute),
        }[asset_class]
        if ask.query.ids is None:
            return [profile for asset_id in self._members(asset_class, ask) if (profile := find(asset_id)) is not None]
        return ask.each(find)

    def _members(self, asset_class: str, ask: _Ask) -> Sequence[AssetId]:
        if asset_class == "onchain_token":
            return self._token_ids(ask)
        kinds: dict[str, _Finder] = {
            "coin": lambda ask: self._world.listings.everyone(ask.minute),
            "exchange": self._exchanges,
            "category": self._finders[CategoryListing],
            "nft": self._finders[NftListing],
        }
        return [row.asset_id for row in kinds[asset_class](ask)][: ask.most]

    def _coin_profile(self, asked: AssetId, minute: int) -> Profile | None:
        place = self._place(asked, minute)
        return None if place is None else self._world.profiles.coin(place, minute)

    def _exchange_profile(self, asked: AssetId, minute: int) -> Profile | None:
        place = self._world.exchanges.place_of.get(number_of(asked) or 0)
        return None if place is None else self._world.profiles.exchange(place, minute)

    def _derivatives(self, ask: _Ask) -> Iterable[DerivativesMarket]:
        book, minute = self._world.derivatives, ask.minute
        if ask.query.ids is None:
            return book.rows(minute)

        def markets(asked: AssetId) -> tuple[DerivativesMarket, ...] | None:
            place = self._place(asked, minute)
            return (book.markets(place, minute) or None) if place is not None else None

        return (row for rows in ask.each(markets) for row in rows)

    def _liquidations(self, ask: _Ask) -> Iterable[Liquidations]:
        """The whole market first, then the coins with most open interest."""
        book, minute = self._world.derivatives, ask.minute
        if ask.query.ids is None:
            ids = dict.fromkeys(row.asset_id for row in book.rows(minute))
            return [row for asset_id in (WHOLE_MARKET, *ids) for row in book.liquidations(asset_id, minute)]

        def windows(asked: AssetId) -> tuple[Liquidations, ...] | None:
            number = number_of(asked)
            return (book.liquidations(number, minute) or None) if number is not None else None

        return (row for rows in ask.each(windows) for row in rows)

    def _candles(self, ask: _Ask) -> Iterable[CandleSeries]:
        if ask.query.ids is None:
            rows = self._world.listings.everyone(ask.minute)[: ask.most]
            ask = _Ask(structs.replace(ask.query, ids=tuple(row.asset_id for row in rows)), ask.minute)
        return [series for asked in ask.query.ids or () if (series := self._one_series(asked, ask)) is not None]

    def _one_series(self, asked: AssetId, ask: _Ask) -> CandleSeries | None:
        track = self._track(asked)
        interval = ask.query.interval or "1d"
        book = self._world.market.candles
        length = int(INTERVALS[interval].total_seconds()) // 60
        if track is None or book.first_opening(track, interval) + length > ask.minute:
            ask.miss(asked, "there is no such market in the simulated world at this moment")
            return None
        place = self._world.market.place_of.get(track.key) if isinstance(track.key, int) else None
        unit = 1.0 if place is None else self._world.market.prices.unit(place, ask.minute)
        start, end = self._span(track, ask, asked, length)
        candles = book.between(track, interval, start, end, unit)
        # A coin's contract trades as the coin does, and is answered under its own id.
        key = track.key if number_of(asked) is not None else token_id(*str(asked).split(":", 1))
        return CandleSeries(
            key,
            interval,
            "USD",
            f"{key}/USD",
            moment_of(book.first_opening(track, interval)),
            self._candle_stamp(track, ask, interval, unit, candles),
            _opened_within(candles, ask.query),
        )

    def _track(self, asked: AssetId) -> Track | None:
        number = number_of(asked)
        if number is None:
            return self._world.tokens.track(str(asked))
        place = self._world.market.place_of.get(number)
        return None if place is None else self._world.market.track(place)

    @staticmethod
    def _span(track: Track, ask: _Ask, asked: AssetId, length: int) -> tuple[int, int]:
        """From which minute on bars may open, and by which they have to be closed."""
        query = ask.query
        start = track.first_minute - length if query.start is None else minute_of(query.start)
        end = min(ask.minute, track.end_minute)
        if query.end is not None:
            end = min(end, minute_of(query.end) + length)
        earliest = end - end % length - MOST_BARS * length
        if earliest > max(start, track.first_minute):
            ask.miss(asked, f"only the last {MOST_BARS:,} bars are given")
            start = earliest
        return start, end

    def _candle_stamp(
        self, track: Track, ask: _Ask, interval: Interval, unit: float, candles: Sequence[Candle]
    ) -> Provenance:
        """As of the close of the last bar; without one, of the last that the record could show."""
        known = min(ask.minute, track.end_minute)
        closed = minute_of(candles[-1].opened_at + INTERVALS[interval]) if candles else known
        note = None if unit == 1.0 else f"restated for the redenomination of {unit:g} to 1"
        return self._world.market.stamp(closed, note=note)

    def _series(self, ask: _Ask) -> Iterable[MetricSeries]:
        query, book = ask.query, self._world.series
        if query.metric not in METRICS:
            known = ", ".join(METRICS)
            raise _Refused(f"the simulated world has no metric {query.metric!r}; it has {known}")
        span = book.span(
            None if query.start is None else _minute_from(query.start),
            None if query.end is None else _minute_from(query.end),
            ask.minute,
            book.granularity(query.interval),
        )
        for entity in query.ids if query.ids is not None else self._usual_entities(query.metric):
            try:
                series = book.find(query.metric, entity, span)
            except (UnknownEntity, ValueError) as error:
                ask.miss(entity, str(error))
                continue
            if series is None:
                ask.miss(entity, "there is no value in the span")
            else:
                yield series

    def _usual_entities(self, metric: str) -> tuple[AssetId | None, ...]:
        """What a metric is read of where nothing is named: the market, or the one or two things everybody means."""
        if metric == "gas_base_fee":
            return ("ethereum",)
        return (1, 1027) if metric == "etf_assets" else (None,)

    def _unlocks(self, ask: _Ask) -> Iterable[UnlockSchedule]:
        for schedule in ask.among(self._world.events.schedules(ask.minute)):
            unlocks = tuple(unlock for unlock in schedule.unlocks if _is_within(unlock.unlock_at, ask.query))
            if unlocks:
                yield structs.replace(schedule, unlocks=unlocks)

    def _rounds(self, ask: _Ask) -> Iterable[FundraisingRound]:
        rounds = ask.among(self._world.events.rounds(ask.minute))
        return (round_ for round_ in rounds if _is_within(round_.announced_at, ask.query))

    def _macro(self, ask: _Ask) -> Iterable[MacroEvent]:
        return ask.among(self._world.events.macro(ask.minute, ask.query.start, ask.query.end))

    def _altcoin_season(self, ask: _Ask) -> Iterable[AltcoinSeason]:
        windows = ask.query.ids if ask.query.ids is not None else (_USUAL_SEASON_DAYS,)

        def season(asked: AssetId) -> AltcoinSeason | None:
            window = number_of(asked)
            if window not in _SEASON_WINDOWS_DAYS:
                return None
            return self._world.overview.altcoin_season(ask.minute, window)

        for window in windows:
            found = season(window)
            if found is None:
                ask.miss(window, f"the altcoin season is known over {_SEASON_WINDOWS_DAYS} days, and with Bitcoin only")
            else:
                yield found

    def _gas(self, ask: _Ask) -> Iterable[GasPrice]:
        overview = self._world.overview
        return ask.among([overview.gas(network, ask.minute) for network in overview.networks()])

    def _trending(self, ask: _Ask) -> Iterable[TrendingAsset]:
        rows = [row for name in TRENDING_LISTS for row in self._world.overview.trending(name, ask.minute)]
        return ask.among(rows)


def _is_of(record: Record, asked: AssetId) -> bool:
    """As `query.answers`, but for an empty id, which is nobody's."""
    asset_id = getattr(record, "asset_id", None)
    return str(asked) == str(entity_of(record)) or (asset_id is not None and str(asked) == str(asset_id))


def _is_within(moment: datetime, query: Query[Any]) -> bool:
    return (query.start is None or query.start <= moment) and (query.end is None or moment < query.end)


def _opened_within(candles: tuple[Candle, ...], query: Query[Any]) -> tuple[Candle, ...]:
    if not candles or (_is_within(candles[0].opened_at, query) and _is_within(candles[-1].opened_at, query)):
        return candles
    return tuple(candle for candle in candles if _is_within(candle.opened_at, query))


def _minute_from(moment: datetime) -> int:
    """The first whole minute at or after a moment."""
    return -minute_of(EPOCH + (EPOCH - moment))

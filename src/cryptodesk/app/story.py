"""The simulated market as the story that simulated documents tell, and the handbook beside it, which is real."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import lru_cache

from msgspec import structs

from cryptodesk.core.clock import Clock
from cryptodesk.documents.query import DocumentFeed, DocumentQuery, DocumentsFound, HitsFound
from cryptodesk.documents.records import DocumentType
from cryptodesk.documents.simulated import Listing, Move, Project, Raise, Release, SimulatedDocuments, Unlock
from cryptodesk.market.simulation import SimulatedWorld
from cryptodesk.market.simulation.days import DAY_MINUTES, minute_of, moment_of
from cryptodesk.market.simulation.factors import SECTORS
from cryptodesk.market.simulation.world import FIRST_MOMENT, LAST_MOMENT

__all__ = ["SimulatedStory", "StoryWithHandbook", "simulated_documents"]

_FOLLOWED, _RIVALS, _MOVERS, _WITH_PAGES = 40, 300, 10, 150
_HOURS = (0, 6, 12, 18)
_HANDBOOK: DocumentType = "handbook"
_REPORTS: frozenset[DocumentType] = frozenset({"news", "exchange_announcement", "social_post"})
# Where texts of any kind are asked for, so large a part of them may be the handbook's.
_PART_OF_ANY = 4


def simulated_documents(seed: int, clock: Clock, world: SimulatedWorld) -> SimulatedDocuments:
    """What is written in a simulated world about what its market did."""
    return SimulatedDocuments(seed, clock, SimulatedStory(world))


class StoryWithHandbook:
    """A `DocumentFeed`: the texts of the simulated world, and of the `library` the handbook alone.

    How things work is true in any world, so those texts are real and say so. What is asked of named assets, or of some
    days, is answered from the story alone: there the handbook would tell of another market."""

    def __init__(self, story: DocumentFeed, library: DocumentFeed) -> None:
        self._story, self._library = story, library

    async def search(self, query: DocumentQuery) -> HitsFound:
        told = await self._story.search(query)
        if not _wants_handbook(query):
            return told
        is_of_texts = bool(query.types) and not _REPORTS & set(query.types)
        most = query.limit if is_of_texts else max(1, query.limit // _PART_OF_ANY)
        known = await self._library.search(structs.replace(query, types=(_HANDBOOK,), limit=most))
        # The scores of the two are of different kinds: each keeps its order, and what was asked for stands first.
        kept = told.hits[: max(0, query.limit - len(known.hits))]
        hits = (*known.hits, *kept) if is_of_texts else (*kept, *known.hits)
        return HitsFound(hits[: query.limit], (*told.notes, *known.notes))

    async def recent(self, query: DocumentQuery) -> DocumentsFound:
        return await self._story.recent(query)

    async def count(self, as_of: datetime | None = None) -> int:
        return await self._story.count(as_of)


def _wants_handbook(query: DocumentQuery) -> bool:
    is_bound = query.asset_ids or query.sources or query.published_after or query.published_before
    return not is_bound and bool(query.text) and (not query.types or _HANDBOOK in query.types)


class SimulatedStory:
    """A `MarketStory` over a world."""

    def __init__(self, world: SimulatedWorld) -> None:
        self._world = world
        self._ranked = lru_cache(maxsize=8)(self._largest)

    @property
    def first_day(self) -> date:
        return FIRST_MOMENT.date()

    @property
    def last_day(self) -> date:
        return LAST_MOMENT.date() - timedelta(days=1)

    def moves(self, day: date) -> Sequence[Move]:
        """The largest coins, and of the next ones those that rose and fell most, every six hours."""
        places = self._ranked(day)
        found: list[Move] = []
        for hour in _HOURS:
            minute = _minute(day) + hour * 60
            every = [move for place in places if (move := self._move(place, minute)) is not None]
            rest = sorted(every[_FOLLOWED:], key=lambda move: move.change_pct)
            movers = rest if len(rest) <= 2 * _MOVERS else [*rest[:_MOVERS], *rest[-_MOVERS:]]
            found += [*every[:_FOLLOWED], *sorted(movers, key=lambda move: -abs(move.change_pct))]
        return found

    def _move(self, place: int, minute: int) -> Move | None:
        market = self._world.market
        change = market.change_pct(place, minute, DAY_MINUTES)
        if change is None or not market.is_alive(place, minute):
            return None
        name, symbol = market.name_at(place, minute)
        asset_id = market.coins[place].asset.asset_id
        return Move(asset_id, name, symbol, change, market.price(place, minute), moment_of(minute))

    def _largest(self, day: date) -> tuple[int, ...]:
        """Places of coins by their rank at midnight; stablecoins, which nobody talks about, are left out."""
        ranks, _ = self._world.listings.ranks(_minute(day))
        coins = self._world.market.coins
        return tuple(place for place in list(ranks)[:_RIVALS] if not coins[place].is_stable)

    def listings(self, day: date) -> Sequence[Listing]:
        number, venues = _minute(day) // DAY_MINUTES, self.venues(day)
        found = []
        for place, coin in enumerate(self._world.market.coins):
            if number in {coin.born, coin.ends} and coin.is_ranked:
                minute = number * DAY_MINUTES - (number == coin.ends)
                name, symbol = self._world.market.name_at(place, minute)
                venue = venues[coin.key % len(venues)]
                asset_id = coin.asset.asset_id
                found.append(Listing(asset_id, name, symbol, venue, _start(day), number == coin.ends))
        return found

    def unlocks(self, day: date) -> Sequence[Unlock]:
        market, minute = self._world.market, _minute(day)
        found = []
        for place, plan in market.prices.supplies.schedules.items():
            for unlock in plan.unlocks:
                if unlock.day == minute // DAY_MINUTES and not unlock.is_linear and market.is_alive(place, minute):
                    known = max(unlock.announced, market.coins[place].born)
                    # By the name of when it was announced: a later one is not known before.
                    name, symbol = market.name_at(place, minute - 3 * DAY_MINUTES)
                    asset_id = market.coins[place].asset.asset_id
                    at, known_at = _start(day), moment_of(known * DAY_MINUTES)
                    found.append(Unlock(asset_id, name, symbol, at, unlock.share * 100, known_at, unlock.recipients))
        return found

    def raises(self, day: date) -> Sequence[Raise]:
        until = _minute(day) + DAY_MINUTES - 1
        found = []
        for one in self._world.events.rounds(until):
            if one.announced_at < _start(day):
                break
            if one.amount_usd is not None:
                found.append(
                    Raise(one.project, one.amount_usd, one.announced_at, one.asset_id, one.round, one.investors)
                )
        return found

    def releases(self, day: date) -> Sequence[Release]:
        start = _start(day)
        end = start + timedelta(days=1)
        events = self._world.events.macro(minute_of(end) - 1, start, end)
        return [Release(one.name, one.happens_at, one.actual, one.forecast, one.previous) for one in events]

    def projects(self, day: date) -> Sequence[Project]:
        market, minute = self._world.market, _minute(day)
        places = self._ranked(day)[:_WITH_PAGES]
        return [self._project(place, minute) for place in places if market.is_alive(place, minute)]

    def _project(self, place: int, minute: int) -> Project:
        coin, (name, symbol) = self._world.market.coins[place], self._world.market.name_at(place, minute)
        since = moment_of(coin.born * DAY_MINUTES).date()
        return Project(coin.asset.asset_id, name, symbol, since, SECTORS[coin.sector], coin.asset.platform)

    def venues(self, day: date) -> Sequence[str]:
        exchanges = self._world.exchanges
        minute = _minute(day)
        return [
            one.name
            for place, one in enumerate(exchanges.all)
            if one.kind == "central" and exchanges.is_open(place, minute)
        ]


def _start(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _minute(day: date) -> int:
    return minute_of(_start(day))

"""What there is to tell on a day, and from which moment on."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from itertools import accumulate, groupby
from operator import attrgetter

from msgspec import Struct

from cryptodesk.documents.simulated.draws import Draws
from cryptodesk.documents.simulated.names import protocol
from cryptodesk.documents.simulated.story import Listing, MarketStory, Move, Raise, Release, Unlock
from cryptodesk.documents.simulated.timetable import midnight
from cryptodesk.documents.simulated.wording.notices import HACK_METHODS

__all__ = ["DayFacts", "Event", "Field", "Hack", "load_facts"]

_NOTICE_DAYS = 2
_MORNING = timedelta(hours=6)
_HACK_SHARE = 0.35
_UPDATE_AFTER = timedelta(hours=3)
_AGENDA_DAYS = 7


class Hack(Struct, frozen=True):
    """Of a protocol that has no coin, so that no price has to know of it."""

    protocol: str
    amount_usd: float
    method: str
    at: datetime


class Event(Struct, frozen=True):
    """`at` is the moment from which it may be told. `kind` is listing, delisting, unlock, unlocked, raise, hack or
    update."""

    kind: str
    at: datetime
    fact: Listing | Unlock | Raise | Hack


class Field(Struct, frozen=True):
    """The coins that people talk about at `at`, with the weight of all up to each."""

    at: datetime
    moves: tuple[Move, ...]
    weights: tuple[float, ...]

    def pick(self, draws: Draws) -> Move:
        """The first ones and those that move most come up most."""
        return self.moves[bisect_left(self.weights, draws.unit() * self.weights[-1])]

    @property
    def rising(self) -> int:
        return sum(move.change_pct > 0 for move in self.moves)


class DayFacts(Struct, frozen=True):
    """All facts of a day, each in the order of its moments. `agenda` are the releases of the days to come."""

    day: date
    fields: tuple[Field, ...]
    events: tuple[Event, ...]
    releases: tuple[Release, ...]
    agenda: tuple[Release, ...]
    venues: tuple[str, ...]

    def field(self, moment: datetime) -> Field | None:
        """The latest that is known at a moment."""
        place = bisect_right(self.fields, moment, key=attrgetter("at"))
        return self.fields[place - 1] if place else None

    def known_events(self, moment: datetime) -> Sequence[Event]:
        return self.events[: bisect_right(self.events, moment, key=attrgetter("at"))]


def load_facts(seed: int, story: MarketStory, day: date) -> DayFacts:
    ahead = (day + timedelta(days=days) for days in range(_AGENDA_DAYS + 1))
    releases = [release for each in ahead if each <= story.last_day for release in story.releases(each)]
    tomorrow = midnight(day) + timedelta(days=1)
    ordered = sorted(releases, key=lambda release: (release.at, release.name))
    return DayFacts(
        day,
        tuple(_fields(story.moves(day))),
        tuple(sorted(_events(seed, story, day), key=lambda event: (event.at, event.kind))),
        tuple(release for release in ordered if release.at < tomorrow),
        tuple(ordered),
        tuple(story.venues(day)),
    )


def _fields(moves: Sequence[Move]) -> Iterator[Field]:
    for at, group in groupby(sorted(moves, key=attrgetter("at")), key=attrgetter("at")):
        members = tuple(group)
        shares = (
            (1 + abs(move.change_pct) / 6) / (place + 1) ** 0.9  # a crowd's attention falls off like that
            for place, move in enumerate(members)
        )
        yield Field(at, members, tuple(accumulate(shares)))


def _events(seed: int, story: MarketStory, day: date) -> Iterator[Event]:
    start, end = midnight(day), midnight(day) + timedelta(days=1)
    for listing in story.listings(day):
        yield Event("delisting" if listing.is_delisting else "listing", listing.at, listing)
    for unlock in story.unlocks(day):
        yield Event("unlocked", max(unlock.unlock_at, unlock.known_at), unlock)
    notice = day + timedelta(days=_NOTICE_DAYS)
    if notice <= story.last_day:
        for unlock in story.unlocks(notice):
            at = max(start + _MORNING, unlock.known_at)
            if at < end:
                yield Event("unlock", at, unlock)
    for raised in story.raises(day):
        yield Event("raise", raised.at, raised)
    yield from _hacks(seed, day)


def _hacks(seed: int, day: date) -> Iterator[Event]:
    draws = Draws(seed, "hack", day.toordinal())
    if draws.unit() > _HACK_SHARE:
        return
    name, _ = protocol(draws)
    at = midnight(day) + timedelta(minutes=30 + draws.index(1_150))
    hack = Hack(name, round(10 ** draws.between(5.3, 7.9), -4), draws.pick(HACK_METHODS), at)
    yield Event("hack", at, hack)
    yield Event("update", at + _UPDATE_AFTER, hack)

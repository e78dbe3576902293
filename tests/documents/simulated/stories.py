"""Stories for tests: a small market made of hashes, one that marks each fact with its moment, and one without facts."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from functools import cache
from hashlib import sha256

from msgspec import structs

from cryptodesk.core.clock import FixedClock
from cryptodesk.documents.simulated import Listing, Move, Project, Raise, Release, SimulatedDocuments, Unlock

__all__ = ["NOW", "EmptyStory", "HashStory", "MarkedStory", "feed", "start_of"]

NOW = datetime(2026, 3, 11, 15, 27, tzinfo=UTC)
_NAMES = ("Bitcoin", "Ethereum", "Solana", "Cardano", *(f"Testcoin {number}" for number in range(26)))
_IDS = (1, 1027, 5426, 2010, *range(2_000_000_000, 2_000_000_026))
_SYMBOLS = ("BTC", "ETH", "SOL", "ADA", *(f"TC{number}" for number in range(26)))
_VENUES = ("Alphaquay Exchange", "Betamoor Markets", "Gammafield Pro")


def start_of(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def _share(*parts: object) -> float:
    """0 <= value < 1 that belongs to the parts."""
    return int.from_bytes(sha256(repr(parts).encode()).digest()[:6], "big") / 2**48


class HashStory:
    """What becomes known after `fork` depends on `salt`; all before it does not."""

    first_day = date(2013, 1, 1)
    last_day = date(2044, 12, 31)

    def __init__(self, fork: datetime | None = None, salt: str = "") -> None:
        self._fork = fork
        self._salt = salt

    def _draw(self, known_at: datetime, *parts: object) -> float:
        is_other = self._fork is not None and known_at > self._fork
        return _share(self._salt if is_other else "", known_at.isoformat(), *parts)

    def moves(self, day: date) -> Sequence[Move]:
        moments = [start_of(day) + timedelta(hours=hour) for hour in (0, 6, 12, 18)]
        return [self._move(place, at) for at in moments for place in range(len(_IDS))]

    def _move(self, place: int, at: datetime) -> Move:
        change_pct = (self._draw(at, "move", place) + self._draw(at, "again", place) - 1) * 16
        price = 10 ** (5 - place / 4) * (1 + change_pct / 100)
        return Move(_IDS[place], _NAMES[place], _SYMBOLS[place], change_pct, price, at)

    def listings(self, day: date) -> Sequence[Listing]:
        found = []
        for place in range(6):
            # A moment of its own for each, drawn once, so that a fork changes what happens and not when.
            at = start_of(day) + timedelta(minutes=int(_share("listing", day, place) * 1_440))
            if self._draw(at, "listing", place) < 0.35:
                name, symbol = _NAMES[4 + place], _SYMBOLS[4 + place]
                found.append(Listing(_IDS[4 + place], name, symbol, _VENUES[place % 3], at, is_delisting=place == 5))
        return found

    def unlocks(self, day: date) -> Sequence[Unlock]:
        found = []
        for place in range(10, 14):
            notice = timedelta(days=int(_share("notice", day, place) * 4), hours=7)
            known_at = start_of(day) - notice
            if self._draw(known_at, "unlock", place) < 0.3:
                share_pct = 1 + 5 * self._draw(known_at, "size", place)
                name, symbol = _NAMES[place], _SYMBOLS[place]
                found.append(Unlock(_IDS[place], name, symbol, start_of(day), share_pct, known_at, "early investors"))
        return found

    def raises(self, day: date) -> Sequence[Raise]:
        at = start_of(day) + timedelta(hours=13)
        if self._draw(at, "raise") > 0.5:
            return []
        return [Raise("Testcoin 20", 1e6 + 3e7 * self._draw(at, "amount"), at, _IDS[24], "Seed", ("Invented Capital",))]

    def releases(self, day: date) -> Sequence[Release]:
        if day.day not in {6, 11}:
            return []
        at = start_of(day) + timedelta(hours=12, minutes=30)
        actual, forecast = self._draw(at, "actual"), self._draw(at - timedelta(days=7), "forecast")
        name = "US consumer price index, year on year" if day.day == 11 else "US non-farm payrolls"
        return [Release(name, at, f"{2 + actual:.1f} %", f"{2 + forecast:.1f} %", "3.0 %")]

    def projects(self, day: date) -> Sequence[Project]:
        rows = zip(_IDS, _NAMES, _SYMBOLS, strict=True)
        old = [Project(*row, date(2014, 5, 1), "payments", None) for row in rows]
        more = [
            Project(
                2_100_000_000 + number, f"Pagecoin {number}", f"PG{number}", date(2015, 1, 1), "lending", "ethereum"
            )
            for number in range(90)
        ]
        young = Project(2_200_000_000, "Youngcoin", "YNG", day - timedelta(days=10))
        return [*old, *more, young]

    def venues(self, day: date) -> Sequence[str]:
        return _VENUES


class MarkedStory(HashStory):
    """Each fact says from when on it may be told: "known202603111200"."""

    def moves(self, day: date) -> Sequence[Move]:
        return [structs.replace(one, name=mark(one.at)) for one in super().moves(day)]

    def listings(self, day: date) -> Sequence[Listing]:
        return [structs.replace(one, name=mark(one.at)) for one in super().listings(day)]

    def unlocks(self, day: date) -> Sequence[Unlock]:
        return [structs.replace(one, name=mark(one.known_at)) for one in super().unlocks(day)]

    def raises(self, day: date) -> Sequence[Raise]:
        return [structs.replace(one, project=mark(one.at)) for one in super().raises(day)]

    def releases(self, day: date) -> Sequence[Release]:
        return [
            structs.replace(one, actual=mark(one.at), forecast=mark(one.at - timedelta(days=7)))
            for one in super().releases(day)
        ]

    def projects(self, day: date) -> Sequence[Project]:
        return [structs.replace(one, name=mark(start_of(day))) for one in super().projects(day)]


def mark(moment: datetime) -> str:
    return f"known{moment:%Y%m%d%H%M}"


class EmptyStory:
    """Nothing ever happens."""

    first_day = date(2013, 1, 1)
    last_day = date(2044, 12, 31)

    def moves(self, day: date) -> Sequence[Move]:
        return ()

    def listings(self, day: date) -> Sequence[Listing]:
        return ()

    def unlocks(self, day: date) -> Sequence[Unlock]:
        return ()

    def raises(self, day: date) -> Sequence[Raise]:
        return ()

    def releases(self, day: date) -> Sequence[Release]:
        return ()

    def projects(self, day: date) -> Sequence[Project]:
        return ()

    def venues(self, day: date) -> Sequence[str]:
        return ()


@cache
def feed(seed: int = 7) -> SimulatedDocuments:
    """One for all tests that only read: what was asked before changes nothing, which has a test of its own."""
    return SimulatedDocuments(seed, FixedClock(NOW), HashStory())

"""What the texts are about: facts of the market, lent by whoever has a market.

Each fact carries the moment from which it may be told. No text uses a fact before that moment.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Protocol

from msgspec import Struct

__all__ = ["Listing", "MarketStory", "Move", "Project", "Raise", "Release", "Unlock"]


class Move(Struct, frozen=True):
    """The change of a price over the 24 hours up to `at`; `price_usd` is that of `at`."""

    asset_id: int
    name: str
    symbol: str
    change_pct: float
    price_usd: float
    at: datetime


class Listing(Struct, frozen=True):
    """A market that opens, or closes, on an exchange at a moment."""

    asset_id: int
    name: str
    symbol: str
    exchange: str
    at: datetime
    is_delisting: bool = False


class Unlock(Struct, frozen=True):
    """Coins that become transferable at `unlock_at`, as made public at `known_at`."""

    asset_id: int
    name: str
    symbol: str
    unlock_at: datetime
    pct_of_supply: float
    known_at: datetime
    recipients: str | None = None


class Raise(Struct, frozen=True):
    """Money raised by a project, announced at a moment. `asset_id` is its coin, where it has one by then."""

    project: str
    amount_usd: float
    at: datetime
    asset_id: int | None = None
    round: str | None = None
    investors: tuple[str, ...] = ()


class Release(Struct, frozen=True):
    """A scheduled figure, known as a date long before. `forecast` is made public a week ahead, `actual` at `at`."""

    name: str
    at: datetime
    actual: str | None = None
    forecast: str | None = None
    previous: str | None = None


class Project(Struct, frozen=True):
    """A project with pages of its own, by the name that it has on the day asked for; it exists since `since`."""

    asset_id: int
    name: str
    symbol: str
    since: date
    sector: str | None = None
    platform: str | None = None


class MarketStory(Protocol):
    """What happened on each day from `first_day` to `last_day`, in UTC. The same day has the same facts for ever,
    whatever was asked before; each way answers from several threads."""

    @property
    def first_day(self) -> date: ...

    @property
    def last_day(self) -> date: ...

    def moves(self, day: date) -> Sequence[Move]:
        """Of the coins that people talk about, those talked about most first, at one or several moments of the day;
        one of them is midnight, so that there is something to say from the start."""
        ...

    def listings(self, day: date) -> Sequence[Listing]: ...

    def unlocks(self, day: date) -> Sequence[Unlock]:
        """Those whose `unlock_at` is on the day."""
        ...

    def raises(self, day: date) -> Sequence[Raise]: ...

    def releases(self, day: date) -> Sequence[Release]: ...

    def projects(self, day: date) -> Sequence[Project]:
        """Those that have pages on the day, the largest first."""
        ...

    def venues(self, day: date) -> Sequence[str]:
        """Names of the exchanges open on the day."""
        ...

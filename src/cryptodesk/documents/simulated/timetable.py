"""When how much is published: a week has a fixed number of texts, so that they can be counted without being written."""

from __future__ import annotations

from bisect import bisect_right
from datetime import UTC, date, datetime, timedelta
from itertools import accumulate

from msgspec import Struct

from cryptodesk.documents.simulated.draws import Draws

__all__ = ["NEWS", "POSTS", "Stream", "midnight", "moments_of"]


class Stream(Struct, frozen=True):
    """Texts of each weekday, Monday first; `sway` is what a day may lend to the day before or after."""

    name: str
    by_weekday: tuple[int, ...]
    sway: int

    def volume(self, seed: int, day: date) -> int:
        """Texts of a day."""
        week, weekday = divmod(day.toordinal() - 1, 7)
        lent, borrowed = self._loan(seed, week, weekday), self._loan(seed, week, (weekday + 1) % 7)
        return self.by_weekday[weekday] + lent - borrowed

    def between(self, seed: int, first: date, until: date) -> int:
        """Texts of the days from `first` until before `until`."""
        return self._before(seed, until) - self._before(seed, first)

    def _before(self, seed: int, day: date) -> int:
        week, weekday = divmod(day.toordinal() - 1, 7)
        begun = (day - timedelta(days=back) for back in range(1, weekday + 1))
        return week * sum(self.by_weekday) + sum(self.volume(seed, each) for each in begun)

    def _loan(self, seed: int, week: int, weekday: int) -> int:
        return Draws(seed, "volume", self.name, week, weekday).index(2 * self.sway + 1) - self.sway


NEWS = Stream("news", (44, 46, 46, 46, 44, 28, 26), 3)
POSTS = Stream("posts", (410, 420, 425, 420, 415, 360, 350), 20)

# How busy the hours are, in UTC: Europe's morning to America's evening.
_HOURS = (5, 4, 4, 4, 4, 5, 6, 8, 9, 9, 9, 9, 10, 12, 13, 13, 12, 11, 10, 9, 9, 8, 7, 6)
_DONE = tuple(accumulate(_HOURS, initial=0))


def midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=UTC)


def moments_of(seed: int, stream: Stream, day: date) -> list[datetime]:
    """When the texts of a day are published, earliest first, in whole seconds."""
    start, count = midnight(day), stream.volume(seed, day)
    draws = Draws(seed, "moments", stream.name, day.toordinal())
    return [start + timedelta(seconds=_second((place + draws.unit()) / count)) for place in range(count)]


def _second(share: float) -> int:
    """The second of the day at which this share of its texts is out."""
    done = share * _DONE[-1]
    hour = bisect_right(_DONE, done) - 1
    return min(int((hour + (done - _DONE[hour]) / _HOURS[hour]) * 3_600), 86_399)

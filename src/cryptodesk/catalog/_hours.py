"""Hours of a day, in UTC, in which a price holds: `01:00-04:00`, `mon-fri 06:00-10:00`."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta

from msgspec import Struct

__all__ = ["EVERY_DAY", "Hours", "parse_hours"]

_DAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")
EVERY_DAY = frozenset(range(7))
_WRITTEN = re.compile(r"(?:(?P<first>[a-z]{3})(?:-(?P<last>[a-z]{3}))? )?(?P<start>\d\d:\d\d)-(?P<end>\d\d:\d\d)")


class Hours(Struct, frozen=True):
    """From `start` up to, not including, `end`; over midnight where `end` is the earlier one, and then the days are
    those of its start. `weekdays` count from Monday, 0."""

    start: time
    end: time
    weekdays: frozenset[int] = EVERY_DAY

    def __contains__(self, moment: datetime) -> bool:
        now, day = moment.astimezone(UTC).time(), moment.astimezone(UTC).weekday()
        if self.start <= self.end:
            return day in self.weekdays and self.start <= now < self.end
        return (day in self.weekdays and now >= self.start) or ((day - 1) % 7 in self.weekdays and now < self.end)

    def next_edge(self, moment: datetime) -> datetime:
        """The first start or end after `moment`, on whatever day of the week."""
        day = moment.astimezone(UTC).date()
        edges = [
            datetime.combine(day + timedelta(days=ahead), edge, UTC)
            for ahead in (0, 1)
            for edge in (self.start, self.end)
        ]
        return min(edge for edge in edges if edge > moment)

    def __str__(self) -> str:
        return f"{self.start:%H:%M}-{self.end:%H:%M} UTC"


def parse_hours(text: str) -> Hours:
    """Raises: ValueError for a text of another form."""
    found = _WRITTEN.fullmatch(text)
    if found is None:
        raise ValueError(f"{text!r}: expected hours in UTC such as '01:00-04:00' or 'mon-fri 01:00-04:00'")
    try:
        start, end = time.fromisoformat(found["start"]), time.fromisoformat(found["end"])
        first = _DAYS.index(found["first"]) if found["first"] else None
        last = _DAYS.index(found["last"]) if found["last"] else first
    except ValueError:
        raise ValueError(f"{text!r}: no such hour or day; days are {', '.join(_DAYS)}") from None
    if start == end:
        raise ValueError(f"{text!r}: begins and ends at once")
    if first is None or last is None:
        return Hours(start, end)
    return Hours(start, end, frozenset((first + ahead) % 7 for ahead in range((last - first) % 7 + 1)))

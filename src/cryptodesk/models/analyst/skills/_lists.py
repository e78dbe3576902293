"""What questions about lists of assets share: nouns, counts, stretches of time, what no list answers, and the calls."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst import intents
from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.evidence import Evidence
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.tool_names import ASSET_SCREENER, SIGNAL_LIST

__all__ = [
    "COINS",
    "MOST_ROWS",
    "NUMBER_WORDS",
    "PAGE",
    "Window",
    "count_of",
    "is_barred",
    "is_empty",
    "result_of",
    "screen_call",
    "signal_call",
    "spoken_window",
    "window_of",
    "without_courtesy",
]

# The screener gives this many rows at a time, and an answer shows this many at most.
PAGE, MOST_ROWS = 10, 20

COINS = (
    r"(?:alt|meme|shit|stable)?(?:-| )?coinz?s?|tokens?|cr[iy]pto\w*|cr[yi]tpos?|cyrptos?|alts|assets?|digital assets?|projects?"
    r"|names|cryptocurrenc\w+"
)

NUMBER_WORDS = {
    "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10,
    "eleven": 11, "twelve": 12, "dozen": 12, "fifteen": 15, "twenty": 20, "twenty five": 25, "thirty": 30, "forty": 40,
    "fifty": 50, "sixty": 60, "seventy": 70, "eighty": 80, "ninety": 90, "hundred": 100,
}  # fmt: skip

_SUPERLATIVE = r"top|best|worst|biggest|largest|highest|lowest|smallest|first|bottom|leading|hottest|newest|latest|next"
_NUMBER = r"\d{1,4}|" + "|".join(sorted(NUMBER_WORDS, key=len, reverse=True))
_COUNTS = (
    Pattern(rf"\b(?:{_SUPERLATIVE})[ -](?P<count>{_NUMBER})\b(?! ?(?:%|percent|days?|hours?|weeks?|months?|years?|[kmb]\b|million|billion))"),
    Pattern(rf"\b(?P<count>{_NUMBER}) (?:most |(?:{_SUPERLATIVE})\b|gainers|losers|coins\b|tokens\b|cryptos\b|cryptocurrenc|altcoins\b|trending\b)"),
)  # fmt: skip
_RANGE_OF_RANKS = Pattern(r"\branks? \d")

_COURTESY = Pattern(
    r"^(?:(?:hey|hi|hello|please|pls|plz|ok|okay|so|yo|and)[ ,!.]+)*"
    r"(?:(?:can|could|would|will) (?:you|u|i) (?:please |pls |kindly |just )?(?:get |have |see )?|i(?:'d| would) (?:like|love) to (?:know|see|get) |i (?:want|need) (?:to (?:know|see|get) )?)?"
)
_AHEAD = Pattern(
    r"\b(?:will|gonna|going to|about to|likely to|poised|expected to|next (?:week|month|quarter|year|cycle|bull\w*|100x|bitcoin|big)|\d+x|moonshots?|undervalued|overvalued|hidden gems?|gems?)\b"
)
_WHY = Pattern(
    r"^why\b|\bwhy (?:is|are|did|does|do|was|were|has)\b|\bwhat(?:'s| is| has)? (?:caus|driv)\w+|\breasons? (?:for|behind)\b"
)

_WINDOW_HOURS = {"1h": 1, "24h": 24, "7d": 168, "30d": 720, "60d": 1440, "90d": 2160}
_LABELS = {
    "1h": "the last hour", "24h": "the last 24 hours", "7d": "the last 7 days", "30d": "the last 30 days",
    "60d": "the last 60 days", "90d": "the last 90 days",
}  # fmt: skip
_SPOKEN = (
    (Pattern(r"\bhourly\b|\bhour\b|\b(?:1|one)[ -]?h(?:ou)?rs?\b|\b1h\b"), "1h"),
    (Pattern(r"\bweek(?:ly)?\b|\b(?:7|seven)[ -]?d(?:ays?)?\b"), "7d"),
    (Pattern(r"\bmonth(?:ly)?\b|\b(?:30|thirty)[ -]?d(?:ays?)?\b"), "30d"),
    (Pattern(r"\bquarter(?:ly)?\b|\b(?:90|ninety)[ -]?d(?:ays?)?\b|\b(?:3|three) months\b"), "90d"),
    (Pattern(r"\b(?:60|sixty)[ -]?d(?:ays?)?\b|\b(?:2|two) months\b"), "60d"),
    (Pattern(r"\bdaily\b|\bintraday\b|\b(?:on the |to)day\b|\b24[ -]?h(?:ou)?r?s?\b"), "24h"),
)


class Window(Struct, frozen=True):
    """One of the stretches that lists are kept for. `asked` is what was asked for where that is another one."""

    name: str
    asked: str = ""

    @property
    def label(self) -> str:
        return _LABELS[self.name]

    @property
    def field(self) -> str:
        return f"percent_change_{self.name}"

    @property
    def note(self) -> str:
        kept = "Lists are kept for fixed windows up to now"
        return f"{kept}, none for {self.asked}: this is {self.label}." if self.asked else ""


# Ten days into a month "this month" still means the list of the month, not that of the week.
_MEANT_HOURS = {"the week to date": 168, "the month to date": 720, "the quarter to date": 2160}


def window_of(period: Period | None, default: str = "24h", known: Sequence[str] = tuple(_WINDOW_HOURS)) -> Window:
    """The window that is the period, else the nearest in length, which then says so."""
    if period is None:
        return Window(default)
    hours = _MEANT_HOURS.get(period.label) or _hours(period)
    nearest = min(known, key=lambda name: (abs(_WINDOW_HOURS[name] - hours), _WINDOW_HOURS[name]))
    is_rolling = period.kind in {"hours", "days"} and hours == _WINDOW_HOURS[nearest]
    return Window(nearest, "" if is_rolling or period.is_weak else period.label)


def _hours(period: Period) -> int:
    if period.start is not None and period.end is not None:
        return ((period.end - period.start).days + 1) * 24
    return period.count if period.kind == "hours" else period.count * 24 if period.count else 10**6


def spoken_window(lowered: str, default: str = "24h") -> str:
    """The window that the words stand for, some of which are no period by themselves: "weekly gainers"."""
    return next((name for pattern, name in _SPOKEN if pattern.search(lowered)), default)


def count_of(lowered: str) -> int | None:
    """How many are asked for: "top 10", "five biggest"."""
    if _RANGE_OF_RANKS.search(lowered):
        return None
    match = next(filter(None, (pattern.search(lowered) for pattern in _COUNTS)), None)
    if match is None:
        return None
    said = match["count"]
    return NUMBER_WORDS.get(said) or int(said) or None


def without_courtesy(lowered: str) -> str:
    """ "can you please show" does not ask what somebody can do."""
    return _COURTESY.sub("", lowered, count=1)


def is_barred(reading: Reading) -> bool:
    """A forecast, advice or a cause: no list answers these."""
    return _is_barred(reading.lowered)


@lru_cache(maxsize=32)
def _is_barred(lowered: str) -> bool:
    text = without_courtesy(lowered)
    return (
        _AHEAD.search(text) is not None
        or _WHY.search(text) is not None
        or intents.wants_prediction(text)
        or intents.wants_advice(text)
    )


def screen_call(
    query: str,
    *,
    filters: Sequence[Mapping[str, Any]] = (),
    sort: str = "",
    order: str = "desc",
    asset_type: str = "coin",
) -> Call:
    arguments: dict[str, Any] = {"query": query, "asset_type": asset_type}
    if filters:
        arguments["filters"] = [dict(one) for one in filters]
    if sort:
        arguments["sort"] = {"field": sort, "order": order}
    return Call(ASSET_SCREENER, arguments)


def signal_call(name: str, window: str = "24h", *, limit: int = 10, **narrowed: Any) -> Call:
    """`narrowed` are further arguments; those that are None are left out."""
    given = {key: value for key, value in narrowed.items() if value is not None}
    return Call(SIGNAL_LIST, {"list": name, "time_period": window, "limit": min(limit, MOST_ROWS), **given})


def result_of(evidence: Evidence, call: Call) -> Result | None:
    """What this very call has brought."""
    return next((one for one in evidence.results_of(call.tool) if dict(one.arguments) == call.arguments), None)


def is_empty(evidence: Evidence, call: Call) -> bool:
    """The call was made and brought no rows."""
    result = result_of(evidence, call)
    return result is not None and not (result.rows("items") or result.rows("results"))

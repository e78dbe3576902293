"""Lengths of time in prose: "over the last 7 days", "24h", "this month", "year to date", "a week ago"."""

from __future__ import annotations

import re
from collections.abc import Sequence
from collections.abc import Set as AbstractSet
from typing import NamedTuple

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.figures import Figure, Span
from cryptodesk.verification.meanings import ALL_TIME, MONTH_TO_DATE, QUARTER_TO_DATE, SINCE_THEN, YEAR_TO_DATE
from cryptodesk.verification.vocabulary import word_set

__all__ = ["SINCE_THEN", "PeriodMention", "find_periods", "same_length"]

_NUMBERS = {
    "a": 1, "an": 1, "one": 1, "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9,
    "ten": 10, "twelve": 12, "fourteen": 14, "thirty": 30, "sixty": 60, "ninety": 90, "twenty-four": 24, "past": 1,
    "last": 1, "previous": 1, "this": 1, "the": 1, "same": 1, "": 1, "trailing": 1, "full": 1, "each": 1, "per": 1,
    "prior": 1, "single": 1, "fifteen": 15, "twenty": 20,
}  # fmt: skip
_UNITS = {
    "hour": 1.0,
    "day": 24.0,
    "week": 168.0,
    "fortnight": 336.0,
    "month": 720.0,
    "quarter": 2160.0,
    "year": 8760.0,
}
_WORDS = {
    "today": 24.0, "daily": 24.0, "intraday": 24.0, "overnight": 24.0, "weekly": 168.0, "monthly": 720.0,
    "quarterly": 2160.0, "yearly": 8760.0, "annual": 8760.0, "annually": 8760.0, "ytd": YEAR_TO_DATE, "hourly": 1.0,
    "yesterday": 24.0, "week-on-week": 168.0, "year-on-year": 8760.0, "month-on-month": 720.0, "tonight": 24.0,
    "week-over-week": 168.0, "year-over-year": 8760.0, "month-over-month": 720.0, "day-over-day": 24.0,
}  # fmt: skip
_DIGIT = "(?:one|two|three|four|five|six|seven|eight|nine)"
_COUNT = "|".join(f"{word}(?:-{_DIGIT})?" for word in sorted(filter(None, _NUMBERS), key=len, reverse=True))
_PERIOD = Pattern(
    r"\b(?:(?P<mtd>(?:the\s)?(?:month|quarter)[\s-]to[\s-]date|mtd|qtd)"
    r"|(?P<ytd>(?:the\s)?year[\s-]to[\s-]date|(?:since|from)\s(?:the\s)?(?:start|beginning|turn)\sof\s(?:the|this)\syear"
    r"|so\sfar\sthis\syear|this\syear|since\sjanuary\s1(?:st)?\b|since\snew\syear)"
    r"|(?P<then>since\sthen)|(?P<all>since\s(?:launch|inception|listing|records?\sbegan)|(?:over|of)\sthe\swhole\srecord|all[\s-]time|on\srecord)"
    r"|(?P<word>today|daily|intraday|overnight|weekly|monthly|quarterly|yearly|annual|annually|ytd|hourly|yesterday"
    r"|(?:day|week|month|year)[\s-]o(?:n|ver)[\s-](?:day|week|month|year))"
    rf"|(?:(?P<number>{_COUNT})[\s-])?(?P<unit>hour|day|week|fortnight|month|quarter|year)(?P<plural>s)?)\b"
    r"(?P<ago>\s(?:ago|earlier|before|prior|previously))?",
    re.IGNORECASE,
)
_TRIGGERS = word_set(
    "hour hours day days week weeks fortnight month months quarter quarters year years today daily intraday "
    "overnight weekly monthly quarterly yearly annual annually ytd hourly yesterday mtd qtd launch inception listing "
    "record records time january then"
)
_SPACE = Pattern(r"[\s-]")
_AGO = Pattern(r"\s?(?:ago|earlier|before|prior|previously)\b", re.IGNORECASE)
_STRETCH = Pattern(
    r"\b(?:over|in|of|during|within|for|across|through)\s(?:the\s)?(?:last\s|past\s|previous\s|preceding\s)?$",
    re.IGNORECASE,
)
_OLD = Pattern(r"[\s-]?(?:old|long|later|left|away|from now|remaining|to go)\b", re.IGNORECASE)
_PARAMETER = Pattern(
    r"(?P<front>\b(?:RSI|SMA|EMA|MA)\s?[-(]?\s?)(?P<n>\d{1,3})(?![\d,.%])\)?|\bMACD\s?\(\d+,\s?\d+,\s?\d+\)"
    r"|\bsignal(?:\sline)?\s?\(\d+\)",
    re.IGNORECASE,
)


class PeriodMention(NamedTuple):
    """`hours` is the length, or one of the marks of `meanings`. `is_ago`: a moment so long before, not a stretch.
    `is_last_unit`: "last week" and "yesterday", which are said of both."""

    start: int
    end: int
    hours: float
    is_ago: bool = False
    is_last_unit: bool = False
    is_age: bool = False


def find_periods(
    text: str, words: AbstractSet[str], figures: Sequence[Figure], masks: Sequence[Span]
) -> list[PeriodMention]:
    """In order. `words` are those of the text in lower case. Durations among the figures are periods too."""
    found = [_of_duration(text, figure) for figure in figures if figure.kind == "duration"]
    if words.isdisjoint(_TRIGGERS):
        return found
    taken = [*masks, *((one.start, one.end) for one in found)]
    for match in _PERIOD.finditer(text):
        mention = _mention(match)
        if mention is not None and not any(start < mention.end and mention.start < end for start, end in taken):
            found.append(mention)
    return sorted(found)


def find_parameters(text: str) -> list[tuple[Span, PeriodMention | None]]:
    """The 14 of "RSI(14)" and the 200 of "SMA-200": lengths in days that belong to an indicator's name."""
    found: list[tuple[Span, PeriodMention | None]] = []
    for match in _PARAMETER.finditer(text):
        if match["n"]:
            start, end = match.span("n")
            found.append(((start, end), PeriodMention(start, end, float(match["n"]) * 24)))
        else:
            found.append((match.span(), None))
    return found


def _of_duration(text: str, figure: Figure) -> PeriodMention:
    words = figure.text.lower()
    is_ago = words.endswith("ago") or (bool(_AGO.match(text, figure.end)) and not _STRETCH.search(text[: figure.start]))
    is_age = words.endswith(("old", "long")) or bool(_OLD.match(text, figure.end))
    return PeriodMention(figure.start, figure.end, figure.value, is_ago, False, is_age)


def _mention(match: re.Match[str]) -> PeriodMention | None:
    is_ago = bool(match["ago"]) and not _STRETCH.search(match.string[: match.start()])
    if match["ytd"]:
        return PeriodMention(match.start(), match.end(), YEAR_TO_DATE)
    if match["mtd"]:
        hours = QUARTER_TO_DATE if match["mtd"].lower().endswith(("quarter to date", "qtd")) else MONTH_TO_DATE
        return PeriodMention(match.start(), match.end(), hours)
    if match["then"]:
        return PeriodMention(match.start(), match.end(), SINCE_THEN)
    if match["all"]:
        return PeriodMention(match.start(), match.end(), ALL_TIME)
    if match["word"]:
        word = match["word"].lower()
        hours = _WORDS.get(word) or _UNITS[_SPACE.split(word)[0]]
        return PeriodMention(match.start(), match.end(), hours, is_ago, word == "yesterday")
    number = (match["number"] or "").lower()
    count = _NUMBERS.get(number)
    start = match.start() if count is not None else match.start("unit")
    if match["plural"] and (count is None or not number):
        return None  # "several weeks"
    is_stretch = match.string[max(0, start - 4) : start].lower() == "the "
    is_last = number == "last" and not match["plural"] and not is_stretch
    return PeriodMention(start, match.end(), _UNITS[match["unit"].lower()] * (count or 1), is_ago, is_last)


def same_length(first: float, second: float) -> bool:
    """Whether two lengths are the same in common speech: a month is 30 or 31 days, a year 52 weeks."""
    if first < 0 or second < 0:
        return first == second
    return abs(first - second) <= 0.035 * max(first, second)

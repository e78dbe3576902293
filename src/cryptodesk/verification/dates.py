"""Dates in prose: days, months, quarters and years, each as the span of days it means."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import NamedTuple

from cryptodesk.core.patterns import Pattern

__all__ = ["MONTH_WORDS", "DateMention", "find_dates", "read_day"]

_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
MONTH_WORDS = frozenset(
    {*_MONTHS, "sept", "january", "february", "march", "april", "june", "july", "august", "september", "october"}
    | {"november", "december"}
)
_MONTH = (
    r"(?:Jan(?:uary)?|Feb(?:ruary)?|Mar(?:ch)?|Apr(?:il)?|May|June?|July?|Aug(?:ust)?|Sept?(?:ember)?|Oct(?:ober)?"
    r"|Nov(?:ember)?|Dec(?:ember)?)"
)
_TIME = r"(?:[T ,]+(?:at\s)?\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?\s?(?:[ap]m\b)?(?:Z\b|\s?UTC\b|\s?GMT\b)?)?"
_DATE = Pattern(
    rf"(?<![\w.,])(?:(?P<iso>\d{{4}}-\d{{2}}-\d{{2}}){_TIME}"
    rf"|(?P<d1>\d{{1,2}})(?:st|nd|rd|th)?\s(?:of\s)?(?P<m1>{_MONTH})\b\.?(?:,?\s(?P<y1>(?:19|20)\d{{2}})\b)?{_TIME}"
    rf"|(?P<m2>{_MONTH})\.?\s(?P<d2>\d{{1,2}})(?:st|nd|rd|th)?(?![\d.%])(?:,?\s(?P<y2>(?:19|20)\d{{2}})\b)?{_TIME}"
    rf"|(?P<m3>{_MONTH})\.?,?\s(?P<y3>(?:19|20)\d{{2}})\b"
    rf"|(?P<m4>(?:(?<=since )|(?<=Since )|(?<=in )|(?<=In )|(?<=during )|(?<=of ))(?-i:{_MONTH}))\b(?!\.?\s\d)"
    r"|Q(?P<q>[1-4])\s?(?:of\s)?(?P<y4>(?:19|20)\d{2})\b|(?P<ym>(?:19|20)\d{2}-\d{2})(?![\d-])"
    r"|(?P<y5>(?:19|20)\d{2})(?![\w%]|[.,]\d|-\d|\s?(?:%|USD|USDT|BTC|ETH|coins|blocks|dollars))"
    r"|(?P<time>\d{1,2}:\d{2}(?::\d{2})?(?:\s?[ap]m\b)?(?:\s?UTC\b)?))",
    re.IGNORECASE,
)


class DateMention(NamedTuple):
    """`first` to `last` are the days meant; None for a time of day alone. `grain`: day, month, quarter, year, time.
    `before` is the word in front of it ("since", "on", "from" …)."""

    start: int
    end: int
    first: date | None
    last: date | None
    grain: str
    before: str


def find_dates(text: str, today: date) -> list[DateMention]:
    """Every date in order. A day without its year is the latest such day that is not after `today`."""
    found = []
    for match in _DATE.finditer(text):
        span = _span(match, today)
        if span is not None and not _is_money(text, match):
            found.append(DateMention(match.start(), match.end(), *span, _word_before(text, match.start())))
    return found


def _is_money(text: str, match: re.Match[str]) -> bool:
    """Whether a lone year is an amount: "$2026", "about 2000 coins"."""
    return bool(match["y5"]) and match.start() > 0 and text[match.start() - 1] in "$€£¥#-+/"


def _word_before(text: str, start: int) -> str:
    words = re.findall(r"[a-z]+", text[max(0, start - 24) : start].lower())
    near = re.search(r"([A-Za-z]+)[\s*_(]*(?:the\s)?$", text[max(0, start - 24) : start])
    if near is None:
        return ""
    return "as of" if words[-2:] == ["as", "of"] else near.group(1).lower()


def _span(match: re.Match[str], today: date) -> tuple[date | None, date | None, str] | None:
    if match["time"]:
        return None, None, "time"
    try:
        if match["iso"]:
            day = date.fromisoformat(match["iso"])
            return day, day, "day"
        if match["d1"] or match["d2"]:
            day = _day(match["m1"] or match["m2"], int(match["d1"] or match["d2"]), match["y1"] or match["y2"], today)
            return day, day, "day"
        return _bare_month(match["m4"], today) if match["m4"] else _long_span(match)
    except ValueError:
        return None


def _day(month: str, day: int, year: str | None, today: date) -> date:
    number = _MONTHS.index(month[:3].lower()) + 1
    if year:
        return date(int(year), number, day)
    found = date(today.year, number, day)
    return found if found <= today + timedelta(days=31) else date(today.year - 1, number, day)


def _bare_month(month: str, today: date) -> tuple[date, date, str]:
    """The latest such month that has begun."""
    number = _MONTHS.index(month[:3].lower()) + 1
    year = today.year if number <= today.month else today.year - 1
    return date(year, number, 1), _month_end(year, number), "month"


def _long_span(match: re.Match[str]) -> tuple[date, date, str]:
    if match["q"]:
        year, first = int(match["y4"]), int(match["q"]) * 3 - 2
        return date(year, first, 1), _month_end(year, first + 2), "quarter"
    if match["m3"] or match["ym"]:
        year = int(match["y3"] or match["ym"][:4])
        month = _MONTHS.index(match["m3"][:3].lower()) + 1 if match["m3"] else int(match["ym"][5:])
        return date(year, month, 1), _month_end(year, month), "month"
    year = int(match["y5"])
    return date(year, 1, 1), date(year, 12, 31), "year"


def _month_end(year: int, month: int) -> date:
    return (date(year + month // 12, month % 12 + 1, 1)) - timedelta(days=1)


def read_day(text: str) -> date | None:
    """The day an ISO date or moment of a result begins with."""
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None

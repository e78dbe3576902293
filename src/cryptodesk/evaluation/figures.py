"""Figures of an answer as they stand in its text: value, unit, sign, and how finely they were rounded."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Literal

from msgspec import Struct

__all__ = ["Direction", "Figure", "read_dates", "read_figures"]

Direction = Literal["up", "down"] | None

_MAX_TEXT = 200_000
_MONTHS = ("january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november",
           "december")  # fmt: skip
_MONTH = "|".join(f"{month[:3]}(?:{month[3:]})?" if len(month) > 3 else month for month in _MONTHS).replace(
    "sep(?:tember)?", "sept?(?:ember)?"
)
_ISO = re.compile(r"(?<![\d.])(\d{4})-(\d{2})-(\d{2})(?!\d)(?:[T ]\d{2}:\d{2}(?::\d{2})?(?:Z| UTC)?)?")
_DAY_MONTH = re.compile(rf"\b(\d{{1,2}})(?:st|nd|rd|th)?(?: of)? ({_MONTH})\.?,? (\d{{4}})\b", re.IGNORECASE)
_MONTH_DAY = re.compile(rf"\b({_MONTH})\.? (\d{{1,2}})(?:st|nd|rd|th)?,? (\d{{4}})\b", re.IGNORECASE)
_MONTH_YEAR = re.compile(rf"\b({_MONTH})\.?,? (\d{{4}})\b", re.IGNORECASE)
_CLOCK = re.compile(r"\b\d{1,2}:\d{2}(?::\d{2})?\b")

_SCALES = {
    "thousand": 3, "k": 3, "million": 6, "m": 6, "mn": 6, "mm": 6, "billion": 9, "b": 9, "bn": 9, "trillion": 12,
    "t": 12, "tn": 12, "": 0,
}  # fmt: skip
_CURRENCIES = {
    "$": "USD", "us$": "USD", "usd": "USD", "usdt": "USD", "dollar": "USD", "dollars": "USD", "€": "EUR", "eur": "EUR",
    "euro": "EUR", "euros": "EUR", "£": "GBP", "gbp": "GBP", "pounds": "GBP", "¥": "JPY", "jpy": "JPY", "yen": "JPY",
}  # fmt: skip
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>[-−+](?:\s(?=[$€£¥]))?)?\s?(?:(?P<before>US\$|[$€£¥])[ \u00a0]?)?(?P<inner>[-−+])?"
    r"(?P<digits>\d{1,3}(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?|\.\d+)(?P<power>[eE][-+]?\d{1,3})?"
    r"(?:[\s\u00a0\u202f]?(?P<scale>thousand|million|billion|trillion|bn|mn|mm|tn|[kKMBT])\b)?"
    r"(?:[\s\u00a0\u202f]?(?P<after>%|percent\b|per cent\b|percentage points?\b|pp\b|[A-Za-z]{3,7}\b))?"
)
_DOWN = re.compile(
    r"\b(?:fell|fallen|falls?|falling|down|lost|loses?|losing|loss|drop\w*|declin\w*|decreas\w*|below|lower|slid|"
    r"slipped|shed|minus|negative|shrank|sank|behind|discount|cheaper|retreat\w*|outflows?)\b",
    re.IGNORECASE,
)
_UP = re.compile(
    r"\b(?:rose|risen|rises?|rising|up|gain\w*|added|adds|grew|grown|increas\w*|above|higher|climb\w*|jump\w*|plus|"
    r"positive|ahead|premium|profit|inflows?)\b",
    re.IGNORECASE,
)
_CLAUSE_END = re.compile(r"[;|\n•]|\.(?=\s)|,? (?:and|but|while|whereas) ")
_REACH = 90


class Figure(Struct, frozen=True):
    """`value` carries the sign that was written. `step` is one unit of its last digit. `unit` is a currency code, "%"
    or ""; in a table it may stand in the head, and then any unit is possible. `direction` is what the words say."""

    value: float
    step: float
    unit: str
    is_signed: bool
    direction: Direction
    in_table: bool
    start: int
    text: str


def read_figures(text: str) -> tuple[Figure, ...]:
    """In order of their place. Dates and times of day are no figures."""
    bare = _without_dates(text[:_MAX_TEXT])
    return tuple(_figure(bare, match) for match in _NUMBER.finditer(bare))


def _without_dates(text: str) -> str:
    for pattern in (_ISO, _DAY_MONTH, _MONTH_DAY, _MONTH_YEAR, _CLOCK):
        text = pattern.sub(lambda match: " " * len(match.group()), text)
    # Markup around figures: **5 %**, `5`.
    return re.sub(r"[*`_]", " ", text)


def _figure(text: str, match: re.Match[str]) -> Figure:
    scale = 10.0 ** _SCALES[(match["scale"] or "").lower()]
    power = 10.0 ** int(match["power"][1:]) if match["power"] else 1.0
    digits = match["digits"].replace(",", "")
    places = len(digits.partition(".")[2])
    sign = match["sign"] or match["inner"] or ""
    value = float(digits) * scale * power * (-1 if sign.strip() in {"-", "−"} else 1)
    return Figure(
        value=value,
        step=10.0**-places * scale * power,
        unit=_unit(match),
        is_signed=bool(sign),
        direction=_direction(text, match.start(), match.end()),
        in_table=_line(text, match.start()).lstrip().startswith("|"),
        start=match.start(),
        text=match.group().strip(),
    )


def _unit(match: re.Match[str]) -> str:
    if match["before"]:
        return _CURRENCIES[match["before"].lower()]
    after = (match["after"] or "").lower()
    if after == "%" or after.startswith(("percent", "per cent", "pp")):
        return "%"
    return _CURRENCIES.get(after, "")


def _line(text: str, at: int) -> str:
    start = text.rfind("\n", 0, at) + 1
    end = text.find("\n", at)
    return text[start : end if end >= 0 else len(text)]


def _direction(text: str, start: int, end: int) -> Direction:
    """The nearest word of direction in the clause, before the figure rather than after it."""
    before = _last_clause(text[max(0, start - _REACH) : start])
    words = [(match.start(), "up") for match in _UP.finditer(before)]
    words += [(match.start(), "down") for match in _DOWN.finditer(before)]
    if words:
        return "down" if max(words)[1] == "down" else "up"
    after = _CLAUSE_END.split(text[end : end + _REACH // 2], maxsplit=1)[0]
    down, up = _DOWN.search(after), _UP.search(after)
    if down and (up is None or down.start() < up.start()):
        return "down"
    return "up" if up else None


def _last_clause(text: str) -> str:
    return _CLAUSE_END.split(text)[-1]


def read_dates(text: str) -> frozenset[str]:
    """Every date of the text in ISO 8601, however it was written; a month without a day as 2026-01."""
    return frozenset(_dates(text[:_MAX_TEXT]))


def _dates(text: str) -> Iterator[str]:
    for match in _ISO.finditer(text):
        yield f"{match[1]}-{match[2]}-{match[3]}"
    for match in _DAY_MONTH.finditer(text):
        yield f"{match[3]}-{_month(match[2]):02}-{int(match[1]):02}"
    for match in _MONTH_DAY.finditer(text):
        yield f"{match[3]}-{_month(match[1]):02}-{int(match[2]):02}"
    for match in _MONTH_YEAR.finditer(text):
        yield f"{match[2]}-{_month(match[1]):02}"


def _month(word: str) -> int:
    return next(at for at, month in enumerate(_MONTHS, 1) if month.startswith(word.lower()[:3]))

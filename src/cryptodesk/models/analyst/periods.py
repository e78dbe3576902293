"""Stretches of time in words: "last 30 days", "since January", "between 1 May and 3 June 2025", "ytd"."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, timedelta

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.happenings import HAPPENING, happened_on
from cryptodesk.models.analyst.moments import Moment, moment_at
from cryptodesk.models.analyst.questions import Period

__all__ = ["FoundPeriod", "find_period"]


class FoundPeriod(Struct, frozen=True):
    """A period and the stretch `start..stop` of the text that says it."""

    period: Period
    start: int
    stop: int


Reader = Callable[[re.Match[str], date], FoundPeriod | None]

_NUMBER_WORDS = {
    "zero": 0, "a": 1, "one": 1, "two": 2, "couple of": 2, "three": 3, "few": 3, "four": 4, "five": 5, "six": 6,
    "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11, "twelve": 12, "thirteen": 13, "fourteen": 14,
    "fifteen": 15, "eighteen": 18, "twenty": 20, "thirty": 30, "forty": 40, "fifty": 50, "sixty": 60, "ninety": 90,
    "hundred": 100,
}  # fmt: skip
_DAYS = {"day": 1, "week": 7, "fortnight": 14, "month": 30, "quarter": 90, "year": 365}
_SHORT = {
    "h": "hour",
    "hr": "hour",
    "hrs": "hour",
    "d": "day",
    "w": "week",
    "wk": "week",
    "mo": "month",
    "m": "month",
    "mth": "month",
    "y": "year",
    "yr": "year",
    "yrs": "year",
}
_MOST_DAYS = 20_000
_LABELS = {
    "week": "the last 7 days",
    "month": "the last 30 days",
    "quarter": "the last 90 days",
    "fortnight": "the last 14 days",
}

_COUNT = r"(?P<count>\d{1,6}|couple of|" + "|".join(word for word in _NUMBER_WORDS if " " not in word) + r")"
_UNIT = r"(?P<unit>hour|day|week|fortnight|month|quarter|year)s?"
_BACK = r"(?P<back>last|past|previous|trailing|prior|recent)"


def find_period(lowered: str, today: date) -> FoundPeriod | None:
    """The first period of the text in the order of how plainly it is one; None if there is none."""
    for pattern, read in _FORMS:
        for match in pattern.finditer(lowered):
            found = read(match, today)
            if found is not None:
                return found
    return None


def _found(match: re.Match[str], period: Period, stop: int | None = None) -> FoundPeriod:
    return FoundPeriod(period, match.start(), match.end() if stop is None else stop)


def _rolling(match: re.Match[str], count: int, unit: str) -> FoundPeriod | None:
    if count < 1:
        return _found(match, Period("days", f"{count} {unit}s", problem=f"a stretch of {count} {unit}s holds nothing"))
    label = _LABELS.get(unit, f"the last {unit}") if count == 1 else f"the last {count} {unit}s"
    if unit == "hour" or (unit == "day" and count == 1):
        hours = count if unit == "hour" else 24
        return _found(match, Period("hours", f"the last {hours} hours" if hours > 1 else "the last hour", hours))
    return _found(match, Period("days", label, min(count * _DAYS[unit], _MOST_DAYS)))


def _number_of(said: str) -> int:
    return _NUMBER_WORDS[said] if said in _NUMBER_WORDS else int(said)


def _counted(match: re.Match[str], today: date) -> FoundPeriod | None:
    said = match["count"]
    return _rolling(match, _number_of(said), match["unit"])


def _bars(match: re.Match[str], today: date) -> FoundPeriod | None:
    """ "The last ten daily closes": of days, where it is not said of what."""
    said, units = match["count"] or match["counted"], {"hourly": "hour", "weekly": "week", "monthly": "month"}
    return _rolling(match, _number_of(said), units.get(match["of"] or "", "day"))


def _last_one(match: re.Match[str], today: date) -> FoundPeriod | None:
    unit = match["unit"]
    is_calendar = unit in {"month", "quarter", "year"} and match["back"] in {"last", "previous", "prior"}
    if is_calendar and not _ROLLING.search(match.string, 0, match.start()):
        moment = moment_at(match.string, match.start("back"), today)
        return None if moment is None else _found(match, _from_moment(moment, today))
    return _rolling(match, 1, unit)


# "Over the last year" ends now; "in the last quarter" and "last year" are of the calendar.
_ROLLING = Pattern(r"\b(?:over|during|throughout|across|within|for|through) (?:the|this) $")


def _short(match: re.Match[str], today: date) -> FoundPeriod | None:
    return _rolling(match, int(match["count"]), _SHORT[match["unit"]])


def _of_unit(match: re.Match[str], today: date) -> FoundPeriod | None:
    unit = match["unit"] or match.groupdict().get("unit2") or match.groupdict().get("unit3") or "day"
    adverbs = {
        "hourly": "hour",
        "daily": "day",
        "fortnightly": "fortnight",
        "weekly": "week",
        "monthly": "month",
        "yearly": "year",
        "annual": "year",
    }
    return _rolling(match, 1, adverbs.get(unit, unit))


def _to_date(match: re.Match[str], today: date) -> FoundPeriod | None:
    word = match.group()
    if "month" in word or word == "mtd":
        return _found(match, Period("span", "the month to date", 0, today.replace(day=1), today))
    if "quarter" in word or word == "qtd":
        first = date(today.year, (today.month - 1) // 3 * 3 + 1, 1)
        return _found(match, Period("span", "the quarter to date", 0, first, today))
    return _found(match, Period("span", "the year to date", 0, date(today.year, 1, 1), today))


def _everything(match: re.Match[str], today: date) -> FoundPeriod | None:
    return _found(match, Period("all", "the whole record"))


def _this_week(match: re.Match[str], today: date) -> FoundPeriod | None:
    return _rolling(match, 1, "week")


def _month_on_month(match: re.Match[str], today: date) -> FoundPeriod | None:
    return _rolling(match, 1, "month")


def _year_on_year(match: re.Match[str], today: date) -> FoundPeriod | None:
    return _rolling(match, 1, "year")


def _half_year(match: re.Match[str], today: date) -> FoundPeriod | None:
    return _rolling(match, 6, "month")


def _weekend(match: re.Match[str], today: date) -> FoundPeriod | None:
    """The last one that has begun: its Saturday and Sunday."""
    saturday = today - timedelta(days=(today.weekday() - 5) % 7)
    sunday = min(saturday + timedelta(days=1), today)
    label = f"the weekend of {saturday.isoformat()}"
    return _found(match, Period("span", label, 0, saturday, sunday))


def _weak_today(match: re.Match[str], today: date) -> FoundPeriod | None:
    return _found(match, Period("hours", "the last 24 hours", 24, is_weak=True))


def _range(match: re.Match[str], today: date) -> FoundPeriod | None:
    first = moment_at(match.string, match.end(), today)
    joint = _JOINT.match(match.string, first.stop) if first else None
    second = moment_at(match.string, joint.end(), today) if joint else None
    if first is None or second is None:
        return None
    problem = first.problem or second.problem
    if problem:
        return _found(match, Period("day", "that period", problem=problem), second.stop)
    if second.has_year and not first.has_year:
        first = _in_year_of(first, second)
    return _found(match, _span(first.start, second.end, today), second.stop)


def _days_then_month(match: re.Match[str], today: date) -> FoundPeriod | None:
    """ "Between 1 and 5 August 2024": the month is said once, behind."""
    last = moment_at(match.string, match.end(), today)
    if last is None or last.problem or last.start != last.end or last.start.day < int(match["day"]):
        return None
    return _found(match, _span(last.start.replace(day=int(match["day"])), last.end, today), last.stop)


def _month_then_days(match: re.Match[str], today: date) -> FoundPeriod | None:
    """ "Aug 1 to 5, 2024": the month is said once, before."""
    first = moment_at(match.string, match.start("moment"), today)
    if first is None or first.problem or first.start != first.end or first.stop != match.end("moment"):
        return None
    day, years = int(match["day"]), int(match["year"] or first.start.year)
    try:
        start, end = first.start.replace(year=years), first.start.replace(year=years, day=day)
    except ValueError:
        return None
    return _found(match, _span(start, end, today)) if end > start else None


def _beside_day(match: re.Match[str], today: date) -> FoundPeriod | None:
    """ "The week after 5 August 2024", "the 30 days to 1 May 2024"; "three days after" a day is that one day."""
    day = moment_at(match.string, match.end(), today)
    if day is None or day.problem or day.start != day.end or match["unit"] == "hour":
        return None
    count = _number_of(match["count"] or "one")
    days = min(count * _DAYS[match["unit"]], _MOST_DAYS)
    is_after = match["side"].startswith(("after", "follow", "from", "start", "begin"))
    is_single = (
        match["side"] in {"before", "prior to", "after"}
        and match["unit"] != "week"
        and not match.group().startswith("the ")
    )
    end = day.start + timedelta(days=days if is_after else -days)
    if is_single:
        return _found(match, _from_moment(Moment(end, end, day.stop, end.isoformat()), today), day.stop)
    return _found(match, _span(min(day.start, end), max(day.start, end), today), day.stop)


def _in_year_of(first: Moment, second: Moment) -> Moment:
    """Both dates in the year said once: "between 1 May and 3 June 2025"."""
    years = second.start.year - first.start.year
    try:
        start, end = (day.replace(year=day.year + years) for day in (first.start, first.end))
    except ValueError:  # 29 February in another year
        return first
    return Moment(start, end, first.stop, first.label)


def _since(match: re.Match[str], today: date) -> FoundPeriod | None:
    moment = moment_at(match.string, match.end(), today)
    if moment is None:
        return None
    if moment.problem:
        return _found(match, _from_moment(moment, today), moment.stop)
    return _found(match, _span(moment.start, today, today, f"since {moment.start.isoformat()}"), moment.stop)


def _in(match: re.Match[str], today: date) -> FoundPeriod | None:
    moment = moment_at(match.string, match.end(), today)
    if moment is None or match.string.startswith("now", match.end()):
        return None
    return _found(match, _from_moment(moment, today), moment.stop)


def _to_now(match: re.Match[str], today: date) -> FoundPeriod | None:
    """ "How much higher than 30 days ago": what lies between a day and now is a move, and no figure of that day."""
    counted = match["count"]
    if counted:
        return _counted(match, today)
    moment = moment_at(match.string, match.start("moment"), today)
    if moment is None or moment.problem or moment.start != moment.end or moment.start >= today:
        return None
    label = f"since {moment.start.isoformat()}"
    return FoundPeriod(_span(moment.start, today, today, label), match.start(), moment.stop)


def _since_happening(match: re.Match[str], today: date) -> FoundPeriod | None:
    day = happened_on(match["happening"])
    if day is None:
        return None
    return _found(match, _span(day, today, today, f"since {day.isoformat()}"))


def _at_happening(match: re.Match[str], today: date) -> FoundPeriod | None:
    """ "Before the FTX collapse" is the day before it."""
    day = happened_on(match["happening"])
    if day is None:
        return None
    day -= timedelta(days=1 if match["side"] in {"before", "right before", "just before", "prior to"} else 0)
    return _found(match, Period("day", day.isoformat(), 0, day, day))


def _begins(match: re.Match[str], today: date) -> FoundPeriod | None:
    """ "When 2022 began", "as March 2024 ended": the first or last day of it."""
    moment = moment_at(match.string, match.start("moment"), today)
    if moment is None or moment.problem:
        return None
    verb = _BEGAN.match(match.string, moment.stop)
    if verb is None:
        return None
    day = moment.end if verb["end"] else moment.start
    return _found(match, _from_moment(Moment(day, day, moment.stop, day.isoformat()), today), verb.end())


def _ended(match: re.Match[str], today: date) -> FoundPeriod | None:
    """ "How did BNB finish 2023", "where did SOL start the month": its first or last day."""
    if match["running"]:
        first = today.replace(day=1) if match["running"] == "month" else date(today.year, 1, 1)
        return _found(match, Period("day", first.isoformat(), 0, first, first)) if match["begin"] else None
    moment = moment_at(match.string, match.end(), today)
    if moment is None or moment.problem or moment.start == moment.end:
        return None
    day = moment.start if match["begin"] else moment.end
    return _found(match, _from_moment(Moment(day, day, moment.stop, day.isoformat()), today), moment.stop)


_BEGAN = Pattern(
    r"(?:'s)? (?:was )?(?:just )?(?:(?:began|begins|begun|beginning|start(?:ed|s|ing)?|open(?:ed|s|ing)?|kick(?:ed|s|ing)? off|roll(?:ed|s) (?:in|around)"
    r"|arrived|came|dawned|got (?:started|going)|got under way)|(?P<end>end(?:ed|s|ing)?|clos(?:ed|es|ing)|finish(?:ed|es)?|was over|wrapped up|ran out))(?![a-z])"
)


def _plain(match: re.Match[str], today: date) -> FoundPeriod | None:
    moment = moment_at(match.string, match.start(), today)
    if moment is None or moment.is_plain or match.string[match.start() :].startswith(("today", "now")):
        return None
    return FoundPeriod(_from_moment(moment, today), match.start(), moment.stop)


def _bare_year(match: re.Match[str], today: date) -> FoundPeriod | None:
    """A year that stands alone: "2024 high", "doge range 2024". The first coins are of 2009, and of the future is no data."""
    year = int(match["year"])
    is_last = _END_OF_YEAR.match(match.string, match.end()) is not None
    is_beside = not is_last or _BEFORE_YEAR.search(match.string, 0, match.start())
    if not 2009 <= year <= today.year or not is_beside:
        return None
    return _found(match, _span(date(year, 1, 1), date(year, 12, 31), today, str(year)))


_END_OF_YEAR = Pattern(r"(?: (?:pls|please|plz|thanks|thx))?[ ?.!]*$")
_BEFORE_YEAR = Pattern(
    r"\b(?:high|low|highs|lows|range|returns?|performance|perf|chart|history|peak|prices?|gains?|ohlcv?|candles|bottom|change"
    r"|growth|volatility|drawdown|close|open|volume|days?|weeks?|months?|quarters?|drops?|falls?|loss(?:es)?|streak|dip)(?: of| in)? (?:_+ )?$|_+(?:'s)?[,:]? $"
)


def _from_moment(moment: Moment, today: date) -> Period:
    if moment.problem:
        return Period("day", moment.label, problem=moment.problem)
    if moment.start == moment.end:
        problem = None if moment.start <= today else f"{moment.label} is in the future"
        return Period("day", moment.label, 0, moment.start, moment.end, problem=problem)
    return _span(moment.start, moment.end, today, moment.label)


def _span(start: date, end: date, today: date, label: str | None = None) -> Period:
    said = label or f"{start.isoformat()} to {end.isoformat()}"
    if end < start:
        return Period("span", said, 0, start, end, problem=f"the range {said} ends before it begins")
    if start > today:
        return Period("span", said, 0, start, end, problem=f"{said} is in the future")
    return Period("span", said, 0, start, min(end, today))


_JOINT = Pattern(r",? *(?:-|–|—|and|to|until|till|through|thru|up to)(?: the)? *")
_STARTS = r"(?<![\w.,$€£+*/^(-])"

# "The biggest one-day drop", "the worst week": how long a move lasted, and no stretch that is looked at.
_NO_BEST = "".join(
    f"(?<!{word} )"
    for word in (
        "biggest", "largest", "worst", "best", "steepest", "sharpest", "greatest", "deepest", "strongest", "weakest",
        "highest", "lowest", "huge", "hardest", "heaviest", "single", "greenest", "reddest", "top", "record", "max", "maximum", "craziest", "wildest",
    )
)  # fmt: skip
_BESIDE = r"(?:than|compared? (?:to|with|against)|versus|vs\.?|against|relative to|measured against|over|from)"
_FORMS: tuple[tuple[Pattern, Reader], ...] = tuple(
    (Pattern(pattern), read)
    for pattern, read in (
        (
            rf"\b{_BESIDE} (?:(?:the|its) (?:price|level|value|close|rate) (?:of|on|from|at|it had )? ?|(?:what |where )?(?:it|they|we|that) (?:was|were|stood|traded|had been)(?: at)? |(?:the )?same (?:day|time|date) )?"
            rf"(?P<moment>(?:exactly |about |roughly |around )?(?:{_COUNT} {_UNIT} (?:ago|back|earlier|prior)))(?![a-z])(?!.{{0,6}}\b(?:to|until|till) (?!now|today))",
            _to_now,
        ),
        (
            rf"(?P<moment>\b{_COUNT} {_UNIT} (?:ago|back|earlier))(?: price| level| value)?,? (?:vs\.?|versus|against|compared? (?:to|with)|to|until|till|up to|and|or)(?: what it is| where it is)? (?:right )?(?:now|today)(?![a-z])",
            _to_now,
        ),
        (
            r"\b(?:than|compared? (?:to|with)|versus|vs\.?|relative to) (?:(?:what |where )?(?:it|they|we) (?:was|were|stood|traded)(?: at)? )?(?:on |at |in )?(?=\S)(?P<count>(?!))?(?P<moment>(?:the )?(?:\d|[a-z]{3}))",
            _to_now,
        ),
        (
            r"(?<!the )\b(?:(?P<begin>start(?:ed|s)?|beg[aiu]n|enter(?:ed|s)?|kick(?:ed|s)? off|open(?:ed|s)? (?=20))|(?:(?:end|finish)(?:ed|es|s)?|wrap(?:ped|s)?|close[ds]? (?=out |20))(?: out| off| up)?"
            r"|(?:monthly|yearly|annual|quarterly) clos(?:e|ing)(?: price)?(?: (?:for|of|in))?) ?(?:(?:at|in) )?"
            r"(?:the (?P<running>month|year)(?! of)\b|(?:the )?(?:year )?(?=20\d\d(?!-)|last (?:month|year|quarter)|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|q[1-4]))",
            _ended,
        ),
        (
            r"\b(?:when|as|once|the (?:day|moment|time)|back when) (?:the (?:year|month) )?(?P<moment>(?:20\d\d|the|this|last|q[1-4]|h[12]|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec))",
            _begins,
        ),
        (
            r"(?<![\w.,$€£+*/^(-])(?:(?:between|from) )?(?:the )?(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?: ?[-–] ?| (?:to|and|through|thru|until|till) )(?:the )?"
            r"(?=\d\d?(?:st|nd|rd|th)?(?: of)?[ -][a-z]{3})",
            _days_then_month,
        ),
        (
            r"(?<![a-z])(?:(?:between|from) )?(?P<moment>[a-z]{3,9}\.? (?:the )?\d\d?(?:st|nd|rd|th)?)(?: ?[-–] ?| (?:to|and|through|thru|until|till) )(?:the )?(?P<day>3[01]|[12]\d|0?[1-9])(?:st|nd|rd|th)?(?![\d.:%])(?! [a-z]{3,9} \d|[ -](?:days?|weeks?|months?|years?|hours?)\b)"
            r"(?:,? (?P<year>20\d\d))?",
            _month_then_days,
        ),
        (
            rf"{_STARTS}(?:the )?{_COUNT}[ -]{_UNIT} (?P<side>before|prior to|preceding|leading (?:up )?to|up to|until|to|ending(?: on)?|ended(?: on)?|after|following|from|starting(?: on)?|beginning(?: on)?) (?:the )?(?=\d|[a-z]{{3}})(?!now|today)",
            _beside_day,
        ),
        (
            rf"(?<![a-z])(?:the )?(?P<count>(?!))?{_UNIT} (?P<side>before|prior to|preceding|leading (?:up )?to|after|following) (?:the )?(?=\d|[a-z]{{3}})(?!now|today|last|yesterday)",
            _beside_day,
        ),
        (rf"\b(?:ever since|since|after|from|following) {HAPPENING}(?! (?:to|until|till)\b)", _since_happening),
        (
            rf"\b(?P<side>right before|just before|before|prior to|on|at|around|during|as of|by|until|till|when) {HAPPENING}",
            _at_happening,
        ),
        (r"\b(?:between|from)\s+(?:the\s+)?", _range),
        (r"(?<=\()(?=20\d\d-\d\d?-\d|\d\d?[./]\d\d?[./]20\d\d|\d\d? [a-z]{3}|[a-z]{3,9} \d|q[1-4] 20)", _plain),
        (
            rf"{_STARTS}(?=\d|[a-z])(?=(?:20\d\d|\d\d?(?:st|nd|rd|th)? |jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|q[1-4]|h[12]))",
            _range,
        ),
        (
            r"\b(?:since|starting|from|after)\s+(?!(?:the )?(?:start|beginning|turn) of (?:the|this) (?:year|month|quarter)\b)(?:the\s+)?(?=\S)",
            _since,
        ),
        (
            r"(?<![\w-])(?=(?:the )?(?:\d\d?(?:st|nd|rd|th)?|[a-z]{4,7}(?:first|th)|(?:twenty|thirty)[ -][a-z]{5,7}|fi(?:rst|fth)|second|third|sixth|ninth|tenth)"
            r"(?: day)? (?:of|in|quarter|half) )|(?<![\w-])(?=(?:the )?(?:day before yesterday|(?:week|month|year) before last))",
            _plain,
        ),
        (
            r"(?<![\w-])(?<!since )(?<!since the )(?=(?:the )?(?:very )?(?:start|beginning|end|close|turn|dawn|opening|outset|first|last|final|second|third|fourth)(?: \w+){0,2}? (?:of|in) (?:the |this |last )?(?:year|month|quarter|jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|20\d\d))"
            r"|(?<![\w-])(?=(?:\d\d? )?(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]{0,6}\.?(?: (?:the )?\d\d?(?:st|nd|rd|th)?)?,? (?:of|in) (?:20\d\d|'\d\d))"
            r"|(?<![\w-])(?=(?:this|the same|same|that same) (?:very )?(?:day|date|time)\b)"
            r"|(?<![\w-])(?=(?:half a|\d{1,3}|[a-z]{1,12}) (?:and a half )?(?:day|week|month|year)s?(?: and (?:a half|(?:\d{1,3}|[a-z]{1,8}) (?:day|week|month)s?))? (?:ago|back|earlier|prior)\b)"
            r"|(?<![\w-])(?=(?:\d\d?(?:st|nd|rd|th)? (?:of )?)?[a-z]{3,9}(?: \d\d?(?:st|nd|rd|th)?)?,?(?: of| in)? (?:last|this|the previous|the last) (?:year|week)\b)"
            r"|(?<![\w-])(?=(?:the )?(?:year|month)[- ]end\b|(?:the )?week (?:of|from|starting|beginning)\b|(?:the )?year (?:of )?20\d\d|(?:last|this past|past) (?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)|20\d\d's (?:q\d|\w+ quarter)|20[0-2]\d[01]\d[0-3]\d(?!\d))",
            _plain,
        ),
        (
            r"\b(?:ytd|mtd|qtd|(?:year|month|quarter)[- ]to[- ]date|since (?:the )?(?:start|beginning|turn) of (?:the|this) (?:year|month|quarter)|since (?:the )?new year(?:'s(?: day)?)?|so far this (?:year|month|quarter)|this (?:year|month|quarter)(?: so far)?)\b",
            _to_date,
        ),
        (r"\b(?:this|the current) week\b|\bweek[- ]to[- ]date\b|\bwtd\b", _this_week),
        (r"\b(?:(?:last|past|previous|this|the|a) )*half[- ](?:a )?year\b", _half_year),
        (rf"\b{_BACK}\s+{_COUNT}\s*-?\s*{_UNIT}\b", _counted),
        (
            rf"\b(?:(?:{_BACK}|latest|newest)\s+{_COUNT}|{_COUNT.replace('count', 'counted')}\s+(?:latest|newest|most recent|last))\s+(?P<of>hourly|daily|weekly|monthly|trading)?\s*(?:closes?|closing prices?|candles?|bars?|sessions?|opens?|prices)\b",
            _bars,
        ),
        (
            r"(?<=_'s )(?P<unit3>day|week|month|quarter|year)\b(?! (?:of|end|start|high|low))|\b(?:kind|sort) of (?:an? )?(?P<unit>day|week|fortnight|month|quarter|year)\b|\b(?:good|bad|rough|great|tough|decent|wild|quiet) (?P<unit2>week|month|quarter|year)\b",
            _of_unit,
        ),
        (rf"\b{_BACK}\s+(?P<count>\d{{1,4}})\s?(?P<unit>hrs?|h|d|wk|w|mo|mth|m|yrs?|y)\b", _short),
        (rf"\b{_BACK}\s+{_UNIT}\b", _last_one),
        (rf"{_NO_BEST}{_STARTS}{_COUNT}[\s-]+{_UNIT}(?![a-z])(?!\s+(?:ago|back|earlier))", _counted),
        (rf"{_NO_BEST}{_STARTS}(?P<count>\d{{1,4}})\s?(?P<unit>hrs?|h|d|wk|w|mo|mth|yrs?|y)\b", _short),
        (rf"{_STARTS}(?P<count>1|3|6|9|12|18|24)(?P<unit>m)\b", _short),
        (r"\b(?:in|during|over|throughout|on|at|for|through|of|around|as of|by|before|until)\s+(?:the\s+)?(?=\S)", _in),
        (rf"{_STARTS}(?=\d|[a-z])(?<![a-z])", _plain),
        (
            rf"{_STARTS}(?P<year>20[0-3]\d)(?='?s? (?:(?:price|trading|yearly|annual) )?(?:high|low|range|return|performance|change|price"
            r"|open|clos|chart|history|gain|loss|peak|top|bottom|volume|average|max|min|drawdown|volatility|candle|ohlc|growth)"
            r"|(?: (?:pls|please|plz|thanks|thx))?[ ?.!]*$)",
            _bare_year,
        ),
        (
            r"\b(?:(?:over|in|for|during|per|a|the|on the|on a) )(?P<unit>week|month|quarter|year)\b(?! (?:of|end|start|high|low))(?<!of the week)(?<!of the month)(?<!of the year)",
            _of_unit,
        ),
        (
            rf"{_NO_BEST}\b(?P<unit>hourly|daily|weekly|fortnightly|monthly|yearly|annual|hour|day|week|fortnight|month|year)(?:'s)? (?=change|return|gain|loss|performance|perf|move|high|low|range)"
            r"|(?<=\S )(?P<unit2>weekly|monthly|yearly)(?=[ ?.!]*$)",
            _of_unit,
        ),
        (
            r"\b(?:all[- ]time(?![- ](?:high|low))|since (?:inception|(?:its |the )?(?:launch|listing|inception|ico|start)|the beginning|it (?:was )?(?:launched|listed|started)|day one)|entire history|full history|whole history|ever since)\b",
            _everything,
        ),
        (r"\b(?:over|during|in|at|on|this|past|last)(?: the)?(?: last| past)? weekend\b|\bweekend\b", _weekend),
        (r"\b(?:wow|week[- ](?:over|on)[- ]week)\b", _this_week),
        (
            r"\b(?:m[- ]?o[- ]?m|month[- ](?:over|on)[- ]month)(?= (?:change|%|percent|perf\w*|return|growth|move)|[?.! ]*$|\b.{0,3}%)",
            _month_on_month,
        ),
        (r"\b(?:yoy|year[- ](?:over|on)[- ]year)\b", _year_on_year),
        (r"\b(?:today|right now|currently|at the moment|intraday|overnight|this morning|tonight)\b", _weak_today),
    )
)

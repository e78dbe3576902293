"""Texts that are the question before, once more: of another stretch of time, of now, or said in another way."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from datetime import date, timedelta

import msgspec

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.moments import MONTHS, Moment, moment_at, shift_months
from cryptodesk.models.analyst.questions import Intent, Period, Plan

__all__ = ["repeated"]

_OF_TIME: frozenset[Intent] = frozenset({"change", "history", "extremes", "comparison", "worth"})
_LEAD = r"(?:(?:and|so|ok(?:ay)?|but|or|then|now|also|what about|how about|what of|same|the same|same thing|same question|same again|how was|how did it do|how was it|show me|try|do|in|for|during|of|with|over|that|it|was it)[ ,:]+)*"
_ONE_MOMENT = Pattern(rf"^\W*{_LEAD}(?:the )?(?=\S)", re.IGNORECASE)
_END = Pattern(r"(?: (?:instead|then|please|pls|too|as well|though|thanks))*[ ?.!]*$", re.IGNORECASE)
_BEFORE = Pattern(
    rf"^\W*{_LEAD}(?:(?:the )?(?:one|time|period|stretch|span|(?P<unit>day|week|fortnight|month|quarter|year)s?) (?:right |just )?(?:(?P<back>before|prior|earlier)|(?P<on>after(?:wards?)?|later|following|next))(?: (?:that|this|it|then))?"
    r"|(?:the )?(?:(?P<back2>previous|prior|preceding)|(?P<on2>next|following)) (?:one|period|stretch|(?P<unit2>week|fortnight|month|quarter|year))|(?:right |just )?(?P<back3>before)(?: (?:that|this|it))?)(?: (?:please|pls|then|too))*[ ?.!]*$",
    re.IGNORECASE,
)
_NOW = Pattern(
    rf"^\W*{_LEAD}(?:what is it|where is it|how much is it|what's it(?: at| worth)?)? ?(?:now|today|nowadays|currently|right now|at the moment|these days|at present|presently|atm|rn)(?: (?:then|please|pls))*[ ?.!]*$",
    re.IGNORECASE,
)
_SINCE = Pattern(
    rf"^\W*{_LEAD}(?:how (?:has|is|'s|did) (?:it|that|they) (?:done|gone|doing|changed?|moved?|do|perform\w*|fared?) )?(?:ever )?since(?: (?:then|that|that day|that date))?[ ?.!]*$"
    r"|\b(?:compared? (?:to|with)|vs\.?|versus|against) (?:now|today)(?:'s price)?[ ?.!]*$|\b(?:change|moved?|up|down|return|gain(?:ed)?|lost|done|gone|changed)\b.{0,20}\bsince (?:then|that day|that date)[ ?.!]*$",
    re.IGNORECASE,
)
_ADVERB = Pattern(
    rf"^\W*{_LEAD}(?:the |a )?(?P<unit>daily|weekly|monthly|yearly|annual(?:ly)?|quarterly)(?: (?:change|return|move|performance|one|instead|basis|please|pls))*[ ?.!]*$",
    re.IGNORECASE,
)
_ROLLING = {
    "d": Period("hours", "the last 24 hours", 24), "w": Period("days", "the last 7 days", 7),
    "m": Period("days", "the last 30 days", 30), "q": Period("days", "the last 90 days", 90),
    "y": Period("days", "the last year", 365), "a": Period("days", "the last year", 365),
}  # fmt: skip
_MOST_WORDS = 9
_MOST_DAYS_OF_RANGE = 400


# "And the day after?", "a week later", of a day asked for before.
_FROM_DAY = Pattern(
    r"^(?:(?:and|so|ok|but|then|what about|how about|what was it|where was it|show me)[ ,]+)*(?:on )?(?:"
    r"(?:the )?(?:(?P<next>next|following)|(?P<previous>previous|prior|preceding)) (?P<unit>day|week|month|year)"
    r"|(?:the |a |an |one )?(?P<count>\d{1,3}|two|three|four|five|six|ten)? ?(?P<unit2>day|week|month|year)s? (?:(?P<after>after(?:wards?)?|later|on)|(?P<before>before|earlier|prior))"
    r")(?: (?:that|it|this))?[ ?.!]*$",
    re.IGNORECASE,
)
_COUNTS = {"two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "ten": 10}


def _day_beside(before: Plan, text: str, today: date) -> Plan | None:
    period = before.period
    if (
        period is None
        or period.kind != "day"
        or period.start is None
        or before.intent not in {"history", "change", "quote"}
    ):
        return None
    found = _FROM_DAY.match(text.strip())
    if found is None:
        return None
    unit = (found["unit"] or found["unit2"]).lower()
    count = _COUNTS.get(found["count"] or "") or int(found["count"] or 1)
    count *= 1 if found["next"] or found["after"] else -1
    months = {"month": 1, "year": 12}.get(unit, 0) * count
    day = (
        shift_months(period.start, months)
        if months
        else period.start + timedelta(days=count * (7 if unit == "week" else 1))
    )
    problem = None if day <= today else f"{day.isoformat()} is in the future"
    return msgspec.structs.replace(before, period=Period("day", day.isoformat(), 0, day, day, problem=problem))


_YEAR_ONLY = Pattern(
    r"^(?:(?:and|so|ok|but|then|what about|how about|same|same day)[ ,]+)*(?:in )?(?P<year>20[0-3]\d)[ ?.!]*$",
    re.IGNORECASE,
)


def _other_year(before: Plan, text: str, today: date) -> Plan | None:
    """ "And in 2023?": the same dates of another year."""
    found = _YEAR_ONLY.match(text.strip())
    period = before.period
    if found is None or period is None or period.start is None or period.end is None:
        return None
    years = int(found["year"]) - period.start.year
    start, end = shift_months(period.start, 12 * years), shift_months(period.end, 12 * years)
    if (end - start).days > _MOST_OF_A_YEAR or start > today:
        return None
    label = period.label.replace(str(period.start.year), found["year"])
    return msgspec.structs.replace(before, period=Period(period.kind, label, 0, start, min(end, today)))


_MOST_OF_A_YEAR = 300


def repeated(before: Plan, text: str, today: date) -> Plan | None:
    """None where the text is no such thing, or the question before was of no time."""
    beside = _day_beside(before, text, today) or _other_year(before, text, today)
    if beside is not None:
        return beside
    if before.period is None or before.intent not in _OF_TIME or len(text.split()) > _MOST_WORDS:
        return None
    if _SINCE.search(text) and before.period.start is not None:
        return _since(before, before.period.start, today)
    if _NOW.match(text):
        return msgspec.structs.replace(before, intent="quote", measures=("price",), period=None, left_out_period=None)
    adverb = _ADVERB.match(text) if before.intent in {"change", "comparison"} else None
    if adverb is not None:
        return msgspec.structs.replace(before, period=_ROLLING[adverb["unit"][0].lower()], left_out_period=None)
    period = _beside(before.period, text, today) or _other(before.period, text, today)
    return None if period is None else msgspec.structs.replace(before, period=period, left_out_period=None)


def _since(before: Plan, start: date, today: date) -> Plan:
    intent: Intent = "comparison" if len(before.assets) > 1 else "change"
    period = Period("span", f"since {start.isoformat()}", 0, start, today)
    return msgspec.structs.replace(before, intent=intent, measures=(), period=period, left_out_period=None)


def _other(period: Period, text: str, today: date) -> Period | None:
    """ "And in July?", "what about 2024": nothing but another date."""
    lowered = text.lower()
    opening = _ONE_MOMENT.match(lowered)
    moment = moment_at(lowered, opening.end(), today) if opening and len(lowered) == len(text) else None
    if moment is None or moment.problem or not _END.match(lowered, moment.stop):
        return None
    moment = moment if moment.has_year else _in_year(moment, period, today)
    if moment.start > today:
        return Period("span", moment.label, 0, moment.start, moment.end, problem=f"{moment.label} is in the future")
    is_day = moment.start == moment.end
    return Period("day" if is_day else "span", moment.label, 0, moment.start, min(moment.end, today))


def _in_year(moment: Moment, period: Period, today: date) -> Moment:
    """ "And July?" after June 2024 is of that year."""
    if period.start is None or period.end is None or period.start.year == moment.start.year:
        return moment
    if period.end.year != period.start.year or (period.end - period.start).days > _MOST_DAYS_OF_RANGE:
        return moment
    months = 12 * (period.start.year - moment.start.year)
    start, end = shift_months(moment.start, months), shift_months(moment.end, months)
    if start > today:
        return moment
    label = re.sub(r"\b(?:19|20)\d\d\b", str(start.year), moment.label)
    return Moment(start, end, moment.stop, label)


def _beside(period: Period, text: str, today: date) -> Period | None:
    """ "The month before", "the one after that", "and before that?"."""
    found = _BEFORE.match(text)
    if found is None:
        return None
    sign = 1 if found["on"] or found["on2"] else -1
    start, end = _ends(period, today)
    unit = (found["unit"] or found["unit2"] or "").lower()
    return _shifted(start, end, unit, sign, today)


def _ends(period: Period, today: date) -> tuple[date, date]:
    if period.start is not None and period.end is not None:
        return period.start, period.end
    days = max(period.count // 24 if period.kind == "hours" else period.count, 1)
    return today - timedelta(days=days), today - timedelta(days=1)


def _shifted(start: date, end: date, unit: str, sign: int, today: date) -> Period | None:
    """Whole months, quarters and years stay whole; any other stretch moves by its own length."""
    months = _whole_months(start, end)
    if months:
        first = shift_months(start, sign * months)
        last = shift_months(first, months) - timedelta(days=1)
    elif unit in {"month", "quarter", "year"} and start == end:
        first = last = shift_months(start, sign * {"month": 1, "quarter": 3, "year": 12}[unit])
    else:
        days = timedelta(days=(end - start).days + 1)
        first, last = start + sign * days, end + sign * days
    if first > today:
        said = f"{first.isoformat()} to {last.isoformat()}"
        return Period("span", said, 0, first, last, problem=f"{said} is in the future")
    kind = "day" if first == last else "span"
    return Period("day" if kind == "day" else "span", _label(first, last), 0, first, min(last, today))


def _whole_months(start: date, end: date) -> int:
    """How many, of the calendar; 0 where it is no whole number of them."""
    after = end + timedelta(days=1)
    if start.day != 1 or after.day != 1:
        return 0
    return (after.year - start.year) * 12 + after.month - start.month


_NAMES = {number: name.capitalize() for name, number in reversed(MONTHS.items()) if len(name) > 3 or name == "may"}


def _label(first: date, last: date) -> str:
    months = _whole_months(first, last)
    if months == 1:
        return f"{_NAMES[first.month]} {first.year}"
    if months == 3 and first.month % 3 == 1:
        return f"Q{(first.month + 2) // 3} {first.year}"
    if months == 12 and first.month == 1:
        return str(first.year)
    return first.isoformat() if first == last else f"{first.isoformat()} to {last.isoformat()}"

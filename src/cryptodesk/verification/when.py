"""When a figure is of: the period it is over, the day it is of, how long ago."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from itertools import pairwise

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.dates import DateMention
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.periods import PeriodMention
from cryptodesk.verification.sentence import BREAK, Sentence

__all__ = ["dates_of", "periods_of"]

_TO_PERIOD = Pattern(
    r"[\s*_)%]*\(?(?:(?:over|in|during|for|on|within|across|through|since|versus|vs|from|against|compared\swith|compared\sto|"
    r"than|it|showed|was|had|recorded|stood|registered|at|past|last|previous|preceding|trailing|latest|more|less|higher|lower|gain|loss|drop|rise|decline|increase|change|move|return|of|the|a|an|price|up|down|"
    r"under|to|level|reading|mark|value|volume|volumes|trading|high|low|market|cap|average)[\s-])*\(?$",
    re.IGNORECASE,
)
_ATTACHED = ("on", "at", "of", "by", "in", "as of", "to", "was")
_SPACES = Pattern(r"\s+")
_PAIRED = Pattern(r"\s?(?:/|,|and|&|\||,\sand)\s?(?:the\s)?")
_NOW = Pattern(r"\b(?:now|today|currently|at present|at the moment)\b", re.IGNORECASE)
_SINCE = frozenset({"since", "after"})
_TURN = Pattern(r"[,;:]")
_CLAUSE = Pattern(r"[,;:]\s|\b(?:and|but|while|whereas|yet|then)\s(?:\w+\s){0,4}$")
_RECALLED = Pattern(r"[\s*_)]*,?\s?(?:when|at\swhich)\b")
_MEASURED = Pattern(r"\b(?:compared\s(?:with|to)|than|versus|vs\.?|relative\sto)\s(?:a\s)?$", re.IGNORECASE)
_PART = Pattern(r"[,;:]|\band\b")
_TO_LEVEL = Pattern(
    r"[*_]*\)?,?\s(?:when\s(?:it|the\s\w+)\s\w+\s(?:at\s)?[*_~$€£]*$|(?:at|to|of|was|stood at|for)\s|[*_(]*$)"
)
_OPENED = Pattern(r"[*_]*\s\([*_]*")  # "2025-10-10 (-7.29%)"
_TELLING = frozenset({"on", "in", "as of", "at"})
_PARTED = Pattern(r";|\s[–—]\s")
_LETTERS = Pattern(r"[A-Za-z]+")
_IN_BRACKETS = Pattern(r"[\s*_]*\((?:[^)]{0,40}\s)?")
_TO_DATE = Pattern(r"[\s*_]*(?:[a-z]+\s){0,4}(?:on|in|as of|at|of)\s(?:the\s)?")


def periods_of(sentence: Sentence, figure: Figure, left: int, right: int) -> tuple[tuple[float, ...], float | None]:
    """The lengths of time that may be meant, and how long ago if a moment is meant."""
    periods = [one for one in sentence.reading.periods if not one.is_age and not _is_held_by_date(sentence, one)]
    periods = [one for one in periods if not _is_shut(sentence, one, figure)]
    if not periods:
        return (), None
    chosen = (
        _paired_period(sentence, periods, figure)
        or _period_behind(sentence, periods, figure, right)
        or _period_before(sentence, periods, figure, left)
    )
    if chosen is None:
        lengths = {one.hours for one in periods}
        if len(lengths) > 1:
            return (), None
        chosen = periods[0]
        is_moment = chosen.is_ago or chosen.is_last_unit
        if is_moment or (chosen.start > figure.end and figure.kind not in {"percent", "points"}):
            return (), None
        if any(chosen.start < other.start < figure.start for other in sentence.figures) and BREAK.search(
            sentence.text[chosen.end : figure.start]
        ):
            return (), None
    if chosen.is_ago:
        is_since = figure.kind == "percent" and (
            "since" in sentence.words
            or (
                chosen.end <= figure.start
                and not _RECALLED.match(sentence.text, chosen.end)
                and bool(_MEASURED.search(sentence.text[: chosen.start]))
            )
        )
        return ((chosen.hours,), None) if is_since else ((), chosen.hours)
    return (chosen.hours,), chosen.hours if chosen.is_last_unit else None


def _paired_period(sentence: Sentence, periods: Sequence[PeriodMention], figure: Figure) -> PeriodMention | None:
    """Of "(1h / 24h / 7d): 1% / 2% / 3%" the period in the figure's place."""
    at = sentence.figures.index(figure)
    run = sentence.run(at)
    before = [one for one in periods if one.end <= sentence.figures[run[0]].start][-len(run) :]
    if len(run) < 2 or len(before) != len(run):
        return None
    joints = [sentence.text[one.end : other.start] for one, other in pairwise(before)]
    return before[run.index(at)] if all(_PAIRED.fullmatch(joint) for joint in joints) else None


def _is_held_by_date(sentence: Sentence, period: PeriodMention) -> bool:
    """The "2 days" of "(the 2 days from 2026-01-13)": the length of a bar, not of the figure."""
    return any(one.before == "from" and 0 <= one.start - period.end <= 6 for one in sentence.reading.dates)


def _period_behind(
    sentence: Sentence, periods: Sequence[PeriodMention], figure: Figure, right: int
) -> PeriodMention | None:
    for one in periods:
        if one.start < figure.end:
            continue
        between = sentence.text[figure.end : one.start]
        if "(" in between and right < _closing(sentence.text, one.end):
            return None  # the brackets have a figure of their own
        for mark in sentence.named:
            if figure.end <= mark.start and mark.end <= one.start:
                between = between.replace(sentence.text[mark.start : mark.end], "", 1)
        if one.start <= right and _TO_PERIOD.fullmatch(_SPACES.sub(" ", between)):
            return one
        return None
    return None


def _period_before(
    sentence: Sentence, periods: Sequence[PeriodMention], figure: Figure, left: int
) -> PeriodMention | None:
    before = [one for one in periods if one.end <= figure.start]
    if not before:
        return None
    near = before[-1]
    if near.is_ago and _NOW.search(sentence.text[near.end : figure.start]):
        return None
    if near.start >= left:
        is_moment = near.is_ago or near.is_last_unit
        if is_moment and _RECALLED.match(sentence.text, near.end):
            return near
        return None if is_moment and _is_of_earlier(sentence, periods, near, left) else near
    # Said of an earlier figure; shared where nothing else is said of this one.
    following = [one for one in periods if one.start >= figure.end]
    lengths = {one.hours for one in periods}
    if (
        len(lengths) > 1
        and following
        and not _opens_clause(sentence, following[0])
        and not BREAK.search(sentence.text[figure.end : following[0].start])
    ):
        return following[0] if _is_shared_behind(sentence, figure, following[0]) else near
    return near


def _opens_clause(sentence: Sentence, period: PeriodMention) -> bool:
    """Whether the period begins a clause with figures of its own: "…, and over the week by 5%"."""
    earlier = [one for one in sentence.figures if one.end <= period.start]
    if not earlier or not any(one.start >= period.end for one in sentence.figures):
        return False
    return bool(_CLAUSE.search(sentence.text[earlier[-1].end : period.start]))


def _is_of_earlier(sentence: Sentence, periods: Sequence[PeriodMention], period: PeriodMention, left: int) -> bool:
    """Whether the moment was said of the figure before: "from 70 last month to 58"."""
    earlier = next((one for one in sentence.figures if one.end == left), None)
    return earlier is not None and _period_behind(sentence, periods, earlier, period.end) == period


def _closing(text: str, place: int) -> int:
    """Where the bracket around the place closes."""
    found = text.find(")", place)
    return found if found >= 0 else len(text)


def _is_shut(sentence: Sentence, period: PeriodMention, figure: Figure) -> bool:
    """Whether the period stands in brackets that close before the figure and hold one of their own."""
    text = sentence.text
    opened = text.rfind("(", 0, period.start)
    closed = text.find(")", period.end, figure.start)
    if opened < 0 or closed < 0 or ")" in text[opened : period.start]:
        return False
    return any(opened < one.start < closed for one in sentence.figures)


def _is_shared_behind(sentence: Sentence, figure: Figure, period: PeriodMention) -> bool:
    between = [one for one in sentence.figures if figure.end <= one.start < period.start]
    return all(one.kind == figure.kind for one in between)


def dates_of(
    sentence: Sentence, figure: Figure, left: int, right: int
) -> tuple[DateMention | None, tuple[date | None, date | None] | None]:
    """The date the figure is of, and the stretch of days it is over."""
    dates = [one for one in sentence.reading.dates if one.first is not None]
    if not dates:
        return None, None
    behind = _date_behind(sentence, dates, figure, right)
    if behind is not None:
        return behind, None
    window = _window(sentence, dates, figure)
    before = [one for one in dates if one.end <= figure.start]
    if before:
        near = before[-1]
        if near.before in _SINCE:
            return None, window
        is_opened = bool(_OPENED.fullmatch(sentence.text, near.end, figure.start))
        if is_opened or near.before in _ATTACHED or near.before == "" or near.grain != "day":
            between = sentence.text[near.end : figure.start]
            if _PARTED.search(between) is None and (
                _frames(sentence, near) or (near.start >= left and _leads(between))
            ):
                return near, window
    elif dates[0].start > figure.end and window is None and len(dates) == 1 and dates[0].before in _TELLING:
        return (None if _PART.search(sentence.text[figure.end : dates[0].start]) else dates[0]), None
    return None, window


def _leads(between: str) -> bool:
    """Whether a date in the middle of a sentence goes on to the figure: no clause of its own lies between."""
    return (_PART.search(between) is None) or bool(_TO_LEVEL.match(between))


def _frames(sentence: Sentence, one: DateMention) -> bool:
    """Whether the date opens the sentence, so that all of it is of that time."""
    front = sentence.text[: one.start]
    if front.strip(" *_-") and one.before not in _ATTACHED:
        return False
    return len(_LETTERS.findall(front)) <= 3 and not any(other.end <= one.start for other in sentence.figures)


def _date_behind(sentence: Sentence, dates: Sequence[DateMention], figure: Figure, right: int) -> DateMention | None:
    for one in dates:
        if one.start < figure.end:
            continue
        between = sentence.text[figure.end : one.start]
        if one.before not in _SINCE and _IN_BRACKETS.fullmatch(between):
            return one
        is_told = one.before in {"on", "in", "as of", "at"} and one.start <= right and " and " not in between
        if is_told and _TO_DATE.fullmatch(between):
            return one
        return None
    return None


def _reaches(sentence: Sentence, since: DateMention, figure: Figure) -> bool:
    """Whether "since then" stands before the figure, or right behind it and not in a clause of its own."""
    if since.end <= figure.start:
        return True
    between = sentence.text[figure.end : since.start]
    return not _TURN.search(between) and not any(
        figure.end <= one.start < since.start for one in sentence.reading.periods
    )


def _window(sentence: Sentence, dates: Sequence[DateMention], figure: Figure) -> tuple[date | None, date | None] | None:
    for first, second in pairwise(dates):
        between = sentence.text[first.end : second.start].strip().lower()
        if between in {"to", "and", "-", "–", "—", "until", "through", "till"} and first.first:
            return first.first, second.last
    since = [one for one in dates if one.before in {"since", "after"} and _reaches(sentence, one, figure)]
    if since:
        return since[-1].first, None
    return None

"""What skills about the whole market share: a section of the overview, its past, and how its gaps are said."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from msgspec import Struct

from cryptodesk.models.analyst.calls import Call
from cryptodesk.models.analyst.formats import percent
from cryptodesk.models.analyst.questions import Period
from cryptodesk.models.analyst.results import Result
from cryptodesk.models.analyst.text import sentence, shown
from cryptodesk.models.analyst.tool_names import MARKET_OVERVIEW
from cryptodesk.models.analyst.writer.draft import Draft, Fact, Setting, as_number, join_names, join_paragraphs
from cryptodesk.models.analyst.writer.sourcing import closing, moment

__all__ = [
    "DAYS_KEPT",
    "Part",
    "compared",
    "days_back",
    "earlier",
    "end_of",
    "extremes",
    "fact_at",
    "fields_of",
    "kept_days",
    "lacks_past",
    "moved",
    "overview_call",
    "part_of",
    "past_value",
    "pull_hint",
    "refusal",
    "toward",
]

# What the overview keeps of a figure's past, by how many days ago it was.
DAYS_KEPT = {1: "yesterday", 7: "last_week", 30: "last_month"}
_WORDS = {1: "yesterday", 7: "a week ago", 30: "a month ago"}
_MONTH_DAYS = range(28, 32)


class Part(Struct, frozen=True):
    """One section of an overview; its figures by their path within the section."""

    result: Result
    section: str

    def at(self, *path: str | int) -> Any:
        return self.result.at(self.section, *path)

    def figure(self, *path: str | int) -> Decimal | None:
        return self.result.figure(self.section, *path)

    def words(self, *path: str | int) -> str:
        return self.result.words(self.section, *path)

    def rows(self, *path: str | int) -> list[Mapping[str, Any]]:
        return self.result.rows(self.section, *path)

    def why(self, *paths: str) -> str:
        """Why the first of these paths is missing; the section's own reason where they have none."""
        fields = (*(f"{self.section}.{path}" for path in paths), self.section)
        found = next((reason for field in fields if (reason := self.result.reason(field))), None)
        return shown(found, 200) or "the result does not have it"


def overview_call(sections: Iterable[str], currency: str = "USD") -> Call:
    arguments: dict[str, Any] = {"sections": list(sections)}
    return Call(MARKET_OVERVIEW, arguments if currency == "USD" else {**arguments, "convert": currency})


def part_of(setting: Setting, section: str) -> Part | None:
    """The section of the latest overview that was asked for it: a message may hold several questions."""
    results = setting.evidence.results_of(MARKET_OVERVIEW)
    own = [result for result in results if result.at(section) is not None or _asks(result, section)]
    found = own or list(results)
    return Part(found[-1], section) if found else None


def _asks(result: Result, section: str) -> bool:
    asked = result.arguments.get("sections")
    return isinstance(asked, list) and section in asked


def earlier(part: Part, *path: str) -> list[tuple[str, Decimal]]:
    """What it was, the latest first; days without a value are left out."""
    known = [(_WORDS[days], _value(part, *path, name)) for days, name in DAYS_KEPT.items()]
    return [(words, value) for words, value in known if value is not None]


def _value(part: Part, *path: str) -> Decimal | None:
    """The figure itself, or the index of a named level."""
    value = part.figure(*path)
    return part.figure(*path, "index") if value is None else value


def extremes(part: Part, *path: str) -> list[tuple[str, Decimal, str]]:
    """The highest and the lowest of the past year with their day. `path` ends in what holds `max` and `min`."""
    found = []
    for name, word in (("max", "highest"), ("min", "lowest")):
        value = part.figure(*path, name, "value")
        value = part.figure(*path, name, "index") if value is None else value
        if value is not None:
            found.append((word, value, moment(part.words(*path, name, "timestamp"))[:10]))
    return found


def days_back(period: Period | None, today: date) -> int | None:
    """How many days ago a period begins, where it is one that counts back; None where it is not."""
    if period is None or period.kind == "all":
        return None
    if period.kind == "hours":
        return 1 if period.count in range(1, 49) else None
    if period.kind == "days":
        return period.count
    return None if period.start is None else (today - period.start).days


def kept_days(period: Period | None, today: date) -> int | None:
    """1, 7 or 30 where the period is about that long."""
    days = _last_one(period, today) or days_back(period, today)
    return 30 if days in _MONTH_DAYS else days if days in DAYS_KEPT else None


def _last_one(period: Period | None, today: date) -> int | None:
    """ "Against last month" and "last week": the whole one before this is meant as so long ago."""
    if period is None or period.kind != "span" or period.start is None or period.end is None or period.end >= today:
        return None
    length, since = (period.end - period.start).days + 1, (today - period.end).days
    return 30 if length in _MONTH_DAYS and since in range(32) else 7 if length == 7 and since in range(8) else None


def past_value(setting: Setting, part: Part, *path: str) -> tuple[str, Decimal] | None:
    """The value of the one past day that was asked for ("yesterday", "a week ago"), where the tool keeps it."""
    period = setting.plan.period
    days = kept_days(period, setting.today)
    if period is None or period.kind != "day" or days is None:
        return None
    value = _value(part, *path, DAYS_KEPT[days])
    return None if value is None else (_WORDS[days], value)


def lacks_past(setting: Setting, what: str) -> str:
    """Says that the tool keeps nothing of the period asked for; empty where it does or none was asked."""
    period = setting.plan.period
    if period is None or period.is_weak or period.problem or kept_days(period, setting.today) is not None:
        return ""
    return (
        f"The tool keeps {what} of yesterday, a week and a month ago, and the ends of the past year, so I have nothing"
        f" for {period.label}."
    )


def moved(change_pct: Decimal) -> str:
    """ "up 3.89%": the word agrees with the sign."""
    figure = percent(abs(change_pct), signed=False)
    return "unchanged" if change_pct == 0 else f"up {figure}" if change_pct > 0 else f"down {figure}"


def toward(now: Decimal, before: Decimal) -> str:
    return "up from" if now > before else "down from" if now < before else "unchanged from"


def compared(now: Decimal, past: Sequence[tuple[str, str, Decimal]]) -> str:
    """ "up from 53.23% a week ago and down from 55.55% a month ago": (words, as said, value) of each earlier moment."""
    return join_names([f"{toward(now, value)} {said} {words}" for words, said, value in past])


def fact_at(result: Result, path: str, value: Decimal, unit: str = "", *, symbol: str = "") -> Fact:
    """The origin is the one named for the longest beginning of the path."""
    fitting = [
        (len(field), origin)
        for origin in result.origins
        for field in origin.fields
        if path == field or path.startswith(f"{field}.")
    ]
    best = max(fitting, key=lambda pair: pair[0])[1] if fitting else None
    as_of, source = (best.as_of, best.source) if best else ("", "")
    return Fact(
        path,
        as_number(value),
        unit,
        symbol=symbol,
        as_of=as_of or result.as_of,
        source=source or ", ".join(result.sources),
    )


def fields_of(result: Result, *prefixes: str) -> tuple[str, ...]:
    """Every field the result names under the prefixes, so that only their sources and gaps are said."""
    named = [field for origin in result.origins for field in origin.fields]
    named += [gap.field for gap in result.unavailable]
    own = [field for field in named if any(field == one or field.startswith(f"{one}.") for one in prefixes)]
    return tuple(dict.fromkeys((*prefixes, *own)))


def pull_hint(results: Iterable[Result]) -> str:
    """The tool's own line on data that one command would add; empty where it has none."""
    reasons = (shown(gap.reason, 200) for result in results for gap in result.unavailable)
    return sentence(next((reason for reason in reasons if reason.startswith("data pull:")), ""))


def end_of(setting: Setting, part: Part, *paths: str) -> str:
    """The closing lines; of the paths within the section, or of all of it."""
    prefixes = [f"{part.section}.{path}" for path in paths] or [part.section]
    return closing(setting, (part.result,), fields_of(part.result, *prefixes))


def refusal(what: str, part: Part | None, *paths: str, more: str = "") -> Draft:
    """`what` is not available, and why."""
    reason = part.why(*paths) if part is not None else "the tool was not called"
    return Draft(join_paragraphs(f"{what} not available: {reason}.", more))

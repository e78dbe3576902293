"""Rules for age: "launched in the last 30 days", "older than 2 years", "listed before 2020"."""

from __future__ import annotations

import math
from datetime import date, timedelta

from cryptodesk.market.screening.amounts import Amount, plain_number
from cryptodesk.market.screening.comparisons import Comparison, add_comparison, read_comparison
from cryptodesk.market.screening.fields import Field
from cryptodesk.market.screening.reading import Reader, Unfit
from cryptodesk.market.screening.records import Sort
from cryptodesk.market.screening.rules_changes import read_window
from cryptodesk.market.screening.table import read_moment

__all__ = ["NEWEST", "read_age", "read_launch", "read_new"]

# How each kind of asset is put newest first.
NEWEST = {"coin": ("date_added", "desc"), "onchain_token": ("age_days", "asc")}
_AGE_WORDS = frozenset(
    {
        "older than",
        "younger than",
        "newer than",
        "more recent than",
        "no older than",
        "not older than",
        "no younger than",
    }
)


def read_age(reader: Reader, place: int) -> int | None:
    """As in "older than 2 years", "at least 1 year old", "2+ years old"."""
    if "age_days" not in reader.fields:
        return None
    is_named = reader.at(place).text in _AGE_WORDS
    if reader.kind(place) not in {"compare", "between", "amount", "around"}:
        return None
    if is_named:
        dated = _read_older_than_date(reader, place)
        if dated:
            return dated
    found = read_comparison(reader, place)
    if found is None or not (found.is_time or is_named):
        return None
    if not is_named and reader.kind(reader.skip(found.end)) != "old":
        return None
    return _add_age(reader, found, reader.skip(found.end))


def _add_age(reader: Reader, found: Comparison, at: int) -> int:
    end = at + 1 if reader.kind(at) == "old" else found.end
    op, amount = found.parts[0]
    if reader.kind(end) == "after" and op == "bare":
        op, end = reader.at(end).value, end + 1
        found = Comparison(((op, amount),), end)
    if op == "bare":
        raise Unfit(end, "no comparison was named: say older or younger than")
    add_comparison(reader, reader.fields["age_days"], found)
    return end


def _read_older_than_date(reader: Reader, place: int) -> int | None:
    """As in "newer than 2023"."""
    at = reader.skip(place + 1)
    if _year_or_date(reader, at) is None:
        return None
    is_older = reader.at(place).value in {"gt", "gte"}
    _add_date(reader, "before" if is_older else "after", at)
    return at + 1


def read_launch(reader: Reader, place: int) -> int | None:
    """Reads "launched" and when: `in`, `since`, `before`, `after` a year or date, or a span of time until now."""
    if reader.kind(place) != "launched" or "age_days" not in reader.fields:
        return None
    found = read_comparison(reader, place + 1)
    if found and found.is_time:
        return _read_ago(reader, found)
    dated = _read_dated(reader, place + 1)
    if dated:
        return dated
    window = _read_launch_window(reader, place + 1)
    if window is None:
        return None
    days, end = window
    if days < 0:
        raise Unfit(end, "that time has no fixed length")
    _add_days(reader, days, end)
    return end


def _read_launch_window(reader: Reader, place: int) -> tuple[float, int] | None:
    at = reader.skip(place, "preposition", "within")
    amount = reader.amount(at)
    if amount and amount.days is None and amount.has_letter_m and not amount.unit:
        return _days_of_m(reader, amount), at + 1
    window = read_window(reader, place)
    return (window[0] / 24, window[1]) if window else None


def _days_of_m(reader: Reader, amount: Amount) -> float:
    """An "m" beside a launch: minutes for tokens that live for hours, months for coins."""
    count = amount.value / 1e6
    is_minutes = reader.asset_type == "onchain_token"
    reader.note(f"{plain_number(count)}m was read as {plain_number(count)} {'minutes' if is_minutes else 'months'}")
    return count / 1440 if is_minutes else count * 30


def _add_days(reader: Reader, days: float, end: int) -> None:
    add_comparison(reader, _age(reader), Comparison((("lte", Amount(0, 0, days, days=days)),), end))


def _age(reader: Reader) -> Field:
    return reader.fields["age_days"]


def _read_ago(reader: Reader, found: Comparison) -> int:
    at = reader.skip(found.end)
    is_ago = reader.kind(at) == "old"
    op, amount = found.parts[0]
    if op == "within" or (op == "bare" and not is_ago):
        found = Comparison((("lte", amount),), found.end)
    elif op == "bare":
        reader.note(f"{reader.at(at - 1).text} ago was read as no longer ago than that")
        found = Comparison((("lte", amount),), found.end)
    elif not is_ago and op in {"gt", "gte"}:
        # "launched over the last 30 days" is no "more than".
        found = Comparison((("lte", amount),), found.end)
    add_comparison(reader, _age(reader), found)
    return at + 1 if is_ago else found.end


def _year_or_date(reader: Reader, place: int) -> str | None:
    """A year as "2024", a month as "2024-05" or a day, if one stands at the place."""
    if reader.kind(place) == "date":
        text = reader.at(place).text
        if math.isnan(read_moment(text if len(text) > 7 else f"{text}-01")):
            raise Unfit(place + 1, f"{text!r} is no date")
        return text
    amount = reader.amount(place)
    is_year = amount and not (amount.unit or amount.scale or amount.note or amount.sign) and amount.days is None
    return (
        str(int(amount.value))
        if amount and is_year and 2008 < amount.value < 2100 and amount.value.is_integer()
        else None
    )


def _read_dated(reader: Reader, place: int) -> int | None:
    at = reader.skip(place)
    word = reader.at(at).text
    if word in {"between", "from"}:
        joint = reader.skip(at + 2)
        if reader.kind(joint) in {"and", "to"} and _year_or_date(reader, at + 1) and _year_or_date(reader, joint + 1):
            _add_date(reader, "since", at + 1)
            _add_date(reader, "until", joint + 1)
            return joint + 2
    if word not in {"before", "after", "since", "in", "on", "from", "until", "during"}:
        return None
    if _year_or_date(reader, reader.skip(at + 1)) is None:
        return None
    at = reader.skip(at + 1)
    _add_date(reader, word, at)
    return at + 1


def _add_date(reader: Reader, word: str, place: int) -> None:
    text = _year_or_date(reader, place) or ""
    if "date_added" not in reader.fields:
        raise Unfit(place + 1, "launch dates are not known here, only ages")
    first, following = _span_of(text)
    if word in {"since", "from", "in", "on", "during"}:
        reader.add("date_added", "gte", first)
    if word in {"in", "on", "during", "until"}:
        reader.add("date_added", "lt", following)
    if word == "before":
        reader.add("date_added", "lt", first)
    if word == "after":
        reader.add("date_added", "gte", following)


def _span_of(text: str) -> tuple[str, str]:
    """First day of a year, month or day, and the first day after it."""
    parts = [int(part) for part in text.split("-")]
    year, month, day = (*parts, 1, 1)[:3]
    first = date(year, month, day)
    if len(parts) == 1:
        return first.isoformat(), date(year + 1, 1, 1).isoformat()
    if len(parts) == 2:
        return first.isoformat(), date(year + month // 12, month % 12 + 1, 1).isoformat()
    return first.isoformat(), (first + timedelta(days=1)).isoformat()


def read_new(reader: Reader, place: int) -> int | None:
    """An age in "new coins from the last 30 days", an order in "new coins" alone."""
    if reader.kind(place) != "new" or reader.asset_type not in NEWEST:
        return None
    at = reader.skip(place + 1, "noun", "tag", "chain")
    if reader.kind(place + 1) in {"word", "idiom"}:
        return None
    window = read_window(reader, at)
    if window and window[0] > 0:
        _add_days(reader, window[0] / 24, window[1])
        reader.note(f"'new' was read as at most {plain_number(round(window[0] / 24, 6))} days old")
        reader.taken.update(range(at, window[1]))
        return place + 1
    field, order = NEWEST[reader.asset_type]
    reader.order(Sort(field, order), reader.text(place, place + 1))  # type: ignore[arg-type]
    reader.note("'new' names no time: it set the order")
    return place + 1

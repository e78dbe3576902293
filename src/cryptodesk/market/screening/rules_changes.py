"""Rules for changes: "up more than 10% in 24h", "7d change below -5%", "volume doubled", "-10% today"."""

from __future__ import annotations

from typing import Any

from msgspec.structs import replace

from cryptodesk.market.screening.amounts import Amount, plain_number
from cryptodesk.market.screening.comparisons import Comparison, add_comparison, read_comparison
from cryptodesk.market.screening.fields import CHANGE_FIELDS, Field, Subject
from cryptodesk.market.screening.reading import Reader, Unfit

__all__ = ["change_field", "read_change", "read_percent_first", "read_window"]

_SUBJECTS: dict[str, Subject] = {
    "price": "price",
    "volume_24h": "volume",
    "spot_volume_24h": "volume",
    "volume": "volume",
    "market_cap": "market_cap",
}
_ARTICLES = frozenset({"the", "a", "an", "of", "this"})
_NOT_A_WINDOW = -1.0
_MIRRORED = {"gt": "lt", "gte": "lte", "lt": "gt", "lte": "gte", "eq": "eq"}


def read_window(reader: Reader, place: int) -> tuple[float, int] | None:
    """Hours of the window of time that is said at the place, and the position after it; -1 for one without a length."""
    at, is_led = place, False
    while reader.kind(at) in {"preposition", "within"} or reader.at(at).text in {*_ARTICLES, "over", "from"}:
        is_led |= reader.at(at).text not in _ARTICLES
        at += 1
    if reader.kind(at) == "window":
        hours = reader.at(at).value
        return (_NOT_A_WINDOW if hours is None else hours), at + 1
    amount = reader.amount(at)
    if amount is None or not (amount.days is not None or (is_led and amount.has_letter_m and not amount.unit)):
        return None
    if amount.days is None:
        raise Unfit(at + 1, f"{reader.at(at).text!r} could be minutes or months")
    belongs_to_next = not is_led and reader.kind(reader.skip(at + 1)) in {"field", "change", "move"}
    return None if belongs_to_next and at != place else (amount.days * 24, at + 1)


def change_field(reader: Reader, subject: Subject | None, hours: float | None, end: int) -> Field:
    """The field of a change; 24 hours where no window was said. Raises: Unfit if there is none."""
    known = CHANGE_FIELDS[reader.asset_type]
    about = next(iter(known)) if subject is None else subject
    windows = known.get(about, {})
    if not windows:
        raise Unfit(end, f"no change of {about} is known for {reader.asset_type}")
    if hours is None:
        if len(windows) > 1:
            reader.note("no window of time was named: 24 hours were taken")
        hours = 24
    name = windows.get(round(hours, 6))
    if name is None:
        spans = ", ".join(f"{hour:g}h" if hour <= 24 else f"{hour / 24:g}d" for hour in windows)
        raise Unfit(end, f"no change over that time is known: the windows are {spans}")
    return reader.fields[name]


def read_change(reader: Reader, place: int) -> int | None:
    """A change with what stands around it: a window before it, its subject, the amount, a window after it."""
    subject, hours, at = None, None, place
    window = read_window(reader, at) if reader.kind(at) in {"window", "amount"} else None
    if window:
        hours, at = window[0], reader.skip(window[1])
    if reader.kind(at) == "field" and reader.kind(reader.skip(at + 1)) in {"move", "change"}:
        field = reader.at(at).value
        at = reader.skip(at + 1)
        subject = _subject_of(reader, field, at)
    if reader.kind(at) == "move":
        return _read_move(reader, at, subject, hours, place)
    signed = reader.amount(at)
    if window and (reader.kind(at) == "compare" or (signed and signed.sign)):
        return _read_bare_window(reader, at, hours, place)
    return _read_plain_change(reader, at, subject, hours) if reader.kind(at) == "change" else None


def _read_bare_window(reader: Reader, at: int, hours: float | None, start: int) -> int | None:
    """As in "24h > 5%" and "7d -10%"."""
    found = read_comparison(reader, at)
    if found is None or found.unit != "%" or reader.is_joined_before(start):
        return None
    add_comparison(reader, change_field(reader, None, hours, found.end), _signed(reader, found))
    return found.end


def _subject_of(reader: Reader, field: str, at: int) -> Subject:
    if field not in _SUBJECTS:
        found = read_comparison(reader, at + 1)
        raise Unfit(found.end if found else at + 1, f"no change of {field} is known")
    return _SUBJECTS[field]


def _read_plain_change(reader: Reader, place: int, subject: Subject | None, hours: float | None) -> int | None:
    subject = subject or (reader.at(place).value if reader.at(place).value != "price" else None)
    if reader.asset_type == "exchange":
        subject = "volume"
    hours, at = _window_after(reader, place + 1, hours)
    found = read_comparison(reader, at)
    if found is None or reader.is_joined_before(place):
        return None
    hours, end = _window_after(reader, found.end, hours)
    _refuse_reference(reader, end)
    field = change_field(reader, subject, hours, end)
    add_comparison(reader, field, _signed(reader, replace(found, end=end)))
    return end


def _window_after(reader: Reader, place: int, hours: float | None) -> tuple[float | None, int]:
    if hours is not None:
        return hours, place
    window = read_window(reader, place)
    return window or (None, place)


def _signed(reader: Reader, found: Comparison) -> Comparison:
    """Bare amounts and "within 5%" of something that can be negative."""
    op, amount = found.parts[0]
    if op == "within":
        size = abs(amount.value)
        return replace(found, parts=(("gte", replace(amount, value=-size)), ("lte", replace(amount, value=size))))
    if op == "bare":
        op = "lte" if amount.value < 0 else "gte"
        if not amount.sign:
            reader.note(f"a change of {plain_number(amount.value)} % was read as at least that")
        return replace(found, parts=((op, amount),))
    return found


def _read_move(reader: Reader, place: int, subject: Subject | None, hours: float | None, start: int) -> int | None:
    sign, fixed = reader.at(place).value
    if reader.is_joined_before(start) or _is_about_else(reader, place + 1):
        return None
    subject, at = _subject_after(reader, place + 1, subject)
    hours, at = _window_after(reader, at, hours)
    if reader.kind(reader.skip(at)) == "by" and reader.kind(reader.skip(at) + 1) in {
        "amount",
        "compare",
        "between",
        "around",
    }:
        at = reader.skip(at) + 1
    found = None if fixed else _percent_comparison(reader, at)
    hours, end = _window_after(reader, found.end if found else at, hours)
    if reader.kind(end) == "change":
        # "a negative 7d change"
        hours, end = _window_after(reader, end + 1, hours)
    _refuse_reference(reader, end)
    field = change_field(reader, subject, hours, end)
    if fixed:
        found = Comparison((("gte", Amount(0, 0, fixed, "%")),), end)
    if found:
        add_comparison(reader, field, replace(_directed(reader, found, sign, end), end=end))
    else:
        reader.add(field.name, "gt" if sign > 0 else "lt", 0)
    return end


def _is_about_else(reader: Reader, place: int) -> bool:
    """Whether the word is no change of a price, as in "positive sentiment" and "rising stars"."""
    return reader.kind(place) in {"word", "idiom"}


def _subject_after(reader: Reader, place: int, subject: Subject | None) -> tuple[Subject | None, int]:
    """The subject of "rising volume" or "a drop in price of 5%"."""
    at = reader.skip(place, "preposition")
    if subject or reader.kind(at) != "field":
        return subject, place
    found = read_comparison(reader, at + 1)
    if found and found.unit != "%":
        return subject, place
    return _subject_of(reader, reader.at(at).value, at), at + 1


def _percent_comparison(reader: Reader, place: int) -> Comparison | None:
    found = read_comparison(reader, place)
    if found is None or found.is_time:
        return None
    if found.unit not in {"%", "x", ""}:
        raise Unfit(found.end, "a change is read in percent only")
    after = reader.skip(found.end, "preposition")
    # "gaining, 10k holders": the amount is another figure's.
    return None if not found.unit and reader.kind(after) == "field" else found


def _directed(reader: Reader, found: Comparison, sign: int, end: int) -> Comparison:
    """The comparison as one of a signed change: "down less than 10%" is above -10 and below 0."""
    parts: list[tuple[str, Amount]] = []
    for op, amount in found.parts:
        parts += _directed_part(op, _percent(reader, amount, sign, end), sign, len(found.parts) == 1)
    return replace(found, parts=tuple(parts if sign > 0 else reversed(parts)))


def _percent(reader: Reader, amount: Amount, sign: int, end: int) -> Amount:
    if amount.problem:
        raise Unfit(end, amount.problem)
    if amount.unit == "x":
        if sign < 0 or amount.value <= 1:
            raise Unfit(end, "a fall cannot be a multiple; say it in percent")
        reader.note(f"{plain_number(amount.value)}x was read as a rise of {plain_number((amount.value - 1) * 100)} %")
        return replace(amount, value=(amount.value - 1) * 100, unit="%")
    if amount.value < 0:
        if sign > 0:
            raise Unfit(end, "a rise cannot be negative")
        reader.note(f"'down {plain_number(amount.value)} %' was read as a fall of {plain_number(-amount.value)} %")
    elif not amount.unit:
        reader.note(f"{plain_number(amount.value)} was read as percent")
    return replace(amount, value=abs(amount.value), unit="%")


def _directed_part(op: str, amount: Amount, sign: int, is_alone: bool) -> list[tuple[str, Any]]:
    signed = replace(amount, value=sign * amount.value)
    if op in {"bare", "within"}:
        op = "gte" if op == "bare" else "lte"
    directed = op if sign > 0 else _MIRRORED.get(op, op)
    if is_alone and op in {"lt", "lte"}:
        # What rose less than 10 % did rise.
        return [("gt" if sign > 0 else "lt", replace(amount, value=0.0)), (directed, signed)]
    return [(directed, signed)]


def _refuse_reference(reader: Reader, place: int) -> None:
    """Raises: Unfit for a change of another kind: "up 10% against bitcoin", "down 80% from its high"."""
    at = reader.skip(place, "preposition", "between", "compare")
    if reader.kind(at) == "off":
        raise Unfit(at + 1, "the distance from a high or low cannot be screened")
    if reader.kind(at) == "against":
        raise Unfit(reader.skip(at + 1) + 1, "changes are in US dollars, over a time")
    if reader.at(reader.skip(place)).text == "from" and reader.kind(at) == "amount":
        raise Unfit(at + 1, "changes are known over a time only")


def read_percent_first(reader: Reader, place: int) -> int | None:
    """As in "-10% in 24h", "more than 20% this week", "a 5% gain today", "10x in 30 days"."""
    if reader.kind(place) not in {"compare", "between", "around", "amount", "within"} or reader.is_joined_before(place):
        return None
    found = read_comparison(reader, place)
    if found is None or found.unit not in {"%", "x"}:
        return None
    hours, at = _window_after(reader, found.end, None)
    at = reader.skip(at, "preposition") if hours is None else reader.skip(at)
    hours, at = _window_after(reader, at, hours)
    if reader.kind(reader.skip(at)) in {"move", "change"}:
        return _read_named_move(reader, found, reader.skip(at), hours)
    if hours is None:
        return None
    _refuse_reference(reader, at)
    field = change_field(reader, None, hours, at)
    if found.unit == "x":
        found = _directed(reader, found, 1, at)
    add_comparison(reader, field, _signed(reader, replace(found, end=at)))
    return at


def _read_named_move(reader: Reader, found: Comparison, place: int, hours: float | None) -> int:
    hours, end = _window_after(reader, place + 1, hours)
    subject, end = _subject_after(reader, end, None)
    hours, end = _window_after(reader, end, hours)
    _refuse_reference(reader, end)
    if reader.kind(place) == "change":
        value: Subject = reader.at(place).value
        field = change_field(reader, subject or (value if value != "price" else None), hours, end)
        add_comparison(reader, field, _signed(reader, replace(found, end=end)))
        return end
    field = change_field(reader, subject, hours, end)
    add_comparison(reader, field, replace(_directed(reader, found, reader.at(place).value[0], end), end=end))
    return end

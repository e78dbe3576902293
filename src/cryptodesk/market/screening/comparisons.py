"""Comparisons in words ("between 1 and 5 million", "at least 10k", "50m+") and how they fit a field."""

from __future__ import annotations

from msgspec import Struct
from msgspec.structs import replace

from cryptodesk.market.screening.amounts import Amount, plain_number
from cryptodesk.market.screening.fields import Field
from cryptodesk.market.screening.reading import Reader, Unfit
from cryptodesk.market.screening.records import Filter
from cryptodesk.market.screening.validate import check_possible

__all__ = ["Comparison", "add_comparison", "read_comparison"]

_LOWER, _UPPER = {"gt", "gte"}, {"lt", "lte"}


class Comparison(Struct, frozen=True):
    """`op` is that of a filter, or "bare" (none was said), "around", "within"."""

    parts: tuple[tuple[str, Amount], ...]
    end: int

    @property
    def unit(self) -> str:
        return self.parts[-1][1].unit

    @property
    def is_time(self) -> bool:
        return self.parts[-1][1].days is not None


def read_comparison(reader: Reader, place: int) -> Comparison | None:
    """The comparison that begins at the place, words that mean nothing apart. Raises: Unfit if one bound is lacking."""
    place = reader.skip(place)
    if reader.at(place).text == ":":
        place = reader.skip(place + 1)
    kind = reader.kind(place)
    if kind == "not":
        return _negated(reader, place)
    if kind == "between":
        return _between(reader, place)
    if kind in {"compare", "around", "within"}:
        after = reader.skip(place + 1)
        amount = reader.amount(after)
        if amount is None:
            return None
        first = Comparison(((reader.at(place).value or kind, amount),), after + 1)
        return _with_second(reader, first)
    return _amount_first(reader, place) if kind == "amount" else None


def _negated(reader: Reader, place: int) -> Comparison | None:
    if reader.kind(reader.skip(place + 1)) not in {"compare", "between"}:
        return None
    found = read_comparison(reader, place + 1)
    if found is None:
        return None
    opposites = {"lt": "gte", "lte": "gt", "gt": "lte", "gte": "lt", "eq": "ne"}
    if len(found.parts) > 1 or found.parts[0][0] not in opposites:
        raise Unfit(found.end, "the opposite of it cannot be screened")
    return Comparison(((opposites[found.parts[0][0]], found.parts[0][1]),), found.end)


def _between(reader: Reader, place: int) -> Comparison | None:
    after = reader.skip(place + 1)
    if reader.amount(after) is None:
        return None
    found = _range(reader, after)
    if found is None and reader.at(place).text == "between":
        raise Unfit(after + 1, "'between' needs two bounds")
    return found


def _range(reader: Reader, place: int) -> Comparison | None:
    joint = reader.skip(place + 1)
    if reader.kind(joint) not in {"and", "to"} and reader.at(joint).text != "-":
        return None
    last = reader.skip(joint + 1)
    low, high = reader.amount(place), reader.amount(last)
    if low is None or high is None:
        return None
    low, high = _share_units(reader, low, high)
    if _size(low) > _size(high):
        reader.note(f"the bounds of {reader.text(place, last + 1)!r} were put in order")
        low, high = high, low
    return Comparison((("gte", low), ("lte", high)), last + 1)


def _size(amount: Amount) -> float:
    return amount.value if amount.days is None else amount.days


def _share_units(reader: Reader, low: Amount, high: Amount) -> tuple[Amount, Amount]:
    """The scale and unit written once, as in "5-10m", hold for both."""
    if high.scale and not low.scale and 0 < low.value * 10.0**high.scale < high.value:
        low = replace(low, value=low.value * 10.0**high.scale, scale=high.scale)
        reader.note(
            f"{plain_number(low.value / 10.0**high.scale)} was read as {plain_number(low.value)}, like its pair"
        )
    if high.days is not None and low.days is None and high.value:
        low = replace(low, days=low.value * high.days / high.value)
    if low.unit != high.unit:
        unit = low.unit or high.unit
        low, high = replace(low, unit=low.unit or unit), replace(high, unit=high.unit or unit)
    return low, high


def _amount_first(reader: Reader, place: int) -> Comparison:
    ranged = _range(reader, place) if reader.at(place + 1).text in {"-", "to"} else None
    if ranged:
        return ranged
    amount = reader.at(place).value
    if reader.kind(place + 1) == "after":
        return Comparison(((reader.at(place + 1).value, amount),), place + 2)
    joined = _joined_after(reader, place + 1)
    if joined:
        return Comparison(((joined, amount),), place + (3 if reader.kind(place + 1) == "and" else 2))
    op = "gte" if amount.is_open else "within" if amount.sign == "±" else "bare"
    return Comparison(((op, amount),), place + 1)


def _joined_after(reader: Reader, place: int) -> str | None:
    """The comparison of "10m and above" and "10m minimum"; an amount or field after it would own it."""
    word = place + 1 if reader.kind(place) == "and" else place
    if reader.kind(word) != "compare" or reader.kind(reader.skip(word + 1)) in {"amount", "field"}:
        return None
    if word == place:
        return reader.at(word).value if reader.at(word).text in {"max", "maximum", "min", "minimum"} else None
    return {"gt": "gte", "lt": "lte"}.get(reader.at(word).value)


def _with_second(reader: Reader, first: Comparison) -> Comparison:
    """Adds the other bound of "above 10m and below 50m", unless that one is of another field."""
    op, amount = first.parts[0]
    if reader.kind(first.end) == "after" and op in _LOWER | _UPPER:
        return replace(first, end=first.end + 1)
    place = reader.skip(first.end, "and", "mark")
    other = reader.amount(reader.skip(place + 1))
    sides = {op in _LOWER, reader.at(place).value in _LOWER}
    if (
        reader.kind(place) != "compare"
        or other is None
        or len(sides) == 1
        or {op, reader.at(place).value} - _LOWER - _UPPER
    ):
        return first
    end = reader.skip(place + 1) + 1
    follows = reader.skip(end)
    if reader.kind(follows) in {"field", "old"} and reader.kind(reader.skip(follows + 1)) != "compare":
        return first
    if (other.days is None) != (amount.days is None) or (other.unit == "%") != (amount.unit == "%"):
        return first
    return Comparison((*first.parts, (reader.at(place).value, other)), end)


def add_comparison(reader: Reader, field: Field, found: Comparison) -> None:
    """Raises: Unfit if an amount does not fit the field; ToolArgumentError if no value could."""
    for op, amount in found.parts:
        value = fit_amount(reader, field, amount, found.end)
        if op in {"around", "within"}:
            if op == "within":
                raise Unfit(found.end, f"says no comparison for {field.name}")
            reader.note(f"'around' was read as within 10 % of {plain_number(value)}")
            _add(reader, field, "gte", value * 0.9)
            _add(reader, field, "lte", value * 1.1)
        else:
            _add(reader, field, _op_meant(reader, field, op, value, found.end), value)


def _op_meant(reader: Reader, field: Field, op: str, value: float, end: int) -> str:
    if op == "gt" and field.unit == "rank":
        reader.note(f"rank above {plain_number(value)} was read as a greater rank number, a smaller asset")
    if op != "bare":
        return op
    if field.unit == "rank":
        return "eq"
    if not field.is_minimum_meant:
        raise Unfit(end, "no comparison was named: say below, above or between")
    reader.note(f"{field.name} of {plain_number(value)} was read as at least that")
    return "gte"


def _add(reader: Reader, field: Field, op: str, value: float) -> None:
    plain = plain_number(float(f"{value:.12g}"))
    check_possible("query", field, Filter(field.name, op, plain))  # type: ignore[arg-type]
    reader.add(field.name, op, plain)


def fit_amount(reader: Reader, field: Field, amount: Amount, end: int) -> float:
    """The amount in the field's unit; says what it had to assume. Raises: Unfit if the units do not go together."""
    if amount.problem:
        raise Unfit(end, amount.problem)
    if amount.note:
        reader.note(amount.note)
    if field.unit == "days":
        return _fit_days(reader, amount, end)
    if amount.days is not None:
        raise Unfit(end, f"{field.name} is not a time")
    if amount.unit not in {"", "USD", "%", "x"}:
        raise Unfit(end, f"amounts are read in US dollars, not in {amount.unit}")
    if amount.unit and amount.unit not in _UNITS.get(field.unit, ()):
        raise Unfit(end, f"{field.name} is not in {_UNIT_WORDS[amount.unit]}")
    if field.unit == "ratio":
        return _fit_ratio(reader, field, amount)
    return amount.value


_UNITS = {"usd": ("USD",), "percent": ("%",), "ratio": ("%", "x")}
_UNIT_WORDS = {"USD": "US dollars", "%": "percent", "x": "multiples"}


def _fit_days(reader: Reader, amount: Amount, end: int) -> float:
    if amount.days is not None:
        return amount.days
    if amount.has_letter_m:
        months = amount.value / 1e6
        reader.note(f"{plain_number(months)}m was read as {plain_number(months)} months")
        return months * 30
    if amount.unit or amount.scale:
        raise Unfit(end, "an age is a number of days, weeks, months or years")
    reader.note(f"{plain_number(amount.value)} was read as days")
    return amount.value


def _fit_ratio(reader: Reader, field: Field, amount: Amount) -> float:
    if amount.unit == "%":
        return amount.value / 100
    if field.highest == 1 and 1 < amount.value <= 100:
        reader.note(f"{field.name} runs from 0 to 1: {plain_number(amount.value)} was read as percent")
        return amount.value / 100
    return amount.value

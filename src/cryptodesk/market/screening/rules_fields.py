"""Rules for figures: "market cap below 50m", "over 1m in volume", "volume above 10% of market cap", "under $1"."""

from __future__ import annotations

from cryptodesk.market.screening.amounts import plain_number
from cryptodesk.market.screening.comparisons import Comparison, add_comparison, read_comparison
from cryptodesk.market.screening.fields import Field
from cryptodesk.market.screening.reading import Reader, Unfit
from cryptodesk.market.screening.unscreened import names_other_figure

__all__ = ["read_amount_first", "read_bound_first", "read_field", "read_limit_first"]

# Two fields and the one that holds their ratio.
_RATIOS = {
    ("volume_24h", "market_cap"): "turnover",
    ("market_cap", "tvl"): "tvl_ratio",
    ("circulating_supply", "max_supply"): "supply_ratio",
}
_MORE = {"more": "gt", "higher": "gt", "greater": "gt", "fewer": "lt", "less": "lt", "lower": "lt"}
_MIRRORED_SIGNS = {"<": "gt", "<=": "gte", "≤": "gte", ">": "lt", ">=": "lte", "≥": "lte"}
_REVERSED = {"lt": "gt", "lte": "gte", "gt": "lt", "gte": "lte"}

# An amount of this scale (thousands) or more fits a market cap and hardly anything that is merely praised.
_SMALLEST_CAP_SCALE = 3

# A bare sum of dollars is a price up to here; a larger one, or one with a scale, is a market cap.
_HIGHEST_BARE_PRICE = 10_000


def read_field(reader: Reader, place: int) -> int | None:
    """A field and what it is compared with."""
    at = _past_day_before(reader, place)
    if reader.kind(at) != "field":
        return None
    field = reader.fields[reader.at(at).value]
    if field.name == "rank" and reader.kind(reader.skip(at + 1)) in {"inside", "outside", "top"}:
        return at + 1
    after = _past_window(reader, field, at + 1)
    if reader.kind(reader.skip(after)) in {"compare", "not"}:
        related = _read_relation(reader, field, after)
        if related:
            return related
    found = read_comparison(reader, after)
    if found is None:
        return None
    if reader.at(at).text == "supply" and field.name == "circulating_supply":
        reader.note("'supply' was read as circulating supply")
    share = _read_share(reader, field, found)
    if share:
        return share
    return _apply(reader, field, found, place)


def _past_day_before(reader: Reader, place: int) -> int:
    """Past the "24h" of "24h volume above 1m"; a volume over another time is not known."""
    amount = reader.amount(place)
    hours = amount.days * 24 if amount and amount.days is not None else None
    if reader.kind(place) == "window":
        hours = reader.at(place).value or -1
    at = reader.skip(place + 1)
    if hours is None or reader.kind(at) != "field" or "volume" not in reader.at(at).value:
        return place
    found = read_comparison(reader, at + 1)
    if found is None:
        return place
    if hours != 24:
        raise Unfit(found.end, "volume is known over 24 hours only")
    return at


def _apply(reader: Reader, field: Field, found: Comparison, place: int) -> int:
    if field.name == "circulating_supply" and found.unit == "%" and "supply_ratio" in reader.fields:
        field = reader.fields["supply_ratio"]
    if found.parts[0][0] == "bare" and reader.kind(found.end) in {"field", "compare"} and not field.is_minimum_meant:
        raise Unfit(place + 1, "it is not clear which amount belongs to it")
    add_comparison(reader, field, found)
    return found.end


def _past_window(reader: Reader, field: Field, place: int) -> int:
    """Past the "24h" of "volume 24h"."""
    at = reader.skip(place, "preposition")
    amount, hours = reader.amount(at), None
    if reader.kind(at) == "window":
        hours = reader.at(at).value or -1
    elif amount and amount.days is not None and field.unit != "days":
        hours = amount.days * 24
    if hours is None:
        return place
    if hours == 24 or "volume" not in field.name:
        return at + 1 if hours == 24 else place
    found = read_comparison(reader, at + 1)
    raise Unfit(found.end if found else at + 1, f"{field.name} is known over 24 hours only")


def _read_share(reader: Reader, field: Field, found: Comparison) -> int | None:
    """The "of market cap" that turns "volume above 10%" into a ratio."""
    of = found.end
    if reader.at(of).text not in {"of", "times", "the"} and found.unit != "x":
        return None
    other = reader.skip(of, "against")
    if reader.kind(other) != "field" or found.unit not in {"%", "x"}:
        return None
    name = _RATIOS.get((field.name, reader.at(other).value))
    if name not in reader.fields:
        raise Unfit(other + 1, "these two figures cannot be compared with each other")
    add_comparison(reader, reader.fields[name], found)
    return other + 1


def _read_relation(reader: Reader, field: Field, place: int) -> int | None:
    """A ratio above 1, as in "volume above market cap"."""
    at = reader.skip(place)
    other = reader.skip(at + 1)
    if reader.kind(at) != "compare" or reader.kind(other) != "field":
        return None
    if read_comparison(reader, other + 1):
        return None
    op, pair = reader.at(at).value, (field.name, reader.at(other).value)
    name = _RATIOS.get(pair)
    if name is None and pair[::-1] in _RATIOS:
        name, op = _RATIOS[pair[::-1]], _REVERSED.get(op, op)
    if name not in reader.fields or op not in _REVERSED:
        raise Unfit(other + 1, "these two figures cannot be compared with each other")
    reader.add(name, op, 1)
    return other + 1


def read_amount_first(reader: Reader, place: int) -> int | None:
    """A comparison before its field, or without one: "at least 100 holders", "10m+ volume", "coins under $1"."""
    if reader.kind(place) not in {"compare", "between", "around", "amount"}:
        return None
    found = read_comparison(reader, place)
    if found is None or found.is_time:
        return None
    _refuse_reference(reader, found)
    at = reader.skip(found.end, "preposition", "mark" if reader.at(found.end).text == "/" else "")
    if found.unit == "%" and reader.kind(at) == "field" and reader.at(at).value == "max_supply":
        return _read_supply_share(reader, found, at)
    if reader.kind(at) == "field" and not _owns_comparison(reader, at):
        return _read_named(reader, found, at, place)
    return _read_unnamed(reader, found, place)


def read_bound_first(reader: Reader, place: int) -> int | None:
    """As in "min volume 1m", "max price of $5", "more holders than 500", "1 < price"."""
    if reader.at(place).text in _MORE:
        return _read_more(reader, place)
    if reader.kind(place) == "amount" and reader.at(place + 1).text in _MIRRORED_SIGNS:
        return _read_mirrored(reader, place)
    if reader.kind(place) != "compare" or reader.at(place).value not in {"gte", "lte"}:
        return None
    at = reader.skip(place + 1)
    if reader.kind(at) != "field":
        return None
    amount = reader.skip(at + 1)
    if reader.at(amount).text == ":":
        amount = reader.skip(amount + 1)
    value = reader.amount(amount)
    if value is None:
        return None
    add_comparison(
        reader, reader.fields[reader.at(at).value], Comparison(((reader.at(place).value, value),), amount + 1)
    )
    return amount + 1


def _read_more(reader: Reader, place: int) -> int | None:
    at = reader.skip(place + 1)
    than = reader.skip(at + 1)
    amount = reader.amount(reader.skip(than + 1))
    if reader.kind(at) != "field" or reader.at(than).text != "than" or amount is None:
        return None
    end = reader.skip(than + 1) + 1
    add_comparison(
        reader, reader.fields[reader.at(at).value], Comparison(((_MORE[reader.at(place).text], amount),), end)
    )
    return end


def _read_mirrored(reader: Reader, place: int) -> int | None:
    """Reads the amount and sign of "10m < market cap < 50m"; the field is read next, with its other bound."""
    at = reader.skip(place + 2)
    if reader.kind(at) != "field":
        return None
    op = _MIRRORED_SIGNS[reader.at(place + 1).text]
    add_comparison(reader, reader.fields[reader.at(at).value], Comparison(((op, reader.at(place).value),), at))
    if not _owns_comparison(reader, at):
        return at + 1
    return at


def _owns_comparison(reader: Reader, place: int) -> bool:
    """Whether the field at the place has a comparison of its own after it."""
    after = reader.skip(place + 1)
    if reader.at(after).text == ":":
        return True
    return reader.kind(after) in {"compare", "between", "around", "move"} and reader.kind(reader.skip(after + 1)) in {
        "amount",
        "field",
        "by",
    }


def _read_named(reader: Reader, found: Comparison, at: int, place: int) -> int | None:
    field = reader.fields[reader.at(at).value]
    if found.parts[0][0] == "bare" and not field.is_minimum_meant:
        return None
    _apply(reader, field, Comparison(found.parts, at + 1), place)
    return at + 1


def _read_supply_share(reader: Reader, found: Comparison, at: int) -> int:
    """As in "more than 80% of max supply circulating"."""
    if "supply_ratio" not in reader.fields:
        raise Unfit(at + 1, "the supply ratio is not known here")
    add_comparison(reader, reader.fields["supply_ratio"], Comparison(found.parts, at + 1))
    end = reader.skip(at + 1, "preposition")
    is_circulating = reader.at(end).text in {"circulating", "in circulation", "circulation"}
    return end + 1 if is_circulating else at + 1


def _refuse_reference(reader: Reader, found: Comparison) -> None:
    """Raises: Unfit where something not screened is compared with: "80% below its all-time high"."""
    at = reader.skip(found.end, "preposition", "compare", "between")
    if reader.kind(at) == "off":
        raise Unfit(at + 1, "the distance from a high or low cannot be screened")


def _read_unnamed(reader: Reader, found: Comparison, place: int) -> int | None:
    op, amount = found.parts[0]
    is_money = amount.unit not in {"%", "x"} and (amount.unit or amount.scale)
    if op == "bare" or (reader.is_joined_before(place) and not _is_cap_beside_praise(reader, place, found)):
        return None
    if amount.problem:
        raise Unfit(found.end, amount.problem)
    if not is_money:
        return None
    is_price = all(not part.scale and abs(part.value) < _HIGHEST_BARE_PRICE for _, part in found.parts)
    name = "price" if is_price else "market_cap"
    if name not in reader.fields:
        raise Unfit(found.end, "no figure was named for it")
    add_comparison(reader, reader.fields[name], found)
    reader.note(f"{reader.text(place, found.end)!r} names no figure: it was read as {name}")
    return found.end


def _is_cap_beside_praise(reader: Reader, place: int, found: Comparison) -> bool:
    """As in "a good team below 100m": what stands before has no figures that the amount could be of."""
    before = place - 1
    while reader.kind(before) == "fill":
        before -= 1
    is_figure = names_other_figure(reader.at(before).text)
    is_cap = all(part.scale >= _SMALLEST_CAP_SCALE and part.unit in {"", "USD"} for _, part in found.parts)
    return is_cap and reader.kind(before) in {"word", "idiom"} and not is_figure and "market_cap" in reader.fields


def read_limit_first(reader: Reader, place: int) -> int | None:
    """How many results: "show me 5 …", "5 cheapest …", "cheapest 5 …"."""
    at = reader.skip(place + 1) if reader.kind(place) == "limit" else place
    amount = reader.amount(at)
    if amount is None or amount.unit or amount.days is not None or amount.problem or amount.note or amount.sign:
        return None
    follows = reader.kind(reader.skip(at + 1))
    if at == place and follows not in {"sort", "super"} and reader.kind(place - 1) != "sort":
        return None
    if follows in {"field", "compare", "after"} or not (amount.value.is_integer() and amount.value >= 1):
        return None
    reader.limit = int(plain_number(amount.value))
    return at + 1

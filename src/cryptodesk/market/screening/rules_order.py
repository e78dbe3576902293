"""Rules for ranks, orders and how many: "top 100", "sorted by volume", "biggest losers this week", "cheapest"."""

from __future__ import annotations

from typing import Literal

from cryptodesk.market.screening.amounts import Amount, plain_number
from cryptodesk.market.screening.fields import DEFAULT_SORT
from cryptodesk.market.screening.reading import Reader, Unfit
from cryptodesk.market.screening.records import Sort
from cryptodesk.market.screening.rules_age import NEWEST
from cryptodesk.market.screening.rules_changes import change_field, read_window

__all__ = ["read_order", "read_sort_word", "read_superlative", "read_top"]

Order = Literal["asc", "desc"]

_VAGUE = frozenset({"high", "low", "heavy", "strong", "weak", "thin", "tiny", "huge", "massive", "deep"})
_SIZE: dict[str, str] = {str(kind): field for kind, field in DEFAULT_SORT.items()}
_VOLUME: dict[str, str] = {
    "coin": "volume_24h",
    "onchain_token": "volume_24h",
    "exchange": "spot_volume_24h",
    "category": "volume",
}
_LIQUIDITY: dict[str, str] = {"onchain_token": "liquidity", "exchange": "effective_liquidity_24h"}


def read_top(reader: Reader, place: int) -> int | None:
    """A rank in "top 100"; how many in "top 10 by volume", "top 5 gainers" and "top 20 defi coins"."""
    kind = reader.kind(place)
    if kind not in {"top", "inside", "outside", "bottom"}:
        return None
    amount = reader.amount(place + 1)
    if amount is None:
        return _read_top_alone(reader, place) if kind == "top" else None
    count, end = _count(amount, place + 2), place + 2
    if kind in {"inside", "outside"}:
        return _read_rank(reader, kind == "inside", count, end)
    follows = _what_follows(reader, end)
    if kind == "bottom":
        return _read_bottom(reader, count, end)
    if follows == "ordered":
        reader.limit = count
    elif follows == "named" or "rank" not in reader.fields:
        reader.limit, reader.wants_largest = count, True
    else:
        return _read_rank(reader, True, count, end)
    return end


def _count(amount: Amount, end: int) -> int:
    if amount.problem:
        raise Unfit(end, amount.problem)
    if amount.unit == "%":
        raise Unfit(end, "a share of all assets cannot be screened; say how many")
    if amount.unit or amount.days is not None or amount.value < 1 or not amount.value.is_integer():
        raise Unfit(end, "a rank or number of results is a whole number from 1 on")
    return int(amount.value)


def _read_rank(reader: Reader, is_inside: bool, count: int, end: int) -> int:
    if "rank" not in reader.fields:
        raise Unfit(end, f"no rank is known for {reader.asset_type}")
    by = reader.skip(end, "noun")
    if reader.kind(by) == "by" and reader.kind(reader.skip(by + 1)) == "field":
        field = reader.skip(by + 1)
        if reader.at(field).value not in {"market_cap", "rank", DEFAULT_SORT[reader.asset_type]}:
            raise Unfit(field + 1, f"ranks are by {DEFAULT_SORT[reader.asset_type]}")
        end = field + 1
    reader.add("rank", "lte" if is_inside else "gt", count)
    return end


def _what_follows(reader: Reader, place: int) -> str:
    """Says "ordered" if an order is named for the results, "named" if a tag, chain or size narrows them, else ""."""
    at, is_named = place, False
    while True:
        kind = reader.kind(at)
        window = read_window(reader, at) if kind in {"window", "amount"} else None
        if window:
            at = window[1]
        elif kind in {"fill", "noun", "preposition", "new"} or (kind == "mark" and reader.at(at).text not in ".;,"):
            at += 1
        elif kind in {"tag", "chain", "cap size"}:
            is_named, at = True, at + 1
        else:
            break
    if kind in {"by", "order", "sort", "super"} or (
        kind == "move" and reader.kind(at + 1) not in {"amount", "compare", "by", "between"}
    ):
        return "ordered"
    return "named" if is_named else ""


def _read_top_alone(reader: Reader, place: int) -> int | None:
    follows = _what_follows(reader, place + 1)
    if follows != "ordered":
        if reader.kind(reader.skip(place + 1)) not in {"noun", "tag", "chain", "cap size"}:
            return None
        reader.wants_largest = True
    return place + 1


def _read_bottom(reader: Reader, count: int, end: int) -> int:
    by = reader.skip(end, "noun", "tag", "chain")
    field = reader.skip(by + 1)
    if reader.kind(by) == "by" and reader.kind(field) == "field":
        name = reader.at(field).value
    else:
        name = DEFAULT_SORT[reader.asset_type]
        reader.note(f"'bottom {count}' was read as the {count} smallest by {name}")
    reader.limit = count
    reader.order(Sort(name, "desc" if name == "rank" else "asc"), f"bottom {count}")
    return end


def read_order(reader: Reader, place: int) -> int | None:
    """As in "sorted by 7d change descending"."""
    if reader.kind(place) not in {"order", "by"}:
        return None
    at = reader.skip(place + 1, "by")
    preferred: Order | None = None
    if reader.kind(at) == "super" or (reader.kind(at) == "sort" and reader.at(at).value[0] == "size"):
        preferred = reader.at(at).value if reader.kind(at) == "super" else reader.at(at).value[1]
        at = reader.skip(at + 1)
    target = _read_target(reader, at)
    if target is None:
        return None
    sort, end = target
    after = reader.skip(end, "preposition", "mark")
    if reader.kind(after) == "direction":
        preferred, end = reader.at(after).value, after + 1
    reader.order(Sort(sort.field, preferred or sort.order), reader.text(place, end))
    return end


def _read_target(reader: Reader, place: int) -> tuple[Sort, int] | None:
    """What an order is by, with its own direction, and the position after it."""
    hours, at = None, place
    window = read_window(reader, at)
    if window:
        hours, at = window[0], reader.skip(window[1])
    kind, value = reader.kind(at), reader.at(at).value
    if kind == "field":
        return Sort(value, "asc" if value == "rank" else "desc"), _past_day(reader, at + 1)
    if kind not in {"change", "move"}:
        return None
    after = read_window(reader, at + 1) if hours is None else None
    end = after[1] if after else at + 1
    subject = value if kind == "change" and value != "price" else None
    field = change_field(reader, subject, after[0] if after else hours, end)
    return Sort(field.name, "asc" if kind == "move" and value[0] < 0 else "desc"), end


def _past_day(reader: Reader, place: int) -> int:
    """Past the "24h" of "by volume 24h"."""
    amount = reader.amount(place)
    return place + 1 if amount and amount.days == 1 else place


def read_superlative(reader: Reader, place: int) -> int | None:
    """As in "highest volume", "biggest drop this week", "low price"."""
    lexeme = reader.at(place)
    if lexeme.kind != "super" and not (lexeme.kind == "sort" and lexeme.value[0] == "size"):
        return None
    order: Order = lexeme.value if lexeme.kind == "super" else lexeme.value[1]
    at = reader.skip(place + 1)
    target = _read_target(reader, at)
    if target is None:
        return None
    sort, end = target
    follows = reader.skip(end)
    if reader.kind(follows) in {"compare", "between"} and reader.kind(reader.skip(follows + 1)) == "amount":
        # "a high volume above 1m": the amount says it all.
        return place + 1
    if sort.order == "asc":
        order = "asc" if order == "desc" else "desc"
    reader.order(Sort(sort.field, order), reader.text(place, end))
    if lexeme.text in _VAGUE:
        reader.note(f"{reader.text(place, end)!r} names no amount: it set the order")
    return end


def read_sort_word(reader: Reader, place: int) -> int | None:
    """As in "gainers this week", "most traded" and "newest"."""
    window = read_window(reader, place) if reader.kind(place) in {"window", "amount"} else None
    hours, at = (window[0], reader.skip(window[1])) if window else (None, place)
    if reader.kind(at) != "sort":
        return None
    target, order = reader.at(at).value
    if target in {"gain", "loss", "change"}:
        return _read_performers(reader, at, hours)
    if target == "age":
        return _read_newest(reader, at, order)
    if target == "size" and not window and _read_largest_by(reader, at, order):
        return at + 1
    by_type = {"volume": _VOLUME, "liquidity": _LIQUIDITY, "size": _SIZE}.get(target, {})
    name = by_type.get(reader.asset_type, target)
    if name not in reader.fields or window:
        return None
    reader.order(Sort(name, order), reader.text(at, at + 1))
    return at + 1


def _read_largest_by(reader: Reader, place: int, order: Order) -> bool:
    """Reads on in "largest exchanges by open interest", where another figure says what large is."""
    by = reader.skip(place + 1, "noun", "tag", "chain")
    found = _read_target(reader, reader.skip(by + 1)) if reader.kind(by) == "by" else None
    if found is None:
        return False
    reader.order(Sort(found[0].field, order), reader.text(place, found[1]))
    reader.taken.update(range(by, found[1]))
    return True


def _read_performers(reader: Reader, place: int, hours: float | None) -> int:
    target, order = reader.at(place).value
    end = place + 1
    at = reader.skip(end, "noun", "tag", "chain")
    after = read_window(reader, end) or (read_window(reader, at) if hours is None else None)
    if hours is None and after:
        # "gainers among ai coins this week": the names between are read in their turn.
        is_next = read_window(reader, end) is not None
        hours = after[0]
        reader.taken.update(() if is_next else range(at, after[1]))
        end = after[1] if is_next else end
    field = change_field(reader, None, hours, end)
    reader.order(Sort(field.name, order), reader.text(place, end))
    if target != "change":
        reader.add(field.name, "gt" if target == "gain" else "lt", 0)
    return end


def _read_newest(reader: Reader, place: int, order: Order) -> int | None:
    if reader.asset_type not in NEWEST:
        return None
    field, newest = NEWEST[reader.asset_type]
    is_newest = order == "asc"
    end = place + 1
    reader.order(Sort(field, newest if is_newest else _other(newest)), reader.text(place, end))  # type: ignore[arg-type]
    window = read_window(reader, reader.skip(end, "noun")) if is_newest else None
    if window and window[0] > 0:
        reader.add("age_days", "lte", plain_number(round(window[0] / 24, 6)))
        end = window[1]
    return end


def _other(order: str) -> str:
    return "asc" if order == "desc" else "desc"

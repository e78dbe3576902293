"""Turns a screening request in words into filters and an order, and says what it left out.

Deterministic: phrases are looked up, amounts are read, and the rules are tried in turn at every place of it."""

from __future__ import annotations

from cryptodesk.market.screening.fields import DEFAULT_SORT, AssetType
from cryptodesk.market.screening.lexemes import MAX_QUERY, cut_request
from cryptodesk.market.screening.reading import Reader, Rule, Unfit
from cryptodesk.market.screening.records import Interpreted, Sort
from cryptodesk.market.screening.rules_age import read_age, read_launch, read_new
from cryptodesk.market.screening.rules_changes import read_change, read_percent_first
from cryptodesk.market.screening.rules_fields import read_amount_first, read_bound_first, read_field, read_limit_first
from cryptodesk.market.screening.rules_names import read_exclusion, read_name, read_size, read_text
from cryptodesk.market.screening.rules_order import read_order, read_sort_word, read_superlative, read_top
from cryptodesk.market.screening.rules_state import read_excluded_state, read_state
from cryptodesk.market.screening.validate import check_together

__all__ = ["parse_screen"]

_RULES: tuple[Rule, ...] = (
    read_state,
    read_exclusion,
    read_limit_first,
    read_bound_first,
    read_top,
    read_size,
    read_age,
    read_launch,
    read_new,
    read_order,
    read_superlative,
    read_sort_word,
    read_change,
    read_percent_first,
    read_field,
    read_name,
    read_amount_first,
    read_text,
)

# "Not" before these turns them round. The reader sees the "not" itself as a stranger, hence no guard against those.
_NEGATABLE: tuple[Rule, ...] = (
    read_name,
    read_launch,
    read_top,
    read_age,
    read_size,
    read_change,
    read_percent_first,
    read_field,
    read_amount_first,
)

# Of no meaning where no rule took them; the second group is shown beside words that were ignored, but not alone.
_SILENT = frozenset({"fill", "preposition", "noun", "mark"})
_SOFT = frozenset(
    {"between", "around", "within", "to", "by", "limit", "top", "launched", "old", "or", "direction", "order"}
)
_BREAKS = frozenset({"and", "or", "mark"})

_MAX_IGNORED = 20


def parse_screen(query: str, asset_type: AssetType) -> Interpreted:
    """Empty if nothing was understood.

    Raises: ToolArgumentError `invalid arguments: query: ...` for a filter that nothing could match and for filters
    that exclude each other."""
    request = cut_request(query, asset_type)
    reader = Reader(request, asset_type)
    if request.was_cut:
        reader.note(f"only the first {MAX_QUERY} characters were read")
    ignored = _read_all(reader)
    check_together("query", reader.filters)
    sort = reader.sort
    if sort is None and reader.wants_largest:
        sort = Sort(DEFAULT_SORT[asset_type], "desc")
        reader.note(f"'top' was read as the largest by {sort.field}")
    return Interpreted(
        tuple(reader.filters),
        sort,
        reader.limit,
        tuple(ignored[:_MAX_IGNORED]),
        tuple(reader.notes),
        reader.state,
    )


def _read_all(reader: Reader) -> list[str]:
    """Reads the request to its end; the parts that had no effect, in order."""
    ignored: list[tuple[int, int]] = []
    place, is_either = 0, False
    while place < len(reader):
        if place in reader.taken:
            place += 1
            continue
        count = len(reader.filters)
        if reader.kind(place) in _BREAKS:
            is_either = reader.kind(place) == "or" and count > 0
        try:
            end = _read_one(reader, place)
        except Unfit as unfit:
            end = max(unfit.end, place + 1)
            reader.note(f"{reader.text(place, end)!r} was ignored: {unfit.reason}")
            ignored.append((place, end))
        else:
            if end is None:
                _leave(reader, ignored, place)
            elif is_either and len(reader.filters) > count:
                reader.note("'or' between conditions cannot be screened: all of them have to hold")
        place = end or place + 1
    spans = (_trimmed(reader, start, end) for start, end in ignored)
    return [reader.text(start, end) for start, end in spans if _is_worth_saying(reader, start, end)]


def _read_one(reader: Reader, place: int) -> int | None:
    if reader.kind(place) == "not":
        return reader.attempt(_read_negated, place)
    if reader.kind(place) == "vague":
        raise Unfit(place + 2, "it restricts nothing")
    return next((end for rule in _RULES if (end := reader.attempt(rule, place)) is not None), None)


def _read_negated(reader: Reader, place: int) -> int | None:
    """The opposite of what follows, as in "not above 5%" and "no memes"."""
    excluded = read_excluded_state(reader, place) or read_exclusion(reader, place)
    if excluded:
        return excluded
    at = reader.skip(place + 1, "preposition", "noun", "limit")
    count, sort, limit = len(reader.filters), reader.sort, reader.limit
    end = next((end for rule in _NEGATABLE if (end := rule(reader, at)) is not None), None)
    if end is None:
        end = next((end for rule in _RULES if (end := rule(reader, at)) is not None), None)
        if end is None:
            return None
        raise Unfit(end, "the opposite of it cannot be screened")
    if reader.sort != sort or reader.limit != limit:
        raise Unfit(end, "the opposite of it cannot be screened")
    reader.flip_since(count, place, end)
    return end


def _leave(reader: Reader, ignored: list[tuple[int, int]], place: int) -> None:
    """Notes a lexeme that no rule took, as part of the phrase before it where there is one."""
    if reader.kind(place) in _SILENT | {"and"}:
        return
    if ignored:
        start, end = ignored[-1]
        between = {reader.kind(at) for at in range(end, place)}
        if between <= {"fill", "preposition", "noun"} and reader.kind(place) not in _BREAKS:
            ignored[-1] = (start, place + 1)
            return
    ignored.append((place, place + 1))


def _trimmed(reader: Reader, start: int, end: int) -> tuple[int, int]:
    """Without the "find me" before what was ignored."""
    while start < end and reader.kind(start) in {"limit", "or", "to"} | _SILENT:
        start += 1
    return start, end


def _is_worth_saying(reader: Reader, start: int, end: int) -> bool:
    return any(reader.kind(place) not in _SILENT | _SOFT | {"and"} for place in range(start, end))

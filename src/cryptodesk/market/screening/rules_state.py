"""Rules for what is no longer traded: "inactive exchanges", "including delisted coins", "no closed ones"."""

from __future__ import annotations

from cryptodesk.market.screening.reading import Reader
from cryptodesk.market.screening.records import State
from cryptodesk.market.screening.unscreened import names_other_figure

__all__ = ["read_excluded_state", "read_state"]

_INCLUDING = frozenset({"including", "include", "includes", "included", "incl", "inclusive", "even", "also", "both"})


def read_state(reader: Reader, place: int) -> int | None:
    """ "Inactive" alone means only those; beside "including" or "active" it means those too."""
    start = place
    while reader.kind(start) in {"word", "and"} and reader.at(start).text in _INCLUDING:
        start = reader.skip(start + 1, "noun", "preposition")
    if reader.kind(start) != "state":
        return None
    named, end = _named(reader, start)
    if _is_of_else(reader, end):
        return None
    past = _past_included(reader, end)
    is_both = start > place or len(named) > 1 or past > end
    _ask(reader, "any" if is_both and "inactive" in named else reader.at(start).value)
    return past


def read_excluded_state(reader: Reader, place: int) -> int | None:
    """As in "no inactive ones" and "excluding closed or defunct exchanges"."""
    start = reader.skip(place + 1, "preposition", "noun", "limit")
    if reader.kind(place) != "not" or reader.kind(start) != "state":
        return None
    named, end = _named(reader, start)
    _ask(reader, "active" if "inactive" in named else "inactive")
    return end


def _named(reader: Reader, place: int) -> tuple[set[State], int]:
    """The states of "closed or inactive", and the position after them."""
    named: set[State] = set()
    while True:
        named.add(reader.at(place).value)
        end = place + 1
        place = reader.skip(end, "and", "or", "mark", "noun")
        if reader.kind(place) != "state":
            return named, end


def _is_of_else(reader: Reader, place: int) -> bool:
    """Whether it is said of something else, as in "active users", "dead cat bounce" and "delisted on Kraken"."""
    if reader.kind(place) == "word" and reader.at(place).text not in _INCLUDING:
        return reader.asset_type == "coin" or names_other_figure(reader.at(place).text)
    return reader.asset_type == "coin" and reader.kind(place) == "preposition" and reader.kind(place + 1) == "word"


def _past_included(reader: Reader, place: int) -> int:
    """Past the "ones included" of "inactive ones included"."""
    at = reader.skip(place, "noun")
    return at + 1 if reader.at(at).text == "included" else place


def _ask(reader: Reader, state: State) -> None:
    """The first one asked for holds."""
    if reader.state is not None and reader.state != state:
        reader.note("both active and inactive ones were asked for: the first that was named holds")
        return
    reader.state = state

"""A text read sentence by sentence for comparing: its figures, its terms, and whom each sentence is of."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from msgspec import Struct

from cryptodesk.research.citing._terms import Terms, read_terms
from cryptodesk.verification.layout import Splitter
from cryptodesk.verification.reading import Reading, read_unit
from cryptodesk.verification.vocabulary import load_vocabulary

__all__ = ["Place", "ReadText", "read_text"]

# A day without a year is read as the last one before this; the same for both sides.
_TODAY = date(2100, 1, 1)


class Place(Struct, frozen=True, gc=False):
    """One sentence. `owners` are the assets it is of: its own, else those of the sentence before."""

    text: str
    reading: Reading
    terms: Terms
    owners: tuple[str, ...]


class ReadText(Struct, frozen=True, gc=False):
    places: tuple[Place, ...]
    stems: frozenset[str]
    assets: frozenset[str]
    names: frozenset[str]


@lru_cache(maxsize=1_024)
def read_text(text: str) -> ReadText:
    splitter = Splitter()
    splitter.push(text)
    places: list[Place] = []
    owners: tuple[str, ...] = ()
    while (unit := splitter.take(is_final=True)) is not None:
        reading = read_unit(unit.text, {}, load_vocabulary(), _TODAY)
        own = tuple(dict.fromkeys(mark.name for mark in reading.marks if mark.kind == "asset"))
        owners = own or owners
        places.append(Place(unit.text, reading, read_terms(unit.text), owners))
    return ReadText(
        tuple(places),
        frozenset(one for place in places for one in place.terms.stems),
        frozenset(mark.name for place in places for mark in place.reading.marks if mark.kind == "asset"),
        frozenset(one for place in places for one in place.terms.names),
    )

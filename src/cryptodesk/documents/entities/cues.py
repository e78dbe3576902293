"""What the words around a name say about the kind of thing it is."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from msgspec import Struct

from cryptodesk.documents.entities.records import EntityType
from cryptodesk.documents.entities.words import Passage

__all__ = ["Cues", "count_cues", "load_cues", "speaks_against"]

_REACH = 9
_PLACES = frozenset({"network", "exchange", "protocol"})
_ON = frozenset({"on", "onto"})


class Cues(Struct, frozen=True):
    near: Mapping[str, frozenset[str]]
    against: Mapping[str, frozenset[str]]


@cache
def load_cues() -> Cues:
    text = (files("cryptodesk.documents.entities") / "cues.toml").read_text("utf-8")
    parsed = tomllib.loads(text)
    near, against = (
        {key: frozenset(words.split()) for key, words in parsed[part].items()} for part in ("near", "against")
    )
    return Cues(near, against)


def count_cues(passage: Passage, first: int, last: int, kind: EntityType) -> int:
    """How many different words of the sentence speak for the kind. "On" counts for what one can be on."""
    words = load_cues().near.get(kind, frozenset())
    count = len(words.intersection(passage.near(first, last, _REACH)))
    before = passage.neighbour(first, -1)
    is_on = kind in _PLACES and before is not None and before.key in _ON and passage.words[first].text[0].isupper()
    return count + is_on


def speaks_against(passage: Passage, first: int, last: int) -> bool:
    """Whether the company is one in which the word is something else."""
    words = load_cues().against.get(passage.words[first].key, frozenset())
    return first == last and not words.isdisjoint(passage.near(first, last, 3))

"""The lists of names that ship with the product, and an index of them by their words."""

from __future__ import annotations

import re
import tomllib
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from importlib.resources import files
from typing import Literal, cast, get_args

from msgspec import Struct

from cryptodesk.documents.entities.records import EntityType
from cryptodesk.documents.entities.words import fold

__all__ = ["Gazetteer", "GazetteerError", "Listed", "Spelling", "load_gazetteer", "load_sources", "parse_list"]

# any: the name itself is proof; cased: with its capitals; cued: with its capitals, beside words that speak of its kind.
Proof = Literal["any", "cased", "cued"]

_LISTS: dict[str, EntityType] = {
    "people": "person",
    "exchanges": "exchange",
    "networks": "network",
    "nft_collections": "nft_collection",
    "investors": "investor",
    "protocols": "protocol",
    "organizations": "organization",
}
_COLUMNS = ("name", "aliases", "handles", "links", "reading", "sources")
_WORDS = re.compile(r"[^\W_]+")
_NOT_SLUG = re.compile(r"[^a-z0-9]+")


class GazetteerError(ValueError):
    """A list is malformed. The message names the list and the line."""


class Listed(Struct, frozen=True):
    """One entry. `links` name it in other lists ("asset:1", "cmc_exchange:270"); `sources` are keys of sources.toml."""

    type: EntityType
    entity_id: str
    name: str
    spellings: tuple[str, ...]
    handles: tuple[str, ...]
    links: tuple[str, ...]
    proof: Proof
    sources: tuple[str, ...]


class Spelling(Struct, frozen=True):
    """A name as it is written, by its folded words."""

    words: tuple[str, ...]
    text: str
    entry: Listed


class Gazetteer:
    """Immutable after construction; safe to share between threads."""

    def __init__(self, entries: Sequence[Listed]) -> None:
        self.entries = tuple(entries)
        by_first: dict[str, list[Spelling]] = defaultdict(list)
        for entry in self.entries:
            for text in entry.spellings:
                words = tuple(fold(word) for word in _WORDS.findall(text))
                by_first[words[0]].append(Spelling(words, text, entry))
        # The longest first: a name is not read where a longer one stands.
        self.by_first = {
            first: tuple(sorted(found, key=lambda one: -len(one.words))) for first, found in by_first.items()
        }
        self.by_handle: dict[str, Listed] = {}
        for entry in self.entries:
            for handle in entry.handles:
                self.by_handle.setdefault(handle.casefold(), entry)


@cache
def load_gazetteer() -> Gazetteer:
    """The shipped lists. Raises: GazetteerError."""
    return Gazetteer([entry for stem, kind in _LISTS.items() for entry in parse_list(stem, kind, _read(f"{stem}.tsv"))])


@cache
def load_sources() -> Mapping[str, str]:
    """Where the names were read, by key."""
    parsed = tomllib.loads(_read("sources.toml"))
    return {key: str(source["where"]) for key, source in parsed.items()}


def parse_list(stem: str, kind: EntityType, text: str) -> Iterator[Listed]:
    """Raises: GazetteerError for a wrong heading, a wrong number of columns, or a row without a source."""
    lines = [(number, line) for number, line in enumerate(text.splitlines(), 1) if line and not line.startswith("#")]
    if not lines or tuple(lines[0][1].split("\t")) != _COLUMNS:
        raise GazetteerError(f"{stem}: expected the columns {', '.join(_COLUMNS)}")
    for number, line in lines[1:]:
        cells = line.split("\t")
        if len(cells) != len(_COLUMNS) or not cells[0] or not cells[5] or cells[4] not in get_args(Proof):
            raise GazetteerError(f"{stem}, line {number}: expected a name, a reading and a source, got {line!r}")
        yield _entry(kind, cells)


def _entry(kind: EntityType, cells: Sequence[str]) -> Listed:
    name = cells[0]
    return Listed(
        type=kind,
        entity_id=f"{kind}:{_NOT_SLUG.sub('-', fold(name)).strip('-')}",
        name=name,
        spellings=(name, *_split(cells[1], "|")),
        handles=_split(cells[2], "|"),
        links=_split(cells[3], "|"),
        proof=cast(Proof, cells[4]),
        sources=_split(cells[5], ","),
    )


def _split(cell: str, mark: str) -> tuple[str, ...]:
    return tuple(piece for piece in cell.split(mark) if piece)


def _read(name: str) -> str:
    return (files("cryptodesk.documents.entities") / "gazetteers" / name).read_text("utf-8")

"""The words of `vocabulary.toml` as one lookup table: a phrase of the text becomes a sign of what a figure is of."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, NamedTuple

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["Phrase", "PhraseTable", "Vocabulary", "load_vocabulary", "phrase_table", "word_set", "words_of"]

_WORD = Pattern(r"[^\W_]+|&")


class Phrase(NamedTuple):
    """`kind` is measure, aspect, direction, qualifier, operation or a list of `[words]`; `name` is which of them."""

    kind: str
    name: str


# First word -> the phrases that begin with it, longest first, each with the words that follow.
PhraseTable = Mapping[str, tuple[tuple[tuple[str, ...], tuple[Phrase, ...]], ...]]


class Vocabulary(Struct, frozen=True):
    """`measure_of_key` maps a field's name in words to its measure; `opposites` a word of direction to its opposite."""

    phrases: PhraseTable
    measure_of_key: Mapping[str, str]
    units: Mapping[str, str]
    measure_words: Mapping[str, str]
    signs: Mapping[str, int]
    opposites: Mapping[str, str]
    currencies: Mapping[str, str]
    weak: frozenset[str]
    labels: frozenset[str]
    ordinary: frozenset[str]
    stop_symbols: frozenset[str]


def words_of(text: str) -> tuple[str, ...]:
    return tuple("and" if word == "&" else word for word in _WORD.findall(text.lower()))


def word_set(text: str) -> frozenset[str]:
    """Words written one after another."""
    return frozenset(text.split())


@cache
def load_vocabulary() -> Vocabulary:
    tables = tomllib.loads((files(__package__) / "vocabulary.toml").read_text())
    measures: dict[str, dict[str, Any]] = tables["measures"]
    pairs: list[list[str]] = tables["directions"]["pairs"]
    return Vocabulary(
        phrases=phrase_table(_phrases(tables)),
        measure_of_key=MappingProxyType({key: name for name, one in measures.items() for key in one["keys"]}),
        units=MappingProxyType({name: one["unit"] for name, one in measures.items()}),
        measure_words=MappingProxyType({name: one["words"][0] for name, one in measures.items()}),
        signs=MappingProxyType({word: sign for pair in pairs for word, sign in zip(pair, (1, -1), strict=True)}),
        opposites=MappingProxyType({pair[at]: pair[1 - at] for pair in reversed(pairs) for at in (0, 1)}),
        currencies=MappingProxyType(tables["currencies"]),
        weak=frozenset(" ".join(words_of(text)) for text in tables["words"]["weak"]),
        labels=frozenset(tables["words"]["labels"]),
        ordinary=frozenset(tables["words"]["ordinary"]),
        stop_symbols=frozenset(tables["words"]["stop_symbols"]),
    )


def _phrases(tables: Mapping[str, Any]) -> Iterable[tuple[str, Phrase]]:
    for name, one in tables["measures"].items():
        yield from ((text, Phrase("measure", name)) for text in one["words"])
    for table, kind in (("aspects", "aspect"), ("qualifiers", "qualifier"), ("operations", "operation")):
        for name, texts in tables[table].items():
            yield from ((text, Phrase(kind, name)) for text in texts)
    for up, down in tables["directions"]["pairs"]:
        yield up, Phrase("direction", "up")
        yield down, Phrase("direction", "down")
    yield from ((text, Phrase("direction", "neutral")) for text in tables["directions"]["neutral"])
    for name in ("market", "pronouns", "against", "hypothetical", "attributed", "filler"):
        yield from ((text, Phrase(name, name)) for text in tables["words"][name])


def phrase_table(phrases: Iterable[tuple[str, Phrase]]) -> PhraseTable:
    found: dict[tuple[str, ...], dict[Phrase, None]] = {}
    for text, phrase in phrases:
        found.setdefault(words_of(text), {})[phrase] = None
    table: dict[str, list[tuple[tuple[str, ...], tuple[Phrase, ...]]]] = {}
    for words in sorted(found, key=len, reverse=True):
        table.setdefault(words[0], []).append((words[1:], tuple(found[words])))
    return MappingProxyType({first: tuple(rest) for first, rest in table.items()})

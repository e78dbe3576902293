"""The shipped list of words with their polarity, and the words that turn or strengthen others."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Literal, get_args

import msgspec
from msgspec import Struct

__all__ = ["MOST_POLARITY", "Lexicon", "LexiconError", "Modifiers", "Term", "load_lexicon", "parse_lexicon"]

MOST_POLARITY = 4.0

Kind = Literal["plain", "move", "crash", "noun", "subject"]
Group = Literal["crypto", "finance", "general"]
_KINDS, _GROUPS = frozenset(get_args(Kind)), frozenset(get_args(Group))
_COLUMNS = 4


class LexiconError(ValueError):
    """The list is malformed. The message names the line and says what is wrong."""


class Term(Struct, frozen=True):
    """One entry. `name` is its first form; `polarity` runs from -4 (worst) to 4 (best)."""

    name: str
    polarity: float
    group: Group
    kind: Kind


class Modifiers(Struct, frozen=True, forbid_unknown_fields=True):
    """Words that change the weight of others; see the comments in the file."""

    negators: frozenset[str]
    not_negating: frozenset[str]
    failing: frozenset[str]
    boosters: frozenset[str]
    dampeners: frozenset[str]
    setting_aside: frozenset[str]
    contrasting: frozenset[str]
    linking: frozenset[str]


class Lexicon(Struct, frozen=True):
    """`terms` by the words of each form; `longest` holds for a first word the most words a form with it has. `between`
    may stand between a movement and the thing that moves."""

    terms: Mapping[tuple[str, ...], Term]
    longest: Mapping[str, int]
    modifiers: Modifiers
    between: frozenset[str] = frozenset()


@cache
def load_lexicon() -> Lexicon:
    """The shipped one. Raises: LexiconError."""
    folder = files(__package__)
    return parse_lexicon((folder / "lexicon.tsv").read_text("utf-8"), (folder / "modifiers.toml").read_text("utf-8"))


def parse_lexicon(table: str, modifiers: str) -> Lexicon:
    """A table of `forms<TAB>polarity<TAB>group<TAB>kind` lines, and the TOML of the modifiers.

    Raises: LexiconError naming the first bad line."""
    terms: dict[tuple[str, ...], Term] = {}
    for number, line in enumerate(table.splitlines(), 1):
        if line and not line.startswith("#"):
            forms, term = _parse_line(number, line)
            for words in forms:
                if words in terms:
                    raise LexiconError(f"line {number}: {' '.join(words)!r} stands there already")
                terms[words] = term
    try:
        read = msgspec.convert(tomllib.loads(modifiers), Modifiers)
    except (tomllib.TOMLDecodeError, msgspec.ValidationError) as error:
        raise LexiconError(f"modifiers: {error}") from None
    between = read.linking | read.boosters | read.dampeners
    longest: dict[str, int] = {}
    for words in terms:
        longest[words[0]] = max(longest.get(words[0], 0), len(words))
    return Lexicon(MappingProxyType(terms), MappingProxyType(longest), read, between)


def _parse_line(number: int, line: str) -> tuple[list[tuple[str, ...]], Term]:
    columns = line.split("\t")
    if len(columns) != _COLUMNS:
        raise LexiconError(f"line {number}: expected {_COLUMNS} columns, got {len(columns)}")
    forms = [tuple(form.split()) for form in columns[0].split("|")]
    group, kind = columns[2], columns[3]
    if not all(forms) or group not in _GROUPS or kind not in _KINDS:
        raise LexiconError(f"line {number}: {line!r} has an empty form, an unknown group or an unknown kind")
    polarity = _polarity(number, columns[1])
    return forms, msgspec.convert(
        {"name": " ".join(forms[0]), "polarity": polarity, "group": group, "kind": kind}, Term
    )


def _polarity(number: int, text: str) -> float:
    try:
        polarity = float(text)
    except ValueError:
        raise LexiconError(f"line {number}: polarity {text!r} is no number") from None
    if not 0 < abs(polarity) <= MOST_POLARITY:
        raise LexiconError(f"line {number}: polarity {text!r} is not within ±{MOST_POLARITY:g}, or zero")
    return polarity

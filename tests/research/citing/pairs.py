"""The committed pairs of a sentence and the passage it cites, and how the checker fares on them."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from msgspec import Struct

from cryptodesk.research.citing.support import check_sentence

__all__ = ["WRONG", "Pair", "load_held_out", "load_pairs", "misjudged"]

WRONG = ("figure", "subject", "unrelated", "negation", "swapped")
_FOLDER = Path(__file__).parent / "data"


class Pair(Struct, frozen=True):
    """`kind` is "true", or in which way the sentence is wrong."""

    kind: str
    sentence: str
    passage: str
    title: str


@cache
def load_pairs() -> tuple[Pair, ...]:
    """Those that the checker was made on."""
    return tuple(_pairs("pairs.toml"))


@cache
def load_held_out() -> tuple[Pair, ...]:
    """Those that were written after it."""
    return tuple(_pairs("held_out.toml"))


def _pairs(name: str) -> Iterator[Pair]:
    rows = tomllib.loads((_FOLDER / name).read_text("utf-8"))["passage"]
    for at, row in enumerate(rows):
        for kind in ("true", *WRONG):
            for sentence in row.get(kind, ()):
                yield Pair(kind, sentence, row["text"], row["title"])
        # Two passages on, so that neighbours of one subject are not taken for strangers.
        other = rows[(at + 2) % len(rows)]
        for sentence in other["true"][:2]:
            yield Pair("unrelated", sentence, row["text"], row["title"])


def misjudged(kind: str, pairs: Sequence[Pair] | None = None) -> list[tuple[Pair, str]]:
    """Pairs of the kind on which the checker is wrong, with its reason."""
    chosen = [pair for pair in (load_pairs() if pairs is None else pairs) if pair.kind == kind]
    found = [(pair, check_sentence(pair.sentence, [pair.passage])) for pair in chosen]
    return [(pair, support.reason) for pair, support in found if support.is_supported != (kind == "true")]

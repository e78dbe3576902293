"""What a passage is found by, as lexemes: the same words and names that the embedded index finds it by.

They are made here and not by the server, whose parser and dictionaries depend on how it was set up. A lexeme of the
title, the topics or the names of the assets is there a second time, with `HEAD` before it: a search can prefer it
without reading what it has found."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from functools import cache

import tantivy
from msgspec import Struct

from cryptodesk.documents.index.fulltext import (
    MOST_QUERY_TERMS,
    TextRow,
    fields_of,
    name_analyzer,
    word_analyzer,
)
from cryptodesk.documents.index.spelling import fold_spelling

__all__ = ["ANALYSIS", "HEAD", "Lexemes", "idf", "lexemes_of", "query_words", "quoted"]

# Counted up when the same text has other lexemes than before: the index is then built anew.
ANALYSIS = 1
HEAD = "^"

# More of the same adds nothing that counts, and a lexeme has room for no more than 255.
_MOST_OCCURRENCES = 8
_TITLE, _TOPICS, _BODY = "A", "B", "D"


class Lexemes(Struct, frozen=True):
    """`words` is a tsvector in its own spelling."""

    words: str
    word_keys: tuple[str, ...]
    names: tuple[str, ...]


def lexemes_of(row: TextRow) -> Lexemes:
    fields = fields_of(row)
    counts = {
        label: Counter(_words(text))
        for label, text in ((_TITLE, fields.title), (_TOPICS, fields.topics), (_BODY, fields.body))
    }
    occurrences: dict[str, list[str]] = {}
    for label, count in counts.items():
        for word, times in count.items():
            occurrences.setdefault(word, []).extend([label] * times)
    head = dict.fromkeys(f"{HEAD}{word}" for word in (*counts[_TITLE], *counts[_TOPICS]))
    words = [f"{quoted(word)}:{_positions(labels)}" for word, labels in occurrences.items()]
    names = dict.fromkeys(_names(fields.body_names))
    names |= dict.fromkeys(f"{HEAD}{name}" for name in _names(fields.head_names))
    return Lexemes(" ".join([*words, *map(quoted, head)]), (*occurrences, *head), tuple(names))


def _positions(labels: Sequence[str]) -> str:
    """As many as there are occurrences, from the heaviest down: where they stand in the text is of no interest."""
    return ",".join(f"{at}{label}" for at, label in enumerate(labels[:_MOST_OCCURRENCES], 1))


def query_words(text: str) -> list[str]:
    """The words of a question that passages are found by, each once."""
    return list(dict.fromkeys(_words(fold_spelling(text))))[:MOST_QUERY_TERMS]


def quoted(lexeme: str) -> str:
    """As a lexeme is spelt in a tsvector or a tsquery."""
    return "'" + lexeme.replace("\\", "\\\\").replace("'", "''") + "'"


def idf(passages: int, total: int) -> float:
    """What a word is worth that so many of all passages have.

    Source: Robertson and Zaragoza, The Probabilistic Relevance Framework: BM25 and Beyond (2009), section 3.1."""
    return math.log1p((max(total - passages, 0) + 0.5) / (passages + 0.5))


def _words(text: str) -> Iterable[str]:
    found: list[str] = _word_analyzer().analyze(text)
    return found


def _names(text: str) -> Iterable[str]:
    found: list[str] = _name_analyzer().analyze(text)
    return found


@cache
def _word_analyzer() -> tantivy.TextAnalyzer:
    return word_analyzer()


@cache
def _name_analyzer() -> tantivy.TextAnalyzer:
    return name_analyzer()

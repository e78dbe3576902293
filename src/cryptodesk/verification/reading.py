"""One unit of an answer read: its figures, and the words around them that say what they are of."""

from __future__ import annotations

import re
from collections.abc import Container, Iterator, Sequence
from datetime import date
from typing import NamedTuple

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.dates import MONTH_WORDS, DateMention, find_dates
from cryptodesk.verification.entities import Name, NameTable, catalog_names
from cryptodesk.verification.figures import Figure, Span, find_figures, find_masks
from cryptodesk.verification.number_words import NUMBER_WORDS, find_number_words
from cryptodesk.verification.periods import PeriodMention, find_parameters, find_periods
from cryptodesk.verification.vocabulary import Phrase, Vocabulary

__all__ = ["Mark", "Reading", "read_unit"]

_TOKEN = Pattern(r"[^\W_]+|&")


class Mark(NamedTuple):
    """Something that the words say. `kind` is asset, or the kind of a phrase; `name` is an entity's key or the
    phrase's name; `words` is the text of it in lower case."""

    start: int
    end: int
    kind: str
    name: str
    words: str
    is_known: bool = True


class Reading(Struct, gc=False):
    """All positions are within `text`."""

    text: str
    figures: list[Figure]
    marks: list[Mark]
    periods: list[PeriodMention]
    dates: list[DateMention]
    words: frozenset[str]

    def by_kind(self) -> dict[str, list[Mark]]:
        found: dict[str, list[Mark]] = {}
        for mark in self.marks:
            found.setdefault(mark.kind, []).append(mark)
        return found


def read_unit(text: str, names: NameTable, vocabulary: Vocabulary, today: date, held: Container[str] = ()) -> Reading:
    """`held` are the measures that results have: words with other meanings too are read as measures of these alone."""
    has_digits = any(map(str.isdigit, text))
    masks = find_masks(text)
    tokens = list(_TOKEN.finditer(text))
    if masks:
        tokens = [token for token in tokens if not _inside(masks, token.start())]
    lowers = ["and" if token.group() == "&" else token.group().lower() for token in tokens]
    words = frozenset(lowers)
    has_dates = has_digits or not words.isdisjoint(MONTH_WORDS)
    dates = [one for one in find_dates(text, today) if not _inside(masks, one.start)] if has_dates else []
    parameters = find_parameters(text) if has_digits else []
    hidden = [*masks, *((one.start, one.end) for one in dates), *(span for span, _ in parameters)]
    marks = [
        mark
        for mark in _marks(text, tokens, lowers, names, vocabulary)
        if mark.kind != "measure" or mark.words not in vocabulary.weak or mark.name in held
    ]
    named = [(mark.start, mark.end) for mark in marks if mark.kind == "asset"]
    figures = find_figures(text, [*hidden, *named], vocabulary) if has_digits else []
    if not words.isdisjoint(NUMBER_WORDS):
        figures += find_number_words(text, tokens, vocabulary)
    figures.sort(key=lambda figure: figure.start)
    marks = _without_units(marks, figures)
    taken = [*hidden, *((mark.start, mark.end) for mark in marks if mark.kind in {"asset", "aspect"})]
    periods = [*find_periods(text, words, figures, taken), *(one for _, one in parameters if one is not None)]
    return Reading(text, figures, marks, sorted(periods), dates, words)


def _without_units(marks: list[Mark], figures: Sequence[Figure]) -> list[Mark]:
    """The USDT of a price of "2,397.85 USDT" is its currency, and nobody's name."""
    spans = [(one.start, one.end) for one in figures if one.kind == "money" and not one.prefix.endswith("$")]
    return [mark for mark in marks if mark.kind != "asset" or not _inside(spans, mark.start)] if spans else marks


def _inside(spans: Sequence[Span], place: int) -> bool:
    return any(start <= place < end for start, end in spans)


def _marks(
    text: str, tokens: Sequence[re.Match[str]], words: Sequence[str], names: NameTable, vocabulary: Vocabulary
) -> Iterator[Mark]:
    """Names and phrases, longest first, none within another."""
    catalog, phrases = catalog_names(), vocabulary.phrases
    at = 0
    while at < len(words):
        word = words[at]
        options = phrases.get(word)
        name = None
        if word in names or word in catalog or (word[-1] == "s" and word[:-1] in _WRITTEN_SMALL):
            name = _named_at(text, tokens, words, at, (names, catalog), vocabulary)
        if name is None and options is None:
            at += 1
            continue
        length = 1 + len(name.rest) if name else 0
        found: tuple[Phrase, ...] = ()
        for rest, these in options or ():
            reach = len(rest) + 1
            if reach > length and (not rest or tuple(words[at + 1 : at + reach]) == rest):
                found, length, name = these, reach, None
                break
        if not length:
            at += 1
            continue
        start, end = tokens[at].start(), tokens[at + length - 1].end()
        said = " ".join(words[at : at + length])
        if name is not None:
            yield Mark(start, end, "asset", name.key, said, name.is_known)
        for phrase in found:
            yield Mark(start, end, phrase.kind, phrase.name, said)
        at += length


def _named_at(
    text: str,
    tokens: Sequence[re.Match[str]],
    words: Sequence[str],
    at: int,
    tables: Sequence[NameTable],
    vocabulary: Vocabulary,
) -> Name | None:
    """The entity named here, those of the results before those of the catalogue."""
    word = words[at]
    for table in tables:
        rows = table.get(word)
        name = _name(text, tokens, words, at, rows, vocabulary) if rows else None
        if name is not None:
            return name
    if word[-1] == "s" and word[:-1] in _WRITTEN_SMALL:
        return next((found for table in tables if (found := _plural(table.get(word[:-1], ()))) is not None), None)
    return None


def _name(
    text: str,
    tokens: Sequence[re.Match[str]],
    words: Sequence[str],
    at: int,
    spellings: Sequence[Name],
    vocabulary: Vocabulary,
) -> Name | None:
    for name in spellings:
        if tuple(words[at + 1 : at + 1 + len(name.rest)]) != name.rest:
            continue
        start, end = tokens[at].start(), tokens[at + len(name.rest)].end()
        said = text[start:end]
        if name.is_symbol:
            if said == name.spelling or (said == name.spelling.upper() and len(said) > 2):
                return name
        elif _is_meant(text, start, said, name, vocabulary):
            return name
    return None


def _plural(spellings: Sequence[Name]) -> Name | None:
    """ "bitcoins": one word, and no ordinary one."""
    return next((name for name in spellings if not name.rest and name.spelling.lower() in _WRITTEN_SMALL), None)


def _is_meant(text: str, start: int, said: str, name: Name, vocabulary: Vocabulary) -> bool:
    """Whether the words are the name and no ordinary words."""
    if said.islower() and not name.rest and name.spelling.islower() and said not in _WRITTEN_SMALL:
        return text[start - 1 : start] in _QUOTES  # a keyword, where it is spoken of as one
    if said.lower() not in vocabulary.ordinary and (len(said) >= 5 or not name.rest):
        is_plain = said.lower() in _WRITTEN_SMALL or len(name.rest) > 0
        return not said.islower() or is_plain or (name.spelling.islower() and name.is_known)
    if not said[:1].isupper():
        return False
    if text.strip(_AROUND_NAME) == said:
        return True  # nothing else is in the cell
    is_opening = not text[:start].strip(' *_-•|>#("“') or text[:start].rstrip().endswith((".", ":", "!", "?"))
    return (
        not is_opening
        or text[start + len(said) :].lstrip(" *").startswith(("(", "|", "'", "’", "·"))
        or "|" in text[:start]
    )


_AROUND_NAME = " *_.0123456789"
_QUOTES = frozenset("\"'“‘«")
_WRITTEN_SMALL = frozenset(
    {"bitcoin", "ethereum", "ether", "solana", "dogecoin", "cardano", "ripple", "tether", "chainlink"}
)

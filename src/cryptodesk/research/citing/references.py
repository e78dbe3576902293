"""Facts by reference: a language model writes `{{f12}}`, and code puts the figure there.

So a figure of our own graph's text cannot be misread, rounded away or invented: what has no reference is free, and free
figures count as unbound.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from itertools import islice

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.core.verification import CellReference
from cryptodesk.research.citing._formats import FORMATS, Format, is_share, written
from cryptodesk.research.citing._terms import read_terms
from cryptodesk.research.citing._text import one_line
from cryptodesk.research.citing.sources import SourceBook
from cryptodesk.verification.facts import Cell, FactTable
from cryptodesk.verification.precision import stands_for
from cryptodesk.verification.reading import Reading, read_unit
from cryptodesk.verification.series import Series
from cryptodesk.verification.vocabulary import load_vocabulary
from cryptodesk.verification.wording import field_title

__all__ = ["REFERENCE", "Fact", "FactSheet", "FilledSpan", "FilledText", "FreeFigure", "free_figures"]

# Sloppy forms too: one pair of braces, spaces, a capital.
REFERENCE = Pattern(r"\{\{?\s{0,2}[fF](\d{1,4})\s{0,2}(?:[|:]\s{0,2}([a-z]{1,10})\s{0,2})?\}\}?")
_NOTHING = "n/a"
_MOST_FACTS = 400
_TOKEN_CHARACTERS = 4
_LINE_CHARACTERS = 140
_CLAUSE = 48
_WORD = Pattern(r"[A-Za-z]+")
_BREAK = Pattern(r"[.;:!?]\s|,\s(?:and|while|but)\s")
_COUNTED = frozenset({"plain", "count"})
_UNFREE = frozenset({"duration"})
_SKIPPED = frozenset({"cmc_id_lookup", "cmc_content_search", "cmc_math_eval"})


class Fact(Struct, frozen=True):
    """One cell that may be referred to. `name` is "f12", `of` whose it is, `what` the field in words; `texts` are the
    value in each format; `keys` the sources it is of."""

    name: str
    of: str
    what: str
    value: float
    texts: dict[Format, str]
    as_of: str
    keys: tuple[str, ...]
    cell: CellReference
    is_change: bool = False

    def text(self, style: Format = "default") -> str:
        return self.texts[style]


class FilledSpan(Struct, frozen=True):
    """Characters of a filled text that came from a fact."""

    start: int
    end: int
    name: str
    keys: tuple[str, ...]


class FilledText(Struct, frozen=True):
    """`unknown` are references to no fact, each written as n/a; `turned` are facts whose sign the words contradict."""

    text: str
    spans: tuple[FilledSpan, ...] = ()
    unknown: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()


class FreeFigure(Struct, frozen=True):
    """A figure that a text has of its own."""

    text: str
    start: int
    end: int


class FactSheet:
    """The cells of a run's results, the most relevant to a question first: they have the lowest numbers."""

    def __init__(self, book: SourceBook, question: str, now: datetime) -> None:
        results = [one for one in book.results if one.tool not in _SKIPPED]
        table = FactTable(results)
        wanted = frozenset(read_terms(question).stems)
        found = [*_of_cells(table, now), *_of_histories(table)]
        ranked = sorted(enumerate(found), key=lambda pair: (-_relevance(pair[1], wanted, table), pair[0]))
        self._facts: dict[str, Fact] = {}
        for _, cell in islice(ranked, _MOST_FACTS):
            name = f"f{len(self._facts) + 1}"
            self._facts[name] = _fact(name, cell, table, book, now)
        self.user_text = question

    def __len__(self) -> int:
        return len(self._facts)

    def __getitem__(self, name: str) -> Fact:
        """Raises: KeyError for a reference to no fact."""
        return self._facts[name]

    @property
    def facts(self) -> tuple[Fact, ...]:
        return tuple(self._facts.values())

    def render(self, book: SourceBook, most_tokens: int = 1_500) -> str:
        """The sheet as a prompt has it: "f1 | Bitcoin | price | $78,264.10 | 2026-09-10 | s1", one a line."""
        left = most_tokens * _TOKEN_CHARACTERS
        lines: list[str] = []
        for fact in self._facts.values():
            marks = " ".join(book.mark_id(key) for key in fact.keys)
            line = " | ".join((fact.name, fact.of or "market", fact.what, fact.text(), fact.as_of, marks))
            left -= len(line[:_LINE_CHARACTERS]) + 1
            if left < 0:
                break
            lines.append(line[:_LINE_CHARACTERS])
        return "\n".join(lines)

    def fill(self, text: str) -> FilledText:
        """The text with every reference replaced by its figure. A falling figure after "fell" loses its minus."""
        pieces: list[str] = []
        spans: list[FilledSpan] = []
        unknown: list[str] = []
        turned: list[str] = []
        place = length = 0
        for match in REFERENCE.finditer(text):
            before = text[place : match.start()]
            pieces.append(before)
            length += len(before)
            place = match.end()
            fact = self._facts.get(f"f{int(match[1])}")
            if fact is None:
                unknown.append(match.group())
                pieces.append(_NOTHING)
                length += len(_NOTHING)
                continue
            direction = _direction(text[: match.start()]) if fact.is_change else 0
            figure = fact.text(_style(match[2], fact, direction))
            if direction and fact.value and (fact.value > 0) != (direction > 0):
                turned.append(fact.name)
            spans.append(FilledSpan(length, length + len(figure), fact.name, fact.keys))
            pieces.append(figure)
            length += len(figure)
        return FilledText("".join([*pieces, text[place:]]), tuple(spans), tuple(unknown), tuple(turned))


def free_figures(filled: FilledText, allowed: Iterable[str] = (), today: date = date(2100, 1, 1)) -> list[FreeFigure]:
    """Figures and days that no reference put there, and that stand in none of the `allowed` texts (the user's words,
    quoted passages). Lengths of time are none: "over 30 days" says which figure is meant."""
    reading = _reading(filled.text, today)
    own = [(one.start, one.end) for one in filled.spans]
    held = [_reading(text[:20_000], today) for text in allowed]
    values = [(one.kind, one.value) for other in held for one in other.figures]
    days = {one.first for other in held for one in other.dates}
    free = [
        FreeFigure(one.text, one.start, one.end)
        for one in reading.figures
        if one.kind not in _UNFREE
        and not (one.is_word and one.kind == "plain")
        and not any(start < one.end and one.start < end for start, end in own)
        and not any(
            (kind == one.kind or {kind, one.kind} <= _COUNTED) and stands_for(one, value) for kind, value in values
        )
    ]
    free += [
        FreeFigure(filled.text[one.start : one.end], one.start, one.end)
        for one in reading.dates
        if one.grain == "day" and one.first not in days and not any(s < one.end and one.start < e for s, e in own)
    ]
    return sorted(free, key=lambda one: one.start)


def _reading(text: str, today: date) -> Reading:
    return read_unit(text, {}, load_vocabulary(), today)


def _style(asked: str | None, fact: Fact, direction: int) -> Format:
    for style in FORMATS:
        if asked == style:
            return style
    is_told = direction and fact.value and (fact.value > 0) == (direction > 0)
    return "size" if is_told else "default"


def _direction(before: str) -> int:
    """Up or down by the last such word of the clause in front; 0 where none is."""
    clause = _BREAK.split(before[-_CLAUSE:])[-1]
    if "{{" in clause or "}" in clause:
        clause = clause[clause.rfind("}") + 1 :]
    signs = load_vocabulary().signs
    return next((signs[word] for word in reversed([one.lower() for one in _WORD.findall(clause)]) if word in signs), 0)


# --- from cells to facts -------------------------------------------------------------------------------------------


class _Told(Struct):
    """A cell with what its own name does not say."""

    cell: Cell
    what: str = ""
    as_of: str = ""


def _of_cells(table: FactTable, now: datetime) -> Iterable[_Told]:
    for cell in table.cells:
        # Numbers of provenance and the like are of nobody.
        if cell.path and cell.path[0] not in {"age_days", "provenance"} and type(cell.path[-1]) is str:
            yield _Told(cell, "", table.moment_of(cell, now))


def _of_histories(table: FactTable) -> Iterable[_Told]:
    """Beginning, end, extremes and change of each history: the bars between are for charts."""
    for one in table.series:
        is_of_bars = {"open", "high", "low", "close"} <= set(one.headers)
        for name in one.headers[1:]:
            yield from _ends(one, name, _OF_BARS[name] if is_of_bars and name in _OF_BARS else tuple(_ENDS))
        yield from _change(one)


_ENDS = {"first": 0, "last": -1, "highest": -1, "lowest": 0}
_OF_BARS = {"open": ("first",), "high": ("highest",), "low": ("lowest",), "close": ("last", "highest", "lowest")}


def _ends(series: Series, name: str, wanted: Iterable[str]) -> Iterable[_Told]:
    column = series.headers.index(name)
    rows = [(row[column], at) for at, row in enumerate(series.rows) if type(row[column]) in (int, float)]
    if len(rows) < 2:
        return
    for word in wanted:
        chosen = sorted(rows) if word in {"highest", "lowest"} else rows
        value, at = chosen[_ENDS[word]]
        cell = Cell(value, (*series.path, "rows", at, name), series.entity, series.call, series.days[at])
        yield _Told(cell, f"{word} {name}", series.days[at].isoformat())


def _change(series: Series) -> Iterable[_Told]:
    """From the first open (or close) to the last close, as a percentage: what a history is asked for first."""
    pairs = series.changes((0, len(series.rows)))
    if len(series.rows) < 2 or not pairs or series.measure == "volume":
        return
    first, last = pairs[0]
    path = (*series.path, "rows", len(series.rows) - 1, "percent_change")
    cell = Cell((last / first - 1) * 100, path, series.entity, series.call, series.days[-1])
    days = f"{series.days[0].isoformat()} to {series.days[-1].isoformat()}"
    yield _Told(cell, f"change of the {series.measure}, {days}", days)


def _relevance(told: _Told, wanted: frozenset[str], table: FactTable) -> float:
    cell = told.cell
    owner = cell.entity.name if cell.entity is not None else ""
    symbol = cell.entity.symbol if cell.entity is not None else ""
    words = read_terms(f"{field_title(cell.meaning)} {told.what}").stems
    named = frozenset(read_terms(f"{owner} {symbol}").stems)
    score = 3.0 * bool(named & wanted) + 2.0 * len(wanted & frozenset(words))
    if cell.meaning.measure == "price":
        score += 1.0
    return score - 0.5 * len(cell.path) / 4 - (1.0 if "history" in cell.path else 0.0)


def _fact(name: str, told: _Told, table: FactTable, book: SourceBook, now: datetime) -> Fact:
    cell, meaning = told.cell, told.cell.meaning
    result = table.results[cell.call]
    currency = table.currency(cell.call)
    owner = table.entities.label(cell.entity.key) if cell.entity is not None else ""
    moment = told.as_of or table.moment_of(cell, now)
    reference = CellReference(
        result.call_id, result.tool, cell.pointer, owner or None, field_title(meaning), cell.value, None, moment
    )
    texts: dict[Format, str] = {style: written(cell.value, meaning, currency, style) for style in FORMATS}
    return Fact(
        name, one_line(owner, 60), one_line(told.what or field_title(meaning), 60), cell.value, texts, moment,
        book.keys_of(reference), reference, is_share(meaning) and meaning.aspect == "change",
    )  # fmt: skip

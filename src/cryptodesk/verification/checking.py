"""Checks an answer against the tool results it was written from, unit by unit in one pass."""

from __future__ import annotations

import re
from collections import ChainMap
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from functools import cached_property

import msgspec

from cryptodesk.core.events import ComputedFigure
from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.arithmetic import Known
from cryptodesk.verification.binding import Binder, Outcome
from cryptodesk.verification.claims import Claim, read_claims
from cryptodesk.verification.dates import DateMention, find_dates
from cryptodesk.verification.entities import catalog_tickers
from cryptodesk.verification.facts import Cell, FactTable, ToolResult
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.handed import Handed, handed_over
from cryptodesk.verification.layout import Splitter, Unit
from cryptodesk.verification.reading import Mark, Reading, read_unit
from cryptodesk.verification.sentence import Context
from cryptodesk.verification.tables import TableReader
from cryptodesk.verification.verdicts import CellReference, CheckedFigure, Verification, summed
from cryptodesk.verification.vocabulary import load_vocabulary
from cryptodesk.verification.wording import field_title, formatted_like

__all__ = ["CheckedUnit", "Checker", "Checking"]

_MOST_KNOWN = 10
_LONGEST_CELL = 800
_LONGEST_QUESTION = 2_000
# An answer with more is no answer; what is beyond is told as unbound, so that nothing of it passes for checked.
_MOST_FIGURES = 3_000
# What may be asked, in the words of a question: "(“on 2024-03-14”)".
_EXAMPLE = Pattern(r"(?:\bfor example|\be\.g\.|\bsuch as|\()[^.;]*“[^”]*$", re.IGNORECASE)
# "volume above 5m" of a question; in an answer that may be minutes.
_SMALL_MAGNITUDE = Pattern(r"(?<=\d)[mb](?!\w)")
_TOO_MANY = Outcome("unbound", "more figures than are checked")


def _in_capitals(match: re.Match[str]) -> str:
    return match[0].upper()


class CheckedUnit(msgspec.Struct):
    """A unit with the verdicts on its figures; `claims` go with `figures`, None for dates. Places in a claim count from
    the sentence or table cell it was read in, places in a figure from the beginning of the answer."""

    unit: Unit
    figures: list[CheckedFigure]
    claims: list[Claim | None]


class Checker:
    """Holds the results of a conversation. `user_texts` are what the user wrote; `now` is the moment of the answer;
    `computed` are figures that trusted code worked out from the results."""

    def __init__(
        self,
        results: Iterable[ToolResult],
        user_texts: Sequence[str],
        now: datetime,
        computed: Sequence[ComputedFigure] = (),
    ) -> None:
        self.results = tuple(results)
        self.computed = tuple(computed)
        self.user_texts = tuple(user_texts)
        self.now = now

    @cached_property
    def facts(self) -> FactTable:
        return FactTable(self.results)

    @cached_property
    def said_by_user(self) -> Sequence[Known]:
        """Figures of the user's words."""
        found = []
        for text in self.user_texts:
            read = _SMALL_MAGNITUDE.sub(_in_capitals, text[:20_000])
            reading = read_unit(read, self.facts.entities.names(), load_vocabulary(), self.now.date())
            found += [
                Known(one.value, one.kind, (), one.text, one.unit) for one in reading.figures if one.kind != "duration"
            ]
        return found

    @cached_property
    def days_said(self) -> frozenset[date]:
        """Days in the user's words and in the arguments of calls, and today."""
        days = {self.now.date(), self.now.date() - timedelta(days=1)}
        for text in (*self.user_texts, *(result.arguments for result in self.results)):
            for one in find_dates(text[:20_000], self.now.date()):
                days |= {day for day in (one.first, one.last) if day is not None}
        return frozenset(days)

    @cached_property
    def days_quoted(self) -> Mapping[date, str]:
        """Days in the texts of documents, however they are written, with the title of the first that names each."""
        days: dict[date, str] = {}
        for passage in self.facts.passages:
            for one in find_dates(f"{passage.title}. {passage.text}"[:20_000], self.now.date()):
                if one.grain == "day" and one.first is not None:
                    days.setdefault(one.first, passage.title or passage.url)
        return days

    @cached_property
    def tickers(self) -> Mapping[str, str]:
        """Ticker -> entity: those of the results before those of the catalogue."""
        own = {one.symbol: key for key, one in reversed(self.facts.entities.by_key.items()) if one.symbol}
        return ChainMap(own, catalog_tickers())  # type: ignore[arg-type]  # read only, and too large to copy each time

    @cached_property
    def handed(self) -> Sequence[Handed]:
        return handed_over(self.computed, self.facts, self.tickers)

    def check(self, text: str) -> Verification:
        checking = Checking(self)
        splitter = Splitter()
        splitter.push(text)
        figures: list[CheckedFigure] = []
        while (unit := splitter.take(is_final=True)) is not None:
            figures += checking.unit(unit).figures
        return summed(tuple(figures))


class Checking:
    """One answer on its way through a checker, in order."""

    def __init__(self, checker: Checker) -> None:
        self._checker = checker
        self._facts = checker.facts
        self._binder = Binder(self._facts, checker.said_by_user, checker.now, checker.handed)
        self._vocabulary = load_vocabulary()
        self._context = Context(assets=self._assets_asked())
        self._heading = Context()
        self._recent: tuple[str, ...] = ()
        self._table = TableReader()
        self._known: list[Known] = []
        self._count = 0

    def _assets_asked(self) -> tuple[str, ...]:
        """The assets of the last question: whose figures are where the answer does not say."""
        asked = self._checker.user_texts[-1:]
        marks = [mark for text in asked for mark in self._read(text[:_LONGEST_QUESTION]).marks]
        return tuple(dict.fromkeys(mark.name for mark in marks if mark.kind == "asset"))

    def unit(self, unit: Unit) -> CheckedUnit:
        if unit.kind == "code":
            return CheckedUnit(unit, [], [])
        if unit.kind == "row":
            return self._row(unit)
        self._table.leave()
        if "\n" in unit.gap:
            self._start_line(unit)
        reading = self._read(unit.text)
        self._context.recent = self._recent
        claims = read_claims(reading, self._context, self._vocabulary, self._checker.tickers)
        checked = self._judge(unit, reading, claims, 0)
        self._remember(unit, reading)
        return checked

    def _read(self, text: str) -> Reading:
        names = self._facts.entities.names()
        return read_unit(text, names, self._vocabulary, self._checker.now.date(), self._facts.by_measure)

    # --- table rows --------------------------------------------------------------------------------------------

    def _row(self, unit: Unit) -> CheckedUnit:
        if "\n\n" in unit.gap:
            self._table.leave()
        cells = self._table.cells(unit.text)
        if self._table.is_rule(unit.text):
            return CheckedUnit(unit, [], [])
        if not self._table.has_header:
            self._table.set_header([self._read(text) for _, text in cells])
            return CheckedUnit(unit, [], [])
        checked = CheckedUnit(unit, [], [])
        readings = [self._read(text[:_LONGEST_CELL]) for _, text in cells]
        for at, ((start, _), reading) in enumerate(zip(cells, readings, strict=True)):
            context = self._table.context(at, readings, self._context)
            claims = read_claims(reading, context, self._vocabulary, self._checker.tickers)
            part = self._judge(unit, reading, claims, start)
            checked.figures += part.figures
            checked.claims += part.claims
        return checked

    # --- verdicts ----------------------------------------------------------------------------------------------

    def _judge(self, unit: Unit, reading: Reading, claims: Sequence[Claim], offset: int) -> CheckedUnit:
        self._count += len(claims)
        if self._count > _MOST_FIGURES:
            outcomes: list[Outcome | None] = [_TOO_MANY] * len(claims)
        else:
            outcomes = self._binder.bind(claims, self._known)
        found: list[tuple[CheckedFigure, Claim | None]] = []
        place = unit.start + offset
        for claim, outcome in zip(claims, outcomes, strict=True):
            if outcome is not None:
                found.append((self._checked(claim.figure, outcome, place), claim))
                if outcome.is_settled:
                    self._known.append(
                        Known(
                            claim.figure.value, claim.figure.kind, outcome.cells, claim.figure.text, claim.figure.unit
                        )
                    )
        found += [(one, None) for one in self._dates(reading, place)]
        found.sort(key=lambda pair: pair[0].start)
        del self._known[:-_MOST_KNOWN]
        return CheckedUnit(unit, [one for one, _ in found], [claim for _, claim in found])

    def _checked(self, figure: Figure, outcome: Outcome, place: int) -> CheckedFigure:
        expected = None if outcome.expected is None else formatted_like(figure, _scaled(outcome, figure))
        cells = tuple(self._reference(cell) for cell in outcome.cells[:4])
        if outcome.passage is not None:
            result = self._facts.results[outcome.passage.call]
            path = "".join(f"/{key}" for key in outcome.passage.path)
            cells = (
                CellReference(result.call_id, result.tool, path, value=outcome.passage.url or outcome.passage.title),
            )
        return CheckedFigure(
            figure.text, place + figure.start, place + figure.end, outcome.verdict, outcome.reason, cells, expected
        )

    def _reference(self, cell: Cell) -> CellReference:
        result, meaning = self._facts.results[cell.call], cell.meaning
        unit = {"money": self._facts.currency(cell.call), "percent": "%"}.get(meaning.unit, meaning.unit) or None
        return CellReference(
            result.call_id, result.tool, cell.pointer,
            self._facts.entities.label(cell.entity.key) if cell.entity is not None else None,
            field_title(meaning), cell.value, unit, self._facts.moment_of(cell, self._checker.now),
        )  # fmt: skip

    def _dates(self, reading: Reading, place: int) -> Iterable[CheckedFigure]:
        """Days are claims: each must stand in a result, in the user's words or in a call. Months and years are not."""
        for one in reading.dates:
            is_example = bool(_EXAMPLE.search(reading.text[: one.start]))
            if one.grain == "day" and one.first is not None and not is_example:
                text = reading.text[one.start : one.end]
                yield self._day(one, text, place)

    def _day(self, one: DateMention, text: str, place: int) -> CheckedFigure:
        start, end = place + one.start, place + one.end
        if one.before == "since" and one.first is not None and one.first in self._years_begun:
            return CheckedFigure(text, start, end, "derived", "the beginning of a year")
        found = self._facts.place_of(one.first) if one.first is not None else None
        if found is not None:
            result = self._facts.results[found[0]]
            cell = CellReference(result.call_id, result.tool, found[1], value=str(one.first))
            return CheckedFigure(text, start, end, "bound", "", (cell,))
        if one.first in self._checker.days_said:
            return CheckedFigure(text, start, end, "user", "a day of the question or of a call")
        if self._is_near(one.first):
            return CheckedFigure(text, start, end, "derived", "a day counted from the time of a result")
        told = self._checker.days_quoted.get(one.first) if one.first is not None else None
        if told is not None:
            return CheckedFigure(text, start, end, "quoted", f"quoted from {told}")
        for passage in self._facts.passages:
            if text.lower()[:10] in passage.text.lower():
                return CheckedFigure(text, start, end, "quoted", f"quoted from {passage.title}")
        if any(text[:10] in other.text for other in self._facts.texts):
            return CheckedFigure(text, start, end, "bound", "stands in a text of the result")
        return CheckedFigure(text, start, end, "unbound", "no result holds this day")

    @cached_property
    def _years_begun(self) -> frozenset[date]:
        """The first days of the years that the results are of."""
        return frozenset(day.replace(month=1, day=1) for day in (*self._facts.as_of.values(), self._checker.now.date()))

    def _is_near(self, day: date | None) -> bool:
        """Whether a day is a usual number of days before the time of a result."""
        anchors = [*self._facts.as_of.values(), self._checker.now.date()]
        usual = {1, 2, 7, 14, 30, 31, 60, 90, 180, 365}
        return day is not None and any((anchor - day).days in usual for anchor in anchors)

    # --- what later units inherit ------------------------------------------------------------------------------

    def _start_line(self, unit: Unit) -> None:
        """A new line forgets what the last one was about, save its asset; a new paragraph keeps the heading's."""
        kept = self._context.assets or self._heading.assets
        if unit.kind == "heading":
            kept = ()
        told = self._heading.measures
        carried = self._context.measures if unit.kind == "prose" and not told else ()
        self._context = Context(
            assets=kept, measures=told or carried, aspect=self._heading.aspect, hours=self._heading.hours,
            window=self._heading.window, is_told=bool(told or self._heading.hours),
        )  # fmt: skip

    def _remember(self, unit: Unit, reading: Reading) -> None:
        is_heading = unit.kind == "heading" or _is_lead(unit.text)
        subject = _subject(reading)
        context = self._context
        self._recent = _two_last(reading, self._recent)
        context.assets = subject or context.assets or _tickers_in(reading)
        if is_heading:
            self._heading = _heading_context(reading, subject)
            self._context = _heading_context(reading, subject or context.assets)
            return
        measures = [mark for mark in reading.marks if mark.kind == "measure"]
        first = tuple(mark.name for mark in measures if mark.start == measures[0].start)
        lengths = {one.hours for one in reading.periods if not one.is_age and not one.is_ago}
        context.measures, context.aspect, context.sign = first or context.measures, "", 0
        context.hours = tuple(lengths) if len(lengths) == 1 else () if lengths else context.hours
        context.window, context.is_told = None, False
        context.lengths = (
            tuple(dict.fromkeys(one.hours for one in reading.periods if not one.is_age)) or context.lengths
        )


def _scaled(outcome: Outcome, figure: Figure) -> float:
    """The expected value; a ratio told as a percentage times a hundred."""
    value = outcome.expected or 0.0
    is_ratio = bool(outcome.cells) and outcome.cells[0].meaning.unit == "ratio"
    return value * 100 if is_ratio and figure.kind in {"percent", "points"} else value


def _is_lead(text: str) -> bool:
    """A line that announces what follows: "**Bitcoin (BTC)**", "Over the last 7 days:"."""
    bare = text.strip(" *_")
    return text.rstrip("*_ ").endswith(":") or (text.startswith("**") and text.endswith("**") and len(bare) < 80)


def _subject(reading: Reading) -> tuple[str, ...]:
    """The assets that a following "it" may mean: not the unit of an amount, nor what others are measured against."""
    against = [mark for mark in reading.marks if mark.kind == "against"]
    marks = [mark for mark in reading.marks if not _is_quoted(reading.text, mark)]
    named = [mark for mark in marks if mark.kind == "asset" and not _is_within(reading.figures, mark)]
    own = [mark for mark in named if not any(one.end <= mark.start <= one.end + 6 for one in against)]
    market = [mark for mark in marks if mark.kind == "market"]
    return tuple(dict.fromkeys(mark.name for mark in own or named or market))


def _two_last(reading: Reading, before: tuple[str, ...]) -> tuple[str, ...]:
    """What a later "the former" and "the latter" mean."""
    named = tuple(dict.fromkeys(mark.name for mark in reading.marks if mark.kind == "asset"))
    return tuple(dict.fromkeys((*(one for one in before if one not in named), *named)))[-2:]


def _is_quoted(text: str, mark: Mark) -> bool:
    """Whether the name is spoken of as a word: “moved” and “market”."""
    return text[max(0, mark.start - 1) : mark.start] == "“"


def _tickers_in(reading: Reading) -> tuple[str, ...]:
    """The assets whose amounts are told: the BTC of "5 BTC"."""
    return tuple(dict.fromkeys(m.name for m in reading.marks if m.kind == "asset" and _is_within(reading.figures, m)))


def _is_within(figures: Sequence[Figure], mark: Mark) -> bool:
    return any(one.start <= mark.start < one.end for one in figures)


def _heading_context(reading: Reading, assets: tuple[str, ...]) -> Context:
    marks: list[Mark] = reading.marks
    lengths = tuple({one.hours for one in reading.periods if not one.is_ago})
    return Context(
        assets=assets,
        measures=tuple(dict.fromkeys(mark.name for mark in marks if mark.kind == "measure")),
        aspect=next((mark.name for mark in marks if mark.kind == "aspect"), ""),
        hours=lengths if len(lengths) == 1 else (),
        is_told=True,
    )

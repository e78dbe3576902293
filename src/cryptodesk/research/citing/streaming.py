"""A model's text on its way to the reader: its marks become numbers, or go where the source does not say it.

Sentence by sentence, list item by list item, row by row: nothing is held longer than that and the mark behind it. What
results does not depend on how the text was cut.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.core.verification import CheckedFigure
from cryptodesk.research.citing._order import MarkOrder, uncovered
from cryptodesk.research.citing.annotate import MOST_MARKERS, Uncited, figure_owners
from cryptodesk.research.citing.marks import Mark, find_marks, split_at_marks
from cryptodesk.research.citing.numbering import Numbering
from cryptodesk.research.citing.references import FactSheet, FilledSpan, FilledText, FreeFigure, free_figures
from cryptodesk.research.citing.sources import SourceBook
from cryptodesk.research.citing.support import Entailment, Support, check_cells, check_sentence
from cryptodesk.research.citing.units import marker_place
from cryptodesk.verification import Checker
from cryptodesk.verification.checking import Checking
from cryptodesk.verification.layout import Splitter, Unit
from cryptodesk.verification.tables import TableReader

__all__ = ["Cited", "CitingPolicy", "CitingReport", "CitingStream"]

_FEW_WORDS = 3
_WORD = Pattern(r"[^\W\d_]{2,}")
_TODAY = date(2100, 1, 1)


class CitingPolicy(Struct, frozen=True):
    """`user_texts` are the user's words, whose figures are nobody's claim. `cites_facts` adds the source of a fact
    that is filled in where the model named none."""

    cites_inline: bool = True
    user_texts: tuple[str, ...] = ()
    now: datetime | None = None
    cites_facts: bool = True
    entailment: Entailment | None = None


class Cited(Struct, frozen=True):
    """A statement and the source that bears it out."""

    text: str
    key: str
    number: int


class CitingReport(Struct, frozen=True):
    """Places count from the beginning of the text that was given out. `turned` are facts told against their sign."""

    cited: tuple[Cited, ...] = ()
    dropped: tuple[Uncited, ...] = ()
    free: tuple[FreeFigure, ...] = ()
    filled: tuple[FilledSpan, ...] = ()
    unknown: tuple[str, ...] = ()
    turned: tuple[str, ...] = ()


class CitingStream:
    """One answer. With a `sheet` the model writes references for figures, and digits of its own are unbound; without
    one the verifier binds its digits to the results of the book."""

    def __init__(
        self, book: SourceBook, numbering: Numbering, sheet: FactSheet | None = None, policy: CitingPolicy | None = None
    ) -> None:
        self._book, self._numbering, self._sheet = book, numbering, sheet
        self._policy = policy or CitingPolicy()
        self._order = MarkOrder()
        self._splitter = Splitter()
        self._table = TableReader()
        self._checking: Checking | None = None
        self._sent = 0
        self._cited: list[Cited] = []
        self._dropped: list[Uncited] = []
        self._free: list[FreeFigure] = []
        self._filled: list[FilledSpan] = []
        self._unknown: list[str] = []
        self._turned: list[str] = []

    def feed(self, delta: str) -> list[str]:
        """What is finished by now, unit by unit; empty while a sentence is under way."""
        self._splitter.push(self._order.push(delta))
        return self._taken(is_final=False)

    @property
    def rests_on_sources(self) -> bool:
        """Whether anything given out so far is a fact that was filled in, or cites what bears it out."""
        return bool(self._cited or self._filled)

    def finish(self) -> tuple[str, CitingReport]:
        """The rest of the text, and what became of all marks and figures."""
        self._splitter.push(self._order.rest())
        rest = "".join(self._taken(is_final=True)) + self._splitter.rest()
        report = CitingReport(
            tuple(self._cited), tuple(self._dropped), tuple(self._free), tuple(self._filled), tuple(self._unknown),
            tuple(self._turned),
        )  # fmt: skip
        return rest, report

    # --- units -------------------------------------------------------------------------------------------------

    def _taken(self, *, is_final: bool) -> list[str]:
        out = []
        while (unit := self._splitter.take(is_final=is_final)) is not None:
            text = self._unit(unit)
            gap = unit.gap if self._sent or text else ""
            if text:
                out.append(gap + uncovered(text))
                self._sent += len(gap) + len(text)
        return out

    def _unit(self, unit: Unit) -> str:
        place = self._sent + len(unit.gap)
        if unit.kind == "code":
            return unit.text
        kind = self._kind(unit)
        marks = find_marks(unit.text)
        parts = split_at_marks(unit.text, marks)
        filled = [self._fill(part) for part in parts]
        whole = "".join(one.text for one in filled)
        checked = self._checked(unit, whole) if self._sheet is None else []
        claims = self._claims(marks, filled, whole, checked, is_free_of_claims=kind in {"heading", "header"})
        return self._written(filled, claims, checked, kind, place)

    def _kind(self, unit: Unit) -> str:
        if unit.kind != "row":
            self._table.leave()
            return unit.kind
        if self._table.has_header or self._table.is_rule(unit.text):
            return "header" if self._table.is_rule(unit.text) else "row"
        self._table.set_header([])
        return "header"

    def _fill(self, text: str) -> FilledText:
        if self._sheet is None:
            return FilledText(text)
        filled = self._sheet.fill(text)
        self._unknown += filled.unknown
        self._turned += filled.turned
        return filled

    def _checked(self, unit: Unit, whole: str) -> list[CheckedFigure]:
        if self._checking is None:
            now = self._policy.now or datetime.min
            self._checking = Checking(Checker(self._book.results, self._policy.user_texts, now))
        return self._checking.unit(Unit(whole, 0, unit.kind, unit.gap)).figures

    # --- support -----------------------------------------------------------------------------------------------

    def _claims(
        self,
        marks: Sequence[Mark],
        filled: Sequence[FilledText],
        whole: str,
        checked: Sequence[CheckedFigure],
        *,
        is_free_of_claims: bool,
    ) -> list[tuple[int, tuple[str, ...]]]:
        """For each part of the text the sources that are cited behind it; each source once a unit and part."""
        claims: list[tuple[int, tuple[str, ...]]] = []
        everything = _Claim(whole, filled, checked, whole)
        claim = everything
        begin = 0
        for at, mark in enumerate(marks):
            own = filled[begin : at + 1]
            text = "".join(one.text for one in own)
            words = len(_WORD.findall(text))
            # Marks that stand together are of one claim; one with hardly any words of its own speaks for the whole.
            if words or at == 0:
                claim = _Claim(text, own, checked, whole) if words >= _FEW_WORDS else everything
                begin = at + 1 if words >= _FEW_WORDS else begin
            claims.append((at, () if is_free_of_claims else self._borne_out(mark, claim)))
        if self._policy.cites_facts and not is_free_of_claims:
            told = {key for _, keys in claims for key in keys}
            every = dict.fromkeys(key for one in filled for span in one.spans for key in span.keys)
            claims.append((len(filled) - 1, tuple(key for key in every if key not in told)[:MOST_MARKERS]))
        return claims

    def _borne_out(self, mark: Mark, claim: _Claim) -> tuple[str, ...]:
        kept: list[str] = []
        for mark_id in mark.ids:
            key = self._book.key_of_mark(mark_id)
            if key is None:
                self._dropped.append(Uncited(claim.text, f"[{mark_id}] is no source of this run"))
                continue
            support = self._support(key, claim)
            if support.is_supported:
                kept.append(key)
            else:
                self._dropped.append(Uncited(claim.text, f"{mark_id}: {support.reason}"))
        return tuple(dict.fromkeys(kept))[:MOST_MARKERS]

    def _support(self, key: str, claim: _Claim) -> Support:
        one = self._book.source(key)
        if one.kind == "document":
            passages, head = self._book.passages(key), self._book.head(key)
            return check_sentence(claim.text, passages, self._policy.entailment, head=head)
        if self._sheet is None:
            return check_cells(claim.figures, lambda figure: figure_owners(figure, self._book), [key])
        own = {key for filled in claim.filled for span in filled.spans for key in span.keys}
        free = [free for filled in claim.filled for free in self._free_in(filled)]
        if free:
            return Support(False, f"{free[0].text} is no reference")
        return Support(key in own, "" if key in own else "no figure of the sentence is of it")

    def _free_in(self, filled: FilledText, keys: Sequence[str] = ()) -> list[FreeFigure]:
        quoted = [text for key in keys for text in self._book.passages(key)]
        return free_figures(filled, (*self._policy.user_texts, *quoted), _TODAY)

    # --- what is given out -------------------------------------------------------------------------------------

    def _written(
        self,
        filled: Sequence[FilledText],
        claims: Sequence[tuple[int, tuple[str, ...]]],
        checked: Sequence[CheckedFigure],
        kind: str,
        place: int,
    ) -> str:
        text = ""
        spans: list[FilledSpan] = []
        frees: list[FreeFigure] = []
        cited = [key for _, keys in claims for key in keys]
        at_end: dict[str, None] = {}
        read = 0
        for at, part in enumerate(filled):
            spans += [_moved_span(span, len(text)) for span in part.spans]
            own = self._free_in(part, cited) if self._sheet is not None else _unbound(checked, read, part.text)
            frees += [_moved_free(free, len(text)) for free in own]
            text += part.text
            read += len(part.text)
            keys = [key for to, found in claims if to == at for key in found]
            is_last = kind == "row" or not "".join(one.text for one in filled[at + 1 :]).strip(" .,;:!?…*_”\"')")
            if is_last:
                at_end |= dict.fromkeys(keys)
            elif keys:
                text += self._markers(keys, text)
        if at_end:
            text, (spans, frees) = self._with_end(text, kind, tuple(at_end), spans, frees)
        self._filled += [_moved_span(span, place) for span in spans]
        self._free += [_moved_free(free, place) for free in frees]
        return text

    def _with_end(
        self, text: str, kind: str, keys: tuple[str, ...], spans: list[FilledSpan], frees: list[FreeFigure]
    ) -> tuple[str, tuple[list[FilledSpan], list[FreeFigure]]]:
        marker = self._markers(keys, text)
        at = marker_place(text, "row" if kind == "row" else kind)
        moved = [_moved_span(span, len(marker) if span.start >= at else 0) for span in spans]
        free = [_moved_free(one, len(marker) if one.start >= at else 0) for one in frees]
        return text[:at] + marker + text[at:], (moved, free)

    def _markers(self, keys: Sequence[str], text: str) -> str:
        marker = self._numbering.markers(keys)
        for key in keys:
            number = self._numbering.known(key)
            if number is not None:
                self._cited.append(Cited(text.strip(), key, number))
        return marker if self._policy.cites_inline else ""


class _Claim(Struct, frozen=True):
    """What a mark is put behind. `figures` are those of the claim as the verifier reads them."""

    text: str
    filled: Sequence[FilledText]
    checked: Sequence[CheckedFigure]
    whole: str

    @property
    def figures(self) -> list[CheckedFigure]:
        start = self.whole.find(self.text)
        return [one for one in self.checked if start <= one.start < start + len(self.text)]


def _unbound(checked: Sequence[CheckedFigure], start: int, text: str) -> list[FreeFigure]:
    """Figures of a part that the verifier found in no result."""
    return [
        FreeFigure(one.text, one.start - start, one.end - start)
        for one in checked
        if one.verdict == "unbound" and start <= one.start < start + len(text)
    ]


def _moved_span(span: FilledSpan, by: int) -> FilledSpan:
    return FilledSpan(span.start + by, span.end + by, span.name, span.keys) if by else span


def _moved_free(free: FreeFigure, by: int) -> FreeFigure:
    return FreeFigure(free.text, free.start + by, free.end + by) if by else free

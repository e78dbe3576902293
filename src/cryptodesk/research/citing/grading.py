"""How well an answer cites: which markers its sources bear out, and how much of what has a source is cited."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from msgspec import Struct

from cryptodesk.core.research import CitedSource
from cryptodesk.core.verification import CheckedFigure, Verification
from cryptodesk.research.citing.annotate import figure_owners
from cryptodesk.research.citing.marks import bare, numbers_in
from cryptodesk.research.citing.sources import SourceBook
from cryptodesk.research.citing.support import check_cells, check_sentence, misquoted
from cryptodesk.research.citing.units import Cut, cut_text

__all__ = ["CitationGrade", "grade"]

_TOLD = frozenset({"bound", "derived", "quoted"})
_ASIDE = frozenset({"header", "heading", "note", "code", "closing"})


class CitationGrade(Struct, frozen=True):
    """Counts are of sentences, list items, table rows and quotations. `citable` have figures or words from a source.

    `unknown_ids` are markers of no source; `is_dense` says whether the numbers run from 1 in the order of mention."""

    cited: int
    supported: int
    citable: int
    covered: int
    unknown_ids: tuple[int, ...] = ()
    is_dense: bool = True
    faults: tuple[str, ...] = ()

    @property
    def precision(self) -> float:
        return self.supported / self.cited if self.cited else 1.0

    @property
    def recall(self) -> float:
        return self.covered / self.citable if self.citable else 1.0


def grade(text: str, sources: Sequence[CitedSource], book: SourceBook, verification: Verification) -> CitationGrade:
    """`verification` has the figures where they stand in `text`."""
    by_id = {one.citation_id: one for one in sources}
    figures = sorted(verification.figures, key=lambda one: one.start)
    cuts = [cut for cut in cut_text(text) if cut.kind != "code"]
    numbers = [number for cut in cuts for number in numbers_in(cut.text)]
    cited = supported = citable = covered = 0
    faults: list[str] = []
    for at, cut in enumerate(cuts):
        own = [one for one in figures if cut.start <= one.start < cut.end and one.action != "left_out"]
        markers = numbers_in(cut.text)
        if cut.kind not in _ASIDE and not _is_attribution(cuts, at):
            is_citable = _has_source(cut, own, book, by_id)
            citable += is_citable
            covered += is_citable and bool(markers)
            cited += bool(markers)
            fault = _fault(cut, own, [by_id[one] for one in markers if one in by_id], book) if markers else ""
            supported += bool(markers) and not fault and all(one in by_id for one in markers)
            faults += [f"{cut.text[:160]}: {fault}"] if fault else []
    unknown = tuple(dict.fromkeys(number for number in numbers if number not in by_id))
    first = list(dict.fromkeys(number for number in numbers if number in by_id))
    return CitationGrade(
        cited, supported, citable, covered, unknown, first == sorted(first) and _runs(by_id), tuple(faults)
    )


def _runs(numbers: Iterable[int]) -> bool:
    return sorted(numbers) == list(range(1, len(list(numbers)) + 1))


def _is_attribution(cuts: Sequence[Cut], at: int) -> bool:
    """The line under a quotation that says whose it is."""
    cut = cuts[at]
    return cut.kind == "quote" and "“" not in cut.text


def _has_source(cut: Cut, figures: Sequence[CheckedFigure], book: SourceBook, by_id: dict[int, CitedSource]) -> bool:
    if cut.kind == "quote" or any(number in by_id for number in numbers_in(cut.text)):
        return True
    return any(one.verdict in _TOLD and figure_owners(one, book) for one in figures)


def _fault(cut: Cut, figures: Sequence[CheckedFigure], sources: Sequence[CitedSource], book: SourceBook) -> str:
    """Why one of the sources does not bear the unit out; empty where all do."""
    series = [one.key for one in sources if one.kind == "series"]
    if series:
        support = check_cells(figures, lambda one: _owners(one, cut, book, series), series)
        if not support.is_supported:
            return support.reason
    for one in sources:
        if one.kind == "document":
            missing = _unsaid(bare(cut.text), one, book)
            if missing:
                return f"[{one.citation_id}] {missing}"
    return ""


def _owners(figure: CheckedFigure, cut: Cut, book: SourceBook, series: Sequence[str]) -> tuple[str, ...]:
    """What code computed and told no cell of is of the series that the unit names, or of all it cites."""
    keys = figure_owners(figure, book)
    if keys or figure.verdict != "derived" or figure.cells:
        return keys
    named = tuple(key for key in series if any(name in cut.text for name in book.named(key)))
    return named or tuple(series)


def _unsaid(text: str, source: CitedSource, book: SourceBook) -> str:
    """What the document does not say. Word for word is said; and a line that names it by its title says no more."""
    passages, head = book.passages(source.key), book.head(source.key)
    wrong = misquoted(text, (*passages, head))
    if wrong:
        return wrong
    if "“" in text or source.title.partition(" (rests on: ")[0].casefold() in text.casefold():
        return ""
    support = check_sentence(text, passages or (head,), head=head)
    return "" if support.is_supported else support.reason

"""Citations for text that code wrote: each sentence gets the markers of the data and documents it rests on.

What a figure rests on the verifier has found out already; what a quotation rests on the analyst wrote beside it.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import NamedTuple

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.core.verification import CheckedFigure, Verification
from cryptodesk.research.citing._edits import Edit, apply_edits, move_figures
from cryptodesk.research.citing._text import address
from cryptodesk.research.citing.marks import Mark, find_marks, split_at_marks
from cryptodesk.research.citing.numbering import Numbering
from cryptodesk.research.citing.sources import SourceBook
from cryptodesk.research.citing.support import check_sentence
from cryptodesk.research.citing.units import Cut, cut_text, marker_place
from cryptodesk.verification.verdicts import BAD

__all__ = ["MOST_MARKERS", "AnnotatedText", "Uncited", "annotate", "figure_owners"]

MOST_MARKERS = 3

_LINK = Pattern(r"\[([^\[\]\n]{1,400})\]\((https?://[^\s()]*)\)")
_WORD = Pattern(r"[^\W_]+")
_FEW = 3
_SETTLED = frozenset({"bound", "derived"})


class Uncited(Struct, frozen=True):
    """A statement that goes without the citation it would have had, and why."""

    text: str
    reason: str


class AnnotatedText(Struct, frozen=True):
    """`verification` has the figures where they now stand."""

    text: str
    verification: Verification
    dropped: tuple[Uncited, ...] = ()


def annotate(
    text: str,
    verification: Verification,
    book: SourceBook,
    numbering: Numbering,
    *,
    inline: bool,
    keeps_links: bool = False,
) -> AnnotatedText:
    """The text with `[N]` at the end of what rests on a source; without `inline` the sources are numbered the same and
    no marker is written. Links to documents that are cited are written as their titles unless `keeps_links`."""
    return _Annotating(text, verification, book, numbering, inline=inline, keeps_links=keeps_links).run()


def figure_owners(figure: CheckedFigure, book: SourceBook) -> tuple[str, ...]:
    """The sources that a settled figure is from; empty for what is bound to a moment, a note or bare arithmetic."""
    if figure.verdict not in _SETTLED and figure.verdict != "quoted":
        return ()
    return tuple(dict.fromkeys(key for cell in figure.cells for key in book.keys_of(cell)))


class _Annotating:
    def __init__(
        self,
        text: str,
        verification: Verification,
        book: SourceBook,
        numbering: Numbering,
        *,
        inline: bool,
        keeps_links: bool,
    ) -> None:
        self._text, self._verification, self._book, self._numbering = text, verification, book, numbering
        self._inline, self._keeps_links = inline, keeps_links
        self._figures = sorted(verification.figures, key=lambda one: one.start)
        self._starts = [one.start for one in self._figures]
        self._edits: list[Edit] = []
        self._dropped: list[Uncited] = []
        self._last: tuple[str, ...] = ()
        self._names = _names(book)
        self._titles = book.titles()
        self._uses = Counter(key for one in self._figures for key in figure_owners(one, book))

    def run(self) -> AnnotatedText:
        cuts = cut_text(self._text)
        for at, cut in enumerate(cuts):
            if cut.kind != "code":
                self._unit(cut, cuts[at + 1 : at + 3])
        edited = apply_edits(self._text, self._edits)
        return AnnotatedText(edited.text, move_figures(self._verification, edited.edits), tuple(self._dropped))

    def _unit(self, cut: Cut, after: Sequence[Cut]) -> None:
        """Places of marks of the writer's own and of the one that is put in, numbered from left to right."""
        marks = find_marks(cut.text)
        links = _links(cut.text, self._book)
        own = [(mark, self._documents(mark, cut, links, after)) for mark in marks]
        changes: list[tuple[int, int, Sequence[str]]] = [(mark.start, mark.end, keys) for mark, keys in own]
        if not any(keys for _, keys in own):
            added = self._keys(cut, after, links)[:MOST_MARKERS]
            place = marker_place(cut.text, cut.kind)
            changes += [(place, place, added)] if added else []
        for start, end, keys in sorted(changes, key=lambda one: one[:2]):
            self._mark(cut, start, end, keys)
        for place in _brackets(cut.text, marks):
            self._edits.append(Edit(cut.start + place, cut.start + place + 1, "(" if cut.text[place] in "[【" else ")"))
        for link in links if not self._keeps_links else ():
            self._edits.append(Edit(cut.start + link.start, cut.start + link.start + 1, ""))
            self._edits.append(Edit(cut.start + link.title_end, cut.start + link.end, ""))

    def _mark(self, cut: Cut, start: int, end: int, keys: Iterable[str]) -> None:
        """Writes the markers in the place of a mark, or where there was none."""
        text = self._numbering.markers(keys)
        text = text if self._inline else ""
        if start < end and not cut.text[:start].strip("> *_-"):
            # It opens the line: what was before it stays, and the space behind it goes with it.
            start = end - len(cut.text[start:end].lstrip())
            text = text.lstrip()
            end += 0 if text else cut.text[end : end + 1] == " "
        if text or start < end:
            self._edits.append(Edit(cut.start + start, cut.start + end, text))

    # --- which sources -----------------------------------------------------------------------------------------

    def _keys(self, cut: Cut, after: Sequence[Cut], links: Sequence[_Link]) -> Sequence[str]:
        if cut.kind == "closing":
            return self._closing(cut)
        if cut.kind in {"header", "heading", "note"} or not cut.text.strip("> "):
            return ()
        if cut.kind == "quote" and not find_marks(cut.text):
            return self._quoted(after)
        told = list(dict.fromkeys(link.key for link in links)) or self._titled(cut)
        return told or self._of_figures(cut)

    def _titled(self, cut: Cut) -> Sequence[str]:
        """The document without a page that an item of a list is: by its title."""
        if cut.kind != "item":
            return ()
        text = cut.text.casefold()
        return (
            [max(said, key=lambda one: len(one[0]))[1]]
            if (said := [one for one in self._titles if one[0] in text])
            else ()
        )

    def _of_figures(self, cut: Cut) -> Sequence[str]:
        figures = [one for one in self._within(cut) if one.action != "left_out"]
        bad = next((one for one in figures if one.verdict in BAD and one.action is None), None)
        counts: dict[str, int] = {}
        homeless = False
        for one in figures:
            keys = figure_owners(one, self._book)
            for key in keys:
                counts[key] = counts.get(key, 0) + 1
            homeless |= not keys and not one.cells and one.verdict == "derived" and not one.text[:4].isdigit()
        if bad is not None:
            self._dropped.append(Uncited(cut.text, f"{bad.text}: {bad.reason or bad.verdict}"))
            return ()
        if homeless:
            for key in self._named(cut) or ([] if counts else self._likely()):
                counts.setdefault(key, 0)
        counts = {key: count for key, count in counts.items() if self._is_borne_out(key, cut)}
        chosen = sorted(counts, key=lambda key: -counts[key])[:MOST_MARKERS]
        self._last = tuple(chosen) or self._last
        return chosen

    def _is_borne_out(self, key: str, cut: Cut) -> bool:
        """A figure that also stands in some document is no word of that document yet."""
        if self._book.source(key).kind == "series":
            return True
        return check_sentence(cut.text, self._book.passages(key), head=self._book.head(key)).is_supported

    def _within(self, cut: Cut) -> list[CheckedFigure]:
        return self._figures[bisect_left(self._starts, cut.start) : bisect_left(self._starts, cut.end)]

    def _named(self, cut: Cut) -> Sequence[str]:
        """What code computed a figure from, where it did not say: the series of what the sentence names."""
        words = set(_WORD.findall(cut.text))
        near = {key for word in words & self._names.keys() for key in self._names[word]}
        said = [key for key in self._book.series_keys() if key in near and _is_said(self._book.named(key), cut.text)]
        # Of what has several series (a price, a supply, a record of the catalogue) that which most figures are from.
        best: dict[tuple[str, ...], str] = {}
        for key in sorted(said, key=lambda one: -self._uses.get(one, 0)):
            best.setdefault(self._book.named(key), key)
        return [key for key in said if key in best.values()]

    def _likely(self) -> Sequence[str]:
        """The series of the sentence before, else all of a run that has few."""
        every = self._book.series_keys()
        return self._last or (every if len(every) <= _FEW else ())

    def _closing(self, cut: Cut) -> Sequence[str]:
        """The sources told so far that the line names."""
        cited = self._numbering.keys()
        series: Sequence[str] = [key for key in cited if any(name in cut.text for name in self._book.source_names(key))]
        if "Source: " in cut.text and "As of" not in cut.text:
            return [key for key in cited if key not in self._book.series_keys()]
        every = self._book.series_keys()
        return series or (every if not cited and len(every) <= _FEW else ())

    def _quoted(self, after: Sequence[Cut]) -> Sequence[str]:
        """The document of the attribution under the quotation."""
        for cut in after:
            if cut.kind != "quote":
                return ()
            for mark in find_marks(cut.text):
                return self._documents(mark, cut, _links(cut.text, self._book), ())
            text = cut.text.casefold()
            said = [one for one in self._titles if one[0] in text]
            if said:
                return [max(said, key=lambda one: len(one[0]))[1]]
        return ()

    def _documents(self, mark: Mark, cut: Cut, links: Sequence[_Link], after: Sequence[Cut]) -> tuple[str, ...]:
        """The documents of a mark that the writer made. Several searches may count the same number, and writers of
        several count on: the link beside the mark decides, and of links the nearest; else the title that stands there,
        or under a quotation."""
        near = sorted(links, key=lambda link: min(abs(link.start - mark.end), abs(mark.start - link.end)))
        text = "".join(one.text for one in (cut, *(after if cut.kind == "quote" else ()))).casefold()
        found: list[str] = []
        for number in mark.ids:
            keys = self._book.passage_keys(int(number)) if number.isdigit() else ()
            linked = [link.key for link in near]
            titled = [key for title, key in self._titles if title in text]
            told = [key for key in (*linked, *titled) if key in keys] or linked or titled or keys
            found += told[:1]
        return tuple(dict.fromkeys(found))


def _unmarked(text: str, marks: Sequence[Mark]) -> str:
    pieces, place = [], 0
    for mark in marks:
        pieces.append(text[place : mark.start])
        place = mark.end
    return "".join([*pieces, text[place:]])


def _brackets(text: str, marks: Sequence[Mark]) -> list[int]:
    """Brackets that must not stay square: without the marks between them they would be marks themselves."""
    if not marks or "".join(split_at_marks(text, marks)).count("[") == _unmarked(text, marks).count("["):
        return []
    inside = [(mark.start, mark.end) for mark in marks]
    return [at for at, sign in enumerate(text) if sign in "[]【】" and not any(s <= at < e for s, e in inside)]


class _Link(NamedTuple):
    """A link to a document of the run; `title_end` is where its text ends."""

    start: int
    title_end: int
    end: int
    key: str


def _links(text: str, book: SourceBook) -> list[_Link]:
    if "](" not in text:
        return []
    found = []
    for match in _LINK.finditer(text):
        key = book.find_document(url=_decoded(match[2])) or book.find_document(title=match[1])
        if key is not None:
            found.append(_Link(match.start(), match.end(1), match.end(), key))
    return found


def _names(book: SourceBook) -> dict[str, list[str]]:
    """First word of a name -> the series of what bears it."""
    found: dict[str, list[str]] = {}
    for key in book.series_keys():
        for name in book.named(key):
            first = _WORD.search(name)
            if first is not None:
                found.setdefault(first.group(), []).append(key)
    return found


def _is_said(names: Iterable[str], text: str) -> bool:
    return any(name in text for name in names)


def _decoded(url: str) -> str:
    return address(url.replace("%28", "(").replace("%29", ")")) or url

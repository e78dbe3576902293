"""An answer in the units that are cited: sentences, list items, table rows, quotations; and where a marker stands."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Literal, NamedTuple

from cryptodesk.core.patterns import Pattern
from cryptodesk.research.citing.marks import find_marks
from cryptodesk.verification.layout import Splitter

__all__ = ["Cut", "Kind", "cut_text", "marker_place"]

Kind = Literal["prose", "item", "row", "header", "heading", "quote", "closing", "note", "code"]

_ITEM = Pattern(r"\s{0,8}(?:[-*+•]|\d{1,3}[.)])[ \t]+")
_RULE = Pattern(r"\s*\|?[\s:|-]*-[\s:|-]*\|?\s*")
_CLOSING = Pattern(r"(?:_(?:As of |Source: ).*_|.*\bSource: [^.\n]+\._?)(?: (?:\[\d{1,3}\])+)?")
_NOTE = Pattern(r"_[^_\n](?:.*[^_\n])?_")
# The end of a sentence: a marker stands before the stop, so that nobody reads it as a part of the next sentence.
_END = Pattern(r"[*_]*[.!?…:;,]+[*_)]*$")
_ENDED = Pattern(r"[.!?…][\"'”’)\]*_]*(?:[ \t]*\[{1,2}[^\[\]]{1,24}\]{1,2})*$")
_FIRST_CELL = Pattern(r"\s*\|?(?:\\.|[^|\\])*?(?=\s*(?<!\\)\|)")


class Cut(NamedTuple):
    """`start` and `end` are within the text; white space around the unit is in none."""

    text: str
    start: int
    end: int
    kind: Kind
    line: int


def cut_text(text: str) -> list[Cut]:
    """In order. A sentence that the verifier reads in parts is one here."""
    found: list[Cut] = []
    in_code = has_header = False
    place = 0
    for number, line in enumerate(text.split("\n")):
        core = line.strip()
        start = place + line.find(core) if core else place
        place += len(line) + 1
        is_row = core.startswith("|") and not in_code
        if core.startswith("```"):
            in_code = not in_code or (len(core) > 3 and core.endswith("```") and core != "```")
        elif core and not in_code:
            found += _cut_line(core, start, number, is_header=not has_header)
        if core and (in_code or core.startswith("```")):
            found.append(Cut(core, start, start + len(core), "code", number))
        has_header = is_row
    return found


def _cut_line(core: str, start: int, number: int, *, is_header: bool) -> Iterator[Cut]:
    kind = _kind(core, is_header=is_header)
    if kind != "prose":
        yield Cut(core, start, start + len(core), kind, number)
        return
    begin, end = -1, 0
    for first, last in _sentences(core):
        begin = first if begin < 0 else begin
        end = last
        is_whole = _ENDED.search(core[begin:end]) and core.count("`", begin, end) % 2 == 0
        if is_whole or end == len(core):
            yield Cut(core[begin:end], start + begin, start + end, "prose", number)
            begin = -1
    if begin >= 0:
        yield Cut(core[begin:end], start + begin, start + end, "prose", number)


def _sentences(core: str) -> Iterator[tuple[int, int]]:
    """Markers that stand behind a stop belong to the sentence before them."""
    splitter = Splitter()
    splitter.push(core)
    spans: list[tuple[int, int]] = []
    while (unit := splitter.take(is_final=True)) is not None:
        first, last = unit.start, unit.start + len(unit.text)
        leading = 0
        for mark in find_marks(unit.text) if spans else ():
            if mark.start != leading:
                break
            leading = mark.end
        if leading:
            spans[-1] = (spans[-1][0], first + leading)
            first += leading + len(unit.text[leading:]) - len(unit.text[leading:].lstrip())
        if first < last:
            spans.append((first, last))
    yield from spans


def _kind(core: str, *, is_header: bool) -> Kind:
    if core.startswith("|"):
        return "header" if is_header or _RULE.fullmatch(core) else "row"
    if core.startswith("#"):
        return "heading"
    if core.startswith(">"):
        return "quote"
    if _CLOSING.fullmatch(core) and len(core) < 1_000:
        return "closing"
    if _NOTE.fullmatch(core):
        return "note"
    return "item" if _ITEM.match(core) else "prose"


def marker_place(text: str, kind: str) -> int:
    """Where in a unit its markers go: before the stop that ends it, in a row at the end of the first cell."""
    if kind == "row":
        first = _FIRST_CELL.match(text)
        return first.end() if first else len(text)
    if kind in {"closing", "quote"} or text.endswith(("”", '"', "’")):
        return len(text)
    end = _END.search(text)
    if end is None:
        return len(text)
    # Emphasis that ends with the sentence is left whole: the marker stands between it and the stop.
    marks = len(end.group()) - len(end.group().lstrip("*_"))
    return end.start() + marks

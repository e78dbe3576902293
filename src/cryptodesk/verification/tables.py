"""Markdown tables: what column headers and the first cell of a row say of the figures between them."""

from __future__ import annotations

import re
from collections.abc import Sequence

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.reading import Reading
from cryptodesk.verification.sentence import Context

__all__ = ["TableReader"]

_LETTERS = Pattern(r"[^\W\d_]{2}")
# An asset further right than this names no row.
_MOST_NAMING = 12
_RULE = Pattern(r"\|?[\s:|-]*-[\s:|-]*\|?\s*")


class TableReader:
    """Follows the rows of a table. The first row of a run of rows is its header."""

    def __init__(self) -> None:
        self._headers: list[Reading] | None = None

    @property
    def has_header(self) -> bool:
        return self._headers is not None

    def leave(self) -> None:
        self._headers = None

    def set_header(self, headers: list[Reading]) -> None:
        self._headers = headers

    def is_rule(self, text: str) -> bool:
        return bool(_RULE.fullmatch(text))

    def cells(self, text: str) -> list[tuple[int, str]]:
        """Each cell with where it starts in the row."""
        found: list[tuple[int, str]] = []
        start = 1 if text.startswith("|") else 0
        for match in re.finditer(r"(?<!\\)\||$", text[start:]):
            end = start + match.start()
            begin = found[-1][0] + len(found[-1][1]) + 1 if found else start
            if begin < end or (begin == end and end < len(text)):
                found.append((begin, text[begin:end]))
        return found

    def context(self, at: int, readings: Sequence[Reading], outer: Context) -> Context:
        """What the header of the column, then the first cell of the row, then the text before the table say."""
        sources = []
        if self._headers is not None and at < len(self._headers):
            sources.append(self._headers[at])
        if at and readings:
            sources.append(readings[0])
        context = Context(
            assets=_first(sources, "asset") or _anywhere(readings, at) or _first(sources, "market"),
            measures=_measures(sources),
            aspect=next(iter(_first(sources, "aspect")), ""),
            sign=_sign(sources),
            hours=_hours(sources) or outer.hours,
            ago_hours=_ago_hours(sources),
            is_told=True,
            words=frozenset().union(*(reading.words for reading in sources)),
        )
        context.label = _level(sources[1:])
        said = next((one for reading in sources for one in reading.dates if one.first is not None), None)
        if said is not None and said.before in {"since", "after", "from"}:
            context.window = (said.first, None)
        else:
            context.moment = said
        context.has_row = bool(context.assets)
        context.assets = context.assets or outer.assets
        if not context.measures and not context.aspect and at and readings and outer.is_told:
            context.measures, context.aspect = outer.measures, outer.aspect
        if (not context.measures and any(_is_change(reading.text) for reading in sources[:1])) or any(
            _is_change(reading.text) for reading in sources
        ):
            context.aspect = context.aspect or "change"
        return context


def _measures(sources: Sequence[Reading]) -> tuple[str, ...]:
    """Those of the header; in a column of prices of several things those of the row: "Support 1 | $5"."""
    found = _first(sources[:1], "measure")
    rows = _first(sources[1:], "measure")
    return rows if rows and (not found or found == ("price",)) else found


def _level(rows: Sequence[Reading]) -> str:
    """The 61.8% of a row "61.8% retracement | $5"."""
    return next((f"{one.number}%" for row in rows for one in row.figures if one.kind == "percent"), "")


def _first(sources: Sequence[Reading], kind: str) -> tuple[str, ...]:
    for reading in sources:
        found = tuple(dict.fromkeys(mark.name for mark in reading.marks if mark.kind == kind))
        if found:
            return found
    return ()


def _anywhere(readings: Sequence[Reading], at: int) -> tuple[str, ...]:
    """The asset of another cell of the row, after a column of positions or days; a first cell with an unknown name is
    itself whose the row is."""
    first = readings[0] if readings else None
    if first is not None and not (first.marks or first.dates or first.periods) and _LETTERS.search(first.text):
        return ()
    named = (
        place for place, reading in enumerate(readings[:_MOST_NAMING]) if place != at and _first([reading], "asset")
    )
    place = next(named, None)
    return () if place is None else _first([readings[place]], "asset")


def _hours(sources: Sequence[Reading]) -> tuple[float, ...]:
    for reading in sources:
        if reading.periods:
            return () if _is_ago(reading) else (reading.periods[0].hours,)
    return ()


def _ago_hours(sources: Sequence[Reading]) -> float | None:
    """How long ago the values of a column headed "a week ago" were."""
    said = next((reading for reading in sources if reading.periods), None)
    return said.periods[0].hours if said is not None and _is_ago(said) else None


def _is_ago(reading: Reading) -> bool:
    return reading.periods[0].is_ago or "yesterday" in reading.words


def _sign(sources: Sequence[Reading]) -> int:
    """A column headed "Loss" or "Drop" says the direction; "Change" and "High" do not."""
    names = _first(sources[:1], "direction")
    return -1 if names == ("down",) else 0


def _is_change(text: str) -> bool:
    return bool(re.search(r"\b(?:change|chg|return|move|performance|gain|loss|%|Δ|pct)\b|[%Δ±]", text, re.IGNORECASE))

"""A sentence or table cell with its figures and what its words say, ready for the questions whose, what, when."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from functools import cached_property

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.dates import DateMention
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.reading import Mark, Reading
from cryptodesk.verification.vocabulary import Vocabulary

__all__ = ["BREAK", "LIST_JOIN", "Context", "Sentence"]

_LONGEST_RUN = 12
_ADJOINING = Pattern(r"\s[*_]*")
LIST_JOIN = Pattern(r"[\s*_]*(?:,|and|,\sand|;|/|versus|vs\.?|to|,\srespectively)[\s*_+$€£-]*$", re.IGNORECASE)
_OF_TWO = Pattern(r"\bthe\s(former|latter)\b", re.IGNORECASE)
BREAK = Pattern(r"[;]|\s[–—]\s|\.\s")


class Context(Struct, gc=False):
    """What earlier text leaves behind for figures that do not say it themselves. `is_told`: the measures stand over the
    figure, as a heading or a table's header; else they are of the sentence before. `words` are all those of a table's
    header and of its row; `has_row`: the row names the asset. `recent` are
    the two assets named last, `label` is the level that the row is of, `lengths` the periods of the
    sentence before, in order."""

    assets: tuple[str, ...] = ()
    measures: tuple[str, ...] = ()
    aspect: str = ""
    sign: int = 0
    hours: tuple[float, ...] = ()
    window: tuple[date | None, date | None] | None = None
    moment: DateMention | None = None
    ago_hours: float | None = None
    has_row: bool = False
    is_told: bool = False
    words: frozenset[str] = frozenset()
    recent: tuple[str, ...] = ()
    label: str = ""
    lengths: tuple[float, ...] = ()


def _of_two(text: str, assets: Sequence[Mark], recent: tuple[str, ...]) -> Iterator[Mark]:
    """The former and the latter of the two assets that were named last."""
    for match in _OF_TWO.finditer(text):
        named = tuple(dict.fromkeys(one.name for one in assets if one.kind == "asset" and one.end <= match.start()))
        pair = named[-2:] if len(named) > 1 else recent
        if len(pair) == 2:
            place = match[1].lower() == "latter"
            yield Mark(match.start(1), match.end(1), "asset", pair[place], match[1].lower())


class Sentence:
    """All places are within `text`. `tickers` maps a ticker to its entity."""

    def __init__(
        self,
        reading: Reading,
        figures: Sequence[Figure],
        context: Context,
        vocabulary: Vocabulary,
        tickers: Mapping[str, str],
    ) -> None:
        self.text = reading.text
        self.reading = reading
        self.figures = figures
        self.context = context
        self.vocabulary = vocabulary
        self.tickers = tickers
        marks = reading.by_kind()
        self.assets = sorted([*marks.get("asset", ()), *marks.get("market", ())])
        if not reading.words.isdisjoint({"former", "latter"}):
            self.assets = sorted([*self.assets, *_of_two(reading.text, self.assets, context.recent)])
        self.named = sorted([*marks.get("measure", ()), *marks.get("aspect", ())])
        self.fillers = marks.get("filler", [])
        self.qualifiers = marks.get("qualifier", [])
        # "36 % negative" names a share, not a fall; who pays whom is the sign of a funding rate.
        shares = {
            (one.start, one.end)
            for one in self.named
            if vocabulary.units.get(one.name) == "percent" and one.name != "funding_rate"
        }
        self.directions = [one for one in marks.get("direction", ()) if (one.start, one.end) not in shares]
        self.against = marks.get("against", [])
        self.words = reading.words
        self.has_hypothetical = "hypothetical" in marks
        self.has_attributed = "attributed" in marks
        # The BTC of "5 BTC" is a unit first, and whose the sentence is only where nothing else says so.
        spans = [(one.start, one.end) for one in figures if one.kind == "count"]
        named = [mark for mark in self.assets if not any(start <= mark.start < end for start, end in spans)]
        self.own_assets = tuple(dict.fromkeys(mark.name for mark in named))
        # The ETH of "$3,268 (0.39 ETH), down 8%" is no subject.
        self.subjects = named or self.assets
        if not self.own_assets and not context.assets:
            self.own_assets = tuple(dict.fromkeys(mark.name for mark in self.assets))
        for figure in figures:
            self._name_coin(figure)
        self.own_measures = tuple(dict.fromkeys(mark.name for mark in self.named if mark.kind == "measure"))

    @cached_property
    def spans(self) -> list[tuple[int, int]]:
        """Where anything stands that was read, in order."""
        reading = self.reading
        found = {(one.start, one.end) for one in reading.marks}
        found |= {(one.start, one.end) for one in reading.figures}
        found |= {(one.start, one.end) for one in reading.periods}
        return sorted(found | {(one.start, one.end) for one in reading.dates})

    def _name_coin(self, figure: Figure) -> None:
        """ "28.4 ether" is an amount of a coin, as "28.4 ETH" is."""
        if figure.kind != "plain":
            return
        mark = next((one for one in self.assets if one.start >= figure.end), None)
        if mark is not None and mark.kind == "asset" and _ADJOINING.fullmatch(self.text[figure.end : mark.start]):
            figure.kind, figure.unit = "count", mark.name

    def run(self, at: int) -> list[int]:
        """The figures of one kind that stand in a row: "5, 3 and 2"."""
        run = [at]
        while run[0] > max(at - _LONGEST_RUN, 0) and self._follow(run[0] - 1, run[0]):
            run.insert(0, run[0] - 1)
        while run[-1] + 1 < min(at + _LONGEST_RUN, len(self.figures)) and self._follow(run[-1], run[-1] + 1):
            run.append(run[-1] + 1)
        return run

    def _follow(self, first: int, second: int) -> bool:
        one, other = self.figures[first], self.figures[second]
        return one.kind == other.kind and bool(LIST_JOIN.fullmatch(self.text[one.end : other.start]))

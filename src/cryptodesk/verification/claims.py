"""What each figure of a unit is said to be: whose, of which measure, over which time, up or down.

Grammar is read by nearness: what stands directly behind a figure ("5% drop", "$78,264 for Bitcoin") comes before what
stands in front of it, and that before what earlier sentences, table headers or the heading said.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import date

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.conventions import is_convention
from cryptodesk.verification.dates import DateMention
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.manner import approximation_of, is_start, may_be_past, qualifiers_of
from cryptodesk.verification.reading import Mark, Reading
from cryptodesk.verification.sentence import Context, Sentence
from cryptodesk.verification.vocabulary import Vocabulary
from cryptodesk.verification.what import carried_measures, direction_of, is_listed, measure_of
from cryptodesk.verification.when import dates_of, periods_of
from cryptodesk.verification.whose import assets_of

__all__ = ["Claim", "read_claims"]

_DAY = 24.0
_AT_LEVEL = Pattern(
    r"[\s*_]*(?:fib\w*\s)?(?:retracement|extension|level|line|mark|fib)|\)?:\s|[\s*_]*(?:at|is|sits)\s", re.IGNORECASE
)
_SAME = frozenset({"equivalent", "corresponding", "counterpart", "same", "those", "likewise"})
_PRODUCT = Pattern(
    r"[\s*_]*(?:(?:would|will|could|currently|now|be|is|are|was|were|cost|costs|worth|(?:comes?|adds?\sup)\sto|equals?|amounts?\sto|"
    r"fetch|about|roughly|around|approximately)\s)+[*_~≈$€£]*"
)
_IS_ACTUAL = Pattern(r"\b(?:current|latest|present|today's|today’s|last)\s(?:\w+\s){1,2}(?:of\s|is\s)?[*_~$€£]*$")
_SCALE = Pattern(r"\d[\s*_]*(?:/|(?:out\s)?of)\s?$")


class Claim(Struct, gc=False):
    """Empty fields are not said. `is_own_asset`: the asset stands in the unit itself, not in an earlier one;
    `is_row_asset`: in the row of the table. `is_tight`: the measure stands right at the figure. `is_listed`: it goes
    on a list, with nothing but a name between it and the figure before. `carried`: measures
    that may go without saying. `told_words` are those of the table's header and row, `text` is the sentence,
    `front` and `behind` what stands around the figure, `left` the end of the figure before.
    `is_product`: of several coins, so that it is no price. `wanted` is for `faults`, which fills it once."""

    figure: Figure
    assets: tuple[str, ...] = ()
    is_own_asset: bool = False
    is_row_asset: bool = False
    measures: tuple[str, ...] = ()
    aspect: str = ""
    sign: int = 0
    is_unsigned: bool = False
    direction: Mark | None = None
    hours: tuple[float, ...] = ()
    window: tuple[date | None, date | None] | None = None
    moment: DateMention | None = None
    ago_hours: float | None = None
    may_be_past: bool = False
    is_start: bool = False
    is_in_brackets: bool = False
    approximation: str = ""
    qualifiers: frozenset[str] = frozenset()
    words: frozenset[str] = frozenset()
    told_words: frozenset[str] = frozenset()
    text: str = ""
    behind: str = ""
    is_hypothetical: bool = False
    is_attributed: bool = False
    is_own_measure: bool = False
    is_convention: bool = False
    is_tight: bool = True
    carried: tuple[str, ...] = ()
    wanted: tuple[str, ...] | None = None
    unit_assets: tuple[str, ...] = ()
    unit_measures: tuple[str, ...] = ()
    label: str = ""
    is_listed: bool = False
    left: int = 0
    is_product: bool = False

    @property
    def front(self) -> str:
        return self.text[: self.figure.start]


def read_claims(reading: Reading, context: Context, vocabulary: Vocabulary, tickers: Mapping[str, str]) -> list[Claim]:
    """One claim a figure that is a claim at all; durations are periods and no claims here."""
    figures = [one for one in reading.figures if one.kind != "duration" and not _is_scale(reading.text, one)]
    if not figures:
        return []
    sentence = Sentence(reading, figures, context, vocabulary, tickers)
    return [_claim(sentence, at) for at in range(len(figures))]


def _is_margin(text: str, figure: Figure) -> bool:
    """The 5 of "± 5"."""
    return "±" in text[max(0, figure.start - 2) : figure.start]


def _is_scale(text: str, figure: Figure) -> bool:
    """The 100 of "58 out of 100" and of "58/100"."""
    return figure.number == "100" and bool(_SCALE.search(text[: figure.start]))


def _told_hours(sentence: Sentence, figure: Figure, aspect: str) -> tuple[float, ...]:
    """The period of the heading or header; of the sentence before only for a change, which may be of the day too."""
    context = sentence.context
    if context.is_told or not context.hours:
        return context.hours
    if not sentence.words.isdisjoint(_SAME):
        return context.hours
    if figure.kind != "percent" or aspect or any(one.kind == "aspect" for one in sentence.named):
        return ()
    return (*context.hours, _DAY)


def _is_product(sentence: Sentence, at: int) -> bool:
    """Whether the amount is of several coins: "10 SOL would be worth $5"."""
    figure, amount = sentence.figures[at], sentence.figures[at - 1] if at else None
    if amount is None or figure.kind != "money" or amount.kind != "count" or amount.value in {0, 1}:
        return False
    name = next((one for one in sentence.assets if amount.end <= one.start <= amount.end + 3), None)
    return bool(_PRODUCT.fullmatch(sentence.text[amount.end if name is None else name.end : figure.start]))


def _in_turn(sentence: Sentence, figure: Figure) -> tuple[float, ...]:
    """The period in the figure's place where the sentence goes through those of the one before again."""
    lengths = sentence.context.lengths
    if figure.kind != "percent" or sentence.words.isdisjoint(_SAME):
        return ()
    alike = [one for one in sentence.figures if one.kind == "percent"]
    return (lengths[alike.index(figure)],) if len(alike) == len(lengths) > 1 else ()


def _label(sentence: Sentence, at: int) -> str:
    """The level that a figure is said to stand at: the 61.8% of "the 61.8% retracement at $5"."""
    if sentence.figures[at].kind not in {"money", "plain"}:
        return ""
    levels = [one for one in sentence.figures[:at] if one.kind == "percent" and _AT_LEVEL.match(sentence.text, one.end)]
    return f"{levels[-1].number}%" if levels else sentence.context.label


def _claim(sentence: Sentence, at: int) -> Claim:
    figure = sentence.figures[at]
    left = sentence.figures[at - 1].end if at else 0
    right = sentence.figures[at + 1].start if at + 1 < len(sentence.figures) else len(sentence.text)
    assets, is_own_asset = assets_of(sentence, at, right)
    found = measure_of(sentence, figure, left, right)
    goes_on = is_listed(sentence, at)
    sign, direction, is_unsigned = direction_of(sentence, figure, left, right)
    moment, window = dates_of(sentence, figure, left, right)
    hours, ago = periods_of(sentence, figure, left, right)
    hours = hours or (_in_turn(sentence, figure) if window is None and ago is None else ())
    told = _told_hours(sentence, figure, found.aspect) if window is None and ago is None else ()
    is_share = figure.kind in {"percent", "points"}
    aspect = "" if is_share and found.aspect in {"open", "close"} else found.aspect
    if not aspect and figure.kind in {"percent", "points"} and (direction is not None or figure.sign):
        aspect = "change"
    return Claim(
        figure=figure,
        assets=assets,
        is_own_asset=is_own_asset,
        is_row_asset=sentence.context.has_row,
        measures=found.measures,
        aspect=aspect,
        sign=figure.sign or sign,
        is_unsigned=is_unsigned,
        direction=direction,
        hours=hours or told,
        window=window or (sentence.context.window if not hours and moment is None else None),
        moment=moment or (sentence.context.moment if not hours and window is None else None),
        ago_hours=ago if ago is not None or hours else sentence.context.ago_hours,
        may_be_past=may_be_past(sentence, figure, left, right),
        is_in_brackets=sentence.text[: figure.start].endswith("("),
        is_start=is_start(sentence, figure, left) and aspect in {"", "open", "close"} and not sentence.has_hypothetical,
        approximation=approximation_of(sentence, figure, left),
        qualifiers=qualifiers_of(sentence, figure, left, right),
        words=sentence.words,
        told_words=sentence.context.words,
        text=sentence.text,
        behind=sentence.text[figure.end : right],
        is_hypothetical=(sentence.has_hypothetical and not _IS_ACTUAL.search(sentence.text[: figure.start]))
        or _is_margin(sentence.text, figure),
        is_attributed=sentence.has_attributed or "“" in sentence.text or "[" in sentence.text,
        is_own_measure=found.is_own,
        is_convention=is_convention(sentence, figure),
        is_tight=found.is_tight or (goes_on and bool(found.measures)),
        carried=() if found.measures else carried_measures(sentence, figure),
        unit_assets=sentence.own_assets or sentence.context.assets,
        unit_measures=sentence.own_measures or sentence.context.measures,
        label=_label(sentence, at),
        is_listed=goes_on,
        left=left,
        is_product=_is_product(sentence, at),
    )

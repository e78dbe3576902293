"""Cells in words, and values in the manner of a figure: same currency sign, magnitude, decimals and sign."""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal
from functools import lru_cache

from cryptodesk.verification.facts import Cell, FactTable
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.meanings import ALL_TIME, YEAR_TO_DATE, Meaning
from cryptodesk.verification.vocabulary import load_vocabulary

__all__ = ["cell_title", "field_title", "formatted_like", "plain_value"]

_POWERS = {"k": 3, "thousand": 3, "m": 6, "mm": 6, "mn": 6, "mln": 6, "million": 6, "b": 9, "bn": 9, "bln": 9,
           "billion": 9, "t": 12, "tn": 12, "trn": 12, "trillion": 12, "hundred": 2}  # fmt: skip
_LADDER = {
    "word": ((12, "trillion"), (9, "billion"), (6, "million"), (3, "thousand")),
    "letter": ((12, "T"), (9, "B"), (6, "M"), (3, "K")),
}
_ASPECTS = {
    "change": "change of the ",
    "high": "high of the ",
    "low": "low of the ",
    "mean": "mean ",
    "from_high": "distance from the high of the ",
    "from_low": "distance from the low of the ",
    "open": "opening ",
}


@lru_cache(maxsize=4096)
def field_title(meaning: Meaning) -> str:
    """ "24-hour change of the price"."""
    name = load_vocabulary().measure_words.get(
        meaning.measure, meaning.measure.removeprefix("field ").replace("_", " ")
    )
    qualified = " ".join(sorted(meaning.qualifiers))
    period = _period(meaning.hours)
    parts = [period, _ASPECTS.get(meaning.aspect, "") + " ".join(filter(None, (qualified, name)))]
    ago = {24.0: " a day earlier", 168.0: " a week earlier", 720.0: " a month earlier"}.get(meaning.ago_hours, "")
    return " ".join(filter(None, parts)) + ago + (f" at {meaning.label}" if meaning.label else "")


def _period(hours: float) -> str:
    if hours == YEAR_TO_DATE:
        return "year-to-date"
    if hours == ALL_TIME:
        return "all-time"
    if not hours:
        return ""
    if hours % 8760 == 0:
        return f"{hours / 8760:g}-year"
    return f"{hours / 24:g}-day" if hours % 24 == 0 and hours > 24 else f"{hours:g}-hour"


def cell_title(cell: Cell, facts: FactTable) -> str:
    owner = facts.entities.label(cell.entity.key) if cell.entity is not None else ""
    when = f" on {cell.day}" if cell.day is not None else ""
    return field_title(cell.meaning) + (f" of {owner}" if owner else "") + when


def plain_value(value: float, meaning: Meaning, currency: str) -> str:
    """The value for a reason: "78264.1 USD", "-0.20592766 %"."""
    number = f"{value:.10g}" if abs(value) < 1e15 else f"{value:.8g}"
    unit = {"money": f" {currency}", "percent": " %"}.get(meaning.unit, "")
    return number + unit


def formatted_like(figure: Figure, value: float) -> str:
    """The value as the figure is written. Kinds other than money, percentages, counts and plain numbers: bare."""
    decimal = Decimal(repr(value))
    power = _POWERS.get(figure.magnitude.strip(" -").lower(), 0)
    number = _number(figure, abs(decimal), power)
    if figure.is_word:
        return f"{_plain(abs(decimal), 2)}{'%' if figure.kind in {'percent', 'points'} else ''}"
    head, tail = _around(figure)
    if power and figure.magnitude and abs(decimal) > 0 and not _suits(abs(decimal), power):
        number, tail = _rescaled(figure, abs(decimal), tail)
    is_signed = bool(figure.sign) and figure.kind in {"percent", "points"}
    sign = "-" if decimal < 0 else "+" if decimal > 0 and is_signed else ""
    return sign + re.sub(r"^[-−–+]|(?<=[$€£¥])[-−+]", "", head) + number + tail


def _around(figure: Figure) -> tuple[str, str]:
    at = figure.text.find(figure.number)
    return figure.text[:at], figure.text[at + len(figure.number) :]


def _suits(value: Decimal, power: int) -> bool:
    return 0 <= value.adjusted() - power <= 2


def _rescaled(figure: Figure, value: Decimal, tail: str) -> tuple[str, str]:
    style = "word" if len(figure.magnitude.strip(" -")) > 2 else "letter"
    for power, name in _LADDER[style]:
        if value.adjusted() >= power:
            space = " " if style == "word" or figure.magnitude.startswith(" ") else ""
            return _number(figure, value, power), tail.replace(figure.magnitude, space + name, 1)
    return _plain(value, 2), tail.replace(figure.magnitude, "", 1)


def _number(figure: Figure, value: Decimal, power: int) -> str:
    places = len(figure.number.partition(".")[2])
    scaled = value.scaleb(-power)
    if power and not places:
        places = 2
    rounded = _plain(scaled, places, grouped="," in figure.number or not power)
    if Decimal(rounded.replace(",", "")) == 0 and value:
        # So small a value needs digits of its own.
        return _plain(scaled, 2 - scaled.adjusted(), grouped=False)
    return rounded


def _plain(value: Decimal, places: int, *, grouped: bool = True) -> str:
    if value.adjusted() + places > 26:
        return str(value)
    rounded = value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_EVEN)
    return f"{rounded:,f}" if grouped else f"{rounded:f}"

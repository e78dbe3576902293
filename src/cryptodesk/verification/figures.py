"""Figures written in digits: money, percentages, counts, ranks, multiples, durations, each with what its digits imply.

What only looks like a figure is passed over: code, links, citations, list numbers, ids, hashes, versions, names.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.vocabulary import Vocabulary

__all__ = ["Figure", "Span", "find_figures", "find_masks", "implied_step"]

Span = tuple[int, int]

_MASK = Pattern(
    r"`[^`\n]*`|https?://\S+|\]\([^)\s]*\)|\[\^?\d{1,3}(?:\s*[,–-]\s*\d{1,3})*\]|\{\{[^}\n]*\}\}|【[^】\n]*】"
    r"|\b0x[0-9a-fA-F]+…?\w*|\b(?=[0-9a-f]*\d)[0-9a-f]{24,}\b|\b[1-9A-HJ-NP-Za-km-z]{32,90}\b|\bwww\.\S+"
    r"|\bv\d+(?:\.\d+)*\b|\b\d+\.\d+\.\d+(?:\.\d+)*\b"
)
# Cheaper than the masks: most sentences have none of these.
_MAY_HAVE_MASK = Pattern(r"[`{【/]|[\[\]]|0x|www|\bv\d|\d\.\d+\.\d|\w{24}")
_MOST_DIGITS = 60
_LIST_NUMBER = Pattern(r"\s*(?:#{1,6}\s*)?(?:[-*+•]\s+)?(?:\*\*)?\d{1,3}[.)](?=\s|\*)")
_NUMBER = Pattern(r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?![\d,]*\d)|\d+(?:\.\d+)?(?:[eE][+-]?\d{1,2}(?![\w.]))?|\.\d+")
_AFTER = Pattern(
    r"(?P<percent>[\s-]?%|[\s-]?(?:percent|per\s?cent|pct)\b(?!age))(?P<points>[\s-]?(?:age\s)?points?\b)?"
    r"|(?P<pp>[\s-]?(?:percentage[\s-]points?|pp|ppts?|p\.p\.)(?!\w))|(?P<bps>[\s-]?(?:bps|basis[\s-]points?)\b)"
    r"|(?P<multiple>[x×](?![\w])|[\s-]times\b|[\s-]?fold\b)|(?P<ordinal>(?:st|nd|rd|th)\b)"
    r"|(?P<duration>[\s-]?(?P<length>hours?|hrs?|h|days?|d|weeks?|wks?|w|months?|mos?|years?|yrs?|y|minutes?|mins?|"
    r"seconds?|secs?)(?:[\s-](?:old|ago|long))?(?![\w])(?!/))|(?P<gwei>\s?gwei\b)"
    r"|(?P<magnitude>[\s-]?(?:hundred|thousand|million|billion|trillion|mln|bln|mn|bn|trn|tn)\b|\s?(?:[kKMBT]|mm)(?![\w])|[mbt](?![\w]))?"
    r"(?P<tail>[\s-](?:US[\s-]dollars?|[A-Za-z][A-Za-z0-9]{1,9})\b)?",
)
_MAGNITUDES = {
    "hundred": 2, "thousand": 3, "k": 3, "million": 6, "mln": 6, "mn": 6, "m": 6, "mm": 6, "billion": 9, "bln": 9,
    "bn": 9, "b": 9, "trillion": 12, "trn": 12, "tn": 12, "t": 12,
}  # fmt: skip
_SMALL = frozenset({"m", "b", "t"})
_HOURS = {"h": 1.0, "d": 24.0, "w": 168.0, "mo": 720.0, "y": 8760.0, "mi": 1 / 60, "s": 1 / 3600}
_CURRENCY_BEFORE = Pattern(r"(?P<sign>[-−–+~≈±]?)(?P<currency>US\$|[$€£¥]|(?:USDT?|EUR|GBP|JPY)\s)(?P<inner>[-−+]?)$")
_SIGN_BEFORE = Pattern(r"(?:^|[\s(\[|*_:/~≈=,“\"])(?P<sign>[-−+–±])\s?$")
_WORD_BEFORE = Pattern(r"([A-Za-z&#]+)[\s.:#-]{0,2}$")
_NAME_BEFORE = Pattern(r"[A-Za-z][-–]?$")
_RANGE = Pattern(r"\s?(?:-|–|—|to|and)\s?(?:[$€£¥~])?$", re.IGNORECASE)


class Figure(Struct, gc=False):
    """One figure. `value` carries its sign only where the text has the sign; `step` is the weight of its last digit
    that is certain (a trailing zero of a whole number is not). `kind`: money, percent, points, multiple, rank, count,
    duration (value in hours) or plain. `unit` is a currency, a ticker, a word or empty. `start` and `end` are within
    the unit's text."""

    text: str
    start: int
    end: int
    kind: str
    value: float
    decimal: Decimal
    step: float
    unit: str = ""
    sign: int = 0
    number: str = ""
    magnitude: str = ""
    prefix: str = ""
    is_word: bool = False
    is_year_like: bool = False


def find_masks(text: str) -> list[Span]:
    masks = [match.span() for match in _MASK.finditer(text)] if _MAY_HAVE_MASK.search(text) else []
    numbered = _LIST_NUMBER.match(text)
    return [numbered.span(), *masks] if numbered else masks


def find_figures(text: str, masks: Sequence[Span], vocabulary: Vocabulary) -> list[Figure]:
    """In order. `masks` are the spans to pass over, dates among them."""
    found: list[Figure] = []
    end = 0
    for match in _NUMBER.finditer(text):
        start = match.start()
        if start < end or _covered(masks, start) or (start and (text[start - 1].isalnum() or text[start - 1] == "_")):
            continue
        figure = _figure(text, match, vocabulary)
        if figure is not None:
            end = figure.end
            found.append(figure)
    return _shared_units(text, found)


def _covered(masks: Iterable[Span], place: int) -> bool:
    return any(start <= place < end for start, end in masks)


def _figure(text: str, match: re.Match[str], vocabulary: Vocabulary) -> Figure | None:
    start, stop = match.span()
    if start and _is_part_of_name(text, start, vocabulary):
        return None
    after = _AFTER.match(text, stop)
    if after is None or (after.end() == stop and stop < len(text) and _goes_on(text, stop)):
        return None
    sign, currency, start = _front(text, start, vocabulary)
    if not currency and after["magnitude"] in _SMALL:
        return None  # "a 15m chart"
    return _made(text, start, match.group(), after, sign, currency, vocabulary)


def _goes_on(text: str, stop: int) -> bool:
    """Whether letters follow at once: "1inch", "3D"."""
    return text[stop].isalpha() or (text[stop] in "-_" and text[stop + 1 : stop + 2].isalpha() and text[stop] == "_")


def _is_part_of_name(text: str, start: int, vocabulary: Vocabulary) -> bool:
    before = text[max(0, start - 16) : start]
    if _NAME_BEFORE.search(before) and not before.endswith(("–", "-")):
        return True
    if before.endswith("-") and _NAME_BEFORE.search(before):  # ERC-20, GPT-5.1
        return True
    word = _WORD_BEFORE.search(before)
    return bool(word) and word.group(1).lower() in vocabulary.labels and "$" not in before  # type: ignore[union-attr]


def _front(text: str, start: int, vocabulary: Vocabulary) -> tuple[int, str, int]:
    """Sign, currency and where the figure begins with both."""
    before = text[max(0, start - 8) : start]
    offset = start - len(before)
    money = _CURRENCY_BEFORE.search(before)
    if money:
        sign = _sign(money["inner"]) or (_sign(money["sign"]) if _free(before, money.start()) else 0)
        begins = offset + money.start("sign" if _sign(money["sign"]) and _free(before, money.start()) else "currency")
        currency = vocabulary.currencies.get(money["currency"].strip().lower()) or vocabulary.currencies["$"]
        return sign, currency, begins
    signed = _SIGN_BEFORE.search(before)
    if signed and signed["sign"] in "-−+" and not re.search(r"\d\s$", before[: signed.start("sign")]):
        return _sign(signed["sign"]), "", offset + signed.start("sign")
    if before.endswith("#"):
        return 0, "#", start - 1
    return 0, "", start


def _free(before: str, place: int) -> bool:
    return place == 0 or not (before[place - 1].isalnum() or before[place - 1] in "%)")


def _sign(mark: str) -> int:
    return {"-": -1, "−": -1, "+": 1}.get(mark, 0)


def _made(
    text: str, start: int, number: str, after: re.Match[str], sign: int, currency: str, vocabulary: Vocabulary
) -> Figure | None:
    kind, unit, power, end = _unit(number, after, currency, vocabulary)
    magnitude = ""
    if power and after["magnitude"]:
        magnitude = after["magnitude"]
    if kind == "duration":
        return _duration(text, start, end, number, after)
    value, step = implied_step(number, power)
    if kind in {"percent", "points"} and "." not in number:
        step = 10.0**power  # whole percents are meant to the percent
    decimal = value.copy_negate() if sign < 0 else value
    return Figure(
        text[start:end], start, end, kind, float(decimal), decimal, step, unit, sign, number, magnitude,
        text[start : text.find(number[0], start)],
    )  # fmt: skip


def _unit(number: str, after: re.Match[str], currency: str, vocabulary: Vocabulary) -> tuple[str, str, int, int]:
    """Kind, unit, power of ten and end."""
    end = after.end()
    if after["percent"]:
        return ("points", "", 0, end) if after["points"] else ("percent", "", 0, end)
    if after["pp"]:
        return "points", "", 0, end
    if after["bps"]:
        return "points", "bps", -2, end
    if after["multiple"] and not currency:
        return "multiple", "", 0, end
    if after["ordinal"]:
        return "rank", "", 0, end
    if after["duration"] and not currency:
        return "duration", "", 0, end
    if after["gwei"]:
        return "plain", "gwei", 0, end
    return _amount(after, currency, vocabulary)


def _amount(after: re.Match[str], currency: str, vocabulary: Vocabulary) -> tuple[str, str, int, int]:
    power = _MAGNITUDES.get((after["magnitude"] or "").strip(" -").lower(), 0)
    end = after.end("magnitude") if after["magnitude"] else after.start()
    if currency == "#":
        return "rank", "", 0, end
    tail = (after["tail"] or "").strip(" -")
    named = vocabulary.currencies.get(tail.lower()) or (
        "USD" if tail.lower().startswith("us") and "ollar" in tail else ""
    )
    if named:
        return "money", currency or named, power, after.end("tail")
    if currency:
        return "money", currency, power, end
    if re.fullmatch(r"[A-Z][A-Z0-9]{1,9}", tail) and tail not in vocabulary.stop_symbols:
        return "count", tail, power, after.end("tail")
    return "plain", "", power, end


def _duration(text: str, start: int, end: int, number: str, after: re.Match[str]) -> Figure:
    length = after["length"].lower()
    hours = _HOURS.get(length[:2]) if length[:2] in {"mo", "mi"} else _HOURS[length[0]]
    value = Decimal(number.replace(",", ""))
    return Figure(
        text[start:end], start, end, "duration", float(value) * (hours or 0), value, hours or 1.0, length, 0, number
    )


@lru_cache(maxsize=1024)
def implied_step(number: str, power: int) -> tuple[Decimal, float]:
    """The value, and the weight of the last digit that is certain."""
    plain = number.replace(",", "")[:_MOST_DIGITS]
    value = Decimal(plain)
    exponent = int(value.as_tuple().exponent)
    if exponent >= 0 and value and "." not in plain:
        digits = plain.lower().split("e")[0].lstrip("0")
        exponent += len(digits) - len(digits.rstrip("0"))
    return value.scaleb(power), 10.0 ** max(min(exponent + power, 300), -300)


def _shared_units(text: str, figures: list[Figure]) -> list[Figure]:
    """In "3-5%" and "between 1.5 and 2 million" the first figure has the unit of the second."""
    for first, second in pairwise(figures):
        if first.kind != "plain" or first.unit or second.kind in {"duration", "rank", "count"} or first.magnitude:
            continue
        between = text[first.end : second.start]
        if not _RANGE.fullmatch(between) or ("and" in between and "between" not in text[: first.start].lower()[-12:]):
            continue
        if second.kind == "plain" and not second.magnitude:
            continue
        power = _MAGNITUDES.get(second.magnitude.strip(" -").lower(), 0)
        first.decimal, first.step = implied_step(first.number, power)
        first.value, first.kind, first.unit = float(first.decimal), second.kind, second.unit
        if second.kind == "percent" and "." not in first.number:
            first.step = 1.0
    return figures

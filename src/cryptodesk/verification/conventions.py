"""Conventions that a sentence states: thresholds of names ("70 or more is called overbought"), ends of scales, and the
settings of an indicator ("MACD (12, 26, 9)").

They speak of no asset and no moment, so no result holds them. A sentence that names an asset or a day states a fact,
whatever else it calls it, and so does an amount of money; and more than two digits are measured, not agreed upon.
"""

from __future__ import annotations

import re

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.sentence import Sentence

__all__ = ["is_convention"]

_CALLED = Pattern(
    r"\b(?:is|are)\s(?:\w+\s)?(?:called|counted as|read as|taken as|said to be)\b|\bcounts? as\b|\bmeans\b|"
    r"\bannuali[sz]ed with\b",
    re.IGNORECASE,
)
_LIMITED = Pattern(
    r"\bor\s(?:more|less|above|below|higher|lower|over|under)\b|"
    r"\b(?:from|above|below|under|over|within|than|between|with|to|up)\b",
    re.IGNORECASE,
)
_SCALE = Pattern(
    r"\b(?:from|between)\s(?:[-−]?1|0)(?:\s\([^)\d]*\))?\s(?:to|and)\s(?:\+?1|10|100)(?![\d%]|[.,]\d)"
    r"|\(0\s?[-–]\s?(?:1|10|100)\)|\b0\s(?:is|means|stands for)\s[^.\d]{3,40}\b100\b(?![%]|[.,]\d)"
)
_INDICATOR = Pattern(r"\b(?:MACD|RSI|SMA|EMA|ATR|moving averages?|Bollinger|stochastic)\b", re.IGNORECASE)
_SETTINGS = Pattern(r"\(\d{1,3}(?:,\s?\d{1,3})+\)")
# The length of what was looked at: "(30 daily bars)".
_BARS = Pattern(r"\s(?:(?:daily|hourly|weekly|four-hour)\s)?(?:bars|candles)\b")
_MOST_DIGITS = 2


def is_convention(sentence: Sentence, figure: Figure) -> bool:
    if figure.kind not in {"plain", "percent", "points", "rank"} or figure.magnitude or figure.unit:
        return False
    text = sentence.text
    if figure.kind == "plain" and _BARS.match(text, figure.end):
        return True
    if any(one.start() <= figure.start and figure.end <= one.end() for one in _SCALE.finditer(text)):
        return True
    if _is_setting(text, figure):
        return True
    is_fact = bool(sentence.assets or sentence.reading.dates) or bool(figure.sign)
    return (
        not is_fact
        and len(figure.number.replace(".", "").replace(",", "").strip("0")) <= _MOST_DIGITS
        and bool(_CALLED.search(text))
        and bool(_LIMITED.search(text))
    )


def _is_setting(text: str, figure: Figure) -> bool:
    within = any(one.start() < figure.start < one.end() for one in _SETTINGS.finditer(text))
    return within and bool(_INDICATOR.search(text))

"""Which indicators a question asks for, on which bars, and which of its words no tool computes."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["ALL_TOPICS", "TOOL_LENGTHS", "Interval", "Slots", "Topic", "asked_interval", "read_topics"]

Topic = Literal["rsi", "macd", "averages", "fibonacci", "levels", "bollinger", "atr", "cross"]
Interval = Literal["1h", "4h", "1d", "1w"]
# What a question for "the technicals" means.
ALL_TOPICS: tuple[Topic, ...] = ("rsi", "macd", "averages", "levels", "fibonacci")

TOOL_LENGTHS = frozenset({7, 30, 200})


class Slots(Struct, frozen=True):
    """`topics` in the order asked, none for all; `lengths` of averages in bars; `is_exponential` tells EMA from SMA.
    `patterns` are words for what no tool computes. `is_verdict`: asked whether it is overbought or oversold."""

    topics: tuple[Topic, ...] = ()
    interval: Interval = "1d"
    lengths: tuple[int, ...] = ()
    is_exponential: bool = False
    patterns: tuple[str, ...] = ()
    is_verdict: bool = False

    @property
    def are_of_tool(self) -> bool:
        """Whether the averages asked for are those that the tool itself reckons."""
        return bool(self.lengths) and set(self.lengths) <= TOOL_LENGTHS


_WORDS: dict[Topic, str] = {
    "rsi": r"\brsi(?:[- ]?\d{1,2})?\b|\brelative strength\b(?! (?:vs|versus|against|to|compared))|\bover-?(?:heated|extended)\b|\b(?:over|under)-?stretched\b|\bover-?(?: ?)bought\b|\bover-?(?: ?)sold\b",
    "macd": r"\bmacd\b",
    "cross": r"\b(?:golden|death) ?-?cross(?:es|ed)?\b",
    "averages": r"\b(?:[se]ma|dma|mas?)(?:s|\d{1,3})?\b(?=.{0,12}(?:\d|average|of|for|on|$|,|and|\?|_))|\bmoving averages?\b|\b\d{1,3}[- ]?(?:d|day|w|week|period|h|hour)?s?[- ]?(?:[se]?ma|dma|averages?)\b|\bmovings?\b averages?|\b\d{2,3}[- ](?:d|day|w|week|period|hour)s? (?:(?:moving|trend|average|mean|simple|exponential) )?(?:line|mean|trend ?line)\b",
    "fibonacci": r"\bfib(?:s|o|onacci)?\b|\bretracement levels?\b",
    "levels": r"\bpivots?(?: points?| levels?)?\b|\bsupports? (?:and|&|or|/|,) ?resistances?\b|\bs/r\b|\b(?:support|resistance) (?:level|zone|price|area|line)s?\b|\bresistances?\b|\b(?:key|strong|next|nearest|main|major|closest|immediate|current|price) (?:supports?|levels?)\b|\b(?:to|at|near|above|below|broke|break|breaks|breaking|hold|holding|lost|lose|losing|test|testing|retest) (?:the |its |key |a )*support\b|\bsupports? (?:of|for|on) _|\bwhere(?: is|'s) (?:the )?support\b|_(?:'s)? supports?\b(?! \w)",
    "bollinger": r"\bbollinger(?: ?bands?)?\b|\bbbands?\b|\bboll bands?\b",
    "atr": r"\batr\b|\baverage true range\b|\btrue range\b",
}  # fmt: skip
_TOPICS = tuple((topic, Pattern(pattern)) for topic, pattern in _WORDS.items())
_WHOLE = Pattern(
    r"\btechnical(?:ly|s)?(?: analysis| indicators?| picture| outlook| levels?| setup| view)?\b(?! (?:documentation|paper|details?|team|specs?|specification|issue|problem|upgrade))|\bta\b|\bchart analysis\b|\bindicators? (?:of|for|on) (?:the )?_|_(?:\'s)? indicators?\b|\bcharts? (?:say|look|tell)|\bmomentum\b(?=.{0,30}\b(?:indicators?|chart|signal)\b)"
)
_PATTERNS = Pattern(
    r"\b(?:(?:rising|falling|ascending|descending|symmetrical|broadening) )?(?:wedges?|triangles?|channels? pattern)\b"
    r"|\b(?:inverse |inverted )?head[- ]and[- ]shoulders?\b|\bcup[- ]and[- ]handles?\b|\b(?:bull|bear|bullish|bearish) (?:flags?|pennants?)\b|\b(?:double|triple) (?:top|bottom)s?\b"
    r"|\belliott? waves?\b|\bwyckoff\b|\bichimoku\b|\bstoch(?:astics?)?(?: rsi)?\b|\bvwap\b|\bobv\b|\badx\b|\bbreak-?outs?\b|\b(?:bullish|bearish|hidden) divergences?\b|\brsi divergences?\b|\bharmonic patterns?\b"
    r"|\b(?:bullish|bearish) engulfing\b|\bdoji\b|\bhammer candles?\b|\bcandlestick patterns?\b|\bchart patterns?\b|\bsupertrend\b|\bparabolic sar\b|\border blocks?\b|\bfair value gaps?\b|\btrend ?lines?\b"
)
_LENGTHS = Pattern(
    r"\b(\d{1,3})[- ]?(?:d|day|days|w|week|weeks|period|periods|h|hour|bar)?[- ]?(?:[se]?ma|dma|(?:simple |exponential )?(?:moving )?(?:averages?|line|mean))\b|\b[se]?ma[- ]?\(?(\d{1,3})\b|\b(\d{1,3})(?=(?:,| and|,? &|/) ?\d{1,3}[- ]?(?:d|day|days)?[- ]?(?:[se]?ma|moving averages?)\b)"
)
_EXPONENTIAL = Pattern(r"\bema\b|\bema\d|\d ?ema\b|\bexponential\b")
_INTERVALS: tuple[tuple[Interval, Pattern], ...] = (
    ("1h", Pattern(r"\bhourly\b|\b(?:1|one)[- ]?h(?:our|r)?\b(?! ago)|\bintraday\b")),
    ("4h", Pattern(r"\b(?:4|four)[- ]?h(?:our|r)?s?\b")),
    ("1w", Pattern(r"\bweekly\b|\b1[- ]?w(?:eek)?\b(?! ago)|\bweekly chart\b")),
)
_BARS_ALONE = Pattern(
    r"^\W*(?:(?:and|so|ok(?:ay)?|but|now|then|same|the same|what about|how about|try|use|using|do|show(?: me)?|give me|check|switch to|change to|i meant?|i mean|make it|on|in|for|with|over|at|from|to|a|an|the|it)[ ,]+)*"
    r"(?P<bars>hourly|1[- ]?h(?:r|our(?:ly)?)?|(?:one|an)[- ]hour|4[- ]?h(?:r|our(?:ly)?)?s?|four[- ]hour(?:ly)?|h1|h4|d1|w1|daily|1[- ]?d(?:ay)?|day|one[- ]day|weekly|1[- ]?w(?:eek)?|one[- ]week|week)(?:'s)?"
    r"(?: (?:chart|bars?|candles?|time ?frame|tf|interval|one|instead|please|pls|then|too|as well|level|view|basis))*\W*$"
)


def asked_interval(text: str) -> Interval | None:
    """ "And on the weekly?": the bars that a text names which says nothing else."""
    found = _BARS_ALONE.match(text.lower())
    if found is None:
        return None
    bars = found["bars"]
    if bars.startswith(("4", "four")) or bars == "h4":
        return "4h"
    return "1h" if "h" in bars else "1w" if "w" in bars else "1d"


_VERDICT = Pattern(r"\bover-? ?bought\b|\bover-? ?sold\b")


def read_topics(masked: str) -> Slots | None:
    """What the text asks of technical analysis; None where it says none of its words."""
    found = sorted((match.start(), topic) for topic, pattern in _TOPICS if (match := pattern.search(masked)))
    patterns = tuple(dict.fromkeys(match.group() for match in _PATTERNS.finditer(masked)))
    if not found and not patterns and not _WHOLE.search(masked):
        return None
    lengths = [int(next(filter(None, match.groups()))) for match in _LENGTHS.finditer(masked)]
    return Slots(
        tuple(topic for _, topic in found),
        next((name for name, pattern in _INTERVALS if pattern.search(masked)), "1d"),
        tuple(dict.fromkeys(length for length in lengths if 2 <= length <= 300)),
        _EXPONENTIAL.search(masked) is not None,
        patterns,
        _VERDICT.search(masked) is not None,
    )

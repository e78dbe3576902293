"""What a field of a result is: its measure, statistic, period, unit, read from its name and the names around it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import lru_cache

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.vocabulary import load_vocabulary, word_set

__all__ = ["NO_HOURS", "QUALIFYING", "Meaning", "key_words", "meaning_of"]

NO_HOURS = 0.0
# Lengths that are no number of hours.
YEAR_TO_DATE, ALL_TIME, MONTH_TO_DATE, QUARTER_TO_DATE, SINCE_THEN = -1.0, -2.0, -3.0, -4.0, -5.0

_PIECES = Pattern(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])|\d+(?:\.\d+)?(?:h|d|w|mo|y|m|k)?(?![a-z])|\d+")
_PERIOD = Pattern(r"(\d+)(h|d|w|mo|y)$")
_HOURS = {"h": 1.0, "d": 24.0, "w": 168.0, "mo": 720.0, "y": 8760.0, "day": 24.0, "days": 24.0, "hour": 1.0}
_HIGHEST = frozenset({"high", "max", "highest", "peak"})
_LOWEST = frozenset({"low", "min", "lowest"})
_PERCENT = frozenset({"percent", "percentage", "pct"})
_GENERIC = word_set(
    "result results items current value index total usd count percent percentage pct change history yearly max "
    "min high low average avg mean rate of the and by all from is to data rows time crypto global latest now unit "
    "amount yesterday last week month n number num btc eth bitcoin ethereum headers"
)
QUALIFYING = word_set(
    "long longs short shorts spot perpetual perpetuals futures cex dex reported slow standard fast base others after"
)
_ONE = {"longs": "long", "shorts": "short", "perpetuals": "perpetual"}


class Meaning(Struct, frozen=True, gc=False):
    """`aspect`: level, change, high, low, mean, open, from_high, from_low. `hours` is the length of the window, 0 where
    there is none. `ago_hours` is how long before the result's time the value held. `extra` are words of the names that
    say more than the measure; `qualifiers` those of them that tell siblings apart."""

    measure: str
    aspect: str
    unit: str
    hours: float = NO_HOURS
    ago_hours: float = 0.0
    qualifiers: frozenset[str] = frozenset()
    extra: frozenset[str] = frozenset()
    label: str = ""
    is_of_record: bool = False


@lru_cache(maxsize=8192)
def key_words(key: str) -> tuple[str, ...]:
    return tuple(piece.lower() for piece in _PIECES.findall(key))


@lru_cache(maxsize=8192)
def meaning_of(keys: tuple[str, ...]) -> Meaning:
    """`keys` are the names from the outermost to the field's own, without positions in lists."""
    vocabulary = load_vocabulary()
    named = [key_words(key) for key in keys if not key.endswith("_result") and key not in {"results", "items", "rows"}]
    named = named or [key_words(keys[-1])] if keys else named
    words = [word for one in named for word in one]
    measure, used = _measure(named)
    rest = [word for word in words if word not in used]
    aspect = _aspect(words, rest, measure)
    hours = _hours(words, measure)
    is_percent = bool(_PERCENT & set(words)) or (
        aspect in {"change", "from_high", "from_low"} and measure != "sentiment"
    )
    unit = "percent" if is_percent else vocabulary.units.get(measure, _unit(words))
    if measure == "price" and "floor" in words and "native" in words:
        unit = "count"
    extra = frozenset(
        _ONE.get(word, word) for word in rest if word not in _GENERIC and not word[0].isdigit() and word not in _LENGTHS
    )
    qualifiers = extra & QUALIFYING | ({words[-1]} & _SPEEDS)
    label = keys[-1] if keys and keys[-1].endswith("%") else ""
    return Meaning(
        measure,
        aspect,
        unit,
        hours,
        _ago(words),
        qualifiers,
        extra - qualifiers,
        label,
        bool({"ath", "atl"} & set(words)),
    )


_NOT_OWN = (
    _GENERIC | QUALIFYING | {"ytd", "day", "days", "hour", "hours", "daily", "weekly", "ath", "atl", "previous", "perf"}
)
_LENGTHS = frozenset({"ytd", "day", "days", "hour", "hours", "daily", "weekly", "ath", "atl", "previous"})
_SPEEDS = frozenset({"slow", "standard", "fast"})


def _measure(named: list[tuple[str, ...]]) -> tuple[str, set[str]]:
    """The measure that the innermost key with a name of its own names, and the words it took."""
    for words in reversed(named):
        for ngram in _ngrams(words):
            found = load_vocabulary().measure_of_key.get(" ".join(ngram))
            if found:
                return found, set(ngram)
        own = [word for word in words if not word[0].isdigit() and word not in _NOT_OWN]
        if own:
            return "field " + " ".join(own), set(own)
    all_words = {word for one in named for word in one}
    return ("price" if (_PERCENT | _HIGHEST | _LOWEST | {"ath", "atl"}) & all_words else "field"), set()


def _ngrams(words: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    for length in range(min(len(words), 5), 0, -1):
        for start in range(len(words) - length + 1):
            yield words[start : start + length]


def _aspect(words: list[str], rest: list[str], measure: str) -> str:
    extremes = set(words)
    if "from" in extremes and extremes & {"ath", "atl"}:
        return "from_high" if "ath" in extremes else "from_low"
    if "change" in extremes or "perf" in extremes:
        return "change"
    if "ath" in extremes or _HIGHEST & (extremes if measure == "price" else set(rest)):
        return "high"
    if "atl" in extremes or _LOWEST & (extremes if measure == "price" else set(rest)):
        return "low"
    if measure == "price" and words and words[-1] == "open":
        return "open"
    return "mean" if {"average", "avg", "mean"} & set(rest) else "level"


def _hours(words: list[str], measure: str) -> float:
    for at, word in enumerate(words):
        match = _PERIOD.match(word)
        if match:
            return float(match[1]) * _HOURS[match[2]]
        if word.isdigit() and at + 1 < len(words) and words[at + 1] in _HOURS:
            return float(word) * _HOURS[words[at + 1]]
        if word.isdigit() and measure in {"rsi", "sma", "ema"}:
            return float(word) * 24
    if "ytd" in words:
        return YEAR_TO_DATE
    if "ath" in words or "atl" in words or ("all" in words and "change" in words):
        return ALL_TIME
    return 8760.0 if "yearly" in words else 24.0 if "daily" in words else NO_HOURS


def _ago(words: list[str]) -> float:
    if "yesterday" in words:
        return 24.0
    for word, hours in (("week", 168.0), ("month", 720.0), ("year", 8760.0)):
        if "last" in words and word in words:
            return hours
    return 24.0 if "previous" in words and "change" not in words else 0.0


def _unit(words: list[str]) -> str:
    if "usd" in words:
        return "money"
    return "ratio" if "ratio" in words else "days" if "days" in words else ""

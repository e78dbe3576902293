"""What the grammars find in a question before anything is decided about it."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.amounts import find_amounts
from cryptodesk.models.analyst.assets import FoundAssets, read_mentions, unknown_names
from cryptodesk.models.analyst.intents import WORTH, wants_advice, wants_prediction
from cryptodesk.models.analyst.measures import find_measures
from cryptodesk.models.analyst.periods import FoundPeriod, find_period
from cryptodesk.models.analyst.ports import AssetKnowledge
from cryptodesk.models.analyst.questions import Amount, AssetRef, Period

__all__ = ["Reading", "clean", "in_whole_coins", "read"]

# Beyond this a text is no question; its beginning and end are read. Keeps the grammars' worst case in milliseconds.
_HEAD, _TAIL = 700, 300
_YEAR = Pattern(r"\b(?:and|vs\.?|versus|or|to) (?P<year>20[0-3]\d)(?![\d.,]*\d)")


class Reading(Struct, frozen=True):
    """`text` is clean, `lowered` has the same positions, `masked` has the names of assets blanked out besides.

    `found` are the assets the desk knows, `assets` these or words that seem to name one nobody knows. `ahead` is the
    stretch of the future that a forecast is asked for: no data is of it, so it is no `period`."""

    text: str
    lowered: str
    found: FoundAssets
    assets: tuple[AssetRef, ...]
    period: FoundPeriod | None
    amounts: tuple[Amount, ...]
    measures: tuple[str, ...]
    masked: str
    second_period: str | None = None
    ahead: Period | None = None

    @property
    def words(self) -> int:
        return len(self.text.split())

    def says(self, pattern: Pattern) -> bool:
        return pattern.search(self.lowered) is not None

    @property
    def is_known(self) -> bool:
        """An asset is named beyond doubt of being one, even if not of which."""
        return bool(self.found.assets or self.found.doubts)

    @property
    def has_asset(self) -> bool:
        return bool(self.assets or self.found.doubts)

    @property
    def strong_period(self) -> Period | None:
        return self.period.period if self.period and not self.period.period.is_weak else None


def clean(text: str) -> str:
    """The text without control characters, white space collapsed, and its middle left out when it is very long."""
    if len(text) > _HEAD + _TAIL:
        text = f"{text[:_HEAD]} {text[-_TAIL:]}"
    kept = text
    if not text.isprintable():
        kept = "".join(character if unicodedata.category(character)[0] != "C" else " " for character in text)
    return " ".join(kept.replace("’", "'").replace("‑", "-").split())


# The smallest part of a bitcoin, which nothing is quoted in: 100,000,000 of them are one.
_SATS = Pattern(
    r"(?<![\w.,])(\d{1,3}(?:,\d{3})+|\d+)(?: ?(k|m|thousand|million))? ?(?:sats?|satoshis?)\b", re.IGNORECASE
)


_SPOKEN = Pattern(
    r"\b(?:wtf|wth|what the (?:hell|heck)) (?P<verb>is|are|r)\b|\b(?:what|wat|wut) (?P<r>r)\b", re.IGNORECASE
)


_UP_TO_NINE = ("one", "two", "three", "four", "five", "six", "seven", "eight", "nine")
_TEENS = ("ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen")
# "March twenty twenty-four", "two thousand and eighteen"; a sum of money or of coins is none.
_YEAR_IN_WORDS = Pattern(
    rf"(?<![$€£])\b(?:twenty[ -]twenty(?:[ -](?P<one>{'|'.join(_UP_TO_NINE)}))?|(?:twenty|two thousand(?: and)?)[ -](?P<teen>{'|'.join(_TEENS)})|two thousand(?: and)? twenty(?:[ -](?P<one2>{'|'.join(_UP_TO_NINE)}))?)\b(?! (?:dollars?|usd|euros?|eur|bucks|coins?|btc|eth|sol|tokens?|days|thousand|hundred|percent|%))",
    re.IGNORECASE,
)
_SEVERAL_OF_A_COIN = Pattern(
    r"\b(?P<many>\d|half|one|two|three|four|five|six|seven|eight|nine|ten|dozen|hundred|thousand|quarter|many(?= \w+s (?:can|could|would|do|does|did|for|with|is|make|equal)\b)) (?P<coin>bitcoin|ethereum|litecoin|dogecoin|solana|cardano|monero)s\b",
    re.IGNORECASE,
)


def _year_in_digits(match: re.Match[str]) -> str:
    one, teen = match["one"] or match["one2"], match["teen"]
    return str(2010 + _TEENS.index(teen.lower()) if teen else 2021 + _UP_TO_NINE.index(one.lower()) if one else 2020)


def in_whole_coins(text: str) -> str:
    """The same in the words that the grammars know: sums in satoshis as bitcoin, "wtf is" as "what is"."""
    text = _SPOKEN.sub(lambda match: "what is" if (match["verb"] or "").lower() == "is" else "what are", text)
    text = _YEAR_IN_WORDS.sub(_year_in_digits, text)
    text = _SEVERAL_OF_A_COIN.sub(r"\g<many> \g<coin>", text)
    return _SATS.sub(_in_bitcoin, text)


def _in_bitcoin(match: re.Match[str]) -> str:
    power = {"": 0, "k": 3, "thousand": 3, "m": 6, "million": 6}[(match[2] or "").lower()]
    value = Decimal(match[1].replace(",", "")).scaleb(power - 8)
    return f"{value:f} BTC"


def read(text: str, knowledge: AssetKnowledge, today: date) -> Reading:
    # Lower-casing must not move positions: a few characters (İ) grow when lowered.
    lowered = "".join(low if len(low := character.lower()) == 1 else character for character in text)
    found = read_mentions(text, knowledge)
    period = find_period(_without(lowered, found.spans), today)
    if period and _HALVING.search(lowered, period.start, period.stop) and _has_own_halvings(found):
        period = None
    spans = (*found.spans, *(((period.start, period.stop),) if period else ()))
    amounts = tuple(a for a in find_amounts(lowered) if not any(s <= a.start < e for s, e in spans))
    assets = found.assets
    if not assets and not found.doubts:
        taken = (*spans, *((a.start, a.end) for a in amounts if a.unit != "" or a.end - a.start > 0))
        assets = tuple(AssetRef(None, "", name, name, text.find(name), 0.0) for name in unknown_names(text, taken))
    measured = _without(lowered, found.spans)
    ahead = period.period if period and _is_ahead(period.period, lowered, today) else None
    return Reading(
        text,
        lowered,
        found,
        assets,
        None if ahead else period,
        amounts,
        find_measures(measured),
        measured,
        _second(measured, period, today),
        ahead,
    )


_HALVING = Pattern(r"halv(?:en)?ing")
# The halving that is named without a coin is Bitcoin's; these have their own.
_OWN_HALVINGS = frozenset({"LTC", "BCH", "BSV", "DASH", "ZEC", "ETC", "KAS", "TAO", "RVN", "DGB"})


def _has_own_halvings(found: FoundAssets) -> bool:
    return any(asset.symbol.upper() in _OWN_HALVINGS for asset in found.assets)


def _is_ahead(period: Period, lowered: str, today: date) -> bool:
    """A day to come that the question wants a forecast of, not a date that was mistaken for a past one."""
    if not period.problem or period.start is None or period.start <= today:
        return False
    return (wants_prediction(lowered) or wants_advice(lowered)) and not WORTH.search(lowered)


def _second(masked: str, period: FoundPeriod | None, today: date) -> str | None:
    """The label of another period in the text; a plan holds one, and the answer says what it left out."""
    if period is None or period.period.is_weak:
        return None
    without = _without(masked, ((period.start, period.stop),))
    rest = find_period(without, today)
    if rest is None and (year := _YEAR.search(without)):
        return year["year"]
    return None if rest is None or rest.period.is_weak or rest.period == period.period else rest.period.label


def _without(lowered: str, spans: tuple[tuple[int, int], ...]) -> str:
    """Names blanked out, so that "Near" or "Flow" are read as names and nothing else."""
    for start, end in spans:
        lowered = lowered[:start] + "_" * (end - start) + lowered[end:]
    return lowered

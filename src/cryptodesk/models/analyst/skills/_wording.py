"""Turns of phrase that tell a question about an asset's risk and return from its neighbours."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading

__all__ = ["asks_for_action", "is_about_asset", "is_concept", "is_list", "is_of_a_day", "is_speculation", "looks_ahead"]

_PRONOUN = Pattern(r"\b(?:it|its|it's|they|them|their|both|these|those|the (?:two|three))\b")
_CONCEPT = Pattern(
    r"\b(?:what (?:is|are|does|do|exactly is)|what's|define|explain|meaning of|definition of|how (?:is|are|do|does|to|can))\b"
    r".{0,50}\b(?:mean|means|meaning|calculated?|computed?|measured?|work|works|defined|read|interpret|used)\b"
    r"|^(?:what(?:'s| is| are)|define|explain|describe)(?: the| an?)? [\w' -]{2,40}\??$"
)
_THEIR_OWN = Pattern(r"\b(?:its|their)\b")
_LIST = Pattern(
    r"\b(?:top|list|which|what|find|show me|screen\w*)\b.{0,20}\b(?:coins?|tokens?|cryptos?|altcoins?|cryptocurrenc\w+|assets?|projects?)\b"
    r"|\b(?:coins|tokens|altcoins|cryptos) (?:with|that|which|on|having|whose|in)\b|\btop (?:\w+ ){1,2}(?:coins|tokens|altcoins|cryptos)\b|\b(?:most|least) \w+ (?:coins?|tokens?|cryptos?|altcoins?|cryptocurrenc\w+)\b|\bscreener\b|\btop \d+\b"
)
_SPECULATION = Pattern(
    r"^why\b|\bwhy (?:is|are|did|does|do|was|were|has)\b|\b(?:suggest|indicate|imply|implies|lead to|cause|impact|affect|because|driven|driving|due to)s?\b"
)
_AHEAD = Pattern(
    r"\b(?:will|gonna|going to|next (?:day|week|month|quarter|year|cycle|bull)|tomorrow|predict\w*|forecast\w*)\b"
)


def is_about_asset(reading: Reading) -> bool:
    """An asset is named, or a word stands for one of the questions before."""
    return reading.has_asset or _PRONOUN.search(reading.masked) is not None


def is_concept(reading: Reading) -> bool:
    """What a word means, asked without an asset: the handbook's to answer."""
    if reading.is_known or _THEIR_OWN.search(reading.lowered):
        return False
    return _CONCEPT.search(reading.lowered) is not None


def is_list(reading: Reading) -> bool:
    """A list over the whole market, which a screener gives."""
    return not reading.is_known and _LIST.search(reading.lowered) is not None


def is_speculation(reading: Reading) -> bool:
    """Asked for a cause or for what something means for something else."""
    return _SPECULATION.search(reading.lowered) is not None


def is_of_a_day(reading: Reading, word: str) -> bool:
    """The word only says when: "ETH since the halving"."""
    period = reading.period
    if period is None or not reading.has_asset or word not in reading.lowered[period.start : period.stop]:
        return False
    return word not in reading.lowered[: period.start] and word not in reading.lowered[period.stop :]


def looks_ahead(reading: Reading) -> bool:
    return reading.ahead is not None or _AHEAD.search(reading.lowered) is not None


_ACTION = Pattern(
    r"\bshould (?:i|we|one|you)\b|\b(?:good|right|best|smart|bad|better) (?:time|idea|moment|investment|buy|entry|bet)\b"
    r"|\b(?:good|safe|ok(?:ay)?|wise|time|smart|worth) (?:to |it to )?(?:buy(?:ing)?|sell(?:ing)?|long(?:ing)?|short(?:ing)?|invest(?:ing)?|hold(?:ing)?|enter(?:ing)?|exit|accumulat\w+|ape)\b"
    r"|\bentr(?:y|ies)(?: points?| prices?| levels?| zone)?\b.{0,30}\b(?:for|tp|sl|target|now)\b|\b(?:best|ideal|optimal) (?:entry|exit)\b|\btake[- ]profits?\b|\bstop[- ]loss(?:es)?\b|\btp\b.{0,12}\bsl\b"
    r"|\btrad(?:e|ing) (?:tips?|advice|ideas?|setups?|plan|signals?|strateg\w+)\b|\bbuy or sell\b|\bbuy(?:ing)? the dip\b|\bis _+ a (?:good )?(?:buy|sell|hold)\b|^(?:buy|sell|long|short) _+"
    r"|\b(?:long|short) position\b|\bgo (?:long|short)\b|\b(?:10|20|50|100|\d+)x (?:long|short|leverage)\b|\brecommend\w*\b|\badvi[cs]e\b|\blong or short\b(?! (?:ratio|positions?|interest|liquidat|side))"
)


def asks_for_action(reading: Reading) -> bool:
    """Whether to trade: the desk gives no advice, and another skill says so."""
    return _ACTION.search(reading.masked) is not None

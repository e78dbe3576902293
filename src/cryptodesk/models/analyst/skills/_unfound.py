"""Words that stand where a name stands, in short questions, though no asset of that name was found."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from itertools import islice

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.assets import unknown_names
from cryptodesk.models.analyst.questions import AssetRef
from cryptodesk.models.analyst.reading import Reading

__all__ = ["with_unfound"]

_MOST_WORDS = 12
# What is said of risk figures beside a name.
_WORDS = """
    actual adjusted alts annualised annualized backtest behave behaviour benchmark broader class classes closely
    coefficient coefficients compounded corr correlated correlation correlations crypto's deep deepest deviation deviations
    drawdowns entire estimate estimated expected extreme figure historic implied intraday index indices inverse
    inversely level levels lockstep log macro major majors matrix median mini monthly moved moves movement negative
    negatively normal other others overall pair pairs pearson positively realised realized regime regimes relation
    relationship rest returns risk riskier riskiest risky rolling sector sectors sharp simple spikes spike standard
    stddev strategy strategies strong strongly sync tandem tightly together trailing traditional typical typically
    uncorrelated volatile volatilities volatility weekly whole wider yearly annual beta std vol dev gains losses
    tightly loosely still really even much degree extent biggest steepest swing swings severe bad mean realised
    historically recovery recovered drop drops decline pullback crash correction bottom trough tops
"""
_VOCABULARY = frozenset(_WORDS.split())
_SIDE_BY_SIDE = Pattern(r"\b(?:vs|versus|than|compar\w+|or)\b")
_JOINT = Pattern(r"(?<![\w$'-])(\$?[A-Za-z][\w-]*) ?(?:and|vs\.?|versus|with|&|/|,) ?(?:the )?\x01")

_JOINT = Pattern(
    r"\b(?:and|vs|versus|with|to|of|than|between|or|for|in|on|against|do|does|did|moves?|moved|trades?|dances?|follows?|tracks?|mirrors?|walks?|marches|go(?:es)?|rise|fall|drops?|glued|tied|linked|tune|too|always|really|just|please|as|a|number|figure|return|is|are|was|were|has|have|how|the|what|what's|show|me|give|get)\b\.?|[&,/?]",
    re.IGNORECASE,
)


def with_unfound(reading: Reading, own: Pattern, fewest: int = 1) -> tuple[AssetRef, ...]:
    """The assets of the question, and where these are fewer than it takes, the words that seem to name the others:
    a lookup settles what they are, and nothing stands in for one that is not found. `own` are the skill's words."""
    found = reading.found.assets
    if fewest == 1 and reading.says(_SIDE_BY_SIDE):
        fewest = 2
    if len(found) >= fewest or reading.found.doubts or _count(reading) > _MOST_WORDS:
        return found or tuple(asset for asset in reading.assets if _may_name(asset.name))
    names = [name for name in _names(reading, own) if _may_name(name)]
    if len(found) + len(names) < fewest:
        names = [word for name in names for word in name.split()]
    others = (AssetRef(None, "", name, name, max(reading.text.find(name), 0), 0.0) for name in names)
    return (*found, *islice(others, fewest - len(found)))


def _count(reading: Reading) -> int:
    """Words without those of the period, which make a question no longer."""
    period = reading.period
    return reading.words - (len(reading.text[period.start : period.stop].split()) if period else 0)


def _may_name(name: str) -> bool:
    return not _VOCABULARY & set(name.lower().split())


def _names(reading: Reading, own: Pattern) -> list[str]:
    """What begins a stretch between assets, words of the skill and joints, up to the first common word."""
    spoken = Pattern(own.pattern, re.IGNORECASE)
    stretches = _JOINT.sub("\x01", spoken.sub("\x01", _blanked(reading))).split("\x01")
    found = (unknown_names(f"of {' '.join(stretch.split())}", ()) for stretch in stretches if stretch.strip())
    return list(dict.fromkeys(name for names in found for name in names[:1]))


def _blanked(reading: Reading) -> str:
    """The text without its period and amounts; each asset's name is one mark."""
    cuts = [(start, end, "\x01") for start, end in reading.found.spans]
    cuts += [(amount.start, amount.end, "\x01") for amount in reading.amounts]
    if reading.period is not None:
        cuts.append((reading.period.start, reading.period.stop, "\x01"))
    text = reading.text
    for start, end, mark in sorted(cuts, reverse=True):
        text = f"{text[:start]}{mark}{text[end:]}"
    return text

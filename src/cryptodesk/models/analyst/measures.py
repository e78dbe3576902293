"""The figures one can ask for by name: which metric of the market tool brings them and how they are said."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern

__all__ = ["MEASURES", "Measure", "Unit", "find_measures"]

Unit = Literal["money", "big_money", "percent", "coins", "count", "ratio"]


class Measure(Struct, frozen=True):
    """`metric` is the market tool's; `field` is the name in its result; `time_field` dates the value, if any."""

    name: str
    metric: str
    field: str
    label: str
    unit: Unit
    pattern: str
    time_field: str | None = None


_TABLE = (
    Measure(
        "fully_diluted_market_cap",
        "market_cap",
        "fully_diluted_market_cap",
        "fully diluted market cap",
        "big_money",
        r"fully[- ]diluted(?: (?:market cap(?:itali[sz]ation)?|valuation|value))?|fdv",
    ),
    Measure(
        "market_cap_dominance",
        "market_cap",
        "market_cap_dominance",
        "market cap dominance",
        "percent",
        r"(?:market )?dominance|market share",
    ),
    Measure(
        "market_cap",
        "market_cap",
        "market_cap",
        "market cap",
        "big_money",
        r"market[- ]?cap(?:itali[sz]ation)?s?|mcap|mkt cap|market value|how big|bigger|larger|smaller",
    ),
    Measure(
        "rank",
        "market_cap",
        "rank",
        "rank by market cap",
        "count",
        r"\brank(?:ed|ing)?\b(?!.{1,60}\bby (?:their |the |its )?(?:\d|price|return|perform|change|gain|volatil|week|month|year|ytd|last|past))",
    ),
    Measure(
        "volume_change_24h",
        "volume",
        "volume_change_24h",
        "change of 24-hour volume",
        "percent",
        r"(?:change (?:in|of) (?:the )?(?:trading )?volume|volume change)",
    ),
    Measure(
        "volume_24h",
        "volume",
        "volume_24h",
        "24-hour volume",
        "big_money",
        r"(?:trading |traded |24[- ]?h(?:our)? )?volumes?|turnover|how much (?:is|was|has been) traded|traded (?:in|over)",
    ),
    Measure(
        "max_supply",
        "supply",
        "max_supply",
        "maximum supply",
        "coins",
        r"(?:max(?:imum)?(?! (?:price|drawdown|gain|loss|high|return|daily|value|volume|clos))|hard[- ]?cap(?:ped)?|capped|supply cap)(?: supply)?"
        r"|how many .{0,40}\b(?:will|can)\b.{0,20}\b(?:ever|exist|be)",
    ),
    Measure(
        "total_supply",
        "supply",
        "total_supply",
        "total supply",
        "coins",
        r"total (?:supply|coins|tokens)|(?<=circulating, )total|(?<=circulating and )total|(?<=circulating vs )total|(?<=circulating/)total|total(?= ?(?:,|/|and|&|vs) ?(?:the )?max)",
    ),
    Measure(
        "circulating_supply",
        "supply",
        "circulating_supply",
        "circulating supply",
        "coins",
        r"(?:circulating|current|outstanding)(?: supply)|in circulation|supply|how many .{0,40}\b(?:are there|exist|are out|are (?:around|out there|issued|minted)|circulat\w+|outstanding)|number of .{0,30}\b(?:outstanding|in existence|circulating|issued|minted)|how much .{0,30}\b(?:is|are) there|(?:coins?|tokens?) outstanding",
    ),
    Measure(
        "percent_from_ath",
        "price_stats",
        "percent_from_ath",
        "distance from the highest price on record",
        "percent",
        r"(?:far|away|distance|down|off|below|gap|percent|much|drop|fallen)\b.{0,25}"
        r"\b(?:from|below|under|beneath|off|short of|since|to) (?:its |the |an |their )?"
        r"(?:ath|all[- ]time[- ]highs?|record highs?|peak|highest (?:price|point|level))"
        r"|% (?:below|from|off|under) (?:its |the )?(?:ath|all[- ]time[- ]high|record high)"
        r"|(?:below|under|off) (?:its |the )?(?:ath|all[- ]time[- ]high|record high)"
        r"|(?:ath|all[- ]time[- ]high) (?:distance|gap)",
    ),
    Measure(
        "ath",
        "price_stats",
        "ath",
        "all-time high",
        "money",
        r"\bath\b|all[- ]time[- ]high|record high|highest (?:\w+ ){0,3}ever",
        "ath_time",
    ),
    Measure(
        "atl",
        "price_stats",
        "atl",
        "all-time low",
        "money",
        r"\batl\b|all[- ]time[- ]low|record low|lowest (?:\w+ ){0,3}ever",
        "atl_time",
    ),
    Measure("open_interest", "derivatives", "open_interest", "open interest", "big_money", r"open interest|\boi\b"),
    Measure(
        "funding_rate", "derivatives", "funding_rate_pct_8h", "8-hour funding rate", "percent", r"funding(?: rates?)?"
    ),
    Measure(
        "price",
        "price",
        "price",
        "price",
        "money",
        r"prices?|quotes?|costs?|worth|value|trading at|how much (?:is|are|was|does)|rate|\$ ?value|going (?:rate|for)"
        r"|(?:what|where)(?:'s|s| is| are|'re)? [^?.!]{1,40}? (?:at|sitting|standing)"
        r"(?=(?: (?:at|now|rn|today|currently|atm|right now|at the moment|these days|guys|pls|please))*[ ?!.]*$)",
    ),
)

MEASURES: dict[str, Measure] = {measure.name: measure for measure in _TABLE}

_PATTERNS = tuple((measure.name, Pattern(rf"(?<![\w-])(?:{measure.pattern})(?![\w-])")) for measure in _TABLE)


def find_measures(lowered: str) -> tuple[str, ...]:
    """Names of the measures the text asks for, in the order of the text. A longer phrase hides what lies inside it."""
    found: list[tuple[int, str]] = []
    left = lowered
    for name, pattern in _PATTERNS:
        match = pattern.search(left)
        if match:
            found.append((match.start(), name))
            left = pattern.sub(lambda taken: " " * len(taken.group()), left)
    names = [name for _, name in sorted(found)]
    # "how much is the market cap" asks for one thing: the general words for price stand for the named one.
    if len(names) > 1 and "price" in names and not re.search(r"\bprices?\b|trading at|\bquotes?\b", lowered):
        names.remove("price")
    return tuple(names)

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


_PAID = r"(?:paid|pay|spent|gave|given|cost|fetched|been|traded|sold|went|was|changed|reached|hit|asked)"

_TABLE = (
    Measure(
        "fully_diluted_market_cap",
        "market_cap",
        "fully_diluted_market_cap",
        "fully diluted market cap",
        "big_money",
        r"fully[- ]diluted(?: (?:market cap(?:itali[sz]ation)?|valuation|value))?|fdv|diluted (?:market cap(?:itali[sz]ation)?|valuation|value)"
        r"|(?:if|when|once|assuming|with|counting|including) (?:all|every|each|the (?:whole|full|entire|max(?:imum)?)|its (?:whole|full|entire|max(?:imum)?))\b"
        r".{0,60}\b(?:out(?: there)?|circulat\w*|in circulation|issued|minted|mined|released|unlocked|exist(?:ed|s)?|supply|on the market)"
        r"(?: (?:already|today|now|yet|there))*|fully (?:circulating|issued|minted|unlocked)",
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
        r"(?:market[- ]?)?capitali[sz]ations?|market[- ]?caps?|mcaps?|mkt[- ]?cap|mktcap|market (?:value|worth|size|valuation)|total (?:value|worth) of (?:all|every)"
        r"|(?:combined|total|aggregate) (?:value|worth)|all .{0,40}\b(?:coins?|tokens?|together|combined)\b.{0,25}\bworth|network (?:value|worth)|(?:money|capital|value|wealth|dollars) (?:is |are )?(?:tied up|locked up|sitting|stored|invested|parked) in|valuation|how (?:big|large)(?! (?:\w+ )?(?:gain|loss|drop|fall|move|rise|drawdown|swing|change|dip|crash|volume))|(?:bigger|larger)(?! (?:\w+ )?(?:gain|los[st]|drop|fall|move|ris|drawdown|swing|change|return|dip|crash|volume|percent|supply|bounce|rall|volatil))|smaller",
    ),
    Measure(
        "rank",
        "market_cap",
        "rank",
        "rank by market cap",
        "count",
        r"(?:what|which) (?:place|position|spot|number) (?:is|does|has)\b(?=.{1,60}\b(?:by|in|among|on|hold|have|take|rank))|where does .{1,40}\b(?:place|stand|sit|come)\b(?= (?:by|in the|among|on the|overall))|\brank(?:s|ed|ing)?\b(?!.{1,60}\bby (?:their |the |its )?(?:\d|price|return|perform|change|gain|volatil|week|month|year|ytd|last|past))",
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
        r"(?:trading |traded |24[- ]?h(?:our)? )?(?:volumes?|vol)|turnover|how much (?:is|was|has been|gets|got) traded|traded over|traded in (?:the )?(?:last|past|previous|24)"
        r"|(?:chang(?:ed|es?|ing)|trad(?:ed|es?|ing)|switch(?:ed|es|ing)?|pass(?:ed|es|ing)?) hands?(?! (?:at|for)\b)"
        r"|how (?:much|many) .{0,60}\b(?:(?:was|were|is|are|been|gets?|got|has|have) (?:been )?(?:bought and sold|traded|exchanged)|traded|exchanged)"
        r"|how (?:heavily|actively|much) .{0,30}\btraded|trading activity|\$? ?(?:amount|value) traded",
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
        r"(?:circulating|current|outstanding)(?: supply)|in circulation|supply|how many .{0,40}\b(?:are there|exist|are out|in existence|are (?:around|floating|live|on the market|out there|issued|minted)|circulat\w+|outstanding)|number of .{0,30}\b(?:outstanding|in existence|circulating|issued|minted)|how much .{0,30}\b(?:is|are) there|(?:coins?|tokens?) outstanding",
    ),
    Measure(
        "percent_from_ath",
        "price_stats",
        "percent_from_ath",
        "distance from the highest price on record",
        "percent",
        r"(?:far|away|distance|down|off|below|gap|percent|much|drop|fallen|close)\b.{0,25}"
        r"\b(?:from|below|under|beneath|off|short of|shy of|since|to|versus|vs) (?:its |the |an |their |that )?(?:old |previous |prior |own |last )?"
        r"(?:ath|all[- ]time[- ](?:highs?|peak|top|record)|record(?: highs?| peak)?(?! (?:of|low))|peak|top(?! (?:\d|ten|of|up|five|three))|high point|highest(?: ever)?(?: (?:price|point|level))?|best (?:ever|level|price)|(?:where|when|what) it (?:ever )?(?:peaked|topped out|topped)|highs(?! and))"
        r"|% (?:below|from|off|under) (?:its |the )?(?:ath|all[- ]time[- ]high|record high)"
        r"|(?:below|under|off) (?:its |the )?(?:ath|all[- ]time[- ]high|record high)"
        r"|(?:ath|all[- ]time[- ]high) (?:distance|gap)"
        r"|(?:below|under|off|shy of|short of) (?:its |the |their )?(?:record|peak|best)(?! low)|off (?:its |the )?highs"
        r"|near(?:ing|er)?(?: to)? (?:its |the |an |their |a )?(?:new )?(?:ath|all[- ]time[- ]highs?|record highs?)",
    ),
    Measure(
        "percent_from_atl",
        "price_stats",
        "percent_from_atl",
        "distance from the lowest price on record (computed)",
        "percent",
        r"(?:far|away|distance|up|off|above|gap|percent|much|gain(?:ed|s)?|risen|rose|close|bounced?|recovered|multiple|times)\b.{0,25}"
        r"\b(?:from|above|over|off|since|to|versus|vs) (?:its |the |an |their |that )?"
        r"(?:atl|all[- ]time[- ](?:lows?|bottom)|record lows?|bottom|low point|lowest(?: ever)?(?: (?:price|point|level))?|(?:where|when|what) it (?:ever )?bottomed(?: out)?)"
        r"|% (?:above|from|off|over) (?:its |the )?(?:atl|all[- ]time[- ]low|record low)"
        r"|(?:above|over|off|up from) (?:its |the )?(?:atl|all[- ]time[- ]low|record low)"
        r"|(?:atl|all[- ]time[- ]low) (?:distance|gap)"
        r"|near(?:ing|er)?(?: to)? (?:its |the |an |their |a )?(?:new )?(?:atl|all[- ]time[- ]lows?|record lows?)",
    ),
    Measure(
        "ath",
        "price_stats",
        "ath",
        "all-time high",
        "money",
        rf"\bath\b|all[- ]time[- ](?:high|peak|top|max\w*|record)|record (?:high|price|peak)|(?:highest|priciest|dearest|most expensive|biggest|top|max(?:imum)?|best) (?:\S+ ){{0,5}}?ever\b"
        rf"|(?:the )?(?:most|max(?:imum)?) (?:\S+ ){{0,5}}?ever {_PAID}|(?<!low )(?<!cheap )(?<!down )(?:has|have|did|had) .{{1,40}}\bever (?:reach|hit|touch|cross|break|broke|top|exceed|go|gone|get|trade|been|surpass|ma[dk]e)\w*(?! (?:as low|below|under|less|down))|how (?:high|expensive|far up|pricey) (?:has|did|had|was|were) .{{1,40}}\bever\b|ever (?:\S+ ){{0,2}}?(?:highest|peak\w*|top(?:ped)?)"
        r"|(?:highest|top|peak) (?:price |level |value |point )?(?:in|of|across|throughout|over) (?:its |the |all )?(?:(?:whole|entire|full) )?(?:history|life(?:time)?|record|time)",
        "ath_time",
    ),
    Measure(
        "atl",
        "price_stats",
        "atl",
        "all-time low",
        "money",
        rf"\batl\b|all[- ]time[- ](?:low|bottom|min\w*)|record low|(?:lowest|cheapest|smallest|min(?:imum)?|worst) (?:\S+ ){{0,5}}?ever\b"
        rf"|(?:the )?(?:least|min(?:imum)?) (?:\S+ ){{0,5}}?ever {_PAID}|(?:has|have|did|had) .{{1,40}}\bever (?:\w+ ){{0,3}}(?:as low|below|under|less)|how (?:low|cheap|far down) (?:has|did|had|was|were) .{{1,40}}\bever\b"
        r"|(?:lowest|bottom) (?:price |level |value |point )?(?:in|of|across|throughout|over) (?:its |the |all )?(?:(?:whole|entire|full) )?(?:history|life(?:time)?|record|time)",
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
        r"prices?|pricing|quot(?:es?|ed|ing)|costs?|worth|value|trad(?:es?|ed|ing) (?:at|for|around|near)|how much (?:is|are|was|does)|rate|\$ ?value|going (?:rate|for)"
        r"|(?:chang(?:es?|ed|ing)) hands (?:at|for)|(?:go|goes|went|sells?|sold|selling|sell|list(?:ed|ing)?) (?:for|at)(?= ?(?:now|today|these|right|currently|at|on|in|back|around|[?!.,]|$))"
        r"|(?:set|sets|setting) (?:me|you|one|us|somebody|someone) back|(?:pay|paid|paying) (?:for|per)|fetch(?:es|ing|ed)?|valued(?: at)?|priced(?: at)?|how (?:expensive|pricey|cheap)|asking(?: price| for)"
        r"|where (?:does|do|is|are|was|has|did|'s) [^?!]{1,40}? (?:trad(?:e|es|ed|ing)|stand(?:ing)?|sit(?:ting)?|chang(?:e|ing) hands|go(?:ing)? for)"
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

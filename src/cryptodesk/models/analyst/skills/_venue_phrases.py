"""How people ask for exchanges: one by its name, lists of them, and what is traded on decentralised ones."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word

__all__ = ["ExchangeSlots", "Kind", "find_slots"]

Kind = Literal["one", "list", "traded_on", "dex_volume", "fees"]

_NAMED = re.compile(
    r"\b(binance(?: us|\.us)?|coinbase(?: exchange| pro)?|kraken|okx|okex|bybit|kucoin|bitfinex|gemini|bitstamp|gate(?:\.io)?(?= (?:exchange|volume|reserves))|htx|huobi|mexc|bitget|crypto\.com(?: exchange)?|upbit|bithumb|bitmex|deribit|lbank|poloniex|bitflyer|whitebit|bitmart|bingx|phemex|coincheck|bitrue|coinex|bitvavo|bitso|robinhood)\b(?! (?:coin|smart|chain|usd|alpha|labs|launchpool|launchpad|stock|shares|wrapped|earn|academy|research))"
)
_PROPER = re.compile(
    r"\b((?:[A-Z][\w.]+ ){1,3})(?:exchange|Exchange)\b|\b(?:exchange|Exchange) ((?:[A-Z][\w.]+ ?){1,3})"
)
_SIMPLE_PROPER = re.compile(
    r"^(?:(?i:what is|what's|whats|show me|give me|how (?:much|big) is|the|volume of|reserves of|rank of)\s+)*((?:[A-Z][\w.]+ ){1,3})(?i:(?:24h |spot |derivatives? |trading |exchange )*(?:volume|reserves?|rank|open interest|stats))\b"
)
# An exchange nobody has heard of, where its name ends the question ("reserves of Birinonix Trade") or is asked about.
_WHAT = r"(?:(?:24[- ]?h(?:our)?|spot|derivatives?|futures|trading|daily) )*(?:volumes?|reserves?|open interest|oi|fees?|score|rank|liquidity|size|traded|trading|stats|statistics)"
_AFTER = re.compile(
    rf"\b(?i:{_WHAT}|(?:trading |market )?pairs|coins) (?i:of|on|at|for|does|in|held by|with) (?:the )?((?:(?<=on )[A-Z][\w.]{{4,}}|(?<=at )[A-Z][\w.]{{4,}}|(?:[A-Z][\w.]+ ?){{2,3}}))(?i:have|do|charge|list)?[ ?.!]*(?i:today|right now|now|currently|exchange)?[ ?.!]*$"
)
_DOES = re.compile(
    r"\b(?i:does|do|is|has) ((?:[A-Z][\w.]+ ){2,3})(?i:do\b|trade\b|have|hold|list|charge|bigger|larger|ranked?)"
)
_BIGGER = re.compile(
    r"\b(?i:(?:bigger|larger) than|how (?:big|large) is|what rank is|rank of) (?:the )?((?:[A-Z][\w.]+ ?){2,3})[ ?.!]*$"
)
# In lower case only the words that names of exchanges end in tell one.
_LOWER = re.compile(
    rf"\b(?:{_WHAT}) (?:of|on|at|for) (?:the )?(?P<after>(?!_)[a-z]{{4,}} (?:trade|spot|markets|digital|pro|exchange|global))\b|^(?:what(?:'s| is) (?:the )?)?(?P<before>(?!crypto|derivatives?|futures|total|daily|spot|online|which|what|biggest|largest|best|top)[a-z]{{4,}} (?:trade|digital|markets|pro|exchange|global|spot))(?:'s)? {_WHAT}\b"
)
_PROFILED = re.compile(r"\b(?:fees?|commissions?|charges?|maker|taker)\b|\bcosts?\b.{0,12}\btrad(?:e|ing)\b")
_CHAIN_FEE = re.compile(
    r"\b(?:gas|gwei|network|transactions?|transfer\w*|withdraw\w*|deposit\w*|funding|lowest|cheapest|avoid|reduce|news|staking|margin|borrow\w*|earn\w*|listing|discounts?|revenue)\b"
)
_ARTICLE = frozenset(
    {
        "What",
        "Which",
        "The",
        "How",
        "Top",
        "Best",
        "Show",
        "Give",
        "List",
        "Is",
        "Are",
        "A",
        "An",
        "And",
        "Tell",
        "Crypto",
        "Bitcoin",
        "Decentralized",
        "Total",
        "Monday",
        "Tuesday",
        "Wednesday",
        "Thursday",
        "Friday",
        "Saturday",
        "Sunday",
    }
)
_FIGURES = re.compile(
    r"\b(?:volumes?|traded|trading|turnover|reserves?|rank(?:ed|s|ing)?|open interest|oi|liquidity|score|how (?:big|much|many)|biggest|size|stats|statistics|figures|score|rating|overview|data|market pairs?|pairs|number of (?:coins|pairs)|how many (?:coins|pairs|markets|tokens)|doing|compare|vs|versus|bigger|larger)\b"
)
_OTHER = re.compile(
    r"\b(?:list(?:ing|ings|ed|s)?(?! of)|delist\w*|news|announc\w*|hack\w*|regulat\w*|sec|lawsuit|pressure|facing|fees?|maker|taker|withdraw\w*|deposit\w*|sign ?up|account|kyc|app|wallets?|outflows?|inflows?|flows?|launchpool|launchpad|airdrop\w*|price of|ceo|founder|token price|etf|ipo|stock|outages?|down|trustworthy|safest|safe|proof|support\w*|available|staking|ema|rsi)\b"
)
_VENUE = r"(?:(?:crypto(?:currency)? |spot |derivatives? |futures |perp(?:etual)?s? |centrali[sz]ed |decentrali[sz]ed |trading )*exchanges?|dexe?s|dex|cexe?s|cex|trading venues?|trading platforms?)"
_BEST = r"(?:biggest|largest|most|highest|best|top|busiest)"
_BEST_VENUE = re.compile(
    rf"\b(?:which|what) (?:\w+ ){{0,2}}{_VENUE} (?:is|has|have|does|do|had|are|lists?|trades?|holds?|offers?|with)\b.{{0,30}}\b{_BEST}\b|\b{_VENUE} (?:with|by|of) (?:the )?{_BEST}\b|\b{_VENUE} (?:that )?(?:trad\w+|list\w*) (?:the )?most\b"
)
_LIST = re.compile(
    rf"\b(?:top|biggest|largest|leading|best|highest|busiest|most|rank(?:ing|ed)?|list(?: of)?|main|major)\b(?: \w+){{0,3}} {_VENUE}\b(?! tokens?| coins?)|\b{_VENUE} (?:ranking|ranked|list|by)\b|\b(?:which|what)(?: \w+){{0,2}} {_VENUE}(?: \w+){{0,3}} (?:volumes?|reserves|open interest|liquidity|biggest|largest|most)\b|\b(?:rank|list) (?:the )?{_VENUE}\b"
)
_DEX_VOLUME = re.compile(
    r"\b(?:dex(?:es)?|decentrali[sz]ed exchanges?)\b(?:'s)?(?: \w+){0,3} volumes?\b|\bvolumes? (?:\w+ )?(?:of|on|in|across) (?:the )?(?:dex(?:es)?|decentrali[sz]ed exchanges?)\b|\b(?:much|what) (?:is|was) traded on (?:dex(?:es)?|decentrali[sz]ed exchanges?)\b"
)
_TRADED_ON = re.compile(
    r"\b(?:which|what|top|most|list)\b.{0,25}\b(?:coins?|tokens?|cryptos?|pairs?|altcoins?|assets?|markets?)\b.{0,40}\bon\b|\bdominat\w* (?:\w+ )?(?:trading )?on\b"
)
_TERM = re.compile(r"(?:crypto )?(?:(?:de)?centrali[sz]ed )?exchanges?|dex(?:es)?|cex(?:es)?")
_SORTS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("exchange_score", re.compile(r"\b(?:(?:trust )?scores?|scored|rated|ratings?|trusted)\b")),
    ("open_interest", re.compile(r"\bopen interest\b|\boi\b")),
    ("derivative_volume_24h", re.compile(r"\b(?:derivatives?|futures|perp(?:etual)?s?)\b")),
    ("reserves_usd", re.compile(r"\breserves?\b")),
    ("effective_liquidity_24h", re.compile(r"\bliquid(?:ity)?\b")),
    ("num_coins", re.compile(r"\b(?:most|number of|how many) (?:coins|tokens|assets|cryptos)\b")),
    ("num_market_pairs", re.compile(r"\b(?:pairs|markets)\b")),
)
_DEX = re.compile(r"\bdex(?:es)?\b|\bdecentrali[sz]ed\b")
_MOST_WORDS = 16


class ExchangeSlots(Struct, frozen=True):
    """`names` as they were said; `sort` is the screener's field a list is ordered by; `count` is how many are asked."""

    kind: Kind
    names: tuple[str, ...] = ()
    sort: str = "spot_volume_24h"
    wants_dex: bool = False
    count: int = 10


def find_slots(reading: Reading) -> tuple[ExchangeSlots, float] | None:
    lowered = reading.lowered
    if reading.words > _MOST_WORDS or not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    names = _names(reading)
    if names and not reading.is_known and _PROFILED.search(lowered) and not _CHAIN_FEE.search(lowered):
        return ExchangeSlots("fees", names), 0.985
    if _NOT_FIGURES.sub("", lowered) and _OTHER.search(_NOT_FIGURES.sub("", lowered)):
        return None
    if names and _TRADED_ON.search(lowered):
        return ExchangeSlots("traded_on", names), 0.97
    if reading.is_known:
        return None
    if _DEX_VOLUME.search(lowered) and not re.search(r"\b(?:top|biggest|largest|which)\b", lowered):
        return ExchangeSlots("dex_volume", wants_dex=True), 0.97
    if not names and (_LIST.search(lowered) or _BEST_VENUE.search(lowered)):
        return _list(reading), 0.99
    if names and (_FIGURES.search(lowered) or reading.words <= 2):
        # Above the figures of the whole market, which the same words without a name ask for.
        sure = max(own_word(reading), 0.985) if _FIGURES.search(lowered) else 0.91
        return ExchangeSlots("one", names, _sort(lowered)), sure
    return None


# What an exchange lists is a count of it, no listing.
_NOT_FIGURES = re.compile(
    r"^(?:please )?list\b|\blists?\b(?= (?:the )?most\b)|\b(?:coins|tokens|pairs)\b.{1,40}\blist\b"
)


def _list(reading: Reading) -> ExchangeSlots:
    counts = [
        int(one.value) for one in reading.amounts if one.unit == "" and one.value == one.value.to_integral_value()
    ]
    count = next((one for one in counts if 0 < one <= 100), 10)
    return ExchangeSlots("list", (), _sort(reading.lowered), _DEX.search(reading.lowered) is not None, count)


def _sort(lowered: str) -> str:
    return next((field for field, pattern in _SORTS if pattern.search(lowered)), "spot_volume_24h")


def _names(reading: Reading) -> tuple[str, ...]:
    """Exchanges that most people know by name, else capitalised words that stand where an exchange's name stands."""
    found = [reading.text[match.start() : match.end()] for match in _NAMED.finditer(reading.lowered)]
    if not found and not reading.is_known:
        matches = [
            match
            for pattern in (_DOES, _BIGGER, _AFTER)
            for match in pattern.finditer(reading.text)
        ]  # fmt: skip
        matches = matches or list(_PROPER.finditer(reading.text)) or list(_SIMPLE_PROPER.finditer(reading.text))
        matches = matches or list(_LOWER.finditer(reading.lowered))
        spoken = [" ".join(next(filter(None, match.groups()), "").split()) for match in matches]
        found = [_without_articles(name) for name in spoken]
    return tuple(dict.fromkeys(name for name in found if name))[:5]


def _without_articles(name: str) -> str:
    words = name.split()
    while words and words[0] in _ARTICLE:
        words.pop(0)
    return " ".join(words)

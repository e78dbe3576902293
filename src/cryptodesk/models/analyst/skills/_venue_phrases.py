"""How people ask for exchanges: one by its name, lists of them, and what is traded on decentralised ones."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word
from cryptodesk.models.analyst.skills._places import PLACED, find_place
from cryptodesk.models.analyst.skills._spoken_names import spoken_names

__all__ = ["ExchangeSlots", "Kind", "find_slots"]

Kind = Literal["one", "list", "traded_on", "dex_volume", "fees"]

_NAMED = Pattern(
    r"\b(binance(?: us|\.us)?|coinbase(?: exchange| pro)?|kraken|okx|okex|bybit|kucoin|bitfinex|gemini|bitstamp|gate(?:\.io)?(?= (?:exchange|volume|reserves))|htx|huobi|mexc|bitget|crypto\.com(?: exchange)?|upbit|bithumb|bitmex|deribit|lbank|poloniex|bitflyer|whitebit|bitmart|bingx|phemex|coincheck|bitrue|coinex|bitvavo|bitso|robinhood)\b(?! (?:coin|smart|chain|usd|alpha|labs|launchpool|launchpad|stock|shares|wrapped|earn|academy|research))"
)
_PROPER = Pattern(r"\b((?:[A-Z][\w.]+ ){1,3})(?:exchange|Exchange)\b|\b(?:exchange|Exchange) ((?:[A-Z][\w.]+ ?){1,3})")
# An exchange nobody has heard of, where its name ends the question ("reserves of Birinonix Trade") or is asked about.
_WHAT = r"(?:(?:24[- ]?h(?:our)?|spot|derivatives?|futures|trading|daily) )*(?:volumes?|reserves?|open interest|oi|fees?|score|rank|liquidity|size|traded|trading|stats|statistics)"
_AFTER = Pattern(
    rf"\b(?i:{_WHAT}|(?:trading |market )?pairs|coins) (?i:of|on|at|for|does|in|held by|with) (?:the )?((?:(?<=on )[A-Z][\w.]{{4,}}|(?<=at )[A-Z][\w.]{{4,}}|(?:[A-Z][\w.]+ ?){{2,3}}))(?i:have|do|charge|list)?[ ?.!]*(?i:today|right now|now|currently|exchange)?[ ?.!]*$"
)
_DOES = Pattern(
    r"\b(?i:does|do|is|has) ((?:[A-Z][\w.]+ ){2,3})(?i:do\b|trade\b|have|hold|list|charge|bigger|larger|ranked?)"
)
_BIGGER = Pattern(
    r"\b(?i:(?:bigger|larger) than|how (?:big|large) is|what rank is|rank of) (?:the )?((?:[A-Z][\w.]+ ?){2,3})[ ?.!]*$"
)
_PROFILED = Pattern(r"\b(?:fees?|commissions?|charges?|maker|taker)\b|\bcosts?\b.{0,12}\btrad(?:e|ing)\b")
_CHAIN_FEE = Pattern(
    r"\b(?:gas|gwei|network|transactions?|transfer\w*|withdraw\w*|deposit\w*|funding|lowest|cheapest|avoid|reduce|news|staking|margin|borrow\w*|earn\w*|listing|discounts?|revenue)\b"
)
_FIGURES = Pattern(
    r"\b(?:volumes?|traded|trades?|trading|turnover|founded|turn(?:s|ed)? over|custody|money|funds|assets|deposits|balances?|wallets|customer|client|busy|active|went through|flow\w* through|handles?|handled|reserves?|rank(?:ed|s|ing)?|open interest|oi|liquidity|score|how (?:big|much|many)|biggest|size|stats|statistics|figures|score|rating|overview|data|market pairs?|pairs|number of (?:coins|pairs|markets)|derivatives|futures|tell me|info|about|show me|how many (?:coins|pairs|markets|tokens)|doing|compare|vs|versus|bigger|larger)\b"
)
_OTHER = Pattern(
    r"\b(?:list(?:ing|ings|ed|s)?(?! of)|delist\w*|news|announc\w*|hack\w*|regulat\w*|sec|lawsuit|pressure|facing|fees?|maker|taker|withdraw\w*|deposit\w*|sign ?up|account|kyc|app|wallets?|outflows?|inflows?|flows?|launchpool|launchpad|airdrop\w*|price of|ceo|founder|token price|etf|ipo|stock|outages?|down|trustworthy|safest|safe|proof|support\w*|available|staking|ema|rsi|liquidat\w*|funding|rekt)\b"
)
_VENUE = r"(?:(?:crypto(?:currency)? |spot |derivatives? |futures |perp(?:etual)?s? |centrali[sz]ed |decentrali[sz]ed |trading )*exchanges?|dexe?s|dex|cexe?s|cex|(?:(?:crypto(?:currency)?|spot|derivatives?|futures|perp(?:etual)?s?|trading) )*venues?|(?:crypto |trading )+(?:platforms?|marketplaces?|places?)|bourses?|order books?)"
_BEST = r"(?:biggest|largest|most|highest|best|top|busiest)"
_BEST_VENUE = Pattern(
    rf"\b(?:which|what) (?:\w+ ){{0,2}}{_VENUE} (?:is|has|have|does|do|had|are|lists?|trades?|holds?|offers?|with)\b.{{0,30}}\b{_BEST}\b|\b{_VENUE} (?:with|by|of) (?:the )?{_BEST}\b|\b{_VENUE} (?:that )?(?:trad\w+|list\w*) (?:the )?most\b"
    rf"|\b(?:which|what|whose) (?:\w+ ){{0,2}}{_VENUE}\b.{{0,24}}\b(?:{PLACED}|(?:is|are|comes|ranks|ranked|sits) (?:first|at the top|on top|top|ahead|in the lead|in front)|leads?|leading|on top|tops|ahead|dominat\w+|leader|rules?)|\b(?:{PLACED}|leaders? among|leader of|king of|biggest of|largest of) (?:the |all )?(?:\w+ ){{0,2}}{_VENUE}\b|\b{_VENUE} (?:is |are |ranked |ranks |at |in )?(?:the )?(?:{PLACED})"
    rf"|\b(?:who|what) (?:leads?|tops|dominates?|is ahead|comes? first|comes? out on top)\b.{{0,30}}\b{_VENUE}\b|\b{_VENUE}\b.{{0,20}}\b(?:with|has|have|holds?|shows?) (?:the )?{_BEST}\b|\b(?:on|at) (?:which|what) {_VENUE}\b.{{0,40}}\b(?:{_BEST}|traded)\b"
    rf"|\bwhere\b.{{0,24}}\b(?:most|biggest|largest)\b.{{0,24}}\b(?:traded|trading|volume|trades?)\b(?! (?:coin|token)).{{0,20}}|\bwhere do (?:people|traders|most people|most traders) trade\b.{{0,12}}\b(?:most|{_VENUE})\b"
)
_LIST = Pattern(
    rf"\b(?:top|biggest|largest|leading|best|highest|busiest|most|rank(?:ing|ed)?|list(?: of)?|main|major)\b(?: \w+){{0,3}} {_VENUE}\b(?! tokens?| coins?)|\b{_VENUE} (?:ranking|ranked|rankings|leaderboard|league table|chart|list|by)\b|\b{_VENUE} (?:volumes?|reserves?|open interest|liquidity|scores?) (?:ranking|ranked|list|comparison|leaderboard)\b|\b(?:no\.? ?1|number one|first|busiest|second|third) {_VENUE}\b|\b(?:which|what)(?: \w+){{0,2}} {_VENUE}(?: \w+){{0,3}} (?:volumes?|reserves|open interest|liquidity|biggest|largest|most)\b|\b(?:rank|list) (?:the )?{_VENUE}\b"
)
_DEX_VOLUME = Pattern(
    r"\b(?:dex(?:es)?|decentrali[sz]ed exchanges?)\b(?:'s)?(?: \w+){0,3} volumes?\b|\bvolumes? (?:\w+ )?(?:of|on|in|across) (?:the )?(?:dex(?:es)?|decentrali[sz]ed exchanges?)\b|\b(?:much|what|many \w+) (?:is|was|has been|were|are|got|did people) (?:being )?(?:traded|swapped|exchanged|turned over|trade|swap|changing hands) (?:\w+ )?(?:on|over|through|via|across) (?:the |all )?(?:dex(?:es)?|decentrali[sz]ed exchanges?)\b|\b(?:dex(?:es)?|decentrali[sz]ed exchanges?)\b.{0,12}\b(?:turnover|turn over|traded)\b"
)
_TRADED_ON = Pattern(
    r"\b(?:which|what|top|most|list)\b.{0,25}\b(?:coins?|tokens?|cryptos?|pairs?|altcoins?|assets?|markets?)\b.{0,40}\bon\b|\bdominat\w* (?:\w+ )?(?:trading )?on\b"
)
_TERM = Pattern(r"(?:crypto )?(?:(?:de)?centrali[sz]ed )?exchanges?|dex(?:es)?|cex(?:es)?")
_SORTS: tuple[tuple[str, Pattern], ...] = (
    ("exchange_score", Pattern(r"\b(?:(?:trust )?scores?|scored|rated|ratings?|trusted)\b")),
    ("open_interest", Pattern(r"\bopen interest\b|\boi\b")),
    ("derivative_volume_24h", Pattern(r"\b(?:derivatives?|futures|perp(?:etual)?s?)\b")),
    ("reserves_usd", Pattern(r"\breserves?\b")),
    ("effective_liquidity_24h", Pattern(r"\bliquid(?:ity)?\b")),
    ("num_coins", Pattern(r"\b(?:most|number of|how many) (?:coins|tokens|assets|cryptos)\b")),
    ("num_market_pairs", Pattern(r"\b(?:pairs|markets)\b")),
)
_DEX = Pattern(r"\bdex(?:es)?\b|\bdecentrali[sz]ed\b")
_MOST_WORDS = 16


class ExchangeSlots(Struct, frozen=True):
    """`names` as they were said; `sort` is the screener's field a list is ordered by; `count` is how many are asked,
    `place` which one of them first."""

    kind: Kind
    names: tuple[str, ...] = ()
    sort: str = "spot_volume_24h"
    wants_dex: bool = False
    count: int = 10
    place: int = 1


def find_slots(reading: Reading) -> tuple[ExchangeSlots, float] | None:
    lowered = reading.lowered
    if reading.words > _MOST_WORDS or not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    names = _names(reading)
    if names and not reading.is_known and _LISTS.search(reading.text):
        return ExchangeSlots("one", names, _sort(_without(lowered, names))), 0.985
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
        return ExchangeSlots("one", names, _sort(_without(lowered, names))), sure
    return None


# What an exchange lists is a count of it, no listing.
_NOT_FIGURES = Pattern(
    r"^(?:please )?list\b|\blists?\b(?= (?:the )?most\b)|\b(?:coins|tokens|pairs)\b.{1,40}\b(?:list|supports?|available)\b"
)


def _list(reading: Reading) -> ExchangeSlots:
    counts = [
        int(one.value) for one in reading.amounts if one.unit == "" and one.value == one.value.to_integral_value()
    ]
    count = next((one for one in counts if 0 < one <= 100), 10)
    wants_dex, place = _DEX.search(reading.lowered) is not None, find_place(reading.lowered)
    return ExchangeSlots("list", (), _sort(reading.lowered), wants_dex, max(count, place) if count > 1 else 10, place)


def _without(lowered: str, names: Sequence[str]) -> str:
    for name in names:
        lowered = lowered.replace(name.lower(), " ")
    return lowered


def _sort(lowered: str) -> str:
    return next((field for field, pattern in _SORTS if pattern.search(lowered)), "spot_volume_24h")


# What only a venue does with coins: "how many coins does Pelisokan list". A coin or a person has them as well.
_LISTS = Pattern(
    r"\b(?i:how many|number of|what number of) (?i:(?:different |trading |market )*(?:coins|tokens|assets|cryptos|currencies|pairs|markets)) (?:that )?(?i:does|do|did|are (?:on|at|listed (?:on|at|by)|traded (?:on|at)|available (?:on|at))) (?:the )?(?!(?i:it|they|you|we|i|he|she|this|that|the|a|an|each|every|any|cmc|coinmarketcap)\b)([^\W_][\w.]*(?: [^\W_][\w.]*){0,3}?) ?(?i:(?<=\w )(?:list|lists|support|supports|offer|offers|carry|quote|trade)\b(?! (?:in|against)))?(?i: (?:now|today|in total|altogether|for trading|currently|right now))*[ ?.!]*$"
)


def _names(reading: Reading) -> tuple[str, ...]:
    """Exchanges that most people know by name, else what stands where an exchange's name stands or ends as one does."""
    found = [reading.text[match.start() : match.end()] for match in _NAMED.finditer(reading.lowered)]
    listing = None if found or reading.is_known else _LISTS.search(reading.text)
    if listing is not None:
        return (listing[1],)
    if not found and not _NO_VENUE.search(reading.lowered) and (_is_venue(reading) or _ENDS.search(reading.lowered)):
        found = list(spoken_names(reading.text, _ASKING, (*_ENDINGS, "the exchange"))) or _beside_exchange(reading.text)
    return tuple(dict.fromkeys(name for name in found if name))[:5]


def _beside_exchange(text: str) -> list[str]:
    """A word that any question may hold, written large beside "exchange"."""
    match = _PROPER.search(text)
    name = " ".join(next(filter(None, match.groups()), "").split()) if match else ""
    return [name] if name and name.lower() not in _NO_NAME else []


_NO_NAME = frozenset(
    "which what the this that each every any best top largest biggest show list and is are how a crypto".split()  # noqa: SIM905
)


def _is_venue(reading: Reading) -> bool:
    """The word was said, or what only an exchange has is asked of something that is no asset."""
    if reading.is_known and not _ENDS.search(reading.lowered):
        return False
    return any(pattern.search(reading.text) for pattern in (_DOES, _BIGGER, _AFTER, _PROPER, _AT_VENUE))


_ENDINGS = ("trade", "spot", "markets", "digital", "pro", "global")
# Most names end in such a word; alone it is any other word.
_ENDS = Pattern(
    rf"(?<![\w'])(?!(?:the|a|an|of|on|in|at|top|best|crypto|spot|derivatives?|futures|total|daily|which|what|with|from|their|its|that|have|whose|largest|biggest|can|do|does|to|i|you|we|they|people|most|per|and|or|vs|versus|against|than|any|this|that|day|swing|perp\w*|stock|in|24h|going|long|short)\b)[a-z]{{4,}} (?:{'|'.join(_ENDINGS)})\b"
    r"|\b(?:volumes?|reserves?|fees?|oi|open interest|liquidity|turnover|taker|maker|rank|score) (?!(?:of|on|at|the|a|an|by|for|crypto|spot|derivatives?|per|each|every|any|which|stock|top|best|largest|biggest|among|leading|major|one)\b)[a-z]{5,} exchange\b|\b(?:on|at|of|for|does|is) (?!(?:the|a|an|any|each|every|which|what|crypto|spot|this|that|some|your|my|it|stock|major|top|best|largest|biggest|one)\b)[a-z]{5,} exchange\b"
)
_AT_VENUE = Pattern(
    r"\b(?i:volumes?|traded|turnover|fees?|commission|liquidity|reserves|(?:trading |market )?pairs|coins|markets|costs? to trade|custody|money|funds|dollars|assets|held|balances?|open interest)\b.{0,20}\b(?i:on|at|for|through|by) (?!(?i:binance|the|a|an|all|any|chain|ethereum|bitcoin|solana)\b)[A-Z][\w.]{4,}"
    r"|^\W*(?i:(?:tell me about|show me|what is|what's|how big is|info on|stats (?:for|of)|the) )*(?i:exchange )[A-Z]\w{3,}|\b(?i:the exchange) [A-Z]\w{3,}|\b[A-Z]\w{3,} (?i:exchange)\b"
)
# Of these one asks what is traded on chains, or what shares cost.
_NO_VENUE = Pattern(
    r"\b(?:dex(?:es)? volume|decentrali[sz]ed exchanges? volume|stock exchange|nfts?|floor|wallets?|contract|listing|news|owners?|items?|pieces|collections?)\b"
)
_ASKING = frozenset(
    """
    exchange exchanges venue venues platform platforms cex dex reserves reserve derivatives derivative futures spot perp
    perps open interest oi score scores trust pairs pair markets market coins coin tokens fee fees maker taker makers takers
    commission commissions charge charges charged effective proof liquidity liquid centralized centralised decentralized
    decentralised crypto cryptocurrency founded launched listed lists website address publish published wallets known custody funds assets busy busy active customer customers client clients handle handles handled turn turns turned through flow flowed deposits deposit balance balances
    size leading major top best busiest standing place placed compare between
    """.split()  # noqa: SIM905
)

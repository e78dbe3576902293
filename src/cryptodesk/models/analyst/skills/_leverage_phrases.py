"""How people ask for open interest, funding, liquidations and who leads in perpetuals."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word

__all__ = ["DerivativesSlots", "Focus", "find_slots"]

Focus = Literal["all", "open_interest", "funding", "liquidations", "long_short", "volume"]

_INTEREST = Pattern(
    r"\bopen[- ]interests?\b|\boi\b|\b(?:open|outstanding|unsettled|live) (?:_+ ?|bitcoin |crypto )?(?:perp\w* |futures? |derivatives? |swap )*(?:contracts?|positions?|futures|perps?|bets)\b|\b(?:contracts?|positions?|futures|perps?|bets) (?:\w+ ){0,2}?(?:outstanding|open|still open|left open)\b|\b(?:open|outstanding) (?:in|on) _+ (?:futures|perps?|derivatives?)\b"
)
_FUNDING = Pattern(
    r"\bcarry (?:on|of|for) _|\b(?:pay|pays|paying|paid) to (?:be|stay|go|hold) (?:\w+ )?(?:long|short)\b|\b(?:expensive|costly|cheap|dear) (?:is it |are |it is )?to (?:hold|keep|run|carry|stay|be) (?:an? |the )?(?:_+ )?(?:perp )?(?:longs?|shorts?)\b|\b_+ (?:longs?|shorts?) (?:costs?|paid?|pays?)\b|\b(?:percent\w*|rate|how much|what) (?:that |do |does |are )?(?:the )?(?:longs|shorts) pay\b|\b(?:cost|costs|price|pay|paid|fee) (?:\w+ ){0,3}?(?:to be|being|to stay|to go|for going|for being|of being) (?:long|short)\b|\bside(?:s)? (?:of \S+(?: \w+){0,2} )?(?:is|are|gets?|being) (?:being |getting )?paid\b|\bcosts? (?:of|to|for) (?:hold(?:ing)?|keep(?:ing)?|carry(?:ing)?|run(?:ning)?|stay(?:ing)?)(?: \w+){0,2} (?:longs?|shorts?)\b|\bfunding(?: rates?| fees?| payments?)?\b(?! (?:rounds?|raised?|raise|news|series))"
)
# Who pays whom is what the sign of the funding says.
_PAYS = Pattern(
    r"\b(?:longs?|shorts?|(?:which|what) sides?|who(?:'s|se)?|bulls|bears|buyers|sellers)\b.{0,24}\b(?:pay|pays|paying|paid)\b(?:.{0,16}\b(?:longs?|shorts?|who|whom|funding|on|right now|now|today|currently|the other|every|per|each|to be (?:long|short))\b|[ ?.!]*$)"
)
_LIQUIDATIONS = Pattern(
    r"\bliquidat(?:ion|ions|ed|es|ing)\b|\bliqs\b|\brekt\b|\bwiped out\b|\b(?:longs?|shorts?|bulls|bears|(?:leveraged|perp|futures) (?:\w+ )?(?:traders?|positions?|bets|longs?|shorts?)|leverage)\b.{0,24}\b(?:cleaned out|cleared out|taken out|knocked out|carried out|blown up|blown out|blew up|wrecked|force[d-]* ?(?:closed|sold|out)|flushed(?: out)?|nuked|wiped|squeezed out|stopped out|margin[- ]called|closed by force|lose|lost|burn(?:ed|t)|killed|obliterated)\b|\bwipe-?outs?\b|\bforced?[- ](?:closures?|closed|selling|liquidations?)\b|\bmargin calls?\b"
)
_LONG_SHORT = Pattern(
    r"\blongs? ?(?:/|vs\.?|versus|to|-|and|or|:)? ?shorts?\b(?!.{0,30}\b(?:liquidat\w+|rekt|wiped|pay\w*|paid)\b)|\bshorts? ?(?:/|vs\.?|versus|to|-|and|or) ?longs?\b|\bls ratio\b|\b(?:people|traders|accounts|money|everyone|crowd) (?:are |is |more |mostly |positioned )*(?:long or short|short or long)\b"
)
_VOLUME = Pattern(
    r"\b(?:perp(?:etual)?s?|futures?|derivatives?)(?: \w+)? (?:trading )?volumes?\b|\b(?:perp(?:etual)?s?|futures|derivatives?) (?:are )?(?:trading|traded|turnover)\b|\bvolumes? (?:of|in|on) (?:_+ )?(?:perp(?:etual)?s?|futures|derivatives?)\b"
    r"|\b(?:perp(?:etual)?s?|futures|derivatives?)\b(?: \w+){0,2} (?:vs\.?|versus|to|against|than|over|and|compared (?:to|with)|relative to) (?:the )?spot\b|\bspot\b(?: \w+){0,2} (?:vs\.?|versus|to|against|than|and|compared (?:to|with)|relative to) (?:the )?(?:perp(?:etual)?s?|futures|derivatives?)\b"
)
_GENERAL = Pattern(
    r"\bderivatives?\b|\bhow leveraged\b|\b(?:market|crypto|total) leverage\b|\bleverage (?:in|of|across) (?:the )?(?:crypto )?market\b|\bperp(?:etual)?s?\b(?!\w)|\bfutures (?:market|markets|data|stats|positions?|positioning)\b|\b_+ futures\b|\bfutures on _+|\bpositioning\b"
)
_LEVERAGE = Pattern(
    r"\b(?:how (?:much |heavy |high )?|is |are |too much |(?:a )?lot of |amount of |level of |has |current |market |crypto |total |market[- ]wide |market'?s )(?:there )?(?:the )?(?:crypto |market |overall |system )?(?:over-?)?(?:leverage[ds]?|levered)\b"
    r"|\b(?:is|are|has|have) (?:the )?(?:crypto(?:currency)? ?|market ?|traders ?|coins ?|system ?|everyone ?|people ?|overall ?)+(?:is |been |being |getting |too |so |very |really )*(?:over-?)?(?:leveraged|levered)\b"
    r"|\bleverage\b.{0,24}\b(?:ris\w+|rose|fall\w*|fell|building|build[- ]?up|built up|increas\w+|decreas\w+|grow\w*|grew|unwound|unwind\w*|flush\w*|up|down|high|low|elevated|stretched|today|right now|now)\b"
    r"|\b(?:leverage|leveraged|levered)\b.{0,12}\b(?:in|across|within|of) (?:the )?(?:whole |entire |total )?(?:crypto\w*|market|system|space)\b"
)
# A setting of one's own account, not the market's.
_OWN_LEVERAGE = Pattern(
    r"\b(?:i|my|me|we|safe|use|using|offer\w*|max(?:imum)?|trade with|broker|etf|tokens?)\b|\d ?x\b"
)
_LIST = Pattern(
    r"\b(?:which|what) (?:\w+ ){0,2}(?:coins?|tokens?|cryptos?|altcoins?|assets?|pairs?)\b|\b(?:top|biggest|largest|most|highest|lowest|leading|best)\b(?! (?:leverage|ratio))|\branking\b|\brank(?:ed)? by\b|\blist\b|\bby (?:open interest|oi|funding|liquidations)\b|\bdominat\w+\b|\bmost negative\b"
)
_LOWEST = Pattern(r"\b(?:lowest|least|smallest|most negative|negative)\b")
# Of all coins together "most" has nothing to choose from; a venue is another skill's.
_VENUES = Pattern(
    r"\b(?:exchanges?|venues?|platforms?|dexe?s|cexe?s|binance|bybit|okx|coinbase|kraken|deribit|bitmex|bitget|gate|kucoin|dydx|hyperliquid(?:'s)? (?:volume|exchange))\b"
)
_ONE_VENUE = Pattern(r"\b(?:binance|bybit|okx|coinbase|kraken|deribit|bitmex|bitget|gate|kucoin)\b")
_PAST = Pattern(
    r"\b(?:ris(?:es?|en|ing)|rose|fall(?:s|en|ing)?|fell|building|built up|increas\w+|decreas\w+|grow(?:s|n|ing)?|grew|unw[io]und\w*|gone (?:up|down)|going (?:up|down)|up or down|chang(?:e|ed|ing)|trend(?:s|ed|ing)?|over time|histor\w+)\b"
)
# A coin's own figures come exchange by exchange.
_SPLIT = Pattern(
    r"\b(?:exchanges?|venues?|platforms?|binance|bybit|okx|coinbase|kraken|deribit|bitmex|bitget|gate|kucoin)\b"
)
_OTHER = Pattern(
    r"\b(?:news|paper|whitepaper|research|lending|collateral|borrow\w*|10x|20x|50x|100x|\d+x (?:long|short)|position(?: size)?|entry|strategy|stock|vix|options?|implied volatility|liquidation (?:price|engine|level)|my (?:long|short)|revenue|seed|raise[ds]?|venture|vc|grant|(?<!way )rounds?)\b"
)
_TERM = Pattern(
    r"(?:open interest|oi|funding(?: rates?| fees?)?|liquidations?|(?:a )?liquidation|derivatives?|perp(?:etual)?s?(?: futures| swaps?)?|long[ /-]short ratio|leverage)"
)
_MOST_WORDS = 20


class DerivativesSlots(Struct, frozen=True):
    """What is asked for, and whether coins are to be ranked by it, the lowest first, or a coin's own split by exchange."""

    focus: Focus = "all"
    is_ranking: bool = False
    is_ascending: bool = False
    is_by_exchange: bool = False
    venue: str = ""
    wants_past: bool = False


_FOCUSES: tuple[tuple[Focus, Pattern], ...] = (
    ("long_short", _LONG_SHORT), ("liquidations", _LIQUIDATIONS), ("funding", _FUNDING), ("open_interest", _INTEREST), ("volume", _VOLUME),
)  # fmt: skip


def find_slots(reading: Reading) -> tuple[DerivativesSlots, float] | None:
    """What of the derivatives is asked for, and how sure that is."""
    if reading.words > _MOST_WORDS or _OTHER.search(reading.masked):
        return None
    if not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    named = _named(reading)
    is_split = bool(named) and reading.is_known and _SPLIT.search(reading.masked) is not None
    if _VENUES.search(reading.masked) and not is_split:
        return None
    is_about_leverage = _LEVERAGE.search(reading.masked) and not _OWN_LEVERAGE.search(reading.masked)
    if not (named or is_about_leverage or _GENERAL.search(reading.masked)):
        return None
    focus = named[0] if len(named) == 1 or named[:1] == ["long_short"] else "all"
    is_ranking = not reading.is_known and _LIST.search(reading.masked) is not None
    loose = not named and not is_ranking and not reading.is_known and reading.words > 6
    is_ascending = is_ranking and _LOWEST.search(reading.masked) is not None
    sure = own_word(reading) if named or is_about_leverage else 0.97
    slots = DerivativesSlots(
        focus, is_ranking, is_ascending, is_split, _venue(reading) if is_split else "",
        _PAST.search(reading.masked) is not None,
    )  # fmt: skip
    return slots, 0.91 if loose and not is_about_leverage else sure


def _venue(reading: Reading) -> str:
    match = _ONE_VENUE.search(reading.masked)
    return match.group() if match else ""


def _named(reading: Reading) -> list[Focus]:
    """What is named; "longs paying shorts" is about funding, and no ratio of the two."""
    named = [name for name, pattern in _FOCUSES if pattern.search(reading.masked)]
    if "liquidations" in named and "long_short" in named:  # which side was liquidated, not how many are on it
        named.remove("long_short")
    if not _PAYS.search(reading.masked) or not re.search(r"\b(?:longs?|shorts?|funding|perps?)\b", reading.masked):
        return named
    return ["funding", *(name for name in named if name not in {"funding", "long_short"})]

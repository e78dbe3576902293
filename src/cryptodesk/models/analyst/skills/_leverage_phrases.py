"""How people ask for open interest, funding, liquidations and who leads in perpetuals."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from typing import Literal

from msgspec import Struct

from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word

__all__ = ["DerivativesSlots", "Focus", "find_slots"]

Focus = Literal["all", "open_interest", "funding", "liquidations", "long_short", "volume"]

_INTEREST = re.compile(r"\bopen[- ]interests?\b|\boi\b")
_FUNDING = re.compile(r"\bfunding(?: rates?| fees?| payments?)?\b(?! (?:rounds?|raised?|raise|news|series))")
_LIQUIDATIONS = re.compile(r"\bliquidat(?:ion|ions|ed|es|ing)\b|\brekt\b")
_LONG_SHORT = re.compile(
    r"\blongs? ?(?:/|vs\.?|versus|to|-|and|or|:)? ?shorts?\b|\bshorts? ?(?:/|vs\.?|versus|to|-|and|or) ?longs?\b|\bls ratio\b"
)
_VOLUME = re.compile(
    r"\b(?:perp(?:etual)?s?|futures?|derivatives?)(?: \w+)? (?:trading )?volumes?\b|\b(?:perp(?:etual)?s?|futures|derivatives?) (?:are )?(?:trading|traded|turnover)\b|\bvolumes? (?:of|in|on) (?:_+ )?(?:perp(?:etual)?s?|futures|derivatives?)\b"
)
_GENERAL = re.compile(
    r"\bderivatives?\b|\bhow leveraged\b|\b(?:market|crypto|total) leverage\b|\bleverage (?:in|of|across) (?:the )?(?:crypto )?market\b|\bperp(?:etual)?s?\b(?!\w)|\bfutures (?:market|markets|data|stats|positions?|positioning)\b|\b_+ futures\b|\bfutures on _+|\bpositioning\b"
)
_LIST = re.compile(
    r"\b(?:which|what) (?:\w+ ){0,2}(?:coins?|tokens?|cryptos?|altcoins?|assets?|pairs?)\b|\b(?:top|biggest|largest|most|highest|lowest|leading|best)\b(?! (?:leverage|ratio))|\branking\b|\brank(?:ed)? by\b|\blist\b|\bby (?:open interest|oi|funding|liquidations)\b|\bdominat\w+\b|\bmost negative\b"
)
_LOWEST = re.compile(r"\b(?:lowest|least|smallest|most negative|negative)\b")
# Of all coins together "most" has nothing to choose from; a venue is another skill's.
_VENUES = re.compile(
    r"\b(?:exchanges?|venues?|platforms?|dexe?s|cexe?s|binance|bybit|okx|coinbase|kraken|deribit|bitmex|bitget|gate|kucoin|dydx|hyperliquid(?:'s)? (?:volume|exchange))\b"
)
_OTHER = re.compile(
    r"\b(?:news|paper|whitepaper|research|lending|collateral|borrow\w*|10x|20x|50x|100x|\d+x (?:long|short)|position(?: size)?|entry|strategy|stock|vix|options?|implied volatility|liquidation (?:price|engine|level)|my (?:long|short)|revenue|seed|raise[ds]?|venture|vc|grant|rounds?)\b"
)
_TERM = re.compile(
    r"(?:open interest|oi|funding(?: rates?| fees?)?|liquidations?|(?:a )?liquidation|derivatives?|perp(?:etual)?s?(?: futures| swaps?)?|long[ /-]short ratio|leverage)"
)
_MOST_WORDS = 20


class DerivativesSlots(Struct, frozen=True):
    """What is asked for, and whether coins are to be ranked by it, the lowest first."""

    focus: Focus = "all"
    is_ranking: bool = False
    is_ascending: bool = False


_FOCUSES: tuple[tuple[Focus, re.Pattern[str]], ...] = (
    ("long_short", _LONG_SHORT), ("liquidations", _LIQUIDATIONS), ("funding", _FUNDING), ("open_interest", _INTEREST), ("volume", _VOLUME),
)  # fmt: skip


def find_slots(reading: Reading) -> tuple[DerivativesSlots, float] | None:
    """What of the derivatives is asked for, and how sure that is."""
    if reading.words > _MOST_WORDS or _OTHER.search(reading.masked) or _VENUES.search(reading.masked):
        return None
    if not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    named = [name for name, pattern in _FOCUSES if pattern.search(reading.masked)]
    if not named and not _GENERAL.search(reading.masked):
        return None
    focus = named[0] if len(named) == 1 or named[:1] == ["long_short"] else "all"
    is_ranking = not reading.is_known and _LIST.search(reading.masked) is not None
    loose = not named and not is_ranking and not reading.is_known and reading.words > 6
    is_ascending = is_ranking and _LOWEST.search(reading.masked) is not None
    sure = own_word(reading) if named else 0.97
    return DerivativesSlots(focus, is_ranking, is_ascending), 0.91 if loose else sure

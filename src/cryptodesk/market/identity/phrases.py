"""What stands beside words that name assets: nouns of markets, verbs of questions, words for time."""

from __future__ import annotations

import re

from cryptodesk.core.patterns import Pattern
from cryptodesk.market.identity.english import word_set

__all__ = [
    "ABOUT_ASSETS",
    "ABOUT_ASSETS_TWO",
    "AFTER_ASKING_ABOUT",
    "ASKS_ABOUT",
    "ASKS_FOR",
    "ASKS_FOR_FIGURE",
    "ASKS_FOR_VALUE",
    "BEGINS_ASKING",
    "COUNTED",
    "ENDS_CLAUSE",
    "LEADS_IN",
    "OPENS_LIST",
    "PAID_FOR",
    "PEOPLE_AND_PLACES",
    "SAYS_ASSET",
    "SETS_BESIDE",
    "SHORT_SPAN",
    "SOLD_FOR",
    "TAKES_TWO",
]

ABOUT_ASSETS = word_set(
    "price prices coin coins token tokens crypto cryptocurrency marketcap mcap chart charts candle candles rsi macd"
    " volume supply tokenomics ath atl dominance tvl holders unlock unlocks usdt usd usdc perp perps futures funding"
    " liquidations worth forecast prediction performance returns drawdown drawdowns volatility correlation sharpe"
    " sortino ema sma fdv bollinger fibonacci"
)
ABOUT_ASSETS_TWO = frozenset(
    {
        ("market", "cap"),
        ("market", "capitalization"),
        ("market", "capitalisation"),
        ("circulating", "supply"),
        ("max", "supply"),
        ("total", "supply"),
        ("max", "drawdown"),
        ("open", "interest"),
        ("all", "time"),
    }
)
SAYS_ASSET = word_set("price prices coin token tokenomics marketcap mcap")
# What only a pair of assets has.
TAKES_TWO = word_set("correlation correlations ratio beta comparison spread cointegration")
_NOUNS = ("price", "prices", "value", "cap", "supply", "volume", "chart", "history", "performance", "amount")
_VERBS = ("buy", "buying", "bought", "sell", "selling", "sold", "holding", "stake", "staking", "swap", "compare")
_FIGURES = (
    *("volatility", "drawdown", "correlation", "return", "returns", "dominance", "marketcap", "mcap", "fdv", "rsi"),
    *("macd", "ath", "atl", "high", "low", "ratio", "tokenomics", "beta", "volatilities", "drawdowns", "change"),
)
ASKS_FOR_VALUE = tuple(f"{noun} of" for noun in _NOUNS)
ASKS_FOR = (*ASKS_FOR_VALUE, *_VERBS)
# These are of much else besides: the word must be all that they are asked of.
ASKS_FOR_FIGURE = (
    *(f"{noun} {joint}" for noun in _FIGURES for joint in ("of", "for")),
    *("correlation between", "price for", "comparison of", "rank of", "rsi", "macd"),
)
# After these a list of assets may begin.
OPENS_LIST = ("between", "of", "for", "does", "did", "do", "is", "are", "has", "have", "was", "or", "than", "better")
ASKS_ABOUT = (
    *(f"{word} {verb}" for word in ("what", "how", "why") for verb in ("is", "was", "did", "does", "has", "about")),
    *(f"{word}s" for word in ("what", "how", "what'", "how'", "what’", "how’")),
    *(f"how {word} {verb}" for word in ("volatile", "risky", "far", "liquid", "correlated") for verb in ("is", "was")),
    *(f"how {word} {verb}" for word in ("much", "far", "low", "high") for verb in ("did", "has", "is")),
    *("about", "explain", "analyze", "analyse"),
)
# A question that begins so asks about what follows, where its verb is one of markets.
BEGINS_ASKING = ("did", "does", "has", "is", "was", "will")
LEADS_IN = ("", "and", "or", "vs", "versus", "then", "also", "now", "is")
AFTER_ASKING_ABOUT = word_set(
    "doing trading performing worth go gone going at today now do perform up down rising falling pumping dumping"
    " crashing mooning ripping flying soaring surging tanking bleeding rallying climbing sinking dropping exploding"
    " correlated outperform outperformed lost gained gain lose fallen dropped risen fall drop rise moved move from"
)
PEOPLE_AND_PLACES = word_set("trump melania jupiter mars leo base people gas")

_TIME = (
    r"\s+(?:over|during|since|last|past|this|today|yesterday|right now|now|ytd|in (?:20\d\d|the (?:last|past))"
    r"|for the (?:last|past)|the (?:last|past)|\d{1,3} ?(?:d|h|w|m|y|days?|weeks?|months?|years?))\b"
)
ENDS_CLAUSE = Pattern(
    rf"(?:['’]s)?(?:\s*(?:$|[?!.,;:)\]]|\n)|\s+(?:and|or|vs|versus|against)\b|{_TIME})", re.IGNORECASE
)
# "compare btc with hype", "is eth correlated to link": what stands between the two.
SETS_BESIDE = Pattern(r"\s+(?:(?:correlat(?:e|ed|es|ion|ions)|compared?|beta|moves?)\s+)?(?:with|to)\s+", re.IGNORECASE)

_MONEY = r"(?:usdt?|usdc|eur|euros?|gbp|pounds?|jpy|yen|chf|inr|dollars?|bucks)"
# "$500 of", "1000 usd in", "convert usd to": what money is turned into.
PAID_FOR = Pattern(
    rf"(?:[$€£]\s?\d[\d,.]{{0,15}}[kmb]?|\b{_MONEY})\s+(?:worth of|of|in|to|into|for)\s+$", re.IGNORECASE
)
# "link in usd", "near to eur" after a number: what is counted and turned into money.
SOLD_FOR = Pattern(
    rf"\s+(?:(?:is|are)\s+)?(?:worth|(?:in|to|into|for|=)\s+(?:{_MONEY}|[$€£]|btc|eth|bitcoin|ethereum|sol)\b)",
    re.IGNORECASE,
)
# "If I have 40 link", "sell 3 near".
COUNTED = Pattern(
    r"\b(?:have|hold|holding|own|bought|sold|sell|buy|swap|convert|trade|got|exchange)\s+\d[\d.,]{0,12}\s+$",
    re.IGNORECASE,
)
# "near 30 day average" is no asset: spelled out, the span must be one of a figure that assets have.
SHORT_SPAN = Pattern(
    r"\s+(?:(?:\d{1,3}(?:d|h|w|m|mo|y|yr)|ytd|mtd)\b"
    r"|\d{1,3}[ -](?:day|hour|week|month|year)s? (?:change|returns?|performance|perf|gain|loss|move|volatility|drawdown"
    r"|rsi|chart|price)\b)",
    re.IGNORECASE,
)

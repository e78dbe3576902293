"""How people ask for the whole market, and for which side of it."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

from typing import Literal

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._asking import is_about_meaning, is_for_figures, own_word

__all__ = ["Focus", "FocusName", "find_focus"]

FocusName = Literal["all", "size", "volume", "counts"]


class Focus(Struct, frozen=True):
    name: FocusName
    confidence: float


_WHOLE = r"(?:(?:total|whole|entire|overall|global|aggregate|combined) (?:crypto(?:currency)? ?)?|crypto(?:currency|currencies|s)?(?:'s)? (?:total )?|all (?:the )?(?:crypto(?:s|currencies)?|coins)(?:'s)? )"
_SIZE = Pattern(
    rf"\b{_WHOLE}(?:market[- ]?cap(?:itali[sz]ation)?s?|mcap|market (?:size|value)|worth)\b|\btotal ?(?:2|3)?mcap\b"
    r"|\b(?:market[- ]?cap(?:itali[sz]ation)?|value|size|worth) of (?:the )?(?:whole |entire |total |all |global |overall )*(?:the )?(?:crypto(?:currency|currencies|s)?)(?: market| space| coins)?(?![\w'-]| \w*(?:exchange|coin|token))"
    r"|\bhow (?:big|large) is (?:the )?(?:whole |entire |total |global )?crypto(?:currency)? market\b"
)
_VOLUME = Pattern(
    r"\b(?:(?:total|whole|overall|global) (?:crypto(?:currency)? |24[- ]?h(?:our)? |spot |market |trading )*|crypto(?:currency)? (?:market |trading |24[- ]?h(?:our)? |spot )*)volumes?\b"
    r"|\bvolumes? (?:of|in|across|for|on) (?:the )?(?:whole |entire |total |global |overall )*crypto(?:currency)?(?: market)?\b"
)
_COUNTS = Pattern(
    r"\bhow many (?:different |distinct |live |active )*(?:crypto(?:s|currencies|currency)?(?: coins| tokens| assets)?|coins|tokens|altcoins|(?:active |crypto )*exchanges)(?: and \w+)? (?:are there|exist|(?:are )?(?:being |currently |now )*(?:active|listed|traded|tracked|counted|followed|open)|do you (?:track|have|list|know|follow|cover))"
    r"|\bnumber of (?:active )?(?:crypto(?:s|currencies)?|coins|tokens|(?:crypto )?exchanges)\b|\bactive (?:crypto(?:s|currencies)|exchanges)\b"
)
_GENERAL = Pattern(
    r"\bmarket (?:overview|summary|snapshot|recap|update|report|wrap|status|conditions?|brief(?:ing)?|today|now|stats|statistics)\b|\b(?:daily|morning) brief(?:ing)?\b"
    r"|\b(?:crypto(?:currency)? |whole |entire |overall |the )+market(?:s)? (?:do|doing|look|looking|like|is|right now|so far|this (?:week|month|morning)|up|down|move|moving|perform\w*|hold\w*|green|red|crash\w*|today|currently)\b"
    r"|\b(?:how|what)(?:'s| is| are|s| did| has| have)? (?:the )?(?:crypto(?:currency)?(?: market)?s?|market|markets|overall market)(?: (?:doing|looking|going|up to|performing|been|move|moved|do|perform|performed|up|down))+\b"
    r"|\b(?:state|overview|summary|snapshot|picture) of (?:the )?(?:\w+ )?(?:crypto(?:currency)? )?market\b|\bhow (?:is|are|'s) crypto\b|^crypto market\??$"
    r"|\b(?:did|has|have|had|does|do) (?:the )?(?:crypto(?:currency)? |whole |entire |overall )*(?:crypto )?market (?:\w+ ){0,2}(?:up|down|change\w*|move\w*|rise\w*|risen|fall\w*|gain\w*|los\w+|rall\w+|recover\w*|do|done|perform\w*|grow\w*|grew|shr[iau]nk)\b|\bhow (?:healthy|strong|weak|hot|cold|good|bad|big) (?:is|are|was) (?:the )?(?:crypto )?markets?\b(?! (?:for|in|of))|\bis (?:the )?(?:crypto )?market (?:up|down|green|red|crashing|dumping|pumping|bleeding|rallying)\b"
)
_CRYPTO = r"(?:the )?(?:whole |crypto(?:currency)? )*(?:crypto(?:currency|s)?(?: land| space| world)?|markets?)"
# What has happened while one was away; of a named asset or an event that is the news' to tell.
_CAUGHT_UP = Pattern(
    rf"\bwhat (?:did|have|has) (?:i|we) miss(?:ed)?\b(?: (?:today|overnight|this week|last night|while|in {_CRYPTO})|[ ?.!]*$)|\bwhat(?:'s| is| has|s)?(?: i)? happen(?:ed|ing) (?:overnight|last night|while i)\b|\banything (?:happening|going on|new|interesting|notable) (?:in|with|on) {_CRYPTO}\b"
    rf"|\b(?:brief|update|fill|catch) me(?: in| up)?(?: on| about)? {_CRYPTO}\b|^(?:please )?(?:brief|update) me(?: please)?\W*$|\b(?:bring|get) me up to (?:speed|date) (?:on|with|about) {_CRYPTO}\b"
    rf"|\b{_CRYPTO} (?:rundown|recap|update|pulse|wrap(?:[- ]?up)?|check(?:[- ]?in)?|digest|round[- ]?up)\b|\b(?:rundown|recap|digest|pulse|round[- ]?up) (?:of|on|for) {_CRYPTO}\b|^(?:give me |gimme )?(?:the |a )?(?:quick |daily |morning |short )*(?:rundown|recap)(?: please)?\W*$"
    rf"|\bstate of (?:(?:things|play|affairs) (?:in|with|across|for|around) )?{_CRYPTO}\b|\b(?:look|glance|peek) (?:at|into|around) {_CRYPTO}\b|\bhow(?: are|'re)? (?:things|it) (?:looking |going )?in {_CRYPTO}\b|\bhow(?:'s| is) (?:it|everything) (?:going|looking) (?:in|with) {_CRYPTO}\b"
)
# The whole of it under any name, and what of it is asked.
_ENTIRE = Pattern(
    r"\bcrypto(?:currenc(?:y|ies)|s)? (?:as a whole|overall|in general|altogether|in total|combined|together|as an asset class|across the board|generally|market[- ]wide)\b|\bacross (?:all (?:of )?)?(?:the )?(?:crypto\w*|(?:whole |entire )?(?:crypto )?market|board)\b"
    r"|\ball (?:of )?(?:the )?(?:crypto(?:s|currenc(?:y|ies))?|coins|tokens)\b|\bevery (?:single )?(?:coin|crypto\w*|token)\b|\bmarket[- ]wide\b|\bcrypto(?:currenc(?:y|ies)|s)?'s (?:total|overall|combined|aggregate)\b|\b(?:of|for) everything\b|\b(?:worldwide|globally|in the world)\b.{0,20}\bcrypto|\bcrypto\w*.{0,20}\b(?:worldwide|globally|in the world)\b|\b(?:whole|entire|overall|broader|wider|general|total|global|aggregate|combined) (?:of crypto|crypto\w*|market)\b|\b(?:crypto|market)\b.{1,40}\b(?:overall|altogether|in total|in general|as a whole|all together|across the board)\b|\b(?:overall|altogether|in total|in general|as a whole|all told)\b.{1,40}\b(?:crypto|market)\b"
)
_ASKED_OF_IT: tuple[tuple[FocusName, Pattern], ...] = (
    ("volume", Pattern(r"\btrad(?:ed|ing|es)\b|\bvolumes?\b|\bturn(?:ed|s)? ?over\b|\bchang(?:ed|es|ing) hands\b|\bactivity\b")),
    ("size", Pattern(r"\bworth\b|\bvalued?\b|\bvaluation\b|\bmoney\b|\bsize\b|\b(?:big|large)\b|\bcap(?:itali[sz]ation)?\b|\bmcap\b|\badd(?:s|ed)? up to\b")),
    ("all", Pattern(r"\bhow(?:'s|s| is| are| did| has| have| do| does)?\b|\bup\b|\bdown\b|\b(?:green|red)\b|\bdoing\b|\bhold(?:ing|s)? up\b|\bstate\b|\bpicture\b|\blook(?:ing|s)?\b|\bperform\w*|\bstand(?:s|ing)?\b|\bshape\b|\bmov(?:e|ed|ing)\b|\bfar(?:e|ed|ing)\b|\bfigures?\b|\bnumbers\b")),
)  # fmt: skip
# Some of all are looked for, not all of them.
_SOME = Pattern(
    r"\b(?:which|who|best|worst|top|most|biggest|largest|highest|lowest|leading|list|coins? (?:that|with|under|above|below)|compare[ds]?|share|percent\w* of|history|historical|chart)\b"
)
# Another market, or a subject that another skill answers.
_OTHER = Pattern(
    r"\b(?:stock|bond|forex|housing|nft|etfs?|futures|derivatives?|perp(?:etual)?s?|stablecoins?|defi|tvl|stock[- ]market|gas|options|sentiment|dominance"
    r"|altcoin season|cap(?:itali[sz]ation)? (?:above|below|over|under)|top \d+|news|volatil\w+|rsi|macd|technicals?|correlat\w+|on (?:binance|coinbase|kraken)|gainers?|losers?)\b"
)
# The market is named and nothing else that is asked of it: the whole picture answers.
_LOOSE = Pattern(
    r"\b(?:crypto(?:currency)?|whole|entire|overall|global|total)(?: crypto(?:currency)?)? markets?\b(?! (?:maker|pair|order|data|cycle|structure|price|share))"
)
_MOST_WORDS, _MOST = 10, 25
_FOCUSES: tuple[tuple[FocusName, Pattern], ...] = (
    ("counts", _COUNTS), ("volume", _VOLUME), ("size", _SIZE), ("all", _GENERAL), ("all", _CAUGHT_UP),
)  # fmt: skip
_TERM = Pattern(r"(?:crypto )?market ?cap(?:itali[sz]ation)?")


def find_focus(reading: Reading) -> Focus | None:
    """What of the whole market is asked for; None where it is another market, another subject, or no figure."""
    if reading.words > _MOST or reading.says(_OTHER) or not is_for_figures(reading) or is_about_meaning(reading, _TERM):
        return None
    found = next((name for name, pattern in _FOCUSES if reading.says(pattern)), None)
    found = found or _of_all(reading)
    if found is not None:
        return Focus(found, own_word(reading))
    return Focus("all", 0.93) if reading.words <= _MOST_WORDS and reading.says(_LOOSE) else None


def _of_all(reading: Reading) -> FocusName | None:
    if not reading.says(_ENTIRE) or reading.says(_SOME):
        return None
    return next((name for name, pattern in _ASKED_OF_IT if reading.says(pattern)), None)

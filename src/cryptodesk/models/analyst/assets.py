"""Which assets a question names: known ones, doubtful ones, and words that seem to name one nobody knows."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.amounts import CURRENCIES
from cryptodesk.models.analyst.glosses import Moved, meant
from cryptodesk.models.analyst.happenings import in_happenings
from cryptodesk.models.analyst.moments import MONTHS
from cryptodesk.models.analyst.ports import AssetKnowledge, Mention
from cryptodesk.models.analyst.questions import AssetRef, Doubt

__all__ = ["FoundAssets", "read_mentions", "strangers", "unknown_names"]

# Below this a mention is a guess (two spelling mistakes); where others as well known bear the same name, it takes more.
SURE = 0.6
SURE_AMONG_RIVALS = 0.8
_MOST_CANDIDATES = 5


class FoundAssets(Struct, frozen=True):
    """Assets in the order of the text without repeats, and the stretches of text they were named by."""

    assets: tuple[AssetRef, ...]
    doubts: tuple[Doubt, ...]
    spans: tuple[tuple[int, int], ...]


def read_mentions(text: str, knowledge: AssetKnowledge) -> FoundAssets:
    """A mention counts as its asset when it is sure enough; else it is a doubt with all that it may mean."""
    assets: dict[str, AssetRef] = {}
    doubts: dict[str, Doubt] = {}
    spans: list[tuple[int, int]] = []
    named = in_happenings(text.lower()) if text.isascii() else ()
    for mention in _with_placed(text, knowledge):
        if any(start <= mention.start < end for start, end in named):  # "since the FTX collapse" names a day
            continue
        if mention.text.islower() and mention.text in _NO_NAMES:  # "and macd?" asks for no coin of that name
            continue
        spans.append((mention.start, mention.end))
        reference = _reference(mention)
        if _is_sure(mention):
            assets.setdefault(str(mention.asset_id), reference)
        else:
            candidates = (reference, *_rivals(mention, knowledge))
            doubts.setdefault(mention.text.lower(), Doubt(mention.text, candidates[:_MOST_CANDIDATES]))
    return FoundAssets(tuple(assets.values()), tuple(doubts.values()), tuple(spans))


def _is_sure(mention: Mention) -> bool:
    return mention.confidence >= (SURE_AMONG_RIVALS if mention.is_contested else SURE)


_MOST_PLACED = 3
_AFTER_IT = (
    r"\d|clos(?:e|es|ed|ing)\b|open(?:ed|ing|s)?\b|histor\w*|candles?\b|daily|weekly|monthly|ath\b|atl\b|peak\w*|record|bags?\b|stack\b|holdings?\b|price|chang\w*|up\b|down\b|better\b|worse\b|stronger\b|weaker\b|ahead\b|behind\b|outperform\w*|underperform\w*|outpac\w*|danc\w*|follow\w*|track\w*|mirror\w*|copies\b|shadow\w*|depend\w*|tied\b|linked\b|coupled\b|react\w*|held\b|hold(?:s|ing)? up\b|far(?:e|ed|ing)\b|pump\w*|dump\w*|moon\w*|crash\w*|recover\w*|bounc\w*|draw ?down|mdd|max\b|this (?:week|month|year)|today|yesterday|ytd|month|week|year"
    r"|since|mov(?:e|ed|ing|ement)|gain|los[est]|return"
    r"|rsi|macd|volat|volume|market cap|supply|perform|chart|high|low|last|past|over (?:the|\d)|beat|fall|fell|drop"
    r"|rise|rose|gone|goes|go\b|went|get|got|cost|trad(?:e|es|ing)|worth|at\b|is\b|in\b|into\b|too\b|as well|v\b|to the|going|doing|done|corr|vs|versus|green|red"
)
# Where only an asset can stand: a word before it that asks of one, and a word for a figure or a time after it.
_PLACED = Pattern(
    r"(?:^|\b(?:of|for|in|is|has|have|did|does|do|was|are|how's|hows|how is|whats|what's|my|your|his|her|our|their|check|show|one|single|called|named|per|\d{1,6}(?:\.\d+)?|vs\.?|versus|and|or|to|into"
    r"|than|beating|beats?|beaten|outpaced?|outperform(?:s|ed)?|outd(?:o|id|one)|plus|versus|add|put|include|throw|use|try|against|with|on)\s|,\s|\.{2}\s)"
    rf"(?P<word>[A-Za-z][a-z]{{1,9}})(?=(?:'s)?,?\s+(?:{_AFTER_IT})|'s\b|\s*[?.!]*$)"
)


def _with_placed(text: str, knowledge: AssetKnowledge) -> list[Mention]:
    """The mentions, with words of everyday use that stand where an asset stands: the finder knows "link" by "price of
    link", and so it does in "did I gain on link this week"."""
    found = meant(text, knowledge.find(text), knowledge)
    sure = [mention for mention in found if _is_sure(mention)]
    masked = _masked(text, [(mention.start, mention.end) for mention in sure])
    for match in list(_PLACED.finditer(masked))[:_MOST_PLACED]:
        word, start = match["word"], match.start("word")
        if _is_common(word) or word.lower() in _NO_NAMES:
            continue
        asked = f"price of {word}"
        known = next((one for one in knowledge.find(asked) if one.end == len(asked) and _is_sure(one)), None)
        if known is not None and known.end - known.start == len(word):
            moved = Moved(start, start + len(word), known)
            found = [one for one in found if one.end <= start or one.start >= start + len(word)]
            found.append(moved)
    return sorted(found, key=lambda mention: mention.start)


def _rivals(mention: Mention, knowledge: AssetKnowledge) -> Iterator[AssetRef]:
    for asset_id in mention.rivals:
        facts = knowledge.facts(asset_id)
        if facts is not None:
            yield AssetRef(asset_id, facts.symbol, facts.name, mention.text, mention.start, mention.confidence)


def _reference(mention: Mention) -> AssetRef:
    note = mention.warning or ""
    return AssetRef(
        mention.asset_id, mention.symbol, mention.name, mention.text, mention.start, mention.confidence, note
    )


_COMMON_WORDS = """
    a about above actual actually after again ago all also alltime altcoin altcoins always am amount an analyse
    analysis analyze and any anything are around as asset assets at average back be been before being best better
    between bitcoin's both bought but buy by calculate can cap capitalisation capitalization change changed changes
    chart charts cheap check circulating close closed closing cmc coin coingecko coinmarketcap coins compare
    compared comparison convert correlation cost could crypto cryptocurrencies cryptocurrency currency current
    currently daily data date day days did difference do does doing dominance done down drawdown drop dropped during
    each earn either else equal ever every exactly exist explain fall fallen far fdv fell few figure figures find
    first for from fully funding future gain gained gains get give given go going gone good got graph great had half
    happened happening has have hello help her here hey hi high higher highest him his historical history hold
    holding hour hours how i id identifier if in increase info information interest into invest invested investing
    investment is it its job just know large last latest launch least less let like list live long look lose loss
    lost lot low lower lowest make many market markets max maximum may me mean meant mine minimum mint minute money
    month months more most move moved movement much my name need network new next no not now number of off ok okay
    on once one ones only open or other our out over overview own past peak percent percentage perform performance
    performed performing period please portfolio position price priced prices pro project protocol put quarter quick
    quickly quote quotes rally range rank ranking rate ratio really recent recently record report return returned
    returns right rise risen rose same say sell send several share shares short should show side since size so some
    something soon stand start started still stock stocks strong supply swap tell than thank thanks that the their
    them then there these they thing things think this those ticker tickers time times to today token tokens
    tomorrow tonight top total trade traded trades trading trend turn two under unit up use used using usual value
    values versus very via volume volumes vs want was way we week weekly weeks well went were what whats when where
    which while who whole whose why will with within won't worth would year years yes yesterday yet yield you your
    ath atl usd api nft nfts defi dao tvl etf etfs ytd mtd roi pnl faq ceo sec fed us uk eu ai gpu cex dex apy apr
    tp sl ta oi cagr blockchain web3 wallet exchange fees gas staking money whitepaper mining halving ledger bull
    bear spot futures perp perps sentiment everything anyone someone somebody question answer answers hundred
    bigger biggest smaller smallest larger cheaper cheapest worse worst expensive anyway cool nice great then third
    fourth fifth sixth reverse double twice there too actually honestly roughly exactly approximately later after
    before earlier following previous flip instead again bit lot same thousand million billion trillion squared root square plus minus left remaining ever existence circulation
    issued minted mined burned available percentwise story joke poem weather life love
"""
_COMMON = frozenset(_COMMON_WORDS.split())
_SHORT = 9
_CASHTAG = Pattern(r"\$([A-Za-z][A-Za-z0-9]{1,11})\b")
_TICKER = Pattern(r"(?<![\w$#@/.-])([A-Z][A-Z0-9]{2,7})(?![\w/-]|\.\w)")
_AFTER = Pattern(
    r"\b(?i:of|for|about|buy|is|are|did|does|has|have|had|in|into|to|or|and|with|compare|vs\.?|versus|convert|on|id|will)\s+"
    r"(?i:the\s+|a\s+|an\s+)?"
    r"([A-Za-z][\w'-]*(?:\s+[A-Za-z][\w'-]*){0,3})"
)
_BEFORE = Pattern(
    r"(?:^|\b(?:show|the)\s+)([A-Za-z][\w-]*)(?:'s|’s)?\s+(?:price|market cap|volume|supply|chart|history)\b",
    re.IGNORECASE,
)


def unknown_names(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Up to five words or phrases outside `spans` that stand where an asset would stand, in the order of the text."""
    masked = _masked(text, spans)
    found = {match.start(1): match[1] for match in _CASHTAG.finditer(masked)}
    if sum(map(str.isupper, text)) * 2 < sum(map(str.isalpha, text)) or len(text.split()) <= 3:
        found |= {match.start(1): match[1] for match in _TICKER.finditer(masked) if not _is_common(match[1])}
    is_short = len(text.split()) <= _SHORT
    for pattern in (_AFTER, _BEFORE):
        for match in pattern.finditer(masked):
            phrase = _leading_names(match[1])
            # In a long sentence a word in small letters is a word.
            if phrase and phrase not in _NO_NAMES and (is_short or phrase[0].isupper()):
                found.setdefault(match.start(1), phrase)
    return tuple(dict.fromkeys(name for _, name in sorted(found.items())))[:5]


# A neighbour in a list of assets: what is named beside one is meant as one.
_LISTED = Pattern(
    r"(?:\.{2,}\s*(?:,|\band\b|\bor\b|\bvs\b\.?|\bversus\b|&|/)\s*\$?(?P<after>[A-Za-z][\w-]{2,14})"
    r"(?=\s*(?:$|[?!.,;]|and\b|or\b|vs\b|prices?\b|over\b|today\b|this\b|last\b|in\b|market cap\b)))"
    r"|(?:^|\b(?:of|compare|between)\s+|,\s*)\$?(?P<before>[A-Za-z][\w-]{2,14})\s*(?:,|\band\b|\bor\b|\bvs\b\.?|&|/)\s*(?=\.{2})"
)
_FEW_WORDS = 7
_NO_NAME_WORDS = """
    altcoin alts dominance drawdown adoption fear greed fees funding headlines holders inflation interest liquidity macd
    mcap miners momentum news returns rewards risk risks rsi sentiment staking stablecoins trends unlocks volatility
    whales correlation liquidations stablecoin memecoins memes etfs flows tokenomics team roadmap bitcoins satoshis sats
    what who how why when where which also maybe please just dollar cash spot perpetual
"""
_NO_NAMES = frozenset(_NO_NAME_WORDS.split())


def strangers(text: str, spans: Sequence[tuple[int, int]]) -> tuple[str, ...]:
    """Words in a list with known assets that nobody knows as one: left out, the answer would pass over them. In small
    letters only in a short text, where a word can hardly be anything else."""
    masked = _masked(text, spans)
    is_short = len(text.split()) <= _FEW_WORDS
    found = [match["after"] or match["before"] for match in _LISTED.finditer(masked)]
    told = [name for name in found if not _is_common(name) and name.lower() not in _NO_NAMES]
    return tuple(dict.fromkeys(name for name in told if is_short or name.isupper()))[:3]


def _masked(text: str, spans: Sequence[tuple[int, int]]) -> str:
    for start, end in spans:
        text = text[:start] + "." * (end - start) + text[end:]
    return text


def _leading_names(phrase: str) -> str:
    """The words of the phrase up to the first common one."""
    kept: list[str] = []
    for raw in phrase.split():
        word = re.sub(r"(?:'s|’s)$", "", raw)
        if _is_common(word):
            break
        kept.append(word)
        if word != raw:
            break
    return " ".join(kept)


def _is_common(word: str) -> bool:
    lowered = word.lower().strip("'-")
    return lowered in _COMMON or lowered in CURRENCIES or lowered in MONTHS or lowered.isdigit() or len(lowered) < 2

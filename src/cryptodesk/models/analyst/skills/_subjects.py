"""Which subjects of the handbook a question names, and whether it asks of them alone or of something that is history."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._article_names import ARTICLES
from cryptodesk.models.analyst.skills._quoting import stems
from cryptodesk.models.analyst.skills._subject_names import INCIDENTS, SUBJECTS, SURVIVORS

__all__ = [
    "Named",
    "articles_of",
    "asks_for_meaning",
    "in_plain_words",
    "is_explaining",
    "is_of_incident",
    "is_pure",
    "is_pure_beside",
    "is_word_of_subject",
    "names_article",
    "names_subject",
    "subjects_in",
    "telling",
]

_TOKEN = Pattern(r"[a-z0-9]+(?:'[a-z]+)?|%")
_LONGEST_WORD_AS_IS, _MOST_TOKENS, _MOST_WORDS_OF_A_NAME = 5, 22, 5
_ASKING_WORDS = """
    a about abt actually all am an and are as at be been beginner beginners between beyond briefly brief but by can clear
    compare compared comparison compares concept concepts could crypto cryptos cryptocurrencies define definition
    defined definitions describe detail details did differ difference differences different differs do does doing done
    don't each eli5 elif english exactly exist exists explain explained explaining explains explanation few five 5 for from
    get getting give given gives good guide happen happened happens hello help hey hi how how's i i'm idea ideas if im in info information
    intro introduction is isn't it it's just keep kindly know layman layman's laymans learn like lot made make makes
    matter matters me mean meaning means meant me mechanism mechanisms my need of ok okay on one or other our over
    overview people pls plz please plain point purpose purposes quick quickly really regarding role say science sentence
    sentences short should show simple simply so some someone something stand stands sum summarise summarize summary
    teach tell term terms than that the them there these they thing things this those though through to tutorial
    two understand understanding up us use used useful user uses using v versus vs wanna want was wat wats way we were what what'd what're what's
    whats whatis wht when where which while who why will with word words work worked working works would wut x you your
    yourself explian explane expain difference diff b/w btw between normal regular ordinary traditional usual
    basics basic technology tech protocol protocols system systems blockchain blockchains space world industry trading
    example examples real life eg e.g actual standard kind kinds type types sort sorts exist important importance come comes
    called call trader traders investor investors better happen cheaper safer risk risks risky advantage advantages
    disadvantage disadvantages benefit benefits pros cons pro con safe secure dangerous safer good bad worth needed
    necessary popular useful u ya ur shouldn't shouldnt don't dont can't cant got nutshell deal story technically actually
    basically roughly really theory practice idiot dummies dummy newbie noob newcomers newcomer 101 ones exact precise
    precisely fundamentals essence principle principles logic behind stuff hear heard keep hearing read reading talk talking
    anyway lol bro dude man mate sir curious wonder wondering question confused care so-called often still ever even both
    relate related relation relationship distinguish distinction contrast same similar similarities similarity unlike opposed
    connected connection versus against rather instead compared matter problem problems issue issues danger dangers downside
    downsides upside upsides drawback drawbacks trust trusted trustworthy legit scam reliable cheap expensive fast faster slow
    slower primer crash formula formulas equation new newly dated spot beginner's start starting started explanation crash course lesson lessons topic topics energy cost costs earn earns earned paid pay pays get gets getting give gives done happening step steps walk through
    please. thx thanks thank
"""
# What of a subject is asked.
_ASPECT_WORDS = """
    advantage advantages bad basics beginner beginners benefit benefits better cheaper con concept concepts cons dangerous
    differ difference differences different disadvantage disadvantages example examples good importance important
    mechanism mechanisms needed pro pros purpose purposes regarding risk risks risky role safe safer secure
    technology type types useful uses danger dangers downside downsides upside upsides drawback drawbacks trust trusted
    trustworthy legit reliable cheap expensive fast faster slow slower energy cost costs earn earns earned
"""
_ASKING = frozenset(_ASKING_WORDS.split())
_FORM_WORDS = _ASKING - frozenset(_ASPECT_WORDS.split())
# Forms that ask for a word's meaning, not for its figure of the day.
_MEANING = Pattern(
    r"\bexplain\w*\b|\bexpl[ia]+n?e?\b|\bdefin\w+\b|\bmean(?:s|ing|t)?\b|\bdiffer\w*\b|\beli5\b|\bdescribe\b|\bv(?:s|ersus)?\b|\bwh?at(?:'?s| is| are| r)? (?:an?|are)\b|\bwh?at are\b"
    r"|\bhow (?:do|does|is|are|did|can)\b|\bwhy (?:do|does|is|are|should(?:n'?t)?|would|can(?:'?t)?|don'?t)\b|\bworks?\b|\bstands? for\b|\bin a nutshell\b|\b101\b|\bdeal with\b|\bstory\b|\bidea\b|\btell me\b|\bprimer\b|\bintro(?:duction)?\b|\binfo(?:rmation)?\b|\blearn\b|\blessons?\b|\bcourse\b|\bsummar\w+\b|\bteach\b|\bunderstand\b|\bpurpose\b|\bpoint of\b|\bpros\b|\b(?:risk|advantage|benefit|disadvantage)s?\b|^\W*(?:is|are)\b.{1,60}\b(?:safe|secure|dangerous|risky|good|bad|worth|important|useful|legit|reliable|a scam|trustworthy|the same)\b|\bguide\b|\bbasics?\b|\boverview\b|\bconcept\b"
)
_SLANG = Pattern(r"\b(?:wat|wht|wut)\b", re.IGNORECASE)
_COURTESY = Pattern(
    r"\b(?:pls|plz|please|thanks?|hey|hi|hello|ok(?:ay)?|kindly|(?:can|could) (?:you|u)|eli5|(?:(?:like|as if|as though|because|since|cause) )?(?:i'?m|i am|i were|i was) (?:5|five|(?:completely |totally |very |so |brand )?new(?: (?:to|at|in) (?:this|it|all this|crypto|defi))?|young|stupid|clueless|(?:a|an) (?:\w+ )?(?:noob|newbie|beginner|dummy|child|kid|idiot|\d+[- ]year[- ]old)|\d+ years old)|to a (?:\w+ )?(?:noob|newbie|beginner|child|kid|dummy|\d+[- ]year[- ]old)|for (?:dummies|noobs|beginners|newbies)|bro|dude|man|lol|anyway|to me|briefly|quick(?:ly)?|actually|exactly|simply|in (?:simple|plain|easy|layman'?s) (?:terms|words|english))\b[,:]?",
    re.IGNORECASE,
)
_NOW = Pattern(
    r"\b(?:today|tonight|right now|now|currently|this (?:week|month|morning|year)|yesterday|latest|news|headlines?|updates?|recent(?:ly)?|newest|last (?:week|month|night|\d+)|past (?:\d+|week|month|day)|24h|price|trading at|refund\w*|repay\w*|payouts?|claims?|creditors?|how much (?:is|are|did|has)|how far|list|biggest|largest|top)\b"
)
_ENDED = Pattern(
    r"\b(?:(?:brought|took|bring|take|taken)\b.{0,20}\bdown|kill(?:ed)?|wiped(?: out)?|undid|ruin\w*|demise|burst|sank|rise and fall|looted|plunder\w*|emptied|got into|collaps\w*|crash\w*|hack\w*|exploit\w*|stole\w*|stolen|steal\w*|thef?t|thie(?:f|ves)|heist|rob(?:bed|bery)|drain\w*|bankrupt\w*|insolven\w*|fail(?:ed|ure|s)?|implo\w*|bl[eo]w(?:n|s)? ?up|f(?:e|a)ll(?:en)?(?: apart)?|downfall|die[ds]?|death spiral|de-?peg\w*|lo(?:se|st) (?:its|the|their) peg|unpeg\w*|went (?:wrong|down|under|bust|to zero)|go (?:wrong|down|under|bust|to zero)|wrong|scandal|fraud\w*|saga|story|incident|attack\w*|frozen|froze|freeze|breach\w*|bug|shut ?down|scam\w*|destroyed|spiral\w*|explained|end(?:ed|s)?|won|win|ruling|ruled|verdict|outcome|settle(?:d|ment)|approv\w+|decided|the deal with)\b"
    r"|\bwh?at(?:'?s)? happened\b|\bhappened\b|\btell me about\b|\bhow much (?:was|were|got)\b"
)
_THEFT = Pattern(
    r"\b(?:hack\w*|w[eo]nt? wrong|exploit\w*|stole\w*|steal\w*|theft|heist|rob(?:bed|bery)|drain\w*|breach\w*|incident|attack\w*|frozen|bug|compromis\w*|de-?peg\w*|lo(?:se|st) (?:its|the) peg|collaps\w*|thie(?:f|ves))\b|\bhappened\b.{0,40}\b20(?:1\d|2[0-5])\b|\bdeal with\b.{0,40}\b20(?:1\d|2[0-5])\b"
)

# The one court case that has an article.
_RIPPLE = Pattern(
    r"\b(?:ripple|xrp)\b.{0,40}\b(?:lawsuit|court|case|judge|trial|(?:a|as|unregistered) security|securities|(?:against|with|versus|vs\.?|v\.?|beat|and) (?:the )?sec)\b"
    r"|\b(?:sec|lawsuit|court|case|trial)\b.{0,20}\b(?:ripple|xrp)\b"
)
# Forms that ask for nothing but how a thing works or what it is, whatever figure bears its name.
_EXPLAINING = Pattern(
    r"\bexplain\w*\b|\bexpl[ia]+n?e?\b|\bdefin\w+\b|\bwhat (?:does|do|is|are) .{1,60}\bmean(?:t|s)?\b|\bmeaning\b|\bmeans\b|\bstands? for\b|\bshort for\b|\bdiffer\w*\b|\beli5\b|\bdescribe\b|\bin a nutshell\b|\b101\b|\bfor (?:dummies|beginners|noobs|newbies)\b"
    r"|\bhow (?:do|does|did|can) .{1,70}\bworks?\b|\bhow .{1,60} works\b|\bhow (?:is|are) .{1,60}\b(?:calculated|computed|measured|derived|determined|worked out|made up|composed|defined|decided|constructed)\b|\bwhat goes into\b|\bformulas?\b|\bequation\b|\bhow (?:is|are) .{1,60}\b(?:burned|burnt|annuali[sz]ed|stored|secured|created|minted|mined|settled|backed|enforced|distributed|audited)\b"
    r"|\b(?:purpose|point|idea|concept|role|logic|risks?|dangers?|advantages?|benefits?|downsides?|drawbacks?|disadvantages?|pros|cons) (?:and \w+ )?(?:of|behind|in|with)\b|\bwhy (?:do|does|should(?:n'?t)?|would|can(?:'?t)?|don'?t)\b.{0,12}\b(?:i|you|we|one|people|anyone|it|they|traders?|exchanges?|investors?)\b"
    r"|^\W*(?:is|are) .{1,60}\b(?:safe|secure|dangerous|risky|legit|the same)\b|\bunderstand\b|\bteach me\b|\bhow (?:to|do i|should i|do you|can i|do traders|does one) (?:read|interpret|use|understand)\b|\bwhat (?:do|does) .{1,60}\b(?:tell|show|say|signal|indicate|suggest|reveal)s?\b|\b(?:high|low|rising|falling|positive|negative)\b.{1,30}\b(?:bearish|bullish)\b|\bprimer\b|\bintro(?:duction)? (?:to|on)\b|\bcrash course\b|\blearn about\b"
)
# Words that figures of the day go by as well as articles, and words too common to tell of one article.
_OF_FIGURES = frozenset(
    """
    gas difficulty funding volatility liquidity spread dominance tvl fdv yield apy apr momentum token coin wallet crypto
    blockchain exchange node block fork future option perp perpetual deposit withdrawal royalty float hash collateral
    vault gauge whale altcoin memecoin stablecoin nft dex cex defi airdrop staking stake leverage halving issuance
    mining miner validator etf candle drawdown correlation liquidation oracle bridge aggregator subnet confirmation
    reorg governance lending macd rsi ema sma overbought oversold oscillator redemption peg allowance listing
    """.split()  # noqa: SIM905
)


class Named(Struct, frozen=True):
    """A subject as the question names it: `text[start:end]`."""

    start: int
    end: int
    words: int


class _Token(Struct, frozen=True):
    text: str
    key: str
    start: int
    end: int


def _key(word: str) -> str:
    """One spelling of the plural, of British and American endings, and of the per cent sign."""
    if word == "%":
        return "percent"
    word = word.removesuffix("'s").replace("isation", "ization").replace("isat", "izat")
    if word.endswith(("ise", "ised", "ising")):
        word = re.sub(r"is(e|ed|ing)$", r"iz\1", word)
    word = "center" + word[6:] if word.startswith("centre") else word
    if word.endswith("ies") and len(word) > 4:
        return f"{word[:-3]}y"
    if word.endswith(("sses", "xes", "ches", "shes")):
        return word[:-2]
    return word[:-1] if word.endswith("s") and not word.endswith(("ss", "us", "is")) and len(word) > 3 else word


def _tokens(lowered: str, mend: Callable[[str], str] = str) -> list[_Token]:
    return [_Token(m[0], _key(mend(m[0])), m.start(), m.end()) for m in _TOKEN.finditer(lowered)]


def _names(table: str) -> frozenset[tuple[str, ...]]:
    return frozenset(tuple(_key(word) for word in _TOKEN.findall(name)) for name in table.split(","))


_SUBJECTS, _INCIDENTS, _SURVIVORS = _names(SUBJECTS), _names(INCIDENTS), _names(SURVIVORS)


@lru_cache(maxsize=256)
def subjects_in(lowered: str) -> tuple[Named, ...]:
    """The longest names first come, first served, in the order of the text."""
    return _found(_tokens(lowered), _SUBJECTS)


_MOST_ARTICLES = 2


@lru_cache(maxsize=256)
def articles_of(text: str) -> tuple[str, ...]:
    """The titles of the articles on what the text names, in its order: of a contrast both, else at most two. A long
    name hides the short ones in it ("liquid staking" asks of no staking)."""
    table = _titles()
    tokens = _tokens(text.lower(), _right)
    named = _found(tokens, frozenset(table))
    said = [tuple(t.key for t in tokens if one.start <= t.start < one.end) for one in named]
    telling_names = [name for name in said if name not in _VAGUE] or said
    return tuple(dict.fromkeys(table[name] for name in telling_names))[:_MOST_ARTICLES]


# Beside any other subject these tell of no article.
_VAGUE = frozenset({("token",), ("dao",), ("wallet",), ("gas",), ("stablecoin",), ("nft",)})


def is_word_of_subject(word: str) -> bool:
    return _key(word) in _vocabulary()


@cache
def _titles() -> Mapping[tuple[str, ...], str]:
    """The title by the words of each name."""
    rows = (line.split(" = ", 1) for line in ARTICLES.strip().splitlines())
    return {name: title for title, names in rows for name in _names(names)}


def _found(tokens: Sequence[_Token], table: frozenset[tuple[str, ...]]) -> tuple[Named, ...]:
    found: list[Named] = []
    at = 0
    while at < len(tokens):
        size = next((n for n in range(_MOST_WORDS_OF_A_NAME, 0, -1) if _is_named(tokens, at, n, table)), 0)
        if size:
            found.append(Named(tokens[at].start, tokens[at + size - 1].end, size))
        at += size or 1
    return tuple(found)


def _is_named(tokens: Sequence[_Token], at: int, size: int, table: frozenset[tuple[str, ...]]) -> bool:
    return at + size <= len(tokens) and tuple(token.key for token in tokens[at : at + size]) in table


def names_subject(reading: Reading) -> bool:
    """A subject stands outside the names of assets."""
    return bool(subjects_in(reading.masked))


def is_pure(reading: Reading) -> bool:
    """Subjects and words of asking are all there is; what seems an asset is a part of a longer name."""
    words = _TOKEN.findall(reading.lowered)
    if not 0 < len(words) <= _MOST_TOKENS or any(_is_foreign(word) for word in words):
        return False
    tokens = _tokens(reading.lowered, _right)
    named = _found(tokens, _SUBJECTS)
    left = [token for token in tokens if not any(n.start <= token.start < n.end for n in named)]
    return bool(named) and all(token.text in _ASKING for token in left) and _covers(named, reading)


def _is_foreign(word: str) -> bool:
    return word not in _ASKING and _key(_right(word)) not in _vocabulary()


def _covers(named: Sequence[Named], reading: Reading) -> bool:
    """Every asset that was read lies in a name of several words."""
    return all(any(n.words > 1 and n.start <= s and e <= n.end for n in named) for s, e in reading.found.spans)


def is_pure_beside(reading: Reading) -> bool:
    """As `is_pure`, of what is asked about the assets that are named: "explain ethereum staking"."""
    words = _TOKEN.findall(reading.masked.replace("_", " "))
    if not 0 < len(words) <= _MOST_TOKENS or any(_is_foreign(word) for word in words):
        return False
    return bool(subjects_in(reading.masked))


def telling(text: str) -> dict[str, str]:
    """The words of a question by their stem, without those that only ask; all of them where no other is left."""
    found = stems(text)
    return {stem: word for stem, word in found.items() if word not in _FORM_WORDS} or found


def in_plain_words(text: str) -> str:
    """The question without courtesies, its slips put right, so that what is left is its subject."""
    return " ".join(_COURTESY.sub(" ", _SLANG.sub("what", _mended(text))).split()) or text


def asks_for_meaning(reading: Reading) -> bool:
    return reading.says(_MEANING)


def is_explaining(reading: Reading) -> bool:
    """The question is put in a form that no figure of the day answers."""
    return reading.says(_EXPLAINING)


def names_article(reading: Reading) -> bool:
    """A subject is named that is told of by an article and by no figure or list."""
    named = subjects_in(reading.masked)
    return any(one.words > 1 or _key(reading.lowered[one.start : one.end]) not in _OF_FIGURES for one in named)


def is_of_incident(reading: Reading) -> bool:
    """Something that happened once and is told by the handbook, not what is reported of it these days."""
    if reading.says(_NOW) or set(reading.measures) - {"price"}:
        return False
    if _RIPPLE.search(reading.lowered):
        return True
    if _found(_tokens(reading.lowered), _INCIDENTS) and (reading.says(_ENDED) or _is_who(reading)):
        return True
    return reading.says(_THEFT) and bool(_found(_tokens(reading.lowered), _SURVIVORS))


def _is_who(reading: Reading) -> bool:
    """ "What was Alameda", "who is SBF"; what has a price of its own is an asset."""
    return not reading.is_known and reading.says(_WHO)


_WHO = Pattern(
    r"^\W*(?:(?:so|ok|hey|please|pls)[, ]+)*(?:who(?:'s| is| was| were)|what(?:'s| is| was| were)|explain|describe)\b|\bwhat did\b"
)


def _mended(text: str) -> str:
    """The text with words that are one slip away from a subject's word put right."""
    return re.sub(r"[A-Za-z]{5,}", lambda m: m[0] if (right := _right(m[0].lower())) == m[0].lower() else right, text)


@lru_cache(maxsize=1024)
def _right(word: str) -> str:
    if len(word) < _LONGEST_WORD_AS_IS or word in _ASKING or _key(word) in _vocabulary():
        return word
    # Of a short word only a letter left out is seen as a slip: with one exchanged it is another word.
    cuts = _cuts(word) if len(word) > _LONGEST_WORD_AS_IS else (word,)
    near = {known for cut in cuts for known in _slips().get(cut, ())}
    return next(iter(near)) if len(near) == 1 else word


@cache
def _vocabulary() -> frozenset[str]:
    return frozenset(word for name in _SUBJECTS for word in name)


@cache
def _slips() -> Mapping[str, tuple[str, ...]]:
    """Every word of a subject by what is left of it without one of its letters."""
    found: dict[str, tuple[str, ...]] = {}
    for word in sorted(_vocabulary()):
        for cut in _cuts(word) if len(word) > _LONGEST_WORD_AS_IS else ():
            found[cut] = (*found.get(cut, ()), word)
    return found


def _cuts(word: str) -> Iterable[str]:
    return {word, *(word[:place] + word[place + 1 :] for place in range(len(word)))}

"""Which subjects of the handbook a question names, and whether it asks of them alone or of something that is history."""

# ruff: noqa: E501 - a phrase table reads better with one entry a line

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from functools import cache, lru_cache

from msgspec import Struct

from cryptodesk.models.analyst.reading import Reading
from cryptodesk.models.analyst.skills._quoting import stems
from cryptodesk.models.analyst.skills._subject_names import INCIDENTS, SUBJECTS, SURVIVORS

__all__ = [
    "Named",
    "asks_for_meaning",
    "in_plain_words",
    "is_of_incident",
    "is_pure",
    "names_subject",
    "subjects_in",
    "telling",
]

_TOKEN = re.compile(r"[a-z0-9]+(?:'[a-z]+)?|%")
_LONGEST_WORD_AS_IS, _MOST_TOKENS, _MOST_WORDS_OF_A_NAME = 5, 18, 5
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
    necessary popular useful
"""
# What of a subject is asked.
_ASPECT_WORDS = """
    advantage advantages bad basics beginner beginners benefit benefits better cheaper con concept concepts cons dangerous
    differ difference differences different disadvantage disadvantages example examples good importance important
    mechanism mechanisms needed pro pros purpose purposes regarding risk risks risky role safe safer secure
    technology type types useful uses
"""
_ASKING = frozenset(_ASKING_WORDS.split())
_FORM_WORDS = _ASKING - frozenset(_ASPECT_WORDS.split())
# Forms that ask for a word's meaning, not for its figure of the day.
_MEANING = re.compile(
    r"\bexplain\w*\b|\bexpl[ia]+n?e?\b|\bdefin\w+\b|\bmean(?:s|ing|t)?\b|\bdiffer\w*\b|\beli5\b|\bdescribe\b|\bv(?:s|ersus)?\b|\bwh?at(?:'?s| is| are| r)? (?:an?|are)\b|\bwh?at are\b"
    r"|\bhow (?:do|does|is|are|did|can)\b|\bwhy (?:do|does|is|are)\b|\bworks?\b|\bstand for\b|\bteach\b|\bunderstand\b|\bpurpose\b|\bpoint of\b|\bpros\b|\b(?:risk|advantage|benefit|disadvantage)s?\b|^\W*(?:is|are)\b.{1,60}\b(?:safe|secure|dangerous|risky|good|bad|worth|important|useful)\b|\bguide\b|\bbasics?\b|\boverview\b|\bconcept\b"
)
_SLANG = re.compile(r"\b(?:wat|wht|wut)\b", re.IGNORECASE)
_COURTESY = re.compile(
    r"\b(?:pls|plz|please|thanks?|hey|hi|hello|ok(?:ay)?|kindly|(?:can|could) (?:you|u)|eli5|(?:like )?i'?m (?:5|five)|to me|briefly|quick(?:ly)?|actually|exactly|simply|in (?:simple|plain|easy|layman'?s) (?:terms|words|english))\b[,:]?",
    re.IGNORECASE,
)
_NOW = re.compile(
    r"\b(?:today|tonight|right now|now|currently|this (?:week|month|morning|year)|yesterday|latest|news|headlines?|updates?|recent(?:ly)?|newest|last (?:week|month|night|\d+)|past (?:\d+|week|month|day)|24h|price|trading at|refund\w*|repay\w*|payouts?|claims?|creditors?|how much (?:is|are|did|has)|how far|list|biggest|largest|top)\b"
)
_ENDED = re.compile(
    r"\b(?:collaps\w*|crash\w*|hack\w*|exploit\w*|stole\w*|stolen|steal\w*|thef?t|thie(?:f|ves)|heist|rob(?:bed|bery)|drain\w*|bankrupt\w*|insolven\w*|fail(?:ed|ure|s)?|implo\w*|bl[eo]w(?:n|s)? ?up|f(?:e|a)ll(?:en)?(?: apart)?|downfall|die[ds]?|death spiral|de-?peg\w*|lo(?:se|st) (?:its|the|their) peg|unpeg\w*|went (?:wrong|down|under|bust|to zero)|go (?:wrong|down|under|bust|to zero)|wrong|scandal|fraud\w*|saga|story|incident|attack\w*|frozen|froze|freeze|breach\w*|bug|shut ?down|scam\w*|destroyed|spiral\w*|explained)\b"
    r"|\bwh?at(?:'?s)? happened\b|\bhappened\b|\btell me about\b|\bhow much (?:was|were|got)\b"
)
_THEFT = re.compile(
    r"\b(?:hack\w*|exploit\w*|stole\w*|steal\w*|theft|heist|rob(?:bed|bery)|drain\w*|breach\w*|incident|attack\w*|frozen|bug|compromis\w*|de-?peg\w*|lo(?:se|st) (?:its|the) peg|collaps\w*|thie(?:f|ves))\b|\bhappened\b.{0,40}\b20(?:1\d|2[0-5])\b"
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


def telling(text: str) -> dict[str, str]:
    """The words of a question by their stem, without those that only ask; all of them where no other is left."""
    found = stems(text)
    return {stem: word for stem, word in found.items() if word not in _FORM_WORDS} or found


def in_plain_words(text: str) -> str:
    """The question without courtesies, its slips put right, so that what is left is its subject."""
    return " ".join(_COURTESY.sub(" ", _SLANG.sub("what", _mended(text))).split()) or text


def asks_for_meaning(reading: Reading) -> bool:
    return reading.says(_MEANING)


def is_of_incident(reading: Reading) -> bool:
    """Something that happened once and is told by the handbook, not what is reported of it these days."""
    if reading.says(_NOW) or set(reading.measures) - {"price"}:
        return False
    if reading.says(_ENDED) and _found(_tokens(reading.lowered), _INCIDENTS):
        return True
    return reading.says(_THEFT) and bool(_found(_tokens(reading.lowered), _SURVIVORS))


def _mended(text: str) -> str:
    """The text with words that are one slip away from a subject's word put right."""
    return re.sub(r"[A-Za-z]{6,}", lambda m: m[0] if (right := _right(m[0].lower())) == m[0].lower() else right, text)


@lru_cache(maxsize=1024)
def _right(word: str) -> str:
    if len(word) <= _LONGEST_WORD_AS_IS or word in _ASKING or _key(word) in _vocabulary():
        return word
    near = {known for cut in _cuts(word) for known in _slips().get(cut, ())}
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

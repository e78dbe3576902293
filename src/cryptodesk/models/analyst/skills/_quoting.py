"""Which sentences of which passages answer a question: by the words they share with it, whole and unchanged."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.models.analyst.skills._passages import Passage

__all__ = [
    "Fit",
    "Quote",
    "choose_by_meaning",
    "choose_fits",
    "choose_quotes",
    "fit_of",
    "is_answered",
    "spelled_out",
    "stems",
    "unspoken",
]

_SHORT_FORMS = {
    "pow": "proof of work",
    "pos": "proof of stake",
    "dpos": "delegated proof of stake",
    "ath": "all-time high",
    "aths": "all-time highs",
    "amm": "automated market maker",
    "amms": "automated market makers",
    "il": "impermanent loss",
    "lp": "liquidity provider",
    "lst": "liquid staking token",
    "lsts": "liquid staking tokens",
    "dca": "dollar cost averaging",
    "l2": "layer 2 rollup",
    "l2s": "layer 2 rollups",
    "mev": "maximal extractable value (MEV)",
    "tvl": "total value locked",
    "fdv": "fully diluted value",
    "oi": "open interest",
    "rsi": "relative strength index",
    "cex": "centralised exchange",
    "dex": "decentralised exchange",
    "cexs": "centralised exchanges",
    "dexs": "decentralised exchanges",
    "zk": "zero-knowledge",
    "zkp": "zero-knowledge proof",
    "nft": "NFT erc-721",
    "nfts": "NFTs erc-721",
    "por": "proof of reserves",
    "adl": "auto-deleveraging",
    "perp": "perpetual future",
    "perps": "perpetual futures",
    "utxo": "UTXO",
    "rugpull": "rug pull",
    "rugpulls": "rug pulls",
    "mcap": "market cap",
    "memecoin": "meme coin",
    "memecoins": "meme coins",
    "noncustodial": "non custodial",
}
_STOP_WORDS = """
    a about actually after again all also always am an and any anyone are as at be because been before being best
    between both but buy by can cause come could crypto cryptocurrencies cryptocurrency cryptos currency daily define
    definition describe did differ difference differences do does doing done each either else ever every exactly explain
    explained explanation for from get give given good happen happening happens has have having help how i if in into
    is it its just keep know like look make many may me mean meaning means might mine more most much must my need no
    not of often ok on one only or other our out over own people please really reach reaching safe safely same say
    short should show simple simply so some someone something still such take tell term terms than that the their them
    then there these they thing things this those through to today under up us use used using usually vs versus want
    was way ways we well were what whats when where which while who whole why will with without word words work
    working works would you your improve compare compared basically quick quickly eli5 beginner beginners
    pay paid owe file indicate indicates suggest suggests imply reveal increase increased increases activity observed
    recent market markets data reliable comparing question whether strength indicator indicators important teach
    understand risks risk dangerous general overview tutorial guide basics hold kind reading read calculated computed
"""
_STOP = frozenset(_STOP_WORDS.split())
_WORD = Pattern(r"[a-z][a-z0-9]+|\d+[a-z]+|\d{3,}")
# A standard is its number: EIP-4844 is no EIP-1559.
_NUMBERED = Pattern(r"\b(eip|erc|bip|form|sip|rev|layer|l)[- ](\d+)")
_ENDINGS = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "ised",
    "ized",
    "ed",
    "ies",
    "es",
    "s",
    "ly",
    "ers",
    "er",
    "ors",
    "or",
)
# Words of asking that say something of the answer, yet no text need hold them.
_SOFT = frozenset(
    """
    pros cons pro con advantage advantages disadvantage disadvantages benefit benefits downside downsides upside upsides
    drawback drawbacks danger dangers dangerous risky safe safer secure good bad better different differ differs got
    ones important importance useful uses needed purpose purposes role types type technology example examples mechanism
    mechanisms concept concepts basics technically stable legit trustworthy reliable trusted trust deal story nutshell
    affects affect money energy expensive cheap faster slower
    """.split()  # noqa: SIM905
)
# What texts call by one word and questions by many, as stems.
_ALIKE = {
    **dict.fromkeys(
        ("hack", "exploit", "steal", "stole", "stolen", "heist", "rob", "robb", "robbery", "drain", "loot"), "theft"
    ),
    **dict.fromkeys(("crash", "implod", "implosion", "downfall", "bankrupt", "bankruptcy"), "collaps"),
    **dict.fromkeys(("hashrate",), "hash"),
    **dict.fromkeys(("cap", "capitaliz", "mcap"), "capitalis"),
    **dict.fromkeys(("candlestick",), "candl"),
    **dict.fromkeys(("risky", "dangerou", "danger"), "risk"),
    **dict.fromkeys(("taxabl", "taxed", "taxation"), "tax"),
    **dict.fromkeys(("valuation",), "valu"),
    **dict.fromkeys(("flashloan",), "loan"),
}
_SENTENCE = Pattern(r"(?<=[.!?])[\"”)]*\s+(?=[A-Z0-9\"“(])")
_LEANS = Pattern(r"(?:it|they|this|that|these|those|he|she|its|their|such|therefore|thus|but|and|so|the former)\b")
_PROOF = Pattern(r"\bproof[- ]of[- ](\w)")
_FULL, _NEAR, _ALL = 0.7, 0.45, 0.99
_PARTS = Pattern(r"[,:(]| and ")
# Of a title that names much else the question is only a part: "the DAO exploit" is not what a DAO is.
_ABOUT = 0.34
_FOUND_FIRST = 0.15
# A text that has all the words, yet is about something else, stands behind one that is about the subject.
_BESIDE = 0.4
# The article on a subject stands before whatever else has the words.
_NAMED = 0.6
# By meaning alone only a question of some words is told from its neighbours, and only by a text that has some of them.
_FEWEST_WORDS, _LEAST_SHARE = 3, 0.3
_SHORTEST, _LONGEST = 30, 420
_MOST_OF_BEST, _MOST_OF_OTHERS = 4, 2
_MOST_OF_FULL = 8
_FEWEST_MARKED, _MOST_MARKED = 3, 6
_MOST_OF_WHOLE = 8


class Fit(Struct, frozen=True):
    """How much of the question's own words a passage speaks of, 0 to 1, and which it does not. `title_share` is the
    part of its title that the question names; `is_named` that the article is the one on what the question names."""

    passage: Passage
    share: float
    title_share: float
    in_title: frozenset[str]
    missing: tuple[str, ...]
    is_named: bool = False

    @property
    def is_about(self) -> bool:
        return self.is_named or self.title_share >= _ABOUT

    @property
    def is_full(self) -> bool:
        return self.share >= _FULL and self.is_about

    @property
    def is_near(self) -> bool:
        return self.is_named or self.share >= _ALL or (self.share >= _NEAR and bool(self.in_title))

    @property
    def rank(self) -> float:
        """The search's own order counts among texts that share as many words with the question."""
        named = 0.3 * self.title_share + 0.1 * len(self.in_title) - (0.0 if self.is_about else _BESIDE)
        return self.share + named + (_NAMED if self.is_named else 0.0) + _FOUND_FIRST / self.passage.n


class Quote(Struct, frozen=True):
    """Whole sentences of one passage, in its order; where some between were left out, an ellipsis stands."""

    passage: Passage
    text: str


def spelled_out(question: str) -> str:
    """The question with the field's short forms written in full, as its texts write them."""
    return re.sub(r"[A-Za-z][A-Za-z0-9]*", lambda match: _SHORT_FORMS.get(match[0].lower(), match[0]), question)


def stems(text: str) -> dict[str, str]:
    """The telling words of a text by their stem, in order."""
    words = _WORD.findall(_NUMBERED.sub(r"\1\2", _PROOF.sub(r"proof\1", text.lower())))
    return {_stem(word): word for word in words if word not in _STOP and len(word) > 1}


def _stem(word: str) -> str:
    stem = _cut(word)
    return _ALIKE.get(stem, stem)


def _cut(word: str) -> str:
    for ending in _ENDINGS:
        left = len(word) - len(ending)
        if word.endswith(ending) and left >= (3 if ending == "s" else 4) and not word.endswith("ss"):
            word = word[: -len(ending)]
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def fit_of(passage: Passage, wanted: Mapping[str, str], titles: Sequence[str] = ()) -> Fit:
    title, text = stems(passage.subject), stems(passage.text)
    head = stems(passage.subject.partition(":")[0]) or title
    parts = filter(None, map(stems, _PARTS.split(passage.subject)))
    lacks = [word for stem, word in wanted.items() if stem not in title and stem not in text]
    missing = tuple(word for word in lacks if word not in _SOFT)
    hard = sum(word not in _SOFT for word in wanted.values()) or len(wanted)
    share = 1 - min(len(missing), hard) / hard if wanted and (len(lacks) < len(wanted)) else 0.0
    about = sum(stem in wanted for stem in head) / len(head) if head else 0.0
    if any(part.keys() <= wanted.keys() for part in parts):  # "Slippage, price impact and liquidity" is about each
        about = max(about, _ABOUT)
    return Fit(
        passage, share, about, frozenset(stem for stem in wanted if stem in title), missing, passage.subject in titles
    )


def choose_fits(fits: Sequence[Fit], most: int) -> tuple[Fit, ...]:
    """The best passage, then those whose titles name something of the question that those before do not ("proof of
    work" beside "proof of stake"), or whose title is wholly of the question; none where even the best is beside it."""
    ranked = sorted(fits, key=lambda fit: -fit.rank)
    chosen: list[Fit] = []
    covered: set[str] = set()
    for fit in ranked:
        is_new = (bool(fit.in_title - covered) and fit.is_about) or fit.is_named
        if fit.is_near and (is_new or not chosen):
            chosen.append(fit)
            covered |= fit.in_title
    return _with_first(chosen[:most], fits)[:most]


def _with_first(chosen: Sequence[Fit], fits: Sequence[Fit]) -> tuple[Fit, ...]:
    """Where the words leave something open, what the search found first stands beside what has most of them."""
    if not chosen or is_answered(chosen):
        return tuple(chosen)
    first = min(fits, key=lambda fit: fit.passage.n)
    return tuple({fit.passage.n: fit for fit in (chosen[0], first, *chosen[1:])}.values())


def is_answered(chosen: Sequence[Fit]) -> bool:
    """Nothing of the question is in none of them, and the best is about its subject."""
    return bool(chosen) and chosen[0].is_about and not unspoken(chosen)


def unspoken(chosen: Sequence[Fit]) -> tuple[str, ...]:
    return tuple(word for word in chosen[0].missing if all(word in fit.missing for fit in chosen))


def choose_by_meaning(fits: Sequence[Fit], wanted: Mapping[str, str], most: int) -> tuple[Fit, ...]:
    """What the search found first, for a question that is asked in other words than the texts'."""
    if len(wanted) < _FEWEST_WORDS:
        return ()
    found = sorted((fit for fit in fits if fit.share >= _LEAST_SHARE), key=lambda fit: fit.passage.n)
    return tuple(found[:most])


def choose_quotes(
    fits: Sequence[Fit], wanted: Mapping[str, str], told: Pattern | None = None, *, is_full: bool = False
) -> tuple[Quote, ...]:
    """Of the best passage up to four sentences, of others up to two. `told` marks the sentences that are wanted of one
    article as a whole; up to six of them are quoted. `is_full` adds what stands after them in the best passage."""
    quotes: list[Quote] = []
    for fit in fits:
        if told is not None and len(fits) == 1:
            kept = _marked_sentences(fit, told) or _best_sentences(fit, wanted, _MOST_OF_BEST)
        else:
            kept = _best_sentences(fit, wanted, _MOST_OF_OTHERS if quotes else _MOST_OF_BEST)
        if kept and is_full and not quotes:
            kept = _with_rest(fit, kept)
        if kept:
            quotes.append(Quote(fit.passage, _joined(kept)))
    return tuple(quotes)


def _with_rest(fit: Fit, kept: Sequence[tuple[int, str]]) -> list[tuple[int, str]]:
    """The sentences after those chosen, then those before them, as far as there is room."""
    whole, chosen = _whole_sentences(fit), dict(kept)
    last = max(chosen)
    rest = sorted(
        (place for place in whole if place not in chosen), key=lambda place: (place < last, abs(place - last))
    )
    room = max(0, _MOST_OF_FULL - len(chosen))
    return sorted((chosen | {place: whole[place] for place in rest[:room]}).items())


def _whole_sentences(fit: Fit) -> dict[int, str]:
    sentences = [part.strip() for part in _SENTENCE.split(fit.passage.text)]
    return {place: text for place, text in enumerate(sentences) if _is_whole(text)}


def _marked_sentences(fit: Fit, told: Pattern) -> list[tuple[int, str]]:
    """The first, then those that are marked and those that lean on one of them."""
    kept: dict[int, str] = {}
    has_marked = False
    for place, text in _whole_sentences(fit).items():
        is_marked = told.search(text) is not None
        follows = has_marked and place - 1 in kept and _LEANS.match(text.lower()) is not None
        if not kept or is_marked or follows:
            kept[place] = text
            has_marked = has_marked or is_marked
    return list(kept.items())[:_MOST_MARKED] if len(kept) >= _FEWEST_MARKED else []


def _best_sentences(fit: Fit, wanted: Mapping[str, str], count: int) -> list[tuple[int, str]]:
    whole = _whole_sentences(fit)
    if fit.in_title >= set(wanted) and not _is_second_part(fit, wanted):
        # Asked about the article's subject as a whole, words do not tell its sentences apart.
        return list(whole.items())[:count]
    scores = {place: _score(place, text, wanted) for place, text in whole.items()}
    best = sorted(whole, key=lambda place: (-scores[place], place))[:count]
    kept = [(place, whole[place]) for place in sorted(best) if scores[place] >= 1]
    if not kept and fit.in_title >= set(wanted):  # of the title's second part, and no sentence names it: all of them
        return list(whole.items())[:_MOST_OF_WHOLE]
    return _with_context(kept or list(whole.items())[:1], whole, count)


def _is_second_part(fit: Fit, wanted: Mapping[str, str]) -> bool:
    """ "Automated market makers and impermanent loss" begins with something else than what is asked."""
    first, *others = [part.keys() for part in map(stems, _AND.split(fit.passage.subject)) if part]
    return wanted.keys().isdisjoint(first) and any(wanted.keys() >= part for part in others)


_AND = Pattern(r" and |, ")


def _is_whole(text: str) -> bool:
    return _SHORTEST <= len(text) <= _LONGEST and text[-1] in '.!?”"' and not text.endswith("…") and "---" not in text


def _score(place: int, text: str, wanted: Mapping[str, str]) -> float:
    """The first sentence says what the article is about."""
    shared = sum(stem in wanted for stem in stems(text))
    leans = 0.5 if _LEANS.match(text.lower()) else 0.0
    return shared - leans + (0.5 if place == 0 and shared else 0.0)


def _with_context(best: Sequence[tuple[int, str]], whole: Mapping[int, str], count: int) -> list[tuple[int, str]]:
    """A sentence that leans on the one before it is quoted with that one."""
    kept: dict[int, str] = {}
    for place, text in best:
        before = place - 1
        if _LEANS.match(text.lower()) and before not in kept:
            if before not in whole or len(kept) + 2 > count:
                continue
            kept[before] = whole[before]
        if len(kept) < count:
            kept[place] = text
    return sorted((kept or dict(best[:1])).items())


def _joined(kept: Iterable[tuple[int, str]]) -> str:
    parts: list[str] = []
    last: int | None = None
    for place, text in kept:
        parts += ["…"] if last is not None and place > last + 1 else []
        parts.append(text)
        last = place
    return " ".join(parts)

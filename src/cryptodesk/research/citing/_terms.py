"""The words of a statement that must be found again where it is said to come from: names, terms, what is denied."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache

from msgspec import Struct

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.vocabulary import load_vocabulary, word_set

__all__ = ["COUNTS", "OPPOSITES", "VERB_STEMS", "Terms", "read_terms", "stem"]

_TOKEN = Pattern(r"[A-Za-z][A-Za-z0-9]*(?:['’][a-z]+)?|[.;:!?]|\d[\d.,]*")
_STOP = word_set(
    "a an the and or but nor so yet of in on at by for with from to into onto over under as is are was were be been "
    "being am do does did done has have had having will would can could may might shall should must it its this that "
    "these those there here they them their he she his her we our you your i my who whom whose which what when where "
    "why how if then than while whereas because since until once also just even only very more most much many some any "
    "each every all both few other others another such same own about above after again against before below between "
    "during further off out through upon within per via according report reported reports said says say stated "
    "states told tells noted notes added according one us mr ms however moreover meanwhile still already now "
    "ever rather quite well too later earlier ago currently recently today yesterday data source sources figure "
    "figures called named known make makes made making take takes taken took give gives given gave get gets got "
    "use used uses "
    "using come comes came go goes went put set let like thus hence therefore roughly approximately around nearly "
    "almost at least usd percent million billion trillion thousand"
)
_NEGATIONS = word_set("not no never cannot without neither nor none nobody nothing hardly barely unable fails failed")
# Verbs that split a sentence into whom it is of and what it says.
_AUXILIARIES = word_set(
    "is are was were has have had will would can could may might shall should must does do did cannot"
)
_VERBS = word_set(
    "agreed agrees froze freezes warned warns "
    "rose fell gained lost dropped climbed surged jumped slid plunged raised launched announced said paid pays holds "
    "held keeps kept runs ran sells sold buys bought moves moved traded trades lists listed approved rejected charged "
    "fined sued settled paused halted resumed restored stole drained exploited returned repaid acquired merged bought "
    "invested led leads led joins joined issues issued mints minted burns burned locks locked unlocks unlocked pledges "
    "pledged accepts accepted commits committed secures secured validates settles posts posted publishes published "
    "opened opens closed closes began begins started starts ended ends expects expected plans planned proposes "
    "proposed votes voted cuts cut doubles doubled halves halved grew grows shrank costs cost needs needed "
    "requires required "
    "allows allowed lets gives gave sends sent receives received takes took turns turned becomes became remains "
    "remained stays stayed adds added removes removed shows showed reached reaches hit hits set sets rewards rewarded "
    "punishes punished slashes slashed decides decided delegates delegated delegate deposits deposited deposit "
    "supplies run recommended recommends audited audits refunded refunds criticised criticises mined mines signed "
    "signs spend "
    "spends spent restores protects takes raise supplied supply borrows borrowed borrow lends lent lend earns "
    "earned earn charges charge"
)
_SAME = {
    "rose": "up", "rise": "up", "risen": "up", "gain": "up", "increas": "up", "rais": "up", "climb": "up",
    "surg": "up", "jump": "up",
    "advanc": "up", "grew": "up", "grow": "up", "grown": "up", "growth": "up", "higher": "up", "ris": "up",
    "fell": "down", "fall": "down",
    "fallen": "down", "lost": "down", "lose": "down", "drop": "down", "declin": "down",
    "slid": "down", "slip": "down", "plung": "down", "decreas": "down", "cut": "down", "reduc": "down",
    "lower": "down", "shrank": "down", "loss": "down",
    "bought": "buy", "sold": "sell", "paid": "pay", "held": "hold", "ran": "run", "led": "lead", "stole": "steal",
    "stolen": "steal", "theft": "steal", "drain": "steal", "lent": "lend", "kept": "keep", "began": "start",
    "begun": "start", "begin": "start", "start": "start", "launch": "start", "went": "go", "live": "live",
    "acquir": "buy", "purchas": "buy", "acquisition": "buy", "halt": "stop", "paus": "stop", "stopp": "stop",
    "suspend": "stop", "approximat": "about", "ether": "ethereum", "btc": "bitcoin", "eth": "ethereum",
    "sol": "solana", "compan": "firm", "company": "firm", "firm": "firm", "permit": "allow", "enabl": "allow",
    "fine": "penalt", "penalty": "penalt", "fin": "penalt", "user": "user", "customer": "user", "client": "user",
    "employe": "staff", "worker": "staff", "halv": "half", "half": "half", "reward": "reward", "subsid": "reward",
    "exploit": "hack", "attack": "hack", "breach": "hack", "hacker": "hack", "attacker": "hack",
}  # fmt: skip
_OPPOSED = (
    ("up", "down"), ("buy", "sell"), ("lend", "borrow"), ("approv", "reject"), ("centralis", "decentralis"),
    ("centraliz", "decentraliz"), ("highest", "lowest"), ("largest", "smallest"), ("before", "after"),
    ("increas", "decreas"), ("open", "clos"), ("start", "end"), ("safe", "unsaf"), ("more", "less"), ("most", "least"),
    ("first", "last"), ("add", "remov"), ("lock", "unlock"), ("mint", "burn"), ("long", "short"), ("stop", "resum"),
    ("inflow", "outflow"), ("deposit", "withdraw"), ("cheap", "expensiv"), ("win", "lose"), ("above", "below"),
)  # fmt: skip
OPPOSITES = {one: other for pair in _OPPOSED for one, other in (pair, pair[::-1])}
_SUFFIXES = (
    "ations",
    "ation",
    "ments",
    "ment",
    "ings",
    "ing",
    "edly",
    "ied",
    "ies",
    "ers",
    "ed",
    "es",
    "er",
    "ly",
    "s",
)
_STOPS = frozenset(".;:!?")
# Words that stand for whoever was named before.
_GENERIC = word_set(
    "company firm team project protocol group platform move decision scheme plan network operator statement fund round"
)
COUNTS = {
    "two": 2, "three": 3, "four": 4, "five": 5, "six": 6, "seven": 7, "eight": 8, "nine": 9, "ten": 10, "eleven": 11,
    "twelve": 12,
}  # fmt: skip
_QUARTER = Pattern(r"[qQ][1-4]")
_SHORTEST_STEM = 3
_WINDOW = 2


class Terms(Struct, frozen=True, gc=False):
    """`stems` in order, content words alone; `names` are those that the writing marks as names, `subject` those of whom
    the statement is. `denied` are the stems that a word of negation turns, `poles` those with an opposite."""

    stems: tuple[str, ...]
    names: frozenset[str]
    subject: tuple[str, ...]
    denied: frozenset[str]
    poles: frozenset[str]
    words: frozenset[str]

    @property
    def opposed(self) -> frozenset[str]:
        return frozenset(OPPOSITES[one] for one in self.poles)


@lru_cache(maxsize=16_384)
def stem(word: str) -> str:
    """Light: endings off, forms of one verb and near synonyms made one."""
    word = word.lower().removesuffix("'s").removesuffix("’s")
    if word in _SAME:
        return _SAME[word]
    root = word
    for suffix in _SUFFIXES:
        if root.endswith(suffix) and len(root) - len(suffix) >= _SHORTEST_STEM and not root.endswith(("ss", "us")):
            root = root[: -len(suffix)] + ("y" if suffix in {"ies", "ied"} else "")
            break
    if len(root) > _SHORTEST_STEM and root[-1] == root[-2] and root[-1] not in "ls":
        root = root[:-1]
    root = root.removesuffix("e") if len(root) > _SHORTEST_STEM else root
    return _SAME.get(root, root)


_LONGEST_SUBJECT = 3
_GENERIC_STEMS = frozenset(stem(word) for word in _GENERIC)
VERB_STEMS = frozenset(stem(word) for word in _VERBS)


@lru_cache(maxsize=2_048)
def read_terms(sentence: str) -> Terms:
    tokens = [match.group() for match in _TOKEN.finditer(sentence)]
    stems: list[str] = []
    names: dict[str, None] = {}
    denied: dict[str, None] = {}
    subject: list[str] | None = None
    negated = 0
    for at, token in enumerate(tokens):
        lower = token.lower()
        if not token[0].isalpha():
            negated = 0 if token in _STOPS else negated
            continue
        if lower in _NEGATIONS or lower.endswith(("n't", "n’t")):
            negated = _WINDOW
        if subject is None and stems and (lower in _AUXILIARIES or lower in _VERBS):
            subject = list(stems)
        if lower in _STOP or lower in _NEGATIONS or len(lower) < 2 or _QUARTER.fullmatch(lower):
            continue
        root = stem(lower)
        stems.append(root)
        if negated:
            denied[root] = None
            negated -= 1
        if _is_name(token, at, tokens):
            names[root] = None
    poles = {root for root in (*stems, *(stem(one.lower()) for one in tokens)) if root in OPPOSITES}
    return Terms(
        tuple(stems), frozenset(names), _heads(subject or stems[:1], stems), frozenset(denied), frozenset(poles),
        frozenset(one.lower() for one in tokens),
    )  # fmt: skip


def _heads(subject: Sequence[str], stems: Sequence[str]) -> tuple[str, ...]:
    """Whom it is of: of a long opening, in which the verb was not known for one, the beginning."""
    kept = subject[:_LONGEST_SUBJECT] if len(subject) > _LONGEST_SUBJECT else subject
    return tuple(one for one in kept if one not in _GENERIC_STEMS)


def _is_name(token: str, at: int, tokens: Sequence[str]) -> bool:
    if token[1:] != token[1:].lower():
        return True  # EigenLayer, BTC
    if not token[0].isupper():
        return False
    opens = at == 0 or tokens[at - 1] in ".!?:;"
    if not opens:
        return True
    # A capital that opens a sentence says nothing, unless the next word has one too.
    return at + 1 < len(tokens) and tokens[at + 1][:1].isupper() and token.lower() not in load_vocabulary().ordinary

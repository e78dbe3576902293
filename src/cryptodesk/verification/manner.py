"""How a figure is said: loosened, bounded, of one of several like things, looking back."""

from __future__ import annotations

import re

from cryptodesk.core.patterns import Pattern
from cryptodesk.verification.figures import Figure
from cryptodesk.verification.meanings import QUALIFYING
from cryptodesk.verification.reading import Mark
from cryptodesk.verification.sentence import Sentence

__all__ = ["approximation_of", "is_start", "may_be_past", "qualifiers_of"]

_SINGULAR = {
    "longs": "long", "shorts": "short", "perpetuals": "perpetual", "perps": "perpetual", "perp": "perpetual",
    "centralised": "cex", "centralized": "cex", "decentralised": "dex", "decentralized": "dex",
    "everyone else": "others", "the rest": "others", "remaining": "others", "other": "others",
    "fastest": "fast", "slowest": "slow",
}  # fmt: skip
_QUALIFYING = Pattern(
    rf"\b(?:{'|'.join(sorted(sorted({*QUALIFYING, *_SINGULAR} - {'after'}), key=len, reverse=True))})\b", re.IGNORECASE
)
_THEN = Pattern(r"\b(?:to|after|be|become|pay)\s[*_]*$", re.IGNORECASE)
# One of these must be in a sentence before it is searched for the phrases they begin.
_QUALIFYING_HINTS = frozenset(word.split()[0] for word in (*QUALIFYING, *_SINGULAR)) | {"rest"}
_THEN_HINTS = frozenset({"to", "after", "be", "become", "pay"})
_PAST_HINTS = frozenset(
    {"from", "started", "began", "opened", "compared", "compares", "versus", "vs", "against", "ago", "earlier"}
    | {"previously", "before", "start", "beginning"}
)
_ALL_BUT = Pattern(r"\ball\s(?:\w+\s)?but\b", re.IGNORECASE)
_TILDE = Pattern(r"[~≈]\s?[*_$€£]*$")
_WITHIN = Pattern(r"\bwithin\s[*_]*$", re.IGNORECASE)
_OR_SO = Pattern(r"\s?(?:or so|-ish|ish)\b")
_NEXT_PHRASE = Pattern(r"[,;.]|\((?![^)]*\))|\band\b")
_LOOKING_BACK = Pattern(
    r"\b(?:from|started|began|opened|compare[ds] (?:with|to)|versus|vs|against)\b(?:(?!\bto\s)[^,;])*$"
)
_START = Pattern(
    r"(?<!away )(?<!far )(?<!distance )\bfrom\s(?:(?:just|about|around|roughly|nearly|almost|some|over|under)\s)*"
    r"[*_~≈$€£]*$",
    re.IGNORECASE,
)
_BEGUN = frozenset({"began", "started", "opened", "begins", "starts"})
_BEGAN = Pattern(
    r"\b(?:began|started|opened|begins|starts)\s(?:the|this|that|its)\s(?:(?!\b(?:and|but|now)\b)[^,;.])*\bat\s[*_~≈$€£]*$",
    re.IGNORECASE,
)
_EARLIER = Pattern(
    r"[\s*_)]*(?:a (?:day|week|month|year) (?:ago|earlier)|previously|earlier|before|at the (?:start|beginning))\b"
)


def approximation_of(sentence: Sentence, figure: Figure, left: int) -> str:
    """How the figure is loosened or bounded: about, above, below, or empty."""
    before = sentence.text[max(left, figure.start - 28) : figure.start]
    has_tilde = "~" in before or "≈" in before
    if figure.prefix.startswith(("~", "≈")) or (has_tilde and _TILDE.search(before)):
        return "about"
    marks = [
        one for one in sentence.qualifiers
        if one.end <= figure.start and figure.start - one.end <= 4 and one.end > left
    ]  # fmt: skip
    if marks and not _is_divisor(sentence, marks[-1], left):
        return marks[-1].name
    if figure.kind == "percent" and _WITHIN.search(before):
        return "below"
    after = sentence.text[figure.end : figure.end + 8]
    return "about" if _OR_SO.match(after) else "above" if after.startswith("+") else ""


def _is_divisor(sentence: Sentence, mark: Mark, left: int) -> bool:
    """Whether "over" stands between two figures: "$17 billion over $233 billion" divides."""
    word = sentence.text[mark.start : mark.end].lower()
    return word == "over" and left > 0 and not sentence.text[left : mark.start].strip(" *_")


def qualifiers_of(sentence: Sentence, figure: Figure, left: int, right: int) -> frozenset[str]:
    """Words near the figure that tell one of several like fields: long, short, perpetual …"""
    found: set[str] = set()
    if not sentence.words.isdisjoint(_QUALIFYING_HINTS):
        behind = sentence.text[figure.end : right]
        if sentence.text[: figure.start].endswith((", ", ",")):
            behind = behind.lstrip(", ")  # "the bulk of which, $5B, sits in perpetuals"
        behind = _NEXT_PHRASE.split(behind)[0]
        words = _QUALIFYING.findall(behind) or _QUALIFYING.findall(
            sentence.text[left : figure.start].rpartition(";")[2]
        )
        found = {_SINGULAR.get(word.lower(), word.lower()) for word in words}
    if "but" in sentence.words and _ALL_BUT.search(sentence.text):
        found.add("others")
    if not sentence.words.isdisjoint(_THEN_HINTS) and _THEN.search(sentence.text[left : figure.start]):
        found.add("after")
    return frozenset(found)


def may_be_past(sentence: Sentence, figure: Figure, left: int, right: int) -> bool:
    """Whether the words speak of another time than now: "from $5", "was", "earlier", "peaked"."""
    if sentence.words.isdisjoint(_PAST_HINTS):
        return False
    before = sentence.text[max(0, figure.start - 40) : figure.start].lower()
    after = sentence.text[figure.end : min(right, figure.end + 30)].lower()
    return bool(_LOOKING_BACK.search(before)) or bool(_EARLIER.match(after))


def is_start(sentence: Sentence, figure: Figure, left: int) -> bool:
    """Whether the figure is where a move began: "from $5 to $6"."""
    if not sentence.words.isdisjoint(_BEGUN) and _BEGAN.search(sentence.text[left : figure.start]):
        return True
    return "from" in sentence.words and bool(_START.search(sentence.text[left : figure.start]))

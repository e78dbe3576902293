"""Whether a sentence turns what its source says: denies it, says its opposite, or exchanges who did it to whom."""

from __future__ import annotations

from cryptodesk.core.patterns import Pattern
from cryptodesk.research.citing._terms import OPPOSITES, VERB_STEMS, stem
from cryptodesk.research.citing._texts import Place

__all__ = ["is_swapped", "is_turned"]

_WORD = Pattern(r"[A-Za-z][A-Za-z0-9]*")
_SYMMETRIC = frozenset({"with", "versus", "vs", "between", "both", "against"})
_BE = frozenset({"is", "are", "was", "were", "been", "being", "be"})


def is_turned(place: Place, near: Place) -> str:
    """In words; empty where nothing is turned."""
    mine, theirs = place.terms, near.terms
    shared = set(mine.stems) & set(theirs.stems)
    denied = (mine.denied & shared) - theirs.denied
    told = (theirs.denied & shared) - mine.denied
    # "No funds were lost" and "funds were not lost" deny different words of one statement.
    if denied and not theirs.denied & shared:
        return f"the source does not deny “{sorted(denied)[0]}”"
    if told and not mine.denied & shared:
        return f"the source denies “{sorted(told)[0]}”"
    lost = {one for one in mine.opposed & theirs.poles if one not in mine.poles and OPPOSITES[one] not in theirs.poles}
    return f"the source says the opposite: “{sorted(lost)[0]}”" if lost else ""


def is_swapped(place: Place, near: Place) -> str:
    """Whether who acts and who is acted on have changed places around the same verb."""
    words, others = _words(place.text), _words(near.text)
    roots, their_roots = [stem(word) for word in words], [stem(word) for word in others]
    for at, root in enumerate(roots):
        if root not in VERB_STEMS or root not in their_roots or at == 0:
            continue
        there = their_roots.index(root)
        if _SYMMETRIC & set(words[at + 1 : at + 3]) or their_roots.count(root) > 1:
            return ""
        content, their_content = set(place.terms.stems), set(near.terms.stems)
        before, behind = set(roots[:at]) & content, set(roots[at + 1 :]) & content
        first, last = set(their_roots[:there]) & their_content, set(their_roots[there + 1 :]) & their_content
        voices = {_voice(words, at), _voice(others, there)}
        if len(voices) > 1:
            if "perhaps" in voices:
                return ""
            first, last = last, first
        before, first = before - VERB_STEMS, first - VERB_STEMS
        if before & last and behind & first and not before & first:
            return f"the source says “{words[at]}” of {sorted(before & last)[0]} the other way round"
        return ""
    return ""


def _voice(words: list[str], at: int) -> str:
    """ "was paid by": passive; "was paid": perhaps; else active."""
    if not _BE & set(words[max(0, at - 2) : at]):
        return "active"
    return "passive" if "by" in words[at + 1 : at + 6] else "perhaps"


def _words(text: str) -> list[str]:
    return [word.lower() for word in _WORD.findall(text)]
